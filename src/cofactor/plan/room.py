"""How much of a nutrient may be added: what the hard limits and the gates leave over what is taken anyway."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from cofactor.assess.limits import Counted, Limit
from cofactor.assess.types import Gate, GateResult
from cofactor.facts.types import Source

UNKNOWN = "unknown"
"""What sets a room of nothing where no body names a limit: the planner proposes only what has one."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit on a daily amount of what is ``counted``. ``by`` is the key of a cap or the id of a gate."""

    amount: float
    counted: Counted
    by: str
    gate: bool
    source: Source | None
    reference: bool = False  # a reference intake that a gate puts as the most that may be proposed


@dataclass(frozen=True, slots=True)
class Room:
    """The largest dose a day that every limit leaves, and the limit that sets it."""

    amount: float
    by: str
    gate: bool = False


def bounds(limit: Limit, gates: GateResult) -> tuple[Bound, ...]:
    """Every limit on a nutrient's amount a day: the caps of the region, those of this tool, and those of gates."""
    caps = (Bound(c.amount, c.counted, c.key, False, c.source) for c in limit.caps if c.counted != Counted.INTAKE)
    return (*caps, *_of_gates(limit.nutrient, gates.gates))


def _of_gates(nutrient: str, gates: Iterable[Gate]) -> Iterable[Bound]:
    for gate in gates:
        if nutrient in gate.limits:
            yield Bound(gate.limits[nutrient], Counted.SUPPLEMENT, gate.id, True, gate.source, gate.of_reference)


def room(limit: Limit, gates: GateResult, eaten: float, staying: float) -> Room:
    """What may be added to food (``eaten``, its upper end) and to supplements that stay, all in the nutrient's unit."""
    used = {Counted.SUPPLEMENT: staying, Counted.TOTAL: eaten + staying}
    counting = [b for b in bounds(limit, gates) if b.counted in used]
    rooms = [Room(max(0.0, b.amount - used[b.counted]), b.by, b.gate) for b in counting]
    return min(rooms, key=lambda r: r.amount, default=Room(0.0, UNKNOWN))


@dataclass(frozen=True, slots=True)
class Excess:
    """A daily ``amount``, of what the limit counts, that stands above it."""

    amount: float
    limit: Bound


def passed(
    limit: Limit, gates: GateResult, eaten: float, supplements: float, *, references: bool = True
) -> tuple[Excess, ...]:
    """The limits that a daily intake stands above, the furthest first. Caps of this tool for plans judge no habit.

    Without ``references`` neither does what a gate allows a plan to propose and no more: iron of 80 mg is an ordinary
    treatment in pregnancy, and its reference intake of 16 mg no ceiling.
    """
    amounts = {Counted.SUPPLEMENT: supplements, Counted.TOTAL: eaten + supplements, Counted.PREFORMED: supplements}
    judging = (b for b in bounds(limit, gates) if b.by == "upper_level" or (b.gate and (references or not b.reference)))
    above = (Excess(amounts[b.counted], b) for b in judging if amounts[b.counted] > b.amount)
    return tuple(sorted(above, key=lambda e: e.amount / e.limit.amount if e.limit.amount else math.inf, reverse=True))
