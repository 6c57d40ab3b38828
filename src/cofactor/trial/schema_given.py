"""The trial file as written, second part: what is given, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic import field_validator as validator

from cofactor.facts.types import Form
from cofactor.person import doses
from cofactor.person.problems import describe, read_each, refusal
from cofactor.person.quantities import bounded, number_with_unit, period_in_days, plain_number, quantity_in
from cofactor.person.schema_base import NUMBER, PERIOD, QUANTITY, Many, Strict, Text, as_mapping
from cofactor.person.schema_taken import FormedIn, read_moments
from cofactor.said import Said
from cofactor.trial import spreads
from cofactor.trial.written import DAYS, IN_DIET, MODELLED, MOST_DAYS, days_once, followed, in_diet, modelled, share

INTO_VEIN = ("magnesium", "calcium")
_MOST_VITAMIN_D_DAILY = 1_500.0  # µg; 60,000 IU a day, above every arm ever given (50,000 IU, Barger-Lux 1998)
_MOST_MMOL = {"magnesium": 200.0, "calcium": 200.0}  # of one infusion: 5 and 8 g, above what is given
_MOST_TAKEN_AWAY = 15.0  # mmol of calcium in a day: some 22 are outside cells, and clamps of citrate or EDTA take 10


def _one_or_many(value: object) -> object:
    """One entry may stand without the dash of a list."""
    return [value] if isinstance(value, Mapping) else value


class GiveIn(FormedIn):
    """Something given by mouth, again and again or on named days."""

    nutrient: Annotated[
        str, WithJsonSchema({"enum": list(MODELLED)}), Field(description="Nutrient.", examples=["vitamin_d"])
    ]
    at: Annotated[
        tuple[float, ...], DAYS, Field(description="Days on which it is given once.", examples=[[0, 90]])
    ] = ()
    every: Annotated[
        float | None, PERIOD, Field(description="day, week, month or N days.", examples=["day", "30 days"])
    ] = None
    begin: Annotated[
        float, NUMBER, Field(alias="from", description="First day, where it is not the start.", examples=[28])
    ] = 0.0
    end: Annotated[
        float | None, NUMBER, Field(alias="until", description="Day from which it is given no more.", examples=[84])
    ] = None
    when: Annotated[
        tuple[str, ...],
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
        Field(description="Moment of the day, or a list of moments.", examples=["breakfast"]),
    ] = ()
    amount: Annotated[float, QUANTITY, Field(description="Amount of one intake.", examples=["1000 IU"])]

    @validator("nutrient", mode="plain")
    @classmethod
    def _nutrient(cls, value: object) -> str:
        return modelled(value)

    @validator("form", mode="after")
    @classmethod
    def _followed(cls, form: Form | None, info: ValidationInfo) -> Form | None:
        return None if form is None else followed(form, info.data.get("nutrient", ""))

    @validator("at", mode="plain")
    @classmethod
    def _at(cls, value: object) -> tuple[float, ...]:
        return () if value is None else days_once(value)

    @validator("every", mode="plain")
    @classmethod
    def _every(cls, value: object, info: ValidationInfo) -> float | None:
        if value is None:
            return None
        if info.data.get("at"):
            raise refusal(value, Said("Give `every` or `at`: keep one of the two."), (Said("one of them"),))
        return period_in_days(value)

    @validator("begin", mode="plain")
    @classmethod
    def _begin(cls, value: object) -> float:
        if value is None:
            return 0.0
        return bounded(plain_number(value, "28"), 0, MOST_DAYS, Said("days"), Said("first day"), value)

    @validator("end", mode="plain")
    @classmethod
    def _end(cls, value: object, info: ValidationInfo) -> float | None:
        if value is None:
            return None
        end = bounded(plain_number(value, "84"), 0, MOST_DAYS, Said("days"), Said("last day"), value)
        if end <= info.data.get("begin", 0.0):
            raise refusal(value, Said("The last day lies before the first: check both."), (Said("a later day"),))
        return end

    @validator("when", mode="plain")
    @classmethod
    def _when(cls, value: object) -> tuple[str, ...]:
        return () if value is None or value == [] else read_moments(value)

    @validator("amount", mode="plain")
    @classmethod
    def _amount(cls, value: object, info: ValidationInfo) -> float:
        if not {"nutrient", "form", "of"} <= info.data.keys():
            return 0.0
        nutrient, form = info.data["nutrient"], info.data["form"]
        if number_with_unit(value, "1000 IU").value == 0:
            return 0.0
        amount = doses.dose(value, nutrient, form, info.data["of"]).value
        repeated = info.data.get("every") or (None if info.data.get("at") else 1.0)
        if nutrient == "vitamin_d" and repeated and amount / repeated > _MOST_VITAMIN_D_DAILY:
            daily = doses.both_units(amount / repeated, nutrient)
            got = Said("{typed}, {amount} a day", typed=describe(value), amount=daily)
            most = Said("at most {amount} a day", amount=doses.both_units(_MOST_VITAMIN_D_DAILY, nutrient))
            raise refusal(got, Said("Check the unit and `every`."), (most,))
        return amount


class InfuseIn(Strict):
    """Magnesium or calcium given into a vein."""

    nutrient: Annotated[
        str, WithJsonSchema({"enum": list(INTO_VEIN)}), Field(description="Nutrient.", examples=["magnesium"])
    ]
    at: Annotated[tuple[float, ...], DAYS, Field(description="Days on which an infusion begins.", examples=[[21]])]
    hours: Annotated[float, NUMBER, Field(description="How long each lasts.", examples=[0.2])]
    amount: Annotated[
        float,
        QUANTITY,
        Field(
            description="Of one infusion; below 0 where calcium is taken away, at most 15 mmol a day by all of them.",
            examples=["97 mg"],
        ),
    ]

    @validator("nutrient", mode="plain")
    @classmethod
    def _nutrient(cls, value: object) -> str:
        nutrient = doses.known_nutrient(value)
        if nutrient not in INTO_VEIN:
            raise refusal(value, Said("The model takes these into a vein."), INTO_VEIN)
        return nutrient

    @validator("at", mode="plain")
    @classmethod
    def _at(cls, value: object) -> tuple[float, ...]:
        return days_once(value)

    @validator("hours", mode="plain")
    @classmethod
    def _hours(cls, value: object) -> float:
        text = isinstance(value, str) and any(c.isalpha() for c in value)
        hours = quantity_in(value, _HOURS, "0.2 h") if text else plain_number(value, "0.2")
        return bounded(hours, 1 / 60, 24 * MOST_DAYS, Said("hours"), Said("length of an infusion"), value)

    @validator("amount", mode="plain")
    @classmethod
    def _amount(cls, value: object, info: ValidationInfo) -> float:
        nutrient = info.data.get("nutrient")
        return 0.0 if nutrient is None else spreads.infused_mmol(nutrient, value, _MOST_MMOL[nutrient])


_HOURS = {"h": 1.0, "min": 1 / 60, "d": 24.0}


def _taken_away(infusions: list[InfuseIn]) -> float:
    """Most calcium that infusions take away within a day, mmol."""
    taking = [
        (start, start + entry.hours / 24, -entry.amount)
        for entry in infusions
        if entry.nutrient == "calcium" and entry.amount < 0
        for start in entry.at
    ]
    if not taking:
        return 0.0
    begin, end, amount = np.array(taking).T
    edges = np.unique(np.concatenate([begin, end]))

    def by(day: NDArray[np.float64]) -> NDArray[np.float64]:
        """Taken away up to a day: a line for each infusion, all from its begin to its end."""
        return np.asarray(sum(np.interp(day, (b, e), (0.0, a)) for b, e, a in zip(begin, end, amount, strict=True)))

    # The sum over the day that begins at any moment is most at an edge, or a day before one.
    first = np.concatenate([edges, edges - 1])
    return float((by(first + 1) - by(first)).max())


class ArmIn(Strict):
    """One treatment; every arm gets the same people."""

    name: Annotated[Text, Field(description="Name of the arm.", examples=["placebo"])]
    give: Annotated[
        Many[GiveIn], BeforeValidator(_one_or_many), Field(default_factory=list, description="What is taken by mouth.")
    ]
    diet: Annotated[
        dict[str, float],
        as_mapping(IN_DIET, {"type": "string"}),
        Field(default_factory=dict, description="Intake from food per day that replaces the habitual one."),
    ]
    infuse: Annotated[
        Many[InfuseIn],
        BeforeValidator(_one_or_many),
        Field(default_factory=list, description="What is given into a vein."),
    ]
    adherence: Annotated[
        float | None, NUMBER, Field(description="Part of the doses that is taken, on average.", examples=[0.9])
    ] = None

    @validator("infuse", mode="after")
    @classmethod
    def _not_too_much_away(cls, value: list[InfuseIn]) -> list[InfuseIn]:
        taken = _taken_away(value)
        if taken > _MOST_TAKEN_AWAY + 1e-6:
            got = Said("{mmol:.4g} mmol of calcium taken away within a day", mmol=taken)
            most = Said("at most {mmol:g} mmol within a day, by all infusions together", mmol=_MOST_TAKEN_AWAY)
            do = Said("Take less away: a body holds some 22 mmol outside cells and bone, and dies of losing most.")
            raise refusal(got, do, (most,))
        return value

    @validator("diet", mode="plain")
    @classmethod
    def _diet(cls, value: object) -> dict[str, float]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise refusal(value, Said("Write {magnesium: 12 mg, ...}, per day."), IN_DIET)

        def read(name: str, amount: object) -> float:
            low, high = doses.diet_total(in_diet(name), amount, controlled=True)
            return (low + high) / 2

        return {doses.known_nutrient(name): amount for name, amount in read_each("diet", value, read).items()}

    @validator("adherence", mode="plain")
    @classmethod
    def _adherence(cls, value: object) -> float | None:
        return None if value is None else share(value, Said("adherence"))
