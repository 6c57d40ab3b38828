"""Ages of a population: cut off at bounds, and still with the mean and the SD that were asked for.

A normal distribution that is cut off has another mean and a smaller SD than it had whole. So its shape ``exp(a x + b
x²)`` between the bounds is solved for: a normal one where there is room, flatter where the SD is wide for the bounds.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from cofactor.person.traits import covariate
from cofactor.said import Said
from cofactor.trial.types import Spread

Array = NDArray[np.float64]

_POINTS = 2001
_AROUND = 8.0  # SDs about the mean in which the shape is drawn
_FAR = 4.0  # SDs at which people of a trial without bounds end, where an earlier bound does not end them
_HEAPED = 1.25  # widest SD over that of the flattest single heap: beyond, people would stand in two heaps at the bounds
_Z_MOST = 8.0


def span(spread: Spread) -> tuple[float, float, float, float]:
    """Mean, SD and bounds of the ages of people, with what is not said filled in. It needs a mean or no bounds."""
    mean = covariate("trial_age") if spread.mean is None else spread.mean
    youngest, oldest = covariate("trial_age_youngest"), max(covariate("trial_age_oldest"), mean)
    low, high = youngest if spread.low is None else spread.low, oldest if spread.high is None else spread.high
    if spread.sd is None:  # two spreads fit below the mean and two above
        return mean, min(covariate("trial_age_spread"), (mean - low) / 2, (high - mean) / 2), low, high
    if spread.low is None:
        low = max(youngest, mean - _FAR * spread.sd)
    if spread.high is None:  # so that the very old keep the SD that is asked of them
        high = min(mean + _FAR * spread.sd, max(oldest, mean + 2 * spread.sd))
    return mean, spread.sd, low, high


def too_wide(spread: Spread) -> Said | None:
    """Say which SD would fit, where the one asked for does not fit between the bounds about the mean."""
    if spread.mean is None or spread.sd is None:
        return None
    mean, sd, low, high = span(spread)
    most = _HEAPED * _flattest(mean, low, high)
    if sd <= most:
        return None
    return Said(
        "an SD of at most {most:.2g} about {mean:g} from {low:g} to {high:g}",
        most=most,
        mean=mean,
        low=math.ceil(low),
        high=math.floor(high),
    )


def of_normal(spread: Spread, z: Array) -> Array:
    """Ages of people with these standard normal numbers, in their order."""
    mean, sd, low, high = span(spread)
    if sd <= 0 or high <= low:
        return np.full(len(z), mean)
    normal, age = _quantiles(mean, sd, low, high)
    return np.asarray(np.interp(z, normal, age))


def _flattest(mean: float, low: float, high: float) -> float:
    """SD of the flattest shape of one heap with this mean: evenly spread, or falling off exponentially from a bound."""
    if not low < mean < high:
        return 0.0
    x = np.linspace(low, high, _POINTS) - mean
    below, above = -1e3 / (high - low), 1e3 / (high - low)
    for _ in range(200):  # bisection for the slope with which the mean is 0
        slope = (below + above) / 2
        below, above = (slope, above) if _moments(slope, 0.0, x)[0] < 0 else (below, slope)
    return math.sqrt(_moments((below + above) / 2, 0.0, x)[1])


def _weights(a: float, b: float, x: Array) -> Array:
    power = a * x + b * x**2
    ends = np.where((x == x[0]) | (x == x[-1]), 0.5, 1.0)  # trapezoid rule
    found = ends * np.exp(power - power.max())
    return np.asarray(found / found.sum())


def _moments(a: float, b: float, x: Array) -> tuple[float, float]:
    """Mean and variance of the shape."""
    p = _weights(a, b, x)
    mean = float(p @ x)
    return mean, float(p @ (x - mean) ** 2)


@lru_cache(maxsize=256)
def _quantiles(mean: float, sd: float, low: float, high: float) -> tuple[Array, Array]:
    """Standard normal numbers, and the ages that stand at the same quantile."""
    low, high = max(low, mean - _AROUND * sd), min(high, mean + _AROUND * sd)
    x = np.linspace((low - mean) / sd, (high - mean) / sd, _POINTS)
    a, b = _shape(x)
    density = np.exp(a * x + b * x**2 - (a * x + b * x**2).max())
    share = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    share /= share[-1]
    inside = (share > 0) & (share < 1)
    normal = np.array([NormalDist().inv_cdf(float(part)) for part in share[inside]])
    z = np.concatenate([[-_Z_MOST], np.clip(normal, -_Z_MOST, _Z_MOST), [_Z_MOST]])
    age = mean + sd * np.concatenate([x[:1], x[inside], x[-1:]])
    return z, age


def _shape(x: Array) -> tuple[float, float]:
    """The ``a`` and ``b`` with which the mean is 0 and the variance 1, by Newton's method on a convex function."""

    def off(shape: Array) -> tuple[float, Array, Array]:
        """What is least at the shape wanted, its gradient, and its second derivatives."""
        power = shape[0] * x + shape[1] * x**2
        p = _weights(shape[0], shape[1], x)
        powers = np.stack([x, x**2])
        mean = powers @ p
        whole = power.max() + math.log(np.exp(power - power.max()).mean())
        return whole - shape[1], mean - (0.0, 1.0), (powers * p) @ powers.T - np.outer(mean, mean)

    shape = np.array([0.0, -0.5])
    here, gradient, bend = off(shape)
    for _ in range(200):
        step = np.linalg.solve(bend + 1e-12 * np.eye(2), gradient)
        share = 1.0
        while off(shape - share * step)[0] > here + 1e-14 and share > 1e-6:
            share /= 2
        shape = shape - share * step
        here, gradient, bend = off(shape)
        if np.abs(gradient).max() < 1e-10:
            break
    return float(shape[0]), float(shape[1])
