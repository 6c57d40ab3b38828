"""What belongs to trials and never to a person, and sets of numbers of model and trial layer together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from cofactor.engine.generate import human
from cofactor.engine.program import Program
from cofactor.facts.read import parse_rows
from cofactor.facts.types import Source

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One number of the trial layer with its prior: ``scale`` is that on which the prior is normal."""

    id: str
    value: float
    unit: str
    scale: str
    prior_value: float
    prior_sd: float | None
    moved: float | None  # 1 where calibration moves it
    meaning: str
    source: Source


@cache
def layer() -> dict[str, LayerRow]:
    """The trial layer by id."""
    text = files("cofactor.evidence").joinpath("tables", "trial_layer.csv").read_text(encoding="utf-8")
    return {row.id: row for row in parse_rows(LayerRow, "trial_layer", text.splitlines())}


@dataclass(frozen=True, eq=False)
class Draws:
    """Sets of constants of the model and numbers of the trial layer, one entry per set in every array."""

    constants: Mapping[str, Array]
    layer: Mapping[str, Array]
    program: Program

    @property
    def count(self) -> int:
        """How many sets there are."""
        return max((len(v) for v in (*self.constants.values(), *self.layer.values())), default=1)

    def of(self, name: str) -> Array:
        """A number of the trial layer, shape (sets, 1)."""
        given = self.layer.get(name)
        return np.full((self.count, 1), layer()[name].value) if given is None else np.asarray(given)[:, None]


def draws(values: Mapping[str, Array] | None = None, program: Program | None = None) -> Draws:
    """Sets from values by name, whether of the model or of the trial layer."""
    values = values or {}
    mine = {n: np.atleast_1d(np.asarray(v, float)) for n, v in values.items() if n in layer()}
    rest = {n: np.atleast_1d(np.asarray(v, float)) for n, v in values.items() if n not in layer()}
    return Draws(rest, mine, program or human())
