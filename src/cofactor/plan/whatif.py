"""What if: other doses, more sun or other food, tried on the possible bodies of a person, and what gates say of them.

Nothing here proposes anything. A gate that stops a plan stops no simulation: it is said beside the picture of what the
doses would do. What a scenario does not name stays as it is in the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cofactor.assess.forecast import Trajectories, spread
from cofactor.assess.gates import evaluate
from cofactor.assess.limits import Limit, hard_limits
from cofactor.assess.types import Gate, GateResult, Level
from cofactor.assess.update import Posterior
from cofactor.engine.solve import Backend
from cofactor.facts.gates import EVERY_NUTRIENT
from cofactor.model.tables import outcomes
from cofactor.person import sun
from cofactor.person.body import Array, Regimen, live
from cofactor.person.intake import Intake, model_inputs
from cofactor.person.types import Case, Supplement
from cofactor.plan import explain
from cofactor.plan.goals import Goal, Goals, goals
from cofactor.plan.outlook import FOOD_INPUTS, JUDGED_ON, RISKS, Risk
from cofactor.plan.present import per_day
from cofactor.plan.room import UNKNOWN, Room, room
from cofactor.plan.types import Plan, Reason
from cofactor.units import MOLAR_MASS

LED = ("vitamin_d", "magnesium", "calcium", "vitamin_k")
"""The nutrients whose doses a scenario may set."""
MORE_FROM_FOOD = tuple(FOOD_INPUTS)
DAYS = np.array([0, 4, 8, 14, 21, *range(28, 365, 14)], float)
"""Days shown: a line through every fortnight looks round, and the first weeks show how a dose begins."""


@dataclass(frozen=True, slots=True)
class Dose:
    """An elemental amount a day, in the nutrient's unit, in equal intakes at the moments usual for a supplement."""

    nutrient: str
    amount: float
    form: str | None = None
    intakes: int = 1

    def supplement(self) -> Supplement:
        """As it would stand in a case."""
        once = self.amount / self.intakes
        return Supplement(self.nutrient, self.form, once, 1.0, None, None, None, None, "", self.intakes)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What would be different. A nutrient without a dose here is taken as in the case, one of nothing is not taken."""

    doses: tuple[Dose, ...] = ()
    outdoors: float | None = None  # minutes a day, all year
    food: tuple[tuple[str, float], ...] = ()  # mg a day more of a mineral than is eaten now

    def dose(self, nutrient: str) -> Dose | None:
        """What it says of a nutrient."""
        return next((d for d in self.doses if d.nutrient == nutrient), None)


NOW = Scenario()
ALL = tuple(outcome.id for outcome in outcomes())
"""Every level that the model reports."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What gates and limits say of a nutrient in a scenario.

    ``level`` is the strictest, None where nothing speaks. ``gates`` are those that act on the nutrient, strictest
    first. ``over`` is the limit that the dose passes, ``at_once`` the largest intake that it passes, ``doubt`` the
    reason for which results forbid a dose.
    """

    nutrient: str
    amount: float
    level: Level | None
    gates: tuple[Gate, ...] = ()
    over: Room | None = None
    at_once: float | None = None
    doubt: Reason | None = None

    @property
    def closed(self) -> bool:
        """Whether a plan would hold nothing of it, or not that much."""
        return self.level in (Level.STOP, Level.REFER)


@dataclass(frozen=True, eq=False)
class Ground:
    """A person with all that every scenario shares: worked out once, and then only read."""

    case: Case
    of: Posterior
    goals: Goals
    limits: Mapping[str, Limit]

    @property
    def intake(self) -> Intake:
        """What is eaten and taken now."""
        return self.of.members.subject.intake

    @cached_property
    def gates(self) -> GateResult:
        """The gates of the case as it is."""
        return evaluate(self.case)


def ground(case: Case, of: Posterior) -> Ground:
    """Lay out a case and its possible bodies for scenarios."""
    return Ground(case, of, goals(case), hard_limits(case))


def proposed(plan: Plan, now: Sequence[Supplement]) -> Scenario:
    """What a plan changes of what is taken ``now``, as a scenario: :data:`NOW` where that is nothing.

    A scenario has one dose of a nutrient: where a plan has several products of it they are added up, in the form that
    most of it has.
    """
    doses = []
    for nutrient in LED:
        before, after = (_daily(supplements, nutrient) for supplements in (now, plan.taken))
        if before != after:
            most = max(after, key=lambda s: s.per_day, default=None)
            total = sum(s.per_day for s in after)
            form, times = (most.form, most.times_per_day) if most else (None, 1)
            doses.append(Dose(nutrient, total, form, times))
    food = tuple((i.nutrient, i.amount) for i in plan.items if not i.slots and i.nutrient in MORE_FROM_FOOD)
    return Scenario(tuple(doses), None, food)


def _daily(supplements: Iterable[Supplement], nutrient: str) -> list[Supplement]:
    """What is taken of a nutrient, but for its moments and names: a scenario has none."""
    return [
        replace(s, slot=None, slots=(), since=None, until=None, label=None, as_typed="")
        for s in supplements
        if s.nutrient == nutrient
    ]


# ------------------------------------------------------------------------------------------------ what it does


@dataclass(frozen=True, eq=False)
class Future:
    """Every level under a scenario. ``spread`` has shape (quantiles, days, outcomes).

    ``in_goal`` is the share of bodies inside each goal on the day that a plan is judged; ``risks`` are the levels that
    few bodies may pass, with the share that does, where it is more than few.
    """

    outcomes: tuple[str, ...]
    days: Array
    spread: Array
    in_goal: Mapping[str, float]
    risks: tuple[tuple[Risk, float], ...]

    def of(self, outcome: str) -> Array:
        """One outcome, shape (quantiles, days)."""
        return np.asarray(self.spread[:, :, self.outcomes.index(outcome)])

    def on(self, outcome: str, day: float) -> Array:
        """The quantiles of one outcome on the day nearest to ``day``."""
        return np.asarray(self.of(outcome)[:, int(np.argmin(np.abs(self.days - day)))])


def taken(of: Ground, scenario: Scenario) -> tuple[Supplement, ...]:
    """The supplements of a scenario."""
    set_here = {d.nutrient for d in scenario.doses}
    staying = tuple(s for s in of.intake.taken if s.nutrient not in set_here)
    return (*staying, *(d.supplement() for d in scenario.doses if d.amount > 0))


def regimen(of: Ground, scenario: Scenario) -> Regimen:
    """What is taken and what skin makes from today on."""
    # taken as the present is, so that a monthly dose that goes on keeps its rhythm
    inputs = model_inputs(replace(of.intake, taken=taken(of, scenario)))
    more = {FOOD_INPUTS[n]: amount / MOLAR_MASS[n] for n, amount in scenario.food}
    values = {name: v + more.get(name, 0.0) for name, v in inputs.values.items()}
    return Regimen(0.0, replace(inputs, values=values), _skin(of.case, scenario.outdoors))


def _skin(case: Case, outdoors: float | None) -> Array | None:
    """What skin makes with so many minutes outdoors on every day; exposed skin and sunscreen stay as they are."""
    if outdoors is None:
        return None
    summer, winter = (replace(h, minutes_per_day=outdoors) for h in (case.sun.summer, case.sun.winter))
    return sun.skin_supply(replace(case, sun=replace(case.sun, summer=summer, winter=winter, indoors=False)))


def simulate(of: Ground, scenario: Scenario, wanted: Sequence[str]) -> Trajectories:
    """Every possible body on :data:`DAYS` under a scenario, in single precision: 1e-4 is finer than a line is drawn."""
    taken_then = [regimen(of, scenario)]
    values, _ = live(of.of.members, of.of.state, taken_then, float(DAYS[-1]), DAYS, wanted, Backend.SINGLE)
    return Trajectories(DAYS, tuple(wanted), values)


def future(of: Ground, scenario: Scenario, wanted: Sequence[str] = ALL) -> Future:
    """Where levels are heading under a scenario. Goals and risks are those of the levels that are wanted."""
    found = simulate(of, scenario, wanted)
    shares = [(risk, risk.share(found, of.of.members)) for risk in RISKS if risk.outcome in found.outcomes]
    aims = {outcome: goal for outcome, goal in of.goals.levels.items() if outcome in found.outcomes}
    return Future(
        outcomes=found.outcomes,
        days=found.days,
        spread=spread(found.values.astype(np.float32)),  # as precise as they are, and sorted twice as fast
        in_goal={outcome: _in_goal(found, outcome, goal) for outcome, goal in aims.items()},
        risks=tuple((risk, share) for risk, share in shares if share > risk.most),
    )


def _in_goal(found: Trajectories, outcome: str, goal: Goal) -> float:
    low, high = goal
    values = found.on(outcome, JUDGED_ON)
    return float(((values >= low) & (values <= (np.inf if high is None else high))).mean())


# ------------------------------------------------------------------------------------------------ what gates say


def verdicts(of: Ground, scenario: Scenario) -> tuple[Verdict, ...]:
    """What gates and limits say of each nutrient that a scenario may set."""
    supplements = taken(of, scenario)
    gates = of.gates if scenario == NOW else evaluate(replace(of.case, supplements=supplements))
    return tuple(_verdict(of, scenario, gates, supplements, nutrient) for nutrient in LED)


def _verdict(
    of: Ground, scenario: Scenario, gates: GateResult, supplements: Sequence[Supplement], nutrient: str
) -> Verdict:
    acting = [g for g in gates.gates if nutrient in g.nutrients or EVERY_NUTRIENT in g.nutrients]
    acting.sort(key=lambda g: list(Level).index(g.level))
    amount = per_day(supplements, nutrient)
    over = _over(of, scenario, gates, nutrient, amount)
    at_once = _at_once(of.limits[nutrient], supplements)
    doubt = explain.labs_disagree(of.of.doubt(nutrient)) if nutrient in of.of.withholds else None
    levels = [g.level for g in acting]
    levels += [Level.STOP] if over else []
    levels += [Level.REFER] if doubt else []
    levels += [Level.CAUTION] if at_once else []
    strictest = min(levels, key=list(Level).index, default=None)
    return Verdict(nutrient, amount, strictest, tuple(acting), over, at_once, doubt)


def _over(of: Ground, scenario: Scenario, gates: GateResult, nutrient: str, amount: float) -> Room | None:
    """The limit on a plan that the dose passes, or None."""
    most = most_of(of, gates, nutrient, dict(scenario.food).get(nutrient, 0.0))
    return most if most is not None and amount > most.amount else None


def most_of(of: Ground, gates: GateResult, nutrient: str, more_eaten: float = 0.0) -> Room | None:
    """The most a day that limits and gates leave a plan beside food, or None where no body names a limit."""
    eaten = of.intake.food[nutrient].high if nutrient in of.intake.food else 0.0
    found = room(of.limits[nutrient], gates, eaten + more_eaten, 0.0)
    return None if found.by == UNKNOWN else found


def _at_once(limit: Limit, supplements: Sequence[Supplement]) -> float | None:
    most = limit.per_intake
    once = max((s.amount for s in supplements if s.nutrient == limit.nutrient), default=0.0)
    return most if most is not None and once > most else None
