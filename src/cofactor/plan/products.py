"""What can be taken: generic products, those of the person's own catalogue, and what the person takes already.

A product is known by one unit of it (a tablet, a capsule) and may hold several nutrients. No brand stands in the
generic catalogue, and no product is preferred for its name: what counts is what a unit holds, how well its form is
absorbed, and its price.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from cofactor.facts import types as facts
from cofactor.facts.types import Part
from cofactor.person.catalogue import generic
from cofactor.person.types import Supplement
from cofactor.units import DAYS_PER_MONTH

MOST_AT_ONCE = 3
"""Units of one product at one moment."""
MOST_INTAKES = 3
"""Intakes of one product a day."""
OWN = "own"
"""Id of a product that a person takes already."""


@dataclass(frozen=True)
class Product:
    """One unit of something that can be taken. ``name`` is the person's own; ``present`` is how it is taken now."""

    id: str
    parts: tuple[Part, ...]
    price_eur: float | None  # of one unit
    name: str | None = None
    present: Supplement | None = None

    @cached_property
    def contents(self) -> dict[str, float]:
        """Amount by nutrient."""
        return {n: sum(p.amount for p in self.parts if p.nutrient == n) for n in self.nutrients}

    @cached_property
    def nutrients(self) -> tuple[str, ...]:
        """What it holds, each once."""
        return tuple(dict.fromkeys(p.nutrient for p in self.parts))

    def form(self, nutrient: str) -> str:
        """The form of a nutrient it holds, of several the one with the most; ``unknown`` where none is named."""
        return max((p for p in self.parts if p.nutrient == nutrient), key=lambda p: p.amount).form or "unknown"


@dataclass(frozen=True)
class Dose:
    """Whole units of one product at each of some moments of every day."""

    product: Product
    units: int
    slots: tuple[str, ...]

    @property
    def intakes(self) -> int:
        """How often a day."""
        return len(self.slots)

    def per_intake(self, nutrient: str) -> float:
        """Elemental amount at each moment, in the nutrient's canonical unit."""
        return self.product.contents.get(nutrient, 0.0) * self.units

    def per_day(self, nutrient: str) -> float:
        """Elemental amount a day."""
        return self.per_intake(nutrient) * self.intakes

    @property
    def units_a_day(self) -> int:
        """Tablets or capsules a day."""
        return self.units * self.intakes

    @property
    def cost_per_month(self) -> float | None:
        """Euros a month, or None where no price is known."""
        price = self.product.price_eur
        return None if price is None else price * self.units_a_day * DAYS_PER_MONTH

    @property
    def owned(self) -> bool:
        """Whether it is what the person takes already."""
        return self.product.present is not None

    @property
    def unchanged(self) -> bool:
        """Whether as much of it is taken as now."""
        present = self.product.present
        return present is not None and self.units_a_day == present.times_per_day

    def supplements(self) -> Iterable[Supplement]:
        """What is taken of it, as a case would say it."""
        for part in self.product.parts:
            amount = part.amount * self.units
            yield Supplement(
                part.nutrient,
                part.form or None,
                amount,
                1.0,
                self.slots[0],
                None,
                None,
                None,
                "",
                self.intakes,
                self.slots,
            )


def offered(own: Iterable[facts.Product]) -> tuple[Product, ...]:
    """What can be bought: the person's own catalogue, and generic products of what that does not hold."""
    mine = [_product(row) for row in own]
    held = {n for product in mine for n in product.nutrients}
    return (*mine, *(p for p in catalogue() if held.isdisjoint(p.nutrients)))


@cache
def catalogue() -> tuple[Product, ...]:
    """The generic catalogue."""
    return tuple(_product(row) for row in generic())


def _product(row: facts.Product) -> Product:
    return Product(row.id, row.parts, row.price_eur, row.name or None)


@cache
def price_per_amount(nutrient: str) -> float:
    """Euros for one canonical unit of a nutrient: the mean of the generic products that hold it alone."""
    found = [p for p in catalogue() if p.nutrients == (nutrient,) and p.price_eur is not None]
    prices = [p.price_eur / p.contents[nutrient] for p in found if p.price_eur is not None]
    return sum(prices) / len(prices) if prices else 0.0


def own(supplement: Supplement) -> Product | None:
    """A present supplement as a product of its own, or None where it is not daily or its form not named."""
    if supplement.every_days != 1 or supplement.form is None:
        return None
    part = Part(supplement.nutrient, supplement.form, supplement.amount)
    return Product(OWN, (part,), None, supplement.label, supplement)
