"""Small multiples: one level each, now and under the plan, against its reference range."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.report.charts import axes
from cofactor.report.charts.axes import Tick
from cofactor.report.charts.band import Curve
from cofactor.report.charts.svg import LETTER_BOLD, Scale, Svg, spread_apart

WIDTH, HEIGHT = 300, 158
_LEFT, _RIGHT, _TOP, _BOTTOM = 42, 58, 10, 24  # margins: labels of the scale, values at the end, months


@dataclass(frozen=True, slots=True)
class Multiple:
    """One small multiple. ``marks`` label the ends of the reference range, or of the scale where there is none."""

    id: str
    title: str
    desc: str
    last_day: float
    bottom: float
    top: float
    reference: tuple[float, float] | None
    marks: tuple[Tick, ...]
    months: tuple[Tick, ...]
    curves: tuple[Curve, ...]  # labels are the values at their ends


def draw(chart: Multiple) -> str:
    """The drawing."""
    svg = Svg(WIDTH, HEIGHT, id=chart.id, title=chart.title, desc=chart.desc)
    x = Scale(0, chart.last_day, _LEFT, WIDTH - _RIGHT)
    y = Scale(chart.bottom, chart.top, HEIGHT - _BOTTOM, _TOP)
    if chart.reference is not None:
        low, high = chart.reference
        svg.rect(x.start, y.inside(high), x.end - x.start, y.inside(low) - y.inside(high), "f-goal")
    axes.rows(svg, y, chart.marks, x.start, x.end)
    for curve in chart.curves:
        _curve(svg, curve, x, y)
    ends = [y.inside(curve.spread[-1][2]) for curve in chart.curves]
    for curve, at in zip(chart.curves, spread_apart(ends, LETTER_BOLD + 1), strict=True):
        svg.text(x.end + 6, at + axes.SMALL_DROP, curve.label, f"lbb f-{curve.css} num")
    for month in chart.months:
        svg.text(x(month.value), HEIGHT - 6, month.label, "tk mid")
    return svg.text_of()


def _curve(svg: Svg, curve: Curve, x: Scale, y: Scale) -> None:
    svg.area(curve.points(4, x, y), curve.points(0, x, y), f"b90 f-{curve.css}")
    if not curve.dashed:
        svg.area(curve.points(3, x, y), curve.points(1, x, y), f"b50 f-{curve.css}")
    svg.line(curve.points(2, x, y), f"med s-{curve.css}{' dash' if curve.dashed else ''}")
