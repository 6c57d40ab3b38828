"""From the doses that the search found to the plan that is shown."""

from __future__ import annotations

import math
from collections.abc import Iterable

from cofactor.assess.forecast import Trajectories
from cofactor.facts.load import NUTRIENT_UNIT, load
from cofactor.facts.types import Source
from cofactor.person.types import Supplement
from cofactor.plan import explain, outlook, present, retest, schedule
from cofactor.plan.draft import Desk, Draft
from cofactor.plan.goals import PLANNED
from cofactor.plan.types import Plan, PlanItem, Reason

FOOD = "food"
"""Form and product of an item that is eaten."""


def plan(on: Desk, draft: Draft, now: Trajectories, then: Trajectories) -> Plan:
    """The plan of a draft, with what it was simulated to do."""
    placed = {n: (draft.doses[n], draft.slots[n]) for n in PLANNED if n in draft.doses}
    costs = [dose.cost_per_month for dose, _ in placed.values()]
    known = [c for c in costs if c is not None]
    return Plan(
        items=(*(_item(on, draft, n) for n in placed), *_food_items(on, draft)),
        withheld=draft.withheld,
        stopped=(*on.present.why, *_stopped(on, draft)),
        expected=tuple(outlook.expected(on, now, then)),
        risks={r.name: r.share(then) for r in outlook.risks(on)},
        schedule=schedule.events(placed, on.day, on.medicines),
        cost_per_month=math.fsum(known) if len(known) == len(costs) else None,
        probability_asked=on.goals.probability,
        retest_days=int(outlook.JUDGED_ON),
        risks_now={r.name: r.share(now) for r in outlook.risks(on)},
        pills_per_day=sum(dose.units * dose.intakes for dose, _ in placed.values()),
        next_test=retest.next_test(on, draft),
    )


def _item(on: Desk, draft: Draft, nutrient: str) -> PlanItem:
    dose, slots = draft.doses[nutrient], draft.slots[nutrient]
    unit = NUTRIENT_UNIT[nutrient]
    elemental_mg = dose.per_day / 1000 if unit == "µg" else dose.per_day
    form = load().form(nutrient, dose.product.form)
    fraction = form.elemental_fraction if form is not None else None
    spacings = (s for s in on.gates.spacings if nutrient in s.nutrients and s.medicine in on.day.taken)
    details = explain.of_dose(dose, slots, on.limits[nutrient].per_intake, low_acid=on.intake.low_acid)
    return PlanItem(
        nutrient=nutrient,
        form=dose.product.form,
        amount=dose.per_day,
        unit=unit,
        elemental_mg=elemental_mg,
        product=dose.product.id,
        slots=slots,
        per_intake=dose.per_intake,
        compound_mg=elemental_mg / fraction if fraction and nutrient != "vitamin_d" else None,
        why=(*draft.why.get(nutrient, ()), *details, *map(explain.apart, spacings)),
        sources=_sources(on, nutrient),
        units=dose.units,
        cost_per_month=dose.cost_per_month,
    )


def _food_items(on: Desk, draft: Draft) -> Iterable[PlanItem]:
    for n, amount in draft.food.items():
        yield PlanItem(n, FOOD, amount, NUTRIENT_UNIT[n], amount, FOOD, (), amount, None, draft.why[n], _sources(on, n))


def _sources(on: Desk, nutrient: str) -> tuple[Source, ...]:
    """Where the target and every limit of a nutrient come from."""
    target = on.goals.intakes.get(nutrient)
    caps = [cap.source for cap in on.limits[nutrient].caps]
    gates = [g.source for g in on.gates.gates if nutrient in g.limits and g.source is not None]
    return tuple(dict.fromkeys([*([target.source] if target else []), *caps, *gates]))


def _stopped(on: Desk, draft: Draft) -> Iterable[Reason]:
    """What becomes of the present supplements that the plan decides on."""
    for nutrient in PLANNED:
        dose = draft.doses.get(nutrient)
        mine = on.ours(nutrient)
        if dose is not None and dose.owned:
            if set(draft.slots[nutrient]) != set(mine[0].slots):
                yield _moved(on, mine[0], draft.slots[nutrient])
            continue
        amount = present.per_day((*mine, *on.present.staying), nutrient)
        over = present.over(nutrient, amount, on.intake, on.gates, on.limits) if mine else None
        if over is not None:
            yield explain.over_limit(nutrient, over)
        yield from (_ended(draft, s) for s in mine)


def _moved(on: Desk, s: Supplement, to: tuple[str, ...]) -> Reason:
    near = (schedule.too_near(s.nutrient, slot, on.gates.spacings, on.day.taken) for slot in s.slots)
    return explain.moved(s, to, next(filter(None, near), ""))


def _ended(draft: Draft, s: Supplement) -> Reason:
    if s.nutrient in draft.doses or s.nutrient in draft.food:
        return explain.replaced(s)
    unneeded = any(w.nutrient == s.nutrient and w.why.key.endswith(".none_needed") for w in draft.withheld)
    return explain.not_needed(s) if unneeded else explain.left_out(s)
