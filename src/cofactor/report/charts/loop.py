"""The picture of the system: blood in the middle, what transforms above it, the doors below.

Vitamin D walks along blood in arches (D3, liver, 25(OH)D, kidney, calcitriol). Solid lines are matter, and their width
its amount; dashed lines are signals, ending in + or -; a hexagon is a cofactor at its enzyme; a ring is a level, its
arc the reference range and its needle the person.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from cofactor.report.charts import loop_system
from cofactor.report.charts.loop_shapes import (
    BLOOD_Y,
    HEIGHT,
    LETTERS,
    MINERALS,
    PLACES,
    RING,
    SCREEN,
    WIDTH,
    arc,
    badge,
    hexagon,
    label,
)
from cofactor.report.charts.loop_types import Gauge, Loop
from cofactor.report.charts.svg import Svg


def draw(loop: Loop) -> str:
    """The drawing, 1280 wide; it scrolls sideways where a screen is narrower than its text allows."""
    role = "group" if loop.names else "img"  # what can be opened must not hide in an image
    svg = Svg(WIDTH, HEIGHT, id=loop.id, title=loop.title, desc=loop.desc, css="mx", role=role)
    svg.rect(0, 0, WIDTH, HEIGHT, "bg", 14)
    loop_system.organs(svg, loop.words)
    loop_system.vitamin_d(svg, loop)
    for mineral in MINERALS:
        loop_system.kidney_loop(svg, loop, mineral)
    loop_system.bone_exchange(svg, loop)
    loop_system.hormones(svg, loop)
    loop_system.doors(svg, loop)
    for mineral in MINERALS:
        loop_system.absorption(svg, loop, mineral)
    loop_system.cofactors(svg, loop)
    for key, (x, css) in PLACES.items():
        _gauge(svg, loop.gauges[key], x, css)
    _notes(svg, loop.notes)
    _key(svg, loop)
    return svg.text_of()


def _gauge(svg: Svg, gauge: Gauge, x: float, css: str) -> None:
    svg.circle(x, BLOOD_Y, RING + 3, "ga")
    svg.path(arc(x, BLOOD_Y, RING - 3, 0, 1), "trk")
    if gauge.reference is not None:
        svg.path(arc(x, BLOOD_Y, RING - 3, *gauge.reference), f"rng s-{css}")
    if gauge.was is not None:
        _needle(svg, x, gauge.was, "was")
    if gauge.at is not None:
        _needle(svg, x, gauge.at, "ndl")
    name = "t1 mid" if len(gauge.name) <= 6 else "t1 mid long"
    svg.text(x, BLOOD_Y - 2 if gauge.text else BLOOD_Y + 5, gauge.name, name)
    svg.text(x, BLOOD_Y + 16, gauge.text, "t2 mid num")


def _needle(svg: Svg, x: float, at: float, css: str) -> None:
    angle = math.radians(135 + 270 * min(max(at, 0.0), 1.0))
    inner, outer = RING - 10, RING + 4
    ends = (f"{x + r * math.cos(angle):.1f} {BLOOD_Y + r * math.sin(angle):.1f}" for r in (inner, outer))
    svg.path("M" + "L".join(ends), css)


def _notes(svg: Svg, notes: Mapping[str, str]) -> None:
    for place, words in notes.items():
        x, y, css = LETTERS[place]
        label(svg, x, y, words, css)


def _key(svg: Svg, loop: Loop) -> None:
    words, y = loop.words, SCREEN
    svg.path(f"M62 {y - 14}h34", "flow s-ca", 3)
    svg.path(f"M62 {y - 5}h34", "flow s-ca", 8)
    label(svg, 106, y - 2, words["key_matter"])
    svg.path(f"M362 {y - 7}h34", "sig s-pth", loop_system.SIGNAL)
    label(svg, 404, y - 2, words["key_signal"])
    badge(svg, 470, y - 7, "+", "pth", 9)
    label(svg, 484, y - 2, words["key_raises"])
    badge(svg, 566, y - 7, "−", "pth", 9)
    label(svg, 580, y - 2, words["key_lowers"])
    hexagon(svg, 660, y - 7, "Mg", "mg", 15)
    label(svg, 682, y - 2, words["key_cofactor"])
    svg.path(arc(980, y - 5, 12, 0, 1), "trk")
    svg.path(arc(980, y - 5, 12, 0.25, 0.75), "rng s-ca")
    label(svg, 1002, y - 2, words["key_level"])
    if any(gauge.was is not None for gauge in loop.gauges.values()):
        svg.path(f"M64 {y + 24}v14", "ndl")
        label(svg, 76, y + 36, words["key_needle"])
        svg.path(f"M364 {y + 24}v14", "was")
        label(svg, 376, y + 36, words["key_was"])
