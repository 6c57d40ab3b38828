"""Doses of a mineral that are in the gut at once: several loads of a named hour, and a load beside a daily supplement.

The model's gut takes one kind of dose at a time: an amount a day, in so many doses, of which a share meets a meal. What
two kinds bring is therefore written as one kind that is absorbed alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_NO_SIZE, _NO_END = 1e-9, 1e6  # mmol; a dose of no size has no fraction, and one of no end only the passive one


@dataclass(frozen=True, eq=False)
class Doses:
    """Doses of a mineral, per person: mmol a day in all, doses a day, share with a meal, factor of the form."""

    amount: float | Array
    per_day: float | Array
    with_meal: float | Array
    factor: float | Array


@dataclass(frozen=True, eq=False)
class Gut:
    """How a mineral is absorbed: a fraction ``passive + active / (half + mmol in the gut)`` of each dose.

    ``half`` is in mmol, ``meal`` in mmol of food at one meal; a dose alone has the fraction of one with a meal over
    ``gain``.
    """

    half: Array
    meal: Array
    gain: float | Array


def together(daily: Doses, load: Doses, gut: Gut) -> Doses:
    """A daily supplement and a load (without a meal), as doses without a meal that bring as much of both.

    ``amount`` is what is swallowed. The factor carries the passive part and the size of the doses the active part,
    which share transporters with the meal where the daily ones are taken with it: so the sum is right for any state of
    the transporters, but for the ceiling of the absorbed fraction of very small doses of calcium.
    """
    if not np.any(daily.amount):
        return load
    amount, meals, gain = np.asarray(daily.amount), np.asarray(daily.with_meal), np.asarray(gut.gain)
    size = amount / np.maximum(daily.per_day, _NO_SIZE)
    beside = gut.half + gut.meal + size
    # What the food of those meals loses to the dose beside it.
    crowded = meals * np.asarray(daily.per_day) * gut.meal * (1 / (gut.half + gut.meal) - 1 / beside)
    dissolved, loaded = amount * daily.factor, np.asarray(load.amount) * load.factor
    passive = dissolved * (meals * gain + 1 - meals) + loaded
    active = gain * (meals * dissolved / beside - crowded) + (1 - meals) * dissolved / (gut.half + size)
    active = active + loaded / (gut.half + _size(load))
    swallowed = amount + np.asarray(load.amount)
    alike = passive / np.maximum(active, passive / (gut.half + _NO_END) + _NO_SIZE**2) - gut.half
    per_day = np.where(swallowed > 0, swallowed / np.maximum(alike, _NO_SIZE), load.per_day)
    factor = np.where(swallowed > 0, passive / np.maximum(swallowed, _NO_SIZE**2), load.factor)
    return Doses(swallowed, per_day, 0.0, factor)


def _size(doses: Doses) -> Array:
    return np.asarray(np.asarray(doses.amount) / np.maximum(doses.per_day, _NO_SIZE))
