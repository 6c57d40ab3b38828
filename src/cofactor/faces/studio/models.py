"""Models of users in the studio: read from Antimony or SBML, then moved by sliders while the curves follow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from cofactor.engine.run_model import Table
from cofactor.faces.studio.pages import Page, Studio
from cofactor.faces.workbench.models import Uploaded
from cofactor.faces.workbench.shapes import ModelBody, RunBody
from cofactor.report import numbers
from cofactor.report.charts import lines
from cofactor.report.charts.axes import Axis
from cofactor.report.charts.lines import Line, Lines
from cofactor.report.figures.types import Figure, nice_ticks
from cofactor.report.figures.types import Table as Shown
from cofactor.report.text import Text

PAGES = (Page("models", "/models"),)
Id = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
EXAMPLES = ("oral", "lotka", "human")
_FIRST = {"human.ant": ("D25", "C125", "PTH")}
"""What is shown first of an example, where its first states would say little."""
_MOST_LINES = 8
_REACH = 3.0
"""A slider goes from zero to so many times the value that the model came with."""
_STEPS = 200
_TICKS, _TABLE_ROWS, _DIGITS = 6, 11, 4
_ROOM = 1.05


@dataclass(frozen=True, slots=True)
class Slider:
    """A value that can be moved: from, to, by steps, from the value that the model came with."""

    name: str
    value: str
    low: float
    high: float
    step: float

    @classmethod
    def of(cls, name: str, value: float) -> Slider:
        """Around a value of either sign; from 0 to 1 where it is 0."""
        size = abs(value) or 1.0
        high = _rounded(_REACH * size if value else 1.0)
        low = -high if value < 0 else 0.0
        return cls(name, f"{value:.8g}", low, high, _rounded((high - low) / _STEPS))


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


def routes(studio: Studio) -> APIRouter:
    """The routes of this group."""
    found = APIRouter()

    @found.get("/models")
    async def models(request: Request) -> Response:
        held = studio.bench.models.all()
        values = {"models": held, "examples": EXAMPLES}
        return studio.show(request, "models.html", "models", values=values)

    @found.post("/models")
    async def bring(body: ModelBody) -> dict[str, str]:
        model = await studio.bench.slow.run(studio.bench.models.add, body.text, body.file)
        return {"location": f"/models/{model.id}"}

    @found.post("/models/example/{name}")
    async def example(name: str) -> dict[str, str]:
        chosen = name if name in EXAMPLES else EXAMPLES[0]
        model = await studio.bench.slow.run(studio.bench.models.add, _example(chosen), f"{chosen}.ant")
        return {"location": f"/models/{model.id}"}

    @found.get("/models/{id}")
    async def model(request: Request, id: Id) -> Response:  # noqa: A002 - the word of the address
        return studio.show(request, "model.html", "models", values=_page(studio.bench.models.find(id)))

    @found.post("/models/{id}/draw")
    async def draw(request: Request, id: Id, body: RunBody) -> Response:  # noqa: A002
        table = await studio.work.run(studio.bench.models.run, id, body.run())
        return studio.show(
            request, "model_figure.html", values={"figure": figure(table, studio.lang(request)), "key": _key(table)}
        )

    return found


@cache
def _example(name: str) -> str:
    from cofactor.model.compose import compose

    if name == "human":
        return compose()
    return (files("cofactor.faces.studio") / "starts" / f"{name}.ant").read_text(encoding="utf-8")


def _page(model: Uploaded) -> Mapping[str, object]:
    """What the page of a model shows."""
    return {
        "model": model,
        "states": [Slider.of(name, value) for name, value in model.states.items() if math.isfinite(value)],
        "constants": [Slider.of(name, value) for name, value in model.constants.items() if math.isfinite(value)],
        "shown": _FIRST.get(model.file, tuple(model.states)[:_MOST_LINES]),
    }


def _key(table: Table) -> list[tuple[str, str]]:
    """The name of each line with its class, for where the drawing has no room for names."""
    return [(name, lines.css(i)) for i, name in enumerate(table.columns)]


def figure(table: Table, lang: str) -> Figure:
    """The curves of a run and their numbers."""
    text = Text(lang)
    held = tuple(Line(name, tuple(column.tolist())) for name, column in table.columns.items())
    low = min((min(line.values) for line in held), default=0.0)
    high = max((max(line.values) for line in held), default=1.0)
    bottom = 0.0 if low >= 0 else low * _ROOM
    top = high * _ROOM if high > bottom else bottom + 1.0
    end = float(table.times[-1])
    desc = "; ".join(text("workbench.model.from_to", name=line.name, **_ends(line, lang)) for line in held)
    chart = Lines(
        id="fig-model",
        title=text("workbench.model.curves", name=table.model),
        desc=desc,
        times=tuple(table.times.tolist()),
        bottom=bottom,
        top=top,
        across=Axis(text("workbench.model.time"), nice_ticks(0, end, _TICKS, lang)),
        up=Axis("", nice_ticks(bottom, top, _TICKS, lang)),
        lines=held,
    )
    return Figure(
        id="fig-model-whole",
        title="",
        note="",
        wide=lines.draw(chart),
        narrow=lines.draw(replace(chart, id="fig-model-n"), narrow=True),
        point="",
        caption=desc + ".",
        table=_table(table, chart.title, text),
    )


def _ends(line: Line, lang: str) -> dict[str, str]:
    return {"first": readable(line.values[0], lang), "last": readable(line.values[-1], lang)}


def readable(value: float, lang: str) -> str:
    """A number with four significant digits, however large or small."""
    if value and not 1e-3 <= abs(value) < 1e6:
        return f"{value:.3e}".replace(".", "," if lang == "fr" else ".")
    digits = max(0, _DIGITS - 1 - math.floor(math.log10(abs(value)))) if value else 0
    return numbers.short(value, lang, digits)


def _table(table: Table, caption: str, text: Text) -> Shown:
    """Some of the times, evenly spread."""
    count = len(table.times)
    rows = sorted({round(i * (count - 1) / (_TABLE_ROWS - 1)) for i in range(_TABLE_ROWS)})
    cells = tuple(
        (
            readable(float(table.times[row]), text.lang),
            *(readable(float(c[row]), text.lang) for c in table.columns.values()),
        )
        for row in rows
    )
    return Shown(caption, (text("workbench.model.time"), *table.columns), cells)
