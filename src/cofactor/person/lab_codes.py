"""LOINC codes and UCUM units of laboratory results: which analyte a code names, and which units can stand beside it.

A code fixes the kind of quantity: 14635-7 is an amount of substance in a volume, so ng/mL beside it is a slip, whatever
the number. That catches most mixed-up units. Equivalents (mEq) count as amount of substance for potassium only: for
calcium and magnesium they are twice the millimoles, and codes do not tell the two apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cofactor import units
from cofactor.facts.names import fold
from cofactor.facts.read import read_table
from cofactor.facts.types import LabCode
from cofactor.person.labs import ASSAYS, NO_UNIT, canonical, spell_unit

LOINC = ("http://loinc.org", "https://loinc.org", "urn:oid:2.16.840.1.113883.6.1")
UCUM = ("http://unitsofmeasure.org", "https://unitsofmeasure.org", "urn:oid:2.16.840.1.113883.6.8")
# UCUM codes of the units that laboratories print for our analytes, where plain spelling does not lead to ours.
_UCUM: Mapping[str, str] = {
    "meq/L": "mEq/L",
    "meq/l": "mEq/L",
    "[IU]/L": "U/L",
    "[iU]/L": "U/L",
    "[IU]/l": "U/L",
    "[iU]/l": "U/L",
    "mmol/(24.h)": "mmol/d",
    "mmol/{24.h}": "mmol/d",
    "mmol/{24h}": "mmol/d",
    "mg/(24.h)": "mg/d",
    "mg/{24.h}": "mg/d",
    "mg/{24h}": "mg/d",
    "mL/min/{1.73_m2}": "mL/min",
    "ml/min/{1.73_m2}": "mL/min",
    "mL/min/{1.73m2}": "mL/min",
    "mL/min/{1.73.m2}": "mL/min",
    "mL/min/1.73.m2": "mL/min",
    "{INR}": "",
    "{ratio}": "",
    "1": "",
}
_NUMERATORS = {"mass": ("ng", "µg", "pg", "mg", "g"), "substance": ("mmol", "µmol", "nmol", "pmol")}


@cache
def codes() -> Mapping[str, LabCode]:
    """The LOINC codes that are read, by code."""
    return {row.loinc: row for row in read_table(LabCode, "lab_codes")}


def plain_unit(ucum: str) -> str:
    """A UCUM code in the spelling of this package: ``ug/L`` -> ``µg/L``, ``mmol/(24.h)`` -> ``mmol/d``."""
    return _UCUM[ucum] if ucum in _UCUM else spell_unit(ucum)


def fits(code: LabCode, unit: str) -> bool:
    """Whether a unit of the analyte is of the kind that the code fixes."""
    numerator = unit.partition("/")[0]
    if code.kind.startswith("mass"):
        return numerator in _NUMERATORS["mass"]
    if code.kind.startswith("substance"):
        substance = units.SUBSTANCE.get(code.analyte, code.analyte)
        single = units.VALENCE.get(substance) == 1
        return numerator in _NUMERATORS["substance"] or (numerator == "mEq" and single)
    return True


def fitting_units(code: LabCode) -> tuple[str, ...]:
    """The units that may stand beside a code."""
    return tuple(unit or NO_UNIT for unit in ASSAYS[code.analyte].units if fits(code, unit))


def factor(analyte: str, unit: str) -> float:
    """How many canonical units one of these units is."""
    return canonical(analyte, 1.0, unit)


def other_units(analyte: str, unit: str) -> tuple[str, ...]:
    """Units of the analyte in which the same number means another level."""
    here = factor(analyte, unit)
    others = [u for u in ASSAYS[analyte].units if abs(factor(analyte, u) / here - 1) > 0.01]  # a slip, not a rounding
    first: dict[float, str] = {}
    for other in others:
        first.setdefault(round(factor(analyte, other), 12), other)
    return tuple(first.values())


# Words by which a test of ours is recognised where its code is not; folded, English and French.
_OURS = ("vitamin d", "vitamine d", "hydroxyvit", "calcidiol", "calcitriol", "magnes", "parath", "phosphat", "calcemi")
_OURS_WHOLE = ("calcium", "ca", "mg", "pth", "albumin", "albumine", "creatinine", "zinc", "potassium", "25ohd", "egfr")


def sounds_like_ours(name: str) -> bool:
    """Whether what a laboratory calls a test may be one of our analytes."""
    text = fold(name)
    return any(word in text for word in _OURS) or text in _OURS_WHOLE
