"""Values of a trial file: shares, whole numbers, days, lengths, and the nutrients that may be named."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import WithJsonSchema

from cofactor.facts.types import Form
from cofactor.person import doses, measures
from cofactor.person.problems import refusal
from cofactor.person.quantities import bounded, plain_number, quantity_in
from cofactor.said import Said
from cofactor.units import convert

MODELLED = ("vitamin_d", "magnesium", "calcium", "phosphorus", "zinc", "vitamin_k")
"""Nutrients that the model follows when given; of vitamin K only MK-7."""
IN_DIET = ("vitamin_d", "magnesium", "calcium", "phosphorus", "zinc")
MOST_DAYS = 36_525.0
"""A century."""
DAY = WithJsonSchema(
    {"anyOf": [{"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}, {"enum": ["none", "aucun", "aucune"]}]}
)
"""A day, or that there is none: people who begin all through the year."""
DAYS = WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 1})


def modelled(value: object) -> str:
    """Read the name of a nutrient that the model follows."""
    nutrient = doses.known_nutrient(value)
    if nutrient not in MODELLED:
        raise refusal(value, Said("The model does not follow this nutrient: remove the entry."), MODELLED)
    return nutrient


def followed(form: Form, nutrient: str) -> Form:
    """A form, refused where it is one of vitamin K that the model does not follow."""
    if nutrient == "vitamin_k" and form.id != "MK-7":
        raise refusal(form.id, Said("Of vitamin K the model follows one form."), ("MK-7",))
    return form


def share(value: object, what: Said) -> float:
    """Read ``0.5`` or ``50 %``."""
    if isinstance(value, str) and "%" in value:
        return measures.share(value, "50 %", what)
    return bounded(plain_number(value, "0.5"), 0, 1, "", what, value)


def whole(value: object, least: int, most: int, example: str, what: Said) -> int:
    """Read a whole number within bounds."""
    number = plain_number(value, example)
    if number != int(number):
        raise refusal(value, Said("Write a whole {what}, such as {example}.", what=what, example=example))
    return int(bounded(number, least, most, "", what, value))


def days_of(value: object) -> tuple[float, ...]:
    """Read one day or a list of days, counted from the start, which may be parts of a day."""
    listed = value if isinstance(value, list | tuple) else [value]
    if not listed or len(listed) > 1000:
        raise refusal(value, Said("Write a list of 1 to 1000 days, such as [0, 30]."))
    unit, what = Said("days"), Said("day of a trial")
    return tuple(sorted({bounded(plain_number(day, "30"), 0, MOST_DAYS, unit, what, day) for day in listed}))


def days_once(value: object) -> tuple[float, ...]:
    """Read days on which something is given, each named once: a day named twice may be a slip or a second dose."""
    listed = value if isinstance(value, list | tuple) else [value]
    found = days_of(value)
    if len(found) < len(listed):
        read = [plain_number(day, "30") for day in listed]
        twice = next(day for day in read if read.count(day) > 1)
        do = Said("Name each day once; for two doses on one day give twice the amount, or add a second entry.")
        raise refusal(Said("day {day:g} twice", day=twice), do)
    return found


def length_in(days_each: float) -> Callable[[object], float | None]:
    """Read a length: a number of such units, or a text with its own. The reader returns days."""

    def read(value: object) -> float | None:
        if value is None:
            return None
        text = isinstance(value, str) and any(c.isalpha() for c in value)
        days = quantity_in(value, _PERIODS, "22 weeks") if text else plain_number(value, "22") * days_each
        return bounded(days, 1 / 24, MOST_DAYS, Said("days"), Said("length of a trial"), value)

    return read


_PERIODS = {unit: convert(1.0, unit, "d") for unit in ("d", "week", "month", "year", "h")}


def in_diet(value: str) -> str:
    """Read the name of a nutrient whose intake from food the model follows."""
    nutrient = doses.known_nutrient(value)
    if nutrient not in IN_DIET:
        raise refusal(value, Said("The model does not follow this nutrient: remove the key."), IN_DIET)
    return nutrient
