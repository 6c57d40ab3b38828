"""Strips: one row for each body and what it calls sufficient; the person's value crosses all rows."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.report.charts import axes
from cofactor.report.charts.axes import Axis
from cofactor.report.charts.svg import BOLDER, LETTER_BOLD, Scale, Svg, hatching, text_width

ROW = 24
_TOP, _RIGHT = 46, 16
_BAR = 8  # height of a bar; one row's bar leaves air to the next


@dataclass(frozen=True, slots=True)
class Row:
    """One body's reading. ``low`` is where it starts saying sufficient, ``high`` where that ends.

    ``excess`` is where it warns of too much. A withdrawn or proposed reading is pale and says so in its ``note``.
    """

    label: str
    low: float | None
    high: float | None
    excess: float | None
    note: str
    pale: bool
    marks: tuple[float, ...] = ()  # single values, drawn as dark ticks


@dataclass(frozen=True, slots=True)
class Marker:
    """The person: a value with its likely range, and what is written over it."""

    value: float
    low: float
    high: float
    label: str
    dashed: bool = False  # another situation than today's


@dataclass(frozen=True, slots=True)
class Strip:
    """Everything a strip shows."""

    id: str
    title: str
    desc: str
    css: str
    first: float
    last: float
    axes: tuple[Axis, ...]  # one or two, below each other
    rows: tuple[Row, ...]
    markers: tuple[Marker, ...]


@dataclass(frozen=True, slots=True)
class _Size:
    width: float
    labels: float  # width of the column of names


WIDE = _Size(520, 136)
NARROW = _Size(360, 118)


def draw(chart: Strip, size: _Size) -> str:
    """The chart at one of the two sizes, :data:`WIDE` or :data:`NARROW`."""
    bottom = _TOP + ROW * len(chart.rows)
    svg = Svg(size.width, bottom + 14 + 17 * len(chart.axes), id=chart.id, title=chart.title, desc=chart.desc)
    x = Scale(chart.first, chart.last, size.labels, size.width - _RIGHT)
    axes.columns(svg, x, chart.axes[0].ticks, _TOP - 4, bottom, bottom + 16)
    for i, axis in enumerate(chart.axes):
        svg.text(size.labels - 20, bottom + 16 + 17 * i, axis.unit, "tk end")
        for tick in axis.ticks if i else ():
            svg.text(x(tick.value), bottom + 16 + 17 * i, tick.label, "tk mid")
    for marker in chart.markers[:1]:
        left, right = x.inside(marker.low), x.inside(marker.high)
        svg.rect(left, _TOP - 6, max(right - left, 1), bottom - _TOP + 6, f"b90 f-{chart.css}")
    lines = [x.inside(marker.value) for marker in chart.markers]
    for i, row in enumerate(chart.rows):
        _row(svg, row, x, _TOP + ROW * (i + 0.5), size, lines)
    _markers(svg, chart, x, bottom)
    return svg.text_of()


def _row(svg: Svg, row: Row, x: Scale, y: float, size: _Size, lines: list[float]) -> None:
    svg.text(size.labels - 8, y + axes.SMALL_DROP, row.label, "lbs end")
    if row.low is not None:
        left = x.inside(row.low)
        right = x.inside(row.high) if row.high is not None else x.end
        svg.rect(left, y - _BAR / 2, max(right - left, 3), _BAR, "f-old" if row.pale else "f-enough", 4)
        if x.holds(row.low):
            svg.path(f"M{left:.1f} {y - 7:g}V{y + 7:g}", "tick s-ink")
    if row.excess is not None and x.holds(row.excess):
        at = x(row.excess)
        svg.path(f"M{at:.1f} {y - 8:g}V{y + 8:g}", "tick s-stop")
        svg.path(hatching(at + 4, x.end, y, 6, 7), "hatch")
    for value in row.marks:
        svg.path(f"M{x(value):.1f} {y - 8:g}V{y + 8:g}", "tick s-ink")
    if row.note:
        _note(svg, row, x, y, lines)


def _note(svg: Svg, row: Row, x: Scale, y: float, lines: list[float]) -> None:
    """A word on the row, where none of the person's lines runs through it: by its mark, on its bar, or in the open."""
    if row.marks:
        at = x(max(row.marks))
        wanted = [at + 6, at - 6 - text_width(row.note), max([at, *lines]) + 8]
    elif row.low is not None:
        right = x.inside(row.high) if row.high is not None else x.end
        wanted = [(x.inside(row.low) + right - text_width(row.note)) / 2, right - text_width(row.note) - 8]
    else:
        wanted = [x.start + 6, max(lines, default=x.start) + 8, x.end - text_width(row.note)]
    free = [start for start in wanted if _is_free(start, row.note, x, lines)]
    svg.text((free or wanted)[0], y + axes.SMALL_DROP, row.note, "tk halo")


def _is_free(start: float, words: str, x: Scale, lines: list[float]) -> bool:
    end = start + text_width(words)
    return x.start <= start and end <= x.end + _RIGHT and not any(start - 4 < at < end + 4 for at in lines)


def _markers(svg: Svg, chart: Strip, x: Scale, bottom: float) -> None:
    heights = _heights(chart, x, svg.width)
    for marker, (start, css, height) in zip(chart.markers, heights, strict=True):
        at = x.inside(marker.value)
        svg.path(f"M{at:.1f} {_TOP - 10}V{bottom:g}", f"you s-{chart.css}{' dash' if marker.dashed else ''}")
        if marker.dashed:
            svg.path(f"M{at:.1f} {_TOP - 5}l-5 -9h10z", f"you-o s-{chart.css}")
        else:
            svg.path(f"M{at:.1f} {_TOP - 4}l-6 -10h12z", f"f-{chart.css}")
        svg.text(start, height, marker.label, f"lbb f-{chart.css}{css}")


def _heights(chart: Strip, x: Scale, width: float) -> list[tuple[float, str, float]]:
    """Where each marker's words start, how they are anchored, and on which line, so that none run into each other."""
    placed: list[tuple[float, str, float]] = []
    spans: list[tuple[float, float]] = []
    for marker in chart.markers:
        at, wide = x.inside(marker.value), BOLDER * text_width(marker.label, LETTER_BOLD)
        left = min(max(at - wide / 2, 2), width - wide - 2)
        spans.append((left, left + wide))
        placed.append((left, "", 27.0))
    if len(placed) > 1 and spans[0][0] < spans[1][1] + 8 and spans[1][0] < spans[0][1] + 8:
        placed[1] = (*placed[1][:2], 12.0)
    return placed
