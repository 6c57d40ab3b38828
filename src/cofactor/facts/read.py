"""Read a shipped table into frozen values. A column is a field of the table's class, converted by its type.

Columns: one per field, in the order of the class; a ``source`` field becomes the columns ``source``, ``trust`` and
``detail``; a field marked ``NO_COLUMN`` has none. An empty cell of an optional number is "not known". A tuple is
written with ``|`` between its members.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import Field, fields
from importlib.resources import files
from typing import Any, TypeVar

from cofactor.errors import FactsError
from cofactor.facts.types import Source, Trust

Row = TypeVar("Row")
SEPARATOR = "|"
_TRUST = {trust.value: trust for trust in Trust}


def _tuple(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(SEPARATOR)) if cell else ()


def _optional_number(cell: str) -> float | None:
    return float(cell) if cell else None


# By the annotation as written beside the field.
_CONVERT: dict[str, Callable[[str], object]] = {
    "str": str,
    "float": float,
    "int": int,
    "float | None": _optional_number,
    "tuple[str, ...]": _tuple,
}


def _in_table(row_type: type[Any]) -> list[Field[Any]]:
    return [field for field in fields(row_type) if field.metadata.get("column", True)]


def columns(row_type: type[Any]) -> list[str]:
    """The columns of the table that holds ``row_type``, in order."""
    names: list[str] = []
    for field in _in_table(row_type):
        names += ["source", "trust", "detail"] if field.name == "source" else [field.name]
    return names


def parse_rows(row_type: type[Row], table: str, lines: Iterable[str]) -> tuple[Row, ...]:
    """The rows of one table. Raises :class:`FactsError` naming every cell that cannot be read."""
    reader = csv.reader(lines)
    expected = columns(row_type)
    header = next(reader, [])
    if header != expected:
        raise FactsError(f"{table}: got columns {header}, expected {expected}. Make the table again.")
    rows = list(reader)
    problems = [
        f"{table}:{number}: got {len(cells)} cells, expected {len(expected)}"
        for number, cells in enumerate(rows, start=2)
        if len(cells) != len(expected)
    ]
    if not rows or problems:
        return _raise_if(problems)
    by_name = dict(zip(expected, zip(*rows, strict=True), strict=True))
    values: list[Iterable[object]] = []
    for field in _in_table(row_type):
        try:
            values.append(_convert_column(field.name, str(field.type), by_name))
        except (ValueError, KeyError):
            problems += _problems_of_column(table, field.name, str(field.type), by_name)
    _raise_if(problems)
    return tuple(map(row_type, *values))


def _raise_if(problems: list[str]) -> tuple[()]:
    if problems:
        raise FactsError("\n".join(problems))
    return ()


def _convert_column(name: str, kind: str, by_name: dict[str, tuple[str, ...]]) -> list[object]:
    """A whole column at once: half the time of row by row, and the tables are read at every start."""
    if name == "source":
        cells = zip(by_name["source"], by_name["trust"], by_name["detail"], strict=True)
        known: dict[tuple[str, str, str], Source] = {}
        return [known.get(cell) or known.setdefault(cell, _source(*cell)) for cell in cells]
    return list(by_name[name]) if kind == "str" else list(map(_CONVERT[kind], by_name[name]))


def _source(text: str, trust: str, detail: str) -> Source:
    return Source(text, _TRUST[trust], detail)


def _problems_of_column(table: str, name: str, kind: str, by_name: dict[str, tuple[str, ...]]) -> Iterator[str]:
    column, convert = ("trust", _TRUST.__getitem__) if name == "source" else (name, _CONVERT[kind])
    for number, cell in enumerate(by_name[column], start=2):
        try:
            convert(cell)
        except (ValueError, KeyError):
            wanted = f"one of {', '.join(_TRUST)}" if name == "source" else f"a number ({kind})"
            yield f"{table}:{number}: {column}: got {cell!r}, expected {wanted}"


def read_table(row_type: type[Row], name: str, package: str = "cofactor.facts") -> tuple[Row, ...]:
    """The rows of the shipped table ``tables/<name>.csv`` of a package."""
    text = files(package).joinpath("tables", f"{name}.csv").read_text(encoding="utf-8")
    return parse_rows(row_type, name, text.splitlines())
