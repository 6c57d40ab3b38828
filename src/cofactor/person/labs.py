"""Laboratory values: the units each analyte comes in, the values no person has, and the units people mix up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from pydantic_core import PydanticCustomError

from cofactor import units
from cofactor.facts.load import ANALYTE_UNIT, load
from cofactor.facts.names import fold
from cofactor.person.problems import describe, refusal
from cofactor.person.quantities import number_with_unit, unknown_unit
from cofactor.person.words import nearest
from cofactor.said import Said


@dataclass(frozen=True, slots=True)
class Assay:
    """How an analyte may be written: accepted units (the canonical one first), and bounds in the canonical unit."""

    units: tuple[str, ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A value in the canonical unit of its analyte."""

    value: float
    unit: str
    operator: str  # "=" | "<" | ">"
    as_typed: str
    typed_value: float
    typed_unit: str


_VITAMIN_D = ("nmol/L", "ng/mL", "µg/L")
_CALCIUM = ("mmol/L", "mg/dL", "mg/L", "mEq/L")
_MAGNESIUM = ("mmol/L", "mg/dL", "mg/L", "mEq/L")
_TRACE = ("µmol/L", "µg/dL", "µg/L", "mg/L")

# Bounds: our own, set wide of anything reported in a living person (toxicity and deficiency included), so that only a
# slip of the keyboard or of the unit falls outside. They refuse a file; they judge nobody. The units are those that
# laboratories in Europe and North America print.
ASSAYS: dict[str, Assay] = {
    "25OHD": Assay(_VITAMIN_D, 1, 1500),
    "25OHD3": Assay(_VITAMIN_D, 0, 1500),
    "25OHD2": Assay(_VITAMIN_D, 0, 1500),
    "D3": Assay(_VITAMIN_D, 0, 3000),
    "24_25OH2D": Assay(_VITAMIN_D, 0, 150),
    "calcitriol": Assay(("pmol/L", "pg/mL", "ng/L"), 3, 1500),
    "Ca_total": Assay(_CALCIUM, 0.8, 6.0),
    "Ca_ionised": Assay(_CALCIUM, 0.4, 3.5),
    "Ca_urine": Assay(("mmol/d", "mg/d"), 0, 40),
    "Ca_absorption": Assay(("fraction", "%"), 0, 1),
    "Mg_serum": Assay(_MAGNESIUM, 0.1, 10),
    "Mg_rbc": Assay(_MAGNESIUM, 0.3, 6),
    "Mg_cell": Assay(("ratio",), 0.1, 5),
    "Mg_urine": Assay(("mmol/d", "mg/d"), 0, 40),
    "Mg_absorption": Assay(("fraction", "%"), 0, 1),
    "PTH": Assay(("pmol/L", "pg/mL", "ng/L"), 0.05, 500),
    "phosphate": Assay(("mmol/L", "mg/dL", "mg/L"), 0.1, 6),
    "FGF23": Assay(("ratio",), 0, 2000),
    "Zn_plasma": Assay(_TRACE, 1, 100),
    "copper_serum": Assay(_TRACE, 0.5, 100),
    "potassium_serum": Assay(("mmol/L", "mEq/L"), 1.0, 12),
    "bone_mineral": Assay(("%",), -60, 60),
    "ucOC": Assay(("%",), 0, 100),
    "dp_ucMGP": Assay(("pmol/L",), 1, 20_000),
    "creatinine": Assay(("µmol/L", "mg/dL", "mg/L"), 10, 3000),
    "eGFR": Assay(("mL/min",), 1, 220),
    "albumin": Assay(("g/L", "g/dL"), 5, 80),
    "ALP": Assay(("U/L", "µkat/L"), 1, 6000),
    "INR": Assay(("",), 0.5, 25),
}

# 1 U = 1 µmol/min = 1/60 µkat, by definition.
_U_PER_UKAT = 60.0
# What people call an analyte, folded, where spelling alone would not lead to its id.
_CALLED = {
    "vitamin d": "25OHD",
    "vitamine d": "25OHD",
    "25 oh d": "25OHD",
    "25 oh vitamin d": "25OHD",
    "25 oh vitamine d": "25OHD",
    "25 oh d2 d3": "25OHD",
    "vitamine d 25 oh": "25OHD",
    "vitamin d 25 oh": "25OHD",
    "vitamine d 25 oh d2 d3": "25OHD",
    "25 hydroxy vitamine d": "25OHD",
    "25 hydroxyvitamine d": "25OHD",
    "calcidiol": "25OHD",
    "25 hydroxyvitamin d": "25OHD",
    "calcium": "Ca_total",
    "calcemie": "Ca_total",
    "calcium total": "Ca_total",
    "total calcium": "Ca_total",
    "serum calcium": "Ca_total",
    "calcium serique": "Ca_total",
    "calcium ionise": "Ca_ionised",
    "ca": "Ca_total",
    "ionised calcium": "Ca_ionised",
    "ionized calcium": "Ca_ionised",
    "magnesium": "Mg_serum",
    "magnesemie": "Mg_serum",
    "magnesium serique": "Mg_serum",
    "magnesium serum": "Mg_serum",
    "serum magnesium": "Mg_serum",
    "mg": "Mg_serum",
    "phosphorus": "phosphate",
    "phosphore": "phosphate",
    "phosphatemie": "phosphate",
    "parathormone": "PTH",
    "parathyroid hormone": "PTH",
    "pth intacte": "PTH",
    "intact pth": "PTH",
    "parathormone pth": "PTH",
    "zinc": "Zn_plasma",
    "copper": "copper_serum",
    "cuivre": "copper_serum",
    "potassium": "potassium_serum",
    "kaliemie": "potassium_serum",
    "k": "potassium_serum",
    "creatininemie": "creatinine",
    "dfg": "eGFR",
    "gfr": "eGFR",
    "albumine": "albumin",
    "albuminemie": "albumin",
    "phosphatases alcalines": "ALP",
    "alkaline phosphatase": "ALP",
    "calciurie des 24 h": "Ca_urine",
    "magnesurie des 24 h": "Mg_urine",
    "pal": "ALP",
}
_SPELLINGS = (
    (re.compile(r"\s+"), ""),
    (re.compile(r"²"), "2"),
    (re.compile(r"^(mL/min)/1[.,]73\s*m2$", re.I), "mL/min"),
    (re.compile(r"^ml/mn$", re.I), "mL/min"),
    (re.compile(r"/24h$", re.I), "/d"),
    (re.compile(r"^(IU|UI)/L$", re.I), "U/L"),
    (re.compile(r"^[uμ]kat", re.I), "µkat"),
)
NO_UNIT = Said("no unit")
ADD_UNIT = Said("Add `unit:` as the laboratory printed it.")
_OPERATORS = {"<": "<", ">": ">", "≤": "<", "≥": ">", "<=": "<", ">=": ">", "": "="}
_WITH_OPERATOR = re.compile(r"\s*(<=|>=|[<>≤≥]?)\s*(.*)", re.S)


def known_analyte(value: object) -> str:
    """Return the id of an analyte, or refuse it with the nearest."""
    if isinstance(value, str) and value.strip() in ANALYTE_UNIT:
        return value.strip()
    if not isinstance(value, str):
        raise refusal(value, Said("Write the id of an analyte, such as 25OHD."), tuple(ANALYTE_UNIT))
    meant = called(value)
    close = (meant,) if meant else nearest(value, ANALYTE_UNIT)
    if close:
        raise refusal(value, Said("Did you mean `{word}`?", word=close[0]), close)
    raise refusal(value, Said("Use one of those analytes."), tuple(ANALYTE_UNIT))


def called(name: str) -> str | None:
    """The analyte that a name means, by its id or by what laboratories call it; None where that is not clear."""
    text = fold(name[:60])
    return _CALLED.get(text) or next((a for a in ANALYTE_UNIT if fold(a) == text), None)


def spell_unit(unit: str) -> str:
    """Return the one spelling of a laboratory's unit: ``mL/min/1.73 m²`` and ``mmol/24 h`` come with many."""
    for pattern, replacement in _SPELLINGS:
        unit = pattern.sub(replacement, unit)
    return units.spell(unit)


def accept_unit(analyte: str, unit: str) -> str:
    """Return the unit as spelled here, or refuse it by name with those that the analyte comes in."""
    found = spell_unit(unit)
    accepted = ASSAYS[analyte].units
    if found in accepted or (accepted == ("",) and fold(found) in ("inr", "1", "ratio")):
        return found if found in accepted else ""
    if not found:
        raise refusal(NO_UNIT, Said("Write the unit that the laboratory printed."), accepted)
    raise unknown_unit(unit, accepted)


def accepts(analyte: str, unit: str) -> bool:
    """Whether a unit is one that the analyte comes in."""
    try:
        accept_unit(analyte, unit)
    except PydanticCustomError:
        return False
    return True


def split(value: object) -> tuple[str, units.Quantity]:
    """Split ``"<10 nmol/L"`` into its operator and its number with (or without) unit."""
    if not isinstance(value, str):
        return "=", number_with_unit(value, "18")
    match = _WITH_OPERATOR.fullmatch(value[:200])
    operator, rest = (match[1], match[2]) if match else ("", value)
    return _OPERATORS[operator], number_with_unit(rest, "18, or <10")


def settle_unit(analyte: str, quantity: units.Quantity, unit: str | None) -> str:
    """Return the unit of a result, which stands under ``unit`` or after the number; two that differ are refused."""
    beside = accept_unit(analyte, quantity.unit) if quantity.unit else None
    if beside is not None and unit is not None and beside != unit:
        got = Said("{value} and unit {unit}", value=str(quantity), unit=unit)
        raise refusal(got, Said("Two units: keep the one that the laboratory printed."))
    found = unit if unit is not None else beside
    if found is None and ASSAYS[analyte].units != ("",):
        raise refusal(Said("{value} without a unit", value=str(quantity)), ADD_UNIT, ASSAYS[analyte].units)
    return found or ""


def canonical(analyte: str, value: float, unit: str) -> float:
    """Convert a value in an accepted unit to the canonical unit of its analyte."""
    if unit == "µkat/L":
        return value * _U_PER_UKAT
    return units.convert(value, unit, ANALYTE_UNIT[analyte], analyte)


def possible(analyte: str, value: float) -> bool:
    """Tell whether a living person can have this value (canonical unit)."""
    assay = ASSAYS[analyte]
    return assay.low <= value <= assay.high


def measured(analyte: str, operator: str, quantity: units.Quantity, unit: str) -> Measured:
    """Read one result; refuse a value that nobody has, naming the unit in which it would be possible."""
    value = canonical(analyte, quantity.value, unit)
    shown = f"{quantity.value:g} {unit}".strip()
    assay, home = ASSAYS[analyte], ANALYTE_UNIT[analyte]
    if not possible(analyte, value):
        read_back = shown if unit == home else f"{shown} = {value:.4g} {home}"
        fitting = _units_that_fit(analyte, quantity.value, unit)
        do = Said("Check the number and the unit on the laboratory's sheet.")
        if fitting:
            do = Said("Did you mean {units}? {do}", units=either(fitting), do=do)
        unit = f" {home}" if home else ""
        lies = Said("{low:g} to {high:g}{unit}", low=assay.low, high=assay.high, unit=unit)
        raise refusal(f"{analyte} {read_back}", do, (lies,))
    typed = describe(f"{'' if operator == '=' else operator}{shown}")
    return Measured(value, home, operator, typed, quantity.value, unit)


def either(words: Iterable[str]) -> str:
    """One or more words, of which one holds."""
    return reduce(lambda one, other: Said("{one} or {other}", one=one, other=other), words)


def _units_that_fit(analyte: str, value: float, unit: str) -> tuple[str, ...]:
    """List the units in which a number would be possible: those that make it an ordinary value, where there are any."""
    fitting = tuple(u for u in ASSAYS[analyte].units if u != unit and possible(analyte, canonical(analyte, value, u)))
    reference = next((lab for lab in load().labs if lab.analyte == analyte), None)
    if reference is None:
        return fitting
    # An ordinary value: from 0.7 of the lower to one and a half times the upper end of the range.
    low, high = (reference.reference_low or 0) * 0.7, (reference.reference_high or ASSAYS[analyte].high) * 1.5
    return tuple(u for u in fitting if low <= canonical(analyte, value, u) <= high) or fitting


def look_alikes(analyte: str, value: float, unit: str, low: float | None, high: float | None) -> tuple[str, ...]:
    """List the units in which a very unusual ``value`` (as typed, in ``unit``) would lie in the reference range.

    ``low`` and ``high`` bound that range in the canonical unit. Empty unless the value lies under half of the lower or
    over one and a half times the upper end: values just outside of a range are common, and mean what they say.
    """
    bottom = 0.0 if low is None else low
    if high is None or bottom * 0.5 <= canonical(analyte, value, unit) <= high * 1.5:  # as in the docstring
        return ()
    others = [u for u in ASSAYS[analyte].units if u != unit]
    return tuple(u for u in others if bottom <= canonical(analyte, value, u) <= high)
