"""Quantities with units, and the one table of conversions between them.

A number with a unit enters the package through :func:`parse` (text) or :func:`convert` (number and unit) and is held
from then on as a float in one fixed unit per kind of thing. The accepted units are closed: anything else is refused
by name, because a unit that is guessed wrong is a dose that is wrong by 40 or by 1000.

Sources: 1 µg vitamin D = 40 IU by definition; molar masses are IUPAC standard atomic weights (2021) and, for the
organic molecules, their sum over the formula given beside them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cofactor.said import Said

# g/mol. The vitamin D entries are D3 (C27H44O); 25(OH)D is C27H44O2; calcitriol and 24,25(OH)2D C27H44O3; PTH is
# PTH 1-84.
MOLAR_MASS: dict[str, float] = {
    "vitamin_d": 384.64,
    "D2": 396.65,
    "25OHD": 400.64,
    "25OHD3": 400.64,
    "25OHD2": 412.65,
    "D3": 384.64,
    "calcitriol": 416.64,
    "24_25OH2D": 416.64,
    "magnesium": 24.305,
    "calcium": 40.078,
    "phosphorus": 30.974,
    "potassium": 39.098,
    "zinc": 65.38,
    "copper": 63.546,
    "iron": 55.845,
    "sodium": 22.990,
    "PTH": 9424.6,
    "creatinine": 113.12,
    "phytic_acid": 660.0,  # C6H18O24P6, rounded
}
# Valence, for mEq. The charge of phosphate depends on pH, so phosphorus has none here and mEq of it is refused.
VALENCE: dict[str, int] = {"magnesium": 2, "calcium": 2, "potassium": 1, "sodium": 1}
# µg per IU (by definition of the IU of each vitamin; vitamin E as d-alpha-tocopherol, vitamin A as retinol).
UG_PER_IU: dict[str, float] = {"vitamin_d": 0.025, "vitamin_a": 0.3, "vitamin_e": 671.0}
# The element or molecule that an analyte measures, where its own name is not in the tables above.
SUBSTANCE: dict[str, str] = {
    "Ca_total": "calcium",
    "Ca_ionised": "calcium",
    "Ca_urine": "calcium",
    "Mg_serum": "magnesium",
    "Mg_rbc": "magnesium",
    "Mg_urine": "magnesium",
    "phosphate": "phosphorus",
    "Zn_plasma": "zinc",
    "copper_serum": "copper",
    "potassium_serum": "potassium",
}

# unit -> (dimension, factor to the base of that dimension). Bases: g, mol, L, kg, m, min, day, 1.
_MASS = {"µg": 1e-6, "ng": 1e-9, "pg": 1e-12, "mg": 1e-3, "g": 1.0, "kg": 1e3}
_MOL = {"pmol": 1e-12, "nmol": 1e-9, "µmol": 1e-6, "mmol": 1e-3, "mol": 1.0}
_VOLUME = {"L": 1.0, "dL": 0.1, "mL": 1e-3}
DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
_TIME = {"min": 1 / 1440, "h": 1 / 24, "d": 1.0, "week": 7.0, "month": DAYS_PER_MONTH, "year": DAYS_PER_YEAR}
_LENGTH = {"cm": 0.01, "m": 1.0}
_SPELLING = {
    "ug": "µg",
    "μg": "µg",
    "mcg": "µg",
    "umol": "µmol",
    "μmol": "µmol",
    "UI": "IU",
    "IE": "IU",
    "iu": "IU",
    "ui": "IU",
    "l": "L",
    "dl": "dL",
    "ml": "mL",
    "day": "d",
    "days": "d",
    "jour": "d",
    "jours": "d",
    "j": "d",
    "hour": "h",
    "minutes": "min",
    "minute": "min",
    "weeks": "week",
    "wk": "week",
    "semaine": "week",
    "semaines": "week",
    "months": "month",
    "mois": "month",
    "years": "year",
    "an": "year",
    "ans": "year",
}

# A thousand may be set off by a space, a no-break space (U+00A0), a narrow one (U+202F) or a thin one (U+2009).
_SPACE = " \u00a0\u202f\u2009"
_NUMBER = re.compile(rf"^\s*([-+]?(?:\d[\d{_SPACE}]*)?(?:[.,]\d+)?(?:[eE][-+]?\d+)?)\s*(.*?)\s*$")


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, as the user wrote it (after spelling of the unit is settled)."""

    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}".rstrip()


class UnitError(ValueError):
    """A unit is unknown or cannot be converted; ``expected`` lists what would have been accepted."""

    def __init__(self, got: str, expected: tuple[str, ...]) -> None:
        self.got, self.expected = got, expected
        super().__init__(Said("got {got!r}; expected {expected}", got=got, expected=expected))


def spell(unit: str) -> str:
    """Return the one spelling of a unit used here (``mcg`` -> ``µg``, ``UI`` -> ``IU``, ``ng/ml`` -> ``ng/mL``).

    Only spellings of the same unit are folded. Nothing is guessed: an unknown unit comes back unchanged.
    """
    parts = [_SPELLING.get(p, p) for p in unit.strip().replace("µ", "µ").split("/")]
    return "/".join(parts)


def parse(text: str) -> Quantity:
    """Read ``"1000 IU"``, ``"18,5 ng/mL"`` or ``"1 000 mg"``.

    Raises :class:`UnitError` where no number stands first.
    """
    match = _NUMBER.match(text)
    if match is None or not match[1].strip():
        raise UnitError(text, (Said("a number with a unit, such as {example}", example="1000 IU"),))
    number = re.sub(f"[{_SPACE}]", "", match[1]).replace(",", ".")
    try:
        value = float(number)
    except ValueError:
        raise UnitError(text, (Said("a number with a unit, such as {example}", example="1000 IU"),)) from None
    return Quantity(value, spell(match[2]))


def convert(value: float, unit: str, to: str, substance: str | None = None) -> float:
    """``value`` in ``unit`` expressed in ``to``.

    ``substance`` (a nutrient, form or analyte id) is needed between mass, amount of substance, equivalents and IU.
    Raises :class:`UnitError` naming the units that would have been accepted.
    """
    unit, to = spell(unit), spell(to)
    if unit == to:
        return float(value)
    key = SUBSTANCE.get(substance, substance) if substance is not None else None
    numerator, _, denominator = unit.partition("/")
    to_numerator, _, to_denominator = to.partition("/")
    try:
        factor = _simple_factor(numerator, key) / _simple_factor(to_numerator, key)
        if _dimension(numerator, key) != _dimension(to_numerator, key):
            raise KeyError(numerator)
        if denominator or to_denominator:
            if _dimension(denominator, None) != _dimension(to_denominator, None):
                raise KeyError(denominator)
            factor *= _simple_factor(to_denominator, None) / _simple_factor(denominator, None)
    except KeyError:
        raise UnitError(unit or Said("no unit"), accepted(to, substance)) from None
    return float(value) * factor


def accepted(to: str, substance: str | None = None) -> tuple[str, ...]:
    """List the units that :func:`convert` accepts for a thing that is held in ``to``, the usual ones first."""
    key = SUBSTANCE.get(substance, substance) if substance is not None else None
    numerator, _, denominator = spell(to).partition("/")
    found = [spell(to)]
    candidates = ["µg", "mg", "g", "ng", "pg", "IU", "pmol", "nmol", "µmol", "mmol", "mEq", "kg", "cm", "m"]
    candidates += ["min", "h", "d", "week", "month", "year", "%"]
    denominators = [d for d in ("L", "mL", "dL") if denominator in _VOLUME] or [denominator]
    for unit in candidates:
        for below in denominators:
            whole = f"{unit}/{below}" if below else unit
            try:
                if _dimension(unit, key) == _dimension(numerator, key) and whole not in found:
                    _simple_factor(unit, key)
                    found.append(whole)
            except KeyError:
                continue
    return tuple(found)


def _dimension(unit: str, substance: str | None) -> str:
    """``matter`` joins mass, amount, equivalents and IU where the substance allows it."""
    if unit in _MASS:
        return "matter" if substance in MOLAR_MASS or substance in UG_PER_IU else "mass"
    if unit in _MOL:
        return "matter" if substance in MOLAR_MASS else "amount"
    if unit == "IU" and substance in UG_PER_IU:
        return "matter"
    if unit == "mEq" and substance in VALENCE:
        return "matter"
    for name, table in (("volume", _VOLUME), ("time", _TIME), ("length", _LENGTH)):
        if unit in table:
            return name
    if unit in ("", "%", "fraction"):
        return "number"
    raise KeyError(unit)


def _simple_factor(unit: str, substance: str | None) -> float:
    """Factor to g (where a molar mass or IU links the units), else to the base of the unit's own dimension."""
    if unit in _MASS:
        return _MASS[unit]
    if unit in _MOL:
        return _MOL[unit] * MOLAR_MASS.get(substance or "", 1.0)
    if unit == "IU" and substance is not None:
        return UG_PER_IU[substance] * 1e-6
    if unit == "mEq" and substance is not None:
        return 1e-3 * MOLAR_MASS[substance] / VALENCE[substance]
    for table in (_VOLUME, _TIME, _LENGTH):
        if unit in table:
            return table[unit]
    return {"": 1.0, "fraction": 1.0, "%": 0.01}[unit]
