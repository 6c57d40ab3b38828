"""What a finished trial shows: levels of an outcome by arm, who is above a line, and what a dose does.

Read from the readings of all people (:mod:`cofactor.trial.whole`). Shares are counts of people, with an interval for
having counted no more of them than there are; what is left open about the model is no part of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cofactor.facts.load import load
from cofactor.facts.spread import NORMAL_P95
from cofactor.trial.types import Arm, Give, Trial
from cofactor.trial.whole import READINGS

Array = NDArray[np.float64]

_PERCENTILES = (5, 25, 50, 75, 95)
_GRID = 121  # values at which densities are told
_FAR_OUT, _BEYOND = (0.5, 99.5), 1.08  # percentiles that the grid holds, and what it has beyond them
_BINS = 400  # of the values, before they are smoothed


@dataclass(frozen=True, slots=True)
class Count:
    """``of`` people, ``count`` of whom it holds for, as a share with its interval of nine in ten (Wilson 1927)."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """The share that was counted."""
        return self.count / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share lies."""
        if not self.of:
            return 0.0, 1.0
        n, p, z = self.of, self.share, NORMAL_P95
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half) if self.count else 0.0, min(1.0, middle + half) if self.count < n else 1.0


@dataclass(frozen=True, eq=False)
class Levels:
    """An outcome on one day of the trial, by arm; each has the values of those people who could be simulated."""

    outcome: str
    day: float
    arms: tuple[str, ...]
    values: tuple[Array, ...]

    def percentiles(self) -> tuple[tuple[float, float, float, float, float], ...]:
        """5, 25, 50, 75 and 95 % of each arm."""
        return tuple(tuple(float(x) for x in np.percentile(v, _PERCENTILES)) for v in self.values)  # type: ignore[misc]

    def above(self, line: float) -> tuple[Count, ...]:
        """Who lies above a line, by arm."""
        return tuple(Count(int((v > line).sum()), len(v)) for v in self.values)

    def within(self, low: float, high: float) -> tuple[Count, ...]:
        """Who lies between two lines, by arm."""
        return tuple(Count(int(((v >= low) & (v <= high)).sum()), len(v)) for v in self.values)

    def grid(self) -> Array:
        """Values that hold nearly everybody of every arm, from zero where no reading is negative."""
        ends = [np.percentile(v, _FAR_OUT) for v in self.values if len(v)] or [np.array([0.0, 1.0])]
        low, high = min(float(e[0]) for e in ends), max(float(e[1]) for e in ends)
        start = 0.0 if low >= 0 else low * _BEYOND
        return np.linspace(start, max(high * _BEYOND, start + 1e-9), _GRID)

    def densities(self, grid: Array) -> tuple[Array, ...]:
        """How densely people lie at the values of a grid, by arm, per unit of the outcome."""
        return tuple(_density(v, grid) for v in self.values)


@dataclass(frozen=True, slots=True)
class Point:
    """An arm in a dose-response: the mean dose per day, and 5, 25, 50, 75 and 95 % of its people."""

    arm: str
    dose: float
    spread: tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Response:
    """Arms that differ in the dose of one nutrient alone. Those not given day by day stand ``apart``."""

    nutrient: str
    form: str | None
    daily: tuple[Point, ...]  # by rising dose
    apart: tuple[Point, ...]


class Findings:
    """The readings of a finished trial."""

    def __init__(self, trial: Trial, folder: Path) -> None:
        self.trial = trial
        self._file = folder / READINGS

    def levels(self, outcome: str, day: float) -> Levels:
        """An outcome on a day on which it was read. Raises ``KeyError`` for any other."""
        if outcome not in self.trial.outcomes or day not in self.trial.observed:
            raise KeyError(f"{outcome} on day {day:g}")
        at = self.trial.observed.index(day)
        return self._levels(outcome, day, tuple(v[at] for v in self._readings(outcome)))

    def course(self, outcome: str) -> tuple[tuple[tuple[float, float, float, float, float], ...], ...]:
        """5, 25, 50, 75 and 95 % of an outcome, by arm and day."""
        read = self._readings(outcome)
        by_day = [
            self._levels(outcome, day, tuple(values[i] for values in read)).percentiles()
            for i, day in enumerate(self.trial.observed)
        ]
        return tuple(zip(*by_day, strict=True))

    def highest(self, outcome: str) -> Levels:
        """The highest reading of each person after the start."""
        later = [i for i, day in enumerate(self.trial.observed) if day > 0] or [0]
        values = tuple(v[later].max(axis=0) for v in self._readings(outcome))
        return self._levels(outcome, self.trial.days, values)

    def response(self, levels: Levels) -> Response | None:
        """What the dose of one nutrient does to levels; None where no arms differ in a dose alone."""
        found = [_response(self.trial, nutrient, levels) for nutrient in _given(self.trial)]
        known = [r for r in found if len({p.dose for p in (*r.daily, *r.apart)}) > 1]
        return max(known, key=lambda r: (len({p.dose for p in r.daily}), len(r.apart)), default=None)

    def _levels(self, outcome: str, day: float, values: tuple[Array, ...]) -> Levels:
        arms = tuple(arm.name for arm in self.trial.arms)
        return Levels(outcome, day, arms, tuple(v[np.isfinite(v)].astype(float) for v in values))

    def _readings(self, outcome: str) -> list[Array]:
        """Readings of each arm, of shape (days, people)."""
        arms, days = len(self.trial.arms), len(self.trial.observed)
        parts: list[list[Array]] = [[] for _ in range(arms)]
        with pq.ParquetFile(self._file) as file:
            for group in range(file.num_row_groups):
                column = file.read_row_group(group, columns=[outcome]).column(0).to_numpy()
                parts[group % arms].append(column.reshape(days, -1))
        return [np.concatenate(of_arm, axis=1) for of_arm in parts]


def usual(outcome: str) -> tuple[float, float] | None:
    """The range that laboratories print for women, or None; of 25(OH)D, from enough to reason for concern."""
    lab = load().lab(outcome, "female")
    if lab is None or lab.reference_low is None or lab.reference_high is None:
        return None
    return lab.reference_low, lab.reference_high


def limit(outcome: str) -> float | None:
    """The line above which people are counted, or None where no table names one.

    Of 25(OH)D that from which a body names reason for concern; of others the upper cut of the table of laboratories.
    """
    if outcome == "25OHD":
        return load().enough_to_concern(outcome)[1]
    lab = load().lab(outcome, "female")
    return None if lab is None else lab.high_cut


def _density(values: Array, grid: Array) -> Array:
    """A Gaussian kernel over binned values, folded back at zero where no reading can be negative."""
    if len(values) < 2 or np.ptp(values) == 0:
        return np.zeros(len(grid))
    quarter, three = np.percentile(values, [25, 75])
    spread = min(values.std(), (three - quarter) / 1.34) or values.std()  # Silverman 1986, 3.31
    width = 0.9 * spread * len(values) ** -0.2
    counts, edges = np.histogram(values, bins=_BINS)
    middles = (edges[:-1] + edges[1:]) / 2
    weights = counts / (len(values) * width * math.sqrt(2 * math.pi))
    found = np.exp(-(((grid[:, None] - middles) / width) ** 2) / 2) @ weights
    if values.min() >= 0:
        found += np.exp(-(((grid[:, None] + middles) / width) ** 2) / 2) @ weights
    return np.asarray(found)


def _given(trial: Trial) -> tuple[str, ...]:
    return tuple(dict.fromkeys(give.nutrient for arm in trial.arms for give in arm.give))


def daily_dose(give: Give, days: float) -> float:
    """The mean amount per day over a trial."""
    if give.at:
        return give.amount * len(give.at) / days
    lasting = max(0.0, min(days, give.end or days) - give.begin)
    return give.amount * max(1, len(give.moments)) / give.every * lasting / days


def _response(trial: Trial, nutrient: str, levels: Levels) -> Response:
    """The largest set of arms that are alike but for doses of this nutrient in one form."""
    spreads = dict(zip(levels.arms, levels.percentiles(), strict=True))
    best = Response(nutrient, None, (), ())
    for likeness, form in _kinds(trial, nutrient):
        alike = [arm for arm in trial.arms if _rest(arm, nutrient) == likeness and _form(arm, nutrient) in (form, "")]
        daily: list[Point] = []
        apart: list[Point] = []
        for arm in alike:
            doses = [give for give in arm.give if give.nutrient == nutrient]
            point = Point(arm.name, sum(daily_dose(give, trial.days) for give in doses), spreads[arm.name])
            (daily if all(_steady(give, trial.days) for give in doses) else apart).append(point)
        found = Response(nutrient, form or None, tuple(sorted(daily, key=lambda p: p.dose)), tuple(apart))
        if len(found.daily) + len(found.apart) > len(best.daily) + len(best.apart):
            best = found
    return best


def _kinds(trial: Trial, nutrient: str) -> Iterator[tuple[Arm, str]]:
    for arm in trial.arms:
        if form := _form(arm, nutrient):
            yield _rest(arm, nutrient), form


def _rest(arm: Arm, nutrient: str) -> Arm:
    """An arm without its name and what it gives of a nutrient."""
    return replace(arm, name="", give=tuple(give for give in arm.give if give.nutrient != nutrient))


def _form(arm: Arm, nutrient: str) -> str:
    """The one form of a nutrient that an arm gives, "" where it gives none, "?" where it gives several."""
    forms = {give.form or "-" for give in arm.give if give.nutrient == nutrient}
    return forms.pop() if len(forms) == 1 else "?" if forms else ""


def _steady(give: Give, days: float) -> bool:
    return not give.at and give.every <= 1 and give.begin == 0 and (give.end is None or give.end >= days)
