"""Goals of a case: a range of an analyte that the person wants to reach."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cofactor import units
from cofactor.facts.load import ANALYTE_UNIT
from cofactor.person import labs
from cofactor.person.problems import describe, refusal
from cofactor.person.quantities import LONGEST, number_with_unit
from cofactor.said import Said

Goal = tuple[float, float | None]

_NUMBER = r"[-+]?\d+(?:[.,]\d+)?"
_RANGE = re.compile(rf"\[?\s*({_NUMBER})\s*[,;–-]\s*({_NUMBER})\s*\]?\s*(.*)")
_AT_LEAST = re.compile(r"\s*(?:>=|≥|>|at least|au moins)\s*(.+)", re.I)


def read_goal(analyte_as_typed: str, value: object) -> Goal:
    """Read one goal into the canonical unit of its analyte: ``(low, high)``, with no ``high`` where none is asked.

    Written as ``[50, 125] nmol/L``, ``50-125 nmol/L``, ``>= 50 nmol/L`` or ``{low: 50, high: 125, unit: nmol/L}``.
    """
    analyte = labs.known_analyte(analyte_as_typed)
    low, high, unit = _parts(value, analyte)
    if not unit and labs.ASSAYS[analyte].units != ("",):
        got = Said("{value} without a unit", value=describe(value))
        raise refusal(got, _write(analyte), labs.ASSAYS[analyte].units)
    unit = labs.accept_unit(analyte, unit)
    reached = labs.measured(analyte, "=", units.Quantity(low, unit), unit).value
    if high is None:
        return reached, None
    if high <= low:
        raise refusal(value, Said("Write the lower end first, and a higher one after it."), (_example(analyte),))
    return reached, labs.measured(analyte, "=", units.Quantity(high, unit), unit).value


def _parts(value: object, analyte: str) -> tuple[float, float | None, str]:
    if isinstance(value, Mapping):
        return _from_mapping(value, analyte)
    if isinstance(value, list | tuple) and len(value) == 2:
        low, high = (number_with_unit(v, "50 nmol/L") for v in value)
        return low.value, high.value, high.unit or low.unit
    if isinstance(value, str) and len(value) <= LONGEST:
        between = _RANGE.fullmatch(value.strip())
        if between:
            return _decimal(between[1]), _decimal(between[2]), between[3].strip()
        least = _AT_LEAST.fullmatch(value)
        quantity = number_with_unit(least[1] if least else value, _example(analyte))
        return quantity.value, None, quantity.unit
    raise refusal(value, _write(analyte), (_example(analyte),))


def _from_mapping(value: Mapping[object, object], analyte: str) -> tuple[float, float | None, str]:
    unknown = [str(k) for k in value if k not in ("low", "high", "unit")]
    if unknown or "low" not in value:
        raise refusal(value, _write(analyte), ("low", "high", "unit"))
    low = number_with_unit(value["low"], "50")
    high = number_with_unit(value["high"], "125") if value.get("high") is not None else None
    unit = value.get("unit") or low.unit or (high.unit if high is not None else "")
    if not isinstance(unit, str):
        raise refusal(unit, Said("Write the unit as text."), labs.ASSAYS[analyte].units)
    return low.value, None if high is None else high.value, unit


def _decimal(text: str) -> float:
    return float(text.replace(",", "."))


def _write(analyte: str) -> Said:
    return Said("Write {example}.", example=_example(analyte))


def _example(analyte: str) -> str:
    return "[50, 125] nmol/L" if analyte == "25OHD" else f"[low, high] {ANALYTE_UNIT[analyte]}".strip()
