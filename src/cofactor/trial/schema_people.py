"""The trial file as written, first part: who takes part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic import field_validator as validator

from cofactor.facts.load import load
from cofactor.person import measures, words
from cofactor.person.problems import read_each, refusal
from cofactor.person.schema_base import NUMBER, Many, Strict, as_mapping
from cofactor.person.schema_person import SunIn, read_sun
from cofactor.said import Said
from cofactor.trial import spreads
from cofactor.trial.levers import levers
from cofactor.trial.types import Spread
from cofactor.trial.written import IN_DIET, in_diet, share, whole

_MOST_PEOPLE = 100_000_000
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
        return whole(value, 1, _MOST_PEOPLE, "2000", Said("number of people"))

    @validator("seed", mode="plain")
    @classmethod
    def _seed(cls, value: object) -> int:
        return whole(value, 0, 2**53, "7", Said("seed"))

    @validator("female", mode="plain")
    @classmethod
    def _female(cls, value: object) -> float:
        return share(value, Said("share of women"))

    @validator("age", mode="plain")
    @classmethod
    def _age(cls, value: object) -> Spread:
        return spreads.adults(value)

    @validator("bmi", mode="plain")
    @classmethod
    def _bmi(cls, value: object) -> Spread | None:
        return None if value is None else spreads.read(value, spreads.BMI)

    @validator("weight", mode="plain")
    @classmethod
    def _weight(cls, value: object, info: ValidationInfo) -> Spread | None:
        if value is not None and info.data.get("bmi") is not None:
            raise refusal(value, Said("Give bmi or weight: keep one of the two."), (Said("one of them"),))
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
        plain = {str(key): part for key, part in value.items()}
        found = read_each("skin", plain, lambda key, part: (measures.skin_type(key), share(part, Said("share"))))
        total = sum(part for _, part in found.values())
        if abs(total - 1) > 0.02:  # rounding of six shares
            got, do = Said("shares that add to {total:g}", total=total), Said("Write the share of each skin type.")
            raise refusal(got, do, (Said("shares adding to 1"),))
        return {skin: part / total for skin, part in found.values()}

    @validator("postmenopausal", mode="plain")
    @classmethod
    def _postmenopausal(cls, value: object) -> float | None:
        return None if value is None else share(value, Said("share of the women"))

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
            raise refusal(value, Said("Write {25OHD: {mean: 48, sd: 18, unit: nmol/L}}."), tuple(levers()))
        return read_each("baseline", value, spreads.readings)

    @validator("intake", mode="plain")
    @classmethod
    def _intake(cls, value: object) -> dict[str, Spread]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise refusal(value, Said("Write {magnesium: 320 mg, ...}, per day."), IN_DIET)
        return read_each("intake", value, lambda name, amount: spreads.intake(in_diet(name), amount))

    @validator("medicines", mode="plain")
    @classmethod
    def _medicines(cls, value: object) -> list[str]:
        listed = [] if value is None else value if isinstance(value, list | tuple) else [value]
        return [_medicine(entry) for entry in listed]


def _medicine(value: object) -> str:
    code = load().medicine(str(value)[:60])[0]
    if code is None:
        do = Said("Write the name of a medicine, or its ATC code.")
        raise refusal(value, do, ("hydrochlorothiazide", "C03AA03"))
    return code
