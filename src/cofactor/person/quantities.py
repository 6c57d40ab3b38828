"""Numbers with units, dates and words, as people write them in a case: read or refused, never guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from cofactor import units
from cofactor.facts.names import fold
from cofactor.person.problems import describe, refusal
from cofactor.person.words import DAYS, TIME_UNITS, first_spelling, nearest
from cofactor.said import Said

T = TypeVar("T")

LONGEST = 100
"""Characters of the longest value that is looked at."""
TWO_WAYS = Said("A comma before three digits can be read two ways: write it without.")

# `1,000 IU` is one thousand in London and one in Paris.
_AMBIGUOUS = re.compile(r"(?<![\d.,])[1-9]\d{0,2},\d{3}(?![\d,])")
_GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3}){2,}(?!\d)|(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?=\.)")


def number_with_unit(value: object, example: str) -> units.Quantity:
    """Read ``"1000 IU"``, ``"1 000,5 mg"`` or a bare number (whose unit is then empty)."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refusal(value, _number_wanted(example))
    if isinstance(value, str):
        if len(value) > LONGEST:
            raise refusal(value, _number_wanted(example))
        ambiguous = _AMBIGUOUS.search(value) or _GROUPED.search(value)
        if ambiguous:
            plain = ambiguous[0].replace(",", "")
            decimal = ambiguous[0].replace(",", ".", 1)
            expected = (plain,) if ambiguous[0].count(",") > 1 else (plain, decimal)
            raise refusal(value, TWO_WAYS, expected)
        try:
            quantity = units.parse(value)
        except units.UnitError:
            raise refusal(value, _number_wanted(example)) from None
    else:
        quantity = units.Quantity(_as_float(value, example), "")
    if not math.isfinite(quantity.value):
        raise refusal(value, _number_wanted(example))
    return quantity


def quantity_in(value: object, accepted: Mapping[str, float], example: str) -> float:
    """Read a quantity whose unit must be one of ``accepted`` (unit to factor); returns it in the unit of factor 1."""
    quantity = number_with_unit(value, example)
    expected = tuple(accepted)
    if not quantity.unit:
        do = Said("Write the unit too, such as {example}.", example=example)
        raise refusal(Said("{value} without a unit", value=describe(value)), do, expected)
    unit = "/".join(TIME_UNITS.get(part.strip(), part.strip()) for part in quantity.unit.split("/"))
    if unit not in accepted:
        raise unknown_unit(quantity.unit, expected)
    return quantity.value * accepted[unit]


def unknown_unit(got: str, expected: tuple[str, ...]) -> Exception:
    """Make the refusal of a unit that is not accepted for a thing, with the nearest that is."""
    close = nearest(got, expected, 1)
    if close:
        return refusal(got, Said("Use one of those units, perhaps {unit}.", unit=close[0]), expected)
    return refusal(got, Said("Use one of those units."), expected)


def bounded(value: float, low: float, high: float, unit: str, what: Said, got: object) -> float:
    """Return ``value`` where it lies between the bounds, both included; refuse it otherwise, written back."""
    if not low <= value <= high:
        shown = describe(got)
        read = Said("{number:,.0f}", number=value) if value >= 10_000 else Said("{number:.4g}", number=value)
        if f"{value:g}" not in shown and read.replace(",", " ") not in shown:
            read = Said("{number} {unit}", number=read, unit=unit) if unit else read
            shown = Said("{shown} = {read}", shown=shown, read=read)
        between = Said("{low:g} to {high:g}", low=low, high=high)
        do = Said("Check the number and its unit: no {what} is read outside of that.", what=what)
        raise refusal(shown, do, (Said("{between} {unit}", between=between, unit=unit) if unit else between,))
    return value


def plain_number(value: object, example: str) -> float:
    """Read a number that has no unit."""
    quantity = number_with_unit(value, example)
    if quantity.unit:
        raise refusal(value, Said("Write the number alone, such as {example}.", example=example))
    return quantity.value


def iso_date(value: object) -> date:
    """Read ``2026-11-22``."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip(), re.ASCII):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            do = Said("There is no such day: check the month and the day.")
            raise refusal(value, do, (Said("a date"),)) from None
    raise refusal(value, Said("Write the date as year-month-day."), (Said("YYYY-MM-DD"),))


def past_date(value: object, today: date) -> date:
    """Read a date that may not lie after ``today``."""
    found = iso_date(value)
    if found > today:
        do = Said("The date lies after the case's today ({today}): check the year.", today=today)
        raise refusal(value, do, (Said("up to {today}", today=today),))
    return found


def word(value: object, words: Mapping[str, T]) -> T:
    """Read one of ``words``; case, accents and hyphens do not matter."""
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
    known = first_spelling(words)
    if not isinstance(text, str):
        raise refusal(value, Said("Use one of those words."), known)
    found = fold(text[:LONGEST])
    if found not in words:
        close = nearest(text, words, 1)
        do = Said("Did you mean `{word}`?", word=close[0]) if close else Said("Use one of those words.")
        raise refusal(value, do, known)
    return words[found]


def _number_wanted(example: str) -> Said:
    return Said("Write a number with its unit, such as {example}.", example=example)


def _as_float(value: float, example: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise refusal(value, _number_wanted(example)) from None


def period_in_days(value: object) -> float:
    """Read ``day``, ``week``, ``month``, ``30 days`` or ``2 weeks`` as a number of days."""
    match = re.fullmatch(r"\s*(\d{1,4}(?![\d]))?\s*(.*?)\s*", value[:LONGEST]) if isinstance(value, str) else None
    count = int(match[1]) if match and match[1] else 1
    unit = fold(match[2]) if match else ""
    days = count * DAYS.get(unit, 0.0)
    if not 1 <= days <= units.DAYS_PER_YEAR:
        do = Said("Write how often, such as day, week or 30 days.")
        raise refusal(value, do, ("day", "week", "month", "N days"))
    return days
