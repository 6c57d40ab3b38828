"""Judging a laboratory's results before they enter a case: taken, known already, asked about, or refused.

What a number alone cannot tell is its unit: 50 is an ordinary 25(OH)D in nmol/L and in ng/mL. What can be known is
looked at in this order.

1. The LOINC code fixes mass or amount of substance; a unit of the other kind is refused.
2. The printed reference range, read in the unit of the result, must look like a range of the analyte; where it looks
   like one in another unit, the result is refused.
3. A level that nobody has is refused; one that is very unusual is asked about, unless the printed range speaks for it.
4. A level that would be as ordinary in another unit is asked about, unless code or range speak for its unit.
5. A result that differs from the person's others by just the factor between two units is asked about, unless code and
   range both speak for its unit.

A question is answered by saying the unit that the sheet prints (``said``); nothing is ever taken on a guess.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic_core import PydanticCustomError

from cofactor.errors import Problem
from cofactor.facts.load import ANALYTE_UNIT, load
from cofactor.facts.types import LabCode
from cofactor.person import labs
from cofactor.person.lab_codes import codes as known_codes
from cofactor.person.lab_codes import fits, fitting_units, other_units
from cofactor.person.lab_sheet import PrintedRange, Reading
from cofactor.person.problems import NOTHING, describe
from cofactor.person.types import Case, LabResult
from cofactor.said import Said

# How far the middle (geometric) of a printed range may lie from that of the table, as factors. Narrower than the factor
# between any two units, wide enough for the ranges that laboratories print: for 25(OH)D those from 50-125 to 75-250
# nmol/L, and 20-50 to 30-100 ng/mL, against our 50-125 nmol/L (our own reading of laboratories' sheets, assumed).
_MIDDLE = {"25OHD": (0.85, 1.9), "25OHD3": (0.85, 1.9), "": (0.73, 1.4)}
_UNUSUAL = 3.0  # times beyond the usual range: worth a question before it enters (assumed)
_COMMON = 5.0  # a fifth of the lower end, as 25(OH)D in winter may be, is common enough to be meant (assumed)
_SAME = 0.01  # relative: two readings of one result, after rounding in different units
_LIKE_A_FACTOR = 0.12  # log: how near to the factor between two units a change must be to look like one (assumed)
_LEAST_FACTOR = 1.8  # changes smaller than this are ordinary


class Verdict(StrEnum):
    """What becomes of a reading."""

    TAKEN = "taken"
    KNOWN = "known"  # the case has it already
    ASKED = "asked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Judged:
    """A reading with its verdict; ``result`` where it could be read, ``problem`` where it is not taken as it stands."""

    reading: Reading
    verdict: Verdict
    result: LabResult | None = None
    unit: str = ""  # as it will be written beside the number
    number: float = math.nan  # in that unit
    problem: Problem | None = None


class _NotTakenError(Exception):
    """A reading that is not taken as it stands."""

    def __init__(self, verdict: Verdict, problem: Problem) -> None:
        self.verdict, self.problem = verdict, problem


def judge_all(readings: Iterable[Reading], case: Case, said: Mapping[str, str]) -> tuple[Judged, ...]:
    """Judge readings in order of their day. ``said`` are units by analyte, as the sheet prints them.

    The results of the case, and those taken so far, are what later ones are compared with.
    """
    results = list(case.labs)
    found = []
    for reading in sorted(readings, key=lambda r: r.day):
        try:
            judged = _judge(reading, case, results, said)
        except _NotTakenError as error:
            judged = Judged(reading, error.verdict, problem=error.problem)
        if judged.verdict is Verdict.TAKEN and judged.result is not None:
            results.append(judged.result)
        found.append(judged)
    return tuple(found)


def _judge(reading: Reading, case: Case, results: list[LabResult], said: Mapping[str, str]) -> Judged:
    code = _code(reading)
    analyte = code.analyte if code is not None else labs.called(reading.name)
    if analyte is None:
        raise _refused(reading, describe(reading.name), Said("Name one of the analytes."), tuple(ANALYTE_UNIT))
    if reading.day > case.today:
        do = Said("The sample lies in the future: check its date, or `today` of the case.")
        got = Said("{analyte} of {day}", analyte=analyte, day=reading.day)
        raise _refused(reading, got, do, (Said("{day} or earlier", day=case.today),))
    unit, measured = _read(reading, analyte, code, said)
    result = LabResult(reading.day, analyte, measured.value, measured.unit, measured.operator, measured.as_typed)
    if any(_same(result, r) for r in results):
        return Judged(reading, Verdict.KNOWN, result, unit, measured.typed_value)
    other = next((r for r in results if (r.date, r.analyte) == (result.date, analyte)), None)
    if other is not None:
        do = Said(
            "The same day has {value} already: keep one of the two, or leave this one out with `--skip`.",
            value=other.as_typed,
        )
        raise _asked(reading, f"{analyte} {result.as_typed}", do, (other.as_typed,))
    _question(_Look(reading, analyte, code, unit, measured, case), results, said)
    return Judged(reading, Verdict.TAKEN, result, unit, measured.typed_value)


def _code(reading: Reading) -> LabCode | None:
    rows = [known_codes()[c] for c in reading.codes if c in known_codes()]
    if len({(row.analyte, row.kind) for row in rows}) > 1:
        got = Said("the codes {codes}", codes=tuple(row.loinc for row in rows))
        raise _refused(reading, got, Said("The codes name different things: ask the laboratory."))
    return rows[0] if rows else None


def _read(reading: Reading, analyte: str, code: LabCode | None, said: Mapping[str, str]) -> tuple[str, labs.Measured]:
    """The value in a settled unit; refused where number and unit cannot be read or the level is impossible."""
    try:
        operator, quantity = labs.split(reading.value)
        beside = reading.unit if reading.unit is not None else said.get(analyte) if not quantity.unit else None
        unit = labs.settle_unit(analyte, quantity, None if beside is None else labs.accept_unit(analyte, beside))
        measured = labs.measured(analyte, operator, quantity, unit)
    except PydanticCustomError as error:
        context = error.context or {}
        got = Said("{analyte}: {got}", analyte=analyte, got=context.get("got") or NOTHING)
        do = context.get("do") or Said("")
        if do == labs.ADD_UNIT:
            do = Said("Say `--unit {analyte}=...` as the laboratory printed it.", analyte=analyte)
        raise _refused(reading, got, do, tuple(context.get("expected", ()))) from None
    if code is not None and not fits(code, unit):
        do = Said(
            "The code {code} is a {kind}: one of code and unit is wrong. Ask the laboratory.",
            code=code.loinc,
            kind=_KINDS[code.kind],
        )
        raise _refused(reading, _in(analyte, unit or labs.NO_UNIT), do, fitting_units(code))
    if analyte in said and labs.accept_unit(analyte, said[analyte]) != unit:
        do = Said("You said another unit than the file has: look at the sheet again.")
        raise _refused(reading, _in(analyte, unit), do, (said[analyte],))
    return unit, measured


_KINDS = {
    "mass": Said("mass in a volume"),
    "substance": Said("number of moles in a volume"),
    "activity": Said("catalytic activity"),
    "volume_rate": Said("volume per time"),
    "mass_rate": Said("mass per day"),
    "substance_rate": Said("number of moles per day"),
    "relative": Said("ratio"),
}


@dataclass(frozen=True, slots=True)
class _Look:
    """A readable result with all that speaks for or against its unit."""

    reading: Reading
    analyte: str
    code: LabCode | None
    unit: str
    measured: labs.Measured
    case: Case

    @property
    def usual(self) -> tuple[float | None, float | None]:
        """The usual range of the analyte in its canonical unit."""
        lab = load().lab(self.analyte, self.case.person.sex)
        return (None, None) if lab is None else (lab.reference_low, lab.reference_high)

    def beyond(self, unit: str) -> float:
        """Log of the factor by which the number, read in a unit, lies outside of the usual range; 0 inside."""
        low, high = self.usual
        value = labs.canonical(self.analyte, self.measured.typed_value, unit)
        if value <= 0:
            return 0.0 if not low else math.inf
        under = math.log(low / value) if low else 0.0
        return max(0.0, under, math.log(value / high) if high else 0.0)

    def untold(self, other: str) -> float:
        """How far outside of the usual range (log) the number may lie in another unit and still be meant in it.

        Where that range is as wide as the factor between the two units, its ends tell nothing: low levels are common.
        """
        (low, high), factor = self.usual, labs.canonical(self.analyte, 1.0, other)
        factor = abs(math.log(factor / labs.canonical(self.analyte, 1.0, self.unit)))
        return math.log(_COMMON) if low and high and math.log(high / low) >= factor else 0.0

    def range_speaks_for(self, unit: str) -> bool | None:
        """Whether the printed range looks like one of this analyte in a unit; None where it cannot tell."""
        printed, (low, high) = self.reading.printed, self.usual
        if printed is None or not printed.low or not printed.high or not low or not high:
            return None
        least, most = _MIDDLE.get(self.analyte, _MIDDLE[""])
        middle = math.sqrt(printed.low * printed.high) * labs.canonical(self.analyte, 1.0, unit)
        return least <= middle / math.sqrt(low * high) <= most


def _question(look: _Look, results: list[LabResult], said: Mapping[str, str]) -> None:
    """Raise where a result must not enter without a look at the sheet."""
    others, shown = other_units(look.analyte, look.unit), f"{look.analyte} {look.measured.as_typed}"
    _check_range(look, others)
    if look.analyte in said:
        return
    ask = Said(
        "Look at the sheet, then say `--unit {analyte}={unit}` if that is what it prints.",
        analyte=look.analyte,
        unit=look.unit,
    )
    by_range = bool(look.range_speaks_for(look.unit))
    by_code = look.code is not None
    beyond = look.beyond(look.unit)
    likelier = [u for u in others if look.beyond(u) <= max(beyond, look.untold(u))]
    if likelier and not (by_code or by_range):
        do = Said(
            "{ask} The number would be as ordinary in {units}, and neither a code nor a range tells.",
            ask=ask,
            units=labs.either(likelier),
        )
        raise _asked(look.reading, shown, do, (look.unit, *likelier))
    low, high = look.usual
    doubted = labs.look_alikes(look.analyte, look.measured.typed_value, look.unit, low, high)
    if (doubted or beyond > math.log(_UNUSUAL)) and not by_range and look.measured.operator == "=":
        do = Said("{ask} The level is very unusual.", ask=ask)
        if doubted:
            do = Said("{ask} The level is very unusual; it would be ordinary in {unit}.", ask=ask, unit=doubted[0])
        raise _asked(look.reading, shown, do, (look.unit, *doubted))
    jump = _jump(look, others, results)
    if jump is not None and not (by_code and by_range):
        do = Said(
            "{ask} The result of {day} was {value}: they differ by just the factor between two units.",
            ask=ask,
            day=jump.date,
            value=jump.as_typed,
        )
        raise _asked(look.reading, shown, do, (look.unit, *others))


def _check_range(look: _Look, others: tuple[str, ...]) -> None:
    """Refuse a result whose printed range belongs to another unit than the one beside the number."""
    printed = look.reading.printed
    if printed is None:
        return
    result, ends = f"{look.analyte} {look.measured.as_typed}", _of_range(printed)
    shown = Said("{result} with the range {ends}", result=result, ends=ends)
    if printed.unit is not None and not _is_unit(look, printed.unit):
        do = Said("Number and range have two units: ask the laboratory which one it is.")
        raise _refused(look.reading, shown, do)
    fitting = [u for u in others if look.range_speaks_for(u)]
    if look.range_speaks_for(look.unit) is False and fitting:
        do = Said(
            "That range is one in {unit}: the unit beside the number is wrong. Ask the laboratory.", unit=fitting[0]
        )
        raise _refused(look.reading, shown, do, tuple(fitting))


def _is_unit(look: _Look, unit: str) -> bool:
    """Whether another spelling means the unit of the result, or one of the same size."""
    if not labs.accepts(look.analyte, unit):
        return False
    return labs.accept_unit(look.analyte, unit) not in other_units(look.analyte, look.unit)


def _of_range(printed: PrintedRange) -> Said:
    low, high, unit = printed.low, printed.high, f" {printed.unit}" if printed.unit else ""
    if low is None:
        return Said("to {high:g}{unit}", high=high, unit=unit)
    if high is None:
        return Said("{low:g} to {unit}", low=low, unit=unit)
    return Said("{low:g} to {high:g}{unit}", low=low, high=high, unit=unit)


def _jump(look: _Look, others: tuple[str, ...], results: list[LabResult]) -> LabResult | None:
    """The person's nearest result in time, where this one differs from it by the factor between two units."""
    known = [r for r in results if r.analyte == look.analyte and r.operator == "=" and r.value > 0]
    if not known or look.measured.operator != "=" or look.measured.value <= 0:
        return None
    nearest = min(known, key=lambda r: _days(r.date, look.reading.day))
    change = abs(math.log(look.measured.value / nearest.value))
    for unit in others:
        factor = abs(math.log(labs.canonical(look.analyte, 1.0, unit) / labs.canonical(look.analyte, 1.0, look.unit)))
        if abs(change - factor) < _LIKE_A_FACTOR and factor > math.log(_LEAST_FACTOR):
            return nearest
    return None


def _days(one: date, other: date) -> int:
    return abs((one - other).days)


def _same(one: LabResult, other: LabResult) -> bool:
    alike = (one.date, one.analyte, one.operator) == (other.date, other.analyte, other.operator)
    return alike and abs(one.value - other.value) <= _SAME * max(abs(one.value), abs(other.value))


def _where(reading: Reading) -> Said:
    return Said("{where} ({day})", where=reading.where, day=reading.day)


def _in(analyte: str, unit: str) -> Said:
    return Said("{analyte} in {unit}", analyte=analyte, unit=unit)


def _refused(reading: Reading, got: str, do: Said, expected: tuple[str, ...] = ()) -> _NotTakenError:
    return _NotTakenError(Verdict.REFUSED, Problem(_where(reading), got, expected, do))


def _asked(reading: Reading, got: str, do: Said, expected: tuple[str, ...]) -> _NotTakenError:
    return _NotTakenError(Verdict.ASKED, Problem(_where(reading), got, tuple(u or labs.NO_UNIT for u in expected), do))
