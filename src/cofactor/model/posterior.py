"""What calibration left open about the model: a table of equally likely sets of its constants.

``posterior.csv`` holds one set per row, as factors on the values of ``parameters.csv``. Every band of the product
carries it: possible bodies of a person, people of a trial and published arms each take a row.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib import resources

from cofactor.errors import ModelError


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Equally likely sets: ``factors[member][number]`` multiplies the value of ``names[number]``."""

    names: tuple[str, ...]
    factors: tuple[tuple[float, ...], ...]

    def __len__(self) -> int:
        return len(self.factors)


def read_ensemble(text: str) -> Ensemble:
    """The ensemble of a table given as text. Raises :class:`ModelError` where a row is short or no number."""
    header, *rows = csv.reader(io.StringIO(text))
    try:
        factors = tuple(tuple(float(cell) for cell in row[1:]) for row in rows)
    except ValueError as error:
        raise ModelError(f"posterior: {error}; make the table again by calibration") from error
    if any(len(row) != len(header) - 1 for row in factors):
        raise ModelError("posterior: rows of unequal length; make the table again by calibration")
    return Ensemble(tuple(header[1:]), factors)


@cache
def ensemble() -> Ensemble:
    """The shipped sets of constants."""
    return read_ensemble((resources.files("cofactor.model") / "posterior.csv").read_text(encoding="utf-8"))
