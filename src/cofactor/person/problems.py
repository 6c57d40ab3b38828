"""From what pydantic says of a case to problems that a person can act on: where, got, expected, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from cofactor.errors import Problem
from cofactor.person.words import nearest
from cofactor.said import Said

T = TypeVar("T")
Location = tuple[str | int, ...]

NOTHING = Said("nothing")
"""What was got where something is missing."""
_LONGEST = 80  # characters of a value that is written back
_PAIRS = (Said("keys and values"), Said("Write `key: value` pairs here."))
_WHOLE = (Said("a whole number"), Said("Write a whole number."))
_NUMBER = (Said("a number"), Said("Write a number."))
_SHAPES = {
    "model_type": _PAIRS,
    "model_attributes_type": _PAIRS,
    "dict_type": _PAIRS,
    "list_type": (Said("a list"), Said("Write a list, one entry to a line after a dash, or [a, b].")),
    "string_type": (Said("text"), Said("Write a text.")),
    "bool_type": (Said("true or false"), Said("Write one of the two.")),
    "bool_parsing": (Said("true or false"), Said("Write one of the two.")),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), _WHOLE),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), _NUMBER),
    "missing": (Said("a value"), Said("Add it.")),
    "extra_forbidden": (Said("no such key"), Said("Remove it.")),
}
_BOUNDS: dict[str, Callable[[float], Said]] = {
    "ge": lambda low: Said("at least {low:g}", low=low),
    "gt": lambda low: Said("more than {low:g}", low=low),
    "le": lambda high: Said("at most {high:g}", high=high),
    "lt": lambda high: Said("less than {high:g}", high=high),
    "max_length": lambda most: Said("at most {most:,} characters", most=most),
    "min_length": lambda least: Said("at least {least:,} characters", least=least),
}


def refusal(got: object, do: Said, expected: tuple[str, ...] = ()) -> PydanticCustomError:
    """Make the error that a validator raises; it becomes one :class:`Problem` at the validator's place in the file."""
    return PydanticCustomError("refused", "{do}", {"got": describe(got), "expected": list(expected), "do": do})


def describe(value: object) -> str:
    """Write a value back as the user would recognise it, short enough for a line. Sentences stay what they are."""
    if value is None:
        return NOTHING
    if isinstance(value, Said):
        text: str = value
    elif isinstance(value, str):
        text = value.strip() or Said("an empty text")
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, int) and abs(value) >= 10**_LONGEST:
        text = Said("a huge number")
    elif isinstance(value, int | float):
        text = str(value)
    elif isinstance(value, Mapping):
        text = Said("keys and values ({keys})", keys=tuple(describe(k) for k in list(value)[:3]))
    elif isinstance(value, list | tuple):
        text = Said("a list of {n}", n=len(value))
    else:
        text = Said("a {kind}", kind=type(value).__name__)
    return text if isinstance(text, Said) or len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


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
    return text or Said("file")


def _problem(error: ErrorDetails, root: type[BaseModel]) -> Problem:
    location, kind, place = error["loc"], error["type"], where(error["loc"])
    if kind == "refused":
        context = error["ctx"]
        return Problem(place, context["got"], tuple(context["expected"]), context["do"])
    if kind == "extra_forbidden":
        return _unknown_key(location, root)
    if kind == "missing":
        return _missing_key(location, root)
    return of_shape(error, place)


def of_shape(error: ErrorDetails, place: str) -> Problem:
    """A value of another shape or size than a field of a schema has, at ``place``."""
    context = error.get("ctx", {})
    if error["type"] == "too_long":
        entries, most = (
            Said("{n} entries", n=context["actual_length"]),
            Said("at most {most}", most=context["max_length"]),
        )
        return Problem(place, entries, (most,), Said("Shorten the list."))
    got = describe(error["input"])
    if error["type"] in ("literal_error", "enum"):
        return Problem(place, got, (context["expected"],), Said("Use one of those."))
    if bounds := [bound(context[name]) for name, bound in _BOUNDS.items() if name in context]:
        return Problem(place, got, tuple(bounds), Said("Choose another."))
    other = Said("another value"), Said.quoted(f"{error['msg']}.")
    wanted, do = _SHAPES.get(error["type"], other)
    return Problem(place, got, (wanted,), do)


def _unknown_key(location: Location, root: type[BaseModel]) -> Problem:
    key = str(location[-1])
    known = tuple(name for name, _ in _fields(location[:-1], root))
    close = nearest(key, known)
    if key.isdigit():
        do = Said("A comma inside braces ends a value: write the number with a point, or in quotes.")
    elif close:
        do = Said("Did you mean `{word}`?", word=close[0])
    else:
        do = Said("Remove this key, or use one of those.")
    return Problem(where(location), Said("the unknown key `{key}`", key=describe(key)), close or known, do)


def _missing_key(location: Location, root: type[BaseModel]) -> Problem:
    name = str(location[-1])
    field = dict(_fields(location[:-1], root)).get(name)
    examples = tuple(str(e) for e in (field.examples or ())) if field is not None else ()
    if examples:
        do = Said("Add `{name}: {example}` (with the true value).", name=name, example=examples[0])
    else:
        do = Said("Add the key `{name}`.", name=name)
    return Problem(where(location), NOTHING, ((meaning(field) if field is not None else "") or name,), do)


def meaning(field: FieldInfo) -> Said:
    """What a field holds, as what is expected where it is missing."""
    text = (field.description or "").rstrip(".")
    return Said(text[:1].lower() + text[1:])


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
