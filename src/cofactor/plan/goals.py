"""What a plan tries to reach: levels in blood, and intakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cofactor.facts.load import REGION_AUTHORITY, load
from cofactor.facts.types import ReferenceIntake
from cofactor.person.types import Case

PLANNED = ("vitamin_d", "magnesium", "calcium")
"""The nutrients for which doses are proposed."""

Goal = tuple[float, float | None]


@dataclass(frozen=True, slots=True)
class Goals:
    """Levels (low, high or None) by analyte, target intakes by nutrient, and the probability asked of each."""

    levels: Mapping[str, Goal]
    intakes: Mapping[str, ReferenceIntake]
    probability: float


def goals(case: Case) -> Goals:
    """The case's own goals; what it leaves open comes from its reference set, or else from the region's body."""
    levels: dict[str, Goal] = {"25OHD": load().enough_to_concern("25OHD"), **case.goals}
    found = {n: target(case, n) for n in PLANNED}
    return Goals(levels, {n: row for n, row in found.items() if row is not None}, case.probability)


def target(case: Case, nutrient: str) -> ReferenceIntake | None:
    """The intake to aim for: the case's reference set names it, or else the region's body; None where neither does."""
    person, facts = case.person, load()
    for authority in (case.diet.reference, REGION_AUTHORITY[case.place.region]):
        row = facts.target(nutrient, authority, person.sex, person.age, person.state)
        if row is not None:
            return row
    return None
