"""A file that a person wrote: its text, its values, and all that is wrong with it at once, in the order of the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from cofactor.errors import InputError, Problem
from cofactor.files import read_whole
from cofactor.person.problems import Location, describe, problems_of
from cofactor.person.yaml_text import MAX_CHARACTERS, read
from cofactor.said import Said

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Written:
    """Plain values, and the line on which each stands where they came from text."""

    values: Mapping[str, object]
    lines: Mapping[Location, int] | None


def text_of(path: Path, what: Said) -> str:
    """The text of a file, which is ``what`` (such as "a case file"). Raises :class:`InputError`."""
    try:
        return read_whole(path, MAX_CHARACTERS, what).decode("utf-8-sig")
    except UnicodeDecodeError:
        got, do = Said("bytes that are not UTF-8"), Said("Save the file as UTF-8.")
        raise InputError([Problem(path.name, got, (Said("a text file"),), do)]) from None


def of(source: Mapping[str, object] | str, how_to_start: Said) -> Written:
    """Read YAML text, or take plain values as they are. Raises :class:`InputError` where there are no keys."""
    document = read(source) if isinstance(source, str) else None
    value = source if document is None else document.value
    if not isinstance(value, Mapping):
        raise InputError([Problem(Said("file"), describe(value), (Said("keys and values"),), how_to_start)])
    return Written(value, None if document is None else document.lines)


def validated(model: type[Model], written: Written, context: object = None) -> Model:
    """Hold what is written against its model. Raises :class:`InputError` with every problem, in order of the file."""
    try:
        return model.model_validate(dict(written.values), context=context)
    except ValidationError as error:
        found = problems_of(error, model)
    lines = written.lines
    if lines is not None:
        found.sort(key=lambda pair: _line(pair[0], lines))
    raise InputError(problem for _, problem in found)


def _line(location: Location, lines: Mapping[Location, int]) -> int:
    """Return the line on which the place stands, or the nearest place around it that the file has."""
    while location and location not in lines:
        location = location[:-1]
    return lines.get(location, 0)
