"""What a draft does to the person: a year of every possible body, the chance of a goal, the risks, what to expect."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cofactor.assess.forecast import OUTCOMES, Trajectories, trajectories
from cofactor.facts.load import ANALYTE_UNIT, load
from cofactor.person.body import Array, Members, Regimen, take
from cofactor.person.derived import adjusted_calcium
from cofactor.person.intake import model_inputs
from cofactor.person.types import Supplement
from cofactor.plan.draft import Desk, Draft
from cofactor.plan.goals import Goal
from cofactor.plan.types import Expected
from cofactor.units import MOLAR_MASS

JUDGED_ON = 84.0
"""Days after which a goal is judged first: 25(OH)D needs about three months (interaction TM008)."""
HORIZON = 365.0
FOOD_INPUTS = {"calcium": "in_Ca", "magnesium": "in_Mg"}
_EXPECTED = ("25OHD", "Mg_serum", "Ca_total", "PTH")


@dataclass(frozen=True, slots=True)
class Risk:
    """A level that few bodies may pass on any day, the nutrients that shrink when more do, and how many may."""

    outcome: str
    level: float
    nutrients: tuple[str, ...]  # the first one planned shrinks first
    most: float
    added: float = 0.0  # that doses may add where more stand above the level without any
    least_stays: bool = False  # chooses between doses, and does not withhold the smallest

    @property
    def name(self) -> str:
        """As ``Plan.risks`` names it."""
        return f"{self.outcome}>{self.level:g}"

    def share(self, found: Trajectories, of: Members) -> float:
        """The largest share of bodies above the level on one day of the year."""
        return float((self.levels(found, of) > self.level).mean(axis=0).max())

    def levels(self, found: Trajectories, of: Members) -> Array:
        """What is held against the level, shape (bodies, days): calcium is adjusted for the albumin of each body."""
        values = found.of(self.outcome)
        return adjusted_calcium(values, of.constants["alb"][:, None]) if self.outcome == "Ca_total" else values


MOST_AT_RISK = 0.025
"""Share of bodies that may pass a level of RISKS: a choice of this tool (docs/safety.md)."""
MOST_ADDED = 0.025
"""Share that doses may add to those whose 25(OH)D stands above a level without any: a choice of this tool. Of people
without a test some 2 % stand above 150 nmol/L at the end of a sunny summer; a dose for the winter hardly moves them."""
RISKS = (
    Risk("25OHD", 150.0, ("vitamin_d",), MOST_AT_RISK, MOST_ADDED),
    Risk("Ca_total", 2.60, ("calcium", "vitamin_d"), MOST_AT_RISK),
    Risk("Mg_serum", 1.10, ("magnesium",), MOST_AT_RISK),
)
"""Levels in nmol/L and mmol/L: choices, at the upper limits of serum calcium and magnesium that gates STOP at."""


def risks(desk: Desk) -> tuple[Risk, ...]:
    """The risks of everyone, and of passing the upper end of the person's own 25(OH)D goal."""
    high = desk.goals.levels["25OHD"][1]
    if high is None:
        return RISKS
    return (*RISKS, Risk("25OHD", high, ("vitamin_d",), 1 - desk.goals.probability, MOST_ADDED, least_stays=True))


def present_regimen(desk: Desk) -> Regimen:
    """Everything that is taken today, going on."""
    return Regimen(0.0, model_inputs(desk.intake))


def taken(desk: Desk, draft: Draft) -> tuple[Supplement, ...]:
    """The supplements of a draft: those that go on, and the planned doses."""
    return (*desk.present.staying, *(s for dose in draft.doses for s in dose.supplements()))


def regimen(desk: Desk, draft: Draft) -> Regimen:
    """What is taken under a draft: its supplements, and more of some nutrients from food."""
    # taken as the present is, so that a monthly dose that goes on keeps its rhythm
    inputs = model_inputs(replace(desk.intake, taken=taken(desk, draft)))
    more = {FOOD_INPUTS[n]: amount / MOLAR_MASS[n] for n, amount in draft.food.items()}
    values = {name: v + more.get(name, 0.0) for name, v in inputs.values.items()}
    return Regimen(0.0, replace(inputs, values=values))


def without(desk: Desk, draft: Draft, nutrient: str) -> Regimen:
    """The same without any supplement of a nutrient: what goes on is taken without it too."""
    present = desk.present
    kept, asked = (tuple(s for s in of if s.nutrient != nutrient) for of in (present.kept, present.asked))
    doses = tuple(dose for dose in draft.doses if nutrient not in dose.product.nutrients)
    return regimen(replace(desk, present=replace(present, kept=kept, asked=asked)), replace(draft, doses=doses))


def simulate(desk: Desk, taken: Regimen, outcomes: Sequence[str] = OUTCOMES) -> Trajectories:
    """A year of every possible body."""
    return trajectories(desk.of, [taken], HORIZON, outcomes)


def few(desk: Desk, count: int) -> Desk:
    """The desk with some of the bodies, evenly chosen: a search may look there first."""
    everyone = len(desk.of.members)
    if everyone <= count:
        return desk
    rows = np.linspace(0, everyone - 1, count).round().astype(np.int64)
    chosen, state = take(desk.of.members, desk.of.state, rows)
    return replace(desk, of=replace(desk.of, members=chosen, state=state))


def chance(desk: Desk, draft: Draft, outcome: str, low: float) -> float:
    """The smallest share of bodies at or above ``low`` on any day from JUDGED_ON to a year."""
    return staying_above(simulate(desk, regimen(desk, draft), (outcome,)), outcome, low)


def staying_above(found: Trajectories, outcome: str, low: float) -> float:
    """The same of bodies that have been simulated."""
    return float((found.of(outcome)[:, found.days >= JUDGED_ON] >= low).mean(axis=0).min())


def above_bound(desk: Desk, draft: Draft, then: Trajectories) -> Risk | None:
    """The first risk that the draft's doses drive above its bound.

    Where more bodies stand above a level without any dose, the doses may add few or none to them. The upper end of
    a goal chooses between doses; it does not withhold the smallest, which is near the reference intake.
    """
    for risk in risks(desk):
        share = risk.share(then, desk.of.members)
        if share <= risk.most or not any(_may_shrink(desk, draft, risk, n) for n in risk.nutrients):
            continue
        bare = simulate(desk, regimen(desk, Draft(food=draft.food)), (risk.outcome,))
        if share > risk.share(bare, desk.of.members) + risk.added:
            return risk
    return None


def _may_shrink(desk: Desk, draft: Draft, risk: Risk, nutrient: str) -> bool:
    dose = draft.amount(nutrient)
    if dose <= 0:
        return False
    smallest = min((p.contents[nutrient] for p in desk.products if nutrient in p.nutrients), default=dose)
    return not risk.least_stays or smallest < dose


def expected(desk: Desk, now: Trajectories, then: Trajectories) -> Iterable[Expected]:
    """What the plan does to each level that has a goal or a laboratory range, on the day it is judged."""
    for outcome in _EXPECTED:
        goal = desk.goals.levels.get(outcome) or _laboratory_range(outcome, desk.case.person.sex)
        if goal is None:
            continue
        values, before = then.on(outcome, JUDGED_ON), now.on(outcome, JUDGED_ON)
        p05, p50, p95 = (float(q) for q in np.percentile(values, (5, 50, 95)))
        within = (_share_within(values, goal), _share_within(before, goal))
        unchanged = (float(q) for q in np.percentile(before, (5, 50, 95)))
        yield Expected(outcome, ANALYTE_UNIT[outcome], JUDGED_ON, p05, p50, p95, *within, goal, *unchanged)


def _laboratory_range(outcome: str, sex: str) -> Goal | None:
    lab = load().lab(outcome, sex)
    return None if lab is None or lab.reference_low is None else (lab.reference_low, lab.reference_high)


def _share_within(values: Array, goal: Goal) -> float:
    low, high = goal
    return float(((values >= low) & (values <= (math.inf if high is None else high))).mean())
