"""The moments of a day: where an intake may stand, how well each moment suits it, and the day that comes of it.

What breaks a spacing is no moment at all. Of the others the nearest to good habits is best: vitamin D with the fattest
meal, magnesium with a meal and late rather than early, calcium with a meal where its salt needs acid. How much a habit
weighs against everything else stands in :mod:`cofactor.plan.weights`; the placing is part of the one choice
(:mod:`cofactor.plan.choice`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap

from cofactor.assess.types import Spacing
from cofactor.person.occasions import MEALS, meal_shares
from cofactor.person.types import Medicine, Supplement
from cofactor.plan.products import Dose
from cofactor.plan.types import MEDICINE, SLOTS, Apart, Entry, Event

# Local time of each moment. A person's own times can be put beside these once a case file holds them.
TIME = {"waking": "07:00", "breakfast": "08:00", "lunch": "12:30", "dinner": "19:30", "bedtime": "22:30"}
# When a medicine is taken, where the case does not say: the class's usual moment (from memory), else breakfast.
_USUAL_MOMENT = {"H03AA": "waking", "M05BA": "waking", "M05BB": "waking", "A02BC": "waking", "C10AA": "bedtime"}
_UNSAID = "breakfast"

# Preference of a nutrient for a moment: 0 best. What is not named is not used. Vitamin D: see _habit.
_PREFERENCE: dict[str, dict[str, float]] = {
    "magnesium": {"dinner": 0, "lunch": 1, "bedtime": 1, "breakfast": 2, "waking": 4},
    "calcium": {"breakfast": 0, "dinner": 0.5, "lunch": 0.5},
}
_WITHOUT_FAT = 4.0
BESIDE = (("calcium", "magnesium"), ("calcium", "zinc"))
"""Better at different moments, not forbidden at one: interactions NN001 and NN003. Spacings are constraints instead."""
_CLOSE_HOURS = 4.0  # intakes of one nutrient nearer than this share the gut's capacity (interaction TM004)

Moments = Mapping[str, tuple[str, ...]]
"""Name of a medicine or supplement, as a spacing names it -> the moments at which it is taken."""


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


def moments(medicines: Iterable[MedicineMoment], supplements: Iterable[Supplement] = ()) -> Moments:
    """The moments that are taken, by the names that spacings use: medicines, and supplements by label or nutrient."""
    found: dict[str, tuple[str, ...]] = {}
    for m in medicines:
        found[m.medicine.as_typed] = (*found.get(m.medicine.as_typed, ()), m.slot)
    for s in supplements:
        name = _name(s)
        found[name] = (*found.get(name, ()), *s.slots)
    return found


# --------------------------------------------------------------------------------------------------------- spacing


def too_near(nutrient: str, slot: str, spacings: Iterable[Spacing], taken: Moments) -> str | None:
    """The medicine or supplement that a nutrient would meet too soon at this moment, or None."""
    for spacing in spacings:
        if nutrient in spacing.nutrients:
            hours = (hours_between(slot, other) for other in taken.get(spacing.medicine, ()))
            if min(hours, default=spacing.hours) < spacing.hours:
                return spacing.medicine
    return None


def hours_between(a: str, b: str) -> float:
    """Hours between two moments that recur every day, the shorter way round."""
    apart = abs(_hour(a) - _hour(b))
    return min(apart, 24 - apart)


def _hour(slot: str) -> float:
    hours, minutes = TIME[slot].split(":")
    return int(hours) + int(minutes) / 60


# --------------------------------------------------------------------------------------------------------- placing


@dataclass(frozen=True)
class Day:
    """What the intakes of a plan have to fit into: spacings, moments already taken, and where people eat most."""

    spacings: Sequence[Spacing]
    taken: Moments
    beside: Sequence[Supplement]  # supplements that go on, each with its moments
    population: str  # whose meals these are: FR | EU | US

    def open(self, nutrients: Iterable[str]) -> tuple[str, ...]:
        """The moments at which something that holds these nutrients may be taken, in the order of the day."""
        held = tuple(nutrients)
        suits = [self.habit(n) for n in held]
        return tuple(s for s in SLOTS if all(s in liked for liked in suits) and self._far(held, s))

    def _far(self, nutrients: Iterable[str], slot: str) -> bool:
        return all(too_near(n, slot, self.spacings, self.taken) is None for n in nutrients)

    @property
    def busy(self) -> frozenset[str]:
        """The moments at which something is taken anyway."""
        return frozenset(slot for slots in self.taken.values() for slot in slots)

    def habit(self, nutrient: str) -> Mapping[str, float]:
        """How little a moment suits a nutrient, 0 best; what is not named is not used.

        Vitamin D: the meal that holds most of the day's food, so most fat. What no rule speaks of suits every meal.
        """
        if nutrient != "vitamin_d":
            return _PREFERENCE.get(nutrient, dict.fromkeys(MEALS, 0.0))
        shares = meal_shares("vitamin_d", self.population)
        most = max(shares[meal] for meal in MEALS)
        late = {meal: i / 100 for i, meal in enumerate(("lunch", "dinner", "breakfast"))}  # of equal meals, the first
        meals = {meal: (most - shares[meal]) * _WITHOUT_FAT + late[meal] for meal in MEALS}
        return {**meals, "bedtime": _WITHOUT_FAT}


def close_moments() -> tuple[tuple[str, str], ...]:
    """Pairs of moments of a day that are near each other."""
    pairs = ((a, b) for i, a in enumerate(SLOTS) for b in SLOTS[i + 1 :])
    return tuple((a, b) for a, b in pairs if hours_between(a, b) < _CLOSE_HOURS)


def settle(slots: Sequence[str], nutrients: Iterable[str], spacings: Sequence[Spacing], taken: Moments) -> Settled:
    """Moments for a product that goes on: its own where they keep the spacings of all its nutrients, else the nearest.

    ``Settled.moments`` is None where there are too few such moments.
    """
    held = tuple(nutrients)
    found: list[str] = []
    avoided: str | None = None
    for slot in slots:
        near = {s: next(filter(None, (too_near(n, s, spacings, taken) for n in held)), None) for s in SLOTS}
        avoided = avoided or near[slot]
        free = [s for s in SLOTS if near[s] is None and s not in found]
        if not free:
            return Settled(None, avoided)
        found.append(min(free, key=lambda s: hours_between(s, slot)))
    return Settled(tuple(found), avoided)


@dataclass(frozen=True, slots=True)
class Settled:
    """Moments of a product, and what its own moments would have met."""

    moments: tuple[str, ...] | None
    avoided: str | None


# ------------------------------------------------------------------------------------------------------------- day


def events(doses: Iterable[Dose], day: Day, medicines: Sequence[MedicineMoment]) -> tuple[Event, ...]:
    """The day's moments in order, with what is taken and what each thing stands apart from."""
    entries: dict[str, list[Entry]] = {}
    for moment in medicines:
        m = moment.medicine
        entries.setdefault(moment.slot, []).append(Entry(MEDICINE, m.as_typed, every=m.every_days, since=m.since))
    apart: dict[str, dict[str, float]] = {}
    # of a product with several nutrients iron is what others keep apart from
    names = {_name(s): _going_on(s).id for s in sorted(day.beside, key=lambda s: s.nutrient == "iron")}
    for entry, slots, own in _taken(doses, day.beside):
        near = [s for s in day.spacings if entry.kind in s.nutrients and s.medicine in day.taken and s.medicine != own]
        for slot in slots:
            entries.setdefault(slot, []).append(entry)
            here = apart.setdefault(slot, {})
            for s in near:
                other = names.get(s.medicine, Entry(MEDICINE, s.medicine).id)
                here[other] = max(s.hours, here.get(other, 0.0))
    return tuple(
        Event(TIME[slot], slot, tuple(entries[slot]), tuple(starmap(Apart, apart.get(slot, {}).items())))
        for slot in SLOTS
        if slot in entries
    )


def _taken(doses: Iterable[Dose], beside: Iterable[Supplement]) -> Iterator[tuple[Entry, tuple[str, ...], str]]:
    """Each nutrient of each product with its amount, its moments, and what spacings call the product."""
    for dose in doses:
        own = "" if dose.product.present is None else _name(dose.product.present)
        for part in dose.product.parts:
            yield Entry(part.nutrient, part.form, part.amount * dose.units, planned=True), dose.slots, own
    for supplement in beside:
        yield _going_on(supplement), supplement.slots, _name(supplement)


def _name(s: Supplement) -> str:
    return s.label or s.nutrient


def _going_on(s: Supplement) -> Entry:
    return Entry(s.nutrient, s.form or "unknown", s.amount, every=s.every_days, since=s.since)
