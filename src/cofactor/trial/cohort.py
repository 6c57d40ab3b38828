"""People living under several arms, each body with a set of constants of its own, and estimates over sets.

A number about a population is told with what calibration left open: groups of people, each under another set of the
model's constants.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cofactor.trial.match import Ready, ready
from cofactor.trial.population import draw
from cofactor.trial.simulate import CHUNK, observed
from cofactor.trial.study import Study
from cofactor.trial.types import Arm

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, and where it lies in nine sets of constants out of ten."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, by_set: Array) -> Estimate:
        """Make it of one value per set."""
        low, high = np.percentile(by_set, [5, 95])
        return cls(float(by_set.mean()), float(low), float(high))

    @classmethod
    def of_shares(cls, by_set: Array, people: float) -> Estimate:
        """Make it of a share for each set, each in so many people of its own.

        Shares of few people differ by chance alone, p (1 - p)/n. Their distances from the mean are shortened until
        their variance is what the sets differ by, and what chance leaves in the mean of all.
        """
        mean, seen = float(by_set.mean()), float(by_set.var(ddof=1)) if len(by_set) > 1 else 0.0
        if seen == 0:
            return cls(mean, mean, mean)
        chance = mean * (1 - mean) / people
        left = max(0.0, seen - chance) + chance / len(by_set)
        return cls.of(mean + (by_set - mean) * min(1.0, math.sqrt(left / seen)))


@dataclass(frozen=True, eq=False)
class Cohort:
    """Bodies: the person of each (``numbers``) and its set of constants (``sets``), in the same people in every arm."""

    study: Study
    numbers: Numbers
    sets: Numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def begun(self) -> Iterator[Ready]:
        """The bodies on the day of the start, some at a time."""
        for at in range(0, len(self), CHUNK):
            rows = slice(at, at + CHUNK)
            yield ready(self.study, draw(self.study.design, self.numbers[rows], self.sets[rows]))

    def under(self, arms: tuple[Arm, ...], days: float, times: Array, analytes: tuple[str, ...]) -> Array:
        """Readings of shape (arms, bodies, times, analytes); what could not be simulated is not a number."""
        parts = [np.stack([observed(of, arm, days, times, analytes) for arm in arms]) for of in self.begun()]
        return np.concatenate(parts, axis=1)
