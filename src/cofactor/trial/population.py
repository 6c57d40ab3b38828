"""Virtual people: who they are, what they eat, how the sun reaches them, and how their bodies differ.

Everything is drawn by person (:mod:`cofactor.trial.draws`). How bodies differ is the spread that stands beside each
parameter of the model; defaults of diet, skin and habits are rows of ``facts/tables``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from cofactor.engine.generate import human
from cofactor.facts.load import load
from cofactor.facts.spread import log_sd_of
from cofactor.model.tables import parameters
from cofactor.person import habits, sun
from cofactor.person.exposure import constant, family, log_sd, value
from cofactor.person.traits import (
    between_people,
    calcium_absorption,
    covariate,
    covariate_log_sd,
    medicines,
    model_factors,
    shared_traits,
    usual_gfr,
)
from cofactor.person.types import Place, Sun
from cofactor.person.words import AMERICA
from cofactor.trial import ages, draws
from cofactor.trial.types import Population, Spread
from cofactor.units import convert

Array = NDArray[np.float64]

FOOD = {"calcium": "in_Ca", "magnesium": "in_Mg", "phosphorus": "in_P", "zinc": "in_Zn"}
"""Nutrient -> the model's input of it from food, mmol/d."""
NOTHING = 1e-6
"""An intake of zero, mg or µg: the fraction absorbed of nothing at all is no number."""
_SEXES = ("male", "female")
_MEAN_ONE = {"CL25": 1.0, "klin25": -1.0, "conversion": -1.0}
"""Sign of the shift by which a factor's effect on 25(OH)D has mean 1: the model was fitted to the means of arms."""
_TRIES = 40  # of drawing again where a value lies outside of its bounds


@dataclass(frozen=True, eq=False)
class People:
    """Virtual people, one entry per person in every array.

    ``bmi`` is in kg/m², ``gfr`` in mL/min per 1.73 m², ``skin`` a Fitzpatrick type; ``intake`` is from food per day in
    the nutrient's unit. ``logs`` are the logarithms of personal factors, by constant of the model, by shared trait, or
    ``sun``, ``food``, ``residual`` (parts of the supply of vitamin D), ``supply`` (what is not explained of all of
    it) and ``assay`` (what an assay of 25(OH)D reads over what is there). ``sets`` names the calibrated set of
    constants that each body has.
    """

    design: Population
    numbers: NDArray[np.int64]
    female: NDArray[np.bool_]
    age: Array
    bmi: Array
    skin: NDArray[np.int64]
    postmenopausal: NDArray[np.bool_]
    gfr: Array
    intake: Mapping[str, Array]
    logs: Mapping[str, Array]
    sets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.numbers)

    @cached_property
    def place(self) -> Place:
        """Where they live."""
        return place(self.design)

    @cached_property
    def sunlight(self) -> Array:
        """Factor of each person on the yearly course of vitamin D from skin of their type (:func:`skin_supply`)."""
        return np.asarray(sun.age_factor(self.age) * sun.bmi_factor(self.bmi) * np.exp(self.logs["sun"]))

    def constants(self) -> dict[str, Array]:
        """Constants of the model in which they differ from the reference adult, but for the supply of vitamin D."""
        program = human()
        reference = dict(zip(program.constants, program.parameters()[0], strict=True))
        found = {name: reference[name] * np.exp(self.logs[name]) for name in between_people() if name in self.logs}
        for name, open_factor in model_factors(self.sets).items():
            found[name] = found.get(name, np.full(len(self), reference[name])) * open_factor
        for name, (_, moved) in shared_traits().items():
            for which in moved:
                found[which] = found.get(which, reference[which]) * np.exp(self.logs[name])
        found["GFR"] = self.gfr * covariate("gfr_per_day")
        found["size"] = self.bmi / covariate("bmi_reference")
        found["gutCa"] = found["gutCa"] * calcium_absorption(self.age, self.postmenopausal)
        found["est"] = np.where(self.postmenopausal, covariate("oestrogen_after_menopause"), 1.0)
        for name, factor in medicines(self.design.medicines).items():
            found[name] = found.get(name, np.full(len(self), reference[name])) * factor
        for nutrient, name in FOOD.items():
            found[name] = self.intake[nutrient] * convert(1.0, "mg", "mmol", nutrient)
        return found


def place(design: Population) -> Place:
    """Where a population lives; a latitude that is not said is that of most trials."""
    latitude = covariate("trial_latitude") if design.latitude is None else design.latitude
    return Place(latitude, design.country, "US" if design.country in AMERICA else "EU")


def draw(design: Population, numbers: NDArray[np.int64], sets: NDArray[np.int64] | None = None) -> People:
    """Draw the people of these numbers (0, 1, ...). A person's traits depend on the seed and their number alone.

    ``sets`` names the calibrated set of the model's constants of each (by default that of the number).
    """
    deck = _Deck(design.seed, numbers)
    female = deck.uniform("sex") < design.female
    age = _age(deck, design.age)
    gfr = _gfr(deck, age, design.gfr)
    spread = {name: sd for name, sd in between_people().items() if name not in ("GFR", "size")}
    spread |= {name: sd for name, (sd, _) in shared_traits().items()}
    logs = {name: sd * deck.normal(name) + _MEAN_ONE.get(name, 0.0) * sd**2 / 2 for name, sd in spread.items()}
    logs |= {
        "food": np.zeros(len(numbers)),
        "supply": supply_log_sd() * deck.normal("supply"),
        # The yield of skin was fitted to means of cohorts: the factor has mean 1.
        "sun": sun.SUN_LOG_SD * deck.normal("sun") - sun.SUN_LOG_SD**2 / 2,
        "residual": log_sd("residual_supply") * deck.normal("residual"),
        "assay": covariate_log_sd("person_assay") * deck.normal("assay"),
    }
    return People(
        design=design,
        numbers=numbers,
        female=female,
        age=age,
        bmi=_bmi(deck, design, female),
        skin=_skin(deck, design),
        postmenopausal=female & _past_menopause(deck, age, design.postmenopausal),
        gfr=gfr,
        intake=_intake(deck, design, female, age),
        logs=logs,
        sets=numbers if sets is None else sets,
    )


@cache
def supply_log_sd() -> float:
    """Log-SD between people of the whole supply of vitamin D."""
    cv = next(p.between_person_cv for p in parameters() if p.id == "S_D3")
    return log_sd_of(cv or 0.0)


@lru_cache(maxsize=64)
def skin_supply(where: Place, habits_outdoors: Sun) -> Array:
    """Vitamin D3 from skin, nmol/d, by day of the year and skin type: shape (365, 6), at 20 years and BMI 22."""
    if habits_outdoors.indoors:
        return np.zeros((sun.DAYS_IN_YEAR, 6))
    habit = sun.habit_of_year(where.latitude, habits_outdoors.summer, habits_outdoors.winter, outdoor_time(where))
    return np.asarray(sun.nmol_per_dose() * sun.dose_by_skin_type(where.latitude, habit))


def outdoor_time(where: Place) -> float:
    """Time outdoors over that of the default habit: by country, or by latitude where none is given."""
    if where.country is not None:
        return habits.outdoor_time(where)
    by_latitude = family("outdoor_time_at")
    return float(np.interp(abs(where.latitude), [float(at) for at in by_latitude], list(by_latitude.values())))


@dataclass(frozen=True, eq=False)
class _Deck:
    """The draws of some people."""

    seed: int
    numbers: NDArray[np.int64]

    def uniform(self, name: str) -> Array:
        return draws.uniform(self.seed, self.numbers, name)

    def normal(self, name: str, again: int = 0) -> Array:
        return draws.normal(self.seed, self.numbers, name, again)

    def within(self, name: str, low: float, high: float, make: Callable[[Array], Array]) -> Array:
        """``make`` of a normal number, drawn again while it lies outside of the bounds."""
        found = make(self.normal(name))
        for again in range(1, _TRIES):
            outside = (found < low) | (found > high)
            if not outside.any():
                break
            found = np.where(outside, make(self.normal(name, again)), found)
        return np.asarray(np.clip(found, low, high))

    def even(self, name: str, spread: Spread) -> Array:
        """Evenly between the bounds, where no mean is given."""
        low, high = spread.low or 0.0, spread.high or 0.0
        return np.asarray(low + (high - low) * self.uniform(name))


def _age(deck: _Deck, spread: Spread) -> Array:
    if spread.mean is None and spread.low is not None:
        return deck.even("age", spread)
    return ages.of_normal(spread, deck.normal("age"))


def _gfr(deck: _Deck, age: Array, spread: Spread | None) -> Array:
    if spread is None or spread.mean is None:
        mean, sd = usual_gfr(age)
        return np.asarray(mean * np.exp(np.sqrt(np.log1p((sd / mean) ** 2)) * deck.normal("GFR")))
    # Spread between people of one age (NHANES III) where none is given.
    sd_log = log_spread(spread.mean, spread.sd, 0.16)
    return deck.within("GFR", spread.low or 0.0, spread.high or math.inf, log_normal(spread.mean, sd_log))


def _bmi(deck: _Deck, design: Population, female: NDArray[np.bool_]) -> Array:
    if design.weight is not None:
        return _bmi_of_weight(deck, design.weight, design, female)
    if design.bmi is not None:
        return _shifted(deck, design.bmi, 0.17)  # CV of BMI in European surveys (population.csv)
    country = habits.population(place(design))
    rows = {r.sex: Spread(r.mean, r.sd) for r in load().population if r.quantity == "BMI" and r.country == country}
    of_sex = [_shifted(deck, rows[sex], 0.17) for sex in _SEXES]
    return np.where(female, of_sex[1], of_sex[0])


def _shifted(deck: _Deck, spread: Spread, cv: float) -> Array:
    """BMI: a log-normal above its lower end, with the mean and SD asked for."""
    if spread.mean is None:
        return deck.even("bmi", spread)
    floor = covariate("bmi_least") if spread.mean > covariate("bmi_least") + 2 else 0.0  # thinner people exist
    above = spread.mean - floor
    sd_log = log_spread(above, cv * spread.mean if spread.sd is None else spread.sd, cv)
    make = log_normal(above, sd_log)
    low, high = spread.low or 0.0, spread.high or math.inf
    return deck.within("bmi", low, high, lambda z: np.asarray(floor + make(z)))


def _bmi_of_weight(deck: _Deck, spread: Spread, design: Population, female: NDArray[np.bool_]) -> Array:
    if spread.mean is None:
        weight, z = deck.even("weight", spread), np.zeros(len(female))
    else:
        sd_log = log_spread(spread.mean, spread.sd, 0.18)  # CV of weight in European surveys (from memory)
        low, high = spread.low or 0.0, spread.high or math.inf
        weight = deck.within("weight", low, high, log_normal(spread.mean, sd_log))
        z = (np.log(weight / spread.mean) + sd_log**2 / 2) / max(sd_log, 1e-9)
    together = covariate("weight_height_correlation")
    mean = np.array([value(f"height.{habits.population(place(design))}.{sex}") for sex in _SEXES])[female.astype(int)]
    around = together * z + math.sqrt(1 - together**2) * deck.normal("height")
    height = mean + covariate("height_spread") * around
    return np.asarray(weight / (height / 100) ** 2)


def _skin(deck: _Deck, design: Population) -> NDArray[np.int64]:
    shares = np.array([skin_shares(design)[t] for t in range(6)])
    return np.asarray(1 + np.searchsorted(np.cumsum(shares)[:-1], deck.uniform("skin"), side="right"), np.int64)


def skin_shares(design: Population) -> Array:
    """Shares of the skin types 1-6, shape (6,): as given, else by country, else by latitude."""
    if design.skin:
        return np.array([design.skin.get(t, 0.0) for t in range(1, 7)])
    where = place(design)
    if where.country is not None:
        return habits.skin_shares(None, habits.population(where))
    known = (0, 20, 35, 45)  # latitudes of the table
    rows = np.array([list(family(f"skin_mix_at.{at}").values()) for at in known])
    mix = np.array([np.interp(abs(where.latitude), known, column) for column in rows.T])
    return np.asarray(mix / mix.sum())


def _past_menopause(deck: _Deck, age: Array, share: float | None) -> NDArray[np.bool_]:
    if share is not None:
        return np.asarray(deck.uniform("menopause") < share)
    at = covariate("menopause_age") + covariate("menopause_age_spread") * deck.normal("menopause")
    return np.asarray(age >= at)


def _intake(deck: _Deck, design: Population, female: NDArray[np.bool_], age: Array) -> dict[str, Array]:
    energy = deck.normal("energy")
    found = {}
    for nutrient in ("vitamin_d", *FOOD):
        mean, usual_log_sd = _usual_intake(nutrient, design, female, age)
        given = design.intake.get(nutrient)
        if given is not None and given.mean is not None:
            mean = np.full(len(age), given.mean)
        sd = usual_log_sd if given is None or given.sd is None else log_spread(given.mean or 1.0, given.sd, 0.0)
        together = value(f"intake_with_energy.{nutrient}")
        z = together * energy + math.sqrt(1 - together**2) * deck.normal(f"intake.{nutrient}")
        found[nutrient] = np.maximum(mean * np.exp(sd * z - sd**2 / 2), NOTHING)
    return found


def _usual_intake(nutrient: str, design: Population, female: NDArray[np.bool_], age: Array) -> tuple[Array, float]:
    """Mean of the default person of each sex and age, and the log-SD between people."""
    country = habits.population(place(design))
    rows = [constant(f"usual_intake.{country}.{sex}.{nutrient}") for sex in _SEXES]
    mean = np.array([row.value for row in rows])[female.astype(int)]
    return np.asarray(mean * habits.intake_by_age(nutrient, age)), rows[0].log_sd or 0.0


def log_spread(mean: float, sd: float | None, cv: float) -> float:
    """Log-SD of a log-normal with this mean and SD, or with the coefficient of variation where no SD is given."""
    return log_sd_of(cv if sd is None else sd / mean)


def log_normal(mean: float, sd_log: float) -> Callable[[Array], Array]:
    """A log-normal of this mean, of a standard normal number."""
    return lambda z: np.asarray(mean * np.exp(sd_log * z - sd_log**2 / 2))
