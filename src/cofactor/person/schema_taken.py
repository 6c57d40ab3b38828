"""The case file as written, third part: what is taken already, one nutrient at a time or a product by its label."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, ValidationInfo, WithJsonSchema, model_validator
from pydantic import field_validator as validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from cofactor.facts.food_lookup import find_label
from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.facts.names import fold
from cofactor.facts.types import Form
from cofactor.person import doses, words
from cofactor.person.label import Aside, Content, parted, read_label, read_line
from cofactor.person.problems import describe, refusal
from cofactor.person.quantities import LONGEST, iso_date, number_with_unit, past_date, period_in_days, word
from cofactor.person.schema_base import DATE, PERIOD, QUANTITY, TEXT, Strict, Text, reading
from cofactor.said import Said

WHEN = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]})
_LINE = WithJsonSchema(
    {
        "type": "array",
        "minItems": 1,
        "items": {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {
                    "type": "object",
                    "properties": {"line": {"type": "string"}, "of": {"enum": ["elemental", "compound"]}},
                    "required": ["line"],
                    "additionalProperties": False,
                },
            ]
        },
    }
)
_MOST_INTAKES = 8  # a day
_MOST_LINES = 100  # of a label
_MOST_UNITS = 60.0  # of a product at once; nobody takes more tablets, and drops reach it
_OF = {"elemental": "elemental", "compound": "compound"}
# Units of products in French and English: the same thing by another name.
_UNITS = {
    "gelule": "capsule",
    "softgel": "capsule",
    "comprime": "tablet",
    "cachet": "tablet",
    "goutte": "drop",
    "sachet": "packet",
    "dose": "serving",
    "portion": "serving",
    "ampoule": "ampoule",
    "gramme": "g",
    "gram": "g",
    "cuillere": "spoon",
    "mesurette": "scoop",
}


@dataclass(frozen=True, slots=True)
class Units:
    """So many units of a product."""

    count: float
    unit: str  # in one spelling; empty where only a number is written


@dataclass(frozen=True, slots=True)
class Contents:
    """What a serving of a product holds, with what is left open and where that was read."""

    contents: tuple[Content, ...]
    asides: tuple[Aside, ...]
    name: str | None = None  # of a stored label
    serving: Units | None = None


class RhythmIn(Strict):
    """What everything that is taken may say: a label's words, how often, and when in the day."""

    label: Annotated[Text | None, Field(description="What the label says.", examples=["Magnésium marin 300"])] = None
    every: Annotated[float, PERIOD, Field(description="day, week, month or N days", examples=["day", "30 days"])] = 1.0
    when: Annotated[
        tuple[str, ...], WHEN, Field(description="Moment of the day, or a list of moments.", examples=["breakfast"])
    ] = ()

    @validator("every", mode="plain")
    @classmethod
    def _every(cls, value: object) -> float:
        return period_in_days(value)

    @validator("when", mode="plain")
    @classmethod
    def _when(cls, value: object) -> tuple[str, ...]:
        return () if value is None else read_moments(value)


class TakenIn(RhythmIn):
    """What every entry of a case may say: the same, from when to when."""

    since: Annotated[date | None, DATE, Field(description="First day.")] = None
    until: Annotated[date | None, DATE, Field(description="Last day.")] = None

    @validator("since", mode="plain")
    @classmethod
    def _since(cls, value: object, info: ValidationInfo) -> date | None:
        return None if value is None else past_date(value, reading(info).today)

    @validator("until", mode="plain")
    @classmethod
    def _until(cls, value: object, info: ValidationInfo) -> date | None:
        until, since = None if value is None else iso_date(value), info.data.get("since")
        if until is not None and since is not None and until < since:
            do = Said("The last day lies before the first: check both.")
            raise refusal(value, do, (Said("{day} or later", day=since),))
        return until


class FormedIn(Strict):
    """An amount of one nutrient in one of its forms, of the element or of the compound."""

    nutrient: Annotated[
        str, WithJsonSchema({"enum": list(NUTRIENT_UNIT)}), Field(description="Nutrient.", examples=["vitamin_d"])
    ]
    form: Annotated[Form | None, TEXT, Field(description="Form of the nutrient.", examples=["D3", "citrate"])] = None
    of: Annotated[
        Literal["elemental", "compound"] | None,
        WithJsonSchema({"enum": ["elemental", "compound"]}),
        Field(description="Whether the amount is of the element (default) or of the whole compound."),
    ] = None

    @validator("nutrient", mode="plain")
    @classmethod
    def _nutrient(cls, value: object) -> str:
        return doses.known_nutrient(value)

    @validator("form", mode="plain")
    @classmethod
    def _form(cls, value: object, info: ValidationInfo) -> Form | None:
        nutrient = info.data.get("nutrient")
        return None if value is None or nutrient is None else doses.known_form(nutrient, value)

    @validator("of", mode="plain")
    @classmethod
    def _of(cls, value: object) -> str | None:
        return None if value is None else word(value, _OF)


class SupplementIn(FormedIn, TakenIn):
    """A supplement of one nutrient."""

    amount: Annotated[
        doses.Amount, QUANTITY, Field(description="Amount of one intake.", examples=["1000 IU", "300 mg"])
    ]

    @validator("amount", mode="plain")
    @classmethod
    def _amount(cls, value: object, info: ValidationInfo) -> doses.Amount | None:
        if not {"nutrient", "form", "of"} <= info.data.keys():
            return None
        nutrient, form = info.data["nutrient"], info.data["form"]
        amount = doses.dose(value, nutrient, form, info.data["of"])
        if "every" in info.data:
            times = max(1, len(info.data.get("when", ())))
            doses.guard_daily(amount, amount.value * times / info.data["every"], nutrient, form)
        return amount


class LabelledIn(Strict):
    """What a product holds, as printed: an imported label, or its lines."""

    product: Annotated[Contents | None, TEXT, Field(description="Imported label.", examples=["dsld:261967"])] = None
    contents: Annotated[
        Contents | None,
        _LINE,
        Field(description="The label, line by line.", examples=[["Vitamine D3 25 µg (1000 UI)"]]),
    ] = None
    serving: Annotated[
        Units | None, TEXT, Field(description="What the printed amounts are for.", examples=["2 capsules"])
    ] = None

    @validator("product", mode="plain")
    @classmethod
    def _product(cls, value: object) -> Contents | None:
        return None if value is None else _stored(value)

    @validator("contents", mode="plain")
    @classmethod
    def _contents(cls, value: object, info: ValidationInfo) -> Contents | None:
        if value is None:
            return None
        if info.data.get("product") is not None:
            got = Said("both `product` and `contents`")
            raise refusal(got, Said("Keep one of the two."), ("product", "contents"))
        return _lines(value)

    @validator("serving", mode="plain")
    @classmethod
    def _serving(cls, value: object) -> Units | None:
        return None if value is None else read_units(value)

    @property
    def read(self) -> Contents:
        """What the label gives, from either place."""
        found = self.product or self.contents
        assert found is not None
        return found

    @property
    def printed_for(self) -> Units | None:
        """What the printed amounts are for, where the file or the stored label says so."""
        return self.serving or (None if self.product is None else self.product.serving)


class PrintedIn(LabelledIn, RhythmIn):
    """A product as printed, and how much of it is taken at once."""

    take: Annotated[
        Units | None, TEXT, Field(description="How much is taken at once (default: a serving).", examples=["1 capsule"])
    ] = None

    @validator("take", mode="plain")
    @classmethod
    def _take(cls, value: object, info: ValidationInfo) -> Units | None:
        if value is None:
            return None
        taken, serving = read_units(value), info.data.get("serving")
        stored = info.data.get("product")
        serving = serving or (stored.serving if stored is not None else None)
        if serving is not None and taken.unit and serving.unit and taken.unit not in (serving.unit, "serving"):
            do = Said("Write how many of the label's units are taken at once.")
            raise refusal(value, do, (f"{serving.count:g} {serving.unit}",))
        return taken

    @model_validator(mode="after")
    def _no_slip(self) -> Self:
        if self.product is None and self.contents is None:
            return self  # whoever reads the file says so
        times = max(1, len(self.when)) * self.servings / self.every
        for one in self.read.contents:
            amount = doses.Amount(one.amount, NUTRIENT_UNIT[one.nutrient], one.written_in, one.as_printed, None)
            doses.guard_daily(amount, one.amount * times, one.nutrient, one.form)
        return self

    @property
    def servings(self) -> float:
        """Servings that are taken at once."""
        serving = self.printed_for
        if self.take is None or self.take.unit == "serving":
            return 1.0 if self.take is None else self.take.count
        return self.take.count / (serving.count if serving is not None else 1.0)


class ProductIn(PrintedIn, TakenIn):
    """A product by its label: an imported label, or its lines as printed."""


def read_taken(value: object, info: ValidationInfo) -> SupplementIn | ProductIn:
    """Read an entry: one that names a label or its lines is a product, any other a supplement of one nutrient."""
    by_label = isinstance(value, Mapping) and not {"product", "contents"}.isdisjoint(value)
    if not by_label:
        return SupplementIn.model_validate(value, context=info.context)
    if value.get("product") is None and value.get("contents") is None:  # type: ignore[attr-defined]
        raise refusal(Said("an empty label"), Said("Write its lines under `contents`, as printed."), ("contents",))
    return ProductIn.model_validate(value, context=info.context)


def _stored(value: object) -> Contents:
    found = find_label(value[:LONGEST]) if isinstance(value, str) else None
    if found is None:
        do = Said(
            "No such label is imported: `cofactor foods search --labels` lists them; or write its lines as `contents`."
        )
        raise refusal(value, do, ("dsld:261967",))
    read = read_label(found.row)
    if not found.row.complete:
        raise refusal(value, Said("The import of this label held no amounts: write its lines under `contents`."))
    if read.problems:
        do = Said("Write its lines under `contents`, corrected or as printed, in place of `product`.")
        lines = reduce(lambda one, more: Said("{one}; {more}", one=one, more=more), map(str, read.problems[:3]))
        raise refusal(Said("{label}: {lines}", label=describe(value), lines=lines), do)
    row = found.row
    serving = None if row.serving is None else Units(row.serving, _spelt(row.serving_unit))
    return Contents(read.contents, read.asides, row.name, serving)


def _lines(value: object) -> Contents:
    entries = value if isinstance(value, list | tuple) else [value]
    if not 1 <= len(entries) <= _MOST_LINES:
        raise refusal(value, Said("Write the lines of the label, one to an entry."), (Said.quoted("Magnésium 300 mg"),))
    read: list[Content | Aside] = []
    refused: list[InitErrorDetails] = []
    for place, entry in enumerate(entries):
        try:
            read += _entry(entry)
        except PydanticCustomError as error:
            refused.append(InitErrorDetails(type=error, loc=(place,), input=entry))
    if refused:
        raise ValidationError.from_exception_data("contents", refused)
    return Contents(*parted(read))


def _entry(entry: object) -> list[Content | Aside]:
    of = None
    if isinstance(entry, Mapping):
        unknown = [key for key in entry if key not in ("line", "of")]
        if unknown or not isinstance(entry.get("line"), str):
            do = Said("Write {line: the line as printed, of: elemental or compound}.")
            raise refusal(entry, do, ("line", "of"))
        of = None if entry.get("of") is None else word(entry["of"], _OF)
        entry = entry["line"]
    if not isinstance(entry, str) or not entry.strip():
        raise refusal(entry, Said("Write the line as it is printed."), (Said.quoted("Magnésium (citrate) 100 mg"),))
    return read_line(entry, of)


def read_units(value: object, most_units: float = _MOST_UNITS) -> Units:
    """``2 capsules``, ``1 gélule``, ``43 g``."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        count, unit = float(value), ""
    else:
        quantity = number_with_unit(value, "2 capsules")
        count, unit = quantity.value, _spelt(quantity.unit)
    most = max(most_units, 1000.0) if unit in ("g", "ml") else most_units  # a powder or a drink
    if not 0 < count <= most:
        raise refusal(value, Said("Write how many units are meant."), ("2 capsules",))
    return Units(count, unit)


def _spelt(unit: str) -> str:
    singular = " ".join(re.sub(r"(?<=\w{3})s$", "", w) for w in fold(unit).split())
    return _UNITS.get(singular, singular)


def read_moments(value: object) -> tuple[str, ...]:
    """One moment of the day, or a list of them."""
    moments = value if isinstance(value, list | tuple) else [value]
    if not 1 <= len(moments) <= _MOST_INTAKES:
        do = Said("Write one moment of the day, or a list of them.")
        raise refusal(value, do, words.first_spelling(words.SLOTS))
    return tuple(word(moment, words.SLOTS) for moment in moments)
