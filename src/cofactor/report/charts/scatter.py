"""Predicted against observed: one point per published number, with the band of its prediction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cofactor.report.charts import axes
from cofactor.report.charts.axes import Tick
from cofactor.report.charts.svg import Scale, Svg

WIDE, NARROW = (960, 600), (350, 380)
_LEFT, _RIGHT, _TOP, _BOTTOM = (
    52,
    14,
    24,
    52,
)  # margins: labels of the scale, none, the unit above, ticks and unit below
_RADIUS, _NARROW_RADIUS = 5.5, 4.0


@dataclass(frozen=True, slots=True)
class Point:
    """One number: observed, predicted with its band, and whether it is filled (read) or open (from memory)."""

    observed: float
    predicted: float
    low: float
    high: float
    filled: bool


@dataclass(frozen=True, slots=True)
class Scatter:
    """All points on one scale from 0 to ``top``, with the words for the two axes."""

    id: str
    title: str
    desc: str
    observed: str
    predicted: str
    top: float
    ticks: tuple[Tick, ...]
    points: tuple[Point, ...]


def draw(chart: Scatter, *, narrow: bool = False) -> str:
    """The drawing, at one of two widths."""
    width, height = NARROW if narrow else WIDE
    name = f"{chart.id}-n" if narrow else chart.id
    svg = Svg(width, height, id=name, title=chart.title, desc=chart.desc)
    x = Scale(0, chart.top, _LEFT, width - _RIGHT)
    y = Scale(0, chart.top, height - _BOTTOM, _TOP)
    axes.rows(svg, y, chart.ticks, x.start, x.end)
    axes.columns(svg, x, chart.ticks, _TOP, y.start, y.start + 18)
    svg.path(f"M{x.start:g} {y.start:g}L{x.end:g} {y.end:g}", "med s-now dash")
    _points(svg, chart.points, x, y, _NARROW_RADIUS if narrow else _RADIUS)
    svg.text(x.end, height - 10, chart.observed, "tk end")
    svg.text(x.start - 40, 14, chart.predicted, "tk")
    return svg.text_of()


def _points(svg: Svg, points: Sequence[Point], x: Scale, y: Scale, radius: float) -> None:
    """Whiskers first, so that no point is crossed by another's."""
    for p in points:
        svg.path(f"M{x.inside(p.observed):.1f} {y.inside(p.low):.1f}V{y.inside(p.high):.1f}", "s-d", 1.6)
    for p in points:
        svg.circle(x.inside(p.observed), y.inside(p.predicted), radius, "pt f-d" if p.filled else "pt-e")
