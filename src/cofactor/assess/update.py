"""What a person's labs say about their body: importance sampling over possible bodies.

Each possible body lives the person's recorded days (diet, supplements with their dates, the seasons at their latitude)
up to today, and is weighted by how well it meets the labs: a reading is log-normal around the person's own level, with
assay and within-person variation. The first draw is from the prior; a regression of the logarithms of its levels on its
open traits gives the Gaussian posterior of the linearised model (the Kalman update), and the second draw is from that,
widened a little, with importance weights against the model itself. What comes out is a set of equally likely bodies and
how many independent ones they are worth. Where too few remain, the labs count for less until enough do, and that is
said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cofactor.facts.load import load
from cofactor.model.tables import outcomes as outcome_table
from cofactor.person.body import Array, Members, State, Subject, live, members, past, settle, subject, take
from cofactor.person.types import Case, LabResult

HISTORY_DAYS = 365  # at least a year, so that today's season is that of this person
OLDEST_LAB_DAYS = 730  # older results say little about the habits of today
DRAWN = 300  # possible bodies of one round
KEPT = 200  # equally likely bodies handed on
ENOUGH = 30.0  # effective bodies below which the labs are made to count for less
WIDENING = 1.5  # of the readings' variance in the second draw: its tails must be wider than the target's
SURPRISE = 1e-3  # prior probability of labs as far off as these, below which model and labs are said to disagree


@dataclass(frozen=True, eq=False)
class Posterior:
    """Equally likely bodies of one person, today.

    ``effective`` is the number of independent bodies that the weighted draw is worth (Kish 1965); ``used`` the labs
    that entered; ``surprise`` the prior probability of labs at least as far from expectation (1 where there are none);
    ``counted`` the power to which the likelihood of the labs was raised (1 unless too few bodies met them).
    """

    members: Members
    state: State
    effective: float
    used: tuple[LabResult, ...]
    surprise: float
    counted: float

    @property
    def disagrees(self) -> bool:
        """Whether the labs lie where no body of this person was expected: a wrong entry, or something unknown."""
        return self.surprise < SURPRISE or self.counted < 1


def posterior(case: Case, seed: int = 1) -> Posterior:
    """Update from all labs of the last two years that the model reports. A case and a seed give the same bodies."""
    of = subject(case)
    used = informative(case)
    oldest = max(((case.today - r.date).days for r in used), default=0)
    days = max(HISTORY_DAYS, oldest + HISTORY_DAYS // 2)
    if not used:
        drawn, state, _ = _round(of, of.draw(KEPT, seed), used, days)
        return Posterior(drawn, state, float(KEPT), (), 1.0, 1.0)
    drawn, _, first = _round(of, of.draw(DRAWN, seed), used, days)
    line = _linearise(drawn.vectors, first)
    vectors, log_ratio = line.draw(DRAWN, seed + 1)
    drawn, state, second = _round(of, vectors, used, days)
    power, weights = _temper(second.log_likelihood, log_ratio)
    chosen, state = take(drawn, state, _resample(weights, KEPT, seed))
    return Posterior(chosen, state, _effective(weights), used, line.surprise(), power)


def informative(case: Case) -> tuple[LabResult, ...]:
    """Labs that the model reports, not older than two years, in order of date."""
    reported = {o.id for o in outcome_table()}
    recent = [r for r in case.labs if r.analyte in reported and (case.today - r.date).days <= OLDEST_LAB_DAYS]
    return tuple(sorted((r for r in recent if reading_sd(r, case) is not None), key=lambda r: (r.date, r.analyte)))


def reading_sd(result: LabResult, case: Case) -> float | None:
    """Log-SD of one reading around the person's own level: assay and within-person variation together."""
    lab = load().lab(result.analyte, case.person.sex)
    if lab is None or lab.assay_cv is None:
        return None
    return math.hypot(lab.assay_cv, lab.within_person_cv or 0.0)


@dataclass(frozen=True, eq=False)
class _Fit:
    """Logarithms of the levels of each body at each lab, shape (bodies, labs), of the readings, and their spread."""

    predicted: Array
    read: Array
    spread: Array
    log_likelihood: Array


def _round(of: Subject, vectors: Array, used: tuple[LabResult, ...], days: int) -> tuple[Members, State, _Fit]:
    drawn = members(of, vectors)
    history = past(of, days)
    begin = settle(drawn, history[0])
    analytes = tuple(dict.fromkeys(r.analyte for r in used)) or ("25OHD",)
    when = sorted({float((r.date - of.case.today).days) for r in used})
    values, state = live(drawn, begin, history, 0.0, when, analytes)
    levels = [values[:, when.index((r.date - of.case.today).days), analytes.index(r.analyte)] for r in used]
    return drawn, state, _fit(levels, used, of.case)


def _fit(levels: list[Array], used: tuple[LabResult, ...], case: Case) -> _Fit:
    spread = np.array([reading_sd(r, case) or math.nan for r in used])
    read = np.log([r.value for r in used])
    if not used:
        return _Fit(np.zeros((0, 0)), read, spread, np.zeros(0))
    predicted = np.log(np.maximum(np.stack(levels, axis=1), 1e-9))
    log_likelihood = np.zeros(len(predicted))
    for i, result in enumerate(used):
        log_likelihood += _log_probability((read[i] - predicted[:, i]) / spread[i], result.operator)
    return _Fit(predicted, read, spread, log_likelihood)


def _log_probability(distance: Array, operator: str) -> Array:
    """Of a reading at that distance; of one that is only known to lie below (``<``) or above (``>``)."""
    if operator == "=":
        return np.asarray(-0.5 * distance**2)
    sign = 1.0 if operator == "<" else -1.0
    tail = np.array([0.5 * math.erfc(-sign * d / math.sqrt(2)) for d in distance])
    return np.asarray(np.log(np.maximum(tail, 1e-300)))


def _weights(log_weights: Array) -> Array:
    w = np.exp(log_weights - log_weights.max())
    return np.asarray(w / w.sum())


def _effective(weights: Array) -> float:
    return float(1.0 / np.sum(weights**2))


@dataclass(frozen=True, eq=False)
class _Line:
    """Log levels as a linear function of the open traits: ``level = at + slope z``, with what the line leaves over."""

    at: Array  # (labs,)
    slope: Array  # (labs, traits)
    left_over: Array  # variance, (labs,)
    read: Array
    spread: Array

    def _gain(self, widening: float) -> tuple[Array, Array]:
        """Mean and covariance of the traits given the readings, for prior N(0, 1) and Gaussian readings."""
        noise = np.diag(widening * (self.spread**2 + self.left_over))
        gain = np.linalg.solve(self.slope @ self.slope.T + noise, self.slope).T
        mean = gain @ (self.read - self.at)
        return mean, np.eye(self.slope.shape[1]) - gain @ self.slope

    def draw(self, count: int, seed: int) -> tuple[Array, Array]:
        """Traits from the widened posterior of the line, and the log of prior over proposal density for each."""
        mean, covariance = self._gain(WIDENING)
        root = np.linalg.cholesky(covariance)
        normal = np.random.default_rng(seed).standard_normal((count, len(mean)))
        vectors = mean + normal @ root.T
        log_ratio = -0.5 * (vectors**2).sum(axis=1) + 0.5 * (normal**2).sum(axis=1)
        return vectors, np.asarray(log_ratio)

    def surprise(self) -> float:
        """Prior predictive probability of readings at least this far out."""
        covariance = self.slope @ self.slope.T + np.diag(self.spread**2 + self.left_over)
        off = self.read - self.at
        return _chi_square_tail(float(off @ np.linalg.solve(covariance, off)), len(off))


def _linearise(vectors: Array, fit: _Fit) -> _Line:
    """Least squares of the log levels on the traits; a small ridge keeps traits that move nothing at nothing."""
    centred = vectors - vectors.mean(axis=0)
    levels = fit.predicted - fit.predicted.mean(axis=0)
    gram = centred.T @ centred + np.eye(vectors.shape[1])
    slope = np.linalg.solve(gram, centred.T @ levels).T
    left_over = (levels - centred @ slope.T).var(axis=0)
    at = fit.predicted.mean(axis=0) - slope @ vectors.mean(axis=0)
    return _Line(at, slope, left_over, fit.read, fit.spread)


def _temper(log_likelihood: Array, log_ratio: Array) -> tuple[float, Array]:
    """The largest power of the likelihood, up to 1, that leaves enough effective bodies; and the weights with it."""
    low, high = 0.0, 1.0
    weights = _weights(log_likelihood + log_ratio)
    if _effective(weights) >= ENOUGH:
        return 1.0, weights
    for _ in range(30):
        power = (low + high) / 2
        enough = _effective(_weights(power * log_likelihood + log_ratio)) >= ENOUGH
        low, high = (power, high) if enough else (low, power)
    return low, _weights(low * log_likelihood + log_ratio)


def _chi_square_tail(square: float, freedom: int) -> float:
    """P(X >= square) of a chi-square variable, by the finite sums of Abramowitz & Stegun 26.4.4 and 26.4.5."""
    half = square / 2
    if freedom % 2 == 0:
        terms = [half**k / math.factorial(k) for k in range(freedom // 2)]
        return math.exp(-half) * math.fsum(terms)
    tail = math.erfc(math.sqrt(half))
    terms = [half ** (k + 0.5) / math.gamma(k + 1.5) for k in range(freedom // 2)]
    return tail + math.exp(-half) * math.fsum(terms)


def _resample(weights: Array, count: int, seed: int) -> NDArray[np.int64]:
    """Systematic resampling: each body appears as often as its weight, to within one."""
    start = np.random.default_rng(seed).random()
    places = (start + np.arange(count)) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1).astype(np.int64)
