"""Default people: what is taken for granted where a case says nothing.

Surveys describe three populations: France, the rest of Europe (``EU``) and the United States. A default is the mean of
the person's population, sex and age, with the spread of usual intake between people; it is never a statement about the
person, and everything computed from it carries ``assumed``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cofactor.person.exposure import constant, family, value
from cofactor.person.types import Person, Place

# Countries by ISO 3166-1 alpha-2 whose habits of time outdoors differ (rows ``outdoor_time.*``).
_NORTH = frozenset({"DK", "GB", "IE", "NO", "SE", "FI", "IS", "EE", "LV", "LT"})
_SOUTH = frozenset({"ES", "PT", "IT", "GR", "MT", "CY"})
_NORMAL_P05 = -1.6448536269514722  # 5th percentile of the standard normal distribution


@dataclass(frozen=True, slots=True)
class Usual:
    """Usual intake of one nutrient among people like this one, per day in the nutrient's canonical unit.

    ``mean`` is the survey mean for sex and age, ``p05`` and ``p95`` the spread of a log-normal around it.
    """

    p05: float
    mean: float
    p95: float


def population(place: Place) -> str:
    """Name the survey population of a place: ``FR``, ``US`` or ``EU``."""
    if place.country == "FR":
        return "FR"
    return "US" if place.region == "US" else "EU"


def outdoor_time(place: Place) -> float:
    """Time outdoors in this country over that of the default habit (fraction)."""
    country = place.country or ""
    if population(place) in ("FR", "US"):
        return value(f"outdoor_time.{population(place)}")
    if country in _NORTH:
        return value("outdoor_time.north")
    return value("outdoor_time.south" if country in _SOUTH else "outdoor_time.EU")


def skin_shares(skin: int | None, mix: str) -> NDArray[np.float64]:
    """Shares of the skin types 1-6, shape (6,), adding to 1; where the type is unknown, those of population ``mix``."""
    shares = np.eye(6)[skin - 1] if skin is not None else np.array(list(family(f"skin_mix.{mix}").values()))
    return np.asarray(shares / shares.sum(), dtype=float)


def bmi(person: Person, place: Place) -> float:
    """BMI in kg/m²; where the height is unknown, with the mean height of the person's population and sex."""
    if person.bmi is not None:
        return person.bmi
    return person.weight_kg / (value(f"height.{population(place)}.{person.sex}") / 100) ** 2


@cache
def default_nutrients() -> tuple[str, ...]:
    """List the nutrients for which a default person has a usual intake."""
    return tuple(family("usual_intake.EU.female"))


def intake_by_age(nutrient: str, age: ArrayLike) -> NDArray[np.float64]:
    """Usual intake at an age over that at the age of the surveys."""
    slope = value("usual_intake_age.per_year" + ("_vitamin_d" if nutrient == "vitamin_d" else ""))
    years = np.asarray(age, float) - value("usual_intake_age.from")
    return np.asarray(1 + slope * np.clip(years, value("usual_intake_age.youngest"), value("usual_intake_age.oldest")))


def usual_intake(nutrient: str, person: Person, place: Place) -> Usual | None:
    """Usual intake from food of a nutrient for the default person of this sex, age and population.

    None where no survey mean is in the table. The mean changes linearly with age around that of the surveys (rows
    ``usual_intake_age.*``, assumed); the spread is log-normal about it with the row's log-sd.
    """
    if nutrient not in default_nutrients():
        return None
    row = constant(f"usual_intake.{population(place)}.{person.sex}.{nutrient}")
    mean = row.value * float(intake_by_age(nutrient, person.age))
    spread = row.log_sd or 0.0
    median = mean * math.exp(-(spread**2) / 2)
    reach = math.exp(-_NORMAL_P05 * spread)
    return Usual(p05=median / reach, mean=mean, p95=median * reach)
