"""What calibration solves: which numbers may move and how far, what they are held to, and how far off a set of them is.

The numbers are those of ``model/parameters.csv`` and ``tables/trial_layer.csv`` that have a ``prior_value``. They are
held to the arms of the published trials (25(OH)D, D3 in serum and fat) and to the acceptance tests. Errors of an arm
are its own (assay, sampling, reading of the table) and shared by the arms of a trial; a row from memory counts less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from cofactor.engine.generate import human
from cofactor.engine.program import Program
from cofactor.errors import CofactorError
from cofactor.evidence import acceptance
from cofactor.evidence.acceptance import Statistic
from cofactor.evidence.arms import Arm, arms
from cofactor.evidence.layer import draws, layer
from cofactor.evidence.observed import Measure, Observation
from cofactor.evidence.predict import predict
from cofactor.evidence.published import Kind, parse, shipped
from cofactor.evidence.reasons import Rule
from cofactor.facts.types import Trust
from cofactor.model.tables import parameters

Array = NDArray[np.float64]

# Errors of the fit, as chosen with the vitamin D block (vitamin_d_block.py, class Data): nmol/L, and parts of a value.
_OWN, _OWN_PART, _SHARED_PART, _FROM_MEMORY = 3.0, 0.08, 0.11, 1.3
_D3_OWN, _D3_PART, _D3_SHARED = 2.0, 0.2, 0.15
_FAT_PART, _AREA, _AREA_PART, _RATIO_PART, _DIFFERENCE = 0.35, 30.0, 0.25, 0.25, 5.0
_FITTED = ("25OHD", "25OHD3", "25OHD2", "D3", "fat_D3", "store_D3")
_TIGHT = 40.0  # weight of a miss beyond the range of an acceptance test, in widths of the range: a wall, not a slope
_INSIDE = 0.05  # the wall begins this part of the width inside
_HOPELESS = 30.0  # residual where a set of constants cannot be simulated


@dataclass(frozen=True, slots=True)
class Moved:
    """A number that calibration may move: its prior is normal on ``scale`` (log, logit or linear)."""

    id: str
    scale: str
    prior_value: float
    prior_sd: float
    of_trial_layer: bool

    def inward(self, value: float) -> float:
        """Value -> the scale on which the prior is normal."""
        if self.scale == "log":
            return float(np.log(value))
        return float(np.log(value / (1 - value))) if self.scale == "logit" else float(value)

    def outward(self, at: Array) -> Array:
        """Back to the value."""
        if self.scale == "log":
            return np.asarray(np.exp(at))
        return np.asarray(1 / (1 + np.exp(-at))) if self.scale == "logit" else np.asarray(at)


@cache
def moved() -> tuple[Moved, ...]:
    """Everything that calibration may move, constants of the model first."""
    found = []
    for p in parameters():
        if p.prior_value is not None:
            width = p.prior_log_sd or p.prior_sd or 0.0
            found.append(Moved(p.id, "log" if p.prior_log_sd else "linear", p.prior_value, width, False))
    found += [
        Moved(r.id, r.scale, r.prior_value, r.prior_sd, True)
        for r in layer().values()
        if r.scale != "fixed" and r.prior_sd is not None and r.moved
    ]
    return tuple(found)


@cache
def fit_arms() -> tuple[Arm, ...]:
    """The arms that calibration sees: the shipped trials and cohorts."""
    text = files("cofactor.evidence").joinpath("tables", "cohorts.csv").read_text(encoding="utf-8")
    found, _ = arms((*shipped(Kind.VITAMIN_D), *parse(text, "cohorts.csv")))
    return found


@dataclass(frozen=True, eq=False)
class Data:
    """Observations of the fit in the order in which :func:`predict` answers: their values, errors and trials."""

    arms: tuple[Arm, ...]
    observations: tuple[tuple[Arm, Observation], ...]
    seen: Array
    own: Array
    shared: Array
    used: NDArray[np.bool_]
    core: NDArray[np.bool_]
    trial: NDArray[np.str_]

    def whiten(self, mask: NDArray[np.bool_]) -> Array:
        """The matrix that turns the errors of the chosen observations into independent ones of size 1."""
        rows = np.flatnonzero(mask)
        root = np.zeros((len(rows), len(rows)))
        for trial in np.unique(self.trial[rows]):
            of = np.flatnonzero(self.trial[rows] == trial)
            k = rows[of]
            covariance = np.diag(self.own[k] ** 2) + np.outer(self.shared[k], self.shared[k])
            root[np.ix_(of, of)] = np.linalg.inv(np.linalg.cholesky(covariance))
        return root


@cache
def data() -> Data:
    """The observations of the shipped trials with their errors."""
    chosen = fit_arms()
    pairs = [(a, o) for a in chosen for o in a.observations]
    errors = np.array([_errors(a, o) for a, o in pairs])
    return Data(
        arms=chosen,
        observations=tuple(pairs),
        seen=np.array([o.value for _, o in pairs]),
        own=errors[:, 0],
        shared=errors[:, 1],
        used=np.array([_is_used(a, o) for a, o in pairs]),
        core=np.array([o.core for _, o in pairs]),
        trial=np.array([a.trial_id for a, _ in pairs]),
    )


def _is_used(arm: Arm, o: Observation) -> bool:
    """Whether the fit sees an observation: not what fixes the start, nor percent changes from an unknown level."""
    is_start = arm.anchor > 0 and not arm.regimen.doses and o.analyte.startswith("25OHD")
    unstarted = any(f.rule is Rule.USUAL for f in arm.filled) and o.measure is not Measure.DIFFERENCE
    return o.analyte in _FITTED and not is_start and not unstarted and o.measure is not Measure.PERCENT


def _errors(arm: Arm, o: Observation) -> tuple[float, float]:
    """Own and shared error of an observation, in its unit."""
    level = abs(o.value) + (arm.baseline if o.measure in (Measure.CHANGE, Measure.DIFFERENCE) else 0.0)
    own, shared = float(np.hypot(_OWN, _OWN_PART * level)), _SHARED_PART * level
    if o.measure is Measure.DIFFERENCE and o.comparator != "placebo":
        own, shared = _DIFFERENCE, _DIFFERENCE
    if o.measure is Measure.RATIO:
        own, shared = _RATIO_PART * o.value, 0.0
    if o.measure is Measure.AREA:
        own, shared = _AREA_PART * o.value + _AREA, 0.0
    if o.analyte == "D3" and o.measure is Measure.CHANGE:
        own, shared = _D3_PART * abs(o.value) + _D3_OWN, _D3_SHARED * abs(o.value)
    if o.analyte in ("fat_D3", "store_D3") or (o.analyte == "D3" and o.measure is Measure.LEVEL):
        own, shared = _FAT_PART * o.value, 0.0
    return own * (_FROM_MEMORY if o.row.trust is Trust.RECALL else 1.0), shared


@dataclass(frozen=True, eq=False)
class Problem:
    """Sets of numbers -> residuals.

    Another ``program`` is a rival structure; ``fixed`` holds numbers where they are.
    """

    moved: tuple[Moved, ...]
    program: Program
    with_tests: bool = True
    fixed: Mapping[str, float] = field(default_factory=dict)  # on the prior's scale

    @property
    def mean(self) -> Array:
        """Of the prior, on its scales."""
        return np.array([m.inward(m.prior_value) for m in self.moved])

    @property
    def sd(self) -> Array:
        """Of the prior, on its scales."""
        return np.array([m.prior_sd for m in self.moved])

    def values(self, sets: Array) -> dict[str, Array]:
        """Values by name for sets on the prior's scales, shape (sets, numbers)."""
        found = {m.id: m.outward(sets[:, i]) for i, m in enumerate(self.moved)}
        for name, at in self.fixed.items():
            of = next(m for m in moved() if m.id == name)
            found[name] = np.full(len(sets), of.outward(np.array(at)))
        return found

    def predictions(self, sets: Array) -> Array:
        """What is expected of every observation, shape (sets, observations)."""
        given = draws(self.values(sets), self.program)
        return np.stack(predict(data().arms, given), axis=1)

    def tests(self, sets: Array) -> Array:
        """What every acceptance test reads, shape (sets, tests)."""
        constants = {n: v for n, v in self.values(sets).items() if n not in layer()}
        return acceptance.values(constants, self.program)

    @property
    def walls(self) -> int:
        """How many of the last residuals are walls, which are flat but for one side."""
        return len(_ranges()[0]) if self.with_tests else 0

    def residuals(self, sets: Array, mask: NDArray[np.bool_]) -> Array:
        """Distances from arms, tests and prior, each of size about 1 where all is well. Shape (sets, residuals)."""
        try:
            off = (self.predictions(sets) - data().seen)[:, mask] @ data().whiten(mask).T
            parts = [off, (sets - self.mean) / self.sd]
            if self.with_tests:
                parts.append(test_residuals(self.tests(sets)))
        except CofactorError:
            if len(sets) > 1:  # one hopeless set must not hide the others
                return np.concatenate([self.residuals(s[None], mask) for s in sets])
            count = int(mask.sum()) + len(self.moved) + (2 * len(_ranges()[0]) if self.with_tests else 0)
            return np.full((1, count), _HOPELESS)
        return np.concatenate(parts, axis=1)


@cache
def _ranges() -> tuple[NDArray[np.int64], Array, Array]:
    rows = [i for i, t in enumerate(acceptance.tests()) if t.statistic in tuple(Statistic)[:3] and not t.failing]
    low, high = (np.array([getattr(acceptance.tests()[i], end) for i in rows]) for end in ("low", "high"))
    return np.array(rows), low, high


def test_residuals(values: Array) -> Array:
    """A pull to the middle of each range (the range being its standard deviation), and a wall at its ends."""
    rows, low, high = _ranges()
    width, read = high - low, values[:, rows]
    pull = (read - (low + high) / 2) / width
    inside = _INSIDE * width
    above, below = np.maximum(read - high + inside, 0.0), np.maximum(low + inside - read, 0.0)
    return np.concatenate([pull, _TIGHT * (above - below) / width], axis=1)


def problem(*, with_tests: bool = True) -> Problem:
    """The problem as shipped: every number that may move, held to arms and tests."""
    return Problem(moved(), human(), with_tests)
