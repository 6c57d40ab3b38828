"""From a person and what is asked to the one programme that chooses, and back to doses.

Everything a plan may be made of becomes an option, every limit a cap: the region's table, the caps of this tool and
those of gates, after food and what is taken anyway; the amount at one moment; and what a simulation found too much.
Moments that break a spacing are not offered at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cofactor.assess.limits import Counted
from cofactor.person.exposure import value
from cofactor.person.occasions import MEALS
from cofactor.plan import milp, products, schedule
from cofactor.plan.draft import Desk, Draft
from cofactor.plan.goals import PLANNED
from cofactor.plan.products import Dose, Product
from cofactor.plan.room import bounds
from cofactor.plan.types import SLOTS
from cofactor.plan.weights import FOOD_STEP, Weights
from cofactor.units import DAYS_PER_MONTH

FOOD = "food"
PER_INTAKE, RISK, SPACING = "per_intake", "risk", "spacing"
_BELOW = 1e-3  # of a dose: what is less than it


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A dose that too many bodies would pass a level with."""

    dose: float
    risk: str
    share: float


@dataclass(frozen=True)
class Asked:
    """What is needed of each nutrient a day on top of food and of what goes on, and doses found to be too large."""

    needs: Mapping[str, float] = field(default_factory=dict)
    margins: Mapping[str, float] = field(default_factory=dict)  # of a need, what is asked beyond the central estimate
    shrunk: Mapping[str, Shrunk] = field(default_factory=dict)

    def needing(self, nutrient: str, amount: float) -> Asked:
        """The same with another need."""
        return replace(self, needs={**self.needs, nutrient: amount})

    def below(self, nutrient: str, found: Shrunk) -> Asked:
        """The same with a dose that is too large."""
        return replace(self, shrunk={**self.shrunk, nutrient: found})


def choose(on: Desk, asked: Asked, weights: Weights) -> Draft:
    """The draft of least burden that brings what is asked inside every limit, or as much of it as there is room for."""
    options = {o.id: (o, product, units) for o, product, units in _pills(on, asked, weights)}
    found = milp.choose(_problem(on, asked, weights, on.day.busy, [o for o, _, _ in options.values()]))
    taken = {id_: slots for id_ in options if (slots := found.slots(id_))}
    doses = (Dose(options[i][1], options[i][2], _in_order(slots)) for i, slots in taken.items())
    food = {n: times * FOOD_STEP for n in PLANNED if (times := found.taken.get((f"{FOOD}:{n}", milp.ANY_TIME)))}
    order = sorted(doses, key=lambda d: PLANNED.index(next(n for n in PLANNED if n in d.product.nutrients)))
    return Draft(tuple(order), food, found.short)


def freeing(on: Desk, asked: Asked, weights: Weights, nutrient: str) -> tuple[str, ...]:
    """The limits each of whose removal alone would leave room for a need; ``spacing`` for the hours to keep."""
    pills = [option for option, _, _ in _pills(on, asked, weights)]
    found = milp.freeing(_problem(on, asked, weights, frozenset(), pills), nutrient)
    anywhere = replace(on, day=replace(on.day, spacings=()))
    alone = replace(asked, needs={nutrient: asked.needs[nutrient]})
    return (*found, *((SPACING,) if nutrient not in choose(anywhere, alone, weights).short else ()))


def _in_order(slots: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(slots, key=SLOTS.index))


def _problem(
    on: Desk, asked: Asked, weights: Weights, busy: frozenset[str], pills: Iterable[milp.Option]
) -> milp.Problem:
    options = (*pills, *_foods(asked, weights))
    nutrients = dict.fromkeys(n for option in options for n in option.contents)
    return milp.Problem(
        options=options,
        needs=tuple(milp.Need(n, amount, n) for n, amount in asked.needs.items()),
        caps=tuple(cap for n in nutrients for cap in _caps(on, asked, n)),
        beside=schedule.BESIDE,
        beside_weight=weights.beside,
        near=schedule.close_moments(),
        near_weight=weights.near,
        busy=busy,
        moment_weight=weights.moment,
    )


# ----------------------------------------------------------------------------------------------------- what there is


def _pills(on: Desk, asked: Asked, weights: Weights) -> Iterable[tuple[milp.Option, Product, int]]:
    """Every product by so many units at once, where all it holds of what is planned is needed.

    Of what brings the same at the same moments only the easiest is offered: one tablet for two of half the strength,
    the less dear of two salts that count alike.
    """
    easiest: dict[object, tuple[milp.Option, Product, int]] = {}
    for place, product in enumerate(on.products):
        if not _wanted(on, asked, product):
            continue
        for units in range(1, products.MOST_AT_ONCE + 1):
            option = _option(on, product, units, place, weights)
            if any(amount > _most_at_once(on, n) for n, amount in option.contents.items()):
                break
            alike = (str(option.contents), str(option.counts), place if product.present is not None else None)
            if alike not in easiest or option.weight < easiest[alike][0].weight:
                easiest[alike] = (option, product, units)
    return easiest.values()


def _wanted(on: Desk, asked: Asked, product: Product) -> bool:
    planned = [n for n in product.nutrients if n in PLANNED]
    return bool(planned) and all(asked.needs.get(n, 0.0) > 0 for n in planned) and bool(_slots(on, product))


def _slots(on: Desk, product: Product) -> tuple[str, ...]:
    """Moments that keep every spacing; of something new with vitamin D only the one with most fat."""
    found = on.day.open(product.nutrients)
    if "vitamin_d" not in product.nutrients or product.present is not None or not found:
        return found
    return (min(found, key=lambda slot: on.day.habit("vitamin_d")[slot]),)


def _most_at_once(on: Desk, nutrient: str) -> float:
    found = on.limits[nutrient].per_intake
    return float("inf") if found is None else found


def _option(on: Desk, product: Product, units: int, place: int, weights: Weights) -> milp.Option:
    contents = {n: amount * units for n, amount in product.contents.items()}
    slots = _slots(on, product)
    counts = {slot: {n: a * _counts(on, product, n, slot) for n, a in contents.items()} for slot in slots}
    present = product.present
    once = "vitamin_d" in product.nutrients and (present is None or present.times_per_day == 1)
    # what is taken already at this strength is no more than habit
    excess = sum(weights.of_amount(n, amount) for n, amount in contents.items()) if present is None or units > 1 else 0
    return milp.Option(
        id=f"{product.id}/{place}x{units}",
        contents=contents,
        slots=slots,
        weight=units * (weights.pill + weights.euro * _price(product) * DAYS_PER_MONTH) + excess,
        used_weight=weights.new_product if present is None else weights.changed * len(present.slots) * (units == 1),
        slot_weight={slot: _unsuited(on, product, units, slot, weights) for slot in slots},
        counts=counts,
        group=product.nutrients[0] if len(product.nutrients) == 1 else product.id,
        most_a_day=1 if once else products.MOST_INTAKES,
    )


def _counts(on: Desk, product: Product, nutrient: str, slot: str) -> float:
    if nutrient == "vitamin_d":
        return 1.0 if slot in MEALS else value("vitamin_d.without_meal")
    return on.factor(nutrient, product.form(nutrient), slot)


def _price(product: Product) -> float:
    """Euros a unit. Where no price is known, what such amounts cost as generic products."""
    if product.price_eur is not None:
        return product.price_eur
    return sum(products.price_per_amount(n) * amount for n, amount in product.contents.items())


def _unsuited(on: Desk, product: Product, units: int, slot: str, weights: Weights) -> float:
    """What taking it at this moment costs: a habit to break, or a moment that suits it less; and what is beside it.

    An intake that is kept gives back most of a pill's weight, and what its falling away would weigh (``used_weight``).
    """
    held = product.nutrients
    pairs = [pair for pair in schedule.BESIDE for s in on.day.beside if slot in s.slots and s.nutrient in pair]
    beside = weights.beside * sum(any(n in pair and n not in _there(on, slot) for n in held) for pair in pairs)
    if product.present is not None and slot in product.present.slots:
        return beside - (weights.pill - weights.own_pill) - weights.changed * (units == 1)
    moved = weights.moved if product.present is not None else 0.0
    return beside + moved + weights.habit * max(on.day.habit(n)[slot] for n in held)


def _there(on: Desk, slot: str) -> set[str]:
    return {s.nutrient for s in on.day.beside if slot in s.slots}


def _foods(asked: Asked, weights: Weights) -> Iterable[milp.Option]:
    for nutrient, most in weights.food_most.items():
        if asked.needs.get(nutrient, 0.0) > 0:
            yield milp.Option(
                id=f"{FOOD}:{nutrient}",
                contents={nutrient: FOOD_STEP},
                slots=(milp.ANY_TIME,),
                weight=weights.of_food(nutrient),
                used_weight=weights.food,
                most_a_day=math.ceil((most + asked.margins.get(nutrient, 0.0)) / FOOD_STEP),
                food=True,
            )


# --------------------------------------------------------------------------------------------------- what limits it


def _caps(on: Desk, asked: Asked, nutrient: str) -> Iterable[milp.Cap]:
    """Every limit on a nutrient. Retinol of food is not told apart from carotene, so that all of it counts."""
    limit, staying = on.limits[nutrient], on.staying(nutrient)
    used = {Counted.SUPPLEMENT: staying}
    for bound in bounds(limit, on.gates):
        counted = Counted.SUPPLEMENT if bound.counted is Counted.SUPPLEMENT else Counted.TOTAL
        left = bound.amount - used.get(bound.counted, on.eaten(nutrient) + staying)
        yield milp.Cap(nutrient, left, counted, f"{nutrient}:{bound.by}")
    if limit.per_intake is not None:
        for slot in SLOTS:
            beside = sum(s.amount for s in on.day.beside if s.nutrient == nutrient and slot in s.slots)
            left = limit.per_intake - beside
            yield milp.Cap(nutrient, left, Counted.INTAKE, f"{nutrient}:{PER_INTAKE}", (slot,))
    if nutrient in asked.shrunk:
        most = asked.shrunk[nutrient].dose * (1 - _BELOW)
        yield milp.Cap(nutrient, most, Counted.SUPPLEMENT, f"{nutrient}:{RISK}")
