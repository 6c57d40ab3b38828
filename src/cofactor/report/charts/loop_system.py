"""The fixed part of the picture of the system: organs, flows of matter, signals and cofactors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape

from cofactor.report.charts.loop_shapes import (
    ABOVE,
    BELOW,
    BLOOD_Y,
    GATES,
    MINERALS,
    PLACES,
    badge,
    bone,
    gut,
    head,
    hexagon,
    kidney,
    label,
    liver,
    parathyroid,
    skin,
    sun,
    vessel,
)
from cofactor.report.charts.loop_types import Loop
from cofactor.report.charts.svg import Svg

SIGNAL = 2.4
"""Width of a dashed line at rest, px."""
_TO_POINTER = 18.0


@contextmanager
def _arrow(svg: Svg, loop: Loop, name: str) -> Iterator[None]:
    """What is drawn inside is one arrow. Where it has a name, it can be opened and carries the mark of its change."""
    said = escape(loop.names.get(name, ""))
    if said:
        css = f"ar {loop.change(name)}".strip()
        svg.add(f'<g class="{css}" role="button" tabindex="0" aria-label="{said}" data-arrow="{name}">')
        svg.add(f"<title>{said}</title>")
    yield
    if said:
        svg.add("</g>")


def _flow(svg: Svg, d: str, css: str, width: float, *, casing: bool = True) -> None:
    """A flow of matter, with a rim that parts it from what it crosses."""
    if casing:
        svg.path(d, "cas", width + 6)
    svg.path(d, f"flow s-{css}", width)


def _signal(svg: Svg, loop: Loop, name: str, d: str, css: str) -> None:
    """A dashed line, thicker where more is told; where it can be opened, it is wider to the pointer than to the eye."""
    if loop.names:
        svg.path(d, "hit", _TO_POINTER)
    svg.path(d, f"sig s-{css}", loop.width(name, SIGNAL))


# -------------------------------------------------------------------------------------------------------- organs


def organs(svg: Svg, words: Mapping[str, str]) -> None:
    """Blood and the organs, with their names."""
    for shape in (vessel, skin, liver, kidney, parathyroid, gut, bone):
        shape(svg)
    label(svg, 236, BLOOD_Y + 6, words["blood"], "tt mid")
    label(svg, 252, 206, words["skin"], "tt")
    label(svg, 254, 262, words["liver"], "tt")
    label(svg, 410, 136, words["kidney"], "tt")
    label(svg, 1096, 112, words["parathyroid"], "tt mid")
    label(svg, 1096, 134, words["sense"], "t2 mid")
    label(svg, 104, 732, words["gut"], "tt")
    label(svg, 1112, 688, words["bone"], "tt mid")
    label(svg, 1112, 708, words["bone_holds"], "t2 mid")
    label(svg, 902, 62, words["urine"], "tt")
    label(svg, 540, 232, words["filters"])


# ----------------------------------------------------------------------------------------------------- vitamin D


def vitamin_d(svg: Svg, loop: Loop) -> None:
    """Sun and gut to D3, the liver's arch to 25(OH)D, the kidney's arch to calcitriol, and the way out."""
    words = loop.words
    sun(svg, 92, 76)
    label(svg, 150, 70, words["sun"], "tt")
    with _arrow(svg, loop, "sun"):
        _flow(svg, "M120 128L139 166", "d", loop.width("sun", 5))
        head(svg, 143, 176, 62, "d")
        _flow(svg, f"M110 222V{ABOVE - 30}Q110 {ABOVE - 16} 120 {ABOVE - 6}", "d", loop.width("sun", 6))
        head(svg, 128, ABOVE + 4, 50, "d")
    label(svg, 146, 146, words["uvb"])
    with _arrow(svg, loop, "liver"):
        liver_arch = f"M172 {ABOVE + 2}C178 360 196 318 240 312C290 306 304 350 308 {ABOVE - 14}"
        _flow(svg, liver_arch, "d", loop.width("liver", 9))
        head(svg, 309, ABOVE - 2, 86, "d")
    with _arrow(svg, loop, "kidney"):
        kidney_arch = f"M340 {ABOVE + 2}C346 330 360 216 430 212C496 210 500 320 503 {ABOVE - 14}"
        _flow(svg, kidney_arch, "d", loop.width("kidney", 6))
        head(svg, 503.5, ABOVE - 2, 89, "d")
    with _arrow(svg, loop, "cleared"):
        _flow(svg, "M390 234C404 186 440 164 484 160C508 158 520 144 520 122V66", "d", loop.width("cleared", 5))
        head(svg, 520, 52, -90, "d")
    label(svg, 534, 80, words["broken_down"])
    with _arrow(svg, loop, "swallowed"):
        _flow(svg, f"M150 684V{BELOW + 14}", "d", loop.width("swallowed", 7))
        head(svg, 150, BELOW + 2, -90, "d")


# ------------------------------------------------------------------------------------------------------ minerals


def kidney_loop(svg: Svg, loop: Loop, mineral: str) -> None:
    """Through the kidney: most is taken back; what is left goes to urine."""
    x, css = PLACES[mineral]
    loop_x = GATES[mineral][1]
    there = f"M{x - 12} {ABOVE + 4}L{loop_x - 12} 330V176a12 12 0 0 1 24 0V330L{x + 12} {ABOVE - 12}"
    svg.path(there, "cas", 13)
    svg.path(there, f"flow back s-{css}", 7)
    head(svg, x + 12, ABOVE + 1, 90, css, 8)
    with _arrow(svg, loop, f"{mineral}_excreted"):
        _flow(svg, f"M{loop_x} 164V66", css, loop.width(f"{mineral}_excreted", 4))
        head(svg, loop_x, 52, -90, css)


def absorption(svg: Svg, loop: Loop, mineral: str) -> None:
    """From the gut to blood, through a door that calcitriol opens."""
    css = PLACES[mineral][1]
    x, _, usual = GATES[mineral]
    with _arrow(svg, loop, f"{mineral}_absorbed"):
        _flow(svg, f"M{x} 684V{BELOW + 16}", css, loop.width(f"{mineral}_absorbed", usual))
        head(svg, x, BELOW + 2, -90, css)
    small = mineral == "Mg"  # calcitriol hardly acts on magnesium
    badge(svg, x - 24, 636, loop.signs["calcitriol_gates"], "d", 8.5 if small else 11)


def bone_exchange(svg: Svg, loop: Loop) -> None:
    """What bone takes and gives."""
    for i, mineral in enumerate(MINERALS):
        x, foot, css = 956 + i * 20, 628 - 3 * i, PLACES[mineral][1]
        with _arrow(svg, loop, f"{mineral}_bone"):
            _flow(svg, f"M{x} 518V{foot}", css, loop.width(f"{mineral}_bone", 5), casing=False)
            head(svg, x, 506, -90, css, 7)
            head(svg, x, foot + 12, 90, css, 7)


# ------------------------------------------------------------------------------------------------------- signals


def hormones(svg: Svg, loop: Loop) -> None:
    """PTH and FGF23: where they come from, and what they do."""
    words, signs = loop.words, loop.signs
    with _arrow(svg, loop, "PTH"):
        _flow(svg, f"M1074 256C1066 300 1036 340 1031 {ABOVE - 14}", "pth", loop.width("PTH", 6))
        head(svg, 1030.5, ABOVE - 2, 92, "pth")
    with _arrow(svg, loop, "PTH_kidney"):
        _signal(svg, loop, "PTH_kidney", "M1032 206H984", "pth")
        badge(svg, 968, 206, signs["PTH_kidney"], "pth")
    label(svg, 974, 262, words["pth_kidney"])
    with _arrow(svg, loop, "PTH_bone"):
        _signal(svg, loop, "PTH_bone", f"M1030 {BELOW + 4}V616", "pth")
        badge(svg, 1030, 630, signs["PTH_bone"], "pth")
    label(svg, 1046, 560, words["pth_bone"])
    with _arrow(svg, loop, "FGF23"):
        _flow(svg, f"M1160 648V{BELOW + 10}", "fgf", loop.width("FGF23", 4))
        head(svg, 1160, BELOW - 2, -90, "fgf")
    with _arrow(svg, loop, "FGF23_brake"):
        around = f"M1158 {ABOVE - 2}C1200 380 1214 340 1214 280V48Q1214 18 1184 18H482Q462 18 462 38V82"
        _signal(svg, loop, "FGF23_brake", around, "fgf")
        badge(svg, 462, 92, signs["FGF23_brake"], "fgf")
    label(svg, 1204, 40, words["fgf23"], "t2 end")
    with _arrow(svg, loop, "calcitriol_brake"):
        brake = f"M524 {ABOVE + 3}C534 372 548 362 576 362H1010Q1034 362 1035 334"
        svg.path(brake, "cas", 7)
        _signal(svg, loop, "calcitriol_brake", brake, "d")
        badge(svg, 1035, 322, signs["calcitriol_brake"], "d")
    label(svg, 556, 384, words["brake_on_pth"])


def doors(svg: Svg, loop: Loop) -> None:
    """Calcitriol opens the doors of the gut: wide for calcium, less for phosphate, little for magnesium."""
    words = loop.words
    with _arrow(svg, loop, "calcitriol_gates"):
        _signal(svg, loop, "calcitriol_gates", f"M506 {BELOW + 6}V616Q506 636 526 636H876", "d")
    label(svg, 524, 624, words["opens_doors"])
    svg.path("M20 726H64", "flow food s-ink", 10)
    head(svg, 84, 726, 0, "ink", 12)
    label(svg, 62, 800, words["food"], "t3")
    svg.path("M900 748H926", "flow food s-ink", 6)
    head(svg, 942, 748, 0, "ink")
    label(svg, 912, 778, words["not_absorbed"], "t2 mid")
    svg.path("M800 722H884", "solid s-ink")
    head(svg, 798, 722, 180, "ink", 7)
    head(svg, 886, 722, 0, "ink", 7)
    label(svg, 780, 727, words["compete"], "t2 end")


# ----------------------------------------------------------------------------------------------------- cofactors


_NEEDED: dict[str, tuple[float, float, str]] = {
    "Mg_at_liver": (240, 311, "mg"),
    "Mg_at_kidney": (430, 212, "mg"),
    "Mg_at_24": (486, 160, "mg"),
    "Mg_at_parathyroid": (1096, 206, "mg"),
    "Mg_at_bone": (1226, 648, "mg"),
    "Zn_at_receptor": (506, 580, "zn"),
    "Zn_at_bone": (1150, 755, "zn"),
    "K_at_bone": (1040, 754, "k"),
    "K_at_vessels": (1241, BLOOD_Y, "k"),
}
"""Where each cofactor stands, and its colour."""


def cofactors(svg: Svg, loop: Loop) -> None:
    """Magnesium, zinc and vitamin K where they are needed."""
    words = loop.words
    svg.path("M1188 396a56 56 0 0 1 0 112", "wall s-k")
    for name, (x, y, css) in _NEEDED.items():
        with _arrow(svg, loop, name):
            hexagon(svg, x, y, name.partition("_")[0], css)
    label(svg, 240, 350, "25-OHase", "t2 mid")
    label(svg, 436, 246, "1α-OHase", "t2 mid")
    label(svg, 512, 184, "24-OHase")
    label(svg, 530, 585, "VDR")
    label(svg, 1172, 778, words["alp"])
    label(svg, 1060, 778, words["osteocalcin"])
    label(svg, 1236, 388, "MGP", "t2 end")
    label(svg, 1272, 532, words["vessel_wall"], "t2 end")
