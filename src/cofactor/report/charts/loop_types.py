"""What the picture of the system shows of a person: levels as gauges, amounts as widths, notes at their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt

THINNEST = 2.5
"""Width of a flow of which no amount is known, or next to nothing flows, px."""
WIDEST_USUAL = 14.0
"""Width that an arrow without an amount of its own does not pass, px."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A level in blood. Places on the ring run from 0 to 1; ``was`` is where it stands if nothing changes."""

    name: str
    text: str = ""
    at: float | None = None
    was: float | None = None
    reference: tuple[float, float] | None = None


MATTER = (
    *("sun", "swallowed", "liver", "kidney", "cleared", "PTH", "FGF23"),
    *(f"{mineral}_{what}" for mineral in ("P", "Mg", "Ca") for what in ("absorbed", "excreted", "bone")),
)
SIGNALS = ("PTH_kidney", "PTH_bone", "FGF23_brake", "calcitriol_brake", "calcitriol_gates")
COFACTORS = (
    *("Mg_at_liver", "Mg_at_kidney", "Mg_at_24", "Mg_at_parathyroid", "Mg_at_bone"),
    *("Zn_at_receptor", "Zn_at_bone", "K_at_bone", "K_at_vessels"),
)
ARROWS = (*MATTER, *SIGNALS, *COFACTORS)
"""Everything in the picture that acts: what flows, what tells, and what an enzyme needs."""
_CLASSES = ((2 / 3, "less2"), (10 / 11, "less1"), (1.1, ""), (1.5, "more1"))
"""Fold changes up to these have a class of their own: within a tenth is no change worth a colour."""


@dataclass(frozen=True, slots=True)
class Loop:
    """Everything the picture shows.

    ``words`` are its fixed labels; notes are the person's own numbers, by place. ``signs`` are those of the signals, by
    arrow. ``folds`` tell how much each arrow carries against what it is compared with, and ``names`` what it is called
    where arrows can be opened; both are empty in a picture that stands still.
    """

    id: str
    title: str
    desc: str
    words: Mapping[str, str]
    gauges: Mapping[str, Gauge]
    signs: Mapping[str, str]
    widths: Mapping[str, float] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)  # "|" breaks the line
    folds: Mapping[str, float] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def width(self, arrow: str, usual: float) -> float:
        """The width of an arrow: the person's own, else that of the picture without a person, thicker where more."""
        return self.widths.get(arrow, min(WIDEST_USUAL, usual * sqrt(self.folds.get(arrow, 1.0))))

    def change(self, arrow: str) -> str:
        """The class that marks how much an arrow has changed."""
        fold = self.folds.get(arrow, 1.0)
        return next((name for end, name in _CLASSES if fold <= end), "more2")
