"""The specification of a product as written: its keys, and every check that one place of the file allows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic import field_validator as validator

from cofactor.facts.load import ANALYTE_UNIT, REGION_AUTHORITY, load
from cofactor.facts.names import fold
from cofactor.model.tables import outcomes as outcome_table
from cofactor.person import doses, words
from cofactor.person.goals import read_goal
from cofactor.person.problems import read_each, refusal
from cofactor.person.quantities import iso_date, word
from cofactor.person.schema_base import NUMBER, Strict, Text, as_mapping, nothing
from cofactor.said import Said
from cofactor.trial.formula.schema_product import MakingIn, dose_or_nothing
from cofactor.trial.formula.types import Against, Goal, IntakeGoal, LevelGoal
from cofactor.trial.label_file import START
from cofactor.trial.schema_people import PopulationIn
from cofactor.trial.written import DAY, length_in, share

VERSION = 1
MOST_OVER = 0.025
"""Share that may pass a limit where the file does not say: one in forty, as the planner's own rule for a forecast."""
_INTAKES = ("vitamin_d", "magnesium", "calcium", "phosphorus", "zinc")  # whose intake from food is drawn
_DEFAULT_LEVELS = ("25OHD", "Ca_total", "Mg_serum")
_LEVELS = tuple(o.id for o in outcome_table() if o.id in ANALYTE_UNIT)
_GOALS = as_mapping((*_LEVELS, *_INTAKES), {"type": ["string", "array", "object"]})


def _default_goals() -> tuple[Goal, ...]:
    return (LevelGoal("25OHD", *load().enough_to_concern("25OHD")),)


def _default_levels() -> dict[str, float]:
    """What nobody should pass: the highest goal of 25(OH)D, and the upper cuts of the table of laboratories."""
    found, facts = {}, load()
    for analyte in _DEFAULT_LEVELS:
        lab = facts.lab(analyte, "female")
        cut = facts.highest_goal(analyte) if analyte == "25OHD" else None if lab is None else lab.high_cut
        if cut is not None:
            found[analyte] = cut
    return found


class LimitsIn(Strict):
    """What may not be passed, and by how many."""

    region: Annotated[
        str, WithJsonSchema({"enum": list(REGION_AUTHORITY)}), Field(description="Whose upper levels of intake hold.")
    ] = "EU"
    levels: Annotated[
        dict[str, float],
        as_mapping(_LEVELS, {"type": "string"}),
        Field(description="Levels in blood and urine; some where not said.", examples=["{25OHD: 150 nmol/L}"]),
    ] = Field(default_factory=_default_levels)
    share: Annotated[float, NUMBER, Field(description="Fewer than this may pass any.", examples=["2.5 %"])] = MOST_OVER

    @validator("region", mode="plain")
    @classmethod
    def _region(cls, value: object) -> str:
        return word(value, {fold(name): name for name in REGION_AUTHORITY} | {"ue": "EU"})

    @validator("levels", mode="plain")
    @classmethod
    def _levels(cls, value: object) -> dict[str, float]:
        if not isinstance(value, Mapping):
            raise refusal(value, Said("Write {25OHD: 150 nmol/L}."), _LEVELS)
        found = read_each("levels", value, lambda name, level: (_followed(name), read_goal(name, level)[0]))
        return dict(found.values())

    @validator("share", mode="plain")
    @classmethod
    def _share(cls, value: object) -> float:
        found = share(value, Said("share of people over a limit"))
        if not 0 < found <= 0.5:
            raise refusal(value, Said("Write the share that may pass a limit."), (Said("0.1 % to 50 %"),))
        return found


def _followed(analyte: str) -> str:
    if analyte not in _LEVELS:
        raise refusal(analyte, Said("Use one of the levels that the model follows."), _LEVELS)
    return analyte


class SpecFile(Strict):
    """A product to be designed for a population."""

    formulate: Annotated[
        Literal[1], WithJsonSchema({"const": VERSION}), Field(description="Version of this format.", examples=[VERSION])
    ]
    name: Annotated[Text | None, Field(description="Name of the product.", examples=["winter"])] = None
    about: Annotated[Text | None, Field(description="What it is for.")] = None
    population: Annotated[PopulationIn, Field(default_factory=lambda: PopulationIn.model_validate({}))]
    start: Annotated[date | None, DAY, Field(description="Day of the start; none: all through the year.")] = START
    weeks: Annotated[
        float | None, NUMBER, PlainValidator(length_in(7.0)), Field(description="Length in weeks.", examples=[22])
    ] = None
    goals: Annotated[
        tuple[Goal, ...],
        _GOALS,
        Field(
            description="In range: levels at the end, and intakes (an amount, or reference). All of them together.",
            examples=["{25OHD: [50, 125] nmol/L, magnesium: reference}"],
        ),
    ] = Field(default_factory=_default_goals)
    reference: Annotated[
        str, WithJsonSchema({"enum": list(words.REFERENCES)}), Field(description="Whose reference values.")
    ] = "EFSA"
    limits: Annotated[LimitsIn, Field(default_factory=lambda: LimitsIn.model_validate({}))]
    product: Annotated[
        MakingIn, Field(description="What it may hold, and what can be made.", examples=["{holds: ...}"])
    ]
    against: Annotated[
        Against,
        WithJsonSchema({"enum": list(Against)}),
        Field(description="What the share in range is weighed against."),
    ] = Against.LIMITS
    adherence: Annotated[
        float, NUMBER, Field(description="Part of the doses that is taken, on average.", examples=["90 %"])
    ] = 1.0

    @validator("formulate", mode="plain")
    @classmethod
    def _version(cls, value: object) -> int:
        if value != VERSION or isinstance(value, bool):
            raise refusal(value, Said("This program reads version 1 of the specification."), (str(VERSION),))
        return VERSION

    @validator("start", mode="plain")
    @classmethod
    def _start(cls, value: object) -> date | None:
        return START if value is None else None if nothing(value) else iso_date(value)

    @validator("goals", mode="plain")
    @classmethod
    def _goals(cls, value: object) -> tuple[Goal, ...]:
        if not isinstance(value, Mapping) or not value:
            do = Said("Write {25OHD: [50, 125] nmol/L, magnesium: reference}.")
            raise refusal(value, do, (*_LEVELS, *_INTAKES))
        return tuple(read_each("goals", value, _goal).values())

    @validator("reference", mode="plain")
    @classmethod
    def _reference(cls, value: object) -> str:
        return word(value, {fold(name): name for name in words.REFERENCES})

    @validator("against", mode="plain")
    @classmethod
    def _against(cls, value: object) -> Against:
        return Against(word(value, {one.value: one.value for one in Against}))

    @validator("adherence", mode="plain")
    @classmethod
    def _adherence(cls, value: object) -> float:
        return share(value, Said("adherence"))


def _goal(name: str, value: object) -> Goal:
    if name in ANALYTE_UNIT:
        low, high = read_goal(_followed(name), value)
        return LevelGoal(name, low, high)
    nutrient = doses.known_nutrient(name)
    if nutrient not in _INTAKES:
        do = Said("Intake from food is drawn for some nutrients: use one of those, or a level.")
        raise refusal(name, do, _INTAKES)
    if isinstance(value, str) and value.strip().lower() in ("reference", "référence"):
        return IntakeGoal(nutrient, None)
    return IntakeGoal(nutrient, dose_or_nothing(value, nutrient))


def json_schema() -> dict[str, Any]:
    """Publish the specification as a JSON Schema, for editors that complete and check YAML."""
    schema = SpecFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cofactor product specification",
        **{key: value for key, value in schema.items() if key != "title"},
    }
