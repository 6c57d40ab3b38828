"""Plans of the example cases against fresh people: is what a plan promises what happens to bodies it never saw?

Run `python bench/plan_promise.py [PEOPLE] [SEED] [--write]`. Every plan, and every alternative that is shown beside it,
is made as for a report. Then 2,000 other bodies of the same person (another draw from what the case leaves open, given
the same results) live under exactly what was simulated. A promise is a probability that the plan states: of staying at
or above the 25(OH)D goal all year, and of each level being inside its goal or range on the day it is judged.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cofactor.assess.forecast import Trajectories, trajectories
from cofactor.assess.gates import evaluate
from cofactor.assess.update import SHOWN, Posterior, posterior
from cofactor.person.case import load_case
from cofactor.person.intake import intake
from cofactor.plan import outlook
from cofactor.plan.alternatives import others
from cofactor.plan.draft import Desk
from cofactor.plan.optimise import search
from cofactor.plan.settle import Settled
from proof_table import Proof, asked, conclude

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.yaml"))
POINTS = 0.03


@dataclass(frozen=True)
class Promise:
    """One stated probability, and what came of it."""

    case: str
    plan: str  # plan, or the kind of an alternative
    what: str
    promised: float
    fresh: float

    @property
    def held(self) -> bool:
        """Whether the two are within three points."""
        return abs(self.promised - self.fresh) <= POINTS


def promises(path: Path, people: int, seed: int) -> Iterator[Promise]:
    """Every promise made to one example person."""
    case = load_case(path)
    on, found = search(case, intake(case), evaluate(case), posterior(case, 1, SHOWN))
    fresh = posterior(case, seed, people)
    for name, settled in (("plan", found), *((str(kind), other) for kind, other in others(on, found))):
        for what, promised, came in _pairs(on, settled, fresh):
            yield Promise(path.stem, name, what, promised, came)


def _pairs(on: Desk, settled: Settled, fresh: Posterior) -> Iterator[tuple[str, float, float]]:
    then = trajectories(fresh, [settled.regimen], outlook.HORIZON)
    low = on.goals.levels["25OHD"][0]
    yield "25OHD all year", *(outlook.staying_above(run, "25OHD", low) for run in (settled.then, then))
    for expected in outlook.expected(on, settled.then, settled.then):
        yield expected.outcome, expected.p_in_goal, _inside(then, expected.outcome, expected.goal)


def _inside(run: Trajectories, outcome: str, goal: tuple[float, float | None]) -> float:
    values, (low, high) = run.on(outcome, outlook.JUDGED_ON), goal
    return float(((values >= low) & (values <= (np.inf if high is None else high))).mean())


def main() -> None:
    given = asked(__doc__, "people", 2000, 7001)
    begin, made = time.perf_counter(), []
    for path in EXAMPLES:
        for promise in promises(path, given.count, given.seed):
            made.append(promise)
            mark = "" if promise.held else "   <-- not held"
            print(f"{promise.case:14} {promise.plan:12} {promise.what:15}", end=" ")
            print(f"promised {promise.promised:6.1%}   fresh {promise.fresh:6.1%}{mark}")
    apart = max(abs(p.promised - p.fresh) for p in made)
    shown = "A stated probability holds within 3 points on 2,000 fresh people of the same case"
    besides = f"{len(EXAMPLES)} cases with their alternatives; furthest apart {apart * 100:.1f} points"
    held = sum(p.held for p in made)
    seconds = time.perf_counter() - begin
    conclude(given, Proof("plan_promise", shown, held, len(made), "promises", seconds, given.seed, besides))


if __name__ == "__main__":
    main()
