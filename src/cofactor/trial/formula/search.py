"""The search for a formula: many on few people, the best of them on more, and what is told on people of its own.

1. Screening: a coarse lattice of all that can be made, then what lies beside the best of it, on :data:`SCREEN` people.
2. Selection: the best of those on :data:`SELECT` people for each of some sets of the model's constants. The front and
   the formula proposed are chosen here.
3. Judgement: the front on fresh people under sets that took no part before. Only these numbers are told.

Within a stage all formulas meet the same people (common random numbers), so that differences between them are those of
the formulas.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cofactor.model.posterior import ensemble
from cofactor.trial.cohort import Cohort, Numbers
from cofactor.trial.formula.candidates import Grid, Place
from cofactor.trial.formula.front import burden, front_of, near_front, proposed, thinned
from cofactor.trial.formula.jury import Judged, Jury
from cofactor.trial.formula.spec import load_spec, parse_spec
from cofactor.trial.formula.types import Formula, Spec
from cofactor.trial.study import Study

Progress = Callable[[int, int], None]
"""Told after every formula: bodies simulated, bodies expected in all."""

SCREEN, SELECT = 512, 256
"""People of the screening; people for each set of the selection."""
SETS = 20
"""Sets of constants in selection and in judgement: enough for an interval of nine in ten."""
LATTICE, MOST_SCREENED, MOST_SELECTED, MOST_TOLD = 1000, 1600, 40, 10
"""Places of the first lattice; formulas screened, selected from and told: bounds of the time that a search takes."""
_BESIDE, _KEPT = 0.02, 0.03
"""How far below the front (share in range) a formula is still worth a look around, or a place in the selection: above
the noise of differences between neighbours in so many people."""
_STRANGERS = 1_000_000_000  # number of the first person of the search; those of the judgement are 0, 1, ...


@dataclass(frozen=True)
class Found:
    """What a search found. ``front`` and ``without`` are numbers of the judgement, in fresh people."""

    spec: Spec
    front: tuple[Judged, ...]  # rising in what the share is weighed against
    without: Judged
    proposed: Formula | None  # None where no formula keeps the limits
    screened: tuple[Judged, ...]  # every formula simulated, in the people of the screening
    possible: int  # places of the grid
    refused: int  # of those looked at: cannot be made, or over a limit of intake
    people: int  # of the judgement
    sets: int

    @property
    def best(self) -> Judged | None:
        """The proposed formula, as judged."""
        return next((one for one in self.front if one.formula == self.proposed), None)


def search(spec: Spec, progress: Progress | None = None) -> Found:
    """Find the formulas that bring most people into range while few pass a limit."""
    study, count = Study(spec.population, spec.start), _Count(spec, progress)
    mine, others = _halves()
    screen = Jury(spec, Cohort(study, _STRANGERS + np.arange(SCREEN), np.resize(mine, SCREEN)), groups=1)
    grid = Grid(spec)
    screened, refused = _screened(grid, screen, count)
    kept = near_front(screened, spec, _KEPT, MOST_SELECTED)
    selection = Jury(spec, _groups(study, _STRANGERS + SCREEN, SELECT, mine), groups=SETS)
    chosen = [count.judged(selection, formula) for formula in kept]
    best = proposed(chosen, spec)
    told = list(dict.fromkeys([*thinned(front_of(chosen, spec), MOST_TOLD), *([best] if best else [])]))
    fresh = Jury(spec, _groups(study, 0, spec.population.people // SETS, others), groups=SETS)
    front = [count.judged(fresh, formula) for formula in told]
    count.finish()
    return Found(
        spec=spec,
        front=tuple(sorted(front, key=lambda one: (burden(one, spec), one.share.value))),
        without=fresh.without(),
        proposed=best,
        screened=tuple(screened),
        possible=len(grid),
        refused=refused,
        people=len(fresh),
        sets=SETS,
    )


def formulate(spec: str | Path | Mapping[str, object] | Spec) -> Found:
    """Find the product that brings most of a population into range while few pass a limit.

    Args:
        spec: a specification file, its values, or a :class:`~cofactor.trial.formula.types.Spec`.

    Returns:
        a :class:`Found`: ``proposed`` (or None), ``best`` (it, as judged in fresh people), ``front``, ``without``.

    Raises :class:`InputError` with every problem of the file.

    """
    if isinstance(spec, Spec):
        return search(spec)
    return search(load_spec(spec) if isinstance(spec, str | Path) else parse_spec(spec))


def _halves() -> tuple[Numbers, Numbers]:
    """Sets of the search and of the judgement: none in both."""
    members = np.arange(len(ensemble()))
    halves = (members[0::2], members[1::2])
    some = [half[np.unique(np.linspace(0, len(half) - 1, SETS).astype(int))] for half in halves]
    return some[0], some[1]


def _groups(study: Study, first: int, people: int, sets: Numbers) -> Cohort:
    """People of their own for each set."""
    return Cohort(study, first + np.arange(people * len(sets)), np.repeat(sets, people))


def _screened(grid: Grid, jury: Jury, count: _Count) -> tuple[list[Judged], int]:
    """Judge the lattice, then what lies beside the best, until nothing new does; and how many places were refused."""
    tried: dict[Place, Judged | None] = {}
    todo = list(grid.lattice(LATTICE))
    while todo:
        for place in todo:
            formula = grid.formula(place)
            allowed = formula is not None and jury.passes_by_intake(formula) <= grid.spec.most_over
            tried[place] = count.judged(jury, formula) if formula is not None and allowed else None
        todo = _beside(grid, tried)
    return [one for one in tried.values() if one is not None], sum(one is None for one in tried.values())


def _beside(grid: Grid, tried: dict[Place, Judged | None]) -> list[Place]:
    """What is worth trying next."""
    judged = [one for one in tried.values() if one is not None]
    place_of = {one.formula: place for place, one in tried.items() if one is not None}
    best = near_front(judged, grid.spec, _BESIDE, MOST_SELECTED)
    new = dict.fromkeys(to for formula in best for to in grid.beside(place_of[formula]) if to not in tried)
    return list(new)[: max(0, MOST_SCREENED - len(judged))]


class _Count:
    """How far the search is, in bodies."""

    def __init__(self, spec: Spec, progress: Progress | None) -> None:
        self.progress = progress
        self.done = 0
        self.asked = LATTICE * SCREEN + MOST_SELECTED * SELECT * SETS + MOST_TOLD * spec.population.people

    def judged(self, jury: Jury, formula: Formula) -> Judged:
        """Judge, and tell."""
        found = jury.judge(formula)
        self.done += len(jury)
        self._tell(max(self.asked, self.done + 1))
        return found

    def finish(self) -> None:
        """Tell that all is done."""
        self._tell(self.done)

    def _tell(self, asked: int) -> None:
        if self.progress is not None:
            self.progress(self.done, asked)
