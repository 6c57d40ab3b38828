"""A front: the share in range against what it is weighed against, with every formula looked at behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cofactor.report.charts import axes
from cofactor.report.charts.axes import Tick
from cofactor.report.charts.svg import Pair, Scale, Svg

WIDE, NARROW = (960, 460), (350, 380)
_LEFT, _RIGHT, _TOP, _BOTTOM = (
    52,
    22,
    30,
    52,
)  # margins: labels of the scale, none, the unit above, ticks and unit below
_RADIUS, _NARROW_RADIUS, _SMALL = 6.0, 4.5, 2.2
_MIDDLE = 0.5  # of the width, beyond which the name stands to the left of its point
_APART = 20  # of the name of the proposed point below it, px


@dataclass(frozen=True, slots=True)
class Point:
    """One formula of the front: burden and share, each with its interval."""

    x: float
    y: float
    x_ends: Pair
    y_ends: Pair
    name: str  # of the one proposed, which is filled; empty for the others


@dataclass(frozen=True, slots=True)
class Pareto:
    """A front with the words for its axes. ``limit`` is drawn as a line across, where there is one on this axis."""

    id: str
    title: str
    desc: str
    x_words: str
    y_words: str
    x_ends: Pair
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    behind: tuple[Pair, ...]
    front: tuple[Point, ...]
    limit: float | None


def draw(chart: Pareto, *, narrow: bool = False) -> str:
    """The drawing, at one of two widths."""
    width, height = NARROW if narrow else WIDE
    name = f"{chart.id}-n" if narrow else chart.id
    svg = Svg(width, height, id=name, title=chart.title, desc=chart.desc)
    x = Scale(*chart.x_ends, _LEFT, width - _RIGHT)
    y = Scale(0, 100, height - _BOTTOM, _TOP)
    axes.rows(svg, y, chart.y_ticks, x.start, x.end)
    axes.columns(svg, x, chart.x_ticks, _TOP, y.start, y.start + 18)
    for burden, share in chart.behind:
        if x.holds(burden):
            svg.circle(x(burden), y(share), _SMALL, "f-now b50")
    if chart.limit is not None and x.holds(chart.limit):
        svg.path(f"M{x(chart.limit):.1f} {_TOP:g}V{y.start:g}", "ref")
    _front(svg, chart.front, x, y, _NARROW_RADIUS if narrow else _RADIUS)
    svg.text(x.end, height - 8, chart.x_words, "tk end")
    svg.text(0, 14, chart.y_words, "tk")
    return svg.text_of()


def _front(svg: Svg, front: Sequence[Point], x: Scale, y: Scale, radius: float) -> None:
    """The line, then bars, then points, so that no point is crossed; the one proposed last, with its name."""
    if len(front) > 1:
        svg.line([(x.inside(p.x), y(p.y)) for p in front], "med s-d edge")
    for p in front:
        svg.path(f"M{x.inside(p.x):.1f} {y(p.y_ends[0]):.1f}V{y(p.y_ends[1]):.1f}", "s-d", 1.6)
        if p.x_ends[0] < p.x_ends[1]:
            svg.path(f"M{x.inside(p.x_ends[0]):.1f} {y(p.y):.1f}H{x.inside(p.x_ends[1]):.1f}", "s-d", 1.6)
    for p in sorted(front, key=lambda p: bool(p.name)):
        svg.circle(x.inside(p.x), y(p.y), radius, "pt f-d" if p.name else "pt-e")
        left = x.inside(p.x) - x.start < _MIDDLE * (x.end - x.start)
        svg.text(
            x.inside(p.x) + (radius if left else -radius), y(p.y) + _APART, p.name, f"lbb halo{'' if left else ' end'}"
        )
