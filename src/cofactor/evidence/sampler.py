"""Sequential Monte Carlo: equally likely sets from a posterior, from a Gaussian wide enough to hold it.

The target moves from the Gaussian to the posterior by powers (Neal 2001, annealed importance sampling; Del Moral 2006),
each step as large as leaves half of the sets effective; after each, sets are resampled and moved by random walks with
the spread that they then have (Haario 2001). All sets are evaluated together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Density = Callable[[Array], Array]

_MOVES, _LAST_MOVES = 5, 50  # random walks after each step, and at the end
_OPTIMAL = 2.38  # over the root of the dimension: scale of a random walk (Gelman, Roberts and Gilks 1996)
_WANTED, _LEARN = 0.25, 1.3  # share of moves to accept, and how fast the scale follows it


@dataclass(eq=False)
class _Cloud:
    sets: Array
    target: Array  # log density of the posterior
    base: Array  # log density of the Gaussian
    power: float = 0.0

    def log(self) -> Array:
        return np.asarray(self.power * self.target + (1 - self.power) * self.base)


def sample(density: Density, centre: Array, covariance: Array, sets: int, seed: int = 1) -> tuple[Array, float]:
    """Sets from the posterior with log ``density``, shape (sets, numbers), and the share of last moves accepted."""
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(covariance)
    normal = rng.standard_normal((sets, len(centre)))
    begin = centre + normal @ root.T
    cloud = _Cloud(begin, density(begin), -0.5 * (normal**2).sum(axis=1))

    def base(at: Array) -> Array:
        return np.asarray(-0.5 * (np.linalg.solve(root, (at - centre).T) ** 2).sum(axis=0))

    scale, accepted = 1.0, 0.0
    while cloud.power < 1:
        step = _next_power(cloud)
        weight = np.exp((log := (step - cloud.power) * (cloud.target - cloud.base)) - log.max())
        rows = _resample(weight / weight.sum(), rng)
        cloud = _Cloud(cloud.sets[rows], cloud.target[rows], cloud.base[rows], step)
        for _ in range(_MOVES if step < 1 else _LAST_MOVES):
            accepted = _move(cloud, density, base, scale, rng)
            scale *= _LEARN if accepted > _WANTED else 1 / _LEARN
    return cloud.sets, accepted


def _next_power(cloud: _Cloud) -> float:
    """The largest power, up to 1, that leaves half of the sets effective."""
    gain = cloud.target - cloud.base

    def effective(power: float) -> float:
        weight = np.exp((log := (power - cloud.power) * gain) - log.max())
        return float(weight.sum() ** 2 / (weight**2).sum())

    if effective(1.0) >= len(gain) / 2:
        return 1.0
    low, high = cloud.power, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(middle) >= len(gain) / 2 else (low, middle)
    return high


def _resample(weight: Array, rng: np.random.Generator) -> NDArray[np.int64]:
    places = (rng.random() + np.arange(len(weight))) / len(weight)
    return np.minimum(np.searchsorted(np.cumsum(weight), places), len(weight) - 1).astype(np.int64)


def _move(cloud: _Cloud, density: Density, base: Density, scale: float, rng: np.random.Generator) -> float:
    """One random walk of every set. Returns the share that moved."""
    count, size = cloud.sets.shape
    spread = np.cov(cloud.sets.T) + 1e-12 * np.eye(size)
    walk = rng.standard_normal((count, size)) @ np.linalg.cholesky(spread).T
    tried = cloud.sets + scale * _OPTIMAL / np.sqrt(size) * walk
    new = _Cloud(tried, density(tried), base(tried), cloud.power)
    yes = np.log(rng.random(count)) < new.log() - cloud.log()
    for name in ("sets", "target", "base"):
        getattr(cloud, name)[yes] = getattr(new, name)[yes]
    return float(yes.mean())
