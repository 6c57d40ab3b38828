"""Laboratory values that follow from others: kidney function, albumin-adjusted calcium, total 25(OH)D of its parts.

Other stages ask for any analyte, derived or not, through :func:`measured`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from cofactor.person.measures import ADULT
from cofactor.person.types import Case, LabResult
from cofactor.units import DAYS_PER_YEAR, convert

Level = TypeVar("Level", float, NDArray[np.float64])

RECENT = dt.timedelta(days=365)
"""A result older than this reassures nobody: kidney function, calcium and 25(OH)D drift within a year.

An older result that is abnormal still closes its gate; only a recent one can open it.
"""
ALBUMIN_WITHIN = dt.timedelta(days=30)
"""An albumin further than this from the calcium result says nothing about that sample."""
_MUCH_LESS = 2 / 3  # of the reported eGFR; equations for one creatinine differ by less


@dataclass(frozen=True, slots=True)
class Measured:
    """A value in the SI unit of its analyte, measured or computed from measurements of that date."""

    analyte: str
    value: float
    operator: str  # "=" | "<" | ">": a result beyond the range of its assay
    date: dt.date
    derived: bool = False

    def is_recent(self, today: dt.date) -> bool:
        """Whether the result may still reassure on ``today``."""
        return today - self.date <= RECENT


def egfr_ckd_epi_2021(creatinine_umol_l: float, age_years: float, *, female: bool) -> float:
    """Estimated glomerular filtration rate of an adult, mL/min per 1.73 m².

    CKD-EPI 2021, creatinine, without race: 142 min(S/k, 1)^a max(S/k, 1)^-1.200 0.9938^age (1.012 if female) with S the
    serum creatinine in mg/dL, k 0.7 and a -0.241 for women, k 0.9 and a -0.302 for men.
    Source: Inker LA et al., N Engl J Med 2021;385:1737-1749.
    """
    ratio = convert(creatinine_umol_l, "µmol/L", "mg/dL", "creatinine") / (0.7 if female else 0.9)
    below: float = min(ratio, 1.0) ** (-0.241 if female else -0.302)
    above: float = max(ratio, 1.0) ** -1.200
    of_age: float = 0.9938**age_years
    return 142.0 * below * above * of_age * (1.012 if female else 1.0)


def adjusted_calcium(calcium_mmol_l: Level, albumin_g_l: Level) -> Level:
    """Total calcium at an albumin of 40 g/L, mmol/L: Ca + 0.02 (40 - albumin).

    Source: Payne RB et al., Br Med J 1973;4:643-646, in the rounded form that laboratories use.
    """
    return calcium_mmol_l + 0.02 * (40.0 - albumin_g_l)


def measured(case: Case, analyte: str) -> Measured | None:
    """The latest value of an analyte, or None. ``eGFR``, ``Ca_adjusted`` and ``25OHD`` are computed where needed."""
    if analyte == "eGFR":
        return _kidney_function(case)
    if analyte == "Ca_adjusted":
        return _adjusted_calcium(case)
    if analyte == "25OHD":
        return _total_25ohd(case)
    result = case.lab(analyte)
    return None if result is None else _as_measured(result, analyte)


def _as_measured(result: LabResult, analyte: str) -> Measured:
    return Measured(analyte, result.value, result.operator, result.date)


def _kidney_function(case: Case) -> Measured | None:
    """Reported eGFR, or the eGFR of the creatinine where that is later. Its equation is of adults only.

    Of one day, what was reported counts, unless the creatinine tells of much less: then one of the two is a slip, and
    the lower one is the careful reading.
    """
    reported, creatinine = case.lab("eGFR"), case.lab("creatinine")
    if creatinine is None or case.person.age < ADULT:
        return None if reported is None else _as_measured(reported, "eGFR")
    computed = _of_creatinine(case, creatinine)
    if reported is None or creatinine.date > reported.date:
        return computed
    is_slip = creatinine.date == reported.date and computed.value < _MUCH_LESS * reported.value
    return computed if is_slip else _as_measured(reported, "eGFR")


def _of_creatinine(case: Case, creatinine: LabResult) -> Measured:
    years_ago = (case.today - creatinine.date).days / DAYS_PER_YEAR
    value = egfr_ckd_epi_2021(creatinine.value, case.person.age - years_ago, female=case.person.sex == "female")
    turned = {"<": ">", ">": "<"}.get(creatinine.operator, "=")
    return Measured("eGFR", round(value, 1), turned, creatinine.date, derived=True)


def _total_25ohd(case: Case) -> Measured | None:
    """Reported total 25(OH)D, or the sum of its parts where those are later.

    Laboratories often report 25(OH)D3 alone: it is all there is unless D2 is taken, so a missing D2 counts as none.
    """
    total, d3 = case.lab("25OHD"), case.lab("25OHD3")
    if d3 is None or (total is not None and total.date >= d3.date):
        return None if total is None else _as_measured(total, "25OHD")
    d2 = next((r for r in case.labs if r.analyte == "25OHD2" and r.date == d3.date and r.operator == "="), None)
    return Measured("25OHD", d3.value + (d2.value if d2 else 0.0), d3.operator, d3.date, derived=True)


def _adjusted_calcium(case: Case) -> Measured | None:
    """Total calcium, adjusted where an albumin was measured near it; as measured where not."""
    calcium, albumin = case.lab("Ca_total"), _albumin_near(case)
    if calcium is None or albumin is None:
        return None if calcium is None else _as_measured(calcium, "Ca_adjusted")
    value = adjusted_calcium(calcium.value, albumin.value)
    return Measured("Ca_adjusted", round(value, 3), calcium.operator, calcium.date, derived=True)


def _albumin_near(case: Case) -> LabResult | None:
    """The albumin result nearest in time to the latest calcium, where there is one near enough."""
    calcium = case.lab("Ca_total")
    if calcium is None:
        return None
    near = [r for r in case.labs if r.analyte == "albumin" and abs(r.date - calcium.date) <= ALBUMIN_WITHIN]
    return min(near, key=lambda r: abs(r.date - calcium.date)) if near else None
