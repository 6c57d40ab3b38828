"""How formulas do in people: the share in range and the share that passes a limit, always in the same people.

In range is who meets every goal. Over a limit is who stands above one because of the product: above a level that they
stay below without it, or above a limit of intake to which it adds.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cofactor.facts.types import Part
from cofactor.person.catalogue import absorbed_factor
from cofactor.person.inputs import magnesium_factor
from cofactor.trial.cohort import Cohort, Estimate
from cofactor.trial.formula.types import Formula, Goal, LevelGoal, Spec
from cofactor.trial.passing import caps, eaten, references
from cofactor.trial.population import draw
from cofactor.trial.simulate import observed

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_CLOSE = 0.9  # of a limit on a level: so many more pass it that few people tell formulas apart


@dataclass(frozen=True, slots=True)
class Judged:
    """A formula in people. ``passing`` is by limit: a level, or a nutrient with what it counts."""

    formula: Formula
    share: Estimate
    over: Estimate
    goals: tuple[Estimate, ...]  # each goal alone, in the order of the specification
    passing: Mapping[tuple[str, str], Estimate]
    close: float  # share of people who pass nine tenths of a limit on a level, or any on intake: a finer measure


class Jury:
    """People in whom formulas are judged: bodies in ``groups`` of equal size, one after the other."""

    def __init__(self, spec: Spec, cohort: Cohort, groups: int) -> None:
        self.spec, self.groups = spec, groups
        self.people = draw(cohort.study.design, cohort.numbers, cohort.sets)
        self.begun = list(cohort.begun())
        goals = (goal.analyte for goal in spec.goals if isinstance(goal, LevelGoal))
        self.analytes = tuple(dict.fromkeys((*goals, *spec.levels)))
        self._lived: dict[Hashable, Array] = {}
        self.before = self._end(Formula.nothing())

    def __len__(self) -> int:
        return len(self.people)

    def without(self) -> Judged:
        """The same people without a product; over a limit is then who stands above it anyway."""
        over = {("level", a): self._level(self.before, a) > most for a, most in self.spec.levels.items()}
        over |= {
            key: food > most
            for held in self.spec.holds
            for key, food, most in self._limits(held.nutrient)
            if key[1] == "total"
        }
        return self._judged(Formula.nothing(), self.before, {}, over)

    def judge(self, formula: Formula) -> Judged:
        """The formula, lived with."""
        after = self._end(formula)
        intake = dict(self._over_intake(formula))
        close = self._over_levels(after, _CLOSE) | intake
        counted = {part.nutrient: part.amount * (absorbed_factor(part) or 1.0) for part in formula.parts}
        judged = self._judged(formula, after, counted, self._over_levels(after) | intake)
        return replace(judged, close=float((~_all(~np.stack(list(close.values())))).mean()) if close else 0.0)

    def _over_levels(self, after: Array, part: float = 1.0) -> dict[tuple[str, str], Flags]:
        """Who passes a level (or a part of it) who stays below it without the product."""
        return {
            ("level", analyte): (self._level(after, analyte) > part * most)
            & ~(self._level(self.before, analyte) > part * most)
            for analyte, most in self.spec.levels.items()
        }

    def passes_by_intake(self, formula: Formula) -> float:
        """The share of people whom the formula takes over a limit of intake, which needs no simulation."""
        over = np.zeros(len(self), dtype=bool)
        for _, flags in self._over_intake(formula):
            over |= flags
        return float(over.mean())

    def _judged(
        self, formula: Formula, values: Array, added: Mapping[str, float], over: Mapping[tuple[str, str], Flags]
    ) -> Judged:
        known = _all(np.isfinite(np.hstack([values, self.before])).T)
        met = [self._met(goal, values, added) for goal in self.spec.goals]
        return Judged(
            formula,
            self._share(_all(np.stack(met)), known),
            self._share(~_all(~np.stack([~known, *over.values()])), known),
            tuple(self._share(flags, known) for flags in met),
            {key: self._share(flags, known) for key, flags in over.items()},
            close=0.0,
        )

    def _share(self, flags: Flags, known: Flags) -> Estimate:
        """Of those who could be simulated, by group."""
        inside, counts = (x.reshape(self.groups, -1).sum(axis=1) for x in (flags & known, known))
        return Estimate.of_shares(inside / counts, float(counts.mean()))

    def _met(self, goal: Goal, values: Array, added: Mapping[str, float]) -> Flags:
        if isinstance(goal, LevelGoal):
            level = self._level(values, goal.analyte)
            return (level >= goal.low) & (level <= (np.inf if goal.high is None else goal.high))
        taken = self.people.intake[goal.nutrient] + added.get(goal.nutrient, 0.0) * self.spec.adherence
        if goal.amount is None:
            return np.asarray(taken >= references(goal.nutrient, self.spec.reference, self.people))
        return np.asarray(taken >= goal.amount)

    def _over_intake(self, formula: Formula) -> Iterator[tuple[tuple[str, str], Flags]]:
        for nutrient, amount in formula.amounts.items():
            for key, food, most in self._limits(nutrient):
                yield key, food + amount > most

    def _limits(self, nutrient: str) -> Iterator[tuple[tuple[str, str], Array, Array]]:
        """Every limit of intake: its key, what food brings, and the limit of each person."""
        for counts, most in caps(self.spec.region, nutrient, self.people).items():
            yield (nutrient, counts), eaten(nutrient, counts, self.people), most

    def _level(self, values: Array, analyte: str) -> Array:
        return np.asarray(values[:, self.analytes.index(analyte)])

    def _end(self, formula: Formula) -> Array:
        """Readings at the end, shape (bodies, analytes). Forms that are absorbed alike are lived with once."""
        if not self.analytes:
            return np.empty((len(self), 0))  # intakes alone are asked about
        parts = [(part.nutrient, part.amount, _alike(part)) for part in formula.parts]
        key = (*parts, formula.moments)
        if key not in self._lived:
            arm, days = formula.arm(self.spec.adherence), self.spec.days
            readings = [observed(of, arm, days, np.array([days]), self.analytes)[:, 0] for of in self.begun]
            self._lived[key] = np.concatenate(readings)
        return self._lived[key]


def _alike(part: Part) -> float | str:
    """What of a form the model sees: of magnesium how much dissolves, of others the form itself."""
    return magnesium_factor(part.form or None) if part.nutrient == "magnesium" else part.form


def _all(flags: Flags) -> Flags:
    """Whether everything holds for each body: over the first axis."""
    return np.asarray(flags.all(axis=0), dtype=np.bool_)
