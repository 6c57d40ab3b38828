"""Where limits leave no room for what is asked: which constraints clash, and what each would have to give."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cofactor.plan import outlook
from cofactor.plan.choice import PER_INTAKE, RISK, SPACING, freeing
from cofactor.plan.draft import Desk
from cofactor.plan.goals import PLANNED
from cofactor.plan.milp import EPSILON
from cofactor.plan.settle import Settled
from cofactor.plan.types import Clash, Reason
from cofactor.plan.weights import FOOD_STEP, Weights


def clashes(on: Desk, found: Settled, weights: Weights) -> Iterable[Clash]:
    """One clash for each nutrient of which the limits leave less room than is needed, in the order of the plan."""
    for nutrient in PLANNED:
        if nutrient in found.draft.short:
            yield Clash(nutrient, _against(on, found, nutrient), tuple(_frees(on, found, weights, nutrient)))


def _against(on: Desk, found: Settled, nutrient: str) -> Reason:
    """What is asked, and what stands against it."""
    if nutrient in found.asked.shrunk:
        shrunk = found.asked.shrunk[nutrient]
        return Reason("clash.risk", {**_asked(on, found, nutrient), "risk": shrunk.risk, "share": shrunk.share})
    if not on.day.open([nutrient]):
        return Reason("clash.no_moment", _asked(on, found, nutrient))
    limit = on.room(nutrient)
    asked = {**_asked(on, found, nutrient), "limit": limit.amount}
    if fits(on, found, nutrient):
        return Reason(f"clash.{_by(nutrient)}.steps", {**asked, "amount": found.asked.needs[nutrient]})
    if limit.gate:
        return Reason(f"clash.{_by(nutrient)}.gate", {**asked, "gate": limit.by})
    return Reason(f"clash.{_by(nutrient)}.limit", {**asked, "limit_source": limit.by})


def fits(on: Desk, found: Settled, nutrient: str) -> bool:
    """Whether limits leave room for all that is needed a day: then it is products that do not come in that amount."""
    return found.asked.needs[nutrient] <= on.room(nutrient).amount + EPSILON


def _by(nutrient: str) -> str:
    return "level" if nutrient == "vitamin_d" else "intake"


def _asked(on: Desk, found: Settled, nutrient: str) -> dict[str, str | float]:
    if nutrient == "vitamin_d":
        return {"nutrient": nutrient, "goal": on.goals.levels["25OHD"][0], "probability": on.goals.probability}
    return {"nutrient": nutrient, "amount": found.asked.needs[nutrient]}


def _frees(on: Desk, found: Settled, weights: Weights, nutrient: str) -> Iterable[Reason]:
    """What would leave room, each alone: more food, a limit less, a goal that is asked less surely."""
    short = found.draft.short[nutrient]
    if nutrient in weights.food_most:
        amount, before = float(np.ceil(short / FOOD_STEP) * FOOD_STEP), found.draft.food.get(nutrient, 0.0)
        key = "clash.frees.food_in_all" if before else "clash.frees.food"
        yield Reason(key, {"nutrient": nutrient, "amount": amount + before, "before": before})
    if nutrient not in found.asked.shrunk and on.day.open([nutrient]) and fits(on, found, nutrient):
        yield Reason("clash.frees.steps", {"nutrient": nutrient, "amount": found.asked.needs[nutrient]})
    if (course := on.course(nutrient)) is not None:
        yield Reason("clash.frees.course", {"nutrient": nutrient, "medicine": course})
    gates = {gate.id for gate in on.gates.gates}
    for key in freeing(on, found.asked, weights, nutrient):
        name = key.partition(":")[2] or key
        if name in gates:
            yield Reason("clash.frees.gate", {"gate": name})
        elif name in (PER_INTAKE, RISK, SPACING, "no_recent_test"):
            yield Reason(f"clash.frees.{name}", {"nutrient": nutrient})
        else:
            yield Reason("clash.frees.limit", {"limit_source": name})
    yield Reason("clash.frees.goal", {"probability": on.goals.probability, "p_reached": _reached(on, found, nutrient)})


def _reached(on: Desk, found: Settled, nutrient: str) -> float:
    """Share of bodies that the plan brings to the goal all the same."""
    if nutrient == "vitamin_d":
        return outlook.staying_above(found.then, "25OHD", on.goals.levels["25OHD"][0])
    eaten = on.intake.food[nutrient].mid * on.of.members.diet[nutrient]
    brought = found.asked.needs[nutrient] - found.draft.short[nutrient]
    wanted = on.goals.intakes[nutrient].value - on.staying_counts(nutrient)
    return float((eaten + brought >= wanted).mean())
