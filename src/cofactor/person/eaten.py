"""Foods of a case: which food a text means, and how much of it is eaten."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cofactor import units
from cofactor.facts.food_lookup import find_food
from cofactor.facts.names import fold
from cofactor.facts.types import Food
from cofactor.person.problems import describe, refusal
from cofactor.person.quantities import LONGEST, number_with_unit
from cofactor.said import Said

_GRAMS = {"g": 1.0, "kg": 1000.0, "mg": 0.001}
# A mass or a volume that is a word here would be taken for a portion.
_NOT_PORTIONS = frozenset({"ml", "l", "cl", "dl", "iu", "µg", "ug", "mcg", "mmol"})
_COUNTED = re.compile(r"(\d+)\s+(.+)")
_PORTION_WORDS = frozenset({"portion", "portions", "serving", "servings"})


# Nobody eats or drinks more of one thing; waters and milk reach 3 kg.
_MOST_GRAMS_PER_DAY = 6000.0


@dataclass(frozen=True, slots=True)
class Eaten:
    """How much of a food is eaten, and how that was written."""

    grams_per_day: float
    as_typed: str


def known_food(value: object) -> Food:
    """Return the one food that a text or an id means; an ambiguous or unknown one is refused with candidates."""
    if not isinstance(value, str) or not value.strip():
        raise refusal(value, Said("Write the id of a food, or its name."), ("ciqual:26034", "almonds"))
    found = find_food(value[:LONGEST])
    if isinstance(found, Food):
        return found
    candidates = tuple(f"{food.id} ({food.name_en} / {food.name_fr})" for food in found)
    if candidates:
        raise refusal(value, Said("Several foods fit: write the id of the one that is meant."), candidates)
    do = Said("No such food is known: `cofactor foods search` finds what is, `foods import` adds to it.")
    raise refusal(value, do)


def amount(value: object, food: Food, days: float) -> Eaten:
    """Read an amount that is eaten every so many ``days``."""
    per_day = grams(value, food) / days
    if per_day > _MOST_GRAMS_PER_DAY:
        got = Said("{typed}, {grams:,.0f} g a day", typed=describe(value), grams=per_day)
        most = Said("at most {grams:,.0f} g a day", grams=_MOST_GRAMS_PER_DAY)
        raise refusal(got, Said("Check the number, the unit and `per`."), (most,))
    return Eaten(per_day, describe(value))


def grams(value: object, food: Food) -> float:
    """Read an amount of a food: ``100 g``, or a number of its portions (``2 slices``, ``1 portion``)."""
    quantity = number_with_unit(value, "100 g")
    if quantity.value <= 0:
        raise refusal(value, Said("Write an amount above zero."), _accepted(food))
    if not quantity.unit:
        got = Said("{value} without a unit", value=describe(value))
        raise refusal(got, Said("Write grams, or name the portion."), _accepted(food))
    if quantity.unit in _GRAMS:
        return quantity.value * _GRAMS[quantity.unit]
    if quantity.unit.lower() in _NOT_PORTIONS or quantity.unit in units.UG_PER_IU:
        raise refusal(value, Said("Foods are weighed: write grams, or name the portion."), _accepted(food))
    weight = _portion_weight(quantity.unit, food)
    if weight is None:
        raise refusal(value, Said("This food has no such portion: write grams, or one of those."), _accepted(food))
    return quantity.value * weight


def same_food(name: str, food: Food) -> bool:
    """Tell whether a name that stands beside an id has any word in common with the food of that id."""
    known = {w[:5] for text in (food.name_en, food.name_fr, *food.aliases) for w in fold(text).split() if len(w) > 2}
    typed = {w[:5] for w in fold(name).split() if len(w) > 2}
    return not typed or bool(typed & known)


def _accepted(food: Food) -> tuple[str, ...]:
    return ("g", *(f"{p.name_en} / {p.name_fr} ({p.grams:g} g)" for p in food.portions))


def _portion_weight(name: str, food: Food) -> float | None:
    """Grams of one portion of this name, in English or French; plural forms are understood."""
    wanted = _singular(name)
    for portion in food.portions:
        for own in (portion.name_en, portion.name_fr):
            counted = _COUNTED.fullmatch(own)
            count, bare = (float(counted[1]), counted[2]) if counted else (1.0, own)
            if _singular(bare) == wanted or _singular(bare.partition("(")[0]) == wanted:
                return portion.grams / count
    return food.portions[0].grams if wanted in _PORTION_WORDS and food.portions else None


def _singular(name: str) -> str:
    return " ".join(w[:-1] if len(w) > 3 and w.endswith(("s", "x")) else w for w in fold(name).split())
