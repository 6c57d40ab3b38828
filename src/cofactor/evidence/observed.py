"""What a row of a vitamin D trial observed: which analyte, how measured, in which unit, when, and against what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from cofactor.evidence import dosing
from cofactor.evidence.published import Row
from cofactor.evidence.reasons import Unread, Why
from cofactor.model.tables import outcomes
from cofactor.units import UnitError, convert

UNITS = {row.id: row.unit for row in outcomes()}


class Measure(StrEnum):
    """What was taken of an analyte."""

    LEVEL = "level"
    CHANGE = "change"  # from the start
    PERCENT = "percent"  # change from the start, %
    DIFFERENCE = "difference"  # from the comparator, at the same time
    RATIO = "ratio"  # of areas over a day, to the comparator
    HIGHEST = "highest"
    AREA = "area"  # above the start, unit x d, from the start on


@dataclass(frozen=True, slots=True)
class Observation:
    """One number that a trial reported: ``value`` of ``measure`` in ``unit`` on ``day``, and the row it stands in.

    ``comparator`` is a form of vitamin D given in the same doses, or ``placebo``. ``start`` is the reported level of
    the analyte at the start, for analytes other than 25(OH)D.
    """

    analyte: str
    measure: Measure
    unit: str
    day: float
    value: float
    sd: float | None
    start: float | None
    comparator: str | None
    row: Row
    core: bool = False


_ANALYTES = (
    (r"^25\(?oh\)?d3", "25OHD3"),
    (r"^25\(?oh\)?d2", "25OHD2"),
    (r"^25\(?oh\)?d|^25-?hydroxy", "25OHD"),
    (r"^24,?_?25", "24_25OH2D"),
    (r"^1,?25|^calcitriol", "calcitriol"),
    (r"^d3\b|^d3_|^vitamin d3|^serum d3|^cholecalciferol", "D3"),
    (r"^i?pth|^intact pth", "PTH"),
    (r"^i?fgf", "FGF23"),
    (r"^(serum_?|plasma_?|total_?)?(ca|calcium)(_total)?($|_change|_percent|_minus)|^ca_total", "Ca_total"),
    (r"^(ionised|ionized)|^ica|^ca_ionised", "Ca_ionised"),
    (r"^(serum_?|plasma_?)(mg|magnesium)|^mg_serum", "Mg_serum"),
    (r"^(serum_?|plasma_?)?(phosphate|phosphorus|pi\b)", "phosphate"),
    (r"urin.*(ca|calcium)|^ca_urine|^uca|calciuria$", "Ca_urine"),
    (r"fractional_ca|ca_absorption|calcium.absorption", "Ca_absorption"),
    (r"^adipose_d3$", "fat_D3"),
    (r"^body_store_d3_in_fat$", "store_D3"),
)
_OWN_UNITS = {"fat_D3": "ng/g", "store_D3": "mg"}
_SHARES = {"percentage points": 0.01, "%": 0.01, "percent": 0.01, "fraction": 1.0, "": 1.0}


_BESIDE_ALONE = re.compile(r"\b(mg|magnesium|ca|calcium)\b")  # a mineral as all that is given needs its amount


def analyte_of(outcome: str) -> str | None:
    """The analyte that an outcome is about, whatever was taken of it."""
    text = re.sub(r"^(serum|plasma|total)[ _](?=25|1,?25|24|d3)", "", outcome.strip().lower())
    return next((name for pattern, name in _ANALYTES if re.search(pattern, text)), None)


def observation(row: Row) -> Observation | Unread:
    """What a row observed, or why it cannot be simulated."""
    outcome, value, day = row.text("outcome"), row.number("value_mean"), row.time_days
    if value is None:
        return Unread(row, Why.NO_VALUE)
    if day is None:
        day = (row.number("duration_weeks") or 0.0) * 7 or None
    if day is None:
        return Unread(row, Why.NO_TIME)
    if (reason := _not_an_arm(row)) is not None:
        return reason
    analyte = analyte_of(outcome)
    if analyte is None:
        return Unread(row, Why.OUTCOME, outcome)
    measure, comparator, window = _measure(outcome)
    if measure is None:
        return Unread(row, Why.OUTCOME, outcome)
    factor = scale(row.text("unit"), analyte, measure)
    if factor is None:
        return Unread(row, Why.UNIT, row.text("unit"))
    sd, start = row.number("value_sd"), row.number("baseline_mean")
    if measure is Measure.AREA:
        day = window or day
    return Observation(
        analyte,
        measure,
        _unit(analyte, measure),
        day,
        value * factor,
        None if sd is None else abs(sd * factor),
        None if start is None else start * (scale(row.text("unit"), analyte, Measure.LEVEL) or 1.0),
        comparator,
        row,
    )


def _not_an_arm(row: Row) -> Unread | None:
    """Why a row is no arm that can be simulated, if so."""
    forms = dosing.forms_of(row.text("form"))
    words = f"{row.text('arm')} {row.text('dosing')}".lower()
    if forms is None or (not forms and _BESIDE_ALONE.search(row.text("form").lower()) and not dosing.beside(words)):
        return Unread(row, Why.FORM, row.text("form"))
    if "comparison" in words:
        return Unread(row, Why.NOT_FOLLOWED)
    if "regression" in words or re.search(r"all arms\b", words):
        return Unread(row, Why.SEVERAL_DOSES)
    if forms and not dosing.regimen(forms, row.text("dosing"), row.number("dose_iu_per_day"), 0.0).doses:
        return Unread(row, Why.NO_DOSE, row.text("dosing"))
    return None


def _measure(outcome: str) -> tuple[Measure | None, str | None, float | None]:
    """What was taken, against what, and over how many days."""
    text = outcome.lower()
    if re.search("direction|sign|slope|incidence|share|adipose_25|store_25", text):
        return None, None, None
    if match := re.search(r"_minus_(\w+)", text):
        return Measure.DIFFERENCE, _comparator(match[1]), None
    if re.search(r"difference|_vs_placebo", text):
        return Measure.DIFFERENCE, "placebo", None
    if match := re.search(r"auc(\d*)_ratio_vs_(\w+)", text):
        hours = float(match[1] or 24)
        return Measure.RATIO, _comparator(match[2]), hours / 24
    if match := re.search(r"increment_auc(\d+)|iauc_?(\d+)", text):
        return Measure.AREA, None, float(match[1] or match[2])
    if "cmax" in text or "peak" in text:
        return Measure.HIGHEST, None, None
    if "percent" in text or text.endswith("_%"):
        return Measure.PERCENT, None, None
    if re.search("change|increment|rise|delta", text):
        return Measure.CHANGE, None, None
    return Measure.LEVEL, None, None


def _comparator(word: str) -> str:
    for form in ("calcifediol", "d2", "d3"):
        if word.startswith(form):
            return form.upper() if form != "calcifediol" else form
    return "placebo"


def scale(unit: str, analyte: str, measure: Measure) -> float | None:
    """Factor from the row's unit to that of the analyte; ``None`` where it cannot be read."""
    if measure in (Measure.PERCENT, Measure.RATIO):
        return 1.0
    if analyte in _OWN_UNITS:
        return 1.0 if unit == _OWN_UNITS[analyte] else None
    if UNITS[analyte] == "fraction":
        return _SHARES.get(unit)
    if UNITS[analyte] == "ratio":
        return 1.0
    plain = re.sub(r"\s*[.*·]?\s*d(?=/|$)", "", unit) if measure is Measure.AREA else unit
    try:
        return convert(1.0, plain, UNITS[analyte], analyte)
    except UnitError:
        return None


def _unit(analyte: str, measure: Measure) -> str:
    if measure is Measure.PERCENT:
        return "%"
    if measure is Measure.RATIO:
        return "ratio"
    unit = _OWN_UNITS.get(analyte) or UNITS[analyte]
    return f"{unit} d" if measure is Measure.AREA else unit
