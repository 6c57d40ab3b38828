"""One cell of a composition table: a number, ``traces``, ``<x``, or nothing."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from cofactor import units
from cofactor.facts.types import FoodValue
from cofactor.said import Said

NOT_MEASURED = FoodValue(None, None)
_LIMIT = re.compile(r"<\s*(\d+(?:[.,]\d+)?)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?")
_GAPS = frozenset({"", "-", "–", "—", "nd", "n/a", "na"})
_TRACES = frozenset({"traces", "trace", "tr"})
_GRAMS = 100.0


class CellError(ValueError):
    """A cell holds neither a number, nor traces, nor a limit, nor a gap."""


@lru_cache(maxsize=65536)
def read_cell(text: str, factor: float, ceiling: float | None, flag: str = "") -> FoodValue:
    """Read a cell as an interval in the nutrient's unit; ``factor`` turns the column's unit into that one.

    Decimal commas and points are both read. ``traces`` is [0, ``ceiling``] (in the nutrient's unit) and ``<x`` is
    [0, x]. Raises :class:`CellError` for anything else, and for a trace of something that has no ceiling.
    """
    cell = text.strip()
    if cell.lower() in _GAPS:
        return NOT_MEASURED
    if cell.lower() in _TRACES:
        if ceiling is None:
            raise CellError(Said("{cell} of something whose traces have no ceiling", cell=repr(cell)))
        return FoodValue(0.0, ceiling, f"traces {flag}".rstrip())
    below = _LIMIT.fullmatch(cell)
    if below:
        limit = _number(below[1]) * factor
        return FoodValue(0.0, limit, f"<{limit:g} {flag}".rstrip())
    if not _NUMBER.fullmatch(cell):
        raise CellError(Said("{cell} is not a number, traces, <x or -", cell=repr(cell[:30])))
    number = _number(cell) * factor
    return FoodValue(number, number, flag)


def measured(value: float, flag: str = "") -> FoodValue:
    """A plain number. Raises :class:`CellError` where it is none, or below zero."""
    if not math.isfinite(value) or value < 0:
        raise CellError(Said("{value} is no content", value=str(value)))
    return FoodValue(value, value, flag)


@lru_cache(maxsize=256)
def factor(unit: str, to: str) -> float:
    """How many ``to`` (µg or mg) are in one ``unit``. Raises :class:`CellError` for a unit that is no mass."""
    try:
        return units.convert(1.0, {"ug": "µg", "mcg": "µg", "g": "g", "mg": "mg"}.get(unit.lower(), unit), to)
    except units.UnitError:
        raise CellError(Said("the unit {unit} is not g, mg or µg", unit=repr(unit))) from None


def possible(value: FoodValue, unit: str) -> bool:
    """Whether 100 g of food can hold this much."""
    return value.high is None or value.high <= _GRAMS * factor("g", unit)


def _number(text: str) -> float:
    return float(text.replace(",", "."))
