"""The course of one group over time: its people as bands, on a scale that it shares with the groups beside it."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.report.charts import axes
from cofactor.report.charts.axes import Axis, Tick
from cofactor.report.charts.band import Curve, bands
from cofactor.report.charts.svg import Pair, Scale, Svg

WIDTH, HEIGHT = 300, 176
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 44, 26, 26  # margins: labels of the scale, the last median, the name, the days


@dataclass(frozen=True, slots=True)
class Course:
    """One drawing. The curve's label is the number at its end."""

    id: str
    title: str
    desc: str
    name: str
    top: float
    axis: Axis
    days: tuple[Tick, ...]
    goal: Pair | None
    curve: Curve


def draw(chart: Course) -> str:
    """The drawing."""
    svg = Svg(WIDTH, HEIGHT, id=chart.id, title=chart.title, desc=chart.desc)
    x = Scale(chart.curve.days[0], chart.curve.days[-1], _LEFT, WIDTH - _RIGHT)
    y = Scale(0, chart.top, HEIGHT - _BOTTOM, _TOP)
    if chart.goal is not None:
        low, high = (y.inside(end) for end in chart.goal)
        svg.rect(x.start, high, x.end - x.start, low - high, "f-goal")
    axes.rows(svg, y, chart.axis.ticks, x.start, x.end)
    bands(svg, chart.curve, x, y)
    svg.text(x.start, 15, chart.name, "lbb")
    svg.text(x.end + 6, y.inside(chart.curve.spread[-1][2]) + axes.SMALL_DROP, chart.curve.label, "lbb num")
    for tick in chart.days:
        svg.text(x(tick.value), HEIGHT - 8, tick.label, "tk mid")
    return svg.text_of()
