"""What a person takes in: food, supplements, and the day's occasions, per nutrient and with how each is known.

:func:`intake` reads a case; :func:`model_inputs` turns the result, with the present or planned supplements, into
inputs of the model. Sums over foods and defaults follow the rule of :mod:`cofactor.person.diet`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cofactor.person import diet, inputs
from cofactor.person.diet import Basis, Range
from cofactor.person.exposure import value
from cofactor.person.habits import population
from cofactor.person.inputs import Bolus, ModelInputs
from cofactor.person.occasions import Occasion, lay_out
from cofactor.person.types import Case, Supplement

__all__ = ["Basis", "Bolus", "Intake", "ModelInputs", "Range", "intake", "model_inputs"]

# Medicines (WHO ATC: H2 blockers, proton pump inhibitors, eradication packs) and conditions (ICD-10: atrophic
# gastritis, achlorhydria) that leave the stomach without acid.
_ACID_ATC = ("A02BA", "A02BC", "A02BD")
_ACID_ICD10 = ("K29.4", "K31.83")


@dataclass(frozen=True, slots=True)
class Intake:
    """Daily intake by nutrient, in the nutrient's canonical unit. A nutrient of which nothing is known is absent.

    ``total`` is food plus supplements and is absent where the food part is unknown, since unknown is not zero.
    Calcifediol counts 2.5 times its mass as vitamin D in totals (EFSA 2023).
    """

    food: Mapping[str, Range]
    supplements: Mapping[str, Mapping[str, float]]  # nutrient -> form ("unknown" where not named) -> per day
    total: Mapping[str, Range]
    unmeasured_share: Mapping[str, float]  # of the listed foods' weight
    basis: Mapping[str, Basis]
    vitamin_d_forms: Mapping[str, float]  # of food, µg/d: D2, D3
    phytate: str  # class of the diet
    phytate_per_meal: float  # mmol
    oxalate_bound: Mapping[str, float]  # of the minerals in food, what oxalate keeps from absorption, per day
    low_acid: bool  # a medicine or condition leaves the stomach without acid
    population: str  # FR | EU | US, whose meals and defaults are used
    occasions: tuple[Occasion, ...]
    taken: tuple[Supplement, ...]  # supplements in use on ``today``
    today: date

    def assumed(self, nutrient: str) -> bool:
        """Whether a default person stands in for all or part of the food."""
        return self.basis.get(nutrient) in (Basis.DEFAULT, Basis.FOODS_AND_DEFAULT)

    def from_supplements(self, nutrient: str) -> float:
        """Supplement intake per day; vitamin D in µg with calcifediol at 2.5 times its mass."""
        return sum(
            amount * (value("calcifediol.equivalent") if form == "calcifediol" else 1.0)
            for form, amount in self.supplements.get(nutrient, {}).items()
        )


def intake(case: Case) -> Intake:
    """Read a case. Supplements count when they are in use on the case's ``today``."""
    found = diet.food_intake(case)
    food = {nutrient: part.amount for nutrient, part in found.items()}
    taken = tuple(s for s in case.supplements if in_use(s, case.today))
    phytate = diet.phytate_per_meal(case)
    vitamin_d = food["vitamin_d"].mid if "vitamin_d" in food else 0.0
    bare = Intake(
        food=food,
        supplements=by_form(taken),
        total=food,
        unmeasured_share={nutrient: part.unmeasured_share for nutrient, part in found.items()},
        basis={nutrient: part.basis for nutrient, part in found.items()},
        vitamin_d_forms=diet.vitamin_d_forms(case, vitamin_d),
        phytate=diet.phytate_class(phytate),
        phytate_per_meal=phytate,
        oxalate_bound={nutrient: diet.bound_by_oxalate(case, nutrient) for nutrient in food},
        low_acid=low_acid(case),
        population=population(case.place),
        occasions=(),
        taken=taken,
        today=case.today,
    )
    total = {nutrient: amount.plus(bare.from_supplements(nutrient)) for nutrient, amount in food.items()}
    return replace(
        bare, total=total, occasions=_occasions(bare, taken, lambda s: _next_dose(s, case.today, s.every_days / 2))
    )


def in_use(supplement: Supplement, on: date) -> bool:
    """Whether a supplement is taken on a day; a date that is not given is open."""
    begun = supplement.since is None or supplement.since <= on
    return begun and (supplement.until is None or supplement.until >= on)


def by_form(supplements: Iterable[Supplement]) -> dict[str, dict[str, float]]:
    """Amount per day by nutrient and form; several products of one nutrient add up."""
    found: dict[str, dict[str, float]] = {}
    for supplement in supplements:
        forms = found.setdefault(supplement.nutrient, {})
        form = supplement.form or "unknown"
        forms[form] = forms.get(form, 0.0) + supplement.per_day
    return found


def low_acid(case: Case) -> bool:
    """Whether a medicine or a condition of the case leaves the stomach without acid."""
    diagnoses = [c.icd10 for c in case.conditions if c.icd10]
    return acid_blocked([m.atc for m in case.medicines if m.atc]) or any(c.startswith(_ACID_ICD10) for c in diagnoses)


def acid_blocked(codes: Iterable[str]) -> bool:
    """Whether one of the medicines (ATC codes) leaves the stomach without acid."""
    return any(c.startswith(_ACID_ATC) for c in codes)


def model_inputs(intake: Intake, planned: Sequence[Supplement] | None = None, on: date | None = None) -> ModelInputs:
    """Inputs of the model for food as it is and the present supplements, or ``planned`` ones in their place.

    ``planned=()`` is food alone. Day 0 of the result is ``on`` (default: today). A dose that is not daily falls where
    its start puts it; where no start is known, a planned one falls first on day 0 and a present one, whose last dose
    may lie any time back, in the middle of its interval.
    """
    day = on or intake.today
    if planned is None:
        occasions = _present(intake, day)
    else:
        occasions = _occasions(intake, planned, lambda s: _next_dose(s, day, 0.0))
    return inputs.of_day(occasions, phytate_per_meal=intake.phytate_per_meal, low_acid=intake.low_acid)


def _present(intake: Intake, day: date) -> tuple[Occasion, ...]:
    return _occasions(intake, intake.taken, lambda s: _next_dose(s, day, s.every_days / 2))


def _occasions(
    intake: Intake, supplements: Iterable[Supplement], first_day: Callable[[Supplement], float]
) -> tuple[Occasion, ...]:
    food = {nutrient: amount.mid - intake.oxalate_bound[nutrient] for nutrient, amount in intake.food.items()}
    return lay_out(food, supplements, intake.population, first_day)


def _next_dose(supplement: Supplement, day: date, unknown: float) -> float:
    """Days from ``day`` to the next dose of something that is not taken daily; ``unknown`` where no start is given."""
    if supplement.since is None:
        return unknown
    until_start = float((supplement.since - day).days)
    return until_start if until_start > 0 else until_start % supplement.every_days
