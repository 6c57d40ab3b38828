"""The moments of a day: where each intake goes, apart from what it must not meet.

Every way of placing the intakes is tried (there are few); those that break a spacing are thrown out, and of the rest
the one nearest to good habits is kept: vitamin D with a meal that holds fat, magnesium with a meal and late rather than
early, calcium with a meal where its salt needs acid, and not beside magnesium.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cofactor.assess.types import Spacing
from cofactor.person.types import Medicine, Supplement
from cofactor.plan.products import Dose
from cofactor.plan.types import SLOTS, Event

# Local time of each moment. A person's own times can be put beside these once a case file holds them.
TIME = {"waking": "07:00", "breakfast": "08:00", "lunch": "12:30", "dinner": "19:30", "bedtime": "22:30"}
MEALS = ("breakfast", "lunch", "dinner")
# When a medicine is taken, where the case does not say: the class's usual moment (from memory), else breakfast.
_USUAL_MOMENT = {"H03AA": "waking", "M05BA": "waking", "M05BB": "waking", "A02BC": "waking", "C10AA": "bedtime"}
_UNSAID = "breakfast"

# Preference of a nutrient for a moment: 0 best. What is not named is not used.
_PREFERENCE: dict[str, dict[str, float]] = {
    "vitamin_d": {"lunch": 0, "dinner": 0.5, "breakfast": 1, "bedtime": 4},
    "magnesium": {"dinner": 0, "lunch": 1, "bedtime": 1, "breakfast": 2, "waking": 4},
    "calcium": {"breakfast": 0, "dinner": 0.5, "lunch": 0.5},
}
_BESIDE = {
    frozenset(("calcium", "magnesium")): 2.0,
    frozenset(("calcium", "iron")): 2.0,
    frozenset(("calcium", "zinc")): 2.0,
}
_CLOSE_HOURS = 4.0  # intakes of one nutrient nearer than this share the gut's capacity (interaction TM004)
_CLOSE = 1.0


@dataclass(frozen=True, slots=True)
class MedicineMoment:
    """When a medicine is taken; ``said`` tells whether the case says so."""

    medicine: Medicine
    slot: str
    said: bool


def medicine_moments(medicines: Iterable[Medicine]) -> tuple[MedicineMoment, ...]:
    """When each medicine is taken: as the case says, else as its class usually is."""
    return tuple(MedicineMoment(m, m.slot or _usual(m), m.slot is not None) for m in medicines)


def _usual(medicine: Medicine) -> str:
    code = medicine.atc or ""
    return next((slot for prefix, slot in _USUAL_MOMENT.items() if code.startswith(prefix)), _UNSAID)


def place(
    planned: Mapping[str, Dose],
    spacings: Sequence[Spacing],
    medicines: Sequence[MedicineMoment],
    kept: Sequence[Supplement] = (),
) -> dict[str, tuple[str, ...]] | None:
    """Moments for each planned nutrient, or None where no placing keeps every spacing.

    ``kept`` are present supplements that go on; the planned ones are set apart from them where that is better.
    """
    choices = [list(_choices(n, dose, spacings, medicines)) for n, dose in planned.items()]
    others = [(s.nutrient, slot) for s in kept for slot in (s.slots or ((s.slot,) if s.slot else ()))]
    best: tuple[float, tuple[tuple[str, ...], ...]] | None = None
    for placing in itertools.product(*choices):
        cost = sum(_cost(n, slots) for n, slots in zip(planned, placing, strict=True))
        taken = [(n, slot) for n, slots in zip(planned, placing, strict=True) for slot in slots] + others
        cost += sum(
            _BESIDE.get(frozenset((a, b)), 0.0) for (a, i), (b, j) in itertools.combinations(taken, 2) if i == j
        )
        if best is None or cost < best[0]:
            best = cost, placing
    return None if best is None else dict(zip(planned, best[1], strict=True))


def _choices(
    nutrient: str, dose: Dose, spacings: Sequence[Spacing], medicines: Sequence[MedicineMoment]
) -> Iterable[tuple[str, ...]]:
    """The sets of moments at which a nutrient may be taken, in the order of the day."""
    allowed = [s for s in SLOTS if s in _PREFERENCE[nutrient] and _far_enough(nutrient, s, spacings, medicines)]
    return itertools.combinations(allowed, dose.intakes)


def _far_enough(nutrient: str, slot: str, spacings: Sequence[Spacing], medicines: Sequence[MedicineMoment]) -> bool:
    moments = {m.medicine.as_typed: m.slot for m in medicines}
    return all(
        hours_between(slot, moments.get(s.medicine, _UNSAID)) >= s.hours for s in spacings if nutrient in s.nutrients
    )


def hours_between(a: str, b: str) -> float:
    """Hours between two moments that recur every day, the shorter way round."""
    apart = abs(_hour(a) - _hour(b))
    return min(apart, 24 - apart)


def _hour(slot: str) -> float:
    hours, minutes = TIME[slot].split(":")
    return int(hours) + int(minutes) / 60


def _cost(nutrient: str, slots: tuple[str, ...]) -> float:
    close = sum(hours_between(a, b) < _CLOSE_HOURS for a, b in itertools.combinations(slots, 2))
    return sum(_PREFERENCE[nutrient][s] for s in slots) + _CLOSE * close


def day(
    planned: Mapping[str, tuple[Dose, tuple[str, ...]]],
    kept: Sequence[Supplement],
    spacings: Sequence[Spacing],
    medicines: Sequence[MedicineMoment],
) -> tuple[Event, ...]:
    """The day's moments in order, with what is taken and what each thing stands apart from."""
    items: dict[str, list[str]] = {}
    for moment in medicines:
        items.setdefault(moment.slot, []).append(f"medicine:{moment.medicine.as_typed}")
    for nutrient, (dose, slots) in planned.items():
        for slot in slots:
            items.setdefault(slot, []).append(f"{nutrient}:{dose.product.form}")
    for s in kept:
        for slot in s.slots or ((s.slot,) if s.slot else ()):
            items.setdefault(slot, []).append(f"{s.nutrient}:{s.form or 'unknown'}")
    apart: dict[str, list[str]] = {}
    for spacing in spacings:
        for nutrient, (_, slots) in planned.items():
            if nutrient in spacing.nutrients:
                for slot in slots:
                    apart.setdefault(slot, []).append(f"medicine:{spacing.medicine}")
    return tuple(
        Event(TIME[slot], slot, tuple(items[slot]), tuple(dict.fromkeys(apart.get(slot, ()))))
        for slot in SLOTS
        if slot in items
    )
