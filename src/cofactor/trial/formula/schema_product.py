"""The specification of a product as written: what it may hold, and what can be made and sold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, WithJsonSchema
from pydantic import field_validator as validator

from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.facts.types import Form
from cofactor.person import doses
from cofactor.person.problems import refusal
from cofactor.person.quantities import number_with_unit, quantity_in
from cofactor.person.schema_base import NUMBER, QUANTITY, Many, Strict, Text
from cofactor.person.schema_taken import read_moments
from cofactor.said import Said
from cofactor.trial.written import MODELLED, followed, modelled, share, whole

_MOST_AMOUNTS = 61  # of one nutrient
_UNIT_MASS = 1500.0  # mg; a large tablet (our own)
_HEAVIEST = 30_000.0  # mg; a sachet
_MOST_UNITS = 12  # a day
_MASSES = {"mg": 1.0, "g": 1000.0}


class HeldIn(Strict):
    """What the product may hold of one nutrient."""

    nutrient: Annotated[
        str, WithJsonSchema({"enum": list(MODELLED)}), Field(description="Nutrient.", examples=["magnesium"])
    ]
    forms: Annotated[
        tuple[Form, ...],
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
        Field(description="One form, or those to choose between.", examples=[["citrate", "bisglycinate"]]),
    ]
    amount: Annotated[
        tuple[float, float],
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 2}]}),
        Field(description="Of the element a day: one amount, or from and to.", examples=[["0 mg", "250 mg"]]),
    ]
    step: Annotated[
        float | None,
        QUANTITY,
        Field(description="Between amounts to try; ten steps where not said.", examples=["50 mg"]),
    ] = None

    @validator("nutrient", mode="plain")
    @classmethod
    def _nutrient(cls, value: object) -> str:
        return modelled(value)

    @validator("forms", mode="plain")
    @classmethod
    def _forms(cls, value: object, info: ValidationInfo) -> tuple[Form, ...]:
        nutrient = info.data.get("nutrient")
        if nutrient is None:
            return ()
        listed = value if isinstance(value, list | tuple) else [value]
        found = {form.id: form for form in (doses.known_form(nutrient, entry) for entry in listed)}
        for form in found.values():
            if form.elemental_fraction is None:
                do = Said("Its share of the element is not in the tables, so its mass is not known: choose another.")
                raise refusal(form.id, do)
            followed(form, nutrient)
        if not found:
            do = Said("Write one form or a list of forms.")
            raise refusal(value, do, (Said.quoted("[citrate, bisglycinate]"),))
        return tuple(found.values())

    @validator("amount", mode="plain")
    @classmethod
    def _amount(cls, value: object, info: ValidationInfo) -> tuple[float, float]:
        nutrient = info.data.get("nutrient")
        if nutrient is None:
            return 0.0, 0.0
        ends = value if isinstance(value, list | tuple) else [value, value]
        if len(ends) != 2:
            raise refusal(value, Said("Write one amount, or [from, to]."), (Said.quoted("[0 mg, 250 mg]"),))
        low, high = (dose_or_nothing(end, nutrient) for end in ends)
        if high < low or high == 0:
            raise refusal(value, Said("Write the smaller amount first, and a larger one after it."))
        return low, high

    @validator("step", mode="plain")
    @classmethod
    def _step(cls, value: object, info: ValidationInfo) -> float | None:
        if value is None or not {"nutrient", "amount"} <= info.data.keys():
            return None
        low, high = info.data["amount"]
        step = dose_or_nothing(value, info.data["nutrient"])
        if step <= 0 or (high - low) / step > _MOST_AMOUNTS - 1:
            raise refusal(value, Said("Write a step that makes at most {most} amounts.", most=_MOST_AMOUNTS))
        return step


def dose_or_nothing(value: object, nutrient: str) -> float:
    """An elemental amount a day, which may be nothing."""
    if number_with_unit(value, "100 mg").value == 0:
        return 0.0
    return doses.dose(value, nutrient, None, "elemental").value


class MakingIn(Strict):
    """The product: what it may hold, and what can be made and sold."""

    kind: Annotated[Text, Field(description="The unit.", examples=["tablet"])] = "tablet"
    mass: Annotated[float, QUANTITY, Field(description="Most that one unit weighs.", examples=["1200 mg"])] = _UNIT_MASS
    excipients: Annotated[float, NUMBER, Field(description="Their share of a unit.", examples=["25 %"])] = 0.25
    units: Annotated[int, NUMBER, Field(description="At most, a day.", examples=[2])] = 4
    moments: Annotated[
        tuple[tuple[str, ...], ...],
        WithJsonSchema(
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": ["string", "array"]}, "minItems": 1}]}
        ),
        Field(description="Ways to divide a day equally.", examples=[["dinner", ["breakfast", "dinner"]]]),
    ] = (("dinner",), ("breakfast", "dinner"))
    claims: Annotated[
        tuple[str, ...],
        WithJsonSchema(
            {"anyOf": [{"enum": list(NUTRIENT_UNIT)}, {"type": "array", "items": {"enum": list(NUTRIENT_UNIT)}}]}
        ),
        Field(description="Nutrients of which a claim of the EU register has to be allowed.", examples=[["vitamin_d"]]),
    ] = ()
    holds: Annotated[Many[HeldIn], Field(min_length=1, max_length=6, description="What it may hold.")]

    @validator("mass", mode="plain")
    @classmethod
    def _mass(cls, value: object) -> float:
        mass = quantity_in(value, _MASSES, "1200 mg")
        if not 1 <= mass <= _HEAVIEST:
            expected = Said("1 mg to {most:g} g", most=_HEAVIEST / 1000)
            raise refusal(value, Said("Write the mass of one unit."), (expected,))
        return mass

    @validator("excipients", mode="plain")
    @classmethod
    def _excipients(cls, value: object) -> float:
        found = share(value, Said("share of excipients"))
        if found > 0.95:
            raise refusal(value, Said("Leave room for what the product holds."), (Said("0 to 95 %"),))
        return found

    @validator("units", mode="plain")
    @classmethod
    def _units(cls, value: object) -> int:
        return whole(value, 1, _MOST_UNITS, "2", Said("number of units a day"))

    @validator("moments", mode="plain")
    @classmethod
    def _moments(cls, value: object) -> tuple[tuple[str, ...], ...]:
        listed = value if isinstance(value, list | tuple) else [value]
        if not listed:
            raise refusal(value, Said("Write moments such as [dinner, [breakfast, dinner]]."))
        return tuple(dict.fromkeys(tuple(dict.fromkeys(read_moments(entry))) for entry in listed))

    @validator("claims", mode="plain")
    @classmethod
    def _claims(cls, value: object) -> tuple[str, ...]:
        listed = () if value is None else value if isinstance(value, list | tuple) else (value,)
        return tuple(dict.fromkeys(doses.known_nutrient(entry) for entry in listed))

    @validator("holds", mode="after")
    @classmethod
    def _once(cls, value: list[HeldIn]) -> list[HeldIn]:
        names = [held.nutrient for held in value]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            do = Said("Write each nutrient once, with all of its forms.")
            raise refusal(Said("two entries of {nutrient}", nutrient=twice), do)
        return value
