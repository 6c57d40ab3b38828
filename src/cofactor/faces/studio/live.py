"""What if: sliders, and every level, gate and number answers while they move.

A page is asked for by the id of a client. What a slider sends is doses and habits that are tried, and the version of
the case that the page was made from: nothing of the person stands in an address.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from cofactor.errors import Problem
from cofactor.faces.studio.memory import Held
from cofactor.faces.studio.pages import CHANGED, Page, Studio
from cofactor.faces.studio.scenarios import LONGEST, MOST_KEPT, SLIDERS, Slider, Stand, scenario_of, stands, text_of
from cofactor.facts.load import ANALYTE_UNIT
from cofactor.plan.whatif import ALL, Scenario, most_of
from cofactor.report import numbers
from cofactor.report.figures import futures
from cofactor.report.names import capital
from cofactor.report.text import Text
from cofactor.report.whatif import Tried, View, view
from cofactor.report.words import Words
from cofactor.said import Said

PAGES = (Page("live", "/live/{case}"),)
WIDEST = 4000
"""Pixels: no drawing is asked for a wider place."""
PIECES = ("bar", "gates", "chance", "numbers", "table", "compared")
"""The pieces of the page's template that answer a slider."""
COLUMNS = ("scenario", "outcome", "unit", "day", "p05", "p25", "p50", "p75", "p95")


class Asked(BaseModel):
    """What a slider asks: the version of the case, the scenario, those kept beside it, and which drawings how wide."""

    model_config = ConfigDict(extra="forbid")
    v: int = Field(ge=1)
    s: str = Field("", max_length=LONGEST)
    keep: list[Annotated[str, Field(max_length=LONGEST)]] = Field(default_factory=list, max_length=MOST_KEPT)
    w: int = Field(futures.NARROW_BELOW, ge=1, le=WIDEST)
    see: str = Field("all", max_length=LONGEST, description="The small drawings in sight, between commas.")


def routes(studio: Studio) -> APIRouter:
    """The routes of this group."""
    found = APIRouter()

    @found.get("/live/{case}")
    async def live(request: Request, case: str) -> Response:
        client = await studio.shelf.client(case)
        lang = studio.lang(request)
        values = await studio.work.run(lambda: _page(studio.memory.of(client), lang))
        return studio.show(request, "live.html", "live", client=client, values=values)

    @found.get("/live/{case}/view")
    async def moved(request: Request, case: str, asked: Annotated[Asked, Query()]) -> Response:
        of = await studio.held(case, asked.v)
        if of is None:
            return changed(studio.text(request))
        return await studio.work.run(lambda: _answer(studio, request, of, asked))

    @found.get("/live/{case}/levels.{kind}")
    async def levels(request: Request, case: str, kind: str, asked: Annotated[Asked, Query()]) -> Response:
        of = await studio.held(case, asked.v)
        if of is None:
            return changed(studio.text(request))
        return await studio.work.run(lambda: _file(of, asked, kind))

    return found


def changed(text: Text) -> JSONResponse:
    """The case has a newer version than the page."""
    problem = Problem("version", text("live.stale"), (), Said.quoted(text("live.stale_do")))
    return JSONResponse({"problems": [problem.as_dict()]}, CHANGED)


# ---------------------------------------------------------------------------------------------------- the page


def _page(of: Held, lang: str) -> dict[str, Any]:
    words = Words(lang, of.ground.gates)
    return {
        **at_hand(of, words),
        **_shown(of, of.planned, (), words, futures.NARROW_BELOW, futures.SMALL),
        "groups": futures.GROUPS,
        "titles": {outcome: futures.title(outcome, words) for outcome in futures.SMALL},
    }


def at_hand(of: Held, words: Words) -> dict[str, Any]:
    """What every page with sliders holds: the sliders, and the scenarios of its buttons."""
    at = stands(of.ground)
    return {
        "version_of_case": of.client.number,
        "sliders": [_slider(slider, at[slider.key], of, words) for slider in SLIDERS],
        "plan": text_of(of.planned),
        "nothing": "~".join(f"{s.key}0" for s in SLIDERS if s.nutrient and not s.food),
        "most_kept": MOST_KEPT,
    }


def _slider(slider: Slider, at: Stand, of: Held, words: Words) -> dict[str, Any]:
    """A slider with where it stands, its forms, and what is said below it."""
    top = max(slider.top, min(slider.most, -(-at.amount // slider.step) * slider.step))
    forms = [(f, words.form(slider.nutrient, "MK-7" if f == "MK7" else f)) for f in _forms(slider.forms, at.form)]
    return {
        "of": slider,
        "at": at,
        "top": top,
        "unit": words.text("live.slider.minutes") if not slider.nutrient else slider.unit,
        "iu": numbers.unit("IU", words.lang) if slider.key == "d" else "",
        "forms": forms if len(forms) > 1 else [],
        "hint": _hint(slider, of, words),
    }


def _forms(usual: tuple[str, ...], own: str) -> tuple[str, ...]:
    return usual if not own or own in usual else (*usual, own)


def _hint(slider: Slider, of: Held, words: Words) -> str:
    """What a slider counts, what food brings of it, and where a plan ends."""
    text, nutrient, ground = words.text, slider.nutrient, of.ground
    if slider.food:
        return ""
    if not nutrient:
        return text("live.slider.sun_hint")
    said = [text("live.slider.elemental")] if slider.unit == "mg" else []
    if nutrient in ground.intake.food:
        said.append(
            text("live.slider.eaten", amount=numbers.amount(ground.intake.food[nutrient].mid, nutrient, words.lang))
        )
    most = most_of(ground, ground.gates, nutrient)
    if most is not None and not ground.gates.withheld(nutrient):
        said.append(text("live.slider.ends_at", amount=numbers.amount(most.amount, nutrient, words.lang)))
    return capital(" · ".join(said))


# ------------------------------------------------------------------------------------------------- what answers


def _shown(
    of: Held, scenario: Scenario, kept: Iterable[Scenario], words: Words, width: int, seen: Iterable[str]
) -> dict[str, Any]:
    """What a scenario shows: drawings, and what is said beside them."""
    now, then, beside = of.now, of.tried(scenario), tuple(of.tried(k) for k in kept)
    said = view(of.ground, now, then, beside, words)
    return {
        "view": said,
        "main": futures.main(of.ground, now.future, then.future, [k.future for k in beside], words, width),
        "small": {
            outcome: futures.small(of.ground, outcome, now.future, then.future, words, said.captions[outcome])
            for outcome in seen
        },
    }


def _answer(studio: Studio, request: Request, of: Held, asked: Asked) -> JSONResponse:
    words = Words(studio.lang(request), of.ground.gates)
    seen = futures.SMALL if asked.see == "all" else [o for o in futures.SMALL if o in asked.see.split(",")]
    shown = _shown(of, scenario_of(asked.s), map(scenario_of, asked.keep), words, asked.w, seen)
    said: View = shown["view"]
    return JSONResponse(
        {
            "pieces": studio.pieces(request, "live_pieces.html", PIECES, said),
            "main": shown["main"],
            "small": shown["small"],
            "captions": said.captions,
            "spoken": said.spoken,
        }
    )


# ------------------------------------------------------------------------------------------------------- files


def _file(of: Held, asked: Asked, kind: str) -> Response:
    """The arrays that are drawn, as a file."""
    named: Mapping[str, Scenario] = {
        "now": of.now.scenario,
        **dict(zip("ABCD", map(scenario_of, asked.keep), strict=False)),
        "shown": scenario_of(asked.s),
    }
    rows = [row for name, scenario in named.items() for row in _rows(name, of.tried(scenario))]
    if kind == "csv":
        return _named(_csv(rows), "text/csv; charset=utf-8", "levels.csv")
    if kind == "parquet":
        return _named(_parquet(rows), "application/vnd.apache.parquet", "levels.parquet")
    return Response(status_code=404)


def _rows(name: str, tried: Tried) -> Iterator[tuple[Any, ...]]:
    found = tried.future
    for outcome in ALL:
        unit = ANALYTE_UNIT.get(outcome, "")
        for day, quantiles in zip(found.days.tolist(), found.of(outcome).T.tolist(), strict=True):
            yield (name, outcome, unit, day, *quantiles)


def _csv(rows: list[tuple[Any, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([COLUMNS, *rows])
    return text.getvalue().encode("utf-8")


def _parquet(rows: list[tuple[Any, ...]]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({name: list(column) for name, column in zip(COLUMNS, zip(*rows, strict=True), strict=True)})
    into = io.BytesIO()
    pyarrow.parquet.write_table(table, into)
    return into.getvalue()


def _named(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})
