"""How people are distributed, one row for each group, all densities and values on one scale."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.report.charts import axes
from cofactor.report.charts.axes import Axis
from cofactor.report.charts.svg import LETTER, Pair, Scale, Svg, text_width

WIDE, NARROW = 900, 350
_TOP, _STEP, _PEAK = 14, 45, 38  # of the drawing, from one row to the next, the highest density
_NARROW_STEP = 62  # labels stand above their row
_AXIS_LINE = 17
_LONGEST_LABEL = 210
_MEDIAN = 12  # height of its tick
_GAP = 12


@dataclass(frozen=True, slots=True)
class Ridge:
    """A group: its density over the values of the chart, its median, and what is said at its end."""

    label: str
    said: str
    density: tuple[float, ...]
    median: float
    css: str
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Ridges:
    """Everything that the drawing shows. ``second`` is the scale of another unit, at the same values."""

    id: str
    title: str
    desc: str
    values: tuple[float, ...]
    axis: Axis
    second: Axis | None
    goal: Pair | None
    rows: tuple[Ridge, ...]


def draw(chart: Ridges, *, narrow: bool = False) -> str:
    """The drawing, at one of two widths."""
    width, step = (NARROW, _NARROW_STEP) if narrow else (WIDE, _STEP)
    floor = _TOP + step * len(chart.rows)
    lines = 1 if chart.second is None else 2
    svg = Svg(
        width,
        floor + 6 + lines * _AXIS_LINE + (_AXIS_LINE if narrow else 0),
        id=chart.id,
        title=chart.title,
        desc=chart.desc,
    )
    left, right = (1.0, width - 1.0) if narrow else _margins(chart, width)
    x = Scale(chart.values[0], chart.values[-1], left, right)
    if chart.goal is not None:
        low, high = (x.inside(value) for value in chart.goal)
        svg.rect(low, _TOP, high - low, floor - _TOP, "f-goal")
    axes.columns(svg, x, _shown(chart.axis, x, narrow), _TOP, floor, floor + 17)
    _units(svg, chart, x, floor, narrow=narrow)
    highest = max((max(row.density) for row in chart.rows), default=0.0) or 1.0
    for i, row in enumerate(chart.rows):
        _row(
            svg,
            row,
            chart.values,
            x,
            Scale(0, highest, _TOP + (i + 1) * step - 3, _TOP + (i + 1) * step - 3 - _PEAK),
            narrow=narrow,
        )
    return svg.text_of()


def _margins(chart: Ridges, width: float) -> Pair:
    label = min(_LONGEST_LABEL, max(text_width(row.label) for row in chart.rows)) + _GAP
    said = max(text_width(row.said) for row in chart.rows) + _GAP
    return max(label, text_width(chart.axis.unit) + _GAP, 60), width - said


def _shown(axis: Axis, x: Scale, narrow: bool) -> tuple[axes.Tick, ...]:
    """The ticks whose labels stay inside the drawing where it has no margins."""
    inside = [t for t in axis.ticks if not narrow or x.start <= x(t.value) - text_width(t.label) / 2]
    return tuple(t for t in inside if not narrow or x(t.value) + text_width(t.label) / 2 <= x.end)


def _units(svg: Svg, chart: Ridges, x: Scale, floor: float, *, narrow: bool) -> None:
    """The second scale, and the units of both: left of their scale, or below where there is no room."""
    if chart.second is not None:
        for tick in _shown(chart.second, x, narrow):
            if x.holds(tick.value):
                svg.text(x(tick.value), floor + 17 + _AXIS_LINE, tick.label, "tk mid")
    named = [chart.axis.unit] + ([chart.second.unit] if chart.second else [])
    if narrow:
        svg.text(x.end, floor + 17 + _AXIS_LINE * len(named), " · ".join(named), "tk end")
        return
    for i, unit in enumerate(named):
        svg.text(x.start - _GAP, floor + 17 + i * _AXIS_LINE, unit, "tk end")


def _row(svg: Svg, row: Ridge, values: tuple[float, ...], x: Scale, y: Scale, *, narrow: bool) -> None:
    line = [(x(value), y(density)) for value, density in zip(values, row.density, strict=True)]
    svg.area(line, [(x.start, y.start), (x.end, y.start)], f"b50 f-{row.css}")
    svg.line(line, f"med s-{row.css}{' dash' if row.dashed else ''}")
    if x.holds(row.median):
        svg.path(f"M{x(row.median):.1f} {y.start:g}v{-_MEDIAN}", "tick s-ink")
    if narrow:
        svg.text(x.start, y.end - 8, _cut(row.label, x.end - text_width(row.said) - 16), "lbs halo")
        svg.text(x.end, y.end - 8, row.said, "lbs num end halo")
    else:
        svg.text(x.start - _GAP, y.start - 5, _cut(row.label, _LONGEST_LABEL), "lbs end")
        svg.text(x.end + _GAP, y.start - 5, row.said, "lbs num")


def _cut(label: str, room: float) -> str:
    """A label that fits, shortened with an ellipsis where it is too long."""
    if text_width(label, LETTER) <= room:
        return label
    while label and text_width(label + "…", LETTER) > room:
        label = label[:-1]
    return label.rstrip() + "…"
