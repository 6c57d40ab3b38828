"""The case file as written, first part: the person, the place and the sun.

A check that needs another key of the same mapping looks at keys declared before it (pydantic's ``info.data``), so the
order of the fields matters. A key that was refused is not in ``info.data``: what depends on it is then left unchecked.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic import field_validator as validator

from cofactor.person import measures, words
from cofactor.person.problems import describe, refusal
from cofactor.person.quantities import iso_date, word
from cofactor.person.schema_base import DATE, NUMBER, QUANTITY, Many, Strict, Text, nothing, one_of, reading
from cofactor.said import Said

LONGEST_HOLIDAY = 366  # days
_SKIN = WithJsonSchema({"enum": [1, 2, 3, 4, 5, 6]})
_YEAR_OR_NO = WithJsonSchema(
    {"anyOf": [{"type": "integer"}, {"type": "boolean"}, {"enum": ["yes", "no", "oui", "non"]}]}
)
_COUNTRY = WithJsonSchema({"enum": sorted(words.COUNTRIES)})


class PersonIn(Strict):
    """Who it is. Nothing of this leaves the machine."""

    name: Annotated[Text | None, Field(description="Optional; it never leaves the file.", examples=["Anna"])] = None
    sex: Annotated[str, one_of(words.SEX), Field(description="female or male", examples=["female"])]
    born: Annotated[date | None, DATE, Field(description="Date of birth, in place of the age.")] = None
    age: Annotated[
        float | None,
        NUMBER,
        Field(validate_default=True, description="Age in years.", examples=["58"]),
    ] = None
    weight: Annotated[float, QUANTITY, Field(description="Weight with its unit.", examples=["72 kg"])]
    height: Annotated[float | None, QUANTITY, Field(description="Height with its unit.", examples=["165 cm"])] = None
    skin: Annotated[int | None, _SKIN, Field(description="Fitzpatrick type of the skin, 1 to 6.", examples=[2])] = None
    state: Annotated[str, one_of(words.STATE), Field(description="none, pregnant or lactating", examples=["none"])] = (
        "none"
    )
    menopause: Annotated[
        int | bool | None, _YEAR_OR_NO, Field(description="Year of the menopause, or no.", examples=[2019, "no"])
    ] = None

    @validator("sex", mode="plain")
    @classmethod
    def _sex(cls, value: object) -> str:
        return word(value, words.SEX)

    @validator("born", mode="plain")
    @classmethod
    def _born(cls, value: object, info: ValidationInfo) -> date | None:
        return None if value is None else measures.birth_date(value, reading(info).today)

    @validator("age", mode="plain")
    @classmethod
    def _age(cls, value: object, info: ValidationInfo) -> float | None:
        born = info.data.get("born")
        if value is None:
            if born is None and "born" in info.data:
                do = Said("Add `age: 58` or `born: 1968-03-02` (with the true value).")
                raise refusal(None, do, ("age", "born"))
            return None if born is None else measures.age_from_birth(born, reading(info).today)
        age = measures.age_years(value)
        if born is not None and abs(age - measures.age_from_birth(born, reading(info).today)) > 1:
            got = Said("{age} and born {born}", age=describe(value), born=born)
            raise refusal(got, Said("Age and date of birth disagree: keep one of the two."))
        return age if born is None else measures.age_from_birth(born, reading(info).today)

    @validator("weight", mode="plain")
    @classmethod
    def _weight(cls, value: object, info: ValidationInfo) -> float:
        return measures.weight_kg(value, info.data.get("age"))

    @validator("height", mode="plain")
    @classmethod
    def _height(cls, value: object, info: ValidationInfo) -> float | None:
        if value is None:
            return None
        return measures.height_cm(value, info.data.get("age"), info.data.get("weight"))

    @validator("skin", mode="plain")
    @classmethod
    def _skin(cls, value: object) -> int | None:
        return None if value is None else measures.skin_type(value)

    @validator("state", mode="plain")
    @classmethod
    def _state(cls, value: object, info: ValidationInfo) -> str:
        state = word("none" if value is None else value, words.STATE)
        if state != "none" and info.data.get("sex") == "male":
            raise refusal(value, Said("Remove this key, or check the sex."), (Said("none for a man"),))
        return state

    @validator("menopause", mode="plain")
    @classmethod
    def _menopause(cls, value: object, info: ValidationInfo) -> int | bool | None:
        if value is None:
            return None
        said = measures.menopause(value, info.data.get("sex"), info.data.get("age"), reading(info).today)
        if said is not False and info.data.get("state") == "pregnant":
            raise refusal(value, Said("Check the menopause and the pregnancy: they exclude each other."), ("no",))
        return said


class PlaceIn(Strict):
    """Where the person lives."""

    latitude: Annotated[float, NUMBER, Field(description="Degrees, north positive.", examples=["48.9"])]
    country: Annotated[
        str | None, _COUNTRY, Field(description="ISO 3166-1 alpha-2 code; chooses the limits.", examples=["FR"])
    ] = None

    @validator("latitude", mode="plain")
    @classmethod
    def _latitude(cls, value: object) -> float:
        return measures.latitude(value)

    @validator("country", mode="plain")
    @classmethod
    def _country(cls, value: object) -> str | None:
        return None if value is None else measures.country(value)


class SeasonIn(Strict):
    """Sun habits of one season."""

    outdoors: Annotated[
        float | None, QUANTITY, Field(description="Time outdoors in daylight.", examples=["30 min/day"])
    ] = None
    exposed: Annotated[float | None, QUANTITY, Field(description="Uncovered share of the skin.", examples=["20 %"])] = (
        None
    )
    sunscreen: Annotated[
        str | None, one_of(words.SUNSCREEN), Field(description="How often it is used.", examples=["sometimes"])
    ] = None

    @validator("outdoors", mode="plain")
    @classmethod
    def _outdoors(cls, value: object) -> float | None:
        return None if value is None else measures.minutes_outdoors(value)

    @validator("exposed", mode="plain")
    @classmethod
    def _exposed(cls, value: object) -> float | None:
        return None if value is None else measures.share(value, "20 %", Said("share of the skin"))

    @validator("sunscreen", mode="plain")
    @classmethod
    def _sunscreen(cls, value: object) -> str | None:
        return None if value is None else word(value, words.SUNSCREEN)


def _season(value: object, info: ValidationInfo) -> SeasonIn | None:
    if nothing(value):
        return SeasonIn.model_construct(outdoors=0.0)
    return None if value is None else SeasonIn.model_validate(value, context=info.context)


Season = Annotated[
    SeasonIn | None, PlainValidator(_season, json_schema_input_type=SeasonIn | Literal["none", "aucun"] | None)
]


class HolidayIn(SeasonIn):
    """Days elsewhere; what is not said is usual for the place and the season."""

    first: Annotated[date, DATE, Field(alias="from", description="First day.", examples=["2026-07-11"])]
    last: Annotated[date, DATE, Field(alias="to", description="Last day.", examples=["2026-07-25"])]
    latitude: Annotated[float, NUMBER, Field(description="Degrees, north positive.", examples=["43.3"])]
    beach: Annotated[bool | None, WithJsonSchema({"enum": [True, False, "yes", "no", "oui", "non"]})] = Field(
        default=None, description="yes for days on the beach, on water or other open ground."
    )

    @validator("first", mode="plain")
    @classmethod
    def _first(cls, value: object) -> date:
        return iso_date(value)

    @validator("last", mode="plain")
    @classmethod
    def _last(cls, value: object, info: ValidationInfo) -> date:
        last, first = iso_date(value), info.data.get("first")
        if first is not None and last < first:
            do = Said("The last day lies before the first: check both.")
            raise refusal(value, do, (Said("{day} or later", day=first),))
        if first is not None and (last - first).days > LONGEST_HOLIDAY:
            do = Said("Longer than a year elsewhere is another place: change `place`.")
            raise refusal(value, do, (Said("at most {most} days", most=LONGEST_HOLIDAY),))
        return last

    @validator("latitude", mode="plain")
    @classmethod
    def _latitude(cls, value: object) -> float:
        return measures.latitude(value)

    @validator("beach", mode="plain")
    @classmethod
    def _beach(cls, value: object) -> bool | None:
        return None if value is None else word(value, words.YES_NO)


class SunIn(SeasonIn):
    """Sun habits of the whole year, or of summer and winter apart; a season takes over what it does not say."""

    summer: Annotated[Season, Field(description="April to September, where it differs.")] = None
    winter: Annotated[Season, Field(description="October to March, where it differs.")] = None
    holidays: Annotated[Many[HolidayIn], Field(default_factory=list, description="Days elsewhere, past or planned.")]


def read_sun(value: object, info: ValidationInfo) -> SunIn | Literal["none"] | None:
    """Read ``none``, one habit for the year, or two seasons."""
    if nothing(value):
        return "none"
    return None if value is None else SunIn.model_validate(value, context=info.context)
