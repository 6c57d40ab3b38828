"""Chances as people out of ten: a row of dots for each intake, filled for those it leaves short or takes too far."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.report.charts.svg import Svg

OF = 10
_ROW, _TOP = 40, 22  # height of a row, room for the heads of the two columns
_RADIUS, _STEP = 4.8, 12.2
_GAP = 18  # between the two columns


@dataclass(frozen=True, slots=True)
class Row:
    """One intake: how many of ten it is too little for and too much for (None: cannot be told), as written too."""

    label: str
    css: str
    short: int | None
    short_said: str
    over: int | None
    over_said: str


@dataclass(frozen=True, slots=True)
class Chances:
    """Everything the drawing shows. ``heads`` name the two columns."""

    id: str
    title: str
    desc: str
    heads: tuple[str, str]
    rows: tuple[Row, ...]


WIDTH = 360


def draw(chart: Chances) -> str:
    """The drawing: one width serves phone and desk."""
    svg = Svg(WIDTH, _TOP + _ROW * len(chart.rows), id=chart.id, title=chart.title, desc=chart.desc)
    second = WIDTH / 2 + _GAP / 2
    for head, left in zip(chart.heads, (0.0, second), strict=True):
        svg.text(left + 1, 12, head, "tk")
    for i, row in enumerate(chart.rows):
        top = _TOP + _ROW * i
        svg.path(f"M0 {top:g}H{WIDTH}", "gr")
        svg.text(1, top + 15, row.label, "lbs")
        _dots(svg, row.short, row.short_said, f"f-{row.css}", 0.0, top + 28)
        _dots(svg, row.over, row.over_said, "f-over", second, top + 28)
    return svg.text_of()


def _dots(svg: Svg, filled: int | None, said: str, css: str, left: float, y: float) -> None:
    """Ten dots and the chance in figures; only the words where it cannot be told."""
    if filled is None:
        svg.text(left + 1, y + 4.5, said, "tk")
        return
    for i in range(OF):
        svg.circle(left + _RADIUS + 1 + _STEP * i, y, _RADIUS, css if i < filled else "dot-o")
    svg.text(left + _STEP * OF + 3, y + 4.5, said, "tk num")
