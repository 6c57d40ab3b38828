"""Dots with intervals, one below the other on one scale: what an experiment found, row by row.

Each label stands above its interval and not beside it, so that one drawing serves phone and desk.
"""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.report.charts.axes import Axis
from cofactor.report.charts.svg import LETTER_BOLD, Scale, Svg, text_width

WIDTH = 340
_SIDE = 8  # room for the half of a dot or of a tick's label at either end
_ROW, _LINE, _WORDS = 38, 25, 12  # height of a row; its interval and its label below the row's top
_AXIS = 40  # ticks and unit
_SECOND_LINE = 16
_HALF = 9  # half the height of the mark of zero, which keeps clear of the labels


@dataclass(frozen=True, slots=True)
class Row:
    """A number with its interval; ``shown`` is how it is written. A hollow dot marks what is less well known."""

    label: str
    shown: str
    value: float
    low: float
    high: float
    hollow: bool = False
    css: str = ""  # its colour, where it is not that of the drawing


@dataclass(frozen=True, slots=True)
class Intervals:
    """One drawing. A dotted line stands at zero where the rows are differences."""

    id: str
    title: str
    desc: str
    css: str
    bottom: float
    top: float
    axis: Axis
    rows: tuple[Row, ...]
    zero: bool = False


def draw(chart: Intervals) -> str:
    """The drawing."""
    tops = _tops(chart.rows)
    floor = tops[-1]
    svg = Svg(WIDTH, floor + _AXIS, id=chart.id, title=chart.title, desc=chart.desc)
    x = Scale(chart.bottom, chart.top, _SIDE, WIDTH - _SIDE)
    for row, top in zip(chart.rows, tops, strict=False):
        if chart.zero:
            svg.path(f"M{x(0):.1f} {_at(row, top) - _HALF:g}v{2 * _HALF}", "ref")
        _row(svg, row, top, x, row.css or chart.css)
    svg.path(f"M{x.start:g} {floor:g}H{x.end:g}", "ax")
    for tick in chart.axis.ticks:
        svg.path(f"M{x(tick.value):.1f} {floor:g}v4", "ax")
        half = text_width(tick.label) / 2
        at = min(max(x(tick.value), half + 1), WIDTH - half - 1)  # labels at the ends stay inside the drawing
        svg.text(at, floor + 17, tick.label, "tk mid")
    svg.text(x.start - _SIDE + 1, floor + 33, chart.axis.unit, "tk")
    return svg.text_of()


def _tops(rows: tuple[Row, ...]) -> list[float]:
    """The top of each row and, at the end, of the axis."""
    tops = [2.0]
    for row in rows:
        tops.append(tops[-1] + _ROW + (_SECOND_LINE if _crowded(row) else 0))
    return tops


def _crowded(row: Row) -> bool:
    """Whether label and number need a line each."""
    return text_width(row.label) + text_width(row.shown, LETTER_BOLD) + 2 * _SIDE > WIDTH


def _at(row: Row, top: float) -> float:
    """How far down a row's interval stands."""
    return top + _LINE + (_SECOND_LINE if _crowded(row) else 0)


def _row(svg: Svg, row: Row, top: float, x: Scale, css: str) -> None:
    down = _SECOND_LINE if _crowded(row) else 0
    svg.text(1, top + _WORDS, row.label, "lbs halo")
    svg.text(WIDTH - 1, top + _WORDS + down, row.shown, "lbb end num halo")
    at = _at(row, top)
    svg.path(f"M{x(row.low):.1f} {at:g}H{x(row.high):.1f}", f"iv s-{css}")
    if row.hollow:
        svg.circle(x(row.value), at, 5, f"iv-o s-{css}")
    else:
        svg.circle(x(row.value), at, 5, f"pt f-{css}")
