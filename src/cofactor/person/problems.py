"""From what pydantic says of a case to problems that a person can act on: where, got, expected, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from cofactor.errors import Problem
from cofactor.person.words import nearest

T = TypeVar("T")
Location = tuple[str | int, ...]

_LONGEST = 80  # characters of a value that is written back
_SHAPES = {
    "model_type": ("keys and values", "Write `key: value` pairs here."),
    "model_attributes_type": ("keys and values", "Write `key: value` pairs here."),
    "dict_type": ("keys and values", "Write `key: value` pairs here."),
    "list_type": ("a list", "Write a list, one entry to a line after a dash, or [a, b]."),
    "string_type": ("text", "Write a text."),
}


def refusal(got: object, do: str, expected: tuple[str, ...] = ()) -> PydanticCustomError:
    """Make the error that a validator raises; it becomes one :class:`Problem` at the validator's place in the file."""
    return PydanticCustomError("refused", "{do}", {"got": describe(got), "expected": list(expected), "do": do})


def describe(value: object) -> str:
    """Write a value back as the user would recognise it, short enough for a line."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        text = value.strip() or "an empty text"
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int) and abs(value) >= 10**_LONGEST:
        text = "a huge number"
    elif isinstance(value, int | float):
        text = str(value)
    elif isinstance(value, Mapping):
        text = "keys and values (" + ", ".join(describe(k) for k in list(value)[:3]) + ")"
    elif isinstance(value, list | tuple):
        text = f"a list of {len(value)}"
    else:
        text = f"a {type(value).__name__}"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def read_each(title: str, values: Mapping[Any, object], read: Callable[[str, object], T]) -> dict[str, T]:
    """Read every value of a mapping by key; what is refused is reported at its own key, all of it at once."""
    found: dict[str, T] = {}
    refused: list[InitErrorDetails] = []
    for key, value in values.items():
        name = key if isinstance(key, str) else describe(key)
        try:
            found[name] = read(name, value)
        except PydanticCustomError as error:
            refused.append(InitErrorDetails(type=error, loc=(name,), input=value))
        except ValidationError as error:  # of a mapping inside this one, read the same way
            for inner in error.errors(include_url=False):
                again = PydanticCustomError("refused", "{do}", inner["ctx"])
                refused.append(InitErrorDetails(type=again, loc=(name, *inner["loc"]), input=inner["input"]))
    if refused:
        raise ValidationError.from_exception_data(title, refused)
    return found


def problems_of(error: ValidationError, root: type[BaseModel]) -> list[tuple[Location, Problem]]:
    """Turn all errors of a validation of ``root`` into problems with their place in the file."""
    return [(e["loc"], _problem(e, root)) for e in error.errors(include_url=False)]


def where(location: Location) -> str:
    """Write a place as in contracts: ``labs[0].unit``."""
    text = ""
    for part in location:
        name = describe(part) if isinstance(part, str) else f"[{part}]"
        text += name if isinstance(part, int) or not text else f".{name}"
    return text or "file"


def _problem(error: ErrorDetails, root: type[BaseModel]) -> Problem:
    location, kind, place = error["loc"], error["type"], where(error["loc"])
    if kind == "refused":
        context = error["ctx"]
        return Problem(place, context["got"], tuple(context["expected"]), context["do"])
    if kind == "extra_forbidden":
        return _unknown_key(location, root)
    if kind == "missing":
        return _missing_key(location, root)
    if kind == "too_long":
        most = error["ctx"]["max_length"]
        return Problem(place, f"{error['ctx']['actual_length']} entries", (f"at most {most}",), "Shorten the list.")
    expected, do = _SHAPES.get(kind, ("another value", f"{error['msg']}."))
    return Problem(place, describe(error["input"]), (expected,), do)


def _unknown_key(location: Location, root: type[BaseModel]) -> Problem:
    key = str(location[-1])
    known = tuple(name for name, _ in _fields(location[:-1], root))
    close = nearest(key, known)
    if key.isdigit():
        do = "A comma inside braces ends a value: write the number with a point, or in quotes."
    elif close:
        do = f"Did you mean `{close[0]}`?"
    else:
        do = "Remove this key, or use one of those."
    return Problem(where(location), f"the unknown key `{describe(key)}`", close or known, do)


def _missing_key(location: Location, root: type[BaseModel]) -> Problem:
    name = str(location[-1])
    field = dict(_fields(location[:-1], root)).get(name)
    examples = tuple(str(e) for e in (field.examples or ())) if field is not None else ()
    do = f"Add `{name}: {examples[0]}` (with the true value)." if examples else f"Add the key `{name}`."
    meaning = (field.description or "").rstrip(".") if field is not None else ""
    return Problem(where(location), "nothing", (meaning[:1].lower() + meaning[1:] or name,), do)


def _fields(location: Location, root: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    """List the keys that may stand at a place of the file."""
    models = [root]
    for part in location:
        if isinstance(part, int):
            continue
        fields = [field for model in models for name, field in _named(model) if name == part]
        if not fields:  # a key of the user's own, such as the analyte of a baseline
            continue
        models = [m for field in fields for m in _models(field.annotation)]
    return [pair for model in models for pair in _named(model)]


def _named(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    return [(field.alias or name, field) for name, field in model.model_fields.items()]


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
