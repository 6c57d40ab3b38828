"""The trial file as written: its keys, what may stand under each, and every check that one place of the file allows.

As for the case file: validating reads each value into its fixed unit and reports all that is wrong at once, the order
of the fields is the order of the checks, and :func:`json_schema` publishes the same models for editors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic import field_validator as validator

from cofactor.facts.load import load
from cofactor.facts.types import Form
from cofactor.model.tables import outcomes as outcome_table
from cofactor.person import doses, measures, words
from cofactor.person.problems import describe, read_each, refusal
from cofactor.person.quantities import (
    bounded,
    iso_date,
    number_with_unit,
    period_in_days,
    plain_number,
    quantity_in,
    word,
)
from cofactor.person.schema_base import DATE, NUMBER, PERIOD, QUANTITY, TEXT, Many, Strict, Text, VeryMany, as_mapping
from cofactor.person.schema_base import nothing as said_none
from cofactor.person.schema_person import SunIn, read_sun
from cofactor.person.words import nearest
from cofactor.trial import spreads
from cofactor.trial.levers import levers
from cofactor.trial.types import Spread

VERSION = 1
MODELLED = ("vitamin_d", "magnesium", "calcium", "phosphorus", "zinc", "vitamin_k")
"""Nutrients that the model follows when given; of vitamin K only MK-7."""
IN_DIET = ("vitamin_d", "magnesium", "calcium", "phosphorus", "zinc")
INTO_VEIN = ("magnesium", "calcium")
_MOST_PEOPLE = 100_000_000
_MOST_DAYS = 36_525.0  # a century
_MOST_VITAMIN_D_DAILY = 1_500.0  # µg; 60,000 IU a day, above every arm ever given (50,000 IU, Barger-Lux 1998)
_MOST_MMOL = {"magnesium": 200.0, "calcium": 200.0}  # of one infusion: 5 and 8 g, above what is given
_MOST_INTAKES = 8  # a day
_SPREAD = WithJsonSchema(
    {
        "anyOf": [
            {"type": ["number", "string"]},
            {
                "type": "object",
                "properties": {k: {"type": ["number", "string"]} for k in ("mean", "sd", "min", "max")},
                "additionalProperties": False,
            },
        ]
    }
)
_READINGS: dict[str, object] = {
    "type": "object",
    "properties": {
        "mean": {"type": ["number", "string"]},
        "sd": {"type": ["number", "string"]},
        "unit": {"type": "string"},
    },
    "required": ["mean"],
    "additionalProperties": False,
}
_DAY = WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 1})


def _one_or_many(value: object) -> object:
    """One entry may stand without the dash of a list."""
    return [value] if isinstance(value, Mapping) else value


def _share(value: object, what: str) -> float:
    """Read ``0.5`` or ``50 %``."""
    if isinstance(value, str) and "%" in value:
        return measures.share(value, "50 %", what)
    return bounded(plain_number(value, "0.5"), 0, 1, "", what, value)


def _whole(value: object, least: int, most: int, example: str, what: str) -> int:
    number = plain_number(value, example)
    if number != int(number):
        raise refusal(value, f"Write a whole {what}, such as {example}.")
    return int(bounded(number, least, most, "", what, value))


def _days_of(value: object) -> tuple[float, ...]:
    """Read one day or a list of days, counted from the start, which may be parts of a day."""
    listed = value if isinstance(value, list | tuple) else [value]
    if not listed or len(listed) > 1000:
        raise refusal(value, "Write a list of 1 to 1000 days, such as [0, 30].")
    found = [bounded(plain_number(day, "30"), 0, _MOST_DAYS, "days", "day of a trial", day) for day in listed]
    return tuple(sorted(set(found)))


def length_in(days_each: float) -> Callable[[object], float | None]:
    """Read a length: a number of such units, or a text with its own. The reader returns days."""

    def read(value: object) -> float | None:
        if value is None:
            return None
        text = isinstance(value, str) and any(c.isalpha() for c in value)
        days = quantity_in(value, _PERIODS, "22 weeks") if text else plain_number(value, "22") * days_each
        return bounded(days, 1 / 24, _MOST_DAYS, "days", "length of a trial", value)

    return read


_PERIODS = {"d": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25, "h": 1 / 24}


class PopulationIn(Strict):
    """Who takes part."""

    people: Annotated[int, NUMBER, Field(description="How many people each arm has.", examples=[2000])] = 1000
    seed: Annotated[int, NUMBER, Field(description="The same seed draws the same people.", examples=[7])] = 1
    female: Annotated[float, NUMBER, Field(description="Share of women.", examples=[0.5])] = 0.5
    age: Annotated[Spread, _SPREAD, Field(description="Years; also min and max.", examples=["{mean: 40, sd: 8}"])] = (
        Spread()
    )
    bmi: Annotated[Spread | None, _SPREAD, Field(description="kg/m².", examples=["{mean: 26, sd: 4}"])] = None
    weight: Annotated[
        Spread | None, _SPREAD, Field(description="In kg, in place of bmi.", examples=["{mean: 75, sd: 12}"])
    ] = None
    latitude: Annotated[float | None, NUMBER, Field(description="Degrees, north positive.", examples=[52])] = None
    country: Annotated[
        str | None,
        WithJsonSchema({"enum": sorted(words.COUNTRIES)}),
        Field(description="ISO code; chooses default diets, habits and skin types."),
    ] = None
    skin: Annotated[
        dict[int, float],
        as_mapping(tuple("123456"), {"type": "number"}),
        Field(default_factory=dict, description="Fitzpatrick type to share; by latitude where not given."),
    ]
    postmenopausal: Annotated[
        float | None, NUMBER, Field(description="Share of the women; by age where not given.", examples=[1])
    ] = None
    gfr: Annotated[Spread | None, _SPREAD, Field(description="Kidney function, mL/min; by age where not given.")] = None
    baseline: Annotated[
        dict[str, Spread],
        as_mapping(tuple(levers()), _READINGS),
        Field(
            default_factory=dict,
            description="Analyte to readings at the start, which people are made to match.",
            examples=["{25OHD: {mean: 48, sd: 18, unit: nmol/L}}"],
        ),
    ]
    intake: Annotated[
        dict[str, Spread],
        as_mapping(IN_DIET, {"type": ["string", "object"]}),
        Field(default_factory=dict, description="Habitual intake from food per day: the mean, or mean and sd."),
    ]
    medicines: Annotated[
        Many[str], Field(default_factory=list, description="Taken by everyone: names or ATC codes.", examples=[[]])
    ]
    sun: Annotated[
        SunIn | Literal["none"] | None,
        PlainValidator(read_sun, json_schema_input_type=SunIn | Literal["none"] | None),
        Field(description="Habits outdoors, or none; those of indoor workers where not given."),
    ] = None

    @validator("people", mode="plain")
    @classmethod
    def _people(cls, value: object) -> int:
        return _whole(value, 1, _MOST_PEOPLE, "2000", "number of people")

    @validator("seed", mode="plain")
    @classmethod
    def _seed(cls, value: object) -> int:
        return _whole(value, 0, 2**53, "7", "seed")

    @validator("female", mode="plain")
    @classmethod
    def _female(cls, value: object) -> float:
        return _share(value, "share of women")

    @validator("age", mode="plain")
    @classmethod
    def _age(cls, value: object) -> Spread:
        return spreads.read(value, spreads.AGE)

    @validator("bmi", mode="plain")
    @classmethod
    def _bmi(cls, value: object) -> Spread | None:
        return None if value is None else spreads.read(value, spreads.BMI)

    @validator("weight", mode="plain")
    @classmethod
    def _weight(cls, value: object, info: ValidationInfo) -> Spread | None:
        if value is not None and info.data.get("bmi") is not None:
            raise refusal(value, "Give bmi or weight: keep one of the two.", ("one of them",))
        return None if value is None else spreads.read(value, spreads.WEIGHT)

    @validator("latitude", mode="plain")
    @classmethod
    def _latitude(cls, value: object) -> float | None:
        return None if value is None else measures.latitude(value)

    @validator("country", mode="plain")
    @classmethod
    def _country(cls, value: object) -> str | None:
        return None if value is None else measures.country(value)

    @validator("skin", mode="plain")
    @classmethod
    def _skin(cls, value: object) -> dict[int, float]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            return {measures.skin_type(value): 1.0}
        plain = {str(key): share for key, share in value.items()}
        found = read_each("skin", plain, lambda key, share: (measures.skin_type(key), _share(share, "share")))
        total = sum(share for _, share in found.values())
        if abs(total - 1) > 0.02:  # rounding of six shares
            raise refusal(
                f"shares that add to {total:g}", "Write the share of each skin type.", ("shares adding to 1",)
            )
        return {skin: share / total for skin, share in found.values()}

    @validator("postmenopausal", mode="plain")
    @classmethod
    def _postmenopausal(cls, value: object) -> float | None:
        return None if value is None else _share(value, "share of the women")

    @validator("gfr", mode="plain")
    @classmethod
    def _gfr(cls, value: object) -> Spread | None:
        return None if value is None else spreads.read(value, spreads.GFR)

    @validator("baseline", mode="plain")
    @classmethod
    def _baseline(cls, value: object) -> dict[str, Spread]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise refusal(value, "Write {25OHD: {mean: 48, sd: 18, unit: nmol/L}}.", tuple(levers()))
        return read_each("baseline", value, spreads.readings)

    @validator("intake", mode="plain")
    @classmethod
    def _intake(cls, value: object) -> dict[str, Spread]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise refusal(value, "Write {magnesium: 320 mg, ...}, per day.", IN_DIET)
        return read_each("intake", value, lambda name, amount: spreads.intake(_in_diet(name), amount))

    @validator("medicines", mode="plain")
    @classmethod
    def _medicines(cls, value: object) -> list[str]:
        listed = [] if value is None else value if isinstance(value, list | tuple) else [value]
        return [_medicine(entry) for entry in listed]


def _medicine(value: object) -> str:
    code = load().medicine(str(value)[:60])[0]
    if code is None:
        raise refusal(value, "Write the name of a medicine, or its ATC code.", ("hydrochlorothiazide", "C03AA03"))
    return code


def _in_diet(value: str) -> str:
    nutrient = doses.known_nutrient(value)
    if nutrient not in IN_DIET:
        raise refusal(value, "The model does not follow this nutrient: remove the key.", IN_DIET)
    return nutrient


class GiveIn(Strict):
    """Something given by mouth, again and again or on named days."""

    nutrient: Annotated[
        str, WithJsonSchema({"enum": list(MODELLED)}), Field(description="Nutrient.", examples=["vitamin_d"])
    ]
    form: Annotated[Form | None, TEXT, Field(description="Form of the nutrient.", examples=["D3", "citrate"])] = None
    of: Annotated[
        Literal["elemental", "compound"] | None,
        WithJsonSchema({"enum": ["elemental", "compound"]}),
        Field(description="Whether the amount is of the element (default) or of the whole compound."),
    ] = None
    at: Annotated[
        tuple[float, ...], _DAY, Field(description="Days on which it is given once.", examples=[[0, 90]])
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
        nutrient = doses.known_nutrient(value)
        if nutrient not in MODELLED:
            raise refusal(value, "The model does not follow this nutrient: remove the entry.", MODELLED)
        return nutrient

    @validator("form", mode="plain")
    @classmethod
    def _form(cls, value: object, info: ValidationInfo) -> Form | None:
        nutrient = info.data.get("nutrient")
        form = None if value is None or nutrient is None else doses.known_form(nutrient, value)
        if nutrient == "vitamin_k" and form is not None and form.id != "MK-7":
            raise refusal(value, "Of vitamin K the model follows one form.", ("MK-7",))
        return form

    @validator("of", mode="plain")
    @classmethod
    def _of(cls, value: object) -> str | None:
        return None if value is None else word(value, {"elemental": "elemental", "compound": "compound"})

    @validator("at", mode="plain")
    @classmethod
    def _at(cls, value: object) -> tuple[float, ...]:
        return () if value is None else _days_of(value)

    @validator("every", mode="plain")
    @classmethod
    def _every(cls, value: object, info: ValidationInfo) -> float | None:
        if value is None:
            return None
        if info.data.get("at"):
            raise refusal(value, "Give `every` or `at`: keep one of the two.", ("one of them",))
        return period_in_days(value)

    @validator("begin", mode="plain")
    @classmethod
    def _begin(cls, value: object) -> float:
        return 0.0 if value is None else bounded(plain_number(value, "28"), 0, _MOST_DAYS, "days", "first day", value)

    @validator("end", mode="plain")
    @classmethod
    def _end(cls, value: object, info: ValidationInfo) -> float | None:
        if value is None:
            return None
        end = bounded(plain_number(value, "84"), 0, _MOST_DAYS, "days", "last day", value)
        if end <= info.data.get("begin", 0.0):
            raise refusal(value, "The last day lies before the first: check both.", ("a later day",))
        return end

    @validator("when", mode="plain")
    @classmethod
    def _when(cls, value: object) -> tuple[str, ...]:
        moments = () if value is None else value if isinstance(value, list | tuple) else (value,)
        if len(moments) > _MOST_INTAKES:
            raise refusal(value, f"Write at most {_MOST_INTAKES} moments.", words.first_spelling(words.SLOTS))
        return tuple(word(moment, words.SLOTS) for moment in moments)

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
            got = f"{describe(value)}, {doses.both_units(amount / repeated, nutrient)} a day"
            most = f"at most {doses.both_units(_MOST_VITAMIN_D_DAILY, nutrient)} a day"
            raise refusal(got, "Check the unit and `every`.", (most,))
        return amount


class InfuseIn(Strict):
    """Magnesium or calcium given into a vein."""

    nutrient: Annotated[
        str, WithJsonSchema({"enum": list(INTO_VEIN)}), Field(description="Nutrient.", examples=["magnesium"])
    ]
    at: Annotated[tuple[float, ...], _DAY, Field(description="Days on which an infusion begins.", examples=[[21]])]
    hours: Annotated[float, NUMBER, Field(description="How long each lasts.", examples=[0.2])]
    amount: Annotated[
        float, QUANTITY, Field(description="Of one infusion; below 0 where calcium is taken away.", examples=["97 mg"])
    ]

    @validator("nutrient", mode="plain")
    @classmethod
    def _nutrient(cls, value: object) -> str:
        nutrient = doses.known_nutrient(value)
        if nutrient not in INTO_VEIN:
            raise refusal(value, "The model takes these into a vein.", INTO_VEIN)
        return nutrient

    @validator("at", mode="plain")
    @classmethod
    def _at(cls, value: object) -> tuple[float, ...]:
        return _days_of(value)

    @validator("hours", mode="plain")
    @classmethod
    def _hours(cls, value: object) -> float:
        text = isinstance(value, str) and any(c.isalpha() for c in value)
        hours = quantity_in(value, _HOURS, "0.2 h") if text else plain_number(value, "0.2")
        return bounded(hours, 1 / 60, 24 * _MOST_DAYS, "hours", "length of an infusion", value)

    @validator("amount", mode="plain")
    @classmethod
    def _amount(cls, value: object, info: ValidationInfo) -> float:
        nutrient = info.data.get("nutrient")
        return 0.0 if nutrient is None else spreads.infused_mmol(nutrient, value, _MOST_MMOL[nutrient])


_HOURS = {"h": 1.0, "min": 1 / 60, "d": 24.0}


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

    @validator("diet", mode="plain")
    @classmethod
    def _diet(cls, value: object) -> dict[str, float]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise refusal(value, "Write {magnesium: 12 mg, ...}, per day.", IN_DIET)

        def read(name: str, amount: object) -> float:
            low, high = doses.diet_total(_in_diet(name), amount, controlled=True)
            return (low + high) / 2

        return {doses.known_nutrient(name): amount for name, amount in read_each("diet", value, read).items()}

    @validator("adherence", mode="plain")
    @classmethod
    def _adherence(cls, value: object) -> float | None:
        return None if value is None else _share(value, "adherence")


class ObserveIn(Strict):
    """What is read, and when."""

    outcomes: Annotated[
        tuple[str, ...],
        WithJsonSchema({"type": "array", "items": {"enum": [o.id for o in outcome_table()]}}),
        Field(description="Analytes; 25OHD where none is named.", examples=[["25OHD", "PTH"]]),
    ] = ("25OHD",)
    weeks: Annotated[tuple[float, ...], _DAY, Field(description="Weeks from the start.", examples=[[0, 8, 22]])] = ()
    days: Annotated[tuple[float, ...], _DAY, Field(description="Days from the start.", examples=[[0, 56]])] = ()

    @validator("outcomes", mode="plain")
    @classmethod
    def _outcomes(cls, value: object) -> tuple[str, ...]:
        listed = ("25OHD",) if value is None or value == [] else value if isinstance(value, list | tuple) else (value,)
        return tuple(dict.fromkeys(_outcome(entry) for entry in listed))

    @validator("weeks", mode="plain")
    @classmethod
    def _weeks(cls, value: object) -> tuple[float, ...]:
        return () if value is None else tuple(7 * week for week in _days_of(value))

    @validator("days", mode="plain")
    @classmethod
    def _days(cls, value: object) -> tuple[float, ...]:
        return () if value is None else _days_of(value)


def _outcome(value: object) -> str:
    known = tuple(o.id for o in outcome_table())
    if value in known:
        return str(value)
    close = nearest(str(value), known)
    raise refusal(value, f"Did you mean `{close[0]}`?" if close else "Use one of those outcomes.", close or known)


class TrialFile(Strict):
    """A virtual trial: one population, several treatments."""

    trial: Annotated[
        Literal[1], WithJsonSchema({"const": VERSION}), Field(description="Version of this format.", examples=[VERSION])
    ]
    name: Annotated[Text | None, Field(description="Name of the trial.", examples=["winter-dose-response"])] = None
    about: Annotated[Text | None, Field(description="What the trial is for, or where it is from.")] = None
    population: Annotated[PopulationIn, Field(default_factory=lambda: PopulationIn.model_validate({}))]
    start: Annotated[
        date | None, DATE, Field(description="Day of the start, for its season; none where people start all year.")
    ] = None
    sun: Annotated[
        SunIn | Literal["none"] | None,
        PlainValidator(read_sun, json_schema_input_type=SunIn | Literal["none"] | None),
        Field(description="none: no UVB from the start on. Otherwise the habits outdoors."),
    ] = None
    weeks: Annotated[
        float | None, NUMBER, PlainValidator(length_in(7.0)), Field(description="Length in weeks.", examples=[22])
    ] = None
    days: Annotated[
        float | None, NUMBER, PlainValidator(length_in(1.0)), Field(description="Length in days.", examples=[154])
    ] = None
    arms: Annotated[VeryMany[ArmIn], Field(min_length=1, description="Treatments.")]
    observe: Annotated[ObserveIn, Field(default_factory=lambda: ObserveIn.model_validate({}))]

    @validator("trial", mode="plain")
    @classmethod
    def _trial(cls, value: object) -> int:
        if value != VERSION or isinstance(value, bool):
            raise refusal(value, "This version of cofactor reads version 1 of the trial file.", (str(VERSION),))
        return VERSION

    @validator("start", mode="plain")
    @classmethod
    def _start(cls, value: object) -> date | None:
        return None if value is None or said_none(value) else iso_date(value)

    @validator("days", mode="after")
    @classmethod
    def _one_length(cls, value: float | None, info: ValidationInfo) -> float | None:
        weeks = info.data.get("weeks")
        if value is not None and weeks is not None and abs(value - weeks) > 0.5:
            raise refusal(f"{value:g} days beside {weeks / 7:g} weeks", "Weeks and days disagree: keep one of the two.")
        return value

    @validator("arms", mode="after")
    @classmethod
    def _arms(cls, value: list[ArmIn]) -> list[ArmIn]:
        names = [arm.name for arm in value]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise refusal(f"two arms named {describe(twice)}", "Give each arm a name of its own.")
        return value


def json_schema() -> dict[str, Any]:
    """Publish the trial file as a JSON Schema, for editors that complete and check YAML."""
    schema = TrialFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cofactor trial file",
        **{key: value for key, value in schema.items() if key != "title"},
    }
