"""Generic products, and the daily doses that whole units of them make; the product a person takes already."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.facts.read import read_table
from cofactor.facts.types import Product, Source, Trust
from cofactor.person.types import Supplement

MOST_UNITS_AT_ONCE = 2
MOST_INTAKES = 3
DAYS_PER_MONTH = 365.25 / 12
OWN = "own"
"""Id of the product that a person takes already."""


@dataclass(frozen=True, slots=True)
class Dose:
    """Whole units of one product at one or more moments of every day."""

    product: Product
    units: int  # at each moment
    intakes: int

    @property
    def per_intake(self) -> float:
        """Elemental amount at each moment, in the nutrient's canonical unit."""
        return self.product.amount * self.units

    @property
    def per_day(self) -> float:
        """Elemental amount a day."""
        return self.per_intake * self.intakes

    @property
    def cost_per_month(self) -> float | None:
        """Euros a month, or None where no price is known."""
        if self.product.price_eur is None:
            return None
        return self.product.price_eur * self.units * self.intakes * DAYS_PER_MONTH

    @property
    def owned(self) -> bool:
        """Whether it is what the person takes already."""
        return self.product.id == OWN


@cache
def catalogue() -> tuple[Product, ...]:
    """The generic catalogue. No brand stands in it."""
    return read_table(Product, "products")


def doses(nutrient: str, form: str, per_intake: float | None = None, intakes: int = MOST_INTAKES) -> tuple[Dose, ...]:
    """The daily doses of a form, smallest first, none above ``per_intake`` at once.

    Of several ways to the same amount the one with the fewest units is kept, then the one with the fewest moments.
    """
    found: dict[float, Dose] = {}
    for product in catalogue():
        if (product.nutrient, product.form) != (nutrient, form):
            continue
        for units in range(1, MOST_UNITS_AT_ONCE + 1):
            for count in range(1, intakes + 1):
                dose = Dose(product, units, count)
                if per_intake is not None and dose.per_intake > per_intake:
                    continue
                known = found.get(dose.per_day)
                if known is None or _burden(dose) < _burden(known):
                    found[dose.per_day] = dose
    return tuple(found[amount] for amount in sorted(found))


def _burden(dose: Dose) -> tuple[int, int]:
    return dose.units * dose.intakes, dose.intakes


def own(supplement: Supplement) -> Dose | None:
    """A present supplement as a dose of a product of its own, or None where it is not daily or its form not named."""
    if supplement.every_days != 1 or supplement.form is None:
        return None
    source = Source("The person's own product, as the case gives it", Trust.ASSUMED)
    unit = NUTRIENT_UNIT[supplement.nutrient]
    product = Product(OWN, supplement.nutrient, supplement.form, supplement.amount, unit, OWN, None, source)
    return Dose(product, 1, supplement.times_per_day)
