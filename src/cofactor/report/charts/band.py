"""Bands over time: where a level is heading, now and under the plan, with what was measured."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.report.charts import axes
from cofactor.report.charts.axes import Axis, Tick
from cofactor.report.charts.svg import LETTER, LETTER_BOLD, Pair, Scale, Svg, spread_apart, text_width

Spread = tuple[float, float, float, float, float]
"""5, 25, 50, 75 and 95 %."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The spread of one future. ``css`` names its colour; a dashed curve is the one in which nothing changes."""

    css: str
    label: str  # written at its end; "|" breaks the line
    days: tuple[float, ...]
    spread: tuple[Spread, ...]  # one per day
    dashed: bool = False

    def points(self, which: int, x: Scale, y: Scale) -> list[Pair]:
        """The line of one percentile (0 to 4)."""
        across = [x(day) for day in self.days]
        return list(zip(across, (y.inside(spread[which]) for spread in self.spread), strict=True))


@dataclass(frozen=True, slots=True)
class Kept:
    """The median of a scenario kept beside: a dotted line with a letter on it."""

    letter: str
    days: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A value on a day, with its likely range: measured, or estimated (hollow)."""

    day: float
    value: float
    low: float
    high: float
    label: str
    measured: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A level that a body names, with what is written beside it: over the line, else under it."""

    value: float
    label: str
    over: bool


@dataclass(frozen=True, slots=True)
class BandChart:
    """Everything a band chart shows."""

    id: str
    title: str
    desc: str
    first_day: float
    last_day: float
    top: float  # of the scale, in the unit of the left axis
    left: Axis
    right: Axis
    months: tuple[Tick, ...]
    goal: tuple[float, float] | None
    marks: tuple[Mark, ...]
    low_uvb: tuple[Pair, ...]
    low_uvb_label: str
    curves: tuple[Curve, ...]
    points: tuple[Point, ...]
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class _Size:
    width: float
    height: float
    right: float  # margin right of the plot
    names_curves: bool
    month_step: int


WIDE = _Size(900, 310, 124, names_curves=True, month_step=1)
NARROW = _Size(360, 300, 34, names_curves=False, month_step=3)
_LETTER_FROM_END, _LETTER_APART = 0.94, 0.08  # of the year: where the letters of kept scenarios stand on their lines
_LEFT, _TOP, _BOTTOM = 40, 24, 30  # margins that hold the labels of the axes


def draw(chart: BandChart, size: _Size) -> str:
    """The chart at one of the two sizes, :data:`WIDE` or :data:`NARROW`."""
    svg = Svg(size.width, size.height, id=chart.id, title=chart.title, desc=chart.desc)
    end = size.width - size.right
    x = Scale(chart.first_day, chart.last_day, _LEFT, end)
    y = Scale(0, chart.top, size.height - _BOTTOM, _TOP)
    _ground(svg, chart, size, x, y)
    for curve in chart.curves:
        bands(svg, curve, x, y)
    for place, line in enumerate(chart.kept):
        _kept(svg, line, _LETTER_FROM_END - _LETTER_APART * place, x, y)
    _marks(svg, chart, x, y)
    _points(svg, chart, x, y)
    if size.names_curves:
        _names(svg, chart, y, end + 34)
    return svg.text_of()


def _ground(svg: Svg, chart: BandChart, size: _Size, x: Scale, y: Scale) -> None:
    if chart.goal is not None:
        low, high = chart.goal
        svg.rect(x.start, y.inside(high), x.end - x.start, y(low) - y.inside(high), "f-goal")
    axes.rows(svg, y, chart.left.ticks, x.start, x.end)
    axes.labels_right(svg, y, chart.right.ticks, x.end + 6)
    svg.text(4, 13, chart.left.unit, "tk")
    svg.text(
        size.width if not size.names_curves else x.end + 6,
        13,
        chart.right.unit,
        "tk" if size.names_curves else "tk end",
    )
    for begin, finish in chart.low_uvb:
        svg.path(f"M{x(begin):.1f} {y.start - 3:g}H{x(finish):.1f}", "uvb")
    if chart.low_uvb:
        svg.text(x(chart.low_uvb[0][0]) + 4, y.start - 9, chart.low_uvb_label, "tk halo")
    axes.months(svg, x, chart.months[:: size.month_step], y.start)


def bands(svg: Svg, curve: Curve, x: Scale, y: Scale) -> None:
    """A curve: 90 % light, 50 % dark, the median on top."""
    p05, p25, p50, p75, p95 = (curve.points(i, x, y) for i in range(5))
    svg.area(p95, p05, f"b90 f-{curve.css}")
    svg.area(p75, p25, f"b50 f-{curve.css}")
    if curve.dashed:
        svg.line(p05, f"edge s-{curve.css} dash")
        svg.line(p95, f"edge s-{curve.css} dash")
    svg.line(p50, f"med s-{curve.css}{' dash' if curve.dashed else ''}")


def _kept(svg: Svg, line: Kept, letter_at: float, x: Scale, y: Scale) -> None:
    points = [(x(day), y.inside(value)) for day, value in zip(line.days, line.values, strict=True)]
    svg.line(points, "kept s-ink")
    at = points[int(letter_at * (len(points) - 1))]
    svg.text(at[0], at[1] - 5, line.letter, "lbb halo mid")


def _marks(svg: Svg, chart: BandChart, x: Scale, y: Scale) -> None:
    for mark in chart.marks:
        svg.path(f"M{x.start:g} {y(mark.value):.1f}H{x.end:g}", "ref")
        svg.text(x.end - 6, y(mark.value) + (-7 if mark.over else 17), mark.label, "lbs end halo")


def _points(svg: Svg, chart: BandChart, x: Scale, y: Scale) -> None:
    for point in chart.points:
        svg.path(f"M{x(point.day):.1f} {y.inside(point.low):.1f}V{y.inside(point.high):.1f}", "bar-i s-ink")
        css = "pt f-ink" if point.measured else "pt-e"
        svg.circle(x(point.day), y.inside(point.value), 5, css)
    labelled = [p for p in chart.points if p.label]
    below = [y.inside(p.low) + 16 for p in labelled]
    for point, at in zip(labelled, _lower(labelled, below, x), strict=True):
        svg.text(max(x(point.day) - 8, x.start + 2), at, point.label, "lbs halo")


def _lower(points: list[Point], wanted: list[float], x: Scale) -> list[float]:
    """Labels under their points, each lower than one that it would run into."""
    placed: list[float] = []
    for i, (point, at) in enumerate(zip(points, wanted, strict=True)):
        for other, its in zip(points[:i], placed, strict=True):
            overlaps = x(other.day) + text_width(other.label) > x(point.day) - 12
            if overlaps and abs(its - at) < LETTER + 3:
                at = its + LETTER + 3
        placed.append(at)
    return placed


def _names(svg: Svg, chart: BandChart, y: Scale, at: float) -> None:
    """The name of each curve beside its end, kept apart."""
    ends = [y.inside(curve.spread[-1][2]) for curve in chart.curves]
    tallest = max(curve.label.count("|") + 1 for curve in chart.curves)
    for curve, where in zip(chart.curves, spread_apart(ends, tallest * (LETTER_BOLD + 3)), strict=True):
        for i, part in enumerate(curve.label.split("|")):
            svg.text(at, where + axes.SMALL_DROP + i * (LETTER_BOLD + 2), part, f"lbb f-{curve.css}")
