"""From the doses that the search found to the plan that is shown."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypedDict

from cofactor.assess.forecast import Trajectories
from cofactor.facts.load import NUTRIENT_UNIT, load
from cofactor.facts.types import Source
from cofactor.person.types import Supplement
from cofactor.plan import explain, outlook, present, schedule
from cofactor.plan.choice import FOOD
from cofactor.plan.draft import Desk, Draft, Told
from cofactor.plan.goals import PLANNED
from cofactor.plan.instead import instead
from cofactor.plan.products import Dose
from cofactor.plan.settle import Settled
from cofactor.plan.told import of_food, told
from cofactor.plan.types import Alternative, Clash, NextTest, Plan, PlanItem, Reason


class Besides(TypedDict):
    """What stands in a plan beside what to take."""

    clashes: tuple[Clash, ...]
    alternatives: tuple[Alternative, ...]
    next_test: NextTest | None


def plan(on: Desk, found: Settled, now: Trajectories, besides: Besides) -> Plan:
    """The plan of a draft, with what it was simulated to do."""
    said = told(on, found)
    return Plan(
        items=items(on, found, said),
        withheld=said.withheld,
        stopped=(*on.present.why, *instead(on, found), *_stopped(on, found.draft, said)),
        expected=tuple(outlook.expected(on, now, found.then)),
        risks={r.name: r.share(found.then, on.of.members) for r in outlook.risks(on)},
        schedule=schedule.events(found.draft.doses, on.day, on.medicines),
        cost_per_month=cost_per_month(found.draft),
        probability_asked=on.goals.probability,
        retest_days=int(outlook.JUDGED_ON),
        risks_now={r.name: r.share(now, on.of.members) for r in outlook.risks(on)},
        pills_per_day=found.draft.pills,
        taken=outlook.taken(on, found.draft),
        **besides,
    )


def cost_per_month(draft: Draft) -> float | None:
    """Euros a month of everything, or None where a price is not known."""
    costs = [dose.cost_per_month for dose in draft.doses]
    known = [c for c in costs if c is not None]
    return math.fsum(known) if len(known) == len(costs) else None


def items(on: Desk, found: Settled, said: Told) -> tuple[PlanItem, ...]:
    """What to take, each nutrient of each product, then what to eat."""
    pills = (
        _item(on, dose, nutrient, _chief(found.draft, dose, nutrient, said))
        for dose in found.draft.doses
        for nutrient in dose.product.nutrients
    )
    return (*pills, *_food_items(on, found))


def _chief(draft: Draft, dose: Dose, nutrient: str, said: Told) -> tuple[Reason, ...]:
    """Why there is this much of a nutrient, told once where several products hold it."""
    if nutrient not in said.why:
        return (explain.passenger(),)
    if dose is not draft.of(nutrient)[0]:
        return (explain.together(nutrient, draft.amount(nutrient)),)
    return said.why[nutrient]


def _item(on: Desk, dose: Dose, nutrient: str, chief: tuple[Reason, ...]) -> PlanItem:
    unit, amount, named = NUTRIENT_UNIT[nutrient], dose.per_day(nutrient), dose.product.form(nutrient)
    elemental_mg = amount / 1000 if unit == "µg" else amount
    form = load().form(nutrient, named)
    fraction = form.elemental_fraction if form is not None else None
    spacings = (s for s in on.gates.spacings if nutrient in s.nutrients and s.medicine in on.day.taken)
    details = explain.of_dose(dose, nutrient, on.limits[nutrient].per_intake, low_acid=on.intake.low_acid)
    return PlanItem(
        nutrient=nutrient,
        form=named,
        amount=amount,
        unit=unit,
        elemental_mg=elemental_mg,
        product=dose.product.id,
        slots=dose.slots,
        per_intake=dose.per_intake(nutrient),
        compound_mg=elemental_mg / fraction if fraction and nutrient != "vitamin_d" else None,
        why=(*chief, *details, *map(explain.apart, spacings)),
        sources=_sources(on, nutrient),
        units=dose.units,
        name=dose.product.name,
        cost_per_month=dose.cost_per_month,
    )


def _food_items(on: Desk, found: Settled) -> Iterable[PlanItem]:
    for n, amount in found.draft.food.items():
        why = (of_food(on, found, n),)
        yield PlanItem(n, FOOD, amount, NUTRIENT_UNIT[n], amount, FOOD, (), amount, None, why, _sources(on, n))


def _sources(on: Desk, nutrient: str) -> tuple[Source, ...]:
    """Where the target and every limit of a nutrient come from."""
    target = on.goals.intakes.get(nutrient)
    caps = [cap.source for cap in on.limits[nutrient].caps]
    gates = [g.source for g in on.gates.gates if nutrient in g.limits and g.source is not None]
    return tuple(dict.fromkeys([*([target.source] if target else []), *caps, *gates]))


# ----------------------------------------------------------------------------- what becomes of what is taken already


def _stopped(on: Desk, draft: Draft, said: Told) -> Iterable[Reason]:
    """What becomes of the present supplements that the plan decides on."""
    for nutrient in PLANNED:
        mine = on.ours(nutrient)
        kept = {dose.product.present: dose for dose in draft.of(nutrient) if dose.owned}
        amount = present.per_day((*mine, *on.present.staying), nutrient)
        over = present.over(nutrient, amount, on.intake, on.gates, on.limits) if mine else ()
        if over:
            yield explain.over_limit(nutrient, over[0], some_kept=bool(kept) or on.staying(nutrient) > 0)
        for s in mine:
            yield from _goes_on(on, s, kept[s]) if s in kept else (_ended(draft, said, s),)


def _goes_on(on: Desk, s: Supplement, dose: Dose) -> Iterable[Reason]:
    if not dose.unchanged:
        yield explain.changed(s, dose.per_day(s.nutrient))
    near = (schedule.too_near(s.nutrient, slot, on.gates.spacings, on.day.taken) for slot in s.slots)
    avoided = next(filter(None, near), None)
    if avoided is not None and set(dose.slots) != set(s.slots):
        yield explain.moved(s, dose.slots, avoided)


def _ended(draft: Draft, said: Told, s: Supplement) -> Reason:
    if draft.amount(s.nutrient) > 0 or s.nutrient in draft.food:
        return explain.replaced(s)
    unneeded = any(w.nutrient == s.nutrient and w.why.key.endswith((".none_needed", ".enough")) for w in said.withheld)
    return explain.not_needed(s) if unneeded else explain.left_out(s)
