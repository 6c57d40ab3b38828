"""Random numbers by person: a person's draws depend on the seed, the person's number and the name of what is drawn.

Nothing else enters, so any order, share or number of threads gives the same people, and a trait that is added later
changes none of the others. The generator is Philox 4x32-10 (Salmon 2011, "Parallel random numbers: as easy as 1, 2,
3"), a counter-based one: key = seed, counter = (round, name, person).
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Words = NDArray[np.uint32]
People = NDArray[np.int64]

# Multipliers and Weyl constants of Philox 4x32 (Salmon 2011).
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_ROUNDS = 10
_LOW, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)


def philox(counter: tuple[Words, Words, Words, Words], key: tuple[int, int]) -> tuple[Words, Words, Words, Words]:
    """Philox 4x32-10: four words of 32 random bits for each counter."""
    c0, c1, c2, c3 = (word.astype(np.uint64) for word in counter)
    k0, k1 = key
    for _ in range(_ROUNDS):
        left, right = _M0 * c0, _M1 * c2
        c0, c1 = (right >> _SHIFT) ^ c1 ^ np.uint64(k0), right & _LOW
        c2, c3 = (left >> _SHIFT) ^ c3 ^ np.uint64(k1), left & _LOW
        k0, k1 = (k0 + _W0) & 0xFFFFFFFF, (k1 + _W1) & 0xFFFFFFFF
    return tuple(word.astype(np.uint32) for word in (c0, c1, c2, c3))  # type: ignore[return-value]


def uniforms(seed: int, people: People, name: str, again: int = 0) -> tuple[Array, Array]:
    """Two independent uniform numbers in (0, 1) per person, of 53 bits each; ``again`` counts repeated draws."""
    who = people.astype(np.uint64)
    same = np.ones(len(people), np.uint32)
    counter = (
        same * np.uint32(again),
        same * np.uint32(zlib.crc32(name.encode())),
        (who & _LOW).astype(np.uint32),
        (who >> _SHIFT).astype(np.uint32),
    )
    a, b, c, d = philox(counter, (seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF))
    return _unit(a, b), _unit(c, d)


def _unit(high: Words, low: Words) -> Array:
    """53 bits to the middle of one of 2^53 equal parts of (0, 1)."""
    whole = (high.astype(np.uint64) >> np.uint64(5)) * np.uint64(2**26) + (low.astype(np.uint64) >> np.uint64(6))
    return np.asarray((whole.astype(np.float64) + 0.5) / 2.0**53)


def uniform(seed: int, people: People, name: str) -> Array:
    """One uniform number in (0, 1) per person."""
    return uniforms(seed, people, name)[0]


def normal(seed: int, people: People, name: str, again: int = 0) -> Array:
    """One standard normal number per person (Box and Muller 1958)."""
    u, v = uniforms(seed, people, name, again)
    return np.asarray(np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v))


def mirrored_normal(seed: int, people: People, name: str) -> Array:
    """A standard normal number per person, persons 2k and 2k+1 on opposite sides of 0.

    So a small group already has the mean that it is drawn to have (antithetic variates).
    """
    return np.asarray(normal(seed, people // 2, name) * np.where(people % 2, -1.0, 1.0))


def beta(seed: int, people: People, name: str, mean: float, concentration: float) -> Array:
    """A number in [0, 1] per person from a Beta distribution with this mean and ``a + b`` = ``concentration``.

    Means of 0 and 1 give exactly that.
    """
    u = uniform(seed, people, name)
    if mean <= 0 or mean >= 1:
        return np.full(len(people), min(max(mean, 0.0), 1.0))
    x, cumulative = _beta_table(mean * concentration, (1 - mean) * concentration)
    return np.asarray(np.interp(u, cumulative, x))


def _beta_table(a: float, b: float, points: int = 2001) -> tuple[Array, Array]:
    """Quantiles of Beta(a, b), by the trapezoid rule in coordinates in which its density is bounded at both ends."""
    part, p, q = np.linspace(0, 1, points), min(a, 1.0), min(b, 1.0)
    left = 0.5 * part ** (1 / p)  # x^(p-1) dx is even in x^p
    right = 1 - 0.5 * part[::-1] ** (1 / q)
    mass_left = left ** (a - p) * (1 - left) ** (b - 1) * 0.5**p / p
    mass_right = right ** (a - 1) * (1 - right) ** (b - q) * 0.5**q / q
    below = np.concatenate([[0], np.cumsum((mass_left[1:] + mass_left[:-1]) / 2 / (points - 1))])
    above = np.concatenate([[0], np.cumsum((mass_right[1:] + mass_right[:-1]) / 2 / (points - 1))])
    cumulative = np.concatenate([below, below[-1] + above[1:]])
    return np.concatenate([left, right[1:]]), cumulative / cumulative[-1]
