"""What food gives: sums over foods as intervals, and what is taken for granted where the case is silent.

The rule, in one place
----------------------
1. A **total** that the case states for a nutrient is used as it stands (basis ``totals``).
2. A list of foods is read as a **whole diet** when it weighs at least three quarters of what people eat in a day
   (drinks apart); then the sum over the foods stands for itself (basis ``foods``).
3. A shorter list says what it says about those foods and nothing about the rest. The rest of the day is filled, by
   weight, with the default diet of the person's sex, age and country: a handful of almonds takes the place of an equal
   weight of average food (basis ``foods+default``). A list of two foods therefore never reads as a famine, and no
   food is counted on top of a day that is already full.
4. With neither, the default diet stands (basis ``default``).

A listed food in which a nutrient was not measured is never zero: its weight is filled from the default diet as well,
and its share of the listed weight is reported. Traces and ``<x`` give an interval from 0; half of it enters the central
value only where the whole interval is too small to matter (2 % of a usual day). A nutrient for which no survey mean is
at hand has no value unless the diet is whole or a total is stated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.facts.types import Food, FoodValue
from cofactor.person.exposure import family, value
from cofactor.person.habits import Usual, usual_intake
from cofactor.person.types import Case, EatenFood

_DRINKS = frozenset({"water", "drinks"})  # groups that take the place of no other food
_NOT_MEASURED = FoodValue(None, None)


class Basis(StrEnum):
    """Where the intake of a nutrient from food comes from."""

    TOTALS = "totals"  # stated in the case
    FOODS = "foods"  # the sum over a whole diet
    FOODS_AND_DEFAULT = "foods+default"  # listed foods, the rest of the day filled with a default diet
    DEFAULT = "default"  # a default person


@dataclass(frozen=True, slots=True)
class Range:
    """An amount per day in the nutrient's canonical unit. ``mid`` is the value to compute with."""

    low: float
    mid: float
    high: float

    def plus(self, amount: float) -> Range:
        """Shift the whole range by a known amount."""
        return Range(self.low + amount, self.mid + amount, self.high + amount)


@dataclass(frozen=True, slots=True)
class FromFood:
    """Intake of one nutrient from food, with how it is known."""

    amount: Range
    basis: Basis
    unmeasured_share: float  # of the listed foods' weight (drinks apart), in which the nutrient was not measured

    @property
    def assumed(self) -> bool:
        """Whether a default person stands in for all or part of it."""
        return self.basis in (Basis.DEFAULT, Basis.FOODS_AND_DEFAULT)


@dataclass(frozen=True, slots=True)
class _Sum:
    """Sum over listed foods for one nutrient. Weights in g/d, drinks apart."""

    low: float
    mid: float
    high: float
    weight: float
    unmeasured: float


def food_intake(case: Case) -> dict[str, FromFood]:
    """Intake from food per nutrient, by the rule of this module.

    A nutrient is absent where nothing can be said of it: not stated, no survey mean, and no whole diet listed.
    """
    found = {name: _from_food(case, name) for name in NUTRIENT_UNIT}
    return {name: intake for name, intake in found.items() if intake is not None}


def food_value(food: Food, nutrient: str) -> FoodValue:
    """Content per 100 g. Vitamin D without a total is the sum of its measured forms; vitamin K is phylloquinone.

    Reference values for vitamin K are set as phylloquinone, and K2 is too patchy in all tables to be added to it.
    """
    if nutrient == "vitamin_k":
        return food.values.get("vitamin_k1", food.values.get("vitamin_k", _NOT_MEASURED))
    found = food.values.get(nutrient, _NOT_MEASURED)
    if nutrient != "vitamin_d" or found.known:
        return found
    parts = [food.values.get(form, _NOT_MEASURED) for form in ("vitamin_d2", "vitamin_d3")]
    known = [(part.low, part.high) for part in parts if part.low is not None and part.high is not None]
    if not known:
        return _NOT_MEASURED
    return FoodValue(sum(low for low, _ in known), sum(high for _, high in known))


def listed_weight(case: Case) -> float:
    """Weight of the listed foods without drinks, g/d."""
    return sum(eaten.grams_per_day for eaten in case.diet.foods if eaten.food.group not in _DRINKS)


def whole_diet(case: Case) -> bool:
    """Whether the listed foods weigh enough to be read as everything that is eaten."""
    return listed_weight(case) >= value("whole_diet.share") * value("whole_diet.weight")


def _from_food(case: Case, nutrient: str) -> FromFood | None:
    usual = usual_intake(nutrient, case.person, case.place)
    found = _sum(case.diet.foods, nutrient, usual)
    share = found.unmeasured / found.weight if found.weight else 0.0
    if nutrient in case.diet.totals:
        low, high = case.diet.totals[nutrient]
        return FromFood(Range(low, (low + high) / 2, high), Basis.TOTALS, 0.0)
    if usual is None:
        if not whole_diet(case) or found.unmeasured >= found.weight:
            return None
        return FromFood(Range(found.low, found.mid, found.high), Basis.FOODS, share)
    rest = _filler_share(case, found)
    amount = Range(found.low + rest * usual.p05, found.mid + rest * usual.mean, found.high + rest * usual.p95)
    if not case.diet.foods:
        return FromFood(amount, Basis.DEFAULT, 0.0)
    return FromFood(amount, Basis.FOODS if whole_diet(case) else Basis.FOODS_AND_DEFAULT, share)


def _filler_share(case: Case, found: _Sum) -> float:
    """Share of a default day that stands in for food that is not listed or not measured, by weight."""
    unlisted = 0.0 if whole_diet(case) else max(0.0, value("whole_diet.weight") - found.weight)
    return (unlisted + found.unmeasured) / value("whole_diet.weight")


def _sum(foods: Iterable[EatenFood], nutrient: str, usual: Usual | None) -> _Sum:
    low = mid = high = weight = unmeasured = 0.0
    negligible = value("whole_diet.negligible") * usual.mean if usual else 0.0
    for eaten in foods:
        grams = 0.0 if eaten.food.group in _DRINKS else eaten.grams_per_day
        weight += grams
        content = food_value(eaten.food, nutrient)
        if content.low is None or content.high is None:
            unmeasured += grams
            continue
        least, most = (eaten.grams_per_day / 100 * per_100_g for per_100_g in (content.low, content.high))
        low, high = low + least, high + most
        mid += (least + most) / 2 if most - least <= negligible else least
    return _Sum(low, mid, high, weight, unmeasured)


def vitamin_d_forms(case: Case, amount: float) -> dict[str, float]:
    """Split vitamin D from food (µg/d) into ``D2`` and ``D3``.

    D2 is what the listed foods were measured to hold (mushrooms, some fortified food); the rest is D3, the form of
    animal and of most fortified food (assumed).
    """
    d2 = min(_sum(case.diet.foods, "vitamin_d2", None).mid, amount)
    return {"D2": d2, "D3": amount - d2}


def bound_by_oxalate(case: Case, nutrient: str) -> float:
    """What oxalate withholds of a mineral in the listed foods, per day in the nutrient's unit.

    Spinach and its like hold more oxalate than calcium: part of their minerals leaves the gut as it came. A total that
    the case states says nothing of where it comes from, and nothing is taken off it.
    """
    free = family("oxalate").get(nutrient)
    if free is None or nutrient in case.diet.totals:
        return 0.0
    rich = [eaten for eaten in case.diet.foods if eaten.food.oxalate == "high"]
    return (1 - free) * _sum(rich, nutrient, None).mid


def phytate_per_meal(case: Case) -> float:
    """Mean phytate of a meal, mmol.

    The classes of the phytate-bearing foods, weighted by the magnesium they bring; food that is not listed counts as a
    mixed diet with its usual part of such foods. A whole diet without any has none. Class values are assumed.
    """
    classes = family("phytate")
    usual = usual_intake("magnesium", case.person, case.place)
    weight = product = 0.0
    for eaten in case.diet.foods:
        content = food_value(eaten.food, "magnesium")
        if content.low is None or eaten.food.phytate == "none":
            continue
        brought = eaten.grams_per_day / 100 * content.low
        weight, product = weight + brought, product + brought * classes[eaten.food.phytate]
    if usual is not None:
        rest = _filler_share(case, _sum(case.diet.foods, "magnesium", usual))
        brought = rest * usual.mean * value("whole_diet.phytate_bearing")
        weight, product = weight + brought, product + brought * classes["mixed"]
    return product / weight if weight else 0.0


def phytate_class(mmol_per_meal: float) -> str:
    """Name the class whose phytate per meal is nearest."""
    classes = family("phytate")
    return min(classes, key=lambda name: abs(classes[name] - mmol_per_meal))
