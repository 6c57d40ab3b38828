"""Upper limits and reference values of intake for each of some drawn people."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cofactor.facts.load import load
from cofactor.trial.population import People
from cofactor.trial.product_facts import Limit, limits

Array = NDArray[np.float64]


def caps(region: str, nutrient: str, people: People) -> Mapping[str, Array]:
    """The limits of a region for each person, by what they count; infinite where there is none."""
    who = _who(people)
    found = {person: limits(region, nutrient, *person) for person in set(who)}
    kinds = {limit.counts for of_person in found.values() for limit in of_person}
    return {counts: np.array([_tightest(found[person], counts) for person in who]) for counts in sorted(kinds)}


def references(nutrient: str, authority: str, people: People) -> Array:
    """The value that a body aims for in each person; infinite where it names none."""
    who = _who(people)
    rows = {(sex, age): load().target(nutrient, sex=sex, age=age, authority=authority) for sex, age in set(who)}
    return np.array([np.inf if (row := rows[one]) is None else row.value for one in who])


def _who(people: People) -> list[tuple[str, int]]:
    """Sex and age of each, as the tables ask for them."""
    return list(zip(np.where(people.female, "female", "male").tolist(), people.age.astype(int).tolist(), strict=True))


def _tightest(of_person: tuple[Limit, ...], counts: str) -> float:
    return min((limit.amount for limit in of_person if limit.counts == counts), default=np.inf)


def eaten(nutrient: str, counts: str, people: People) -> Array:
    """What people take in from food that such a limit counts; nothing where food is not drawn."""
    nothing = np.zeros(len(people))
    return people.intake.get(nutrient, nothing) if counts == "total" else nothing
