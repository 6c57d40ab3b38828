"""What the models of the case file share: strictness, the reading in progress, and common kinds of value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationInfo, WithJsonSchema

from cofactor.facts.names import fold
from cofactor.person.problems import describe, refusal
from cofactor.person.quantities import LONGEST
from cofactor.person.types import Note
from cofactor.said import Said

T = TypeVar("T")

# What an editor is told. The parser is the judge; these are wide enough never to reject what it accepts as written in
# the documentation, and narrow enough to catch a missing unit or a word in the wrong place.
TEXT = WithJsonSchema({"type": "string", "minLength": 1})
DATE = WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})
QUANTITY = WithJsonSchema({"type": "string", "pattern": r"^[-+]?[.,\d].*[A-Za-zÀ-ÿµμ%]"})
NUMBER = WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[-+<>≤≥]*\s*[.,\d]"}]})
PERIOD = WithJsonSchema({"type": "string", "pattern": r"^(\d+\s+)?[A-Za-z]+$", "examples": ["day", "week", "30 days"]})


def one_of(values: dict[str, T]) -> WithJsonSchema:
    """Tell an editor the words that are accepted."""
    return WithJsonSchema({"enum": list(values)})


def as_mapping(keys: tuple[str, ...], value: dict[str, object]) -> WithJsonSchema:
    """Tell an editor the keys of a mapping whose values all look alike."""
    properties = dict.fromkeys(keys, value)
    return WithJsonSchema({"type": "object", "properties": properties, "additionalProperties": False})


@dataclass
class Reading:
    """What the checks of one file share: its ``today``, and the notes taken on the way."""

    today: date
    notes: list[Note] = field(default_factory=list)
    unknown_foods: int = 0

    def note(self, key: str, **values: str | float) -> None:
        """Keep something to show to the owner of the file."""
        self.notes.append(Note(key, values))


class Strict(BaseModel):
    """A mapping of the file: no key but those of the model."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def reading(info: ValidationInfo) -> Reading:
    """Return the reading that a validation belongs to (a new one, as of today, where it stands alone)."""
    return info.context if isinstance(info.context, Reading) else Reading(date.today())


def nothing(value: object) -> bool:
    """Tell whether a value is a word for "none"."""
    return isinstance(value, str) and fold(value[:LONGEST]) in ("none", "aucun", "aucune")


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refusal(value, Said("Write a text."))
    text = value.strip() if isinstance(value, str) else describe(value)
    if not text or len(text) > 2 * LONGEST:
        raise refusal(value, Said("Write a text of 1 to {most} characters.", most=2 * LONGEST))
    return text


Text = Annotated[str, PlainValidator(_text), TEXT]
_EMPTY = BeforeValidator(lambda value: [] if value is None else value)
Many = Annotated[list[T], _EMPTY, Field(max_length=200)]
"""A list that may be left empty; 200 entries at most, so that no file takes long to check."""
VeryMany = Annotated[list[T], _EMPTY, Field(max_length=1000)]
"""The same for what is quick to check: 1000 entries at most."""
