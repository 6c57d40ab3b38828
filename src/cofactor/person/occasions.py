"""The moments of a day: which food and which supplements meet in the gut.

Absorption itself is the model's: nothing here multiplies by a fraction absorbed. What matters is what is taken
together, since calcium and magnesium saturate within an occasion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cofactor.person.exposure import family
from cofactor.person.types import Supplement

MEALS = ("breakfast", "lunch", "dinner")
"""Occasions at which enough is eaten for a supplement to count as taken with food."""

OCCASIONS = ("waking", "breakfast", "lunch", "snack", "dinner", "bedtime")
"""All occasions in the order of the day."""

# Where the case names no moment: with meals, the first intake at breakfast, the second at dinner, then lunch.
_UNSAID = ("breakfast", "dinner", "lunch", "bedtime")


@dataclass(frozen=True, slots=True)
class Taken:
    """A supplement at one moment: elemental amount per intake, in the canonical unit of its nutrient.

    ``first_day`` is the day of the next dose, counted from today, for what is not taken daily.
    """

    nutrient: str
    form: str | None
    amount: float
    every_days: float
    first_day: float = 0.0

    @property
    def per_day(self) -> float:
        """Mean amount per day of this intake."""
        return self.amount / self.every_days


@dataclass(frozen=True, slots=True)
class Occasion:
    """One moment of the day. ``food`` holds central amounts per day by nutrient, in canonical units."""

    slot: str
    food: Mapping[str, float]
    supplements: tuple[Taken, ...]

    @property
    def with_meal(self) -> bool:
        """Whether what is taken here meets a meal."""
        return self.slot in MEALS


def meal_shares(nutrient: str, population: str) -> dict[str, float]:
    """Shares of a day's food by occasion, adding to 1: rows ``meal_share.*`` of the country, France for Europe."""
    shares = family(
        f"meal_share.{population if population in ('FR', 'US') else 'FR'}."
        f"{'calcium' if nutrient == 'calcium' else 'other'}"
    )
    whole = sum(shares.values())
    return {slot: share / whole for slot, share in shares.items()}


def slots(supplement: Supplement) -> tuple[str, ...]:
    """One moment per intake of a day on which the supplement is taken.

    The moments that the case names, in turn; where it names none, meals.
    """
    named = supplement.slots or ((supplement.slot,) if supplement.slot else ())
    order = (*named, *(slot for slot in _UNSAID if slot not in named)) if named else _UNSAID
    return tuple(order[i % len(order)] for i in range(supplement.times_per_day))


def lay_out(
    food: Mapping[str, float],
    supplements: Iterable[Supplement],
    population: str,
    first_day: Callable[[Supplement], float],
) -> tuple[Occasion, ...]:
    """Lay a day's food (amount per day by nutrient) over its meals and the supplements over their moments."""
    taken: dict[str, list[Taken]] = {slot: [] for slot in OCCASIONS}
    for supplement in supplements:
        dose = Taken(
            supplement.nutrient, supplement.form, supplement.amount, supplement.every_days, first_day(supplement)
        )
        for slot in slots(supplement):
            taken[slot].append(dose)
    eaten: dict[str, dict[str, float]] = {slot: {} for slot in OCCASIONS}
    for nutrient, amount in food.items():
        for slot, share in meal_shares(nutrient, population).items():
            eaten[slot][nutrient] = amount * share
    return tuple(Occasion(slot, eaten[slot], tuple(taken[slot])) for slot in OCCASIONS)
