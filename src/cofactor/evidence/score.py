"""How far predictions lie from what was observed: by band of dose, against formulae, and whether bands cover."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cofactor.evidence.problem import Array, data

BANDS = (("all", 0.0, np.inf), ("0-1000", 0.0, 1000.0), ("1000-4000", 1000.1, 4000.0), (">4000", 4000.1, np.inf))
"""Bands of dose, IU/d, in which scores are quoted."""


@dataclass(frozen=True, slots=True)
class Score:
    """Of ``n`` values: mean absolute error, root mean square, and bias (predicted less observed), in their unit."""

    band: str
    n: int
    mae: float
    rmse: float
    bias: float


def score(band: str, predicted: Array, seen: Array) -> Score:
    """The score of one set of values."""
    off = predicted - seen
    if not len(off):
        return Score(band, 0, np.nan, np.nan, np.nan)
    return Score(band, len(off), float(np.abs(off).mean()), float(np.sqrt((off**2).mean())), float(off.mean()))


def in_band(dose: Array, band: str) -> NDArray[np.bool_]:
    """Which doses (IU/d) lie in a band."""
    low, high = next((low, high) for name, low, high in BANDS if name == band)
    return np.asarray((dose >= low) & (dose <= high))


def by_dose(predicted: Array) -> tuple[Score, ...]:
    """Scores of the core arm-times of the shipped trials, by band."""
    d = data()
    dose = np.array([arm.iu_per_day for arm, _ in d.observations])
    rows = [(band, d.core & in_band(dose, band)) for band, _, _ in BANDS]
    return tuple(score(band, predicted[k], d.seen[k]) for band, k in rows)
