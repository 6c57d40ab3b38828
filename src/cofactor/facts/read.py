"""Read a shipped table into frozen values. A column is a field of the table's class, converted by its type.

Columns: one per field, in the order of the class; a ``source`` field becomes the columns ``source``, ``trust`` and
``detail``. An empty cell of an optional number is "not known". A tuple is written with ``|`` between its members.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
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


# By the annotation as written in facts/types.py.
_CONVERT: dict[str, Callable[[str], object]] = {
    "float": float,
    "int": int,
    "float | None": _optional_number,
    "tuple[str, ...]": _tuple,
}


def columns(row_type: type[Any]) -> list[str]:
    """The columns of the table that holds ``row_type``, in order."""
    names: list[str] = []
    for field in fields(row_type):
        names += ["source", "trust", "detail"] if field.name == "source" else [field.name]
    return names


def parse_rows(row_type: type[Row], table: str, lines: Iterable[str]) -> tuple[Row, ...]:
    """The rows of one table. Raises :class:`FactsError` naming every cell that cannot be read."""
    reader = csv.reader(lines)
    expected = columns(row_type)
    header = next(reader, [])
    if header != expected:
        raise FactsError(f"{table}: got columns {header}, expected {expected}. Make the table again.")
    plan = _reading_plan(row_type)
    found: list[Row] = []
    problems: list[str] = []
    for number, cells in enumerate(reader, start=2):
        try:
            found.append(row_type(*_values(plan, cells)))
        except (ValueError, KeyError, IndexError) as error:
            problems.append(f"{table}:{number}: {error}")
    if problems:
        raise FactsError("\n".join(problems))
    return tuple(found)


def _reading_plan(row_type: type[Any]) -> list[tuple[int, Callable[[str], object] | None, bool]]:
    """For each field in order: first cell, converter, and whether it is the source (three cells)."""
    plan: list[tuple[int, Callable[[str], object] | None, bool]] = []
    position = 0
    for field in fields(row_type):
        is_source = field.name == "source"
        plan.append((position, _CONVERT.get(str(field.type)), is_source))
        position += 3 if is_source else 1
    return plan


def _values(plan: Sequence[tuple[int, Callable[[str], object] | None, bool]], cells: list[str]) -> Iterator[object]:
    for position, convert, is_source in plan:
        if is_source:
            yield Source(cells[position], _TRUST[cells[position + 1]], cells[position + 2])
        else:
            yield cells[position] if convert is None else convert(cells[position])


def read_table(row_type: type[Row], name: str) -> tuple[Row, ...]:
    """The rows of the shipped table ``tables/<name>.csv``."""
    text = files("cofactor.facts").joinpath("tables", f"{name}.csv").read_text(encoding="utf-8")
    return parse_rows(row_type, name, text.splitlines())
