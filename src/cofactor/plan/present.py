"""The supplements a person takes already: which go on, which are the plan's to decide, which are another's.

Entries with one label and the same moments are one product (a multivitamin, magnesium with B6), which goes on or ends
as a whole. A product of a single planned nutrient is the plan's to keep, to replace or to end. What a gate withholds is
a matter for whoever follows the person: nothing changes without them, and the forecast reckons with it.

No plan ends what it does not plan. Iron, zinc or folic acid goes on as prescribed: a reference intake is no ceiling for
it, and above a true limit the person asks. A product that holds such a thing beside a planned nutrient is never ended
for the sake of that nutrient; whoever is told to ask about it is told what else it holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cofactor.assess.limits import Limit
from cofactor.assess.types import GateResult, Spacing
from cofactor.person.exposure import value
from cofactor.person.intake import Intake
from cofactor.person.occasions import slots
from cofactor.person.types import Supplement
from cofactor.plan import explain
from cofactor.plan.goals import PLANNED
from cofactor.plan.room import Excess, passed
from cofactor.plan.schedule import Moments, settle
from cofactor.plan.types import Reason

Product = tuple[Supplement, ...]


@dataclass(frozen=True)
class Present:
    """Present supplements by what becomes of them, each with its moments, and the reasons for every change so far."""

    kept: tuple[Supplement, ...] = ()  # go on, at moments that keep their spacings
    asked: tuple[Supplement, ...] = ()  # go on in the forecast, left out of the day: someone else decides
    ours: tuple[Supplement, ...] = ()  # the plan decides
    why: tuple[Reason, ...] = ()

    @property
    def staying(self) -> tuple[Supplement, ...]:
        """Everything that is taken whatever the plan adds."""
        return (*self.kept, *self.asked)


@dataclass
class _Sorting:
    """Products on their way to their place, and what has been said so far."""

    intake: Intake
    gates: GateResult
    limits: Mapping[str, Limit]
    going: list[Product]
    asked: list[Product]
    ours: list[Product]
    why: list[Reason]

    def ask(self, product: Product) -> None:
        """Leave a product to whoever follows the person."""
        self.going.remove(product)
        self.asked.append(product)

    def holding(self, nutrient: str) -> list[Product]:
        """The products that go on and hold a nutrient."""
        return [p for p in self.going if any(s.nutrient == nutrient for s in p)]

    def over(self, nutrient: str, *, references: bool = True) -> tuple[Excess, ...]:
        """The limits that what goes on of a nutrient stands above."""
        amount = per_day((*_flat(self.going), *_flat(self.asked)), nutrient)
        return over(nutrient, amount, self.intake, self.gates, self.limits, references=references)


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
    found = _Sorting(intake, gates, limits, [], [], [], [])
    for product in _products(intake.taken):
        if closed := [(s, g) for s in product for g in gates.withheld(s.nutrient)[:1]]:
            found.asked.append(product)
            found.why += [explain.ask_first(s, g) for s, g in closed]
            found.why += _besides(product, [s.nutrient for s, _ in closed])
        elif len(product) == 1 and product[0].nutrient in judged and _decided_alone(product):
            found.ours.append(product)
        else:
            found.going.append(product)
    _inside_limits(found)
    settled = _settled(found, medicines)
    return Present(settled, _flat(found.asked), _flat(found.ours), tuple(found.why))


def _decided_alone(product: Product) -> bool:
    """Whether a product of one nutrient is nothing but that, and no medicine (calcifediol)."""
    return product[0].form != "calcifediol" and not product[0].beside


def _products(taken: Iterable[Supplement]) -> list[Product]:
    """Entries that are one product, with the moments of each filled in where the case names none."""
    found: dict[object, list[Supplement]] = {}
    for i, s in enumerate(taken):
        at = slots(s)
        key = (s.label, at) if s.label else ("product", s.product) if s.product is not None else i
        found.setdefault(key, []).append(replace(s, slot=at[0], slots=at))
    return [tuple(product) for product in found.values()]


def _flat(products: Iterable[Product]) -> Product:
    return tuple(s for product in products for s in product)


# ------------------------------------------------------------------------------------------------------------ limits


def _inside_limits(found: _Sorting) -> None:
    """See to every nutrient whose sum stands above a limit."""
    for nutrient in dict.fromkeys(s.nutrient for s in _flat(found.going)):
        if nutrient in PLANNED:
            _planned_above(found, nutrient)
        else:
            _other_above(found, nutrient)


def _planned_above(found: _Sorting, nutrient: str) -> None:
    """End the products of what this tool plans and of nothing else; of what holds more, someone else decides."""
    above = found.over(nutrient)
    planned = [p for p in found.holding(nutrient) if all(s.nutrient in PLANNED and not s.beside for s in p)]
    if above and planned:
        found.why.append(explain.over_limit(nutrient, above[0]))
    for product in planned if above else ():
        found.going.remove(product)
        found.why += _besides(product, [nutrient], ended=True)
    for product in found.holding(nutrient):
        here = next(s for s in product if s.nutrient == nutrient)
        holds = _holds(product, [nutrient])
        if hard := found.over(nutrient, references=False):
            found.ask(product)
            found.why.append(explain.over_in_mixture(here, hard[0], holds))
        elif soft := found.over(nutrient):
            found.why.append(explain.over_reference(here, soft[0], holds))


def _other_above(found: _Sorting, nutrient: str) -> None:
    """What is not planned here goes on as prescribed, whatever its reference intake; above a true limit one asks."""
    hard, soft = found.over(nutrient, references=False), found.over(nutrient)
    mine = found.holding(nutrient)
    if not mine:
        return
    if gate := next((e for e in hard if e.limit.gate), None):
        found.why.append(explain.other_over_gate(nutrient, gate))
        for product in mine:
            found.ask(product)
            found.why += _besides(product, [nutrient])
    elif hard:
        found.why.append(explain.other_over_limit(nutrient, hard[0], food_known=nutrient in found.intake.food))
    elif soft and soft[0].limit.amount > 0:
        found.why.append(explain.other_over_reference(nutrient, soft[0]))


def over(
    nutrient: str,
    amount: float,
    intake: Intake,
    gates: GateResult,
    limits: Mapping[str, Limit],
    *,
    references: bool = True,
) -> tuple[Excess, ...]:
    """The limits that a supplement intake stands above, on its own or with what is eaten, the furthest first."""
    eaten = intake.food[nutrient].mid if nutrient in intake.food else 0.0
    return passed(limits[nutrient], gates, eaten, amount, references=references)


def _besides(product: Product, of: Collection[str], *, ended: bool = False) -> Iterator[Reason]:
    """What else a product holds that does not go on because ``of`` some of its nutrients."""
    if holds := _holds(product, of):
        here = next(s for s in product if s.nutrient in of)
        yield explain.ends_too(here, holds) if ended else explain.holds_too(here, holds)


def _holds(product: Product, but: Collection[str]) -> str:
    """What a product holds but for some nutrients: ids of nutrients, then lines as printed; empty for nothing."""
    nutrients = dict.fromkeys(s.nutrient for s in product if s.nutrient not in but)
    return "\n".join((" ".join(nutrients), *product[0].beside)) if nutrients or product[0].beside else ""


# ----------------------------------------------------------------------------------------------------------- moments


def _settled(found: _Sorting, medicines: Moments) -> Product:
    """Moments that keep the spacings; what spacings set apart from other supplements finds its place last.

    A product for which there is no moment is asked about, and reckoned with until then.
    """
    spacings = found.gates.spacings
    taken = dict(medicines)
    settled: list[Supplement] = []
    for product in sorted(found.going, key=lambda p: _gives_way(p, spacings, medicines)):
        first = product[0]
        place = settle(first.slots, [s.nutrient for s in product], spacings, taken)
        if place.moments is None:
            found.ask(product)
            found.why.append(explain.no_moment(first, place.avoided or ""))
            found.why += _besides(product, [first.nutrient])
            continue
        if place.moments != first.slots and place.avoided:
            found.why.append(explain.moved(first, place.moments, place.avoided))
        for s in product:
            settled.append(replace(s, slot=place.moments[0], slots=place.moments))
            taken[s.label or s.nutrient] = (*taken.get(s.label or s.nutrient, ()), *place.moments)
    return tuple(settled)


def _gives_way(product: Product, spacings: Sequence[Spacing], medicines: Moments) -> bool:
    """Whether a product has to keep its hours from another supplement, and not the other way round (iron)."""
    names = {s.label or s.nutrient for s in product}
    others = [s for s in spacings if s.medicine not in medicines]
    apart = any(p.nutrient in s.nutrients and s.medicine not in names for p in product for s in others)
    return apart and not any(s.medicine in names for s in others)
