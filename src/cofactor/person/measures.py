"""What a case says of the body and the place: age, weight, height, skin, menopause, latitude, time outdoors."""

from __future__ import annotations

import re
from datetime import date

from cofactor.facts.names import fold
from cofactor.person.problems import describe, refusal
from cofactor.person.quantities import (
    LONGEST,
    bounded,
    number_with_unit,
    past_date,
    plain_number,
    quantity_in,
)
from cofactor.person.words import COUNTRIES, COUNTRY_NAMES, YES_NO
from cofactor.said import Said
from cofactor.units import DAYS_PER_YEAR

ADULT = 18.0
"""Years."""

_OLDEST = 122.0  # years; Jeanne Calment, 1875-1997
# Bounds of our own, wide of all but a handful of recorded people: outside of them a slip of the keyboard is likelier.
_WEIGHT_KG = {"adult": (25.0, 400.0), "child": (5.0, 250.0), "any": (5.0, 400.0)}
_HEIGHT_CM = {"adult": (90.0, 260.0), "child": (55.0, 240.0), "any": (55.0, 260.0)}
_WEIGHT_OF = {"adult": Said("weight of an adult"), "child": Said("weight of a child"), "any": Said("weight")}
_HEIGHT_OF = {"adult": Said("height of an adult"), "child": Said("height of a child"), "any": Said("height")}
_BMI = (9.0, 110.0)  # kg/m², adults
_MENOPAUSE_AGE = (15.0, 65.0)  # years, surgical menopause included
_WAKING_MINUTES = 18 * 60.0  # nobody spends more than the waking day in daylight

_KG = {"kg": 1.0, "g": 0.001}
_CM = {"cm": 1.0, "m": 100.0}
_PER_DAY = {"min/d": 1.0, "h/d": 60.0, "min/week": 1 / 7, "h/week": 60 / 7}
_SHARE = {"%": 0.01, "fraction": 1.0}
_YEARS = re.compile(r"\s*(?:years?|y|yr|ans?)\s*(?:old)?\s*", re.I)
_LATITUDE = re.compile(r"\s*([-+]?\d+(?:[.,]\d+)?)\s*°?\s*([NS]?)\s*", re.I)


def age_years(value: object) -> float:
    """Read ``58`` or ``58 years``. Under one year is refused: no rule of this package holds there."""
    if isinstance(value, str):
        quantity = number_with_unit(value, "58")
        if quantity.unit and not _YEARS.fullmatch(quantity.unit) and quantity.unit != "year":
            raise refusal(value, Said("Write the age in completed years, such as 58."), (Said("years"),))
        age = quantity.value
    else:
        age = plain_number(value, "58")
    return _checked_age(age, value)


def age_from_birth(born: date, today: date) -> float:
    """Years between two dates; refused outside of a human life."""
    return _checked_age((today - born).days / DAYS_PER_YEAR, born.isoformat())


def birth_date(value: object, today: date) -> date:
    """Read the date of birth."""
    born = past_date(value, today)
    age_from_birth(born, today)
    return born


def weight_kg(value: object, age: float | None) -> float:
    """Read ``72 kg``."""
    low, high = _WEIGHT_KG[_stage(age)]
    return bounded(quantity_in(value, _KG, "72 kg"), low, high, "kg", _WEIGHT_OF[_stage(age)], value)


def height_cm(value: object, age: float | None, weight: float | None) -> float:
    """Read ``165 cm`` or ``1,65 m``; with the weight it must make a body that exists."""
    low, high = _HEIGHT_CM[_stage(age)]
    height = bounded(quantity_in(value, _CM, "165 cm"), low, high, "cm", _HEIGHT_OF[_stage(age)], value)
    if weight is not None and _stage(age) != "child":
        bmi = weight / (height / 100) ** 2
        if not _BMI[0] <= bmi <= _BMI[1]:
            got = Said(
                "{height} with {weight:g} kg (BMI {bmi:.0f} kg/m²)", height=describe(value), weight=weight, bmi=bmi
            )
            do = Said("Check height and weight: they do not fit each other.")
            raise refusal(got, do, (Said("BMI {low:g} to {high:g}", low=_BMI[0], high=_BMI[1]),))
    return height


def skin_type(value: object) -> int:
    """Read the Fitzpatrick type, 1 to 6."""
    number = plain_number(value, "2")
    if number not in range(1, 7):
        do = Said("Write the Fitzpatrick type of the skin.")
        raise refusal(value, do, (Said("1 (very fair) to 6 (very dark)"),))
    return int(number)


def menopause(value: object, sex: str | None, age: float | None, today: date) -> int | bool:
    """Read the year of the menopause, or yes or no."""
    said: int | bool | None = value if isinstance(value, bool) else None
    if isinstance(value, str):
        said = YES_NO.get(fold(value[:LONGEST]))
    if said is None:
        said = int(bounded(_year(value), today.year - _OLDEST, today.year, "", Said("year of a menopause"), value))
    if sex == "male" and said is not False:
        raise refusal(value, Said("Remove this key, or check the sex."), (Said("no key for a man"),))
    if age is not None and said is not False and said is not True:
        then = age - (today.year - said)
        if not _MENOPAUSE_AGE[0] <= then <= _MENOPAUSE_AGE[1]:
            got = Said("{year}, at the age of {age:.0f}", year=describe(value), age=then)
            low, high = _MENOPAUSE_AGE
            expected = Said("a year at which she was {low:g} to {high:g}", low=low, high=high)
            raise refusal(got, Said("Check the year and the age."), (expected,))
    return said


def latitude(value: object) -> float:
    """Read degrees, north positive: ``48.9``, ``48,9 N``, ``33.9 S``."""
    match = _LATITUDE.fullmatch(value[:LONGEST]) if isinstance(value, str) else None
    number = float(match[1].replace(",", ".")) if match else plain_number(value, "48.9")
    if match and match[2].upper() == "S":
        number = -abs(number)
    return bounded(number, -90, 90, Said("degrees"), Said("latitude"), value)  # pole to pole


def country(value: object) -> str:
    """Read an ISO 3166-1 alpha-2 code."""
    text = value.strip().upper() if isinstance(value, str) else ""
    if text in COUNTRIES:
        return text
    code = COUNTRY_NAMES.get(fold(value[:LONGEST])) if isinstance(value, str) else None
    if code:
        raise refusal(value, Said("Did you mean `{word}`?", word=code), (code,))
    do = Said("Write the two letters of the country's ISO code.")
    raise refusal(value, do, ("FR", "BE", "CH", "GB", "US", "CA", "..."))


def minutes_outdoors(value: object) -> float:
    """Read ``30 min/day``, ``2 h/day`` or ``5 h/week`` as minutes a day."""
    minutes = quantity_in(value, _PER_DAY, "30 min/day")
    return bounded(minutes, 0, _WAKING_MINUTES, "min/day", Said("time outdoors"), value)


def share(value: object, example: str, what: Said) -> float:
    """Read ``20 %`` as a fraction."""
    return bounded(quantity_in(value, _SHARE, example), 0, 1, Said("(as a fraction)"), what, value)


def _checked_age(age: float, got: object) -> float:
    if age < 1:
        do = Said("No plan is made under one year of age: ask a doctor or a midwife.")
        shown = Said("{value} ({age:.2g} years)", value=describe(got), age=age)
        raise refusal(shown, do, (Said("1 year or more"),))
    return bounded(age, 1, _OLDEST, Said("years"), Said("age"), got)


def _year(value: object) -> float:
    number = plain_number(value, Said("2019, or no"))
    if number != int(number):
        raise refusal(value, Said("Write the year, or no."), (Said("a year"), "no"))
    return number


def _stage(age: float | None) -> str:
    if age is None:
        return "any"
    return "adult" if age >= ADULT else "child"
