"""What a plan is worked out from, and what has been chosen so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from cofactor.assess.limits import Limit, hard_limits
from cofactor.assess.types import GateResult
from cofactor.assess.update import Posterior
from cofactor.person.inputs import calcium_factor, magnesium_factor
from cofactor.person.intake import Intake
from cofactor.person.occasions import MEALS
from cofactor.person.types import Case, Supplement
from cofactor.plan import present, products, schedule
from cofactor.plan.goals import PLANNED, Goals, goals
from cofactor.plan.products import Dose, Product
from cofactor.plan.room import Room, bounds, room
from cofactor.plan.types import Reason, Withheld

_DISSOLVES = 0.8
"""Smallest factor of a magnesium form that is proposed (``form.magnesium.*``): oxide and hydroxide lie below, and what
they bring is uncertain by a factor of two."""

_COURSES = ("J01", "A02BD")
"""Medicines that are mostly taken for days (WHO ATC): antibiotics, and packs against Helicobacter."""


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
        return room(self.limits[nutrient], self.gates, self.eaten(nutrient), self.staying(nutrient))

    def eaten(self, nutrient: str) -> float:
        """Upper end of the amount a day from food: limits count it so."""
        return self.intake.food[nutrient].high if nutrient in self.intake.food else 0.0

    def staying(self, nutrient: str) -> float:
        """Amount a day from supplements that go on whatever the plan adds."""
        return present.per_day(self.present.staying, nutrient)

    def staying_counts(self, nutrient: str) -> float:
        """What of it counts towards a need."""
        return sum(s.per_day * self.factor(nutrient, s.form, s.slots[0]) for s in self._staying(nutrient))

    def _staying(self, nutrient: str) -> Iterable[Supplement]:
        return (s for s in self.present.staying if s.nutrient == nutrient)

    def factor(self, nutrient: str, form: str | None, slot: str) -> float:
        """What a form counts for at a moment, relative to the form and moment that reference intakes mean."""
        if nutrient == "magnesium":
            return magnesium_factor(form)
        if nutrient == "calcium":
            return calcium_factor(form, with_meal=slot in MEALS, low_acid=self.intake.low_acid)
        return 1.0

    def ours(self, nutrient: str) -> tuple[Supplement, ...]:
        """Present supplements of a nutrient that are the plan's to decide."""
        return tuple(s for s in self.present.ours if s.nutrient == nutrient)

    def course(self, nutrient: str) -> str | None:
        """A medicine that is often taken for days alone and without which a nutrient would have its moment, or None."""
        if self.day.open([nutrient]):
            return None
        days = [m.as_typed for m in self.case.medicines if (m.atc or "").startswith(_COURSES)]
        later = replace(self.day, spacings=[s for s in self.day.spacings if s.medicine not in days])
        return days[0] if days and later.open([nutrient]) else None

    def closed(self, nutrient: str) -> bool:
        """Whether no dose of a nutrient may be proposed, whatever holds it."""
        return bool(self.gates.withheld(nutrient)) or nutrient in self.of.withholds

    @cached_property
    def products(self) -> tuple[Product, ...]:
        """Everything that may be chosen from: what is taken already, the person's catalogue, the generic one."""
        mine = (products.own(s) for s in self.present.ours)
        found = (*(p for p in mine if p is not None), *products.offered(self.case.products))
        return tuple(p for p in found if self._may_take(p))

    def _may_take(self, product: Product) -> bool:
        """Whether every nutrient it holds may be dosed and has a limit, and its forms suit this stomach."""
        return all(
            not self.closed(p.nutrient)
            and bounds(self.limits[p.nutrient], self.gates)
            and self._dissolves(p.nutrient, p.form or None)
            for p in product.parts
        )

    def _dissolves(self, nutrient: str, form: str | None) -> bool:
        """Whether a form can be relied on: magnesium that dissolves, calcium that asks for no acid that is lacking."""
        if nutrient == "magnesium":
            return magnesium_factor(form) >= _DISSOLVES
        if nutrient == "calcium" and self.intake.low_acid:
            alone = calcium_factor(form, with_meal=False, low_acid=True)
            return alone >= calcium_factor(form, with_meal=False, low_acid=False)  # interactions TM002 and DN033
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
    """What is taken under a plan, food that takes the place of pills, and what is missing of each need."""

    doses: tuple[Dose, ...] = ()
    food: Mapping[str, float] = field(default_factory=dict)
    short: Mapping[str, float] = field(default_factory=dict)

    def amount(self, nutrient: str) -> float:
        """Elemental amount a day from products."""
        return sum(dose.per_day(nutrient) for dose in self.doses)

    def of(self, nutrient: str) -> tuple[Dose, ...]:
        """The doses that hold a nutrient."""
        return tuple(dose for dose in self.doses if nutrient in dose.product.nutrients)

    @property
    def pills(self) -> int:
        """Units to swallow a day."""
        return sum(dose.units_a_day for dose in self.doses)

    def beside(self, dose: Dose) -> Draft:
        """The draft with one more dose."""
        return replace(self, doses=(*self.doses, dose))


@dataclass(frozen=True)
class Told:
    """Why each thing of a draft is proposed, by nutrient, and what is left out."""

    why: Mapping[str, tuple[Reason, ...]]
    withheld: tuple[Withheld, ...]
