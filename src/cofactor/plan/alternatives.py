"""Other plans inside the same limits: the one with fewest pills, the cheapest, the one that asks most of the plate.

Each is chosen by the same programme with other weights, simulated and tightened like the plan itself, and shown only
where it differs, is better at what it stands for, and leaves nothing unmet that the plan meets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cofactor.assess.forecast import Trajectories
from cofactor.plan import outlook, result, schedule
from cofactor.plan.draft import Desk, Draft
from cofactor.plan.goals import PLANNED
from cofactor.plan.settle import Settled, settle
from cofactor.plan.told import told
from cofactor.plan.types import Alternative, AlternativeKind, Reason
from cofactor.plan.weights import ALTERNATIVES


def alternatives(on: Desk, found: Settled, now: Trajectories) -> Iterable[Alternative]:
    """The plans that are better than the plan at one thing."""
    return (_alternative(on, kind, found, other, now) for kind, other in others(on, found))


def others(on: Desk, found: Settled) -> Iterator[tuple[AlternativeKind, Settled]]:
    """What they are, simulated; none where there is nothing to take."""
    seen = [found.draft]
    for kind, weights in ALTERNATIVES.items() if found.draft.doses else ():
        if kind is AlternativeKind.LEAST_COST:  # what food costs is not known: as much of it as the plan asks for
            weights = replace(weights, food_most=found.draft.food)
        other = settle(on, weights, found.asked)
        if other.draft not in seen and _better(kind, other.draft, found.draft):
            seen.append(other.draft)
            yield kind, other


def _better(kind: AlternativeKind, other: Draft, plan: Draft) -> bool:
    if not set(other.short) <= set(plan.short):
        return False
    if kind is AlternativeKind.LEAST_COST:
        cost, now = result.cost_per_month(other), result.cost_per_month(plan)
        return cost is not None and now is not None and cost < now
    return other.pills < plan.pills


def _alternative(on: Desk, kind: AlternativeKind, found: Settled, other: Settled, now: Trajectories) -> Alternative:
    return Alternative(
        kind=kind,
        items=result.items(on, other, told(on, other)),
        schedule=schedule.events(other.draft.doses, on.day, on.medicines),
        expected=tuple(outlook.expected(on, now, other.then)),
        risks={r.name: r.share(other.then, on.of.members) for r in outlook.risks(on)},
        pills_per_day=other.draft.pills,
        cost_per_month=result.cost_per_month(other.draft),
        differs=tuple(_differs(on, found, other)),
    )


def _differs(on: Desk, found: Settled, other: Settled) -> Iterable[Reason]:
    """What is otherwise than in the plan, one thing at a time."""
    for nutrient in PLANNED:
        yield from _of_nutrient(found.draft, other.draft, nutrient)
    if other.draft.pills != found.draft.pills:
        counts = {"count": float(other.draft.pills), "instead": float(found.draft.pills)}
        yield Reason("differs.pills", {**counts})
    cost, before = result.cost_per_month(other.draft), result.cost_per_month(found.draft)
    if cost is not None and before is not None and round(cost, 2) != round(before, 2):
        yield Reason("differs.cost", {"cost": cost, "cost_before": before})
    low = on.goals.levels["25OHD"][0]
    reached, here = (outlook.staying_above(s.then, "25OHD", low) for s in (other, found))
    if round(reached, 2) != round(here, 2):
        yield Reason("differs.probability", {"probability": reached, "p_now": here, "goal": low})


def _of_nutrient(plan: Draft, other: Draft, nutrient: str) -> Iterable[Reason]:
    amount, before = other.amount(nutrient), plan.amount(nutrient)
    if amount == 0 < before:
        yield Reason("differs.without", {"nutrient": nutrient})
    elif amount != before:
        yield Reason("differs.dose", {"nutrient": nutrient, "amount": amount, "before": before})
    food, eaten = other.food.get(nutrient, 0.0), plan.food.get(nutrient, 0.0)
    if food != eaten:
        key = "differs.food" if food else "differs.no_food"
        yield Reason(key, {"nutrient": nutrient, "amount": food or eaten})
    products = [[d.product.id for d in draft.of(nutrient)] for draft in (other, plan)]
    if amount == before and products[0] != products[1]:
        yield Reason("differs.product", {"nutrient": nutrient})
