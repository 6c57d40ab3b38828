"""The supplements a person takes already: which go on, which are the plan's to decide, which are another's.

Entries with one label and the same moments are one product (a multivitamin, magnesium with B6), which goes on or ends
as a whole. A product of a single planned nutrient is the plan's to keep, to replace or to end. What a gate withholds is
a matter for whoever follows the person: nothing changes without them, and the forecast reckons with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cofactor.assess.limits import Limit
from cofactor.assess.types import GateResult, Spacing
from cofactor.person.exposure import value
from cofactor.person.intake import Intake
from cofactor.person.occasions import slots
from cofactor.person.types import Supplement
from cofactor.plan import explain
from cofactor.plan.room import Excess, passed
from cofactor.plan.schedule import Moments, settle
from cofactor.plan.types import Reason

Product = tuple[Supplement, ...]


@dataclass(frozen=True)
class Present:
    """Present supplements by what becomes of them, each with its moments, and the reasons for every change so far."""

    kept: tuple[Supplement, ...] = ()  # go on, at moments that keep their spacings
    asked: tuple[Supplement, ...] = ()  # go on in the forecast, left out of the day: a gate withholds the nutrient
    ours: tuple[Supplement, ...] = ()  # the plan decides
    why: tuple[Reason, ...] = ()

    @property
    def staying(self) -> tuple[Supplement, ...]:
        """Everything that is taken whatever the plan adds."""
        return (*self.kept, *self.asked)


def per_day(supplements: Iterable[Supplement], nutrient: str) -> float:
    """Amount a day of a nutrient; vitamin D in µg with calcifediol at 2.5 times its mass (EFSA 2023)."""
    return sum(
        s.per_day * (value("calcifediol.equivalent") if s.form == "calcifediol" else 1.0)
        for s in supplements
        if s.nutrient == nutrient
    )


def sort(
    intake: Intake,
    gates: GateResult,
    limits: Mapping[str, Limit],
    judged: Collection[str],
    medicines: Moments,
) -> Present:
    """Sort what is taken today. ``judged`` are the nutrients that the plan decides on."""
    going: list[Product] = []
    asked: list[Product] = []
    ours: list[Product] = []
    why: list[Reason] = []
    for product in _products(intake.taken):
        if closed := [(s, g) for s in product for g in gates.withheld(s.nutrient)[:1]]:
            asked.append(product)
            why += [explain.ask_first(s, g) for s, g in closed]
        elif len(product) == 1 and product[0].nutrient in judged and product[0].form != "calcifediol":
            ours.append(product)
        else:
            going.append(product)
    kept, more = _inside_limits(going, _flat(asked), intake, gates, limits)
    settled, moved = _settled(kept, gates.spacings, medicines)
    return Present(settled, _flat(asked), _flat(ours), (*why, *more, *moved))


def _products(taken: Iterable[Supplement]) -> list[Product]:
    """Entries that are one product, with the moments of each filled in where the case names none."""
    found: dict[object, list[Supplement]] = {}
    for i, s in enumerate(taken):
        at = slots(s)
        found.setdefault((s.label, at) if s.label else i, []).append(replace(s, slot=at[0], slots=at))
    return [tuple(product) for product in found.values()]


def _flat(products: Iterable[Product]) -> Product:
    return tuple(s for product in products for s in product)


def _inside_limits(
    going: list[Product], asked: Product, intake: Intake, gates: GateResult, limits: Mapping[str, Limit]
) -> tuple[list[Product], list[Reason]]:
    """End the products of a nutrient whose sum stands above a limit."""
    why: list[Reason] = []
    for nutrient in dict.fromkeys(s.nutrient for s in _flat(going)):
        amount = per_day((*_flat(going), *asked), nutrient)
        found = over(nutrient, amount, intake, gates, limits)
        if found is not None and any(s.nutrient == nutrient for s in _flat(going)):
            why.append(explain.over_limit(nutrient, found))
            going = [p for p in going if nutrient not in {s.nutrient for s in p}]
    return going, why


def over(nutrient: str, amount: float, intake: Intake, gates: GateResult, limits: Mapping[str, Limit]) -> Excess | None:
    """The limit that a supplement intake stands above, on its own or with what is eaten; None where there is none."""
    eaten = intake.food[nutrient].mid if nutrient in intake.food else 0.0
    return passed(limits[nutrient], gates, eaten, amount)


def _settled(
    products: Sequence[Product], spacings: Sequence[Spacing], medicines: Moments
) -> tuple[Product, list[Reason]]:
    """Moments that keep the spacings. What spacings set apart from other supplements (calcium) finds its place last."""
    taken = dict(medicines)
    found: list[Supplement] = []
    why: list[Reason] = []
    for product in sorted(products, key=lambda p: any(s.nutrient == "calcium" for s in p)):
        first = product[0]
        place = settle(first.slots, [s.nutrient for s in product], spacings, taken)
        if place.moments is None:
            why.append(explain.no_moment(first, place.avoided or ""))
            continue
        if place.moments != first.slots and place.avoided:
            why.append(explain.moved(first, place.moments, place.avoided))
        for s in product:
            found.append(replace(s, slot=place.moments[0], slots=place.moments))
            taken[s.label or s.nutrient] = (*taken.get(s.label or s.nutrient, ()), *place.moments)
    return tuple(found), why
