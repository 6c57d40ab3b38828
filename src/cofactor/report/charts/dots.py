"""Counted people: one dot for each person in a thousand, with the interval of the count below."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from cofactor.report.charts import axes
from cofactor.report.charts.axes import Axis
from cofactor.report.charts.svg import LETTER_BOLD, Scale, Svg, text_width

WIDE, NARROW = 520, 350
_TOP, _PITCH, _RADIUS = 6, 6.0, 2.2  # of the drawing; from one dot to the next, and its size
_LEAST_HIGH = 4  # dots on top of each other; more where there are many
_BETWEEN = 20  # rows
_AXIS = 38
_GAP = 10
_NARROW_LABEL = 18
_LONGEST_LABEL = 170


@dataclass(frozen=True, slots=True)
class Counted:
    """People in a thousand, rounded for the dots, with their interval; ``shown`` is the number as written."""

    label: str
    shown: str
    per_thousand: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Dots:
    """One drawing; the scale begins at zero."""

    id: str
    title: str
    desc: str
    css: str
    top: float
    axis: Axis
    rows: tuple[Counted, ...]


def draw(chart: Dots, *, narrow: bool = False) -> str:
    """The drawing, at one of two widths."""
    width = NARROW if narrow else WIDE
    labels = min(_LONGEST_LABEL, max(text_width(row.label) for row in chart.rows)) + _GAP
    numbers = max(text_width(row.shown, LETTER_BOLD) for row in chart.rows) + _GAP
    x = Scale(0, chart.top, 1 if narrow else labels, width - numbers)
    high = max(_LEAST_HIGH, ceil(chart.top * _PITCH / (x.end - x.start)))
    step = high * _PITCH + _BETWEEN + (_NARROW_LABEL if narrow else 0)
    floor = _TOP + step * len(chart.rows)
    svg = Svg(width, floor + _AXIS, id=chart.id, title=chart.title, desc=chart.desc)
    axes.columns(svg, x, chart.axis.ticks, _TOP, floor, floor + 15)
    svg.text(x.end, floor + 32, chart.axis.unit, "tk end")
    for i, row in enumerate(chart.rows):
        _row(svg, row, chart.css, x, _TOP + i * step + (_NARROW_LABEL if narrow else 0), high, narrow=narrow)
    return svg.text_of()


def _row(svg: Svg, row: Counted, css: str, x: Scale, top: float, high: int, *, narrow: bool) -> None:
    for number in range(round(row.per_thousand)):
        column, place = divmod(number, high)
        svg.circle(x((column + 0.5) * high), top + (place + 0.5) * _PITCH, _RADIUS, f"f-{css}")
    below = top + high * _PITCH + 5
    svg.path(f"M{x.inside(row.low):.1f} {below:g}H{x.inside(row.high):.1f}", "iv s-ink")
    middle = top + high * _PITCH / 2 + axes.SMALL_DROP
    if narrow:
        svg.text(x.start, top - 5, row.label, "lbs halo")
    else:
        svg.text(x.start - _GAP, middle, row.label, "lbs end")
    svg.text(x.inside(row.high) + 7, below + axes.SMALL_DROP, row.shown, "lbb num halo")
