"""The picture of the system: blood in the middle, what transforms above it, the doors below.

Vitamin D walks along blood in arches (D3, liver, 25(OH)D, kidney, calcitriol). Solid lines are matter, and their width
its amount; dashed lines are signals, ending in + or -; a hexagon is a cofactor at its enzyme; a ring is a level, its
arc the reference range and its needle the person.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from cofactor.report.charts.loop_shapes import (
    BLOOD_Y,
    GATES,
    HEIGHT,
    LETTERS,
    MINERALS,
    PLACES,
    RING,
    SCREEN,
    WIDTH,
    arc,
    badge,
    bone,
    gut,
    head,
    hexagon,
    kidney,
    liver,
    parathyroid,
    skin,
    sun,
    vessel,
)
from cofactor.report.charts.svg import Svg

ABOVE, BELOW = BLOOD_Y - RING, BLOOD_Y + RING
THINNEST = 2.5
"""Width of a flow of which no amount is known, or next to nothing flows, px."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A level in blood. Places on the ring run from 0 to 1; ``was`` is where it stands if nothing changes."""

    name: str
    text: str = ""
    at: float | None = None
    was: float | None = None
    reference: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """Everything the picture shows. ``words`` are its fixed labels; notes are the person's own numbers, by place."""

    id: str
    title: str
    desc: str
    words: Mapping[str, str]
    gauges: Mapping[str, Gauge]
    widths: Mapping[str, float] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)  # "|" breaks the line

    def width(self, flow: str, usual: float) -> float:
        """The width of a flow: the person's own, else that of the picture without a person."""
        return self.widths.get(flow, usual)


def draw(loop: Loop) -> str:
    """The drawing, 1280 wide; it scrolls sideways where a screen is narrower than its text allows."""
    svg = Svg(WIDTH, HEIGHT, id=loop.id, title=loop.title, desc=loop.desc, css="mx")
    svg.rect(0, 0, WIDTH, HEIGHT, "bg", 14)
    _organs(svg, loop.words)
    _vitamin_d(svg, loop)
    for mineral in MINERALS:
        _filter(svg, loop, mineral)
    _bone_exchange(svg, loop)
    _hormones(svg, loop)
    _doors(svg, loop.words)
    for mineral in MINERALS:
        _absorption(svg, loop, mineral)
    _cofactors(svg, loop.words)
    for key, (x, css) in PLACES.items():
        _gauge(svg, loop.gauges[key], x, css)
    _notes(svg, loop.notes)
    _key(svg, loop)
    return svg.text_of()


# ------------------------------------------------------------------------------------------------------- strokes


def _flow(svg: Svg, d: str, css: str, width: float, *, casing: bool = True) -> None:
    """A flow of matter, with a rim that parts it from what it crosses."""
    if casing:
        svg.path(d, "cas", width + 6)
    svg.path(d, f"flow s-{css}", width)


def _label(svg: Svg, x: float, y: float, words: str, css: str = "t2") -> None:
    """A label; "|" breaks the line."""
    for i, line in enumerate(words.split("|")):
        svg.text(x, y + 18 * i, line, css)


# -------------------------------------------------------------------------------------------------------- organs


def _organs(svg: Svg, words: Mapping[str, str]) -> None:
    for shape in (vessel, skin, liver, kidney, parathyroid, gut, bone):
        shape(svg)
    _label(svg, 236, BLOOD_Y + 6, words["blood"], "tt mid")
    _label(svg, 252, 206, words["skin"], "tt")
    _label(svg, 254, 262, words["liver"], "tt")
    _label(svg, 410, 136, words["kidney"], "tt")
    _label(svg, 1096, 112, words["parathyroid"], "tt mid")
    _label(svg, 1096, 134, words["sense"], "t2 mid")
    _label(svg, 104, 732, words["gut"], "tt")
    _label(svg, 1112, 688, words["bone"], "tt mid")
    _label(svg, 1112, 708, words["bone_holds"], "t2 mid")
    _label(svg, 902, 62, words["urine"], "tt")
    _label(svg, 540, 232, words["filters"])


# ----------------------------------------------------------------------------------------------------- vitamin D


def _vitamin_d(svg: Svg, loop: Loop) -> None:
    """Sun and gut to D3, the liver's arch to 25(OH)D, the kidney's arch to calcitriol, and the way out."""
    words = loop.words
    sun(svg, 92, 76)
    _label(svg, 150, 70, words["sun"], "tt")
    _flow(svg, "M120 128L139 166", "d", loop.width("D_skin", 5))
    head(svg, 143, 176, 62, "d")
    _label(svg, 146, 146, words["uvb"])
    _flow(svg, f"M110 222V{ABOVE - 30}Q110 {ABOVE - 16} 120 {ABOVE - 6}", "d", loop.width("D_skin", 6))
    head(svg, 128, ABOVE + 4, 50, "d")
    liver_arch = f"M172 {ABOVE + 2}C178 360 196 318 240 312C290 306 304 350 308 {ABOVE - 14}"
    _flow(svg, liver_arch, "d", loop.width("25OHD_made", 9))
    head(svg, 309, ABOVE - 2, 86, "d")
    _flow(svg, f"M340 {ABOVE + 2}C346 330 360 216 430 212C496 210 500 320 503 {ABOVE - 14}", "d", 6)
    head(svg, 503.5, ABOVE - 2, 89, "d")
    _flow(svg, "M390 234C404 186 440 164 484 160C508 158 520 144 520 122V66", "d", 5)
    head(svg, 520, 52, -90, "d")
    _label(svg, 534, 80, words["broken_down"])
    _flow(svg, f"M150 684V{BELOW + 14}", "d", loop.width("D_swallowed", 7))
    head(svg, 150, BELOW + 2, -90, "d")


# ------------------------------------------------------------------------------------------------------ minerals


def _filter(svg: Svg, loop: Loop, mineral: str) -> None:
    """Through the kidney: most is taken back; what is left goes to urine."""
    x, css = PLACES[mineral]
    loop_x = GATES[mineral][1]
    there = f"M{x - 12} {ABOVE + 4}L{loop_x - 12} 330V176a12 12 0 0 1 24 0V330L{x + 12} {ABOVE - 12}"
    svg.path(there, "cas", 13)
    svg.path(there, f"flow back s-{css}", 7)
    head(svg, x + 12, ABOVE + 1, 90, css, 8)
    _flow(svg, f"M{loop_x} 164V66", css, loop.width(f"{mineral}_excreted", 4))
    head(svg, loop_x, 52, -90, css)


def _absorption(svg: Svg, loop: Loop, mineral: str) -> None:
    css = PLACES[mineral][1]
    x, _, usual = GATES[mineral]
    _flow(svg, f"M{x} 684V{BELOW + 16}", css, loop.width(f"{mineral}_absorbed", usual))
    head(svg, x, BELOW + 2, -90, css)
    badge(svg, x - 24, 636, "+", "d", 8.5 if mineral == "Mg" else 11)  # calcitriol hardly acts on magnesium


def _bone_exchange(svg: Svg, loop: Loop) -> None:
    for i, mineral in enumerate(MINERALS):
        x, foot, css = 956 + i * 20, 628 - 3 * i, PLACES[mineral][1]
        _flow(svg, f"M{x} 518V{foot}", css, loop.width(f"{mineral}_from_bone", 5), casing=False)
        head(svg, x, 506, -90, css, 7)
        head(svg, x, foot + 12, 90, css, 7)


# ------------------------------------------------------------------------------------------------------- signals


def _hormones(svg: Svg, loop: Loop) -> None:
    words = loop.words
    _flow(svg, f"M1074 256C1066 300 1036 340 1031 {ABOVE - 14}", "pth", 6)
    head(svg, 1030.5, ABOVE - 2, 92, "pth")
    svg.path("M1032 206H984", "sig s-pth")
    badge(svg, 968, 206, "+", "pth")
    _label(svg, 974, 262, words["pth_kidney"])
    svg.path(f"M1030 {BELOW + 4}V616", "sig s-pth")
    badge(svg, 1030, 630, "+", "pth")
    _label(svg, 1046, 560, words["pth_bone"])
    _flow(svg, f"M1160 648V{BELOW + 10}", "fgf", 4)
    head(svg, 1160, BELOW - 2, -90, "fgf")
    around = f"M1158 {ABOVE - 2}C1200 380 1214 340 1214 280V48Q1214 18 1184 18H482Q462 18 462 38V82"
    svg.path(around, "sig s-fgf")
    badge(svg, 462, 92, "−", "fgf")
    _label(svg, 1204, 40, words["fgf23"], "t2 end")
    brake = f"M524 {ABOVE + 3}C534 372 548 362 576 362H1010Q1034 362 1035 334"
    svg.path(brake, "cas", 7)
    svg.path(brake, "sig s-d")
    badge(svg, 1035, 322, "−", "d")
    _label(svg, 556, 384, words["brake_on_pth"])


def _doors(svg: Svg, words: Mapping[str, str]) -> None:
    """Calcitriol opens the doors of the gut: wide for calcium, less for phosphate, little for magnesium."""
    svg.path(f"M506 {BELOW + 6}V616Q506 636 526 636H876", "sig s-d")
    _label(svg, 524, 624, words["opens_doors"])
    svg.path("M20 726H64", "flow food s-ink", 10)
    head(svg, 84, 726, 0, "ink", 12)
    _label(svg, 62, 800, words["food"], "t3")
    svg.path("M900 748H926", "flow food s-ink", 6)
    head(svg, 942, 748, 0, "ink")
    _label(svg, 912, 778, words["not_absorbed"], "t2 mid")
    svg.path("M800 722H884", "solid s-ink")
    head(svg, 798, 722, 180, "ink", 7)
    head(svg, 886, 722, 0, "ink", 7)
    _label(svg, 780, 727, words["compete"], "t2 end")


# ----------------------------------------------------------------------------------------------------- cofactors


def _cofactors(svg: Svg, words: Mapping[str, str]) -> None:
    for x, y in ((240, 311), (430, 212), (486, 160), (1096, 206), (1226, 648)):
        hexagon(svg, x, y, "Mg", "mg")
    _label(svg, 240, 350, "25-OHase", "t2 mid")
    _label(svg, 436, 246, "1α-OHase", "t2 mid")
    _label(svg, 512, 184, "24-OHase")
    hexagon(svg, 506, 580, "Zn", "zn")
    _label(svg, 530, 585, "VDR")
    hexagon(svg, 1150, 755, "Zn", "zn")
    _label(svg, 1172, 778, words["alp"])
    hexagon(svg, 1040, 754, "K", "k")
    _label(svg, 1060, 778, words["osteocalcin"])
    svg.path("M1188 396a56 56 0 0 1 0 112", "wall s-k")
    hexagon(svg, 1241, BLOOD_Y, "K", "k")
    _label(svg, 1236, 388, "MGP", "t2 end")
    _label(svg, 1272, 532, words["vessel_wall"], "t2 end")


# -------------------------------------------------------------------------------------------------- the person


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
        _label(svg, x, y, words, css)


def _key(svg: Svg, loop: Loop) -> None:
    words, y = loop.words, SCREEN
    svg.path(f"M62 {y - 14}h34", "flow s-ca", 3)
    svg.path(f"M62 {y - 5}h34", "flow s-ca", 8)
    _label(svg, 106, y - 2, words["key_matter"])
    svg.path(f"M362 {y - 7}h34", "sig s-pth")
    _label(svg, 404, y - 2, words["key_signal"])
    badge(svg, 470, y - 7, "+", "pth", 9)
    _label(svg, 484, y - 2, words["key_raises"])
    badge(svg, 566, y - 7, "−", "pth", 9)
    _label(svg, 580, y - 2, words["key_lowers"])
    hexagon(svg, 660, y - 7, "Mg", "mg", 15)
    _label(svg, 682, y - 2, words["key_cofactor"])
    svg.path(arc(980, y - 5, 12, 0, 1), "trk")
    svg.path(arc(980, y - 5, 12, 0.25, 0.75), "rng s-ca")
    _label(svg, 1002, y - 2, words["key_level"])
    if any(gauge.was is not None for gauge in loop.gauges.values()):
        svg.path(f"M64 {y + 24}v14", "ndl")
        _label(svg, 76, y + 36, words["key_needle"])
        svg.path(f"M364 {y + 24}v14", "was")
        _label(svg, 376, y + 36, words["key_was"])
