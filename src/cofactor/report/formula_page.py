"""The page that ``cofactor formulate --out`` writes: the proposal, the front, a day of it, limits, claims, method."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor import __version__
from cofactor.engine.generate import human
from cofactor.report import claims
from cofactor.report.charts import pareto
from cofactor.report.charts.axes import Tick
from cofactor.report.charts.pareto import Pareto, Point
from cofactor.report.figures.types import Figure, Table, nice_ticks
from cofactor.report.formula import FormulaWords
from cofactor.report.numbers import number
from cofactor.report.render import render
from cofactor.trial.formula.front import burden
from cofactor.trial.formula.jury import Judged
from cofactor.trial.formula.search import SCREEN, Found
from cofactor.trial.formula.types import Against

_MOST_TICKS = 6
_BEYOND = 1.08  # of the largest burden of the front: where the axis ends
_LEAST_SHOWN = 1.2  # times the share allowed over limits: the axis shows where it lies


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims that stand on one condition of use."""

    condition: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormulaPage:
    """Everything that the template shows, in finished words."""

    lang: str
    title: str
    who: str
    proposal: tuple[str, ...]
    in_range: tuple[str, ...]
    figure: Figure | None
    front: Table
    holds: Table | None
    goals: tuple[str, ...]
    passing: tuple[str, ...]
    claims: tuple[Claims, ...]
    method: tuple[str, ...]
    footer: str


def html(found: Found, lang: str) -> str:
    """The page in English or French: one file that needs nothing else."""
    return render("formula.html", lang, page=page(found, lang))


def page(found: Found, lang: str) -> FormulaPage:
    """The page's words and drawings."""
    words, best = FormulaWords(found, lang), found.best
    model, seed = human().hash[:12], str(found.spec.population.seed)
    return FormulaPage(
        lang=lang,
        title=words.title(),
        who=words.who(),
        proposal=tuple(words.proposal()),
        in_range=(words.in_range(), words.limits()),
        figure=_figure(words) if found.front else None,
        front=words.front(),
        holds=None if best is None else words.holds(best.formula),
        goals=() if best is None else tuple(words.goals(best)),
        passing=() if best is None else tuple(words.passing(best)),
        claims=() if best is None else _claims(words, best),
        method=tuple(words.method()),
        footer=words.say("footer", version=__version__, model=model, seed=seed),
    )


def _claims(words: FormulaWords, best: Judged) -> tuple[Claims, ...]:
    return tuple(Claims(said, texts) for said, texts in claims.by_condition(best.formula.amounts, words.names))


def _figure(words: FormulaWords) -> Figure:
    found, lang = words.found, words.lang
    spec, scale = found.spec, 100.0 if found.spec.against is Against.LIMITS else 1.0
    points = tuple(_point(one, words, scale) for one in found.front)
    top = max(*(p.x for p in points), *(p.x_ends[1] for p in points)) * _BEYOND
    limit = scale * spec.most_over if spec.against is Against.LIMITS else None
    if limit is not None:
        top = max(top, limit * _LEAST_SHOWN)
    chart = Pareto(
        id="front",
        title=words.say(f"front_{spec.against}"),
        desc=words.say("desc"),
        x_words=words.say(f"axis_{spec.against}"),
        y_words=words.say("axis_share"),
        x_ends=(0.0, top),
        x_ticks=_whole(top, lang) if spec.against is Against.UNITS else nice_ticks(0.0, top, _MOST_TICKS, lang),
        y_ticks=nice_ticks(0.0, 100.0, _MOST_TICKS, lang),
        behind=tuple((scale * burden(one, spec), 100 * one.share.value) for one in found.screened),
        front=points,
        limit=limit,
    )
    counts = {"screen": SCREEN, "people": found.people, "sets": found.sets}
    caption = words.say("caption", **{name: number(count, lang) for name, count in counts.items()})
    if limit is not None:
        caption = f"{caption} {words.say('caption_limit')}"
    return Figure(
        id="pareto",
        title=chart.title,
        note="",
        wide=pareto.draw(chart),
        narrow=pareto.draw(chart, narrow=True),
        point="",
        caption=caption,
        table=words.front(),
    )


def _whole(top: float, lang: str) -> tuple[Tick, ...]:
    return tuple(Tick(float(count), number(count, lang)) for count in range(int(top) + 1))


def _point(one: Judged, words: FormulaWords, scale: float) -> Point:
    found = words.found
    at = scale * burden(one, found.spec)
    over = (scale * one.over.low, scale * one.over.high) if found.spec.against is Against.LIMITS else (at, at)
    ends = (100 * one.share.low, 100 * one.share.high)
    return Point(at, 100 * one.share.value, over, ends, words.say("proposed_mark") if one is found.best else "")
