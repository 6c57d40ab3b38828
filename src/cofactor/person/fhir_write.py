"""Laboratory results as a FHIR R4 Bundle of Observations, with the LOINC code and the UCUM unit of each.

Names nobody: the Observations have no subject. What this writes, :mod:`cofactor.person.fhir` reads as the same results.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cofactor.facts.types import LabCode
from cofactor.person.lab_codes import LOINC, UCUM, codes, fits
from cofactor.person.types import LabResult

_UCUM = {"mEq/L": "meq/L", "mL/min": "mL/min", "µmol/L": "umol/L", "µg/L": "ug/L", "fraction": "1", "ratio": "{ratio}"}
"""UCUM codes that differ from our spelling; results are kept in SI units, so few are needed."""
_COMPARATORS = {"<": "<", ">": ">"}


def bundle(results: Iterable[LabResult]) -> dict[str, Any]:
    """A collection of Observations, in the order of the results. What has no LOINC code goes by its name."""
    entries = [{"resource": _observation(result)} for result in results]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _observation(result: LabResult) -> dict[str, Any]:
    code = _code(result)
    coding = {} if code is None else {"coding": [{"system": LOINC[0], "code": code.loinc, "display": code.name}]}
    comparator = {"comparator": _COMPARATORS[result.operator]} if result.operator in _COMPARATORS else {}
    quantity = {"value": result.value, **comparator, "unit": result.unit}
    if result.unit:
        quantity |= {"system": UCUM[0], "code": _UCUM.get(result.unit, result.unit)}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {**coding, "text": result.analyte},
        "effectiveDateTime": result.date.isoformat(),
        "valueQuantity": quantity,
    }


def _code(result: LabResult) -> LabCode | None:
    """The first code of the table that names the analyte in a kind that its unit fits."""
    return next((c for c in codes().values() if c.analyte == result.analyte and fits(c, result.unit)), None)
