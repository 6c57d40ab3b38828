"""The specification of a product as written: its keys, and every check that one place of the file allows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic import field_validator as validator

from cofactor.facts.load import ANALYTE_UNIT, NUTRIENT_UNIT, REGION_AUTHORITY, load
from cofactor.facts.names import fold
from cofactor.facts.types import Form
from cofactor.model.tables import outcomes as outcome_table
from cofactor.person import doses, words
from cofactor.person.goals import read_goal
from cofactor.person.problems import read_each, refusal
from cofactor.person.quantities import iso_date, number_with_unit, quantity_in, word
from cofactor.person.schema_base import NUMBER, QUANTITY, Many, Strict, Text, as_mapping, nothing
from cofactor.person.schema_taken import read_moments
from cofactor.trial.formula.types import Against, Goal, IntakeGoal, LevelGoal
from cofactor.trial.label_file import START
from cofactor.trial.schema_people import PopulationIn
from cofactor.trial.written import DAY, MODELLED, length_in, share, whole

VERSION = 1
MOST_OVER = 0.025
"""Share that may pass a limit where the file does not say: one in forty, as the planner's own rule for a forecast."""
_MOST_AMOUNTS = 61  # of one nutrient
_UNIT_MASS = 1500.0  # mg; a large tablet (our own)
_HEAVIEST = 30_000.0  # mg; a sachet
_MOST_UNITS = 12  # a day
_INTAKES = ("vitamin_d", "magnesium", "calcium", "phosphorus", "zinc")  # whose intake from food is drawn
# Cuts that nobody should pass: the upper end of the highest goal of thresholds.csv (GRIO 2025), and the upper cuts of
# the table of laboratories.
_HIGH_25OHD = 150.0
_DEFAULT_LEVELS = ("25OHD", "Ca_total", "Mg_serum")
_LEVELS = tuple(o.id for o in outcome_table() if o.id in ANALYTE_UNIT)
_MASSES = {"mg": 1.0, "g": 1000.0}
_GOALS = as_mapping((*_LEVELS, *_INTAKES), {"type": ["string", "array", "object"]})


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
        nutrient = doses.known_nutrient(value)
        if nutrient not in MODELLED:
            raise refusal(value, "The model does not follow this nutrient: remove the entry.", MODELLED)
        return nutrient

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
                do = "Its share of the element is not in the tables, so its mass is not known: choose another."
                raise refusal(form.id, do)
            if nutrient == "vitamin_k" and form.id != "MK-7":
                raise refusal(form.id, "Of vitamin K the model follows one form.", ("MK-7",))
        if not found:
            raise refusal(value, "Write one form or a list of forms.", ("[citrate, bisglycinate]",))
        return tuple(found.values())

    @validator("amount", mode="plain")
    @classmethod
    def _amount(cls, value: object, info: ValidationInfo) -> tuple[float, float]:
        nutrient = info.data.get("nutrient")
        if nutrient is None:
            return 0.0, 0.0
        ends = value if isinstance(value, list | tuple) else [value, value]
        if len(ends) != 2:
            raise refusal(value, "Write one amount, or [from, to].", ("[0 mg, 250 mg]",))
        low, high = (_dose(end, nutrient) for end in ends)
        if high < low or high == 0:
            raise refusal(value, "Write the smaller amount first, and a larger one after it.")
        return low, high

    @validator("step", mode="plain")
    @classmethod
    def _step(cls, value: object, info: ValidationInfo) -> float | None:
        if value is None or not {"nutrient", "amount"} <= info.data.keys():
            return None
        low, high = info.data["amount"]
        step = _dose(value, info.data["nutrient"])
        if step <= 0 or (high - low) / step > _MOST_AMOUNTS - 1:
            raise refusal(value, f"Write a step that makes at most {_MOST_AMOUNTS} amounts.")
        return step


def _dose(value: object, nutrient: str) -> float:
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
            raise refusal(value, "Write the mass of one unit.", (f"1 mg to {_HEAVIEST / 1000:g} g",))
        return mass

    @validator("excipients", mode="plain")
    @classmethod
    def _excipients(cls, value: object) -> float:
        found = share(value, "share of excipients")
        if found > 0.95:
            raise refusal(value, "Leave room for what the product holds.", ("0 to 95 %",))
        return found

    @validator("units", mode="plain")
    @classmethod
    def _units(cls, value: object) -> int:
        return whole(value, 1, _MOST_UNITS, "2", "number of units a day")

    @validator("moments", mode="plain")
    @classmethod
    def _moments(cls, value: object) -> tuple[tuple[str, ...], ...]:
        listed = value if isinstance(value, list | tuple) else [value]
        if not listed:
            raise refusal(value, "Write moments such as [dinner, [breakfast, dinner]].")
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
            raise refusal(f"two entries of {twice}", "Write each nutrient once, with all of its forms.")
        return value


def _default_levels() -> dict[str, float]:
    found = {}
    for analyte in _DEFAULT_LEVELS:
        lab = load().lab(analyte, "female")
        cut = _HIGH_25OHD if analyte == "25OHD" else None if lab is None else lab.high_cut
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
            raise refusal(value, "Write {25OHD: 150 nmol/L}.", _LEVELS)
        found = read_each("levels", value, lambda name, level: (_followed(name), read_goal(name, level)[0]))
        return dict(found.values())

    @validator("share", mode="plain")
    @classmethod
    def _share(cls, value: object) -> float:
        found = share(value, "share of people over a limit")
        if not 0 < found <= 0.5:
            raise refusal(value, "Write the share that may pass a limit.", ("0.1 % to 50 %",))
        return found


def _followed(analyte: str) -> str:
    if analyte not in _LEVELS:
        raise refusal(analyte, "Use one of the levels that the model follows.", _LEVELS)
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
    ] = (LevelGoal("25OHD", 50.0, 125.0),)
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
            raise refusal(value, "This program reads version 1 of the specification.", (str(VERSION),))
        return VERSION

    @validator("start", mode="plain")
    @classmethod
    def _start(cls, value: object) -> date | None:
        return START if value is None else None if nothing(value) else iso_date(value)

    @validator("goals", mode="plain")
    @classmethod
    def _goals(cls, value: object) -> tuple[Goal, ...]:
        if not isinstance(value, Mapping) or not value:
            raise refusal(value, "Write {25OHD: [50, 125] nmol/L, magnesium: reference}.", (*_LEVELS, *_INTAKES))
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
        return share(value, "adherence")


def _goal(name: str, value: object) -> Goal:
    if name in ANALYTE_UNIT:
        low, high = read_goal(_followed(name), value)
        return LevelGoal(name, low, high)
    nutrient = doses.known_nutrient(name)
    if nutrient not in _INTAKES:
        raise refusal(name, "Intake from food is drawn for some nutrients: use one of those, or a level.", _INTAKES)
    if isinstance(value, str) and value.strip().lower() in ("reference", "référence"):
        return IntakeGoal(nutrient, None)
    return IntakeGoal(nutrient, _dose(value, nutrient))


def json_schema() -> dict[str, Any]:
    """Publish the specification as a JSON Schema, for editors that complete and check YAML."""
    schema = SpecFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cofactor product specification",
        **{key: value for key, value in schema.items() if key != "title"},
    }
