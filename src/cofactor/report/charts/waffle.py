"""One square per statement, in groups of one colour each: how many there are of each kind, seen at once."""

from __future__ import annotations

from collections.abc import Sequence

from cofactor.report.charts.svg import Svg

_SIDE, _STEP, _BETWEEN, _ROUND = 31, 35, 26, 6  # a square, one to the next, one group to the next, corners
_ROWS = 2


def draw(name: str, title: str, desc: str, groups: Sequence[tuple[str, int]]) -> str:
    """The drawing of ``(class of the stylesheet, number)`` groups, from left to right."""
    columns = [-(-count // _ROWS) for _, count in groups]
    width = sum(columns) * _STEP + (len(groups) - 1) * _BETWEEN
    svg = Svg(width, _ROWS * _STEP, id=name, title=title, desc=desc, css="chart waffle")
    left = 0
    for (css, count), wide in zip(groups, columns, strict=True):
        for number in range(count):
            column, row = divmod(number, _ROWS)
            svg.rect(left + column * _STEP, row * _STEP, _SIDE, _SIDE, f"v-{css}", _ROUND)
        left += wide * _STEP + _BETWEEN
    return svg.text_of()
