"""The search: the smallest daily doses that bring a person to the goals inside every limit.

Magnesium and calcium are judged by intake, so their doses follow from what is eaten; vitamin D is judged by 25(OH)D, so
its doses are tried on the engine. What a person takes already is kept where it is enough and inside every limit. The
plan as a whole is then simulated on the person's possible bodies and shrunk until no dose drives a risk above its
bound. What a gate withholds is never proposed, and no dose passes a limit.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from cofactor.assess.forecast import Trajectories
from cofactor.assess.types import GateResult
from cofactor.assess.update import Posterior
from cofactor.facts.types import ReferenceIntake
from cofactor.person.body import Regimen
from cofactor.person.intake import Intake
from cofactor.person.types import Case
from cofactor.plan import explain, outlook, result
from cofactor.plan.draft import Desk, Draft, desk
from cofactor.plan.goals import PLANNED, target
from cofactor.plan.outlook import JUDGED_ON, Risk
from cofactor.plan.products import Dose
from cofactor.plan.types import Plan, Reason

FOOD_FIRST_MG = {"calcium": 300.0, "magnesium": 50.0}
"""A gap of the central estimate up to this is left to food. Choices of this tool: a glass of milk and a yogurt, or half
a litre of a calcium-rich water; two slices of wholemeal bread, or half a handful of almonds."""

SAMPLE_ERROR = 0.02
"""Two hundred bodies tell a share near 90 % to about two points (its standard error): a dose that misses the asked
share by less is enough."""
_FOOD_STEP_MG = 10.0  # nobody weighs food more finely


@dataclass(frozen=True, eq=False)
class Planned:
    """A plan with the two futures it was judged on, and what is taken under it."""

    plan: Plan
    now: Trajectories
    then: Trajectories
    regimen: Regimen


def plan(case: Case, intake: Intake, gates: GateResult, of: Posterior) -> Planned:
    """Plan for a case from what it eats, what its gates say and its possible bodies.

    The same input gives the same plan. The plan is never returned without a simulation of exactly itself.
    """
    on = desk(case, intake, gates, of)
    draft = _moments(on, _minerals(on, _withheld(on)))
    if "vitamin_d" not in draft.closed:
        draft = _vitamin_d(on, draft)
    draft, taken, then = _shrink(on, draft)
    now = outlook.simulate(on, outlook.present_regimen(on))
    return Planned(result.plan(on, draft, now, then), now, then, taken)


def withheld_by_gate(found: Plan, planned: Sequence[str] = PLANNED) -> bool:
    """Whether a gate kept the plan from proposing one of the nutrients it plans (exit code 3)."""
    return any(w.gates and w.nutrient in planned for w in found.withheld)


# ------------------------------------------------------------------------------------------------- what is withheld


def _withheld(on: Desk) -> Draft:
    """What gates withhold, and what this planner never proposes."""
    draft = Draft()
    for nutrient in (*PLANNED, "vitamin_k"):
        if closed := on.gates.withheld(nutrient):
            draft = draft.without(nutrient, explain.closed(closed[0]), tuple(g.id for g in closed))
        elif nutrient in on.of.withholds:
            draft = draft.without(nutrient, explain.labs_disagree(on.of.doubt(nutrient)))
    if "vitamin_k" not in draft.closed:
        draft = draft.without("vitamin_k", Reason("withheld.vitamin_k_not_established", {}))
    zinc, wanted = on.intake.total.get("zinc"), target(on.case, "zinc")
    over = any(r.key.startswith("stopped.over") and r.values["nutrient"] == "zinc" for r in on.present.why)
    if zinc is not None and wanted is not None and zinc.mid >= wanted.value and not over:
        draft = draft.without("zinc", explain.in_range("zinc", zinc.mid, wanted))
    draft = draft.without("phosphorus", Reason("withheld.phosphorus", {}))
    return draft.without("vitamin_d:bolus", Reason("withheld.bolus", {}))


# ------------------------------------------------------------------------------------------- magnesium and calcium


@dataclass(frozen=True, slots=True)
class _Gap:
    """What is missing of a nutrient a day: the central estimate, and what fills it as surely as is asked."""

    intake: float
    reference: ReferenceIntake
    central: float
    asked: float


def _minerals(on: Desk, draft: Draft) -> Draft:
    """Magnesium and calcium: the smallest dose that lifts the intake to its reference value."""
    for nutrient in ("magnesium", "calcium"):
        if nutrient in draft.closed:
            continue
        gap = _gap(on, nutrient)
        if gap is None:
            draft = draft.without(nutrient, explain.no_reference(nutrient, on.case.diet.reference))
        else:
            draft = _fill(on, draft, nutrient, gap)
    return draft


def _gap(on: Desk, nutrient: str) -> _Gap | None:
    reference, eaten = on.goals.intakes.get(nutrient), on.intake.food.get(nutrient)
    if reference is None or eaten is None:
        return None
    staying = on.staying(nutrient)
    central = reference.value - eaten.mid - staying
    if nutrient == "calcium":
        # a calcium supplement is not free of risk: the central estimate decides
        return _Gap(eaten.mid + staying, reference, central, central)
    # with the asked probability, over the uncertainty of the diet
    likely = eaten.mid * on.of.members.diet[nutrient]
    asked = reference.value - staying - float(np.quantile(likely, 1 - on.goals.probability))
    return _Gap(eaten.mid + staying, reference, central, asked)


def _fill(on: Desk, draft: Draft, nutrient: str, gap: _Gap) -> Draft:
    """Nothing where nothing is missing, else what is taken already where it is enough, else food, else a product."""
    if gap.central <= 0:
        return draft.without(nutrient, explain.none_needed(nutrient, gap.intake, gap.reference))
    own = on.own(nutrient)
    if own is not None and own.per_day >= gap.asked:
        return draft.with_dose(nutrient, own, explain.kept(own))
    if gap.central <= FOOD_FIRST_MG[nutrient]:
        amount = math.ceil(gap.asked / _FOOD_STEP_MG) * _FOOD_STEP_MG
        return draft.with_food(nutrient, amount, explain.food_first(nutrient, gap.intake, gap.reference, amount))
    options = on.options(nutrient)
    if not options:
        return _no_product(on, draft, nutrient)
    chosen = _or_own(next((d for d in options if d.per_day >= gap.asked), options[-1]), own)
    why = [explain.gap(nutrient, gap.intake, gap.reference, chosen)]
    if chosen.per_day < gap.asked:
        why.append(explain.capped(nutrient, on.room(nutrient)))
    return draft.with_dose(nutrient, chosen, *why)


def _no_product(on: Desk, draft: Draft, nutrient: str) -> Draft:
    """No moment of the day keeps the spacings, or no product fits below the limits."""
    if not on.day.capacity(nutrient):
        return draft.without(nutrient, explain.no_moment_of_day(nutrient))
    return draft.without(nutrient, explain.no_room(nutrient, on.room(nutrient)))


def _or_own(dose: Dose, own: Dose | None) -> Dose:
    """What the person takes already, where the search came to no larger dose."""
    return own if own is not None and own.per_day >= dose.per_day else dose


# ------------------------------------------------------------------------------------------------------- vitamin D


def _vitamin_d(on: Desk, draft: Draft) -> Draft:
    """Nothing where sun and food are enough, else what is taken already where it is, else the smallest dose that is."""
    low, asked = on.goals.levels["25OHD"][0], on.goals.probability - SAMPLE_ERROR
    bare = outlook.chance(on, draft, "25OHD", low)
    if bare >= asked:
        return draft.without("vitamin_d", explain.vitamin_d_none_needed(low, bare))
    own = on.own("vitamin_d")
    if own is not None and _reached(on, draft, own) >= asked and not _too_much(on, draft, own):
        return _moments(on, draft.with_dose("vitamin_d", own, explain.kept(own)))
    options = on.options("vitamin_d")
    if not options:
        return _no_product(on, draft, "vitamin_d")
    # more vitamin D never lowers 25(OH)D, so the smallest dose that is enough is found by halving
    reach = cache(lambda dose: _reached(on, draft, dose))
    first = bisect_left(options, True, key=lambda dose: reach(dose) >= asked)
    dose = options[first] if first < len(options) else _or_own(options[-1], own)
    reached = reach(dose)
    enough = explain.vitamin_d(dose, low, JUDGED_ON / 7, reached)
    why = enough if reached >= asked else explain.vitamin_d_capped(dose, on.room("vitamin_d"), reached)
    return _moments(on, draft.with_dose("vitamin_d", dose, why))


def _reached(on: Desk, draft: Draft, dose: Dose) -> float:
    tried = _moments(on, draft.with_dose("vitamin_d", dose))
    return outlook.chance(on, tried, "25OHD", on.goals.levels["25OHD"][0])


def _too_much(on: Desk, draft: Draft, dose: Dose) -> bool:
    tried = _moments(on, draft.with_dose("vitamin_d", dose))
    return outlook.above_bound(on, tried, outlook.simulate(on, outlook.regimen(on, tried))) is not None


# --------------------------------------------------------------------------------------------- moments, and risks


def _moments(on: Desk, draft: Draft) -> Draft:
    """Place every intake."""
    as_now = {n: on.ours(n)[0].slots for n, dose in draft.doses.items() if dose.owned}
    return replace(draft, slots=on.day.place(draft.doses, as_now))


def _shrink(on: Desk, draft: Draft) -> tuple[Draft, Regimen, Trajectories]:
    """Simulate the plan; while its doses drive a risk above its bound, take the next smaller dose of what drives it."""
    while True:
        taken = outlook.regimen(on, draft)
        then = outlook.simulate(on, taken)
        risk = outlook.above_bound(on, draft, then)
        if risk is None:
            return draft, taken, then
        draft = _moments(on, _smaller(on, draft, risk, risk.share(then)))


def _smaller(on: Desk, draft: Draft, risk: Risk, share: float) -> Draft:
    nutrient = next(n for n in risk.nutrients if n in draft.doses)
    smaller = [d for d in on.options(nutrient) if d.per_day < draft.doses[nutrient].per_day]
    if not smaller:
        return draft.without(nutrient, explain.at_risk(nutrient, risk.name, share))
    return draft.with_dose(nutrient, smaller[-1], explain.shrunk(smaller[-1], risk.name, share))
