"""What is said of each nutrient of a plan: why this much, or why none."""

from __future__ import annotations

from collections.abc import Iterable

from cofactor.plan import explain, needs, outlook
from cofactor.plan.clashes import fits
from cofactor.plan.draft import Desk, Told
from cofactor.plan.goals import PLANNED, target
from cofactor.plan.settle import Settled
from cofactor.plan.types import Reason, Withheld


def told(on: Desk, found: Settled) -> Told:
    """Reasons for everything that is proposed, and for everything that is not."""
    why = {n: tuple(_why(on, found, n)) for n in PLANNED if found.draft.amount(n) > 0}
    withheld = [*_left_out(on, found), *_never(on)]
    return Told(why, tuple(withheld))


# --------------------------------------------------------------------------------------------------- what is proposed


def _why(on: Desk, found: Settled, nutrient: str) -> Iterable[Reason]:
    """The chief reason for a dose, and what made it smaller."""
    amount, short = found.draft.amount(nutrient), nutrient in found.draft.short
    shrunk = found.asked.shrunk.get(nutrient)
    if shrunk is not None and short:
        yield explain.shrunk(nutrient, amount, shrunk.risk, shrunk.share)
    elif nutrient == "vitamin_d":
        yield _vitamin_d(on, found, amount)
    elif _goes_on(found, nutrient):
        yield explain.kept(nutrient, amount)
    else:
        gap = needs.gap_of(on, nutrient)
        assert gap is not None
        yield explain.gap(nutrient, gap.intake, gap.reference, amount)
        if short:
            yield explain.steps() if fits(on, found, nutrient) else explain.capped(nutrient, on.room(nutrient))


def _goes_on(found: Settled, nutrient: str) -> bool:
    """Whether a nutrient comes from what is taken already, as much of it as now, and that is enough."""
    draft = found.draft
    return nutrient not in draft.short and nutrient not in draft.food and all(d.unchanged for d in draft.of(nutrient))


def _vitamin_d(on: Desk, found: Settled, amount: float) -> Reason:
    low = on.goals.levels["25OHD"][0]
    reached = outlook.staying_above(found.then, "25OHD", low)
    if "vitamin_d" in found.draft.short:
        return explain.vitamin_d_capped(amount, on.room("vitamin_d"), reached)
    if _goes_on(found, "vitamin_d"):
        return explain.kept("vitamin_d", amount)
    enough = [step for step in needs.amounts(on) if found.asked.needs["vitamin_d"] <= step < amount]
    smaller = next(iter(enough), None)
    return explain.vitamin_d(amount, low, outlook.JUDGED_ON / 7, reached, smaller)


def of_food(on: Desk, found: Settled, nutrient: str) -> Reason:
    """Why more of a mineral comes from food: in place of a product, or beside it."""
    amount, gap = found.draft.food[nutrient], needs.gap_of(on, nutrient)
    if gap is None or found.draft.amount(nutrient) > 0 or nutrient in found.draft.short:
        return explain.food_too(nutrient, amount)
    return explain.food_first(nutrient, gap.intake, gap.reference, amount)


# ----------------------------------------------------------------------------------------------- what is not proposed


def _left_out(on: Desk, found: Settled) -> Iterable[Withheld]:
    for nutrient in PLANNED:
        closed = on.gates.withheld(nutrient)
        if closed:
            yield Withheld(nutrient, tuple(g.id for g in closed), explain.closed(closed[0]))
        elif nutrient in on.of.withholds:
            yield Withheld(nutrient, (), explain.labs_disagree(on.of.doubt(nutrient)))
        elif found.draft.amount(nutrient) <= 0 and nutrient not in found.draft.food:
            yield Withheld(nutrient, (), _none(on, found, nutrient))


def _none(on: Desk, found: Settled, nutrient: str) -> Reason:
    """Why nothing of a nutrient is proposed that may be dosed."""
    if nutrient in found.asked.shrunk:
        shrunk = found.asked.shrunk[nutrient]
        return explain.at_risk(nutrient, shrunk.risk, shrunk.share)
    if found.asked.needs.get(nutrient, 0.0) > 0:
        return (
            explain.no_room(nutrient, on.room(nutrient))
            if on.day.open([nutrient])
            else explain.no_moment_of_day(nutrient, on.course(nutrient))
        )
    if nutrient == "vitamin_d":
        return _no_vitamin_d(on, found)
    gap = needs.gap_of(on, nutrient)
    if gap is None:
        return explain.no_reference(nutrient, on.case.diet.reference)
    return explain.none_needed(nutrient, gap.intake, gap.reference, on.staying(nutrient))


def _no_vitamin_d(on: Desk, found: Settled) -> Reason:
    """The goal is reached; where products that go on hold vitamin D, what it would be without them is told too."""
    low, staying = on.goals.levels["25OHD"][0], on.staying("vitamin_d")
    reached = outlook.staying_above(found.then, "25OHD", low)
    if staying == 0:
        return explain.vitamin_d_none_needed(low, reached)
    bare = outlook.simulate(on, outlook.without(on, found.draft, "vitamin_d"), ("25OHD",))
    return explain.vitamin_d_enough(low, reached, staying, outlook.staying_above(bare, "25OHD", low))


def _never(on: Desk) -> Iterable[Withheld]:
    """What this planner never proposes."""
    if closed := on.gates.withheld("vitamin_k"):
        yield Withheld("vitamin_k", tuple(g.id for g in closed), explain.closed(closed[0]))
    elif "vitamin_k" in on.of.withholds:
        yield Withheld("vitamin_k", (), explain.labs_disagree(on.of.doubt("vitamin_k")))
    else:
        yield Withheld("vitamin_k", (), Reason("withheld.vitamin_k_not_established", {}))
    zinc, wanted = on.intake.total.get("zinc"), target(on.case, "zinc")
    over = any("over" in r.key and r.values["nutrient"] == "zinc" for r in on.present.why)
    if zinc is not None and wanted is not None and zinc.mid >= wanted.value and not over:
        yield Withheld("zinc", (), explain.in_range("zinc", zinc.mid, wanted))
    yield Withheld("phosphorus", (), Reason("withheld.phosphorus", {}))
    yield Withheld("vitamin_d:bolus", (), Reason("withheld.bolus", {}))
