"""Shapes and places of the picture of the system."""

from __future__ import annotations

import math

from cofactor.report.charts.svg import Svg

WIDTH, HEIGHT = 1280, 920
BLOOD_Y, RING = 452, 39
ABOVE, BELOW = BLOOD_Y - RING, BLOOD_Y + RING
"""Where lines meet the rings."""
SCREEN = 868
"""Baseline of the key."""
PLACES: dict[str, tuple[float, str]] = {
    "D3": (150, "d"),
    "25OHD": (322, "d"),
    "calcitriol": (506, "d"),
    "P": (668, "p"),
    "Mg": (784, "mg"),
    "Ca": (900, "ca"),
    "PTH": (1030, "pth"),
    "FGF23": (1136, "fgf"),
}
"""Middle of each ring along blood, and the colour of its substance."""
MINERALS = ("P", "Mg", "Ca")
GATES: dict[str, tuple[float, float, float]] = {"P": (668, 668, 10), "Mg": (784, 784, 7), "Ca": (900, 884, 9)}
"""For each mineral: where it leaves the gut, where its loop through the kidney stands, its width without a person."""
LETTERS: dict[str, tuple[float, float, str]] = {
    "sun": (150, 94, "tn"),
    "D_swallowed": (164, 596, "tn"),
    "P_excreted": (682, 84, "tn"),
    "Mg_excreted": (798, 84, "tn"),
    "Ca_excreted": (902, 84, "tn"),
    "P_absorbed": (654, 566, "tn end"),
    "Mg_absorbed": (770, 566, "tn end"),
    "Ca_absorbed": (886, 566, "tn end"),
    "bone": (1112, 729, "t3 mid"),
    "food": (62, 824, "tn"),
}
"""Where a person's own numbers stand, and their classes."""


def vessel(svg: Svg) -> None:
    """Blood."""
    svg.rect(36, 396, 1208, 112, "bl", 56)


def skin(svg: Svg) -> None:
    """A piece of skin."""
    svg.path("M58 178q22-13 46 0t46 0t46 0t46 0v44h-184z", "org")
    svg.path("M58 197h184", "gr")


def liver(svg: Svg) -> None:
    """The liver."""
    svg.path("M158 322c-4-34 30-50 78-50c52 0 92 10 92 30c0 22-46 24-78 40c-34 17-88 18-92-20z", "org")


def kidney(svg: Svg) -> None:
    """One wide kidney."""
    bean = "M470 96H880c62 0 92 40 92 98s-34 112-88 112c-40 0-52-30-96-30H560c-40 0-52 30-92 30c-54 0-84-52-84-112"
    svg.path(bean + "c0-58 24-98 86-98z", "org")


def parathyroid(svg: Svg) -> None:
    """Four beads on the two lobes of the thyroid."""
    lobes = "M1068 158c-26 6-36 44-28 78c5 22 34 26 42 4c4-14 2-22 14-22s10 8 14 22c8 22 37 18 42-4c8-34-2-72-28-78"
    svg.path(lobes + "c-18-4-20 18-28 18s-10-22-28-18z", "org")
    for x, y in ((1058, 188), (1134, 188), (1060, 226), (1132, 226)):
        svg.circle(x, y, 8.5, "f-pth")


def gut(svg: Svg) -> None:
    """A tube with villi."""
    svg.path("M60 690" + "q6.5-20 13 0" * 66 + "V752q0 16-16 16H76q-16 0-16-16z", "org")


def bone(svg: Svg) -> None:
    """A long bone, lying."""
    upper = "M1022 652C1062 664 1162 664 1202 652A34 34 0 1 1 1250 702A34 34 0 1 1 1202 752"
    svg.path(upper + "C1162 740 1062 740 1022 752A34 34 0 1 1 974 702A34 34 0 1 1 1022 652Z", "org")


def sun(svg: Svg, x: float, y: float) -> None:
    """A disc with twelve rays."""
    svg.circle(x, y, 26, "f-d")
    for i in range(12):
        c, s = math.cos(math.pi * i / 6), math.sin(math.pi * i / 6)
        svg.path(f"M{x + 36 * c:.1f} {y + 36 * s:.1f}L{x + 47 * c:.1f} {y + 47 * s:.1f}", "ray s-d")


def arc(x: float, y: float, radius: float, first: float, last: float) -> str:
    """Path data of a stretch of a ring that is open below; places on it run from 0 to 1."""
    ends = []
    for place in (first, last):
        angle = math.radians(135 + 270 * place)
        ends.append(f"{x + radius * math.cos(angle):.1f} {y + radius * math.sin(angle):.1f}")
    large = 1 if (last - first) * 270 > 180 else 0
    return f"M{ends[0]}A{radius:g} {radius:g} 0 {large} 1 {ends[1]}"


def hexagon(svg: Svg, x: float, y: float, label: str, css: str, radius: float = 17) -> None:
    """A cofactor."""
    corners = (
        f"{x + radius * math.cos(math.pi * i / 3 - math.pi / 2):.1f} "
        f"{y + radius * math.sin(math.pi * i / 3 - math.pi / 2):.1f}"
        for i in range(6)
    )
    svg.path("M" + "L".join(corners) + "Z", f"badge f-{css}")
    svg.text(x, y + 4.6, label, "bt")


def badge(svg: Svg, x: float, y: float, sign: str, css: str, radius: float = 11) -> None:
    """The end of a signal: + or -."""
    svg.circle(x, y, radius, f"f-{css} badge")
    svg.text(x, y + 6.2, sign, "pm")


def head(svg: Svg, x: float, y: float, angle: float, css: str, size: float = 10) -> None:
    """An arrow head whose tip is at ``x``, ``y``, pointing along ``angle`` (degrees clockwise from the right)."""
    a = math.radians(angle)
    back, half = 1.25 * size, 0.78 * size
    corners = [(0.0, 0.0), (-back, -half), (-back, half)]
    turned = (
        f"{x + u * math.cos(a) - v * math.sin(a):.1f} {y + u * math.sin(a) + v * math.cos(a):.1f}" for u, v in corners
    )
    svg.path("M" + "L".join(turned) + "Z", f"f-{css}")


def label(svg: Svg, x: float, y: float, words: str, css: str = "t2") -> None:
    """A label; "|" breaks the line."""
    for i, line in enumerate(words.split("|")):
        svg.text(x, y + 18 * i, line, css)
