"""The plan: chosen by one programme, simulated as it is, and tightened until what it promises holds.

What each nutrient needs comes from :mod:`cofactor.plan.needs`; :mod:`cofactor.plan.choice` chooses products, units and
moments of least burden for it inside every limit. Exactly that choice is then simulated on the person's possible
bodies. While its doses drive a risk above its bound, the dose is capped below; while the probability of a goal falls
short of what is asked, the need is raised; and the programme chooses again. Limits always go before goals: what they
leave no room for is named as a clash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cofactor.assess.forecast import Trajectories
from cofactor.assess.types import GateResult
from cofactor.assess.update import Posterior
from cofactor.person.body import Regimen
from cofactor.person.intake import Intake
from cofactor.person.types import Case
from cofactor.plan import alternatives, clashes, needs, outlook, result, retest
from cofactor.plan.draft import Desk, desk
from cofactor.plan.goals import PLANNED
from cofactor.plan.settle import Settled, settle
from cofactor.plan.types import Plan
from cofactor.plan.weights import PLAN


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
    on, found = search(case, intake, gates, of)
    now = outlook.simulate(on, outlook.present_regimen(on))
    return Planned(_whole(on, found, now), now, found.then, found.regimen)


def search(case: Case, intake: Intake, gates: GateResult, of: Posterior) -> tuple[Desk, Settled]:
    """The doses of a plan, simulated, without all that is told of them."""
    on = desk(case, intake, gates, of)
    return on, settle(on, PLAN, needs.asked(on, PLAN))


def _whole(on: Desk, found: Settled, now: Trajectories) -> Plan:
    besides = result.Besides(
        clashes=tuple(clashes.clashes(on, found, PLAN)),
        alternatives=tuple(alternatives.alternatives(on, found, now)),
        next_test=retest.next_test(on, found),
    )
    return result.plan(on, found, now, besides)


def withheld_by_gate(found: Plan, planned: Sequence[str] = PLANNED) -> bool:
    """Whether a gate kept the plan from proposing one of the nutrients it plans (exit code 3)."""
    return any(w.gates and w.nutrient in planned for w in found.withheld)
