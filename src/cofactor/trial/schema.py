"""The trial file as written, third part: the whole file, what is read, and how long.

As for the case file: validating reads each value into its fixed unit and reports all that is wrong at once, the order
of the fields is the order of the checks, and :func:`json_schema` publishes the same models for editors.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic import field_validator as validator

from cofactor.model.tables import outcomes as outcome_table
from cofactor.person.problems import describe, refusal
from cofactor.person.quantities import iso_date
from cofactor.person.schema_base import NUMBER, Strict, Text, VeryMany
from cofactor.person.schema_base import nothing as said_none
from cofactor.person.schema_person import SunIn, read_sun
from cofactor.person.words import nearest
from cofactor.said import Said
from cofactor.trial.schema_given import ArmIn
from cofactor.trial.schema_people import PopulationIn
from cofactor.trial.written import DAY, DAYS, days_of, length_in

VERSION = 1


class ObserveIn(Strict):
    """What is read, and when."""

    outcomes: Annotated[
        tuple[str, ...],
        WithJsonSchema({"type": "array", "items": {"enum": [o.id for o in outcome_table()]}}),
        Field(description="Analytes; 25OHD where none is named.", examples=[["25OHD", "PTH"]]),
    ] = ("25OHD",)
    weeks: Annotated[tuple[float, ...], DAYS, Field(description="Weeks from the start.", examples=[[0, 8, 22]])] = ()
    days: Annotated[tuple[float, ...], DAYS, Field(description="Days from the start.", examples=[[0, 56]])] = ()

    @validator("outcomes", mode="plain")
    @classmethod
    def _outcomes(cls, value: object) -> tuple[str, ...]:
        listed = ("25OHD",) if value is None or value == [] else value if isinstance(value, list | tuple) else (value,)
        return tuple(dict.fromkeys(_outcome(entry) for entry in listed))

    @validator("weeks", mode="plain")
    @classmethod
    def _weeks(cls, value: object) -> tuple[float, ...]:
        return () if value is None else tuple(7 * week for week in days_of(value))

    @validator("days", mode="plain")
    @classmethod
    def _days(cls, value: object) -> tuple[float, ...]:
        return () if value is None else days_of(value)


def _outcome(value: object) -> str:
    known = tuple(o.id for o in outcome_table())
    if value in known:
        return str(value)
    close = nearest(str(value), known)
    do = Said("Did you mean `{word}`?", word=close[0]) if close else Said("Use one of those outcomes.")
    raise refusal(value, do, close or known)


class TrialFile(Strict):
    """A virtual trial: one population, several treatments."""

    trial: Annotated[
        Literal[1], WithJsonSchema({"const": VERSION}), Field(description="Version of this format.", examples=[VERSION])
    ]
    name: Annotated[Text | None, Field(description="Name of the trial.", examples=["winter-dose-response"])] = None
    about: Annotated[Text | None, Field(description="What the trial is for, or where it is from.")] = None
    population: Annotated[PopulationIn, Field(default_factory=lambda: PopulationIn.model_validate({}))]
    start: Annotated[
        date | None, DAY, Field(description="Day of the start, for its season; none where people start all year.")
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
            do = Said("This version of cofactor reads version 1 of the trial file.")
            raise refusal(value, do, (str(VERSION),))
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
            got = Said("{days:g} days beside {weeks:g} weeks", days=value, weeks=weeks / 7)
            raise refusal(got, Said("Weeks and days disagree: keep one of the two."))
        return value

    @validator("arms", mode="after")
    @classmethod
    def _arms(cls, value: list[ArmIn]) -> list[ArmIn]:
        names = [arm.name for arm in value]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            got = Said("two arms named {name}", name=describe(twice))
            raise refusal(got, Said("Give each arm a name of its own."))
        return value


def json_schema() -> dict[str, Any]:
    """Publish the trial file as a JSON Schema, for editors that complete and check YAML."""
    schema = TrialFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cofactor trial file",
        **{key: value for key, value in schema.items() if key != "title"},
    }
