"""Lines over time on one scale, each named at its end."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.report.charts import axes
from cofactor.report.charts.axes import Axis
from cofactor.report.charts.svg import LETTER, LETTER_BOLD, Scale, Svg, spread_apart, text_width

WIDE, NARROW = (900, 380), (350, 300)
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 16, 14, 42
_LONGEST_NAME = 150
COLOURS = ("d", "mg", "ca", "p", "pth", "fgf", "k", "zn")
"""Classes of the lines, in order; past the last they begin again, dashed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name and its values, one for each time."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Everything that the drawing shows."""

    id: str
    title: str
    desc: str
    times: tuple[float, ...]
    bottom: float
    top: float
    across: Axis
    up: Axis
    lines: tuple[Line, ...]


def draw(chart: Lines, *, narrow: bool = False) -> str:
    """The drawing, at one of two widths."""
    width, height = NARROW if narrow else WIDE
    names = min(_LONGEST_NAME, max((text_width(line.name, LETTER_BOLD) for line in chart.lines), default=0.0)) + 14
    svg = Svg(width, height, id=chart.id, title=chart.title, desc=chart.desc)
    x = Scale(chart.times[0], chart.times[-1], _LEFT, width - _RIGHT - (0 if narrow else names))
    y = Scale(chart.bottom, chart.top, height - _BOTTOM, _TOP)
    axes.rows(svg, y, chart.up.ticks, x.start, x.end)
    axes.columns(svg, x, chart.across.ticks, _TOP, y.start, y.start + 17)
    svg.text(x.end, y.start + 35, chart.across.unit, "tk end")
    for i, line in enumerate(chart.lines):
        points = [(x(time), y.inside(value)) for time, value in zip(chart.times, line.values, strict=True)]
        svg.line(points, css(i))
    if not narrow:
        ends = [y.inside(line.values[-1]) for line in chart.lines]
        for i, at in enumerate(spread_apart(ends, LETTER + 3)):
            svg.text(x.end + 8, at + axes.SMALL_DROP, chart.lines[i].name, f"lbb f-{colour(i)}")
    return svg.text_of()


def css(index: int) -> str:
    """The classes of a line, by its place."""
    return f"med s-{colour(index)}{' dash' if index >= len(COLOURS) else ''}"


def colour(index: int) -> str:
    """The colour of a line and of its name."""
    return COLOURS[index % len(COLOURS)]
