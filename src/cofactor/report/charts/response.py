"""A level by dose: people as bands through the doses that were tried, other ways of giving beside, formulae dashed."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.report.charts import axes
from cofactor.report.charts.axes import Axis
from cofactor.report.charts.band import Curve, Spread, bands
from cofactor.report.charts.svg import LETTER, Pair, Scale, Svg, spread_apart, text_width

WIDE, NARROW = (520, 330), (350, 300)
_LEFT, _RIGHT, _TOP, _BOTTOM = 42, 14, 24, 52
_NAMES = 92  # room for the names of formulae right of the plot, where there is any


@dataclass(frozen=True, slots=True)
class Tried:
    """A dose that was given otherwise than day by day: its people, and its name."""

    label: str
    dose: float
    spread: Spread


@dataclass(frozen=True, slots=True)
class Formula:
    """What others foretell: a line through (dose, level)."""

    label: str
    css: str
    points: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """Everything that the drawing shows. ``second`` is the scale of another unit of dose, at the same doses."""

    id: str
    title: str
    desc: str
    css: str
    highest_dose: float
    top: float
    level: Axis
    dose: Axis
    second: Axis | None
    goal: Pair | None
    limit: tuple[float, str] | None  # a dose that a body names, and its words
    doses: tuple[float, ...]
    spread: tuple[Spread, ...]
    apart: tuple[Tried, ...]
    formulae: tuple[Formula, ...]


def draw(chart: Response, *, narrow: bool = False) -> str:
    """The drawing, at one of two widths."""
    width, height = NARROW if narrow else WIDE
    svg = Svg(width, height, id=chart.id, title=chart.title, desc=chart.desc)
    x = Scale(0, chart.highest_dose, _LEFT, width - _RIGHT - (_NAMES if chart.formulae and not narrow else 0))
    y = Scale(0, chart.top, height - _BOTTOM, _TOP)
    _ground(svg, chart, x, y)
    bands(svg, Curve(chart.css, "", chart.doses, chart.spread), x, y)
    for dose, spread in zip(chart.doses, chart.spread, strict=True):
        svg.circle(x(dose), y.inside(spread[2]), 4.5, f"pt f-{chart.css}")
    _limit(svg, chart, x, y)
    for formula in chart.formulae:
        svg.line(((x(dose), y.inside(level)) for dose, level in formula.points), f"med thin s-{formula.css} dash")
    for tried in chart.apart:
        _apart(svg, tried, chart.css, x, y)
    if not narrow:
        ends = [y.inside(formula.points[-1][1]) for formula in chart.formulae]
        for formula, at in zip(chart.formulae, spread_apart(ends, LETTER + 4), strict=True):
            svg.text(x.end + 8, at + axes.SMALL_DROP, formula.label, f"lbs f-{formula.css}")
    return svg.text_of()


def _ground(svg: Svg, chart: Response, x: Scale, y: Scale) -> None:
    if chart.goal is not None:
        low, high = chart.goal
        svg.rect(x.start, y.inside(high), x.end - x.start, y.inside(low) - y.inside(high), "f-goal")
    axes.rows(svg, y, chart.level.ticks, x.start, x.end)
    svg.text(4, 13, chart.level.unit, "tk")
    for line, axis in enumerate(filter(None, (chart.dose, chart.second))):
        for tick in axis.ticks:
            if x.holds(tick.value):
                svg.text(x(tick.value), y.start + 17 + 16 * line, tick.label, "tk mid")
    units = " · ".join(axis.unit for axis in (chart.dose, chart.second) if axis is not None)
    svg.text(x.end, y.start + 17 + 16 * (2 if chart.second else 1), units, "tk end")


def _limit(svg: Svg, chart: Response, x: Scale, y: Scale) -> None:
    if chart.limit is None or not x.holds(chart.limit[0]):
        return
    dose, words = chart.limit
    svg.path(f"M{x(dose):.1f} {y.start:g}V{y.end:g}", "med thin s-stop dash")
    left = x(dose) - 6 - text_width(words) > x.start
    svg.text(x(dose) + (-6 if left else 6), y.end + 10, words, "lbs end halo" if left else "lbs halo")


def _apart(svg: Svg, tried: Tried, css: str, x: Scale, y: Scale) -> None:
    at, (low, _, middle, _, high) = x(tried.dose), tried.spread
    svg.path(f"M{at:.1f} {y.inside(low):.1f}V{y.inside(high):.1f}", f"iv s-{css}")
    svg.circle(at, y.inside(middle), 5, f"iv-o s-{css}")
    right = at + 10 + text_width(tried.label) < x.end
    svg.text(at + (9 if right else -9), y.inside(middle) - 7, tried.label, "lbs halo" if right else "lbs end halo")
