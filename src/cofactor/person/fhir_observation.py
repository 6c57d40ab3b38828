"""One FHIR R4 Observation to laboratory results: its value, or those of its components."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date

from cofactor.person.lab_codes import LOINC, UCUM, plain_unit, sounds_like_ours
from cofactor.person.lab_codes import codes as known_codes
from cofactor.person.lab_sheet import Aside, PrintedRange, Reading, Sheet
from cofactor.person.problems import describe
from cofactor.said import Said

FINAL = ("final", "amended", "corrected")
PENDING = ("registered", "preliminary")
WITHDRAWN = ("entered-in-error", "cancelled")
_COMPARATORS = ("<", "<=", ">=", ">")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T.*)?")

Json = Mapping[str, object]


def items(value: object) -> list[object]:
    """The members of a JSON array; nothing where it is not one."""
    return value if isinstance(value, list) else []


def read_observation(where: str, observation: Json, sheet: Sheet) -> None:
    """Add what an Observation says to the sheet: readings, problems, or that it is left aside."""
    parts = [(f"{where}.component[{i}]", part) for i, part in enumerate(items(observation.get("component")))]
    values = [(where, observation), *((w, p) for w, p in parts if isinstance(p, Mapping))]
    named = [(w, v) for w, v in values if _loinc(v) or _name(v)]
    status = observation.get("status")
    if status in WITHDRAWN or status in PENDING:
        sheet.aside[Aside.WITHDRAWN if status in WITHDRAWN else Aside.NOT_FINAL] += 1
        return
    if status not in FINAL:
        do = Said("Only results with the status final, amended or corrected are read.")
        sheet.refuse(f"{where}.status", describe(status), do, FINAL)
        return
    for place, value in named:
        if place == where and parts and not _has_value(value):
            continue  # a panel: its results are the components
        _read_value(place, value, observation, sheet)


def _has_value(value: Json) -> bool:
    return any(key.startswith("value") for key in value)


def _read_value(where: str, value: Json, observation: Json, sheet: Sheet) -> None:
    codes, name = _loinc(value), _name(value)
    if not any(code in known_codes() for code in codes):
        _read_unknown(where, codes, name, sheet)
        return
    if not _has_value(value):
        sheet.aside[Aside.NO_VALUE] += 1
        return
    day = _day(where, observation, sheet)
    number = _number(where, value, sheet)
    if day is not None and number is not None:
        sheet.readings.append(Reading(where, day, *number, codes, name, _printed(value)))


def _read_unknown(where: str, codes: tuple[str, ...], name: str, sheet: Sheet) -> None:
    """A test without a code of ours: most are other tests; one that sounds like ours is named."""
    if not sounds_like_ours(name):
        sheet.aside[Aside.OTHER_TEST] += 1
    elif codes:
        sheet.not_read.append(f"{name} ({', '.join(codes)})")
    else:
        do = Said(
            "Without a LOINC code nobody can tell what was measured, in which kind of unit: type this result by hand."
        )
        sheet.refuse(f"{where}.code", describe(name), do, (Said("a LOINC code"),))


def _codings(value: Json) -> list[Json]:
    code = value.get("code")
    return [c for c in items(code.get("coding")) if isinstance(c, Mapping)] if isinstance(code, Mapping) else []


def _loinc(value: Json) -> tuple[str, ...]:
    found = [c.get("code") for c in _codings(value) if c.get("system") in LOINC]
    return tuple(dict.fromkeys(c.strip() for c in found if isinstance(c, str) and c.strip()))


def _name(value: Json) -> str:
    """What the laboratory calls the test, to recognise one of ours that has no code of ours."""
    code = value.get("code")
    texts = [code.get("text") if isinstance(code, Mapping) else None, *(c.get("display") for c in _codings(value))]
    return next((t.strip()[:200] for t in texts if isinstance(t, str) and t.strip()), "")


def _day(where: str, observation: Json, sheet: Sheet) -> date | None:
    """The day of the sample; for a collection over hours the day on which it began."""
    period = observation.get("effectivePeriod")
    said = observation.get("effectiveDateTime") or observation.get("effectiveInstant")
    said = said or (period.get("start") if isinstance(period, Mapping) else None)
    match = _DAY.fullmatch(said.strip()) if isinstance(said, str) else None
    try:
        if match is not None:
            return date.fromisoformat(match[1])
    except ValueError:
        pass
    do = Said("A result needs the day of its sample: year, month and day.")
    sheet.refuse(f"{where}.effective", describe(said), do, ("2026-10-02",))
    return None


def _number(where: str, value: Json, sheet: Sheet) -> tuple[str | float, str | None] | None:
    """The number with its operator, and the unit beside it."""
    quantity = value.get("valueQuantity")
    if isinstance(quantity, Mapping):
        return _quantity(f"{where}.valueQuantity", quantity, sheet)
    text, whole = value.get("valueString"), value.get("valueInteger")
    if isinstance(whole, int) and not isinstance(whole, bool):
        return float(whole), None
    if isinstance(text, str) and re.match(r"\s*[<>≤≥=]*\s*\d", text):
        return text.strip()[:100], None
    kind = next(key for key in value if key.startswith("value"))
    sheet.refuse(f"{where}.{kind}", describe(value[kind]), Said("A result is read where it is a number with its unit."))
    return None


def _quantity(where: str, quantity: Json, sheet: Sheet) -> tuple[str | float, str | None] | None:
    number, comparator = quantity.get("value"), quantity.get("comparator")
    if isinstance(number, bool) or not isinstance(number, int | float) or not _finite(number):
        sheet.refuse(f"{where}.value", describe(number), Said("A result must be a number."), (Said("a number"),))
        return None
    if comparator is not None and comparator not in _COMPARATORS:
        do = Said("Only these comparators can be read.")
        sheet.refuse(f"{where}.comparator", describe(comparator), do, _COMPARATORS)
        return None
    said, coded = quantity.get("unit"), quantity.get("code")
    beside = said.strip() if isinstance(said, str) and said.strip() else None
    ucum = coded.strip() if isinstance(coded, str) and coded.strip() and quantity.get("system") in UCUM else None
    if ucum is not None and beside is not None and plain_unit(ucum) != plain_unit(beside) and _like_a_unit(beside):
        got = Said("{unit} beside the code {code}", unit=describe(beside), code=describe(ucum))
        sheet.refuse(f"{where}.unit", got, Said("Two units for one number: ask the laboratory which one it is."))
        return None
    unit = beside if ucum is None else plain_unit(ucum)
    return (float(number) if comparator is None else f"{comparator}{float(number)!r}"), unit


def _finite(number: float) -> bool:
    try:
        return math.isfinite(float(number))
    except OverflowError:
        return False


def _like_a_unit(text: str) -> bool:
    """Whether a unit for people is written in symbols; words (``nanogram per milliliter``) are not compared."""
    return len(text) <= 15 and "per" not in text.lower()


def _printed(value: Json) -> PrintedRange | None:
    """The first printed range that is the normal one."""
    for entry in items(value.get("referenceRange")):
        if not isinstance(entry, Mapping) or not _is_normal(entry):
            continue
        low, high = _end(entry.get("low")), _end(entry.get("high"))
        if low is not None or high is not None:
            unit = (low or (0.0, None))[1] or (high or (0.0, None))[1]
            return PrintedRange(low[0] if low else None, high[0] if high else None, unit)
    return None


def _is_normal(entry: Json) -> bool:
    kind = entry.get("type")
    codings = items(kind.get("coding")) if isinstance(kind, Mapping) else []
    return not codings or any(isinstance(c, Mapping) and c.get("code") == "normal" for c in codings)


def _end(quantity: object) -> tuple[float, str | None] | None:
    if not isinstance(quantity, Mapping):
        return None
    number = quantity.get("value")
    if isinstance(number, bool) or not isinstance(number, int | float) or not _finite(number):
        return None
    coded, said = quantity.get("code"), quantity.get("unit")
    if isinstance(coded, str) and quantity.get("system") in UCUM:
        return float(number), plain_unit(coded.strip())
    return float(number), plain_unit(said.strip()) if isinstance(said, str) and said.strip() else None
