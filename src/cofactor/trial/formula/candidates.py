"""Which formulas can be made: doses, forms and divisions of the day within mass, units, amounts at once and claims."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from functools import lru_cache
from random import Random

from cofactor.assess.limits import CALCIUM_PER_INTAKE, MAGNESIUM_PER_INTAKE
from cofactor.facts.types import Part
from cofactor.person.catalogue import compound_mass, generic
from cofactor.trial.formula.types import Formula, Making, Spec
from cofactor.trial.product_facts import AllowedClaim, allowed_claims

AT_ONCE = {"calcium": CALCIUM_PER_INTAKE, "magnesium": MAGNESIUM_PER_INTAKE}
"""Most of a nutrient in one intake, mg: interactions table, TM003 and TM004."""
_SEED = 1  # of the sample of a lattice that is too large, the same every time
_EXACT = 1 + 1e-9  # against rounding of sums to limits

Place = tuple[int, ...]
"""A formula on the grid: for each nutrient the number of its amount and of its form, then that of the moments."""


class Grid:
    """Every formula that a specification can name, by place."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        by_nutrient = (size for held in spec.holds for size in (len(held.amounts), len(held.forms)))
        self.sizes = (*by_nutrient, len(spec.making.moments))

    def __len__(self) -> int:
        return math.prod(self.sizes)

    def formula(self, place: Place) -> Formula | None:
        """The formula of a place; None where it cannot be made, or where another place names the same."""
        parts = []
        for held, amount, form in zip(self.spec.holds, place[:-1:2], place[1:-1:2], strict=True):
            if held.amounts[amount]:
                parts.append(Part(held.nutrient, held.forms[form].id, held.amounts[amount]))
            elif form:
                return None  # of nothing, the form does not matter
        return made(tuple(parts), self.spec.making.moments[place[-1]], self.spec.making) if parts else None

    def lattice(self, most: int) -> Iterator[Place]:
        """Places spread over the whole grid, at most about so many: all forms and moments, amounts from end to end."""
        counts = next((n for n in range(max(self.sizes), 2, -1) if self._count(n) <= most), 2)
        places = itertools.product(
            *(_spread(size, counts) if self._of_amount(axis) else range(size) for axis, size in enumerate(self.sizes))
        )
        count = self._count(counts)
        kept = set(Random(_SEED).sample(range(count), most)) if count > most else range(count)
        return (place for number, place in enumerate(places) if number in kept)

    def _of_amount(self, axis: int) -> bool:
        return axis % 2 == 0 and axis < len(self.sizes) - 1

    def _count(self, amounts: int) -> int:
        return math.prod(min(n, amounts) if self._of_amount(axis) else n for axis, n in enumerate(self.sizes))

    def beside(self, place: Place) -> Iterator[Place]:
        """The places next to one: one amount a step up or down, or another form or division of the day."""
        for axis, (at, size) in enumerate(zip(place, self.sizes, strict=True)):
            for to in (at - 1, at + 1) if self._of_amount(axis) else range(size):
                if to != at and 0 <= to < size:
                    yield (*place[:axis], to, *place[axis + 1 :])


def _spread(size: int, count: int) -> list[int]:
    if size <= count:
        return list(range(size))
    return sorted({round(i * (size - 1) / (count - 1)) for i in range(count)})


def made(parts: tuple[Part, ...], moments: tuple[str, ...], making: Making) -> Formula | None:
    """The formula in the fewest equal units, or None where the rules of making do not allow it."""
    if any(part.amount / len(moments) > AT_ONCE.get(part.nutrient, math.inf) * _EXACT for part in parts):
        return None
    masses = [compound_mass(part) for part in parts]
    mass = sum(m for m in masses if m is not None)  # the specification refuses forms whose mass is not known
    active = making.unit_mass * (1 - making.excipients) * _EXACT
    each = max(1, math.ceil(mass / len(moments) / active))
    if each * len(moments) > making.most_units:
        return None
    borne = {claim.claim.nutrient for claim in _claims(tuple((p.nutrient, p.amount) for p in parts))}
    if not borne.issuperset(making.claims):
        return None
    costs = [price(part.nutrient, part.form) for part in parts]
    cost = sum(c * p.amount for c, p in zip(costs, parts, strict=True) if c is not None)
    return Formula(parts, moments, each * len(moments), mass, None if None in costs else cost)


@lru_cache(maxsize=100_000)
def _claims(amounts: tuple[tuple[str, float], ...]) -> tuple[AllowedClaim, ...]:
    return allowed_claims(dict(amounts))


@lru_cache(maxsize=256)
def price(nutrient: str, form: str) -> float | None:
    """Euros for one mg or µg in a form: the least of the generic products, whose prices are assumed."""
    found = [
        p.price_eur / p.amount
        for p in generic()
        if (p.nutrient, p.form) == (nutrient, form) and p.price_eur is not None
    ]
    return min(found, default=None)
