"""The case file as written: its keys, what may stand under each, and every check that one place of the file allows.

These models are the file format. Validating a mapping against :class:`CaseFile` reads each value into its canonical
unit and reports everything that is wrong at once; :func:`json_schema` publishes the same models for editors. As in
``schema_person``, the order of the fields is the order of the checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic import field_validator as validator

from cofactor.facts.gates import questions
from cofactor.facts.load import ANALYTE_UNIT, NUTRIENT_UNIT
from cofactor.facts.names import fold
from cofactor.facts.types import Food
from cofactor.person import doses, eaten, labs, measures, words
from cofactor.person.answers import read_answer
from cofactor.person.catalogue import OfferedIn
from cofactor.person.goals import Goal, read_goal
from cofactor.person.problems import read_each, refusal
from cofactor.person.quantities import (
    iso_date,
    past_date,
    period_in_days,
    plain_number,
)
from cofactor.person.schema_base import (
    DATE,
    NUMBER,
    PERIOD,
    QUANTITY,
    TEXT,
    Many,
    Strict,
    Text,
    VeryMany,
    as_mapping,
    reading,
)
from cofactor.person.schema_person import PersonIn, PlaceIn, SunIn, read_sun
from cofactor.person.schema_taken import WHEN, ProductIn, SupplementIn, read_moments, read_taken
from cofactor.said import Said

VERSION = 1
_QUANTITY: dict[str, object] = {"type": "string", "pattern": r"^[.,\d].*[A-Za-zµμ]"}
_ANSWER: dict[str, object] = {"enum": [True, False, "yes", "no", "unknown", "oui", "non", "inconnu"]}
_GOAL: dict[str, object] = {
    "anyOf": [
        {"type": "string", "examples": ["[50, 125] nmol/L", ">= 50 nmol/L"]},
        {
            "type": "object",
            "properties": {"low": {"type": "number"}, "high": {"type": "number"}, "unit": {"type": "string"}},
            "required": ["low", "unit"],
            "additionalProperties": False,
        },
    ]
}
_MOST_UNKNOWN_FOODS = 20
_YEARS = (2000, 2199)  # of a plan; others are slips of the keyboard
_PROBABILITY = (0.5, 0.99)  # below even odds is no goal, and certainty cannot be planned


class FoodIn(Strict):
    """A food that is eaten regularly."""

    food: Annotated[
        Food, TEXT, Field(description="Id or name of a food.", examples=["ciqual:26034", "usda:15088", "amandes"])
    ]
    name: Annotated[Text | None, Field(description="The food in your own words, beside an id.")] = None
    per: Annotated[float, PERIOD, Field(description="day, week, month or N days", examples=["day", "week"])] = 1.0
    amount: Annotated[
        eaten.Eaten, QUANTITY, Field(description="Grams, or a number of portions.", examples=["30 g", "2 slices"])
    ]

    @validator("food", mode="plain")
    @classmethod
    def _food(cls, value: object, info: ValidationInfo) -> Food | None:
        # Finding candidates takes time. After this many the file is refused anyway, and the rest can wait.
        here = reading(info)
        if here.unknown_foods >= _MOST_UNKNOWN_FOODS:
            return None
        here.unknown_foods += 1
        food = eaten.known_food(value)
        here.unknown_foods -= 1
        return food

    @validator("per", mode="plain")
    @classmethod
    def _per(cls, value: object) -> float:
        return period_in_days(value)

    @validator("amount", mode="plain")
    @classmethod
    def _amount(cls, value: object, info: ValidationInfo) -> eaten.Eaten | None:
        food = info.data.get("food")
        return None if food is None else eaten.amount(value, food, info.data.get("per", 1.0))


def _totals(value: object) -> dict[str, tuple[float, float]]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise refusal(value, Said("Write {magnesium: 240 mg, ...}, per day."), tuple(NUTRIENT_UNIT))

    def read(nutrient: str, total: object) -> tuple[float, float]:
        return doses.diet_total(doses.known_nutrient(nutrient), total)

    return read_each("totals", value, read)


class DietIn(Strict):
    """What is eaten on ordinary days."""

    reference: Annotated[
        str | None,
        WithJsonSchema({"enum": list(words.REFERENCES)}),
        Field(description="The set of reference intakes to judge by.", examples=["EFSA"]),
    ] = None
    totals: Annotated[
        dict[str, tuple[float, float]],
        PlainValidator(_totals),
        as_mapping(tuple(NUTRIENT_UNIT), _QUANTITY),
        Field(default_factory=dict, description="Per day; replaces the foods' sum for that nutrient."),
    ]
    foods: Annotated[Many[FoodIn], Field(default_factory=list, description="Foods eaten regularly.")]

    @validator("reference", mode="plain")
    @classmethod
    def _reference(cls, value: object) -> str | None:
        if value is None or value in words.REFERENCES:
            return None if value is None else str(value)
        by_fold = {fold(name): name for name in words.REFERENCES}
        if isinstance(value, str) and fold(value[:20]) in by_fold:
            return by_fold[fold(value[:20])]
        raise refusal(value, Said("Use one of those reference sets."), words.REFERENCES)


class MedicineIn(Strict):
    """A medicine, with the moment it is taken where that is known."""

    name: Annotated[Text, Field(description="Name or ATC code.", examples=["levothyroxine"])]
    when: Annotated[
        tuple[str, ...], WHEN, Field(description="Moment of the day, or a list of moments.", examples=["waking"])
    ] = ()
    every: Annotated[float, PERIOD, Field(description="day, week, month or N days", examples=["week"])] = 1.0
    since: Annotated[date | None, DATE, Field(description="First day, or any day on which it is taken.")] = None

    @validator("when", mode="plain")
    @classmethod
    def _when(cls, value: object) -> tuple[str, ...]:
        return () if value is None else read_moments(value)

    @validator("every", mode="plain")
    @classmethod
    def _every(cls, value: object) -> float:
        return period_in_days(value)

    @validator("since", mode="plain")
    @classmethod
    def _since(cls, value: object, info: ValidationInfo) -> date | None:
        return None if value is None else past_date(value, reading(info).today)


def _medicine(value: object, info: ValidationInfo) -> MedicineIn:
    plain = {"name": value} if isinstance(value, str | int | float) else value
    return MedicineIn.model_validate(plain, context=info.context)


class LabIn(Strict):
    """One laboratory result."""

    day: Annotated[date, DATE, Field(alias="date", description="Day of the sample.", examples=["2026-10-02"])]
    analyte: Annotated[
        str, WithJsonSchema({"enum": list(ANALYTE_UNIT)}), Field(description="What was measured.", examples=["25OHD"])
    ]
    unit: Annotated[str | None, TEXT, Field(description="The unit on the sheet.", examples=["ng/mL", "nmol/L"])] = None
    value: Annotated[labs.Measured, NUMBER, Field(description="The number; <10 and >59 are kept.", examples=[18])]

    @validator("day", mode="plain")
    @classmethod
    def _day(cls, value: object, info: ValidationInfo) -> date:
        return past_date(value, reading(info).today)

    @validator("analyte", mode="plain")
    @classmethod
    def _analyte(cls, value: object) -> str:
        return labs.known_analyte(value)

    @validator("unit", mode="plain")
    @classmethod
    def _unit(cls, value: object, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            raise refusal(value, Said("Write the unit that the laboratory printed."))
        analyte = info.data.get("analyte")
        return value if analyte is None else labs.accept_unit(analyte, value)

    @validator("value", mode="plain")
    @classmethod
    def _value(cls, value: object, info: ValidationInfo) -> labs.Measured | None:
        operator, quantity = labs.split(value)
        analyte = info.data.get("analyte")
        if analyte is None or "unit" not in info.data:
            return None
        return labs.measured(analyte, operator, quantity, labs.settle_unit(analyte, quantity, info.data["unit"]))


def _answers(value: object) -> dict[str, bool | None]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise refusal(value, Said("Write {kidney_stones: no, ...}."), questions())
    return read_each("answers", value, read_answer)


def _goals(value: object) -> dict[str, Goal]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise refusal(value, Said("Write {25OHD: [50, 125] nmol/L}."), tuple(ANALYTE_UNIT))
    return read_each("goals", value, read_goal)


def _offered(value: object, info: ValidationInfo) -> str | OfferedIn:
    """The name of a catalogue, or one product."""
    if isinstance(value, str):
        return value.strip()
    return OfferedIn.model_validate(value, context=info.context)


def _version(value: object) -> int:
    if isinstance(value, bool) or value not in (VERSION, str(VERSION)):
        raise refusal(value, Said("This program reads case files of version 1."), ("1",))
    return VERSION


class CaseFile(Strict):
    """One person: who it is, what is eaten and taken, what was measured, what is asked for."""

    cofactor: Annotated[
        int, PlainValidator(_version), WithJsonSchema({"const": 1}), Field(description="1", examples=[1])
    ]
    person: Annotated[PersonIn, Field(description="sex, age, weight and more", examples=["{sex: ..., age: ...}"])]
    place: Annotated[PlaceIn, Field(description="latitude and country", examples=["{latitude: 48.9, country: FR}"])]
    sun: Annotated[
        SunIn | Literal["none"] | None,
        PlainValidator(read_sun, json_schema_input_type=SunIn | Literal["none", "aucun"] | None),
        Field(description="Time outdoors; none for a stay without sun."),
    ] = None
    diet: Annotated[DietIn | None, Field(description="Foods and known totals.")] = None
    supplements: Annotated[
        Many[
            Annotated[
                SupplementIn | ProductIn,
                PlainValidator(read_taken, json_schema_input_type=SupplementIn | ProductIn),
            ]
        ],
        Field(default_factory=list, description="What is taken already: one nutrient, or a product by its label."),
    ]
    medicines: Annotated[
        Many[
            Annotated[MedicineIn, PlainValidator(_medicine, json_schema_input_type=Annotated[str, TEXT] | MedicineIn)]
        ],
        Field(default_factory=list, description="Names or ATC codes.", examples=[["levothyroxine"]]),
    ]
    conditions: Annotated[
        Many[Text], Field(default_factory=list, description="Names, ids of interactions, or ICD-10 codes.")
    ]
    answers: Annotated[
        dict[str, bool | None],
        PlainValidator(_answers),
        as_mapping((), _ANSWER),
        Field(default_factory=dict, description="Answers to gate questions; what is not answered counts as the worst."),
    ]
    labs: Annotated[VeryMany[LabIn], Field(default_factory=list, description="Laboratory results.")]
    goals: Annotated[
        dict[str, Goal],
        PlainValidator(_goals),
        as_mapping(tuple(ANALYTE_UNIT), _GOAL),
        Field(default_factory=dict, description="Ranges to reach; defaults by reference set."),
    ]
    probability: Annotated[
        float | None, NUMBER, Field(description="Asked probability of reaching each goal.", examples=["90 %"])
    ] = None
    products: Annotated[
        Many[
            Annotated[
                str | OfferedIn, PlainValidator(_offered, json_schema_input_type=Annotated[str, TEXT] | OfferedIn)
            ]
        ],
        Field(default_factory=list, description="What to choose from: catalogue files beside this one, or products."),
    ]
    today: Annotated[date | None, DATE, Field(description="Day of the plan; results are then reproducible.")] = None

    @validator("probability", mode="plain")
    @classmethod
    def _probability(cls, value: object) -> float | None:
        if value is None:
            return None
        percent = isinstance(value, str) and "%" in value
        number = measures.share(value, "90 %", Said("probability")) if percent else plain_number(value, "90 %")
        low, high = _PROBABILITY
        if not low <= number <= high:
            expected = Said("{low:g}% to {high:g}%", low=100 * low, high=100 * high)
            raise refusal(value, Said("Write a probability such as 90 %."), (expected,))
        return number

    @validator("today", mode="plain")
    @classmethod
    def _today(cls, value: object) -> date | None:
        if value is None:
            return None
        found = iso_date(value)
        first, last = _YEARS
        if not first <= found.year <= last:
            expected = Said("{first}-01-01 to {last}-12-31", first=first, last=last)
            raise refusal(value, Said("Write the day of the plan."), (expected,))
        return found


def json_schema() -> dict[str, Any]:
    """Publish the case file as a JSON Schema, for editors that complete and check YAML."""
    schema = CaseFile.model_json_schema()
    schema["properties"]["answers"]["properties"] = dict.fromkeys(questions(), _ANSWER)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cofactor case file",
        **{key: value for key, value in schema.items() if key != "title"},
    }
