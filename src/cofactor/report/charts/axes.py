"""What charts share: ticks, and axes drawn from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cofactor.report.charts.svg import Scale, Svg

SMALL_DROP = 4.5
"""How far below the middle of a line the baseline of small text stands, px."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and its finished label."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The unit of an axis and its ticks."""

    unit: str
    ticks: tuple[Tick, ...]


def rows(svg: Svg, y: Scale, ticks: Iterable[Tick], left: float, right: float) -> None:
    """Horizontal lines of a grid, each with its label to the left."""
    for tick in ticks:
        if y.holds(tick.value):
            svg.path(f"M{left:g} {y(tick.value):.1f}H{right:g}", "gr")
            svg.text(left - 7, y(tick.value) + SMALL_DROP, tick.label, "tk end")


def columns(svg: Svg, x: Scale, ticks: Iterable[Tick], top: float, bottom: float, label_at: float) -> None:
    """Vertical lines of a grid, each with its label below."""
    for tick in ticks:
        if x.holds(tick.value):
            svg.path(f"M{x(tick.value):.1f} {top:g}V{bottom:g}", "gr")
            svg.text(x(tick.value), label_at, tick.label, "tk mid")


def labels_right(svg: Svg, y: Scale, ticks: Iterable[Tick], at: float) -> None:
    """Labels of a second scale to the right, without lines."""
    for tick in ticks:
        if y.holds(tick.value):
            svg.text(at, y(tick.value) + SMALL_DROP, tick.label, "tk")


def months(svg: Svg, x: Scale, ticks: Iterable[Tick], bottom: float) -> None:
    """Short marks at the first of each month, with the month's name to their right."""
    for tick in ticks:
        if x.holds(tick.value):
            svg.path(f"M{x(tick.value):.1f} {bottom:g}v7", "gr")
            svg.text(x(tick.value) + 3, bottom + 19, tick.label, "tk")
