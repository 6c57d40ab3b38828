"""Small pieces of SVG: escaped text, paths through numbers, linear scales.

Shapes carry classes of the page's stylesheet and no style of their own, so that a strict content security policy holds
and dark and print schemes cost nothing. Lengths are in pixels of a drawing shown at its own size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

Pair = tuple[float, float]

# Advance widths of Source Sans 3 in em, by class of letter: means over the font's own table.
_NARROW, _WIDE = "fijlrtI.,:;'’|·()[] \u00a0\u202f", "mwMWQ%—@"
_NARROW_EM, _WIDE_EM, _CAPITAL_EM, _USUAL_EM = 0.25, 0.75, 0.57, 0.49
LETTER = 12.5
"""Size of the small text of charts, px (the classes ``tk`` and ``lbs`` of the stylesheet)."""
LETTER_BOLD = 13.5
"""Size of the text that names a curve or a value, px (the class ``lbb``)."""
BOLDER = 1.06
"""Semibold letters are this much wider than the regular ones of the table above."""


def px(value: float) -> str:
    """A length with at most one decimal: finer than a screen shows."""
    return f"{round(value, 1) + 0.0:g}"


def text_width(text: str, size: float = LETTER) -> float:
    """How wide a text is drawn, px: close enough to keep labels apart."""
    return size * sum(_em(letter) for letter in text)


def _em(letter: str) -> float:
    if letter in _NARROW:
        return _NARROW_EM
    if letter in _WIDE:
        return _WIDE_EM
    return _CAPITAL_EM if letter.isupper() else _USUAL_EM


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from ``low`` to ``high`` onto pixels from ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def inside(self, value: float) -> float:
        """The pixel of a value, or of the nearer end of the scale where it lies beyond."""
        return self(min(max(value, self.low), self.high))

    def holds(self, value: float) -> bool:
        """Whether a value lies on the scale."""
        return self.low <= value <= self.high


class Svg:
    """A drawing in the making. Every method adds one shape; :meth:`text_of` gives the whole."""

    def __init__(
        self,
        width: float,
        height: float,
        *,
        id: str,  # noqa: A002 - the attribute's own name
        title: str,
        desc: str,
        css: str = "chart",
        role: str = "img",
    ) -> None:
        self.width = width
        self.height = height
        self._parts = [
            f'<svg class="{css}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {px(width)} {px(height)}" '
            f'role="{role}" aria-labelledby="{id}-t {id}-d"><title id="{id}-t">{escape(title)}</title>'
            f'<desc id="{id}-d">{escape(desc)}</desc>'
        ]

    def path(self, d: str, css: str, width: float | None = None) -> None:
        """A path; ``width`` is that of its stroke where the stylesheet does not set it."""
        stroke = "" if width is None else f' stroke-width="{px(width)}"'
        self._parts.append(f'<path class="{css}" d="{d}"{stroke}/>')

    def line(self, points: Iterable[Pair], css: str) -> None:
        """An open line through points."""
        self.path(through(points), css)

    def area(self, upper: Sequence[Pair], lower: Sequence[Pair], css: str) -> None:
        """The area between two lines that run over the same places."""
        self.path(through([*upper, *reversed(lower)]) + "Z", css)

    def rect(self, x: float, y: float, width: float, height: float, css: str, rx: float = 0) -> None:
        """A rectangle; ``rx`` rounds its corners."""
        corner = f' rx="{px(rx)}"' if rx else ""
        place = f'x="{px(x)}" y="{px(y)}" width="{px(width)}" height="{px(height)}"'
        self._parts.append(f'<rect class="{css}" {place}{corner}/>')

    def circle(self, x: float, y: float, radius: float, css: str) -> None:
        """A disc."""
        self._parts.append(f'<circle class="{css}" cx="{px(x)}" cy="{px(y)}" r="{px(radius)}"/>')

    def text(self, x: float, y: float, words: str, css: str) -> None:
        """One line of text; ``mid`` or ``end`` among the classes anchors it."""
        if words:
            self._parts.append(f'<text class="{css}" x="{px(x)}" y="{px(y)}">{escape(words)}</text>')

    def add(self, markup: str) -> None:
        """Markup made elsewhere in this package."""
        self._parts.append(markup)

    def text_of(self) -> str:
        """The whole drawing."""
        return "".join(self._parts) + "</svg>"


def through(points: Iterable[Pair]) -> str:
    """Path data of a line through points. Most of a drawing is made here, so it does without :func:`px`."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def hatching(left: float, right: float, middle: float, half: float, step: float) -> str:
    """Path data of slanted strokes that fill a bar from ``left`` to ``right``."""
    slant = half
    strokes = []
    x = left
    while x + slant <= right:
        strokes.append(f"M{px(x)} {px(middle + half)}l{px(slant)} {px(-2 * half)}")
        x += step
    return "".join(strokes)


def spread_apart(wanted: Sequence[float], gap: float) -> list[float]:
    """Places for labels, as near as possible to where they are wanted and at least ``gap`` apart."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[list[int]] = []
    for i in order:
        groups.append([i])
        while len(groups) > 1 and _start(groups[-1], wanted, gap) < _start(groups[-2], wanted, gap) + gap * len(
            groups[-2]
        ):
            last = groups.pop()
            groups[-1] += last
    placed = [0.0] * len(wanted)
    for group in groups:
        for rank, i in enumerate(group):
            placed[i] = _start(group, wanted, gap) + gap * rank
    return placed


def _start(group: Sequence[int], wanted: Sequence[float], gap: float) -> float:
    """Where the first label of a group stands if the group lies around the mean of what was wanted."""
    return sum(wanted[i] for i in group) / len(group) - gap * (len(group) - 1) / 2
