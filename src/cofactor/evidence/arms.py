"""Arms of vitamin D trials: rows of a table become people, doses and what was observed in them.

Everything that a row leaves out is filled by one stated rule (``filled`` of the arm), and a row that cannot be
simulated is handed back with the reason (:class:`Unread`): a table with rows never seen before is read as far as it
goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files

from cofactor.evidence import dosing
from cofactor.evidence.dosing import Regimen
from cofactor.evidence.published import Kind, Row
from cofactor.facts.read import parse_rows
from cofactor.facts.types import Source, Trust
from cofactor.model.tables import outcomes
from cofactor.units import UnitError, convert

UNITS = {row.id: row.unit for row in outcomes()}
DEFAULT_LATITUDE = 45.0
"""Where a table gives none: the middle of the populations that trials are run in. Assumption."""
DEFAULT_BASELINE = 55.0
"""25(OH)D (nmol/L) where nothing in the trial tells one: usual level of trial populations. Assumption."""
CORE_WEEKS, CORE_IU = 8.0, 10_000.0  # the scored core, as set before the first fit: D3 or placebo, 8 weeks, 10,000 IU


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


@dataclass(frozen=True, slots=True)
class Arm:
    """People of one arm, as means. Levels in nmol/L, ``start_day`` of the year, ``anchor`` the day of the baseline.

    ``filled`` tells what the table did not say and which rule stood in.
    """

    trial_id: str
    name: str
    forms: tuple[str, ...]
    regimen: Regimen
    iu_per_day: float
    baseline: float
    baseline_sd: float | None
    anchor: float
    latitude: float
    start_day: int | None
    dark: bool
    age: float | None
    female: float | None
    bmi: float | None
    supervised: bool
    recall: bool
    observations: tuple[Observation, ...]
    filled: tuple[str, ...] = ()

    @property
    def last_day(self) -> float:
        """Last day on which something was observed."""
        return max(o.day for o in self.observations)


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that is not simulated, and why."""

    row: Row
    why: str


@dataclass(frozen=True, slots=True)
class ArmDetail:
    """What a table does not say of an arm, from elsewhere."""

    trial_id: str
    arm: str
    baseline_25OHD: float | None  # noqa: N815 - the analyte's own name
    supervised: float | None
    scored: float | None
    source: Source


@cache
def _details() -> dict[tuple[str, str], ArmDetail]:
    text = files("cofactor.evidence").joinpath("tables", "arm_details.csv").read_text(encoding="utf-8")
    return {(d.trial_id, d.arm): d for d in parse_rows(ArmDetail, "arm_details", text.splitlines())}


def arms(rows: Iterable[Row]) -> tuple[tuple[Arm, ...], tuple[Unread, ...]]:
    """Every arm of a vitamin D table that can be simulated, and the rows that cannot."""
    known = [r for r in rows if r.kind is Kind.VITAMIN_D]
    read: dict[tuple[str, str], list[tuple[Row, Observation]]] = {}
    unread: list[Unread] = []
    for row in known:
        found = _observation(row)
        if isinstance(found, Unread):
            unread.append(found)
        else:
            read.setdefault((row.text("trial_id"), row.text("arm")), []).append((row, found))
    return tuple(_arm([r for r, _ in pairs], [o for _, o in pairs], known) for pairs in read.values()), tuple(unread)


# ------------------------------------------------------------------------------------------------ what was observed

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


def _observation(row: Row) -> Observation | Unread:
    outcome, value, day = row.text("outcome"), row.number("value_mean"), row.time_days
    if value is None:
        return Unread(row, "no value is given")
    if day is None:
        day = (row.number("duration_weeks") or 0.0) * 7 or None
    if day is None:
        return Unread(row, "no time is given")
    if reason := _not_an_arm(row):
        return Unread(row, reason)
    analyte = next((name for pattern, name in _ANALYTES if re.search(pattern, outcome.lower())), None)
    if analyte is None:
        return Unread(row, f"outcome {outcome!r} is no level that the model reports")
    measure, comparator, window = _measure(outcome)
    if measure is None:
        return Unread(row, f"outcome {outcome!r} is no measure that can be simulated")
    scale = _scale(row.text("unit"), analyte, measure)
    if scale is None:
        return Unread(row, f"unit {row.text('unit')!r} of {outcome!r} cannot be read")
    sd, start = row.number("value_sd"), row.number("baseline_mean")
    if measure is Measure.AREA:
        day = window or day
    return Observation(
        analyte,
        measure,
        _unit(analyte, measure),
        day,
        value * scale,
        None if sd is None else abs(sd * scale),
        None if start is None else start * (_scale(row.text("unit"), analyte, Measure.LEVEL) or 1.0),
        comparator,
        row,
    )


def _not_an_arm(row: Row) -> str | None:
    """Why a row is no arm that can be simulated, if so."""
    forms = dosing.forms_of(row.text("form"))
    if forms is None:
        return f"form {row.text('form')!r} is not a form of vitamin D"
    words = f"{row.text('arm')} {row.text('dosing')}".lower()
    if "comparison" in words:
        return "a group that was not followed from a baseline"
    if "regression" in words or re.search(r"all arms\b", words):
        return "several doses in one row"
    if forms and not dosing.regimen(forms, row.text("dosing"), row.number("dose_iu_per_day"), 0.0).doses:
        return f"no dose can be read from {row.text('dosing')!r}"
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


def _scale(unit: str, analyte: str, measure: Measure) -> float | None:
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


# --------------------------------------------------------------------------------------------------------- the people

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MIDDLE = (15, 46, 74, 105, 135, 166, 196, 227, 258, 288, 319, 349)  # day of the year in the middle of each month
_SEASONS = (
    (r"end of winter|late winter|winter-spring", 60),
    (r"autumn-winter|fall-winter|end of summer", 305),
    (r"winter", 15),
    (r"spring", 105),
    (r"summer", 196),
    (r"autumn|fall", 288),
)


def day_of_year(season: str, latitude: float) -> int | None:
    """Day of the year on which a trial starts, from the words of a table; ``None`` for year-round or unknown."""
    text = season.lower()
    if match := re.search(r"\b(" + "|".join(_MONTHS) + r")[a-z]*\b", text):
        return _MIDDLE[_MONTHS.index(match[1])]
    for pattern, day in _SEASONS:
        if re.search(pattern, text):
            return day if latitude >= 0 else (day + 182) % 365
    return None


def _arm(rows: Sequence[Row], observed: Sequence[Observation], table: Sequence[Row]) -> Arm:
    first, filled = rows[0], list[str]()
    trial = first.text("trial_id")
    forms = dosing.forms_of(first.text("form")) or ()
    duration = max((r.number("duration_weeks") or 0.0) for r in rows) * 7 or max(o.day for o in observed)
    regimen = dosing.regimen(forms, first.text("dosing"), first.number("dose_iu_per_day"), duration)
    latitude = first.number("latitude_deg")
    if latitude is None:
        latitude = DEFAULT_LATITUDE
        filled.append(f"latitude {DEFAULT_LATITUDE:g}")
    baseline, anchor, how = _baseline(rows, table)
    filled += [how] if how else []
    detail = _details().get((trial, first.text("arm"))) or _details().get((trial, ""))
    iu = first.number("dose_iu_per_day") or _iu_per_day(regimen)
    spread = next((s for r in rows if (s := r.number("baseline_sd")) is not None and _is_25ohd(r)), None)
    if not (detail and detail.scored == 0):
        observed = [_as_core(o, forms, iu, anchor, first.text("dosing")) for o in observed]
    return Arm(
        trial_id=trial,
        name=first.text("arm"),
        forms=forms,
        regimen=regimen,
        iu_per_day=iu,
        baseline=baseline,
        baseline_sd=None
        if spread is None
        else spread * _to_nmol(next(r for r in rows if r.number("baseline_sd") == spread)),
        anchor=anchor,
        latitude=latitude,
        start_day=day_of_year(first.text("season_start"), latitude),
        dark=bool(re.search(r"antarctic|uvb near zero|submarin|polar night", " ".join(first.cells.values()).lower())),
        age=first.number("age_mean"),
        female=first.number("female_fraction"),
        bmi=first.number("bmi_mean") or _bmi(first.number("weight_kg_mean")),
        supervised=bool(detail and detail.supervised) or regimen.given_by_staff,
        recall=all(r.trust is Trust.RECALL for r in rows),
        observations=tuple(observed),
        filled=tuple(filled),
    )


def _bmi(weight_kg: float | None) -> float | None:
    """BMI of a mean weight at a height of 1.68 m, the mean of men and women in European surveys (assumption)."""
    return None if weight_kg is None else weight_kg / 1.68**2


def _iu_per_day(regimen: Regimen) -> float:
    daily = [d.amount / d.every_days for d in regimen.doses if d.first_day >= 0 and d.every_days != dosing.ONCE]
    return sum(daily)


def _is_25ohd(row: Row) -> bool:
    return row.text("outcome").upper().startswith("25OHD")


def _to_nmol(row: Row) -> float:
    return _scale(row.text("unit"), "25OHD", Measure.LEVEL) or 1.0


def _baseline(rows: Sequence[Row], table: Sequence[Row]) -> tuple[float, float, str | None]:
    """25(OH)D at the start (nmol/L), the day it holds on (0 but for an anchor), and how it was filled."""
    trial, arm = rows[0].text("trial_id"), rows[0].text("arm")
    for row in (r for r in rows if _is_25ohd(r)):
        if (start := row.number("baseline_mean")) is not None:
            return start * _to_nmol(row), 0.0, None
    detail = _details().get((trial, arm)) or _details().get((trial, ""))
    if detail and detail.baseline_25OHD is not None:
        return detail.baseline_25OHD, 0.0, f"baseline {detail.baseline_25OHD:g} nmol/L: {detail.source.text}"
    same = [r for r in table if r.text("trial_id") == trial]
    for row in (r for r in same if r.text("arm") == arm and _is_25ohd(r)):
        if (start := row.number("baseline_mean")) is not None:
            return start * _to_nmol(row), 0.0, None
    for row in same:
        idle = dosing.forms_of(row.text("form")) == () and row.text("outcome") in ("25OHD", "25OHD3")
        end, day = row.number("value_mean"), row.time_days
        if idle and end is not None and day is not None and "comparison" not in row.text("arm"):
            return (
                end * _to_nmol(row),
                day,
                f"baseline: the untreated arm on day {day:g}, {end * _to_nmol(row):g} nmol/L",
            )
    for row in (r for r in same if _is_25ohd(r)):
        if (start := row.number("baseline_mean")) is not None:
            return start * _to_nmol(row), 0.0, "baseline of another arm of the trial"
    if (said := said_of_people(rows[0].text("population"))) is not None:
        return said, 0.0, f"baseline {said:g} nmol/L: from who was let in"
    return DEFAULT_BASELINE, 0.0, f"baseline {DEFAULT_BASELINE:g} nmol/L: none is given"


def said_of_people(population: str) -> float | None:
    """25(OH)D (nmol/L) that the words about who was let in suggest: the middle of a range, four fifths of a limit."""
    match = re.search(
        r"25-?\(?oh\)?d\s*(<=?|below|under)?\s*(\d+)(?:\s*-\s*(\d+))?\s*(ng/ml|nmol/l)?", population.lower()
    )
    if match is None or not (match[1] or match[3]):
        return None
    level = (float(match[2]) + float(match[3])) / 2 if match[3] else 0.8 * float(match[2])
    return level * (convert(1.0, "ng/mL", "nmol/L", "25OHD") if match[4] == "ng/ml" else 1.0)


def _as_core(o: Observation, forms: tuple[str, ...], iu: float, anchor: float, words: str) -> Observation:
    """Mark the arm-times that scores are quoted on."""
    plain = o.analyte == "25OHD" or (o.analyte == "25OHD3" and forms in ((), ("D3",)))
    measure = o.measure in (Measure.LEVEL, Measure.CHANGE, Measure.DIFFERENCE)
    against = o.comparator in (None, "placebo")
    usual = forms in ((), ("D3",)) and iu <= CORE_IU and o.day >= CORE_WEEKS * 7
    odd = (anchor > 0 and not iu) or re.search("yearly|annual|escalat", words.lower()) is not None
    return replace(o, core=bool(plain and measure and against and usual and not odd))
