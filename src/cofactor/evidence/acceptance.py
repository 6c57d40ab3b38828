"""The acceptance tests of the model: named, sourced experiments whose outcome must lie in a range set beforehand.

``tables/experiments.csv`` says what is done to the reference adult (which constants are set, for how long, which
doses are given, and from which other experiment it goes on); ``tables/acceptance.csv`` what is read from it, what was
observed in people, and in which range the model must lie. All of them run in one batch, for one set of constants or
for many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import numpy as np

from cofactor.engine.program import Program
from cofactor.evidence.experiments import Array, Runs, run
from cofactor.facts.read import parse_rows
from cofactor.facts.types import Source


class Statistic(StrEnum):
    """What is read from the course of an experiment."""

    END = "end"
    HIGHEST = "highest"
    LOWEST = "lowest"
    IMBALANCE = "imbalance"  # change of the pools of an element minus what came in and went out
    DRIFT = "drift"  # largest relative change of any state in a day
    SHAKEN = "shaken"  # farthest relative distance of perturbed bodies from rest, eight years on


class Compare(StrEnum):
    """How it is compared with the experiment under ``against``."""

    LEVEL = "level"
    RATIO = "ratio"
    CHANGE = "change"
    RELATIVE = "relative"
    PER_YEAR = "per_year"
    PER_CALCITRIOL = "per_calcitriol"  # change per change of calcitriol, pmol/L


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One acceptance test. ``low`` to ``high`` is the range in which the model must lie, in ``unit``.

    ``readout`` is an analyte id or a symbol of the model; two are averaged. ``use`` tells whether the test was in sight
    when constants were set by hand (``tuned``) or not (``outside``). ``failing`` is why it is known not to hold.
    """

    id: str
    experiment: str
    against: str
    readout: str
    statistic: str
    compare: str
    unit: str
    low: float
    high: float
    observed: str
    use: str
    source: Source
    failing: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the model gives for a test."""

    test: Acceptance
    value: float

    @property
    def holds(self) -> bool:
        """Whether it lies in the range."""
        return self.test.low <= self.value <= self.test.high


@cache
def tests() -> tuple[Acceptance, ...]:
    """All acceptance tests, in the order of the table."""
    text = files("cofactor.evidence").joinpath("tables", "acceptance.csv").read_text(encoding="utf-8")
    return parse_rows(Acceptance, "acceptance", text.splitlines())


def verdicts(changes: Mapping[str, float] | None = None) -> tuple[Verdict, ...]:
    """Every test for the model as it stands, or with some constants changed before others are derived from them."""
    found = values({name: np.array([value]) for name, value in (changes or {}).items()})
    return tuple(Verdict(test, float(found[0, i])) for i, test in enumerate(tests()))


def values(changes: Mapping[str, Array], program: Program | None = None) -> Array:
    """What every test reads, for many sets of constants (or another structure): shape (sets, tests)."""
    runs = run(changes, program)
    return np.stack([_value(runs, test) for test in tests()], axis=1)


def _value(runs: Runs, test: Acceptance) -> Array:
    if test.statistic == Statistic.DRIFT:
        return runs.drift()
    if test.statistic == Statistic.SHAKEN:
        return runs.shaken()
    if test.statistic == Statistic.IMBALANCE:
        return np.abs(runs.imbalance(test.experiment, test.readout))
    course = _read(runs, test.experiment, test.readout)
    pick = {Statistic.END: course[:, -1], Statistic.HIGHEST: course.max(axis=1), Statistic.LOWEST: course.min(axis=1)}
    value = pick[Statistic(test.statistic)]
    if test.compare == Compare.LEVEL:
        return np.asarray(value)
    return _compared(runs, test, np.asarray(value))


def _compared(runs: Runs, test: Acceptance, value: Array) -> Array:
    other = _read(runs, test.against, test.readout)[:, -1]
    change = value - other
    if test.compare == Compare.CHANGE:
        return np.asarray(change)
    if test.compare == Compare.PER_YEAR:
        return np.asarray(change / (runs.day(test.experiment) - runs.day(test.against)) * 365)
    if test.compare == Compare.PER_CALCITRIOL:
        calcitriol = [_read(runs, name, "calcitriol")[:, -1] for name in (test.experiment, test.against)]
        return np.asarray(change / (calcitriol[0] - calcitriol[1]))
    return np.asarray(value / other if test.compare == Compare.RATIO else value / other - 1)


def _read(runs: Runs, experiment: str, readout: str) -> Array:
    return np.asarray(np.mean([runs.course(experiment, name) for name in readout.split()], axis=0))
