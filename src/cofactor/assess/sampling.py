"""Adaptive importance sampling in a space of standard normal traits: proposals, weights, and resampling.

Source of the method: multiple importance sampling with the balance heuristic (Veach & Guibas 1995), used adaptively
(Cornuet et al. 2012, AMIS). The prior is one of the proposals, so that no weight can exceed the likelihood ratio times
the share of prior draws: a proposal that misses a part of the posterior costs accuracy, not correctness.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def normals(count: int, width: int, seed: int) -> Array:
    """Standard normal vectors in opposite pairs, shape (count, width): their mean is exactly that of the normal."""
    half = np.random.default_rng(seed).standard_normal((-(-count // 2), width))
    return np.concatenate([half, -half])[:count]


@dataclass(frozen=True, eq=False)
class Proposal:
    """A normal distribution of traits; ``spread`` is the lower Cholesky factor of its covariance."""

    mean: Array
    spread: Array

    @classmethod
    def prior(cls, width: int) -> Proposal:
        """The standard normal distribution that traits have before any lab."""
        return cls(np.zeros(width), np.eye(width))

    def draw(self, count: int, seed: int) -> Array:
        """Vectors of traits, shape (count, traits)."""
        return np.asarray(self.mean + normals(count, len(self.mean), seed) @ self.spread.T)

    def log_density(self, vectors: Array) -> Array:
        """Logarithm of the density, without the constant that all proposals share."""
        scaled = np.linalg.solve(self.spread, (vectors - self.mean).T)
        return np.asarray(-0.5 * (scaled**2).sum(axis=0) - np.log(np.diag(self.spread)).sum())


@dataclass(frozen=True, eq=False)
class Line:
    """Log levels as a linear function of the traits near where it was fitted: ``level = at + slope z``.

    ``left_over`` is the variance that the line leaves; ``read`` and ``noise`` are the logarithms of the readings and
    their standard deviations, which are infinite for a reading that says nothing more than is expected already.
    """

    at: Array  # (labs,)
    slope: Array  # (labs, traits)
    left_over: Array  # (labs,)
    read: Array
    noise: Array

    def proposal(self, widening: float) -> Proposal:
        """The posterior of the line (the Kalman update), with the variance of the readings widened."""
        heard = np.isfinite(self.noise)
        slope = self.slope[heard]
        noise = np.diag(widening * (self.noise**2 + self.left_over)[heard])
        gain = np.linalg.solve(slope @ slope.T + noise, slope).T
        covariance = np.eye(slope.shape[1]) - gain @ slope
        return Proposal(gain @ (self.read - self.at)[heard], np.asarray(np.linalg.cholesky(covariance), float))

    def surprise(self, counted: float = 1.0) -> float:
        """Probability, before the labs are known, of readings at least this far from what is expected.

        ``counted`` is the power of their likelihood: the variance of every reading is divided by it.
        """
        heard = np.isfinite(self.noise)
        slope, off = self.slope[heard], (self.read - self.at)[heard]
        covariance = slope @ slope.T + np.diag((self.noise**2 / counted + self.left_over)[heard])
        return _chi_square_tail(float(off @ np.linalg.solve(covariance, off)), len(off)) if len(off) else 1.0

    def surprises(self) -> Array:
        """The same for each reading alone."""
        variance = (self.slope**2).sum(axis=1) + self.noise**2 + self.left_over
        square = (self.read - self.at) ** 2 / variance
        return np.array([_chi_square_tail(float(s), 1) for s in square])

    def believable(self, least: float) -> float:
        """The largest power of the likelihood, up to 1, at which the readings together are at least this probable."""
        return largest_power(lambda power: self.surprise(power) >= least)


def fit_line(vectors: Array, predicted: Array, read: Array, noise: Array) -> Line:
    """Least squares of log levels on traits; a small ridge keeps traits that move nothing at nothing."""
    centred = vectors - vectors.mean(axis=0)
    levels = predicted - predicted.mean(axis=0)
    gram = centred.T @ centred + np.eye(vectors.shape[1])
    slope = np.linalg.solve(gram, centred.T @ levels).T
    left_over = (levels - centred @ slope.T).var(axis=0)
    at = predicted.mean(axis=0) - slope @ vectors.mean(axis=0)
    return Line(at, slope, left_over, read, noise)


@dataclass(frozen=True, eq=False)
class Pool:
    """The draws of all rounds so far with the log-likelihood of each. ``rounds`` are (proposal, number drawn)."""

    rounds: Sequence[tuple[Proposal, int]]
    vectors: Array
    log_likelihood: Array

    @cached_property
    def log_ratio(self) -> Array:
        """Log of the prior's density over that of the mixture of all proposals, at each draw."""
        width = self.vectors.shape[1]
        parts = [math.log(n / len(self.vectors)) + p.log_density(self.vectors) for p, n in self.rounds]
        return np.asarray(Proposal.prior(width).log_density(self.vectors) - np.logaddexp.reduce(parts))

    def weights(self, power: float = 1.0) -> Array:
        """Weights that add to 1, with the likelihood raised to ``power``."""
        logs = power * self.log_likelihood + self.log_ratio
        weights = np.exp(logs - logs.max())
        return np.asarray(weights / weights.sum())

    def tempered(self, enough: float) -> tuple[float, Array]:
        """The largest power of the likelihood, up to 1, that leaves ``enough`` effective draws; and its weights."""
        power = largest_power(lambda power: effective(self.weights(power)) >= enough)
        return power, self.weights(power)


def largest_power(enough: Callable[[float], bool]) -> float:
    """The largest power up to 1 at which something holds that holds at 0 and ceases to hold once."""
    low, high = 0.0, 1.0
    if enough(1.0):
        return 1.0
    for _ in range(30):
        power = (low + high) / 2
        low, high = (power, high) if enough(power) else (low, power)
    return low


def effective(weights: Array) -> float:
    """Number of independent draws that weighted ones are worth (Kish 1965)."""
    return float(1.0 / np.sum(weights**2))


def resample(weights: Array, count: int, seed: int) -> NDArray[np.int64]:
    """Systematic resampling: each draw appears as often as its weight, to within one."""
    start = np.random.default_rng(seed).random()
    places = (start + np.arange(count)) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), places), len(weights) - 1).astype(np.int64)


def _chi_square_tail(square: float, freedom: int) -> float:
    """P(X >= square) of a chi-square variable, by the finite sums of Abramowitz & Stegun 26.4.4 and 26.4.5."""
    if square <= 0:
        return 1.0
    half, log_half = square / 2, math.log(square / 2)
    if freedom % 2 == 0:
        return min(1.0, math.fsum(math.exp(k * log_half - half - math.lgamma(k + 1)) for k in range(freedom // 2)))
    odd = [math.exp((k + 0.5) * log_half - half - math.lgamma(k + 1.5)) for k in range(freedom // 2)]
    return min(1.0, math.erfc(math.sqrt(half)) + math.fsum(odd))
