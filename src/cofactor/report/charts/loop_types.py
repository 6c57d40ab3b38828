"""What the picture of the system shows of a person: levels as gauges, amounts as widths, notes at their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
