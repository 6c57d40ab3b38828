"""What a plan is worked out from, and what has been decided so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cofactor.assess.limits import Limit, hard_limits
from cofactor.assess.types import GateResult
from cofactor.assess.update import Posterior
from cofactor.person.inputs import calcium_factor, magnesium_factor
from cofactor.person.intake import Intake
from cofactor.person.types import Case, Supplement
from cofactor.plan import present, products, schedule
from cofactor.plan.goals import PLANNED, Goals, goals
from cofactor.plan.products import Dose
from cofactor.plan.room import Room, room
from cofactor.plan.types import Reason, Withheld

# The generic form of each nutrient, and the one for a stomach without acid (interactions TM002 and DN033).
_FORM = {"vitamin_d": "D3", "magnesium": "citrate", "calcium": "carbonate"}
_LOW_ACID_FORM = {"calcium": "citrate"}
_MOST_INTAKES = {"vitamin_d": 1}
_DISSOLVES = 0.8
"""Smallest factor of a magnesium form that is worth keeping (``form.magnesium.*``): oxide and hydroxide are below."""


@dataclass(frozen=True, eq=False)
class Desk:
    """Everything the search looks at; nothing on it changes."""

    case: Case
    intake: Intake
    gates: GateResult
    of: Posterior
    goals: Goals
    limits: Mapping[str, Limit]
    medicines: tuple[schedule.MedicineMoment, ...]
    present: present.Present
    day: schedule.Day

    def room(self, nutrient: str) -> Room:
        """The largest dose a day that limits and gates leave over food and over what is taken anyway."""
        eaten = self.intake.food[nutrient].high if nutrient in self.intake.food else 0.0
        return room(self.limits[nutrient], self.gates, eaten, self.staying(nutrient))

    def staying(self, nutrient: str) -> float:
        """Amount a day from supplements that go on whatever the plan adds."""
        return present.per_day(self.present.staying, nutrient)

    def options(self, nutrient: str) -> tuple[Dose, ...]:
        """Doses of the generic form inside every limit, for which the day has moments, smallest first."""
        form = (_LOW_ACID_FORM.get(nutrient) if self.intake.low_acid else None) or _FORM[nutrient]
        most = min(_MOST_INTAKES.get(nutrient, products.MOST_INTAKES), self.day.capacity(nutrient))
        found = products.doses(nutrient, form, self.limits[nutrient].per_intake, most)
        return tuple(d for d in found if d.per_day <= self.room(nutrient).amount)

    def own(self, nutrient: str) -> Dose | None:
        """What the person takes already, where it is one daily product inside every limit and of a form to keep."""
        mine = self.ours(nutrient)
        dose = products.own(mine[0]) if len(mine) == 1 else None
        if dose is None or not self._worth_keeping(dose):
            return None
        if dose.per_day > self.room(nutrient).amount or dose.intakes > self.day.capacity(nutrient):
            return None
        per_intake = self.limits[nutrient].per_intake
        return dose if per_intake is None or dose.per_intake <= per_intake else None

    def ours(self, nutrient: str) -> tuple[Supplement, ...]:
        """Present supplements of a nutrient that are the plan's to decide."""
        return tuple(s for s in self.present.ours if s.nutrient == nutrient)

    def _worth_keeping(self, dose: Dose) -> bool:
        nutrient, form = dose.product.nutrient, dose.product.form
        if nutrient == "magnesium":
            return magnesium_factor(form) >= _DISSOLVES
        if nutrient == "calcium" and self.intake.low_acid:
            alone = calcium_factor(form, with_meal=False, low_acid=True)
            return alone >= calcium_factor(form, with_meal=False, low_acid=False)
        return True


def desk(case: Case, intake: Intake, gates: GateResult, of: Posterior) -> Desk:
    """Lay out a case: what it aims for, what limits it, and what has its moment already."""
    aims, limits = goals(case), hard_limits(case)
    medicines = schedule.medicine_moments(case.medicines)
    judged = [n for n in PLANNED if n not in of.withholds and (n == "vitamin_d" or _known(n, aims, intake))]
    now = present.sort(intake, gates, limits, judged, schedule.moments(medicines))
    taken = schedule.moments(medicines, now.staying)
    day = schedule.Day(gates.spacings, taken, now.kept, intake.population)
    return Desk(case, intake, gates, of, aims, limits, medicines, now, day)


def _known(nutrient: str, aims: Goals, intake: Intake) -> bool:
    """Whether an intake can be judged at all."""
    return nutrient in aims.intakes and nutrient in intake.food


@dataclass(frozen=True)
class Draft:
    """Doses and moments chosen so far, food instead of them, the chief reason for each, and what is left out."""

    doses: Mapping[str, Dose] = field(default_factory=dict)
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    food: Mapping[str, float] = field(default_factory=dict)
    why: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    withheld: tuple[Withheld, ...] = ()

    def with_dose(self, nutrient: str, dose: Dose, *why: Reason) -> Draft:
        """The draft with this dose; its moment is still to be found."""
        slots = {n: s for n, s in self.slots.items() if n != nutrient}
        return replace(self, doses={**self.doses, nutrient: dose}, slots=slots, why={**self.why, nutrient: why})

    def with_food(self, nutrient: str, amount: float, why: Reason) -> Draft:
        """The draft with an amount a day that food is to bring."""
        return replace(self, food={**self.food, nutrient: amount}, why={**self.why, nutrient: (why,)})

    def without(self, nutrient: str, reason: Reason, gates: tuple[str, ...] = ()) -> Draft:
        """The draft with nothing of a nutrient, and why."""
        return replace(
            self,
            doses={n: d for n, d in self.doses.items() if n != nutrient},
            slots={n: s for n, s in self.slots.items() if n != nutrient},
            food={n: amount for n, amount in self.food.items() if n != nutrient},
            withheld=(*self.withheld, Withheld(nutrient, gates, reason)),
        )

    @property
    def closed(self) -> frozenset[str]:
        """Nutrients that are left out."""
        return frozenset(w.nutrient for w in self.withheld)
