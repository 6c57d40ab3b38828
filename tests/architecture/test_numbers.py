"""No number without a source: neither in a table, nor in the code that turns tables into a plan."""

from __future__ import annotations

import ast
import csv
import io
import itertools
import math
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from cofactor.facts.types import Trust

SOURCE = Path(__file__).parents[2] / "src" / "cofactor"
TABLES = sorted([*SOURCE.glob("facts/tables/*.csv"), *SOURCE.glob("model/*.csv")])
STAGES_WITH_NUMBERS = ("facts", "person", "assess", "plan")
# What arithmetic needs and no study measured: the calendar, the circle, percentiles.
STRUCTURAL = {*range(13), 24, 60, 365, 365.25, 366, 1440, 180, 360, 0.05, 0.25, 0.5, 0.75, 0.95, 25, 50, 75, 95}


def unsourced_rows(text: str) -> list[str]:
    """The rows of a table, by line, whose ``source`` is empty or whose ``trust`` is not one of :class:`Trust`."""
    reader = csv.DictReader(io.StringIO(text))
    if missing := {"source", "trust"} - set(reader.fieldnames or ()):
        return [f"no column {', '.join(sorted(missing))}"]
    known = set(Trust)
    return [
        f"line {reader.line_num}: source {row['source']!r}, trust {row['trust']!r}"
        for row in reader
        if len((row["source"] or "").strip()) < 3 or row["trust"] not in known
    ]


def structural(value: float) -> bool:
    """Whether a number needs no source: one of the above, a power of ten, or a whole number that counts.

    Whole numbers up to 31 count things and days, those from 1900 to 2100 are years, and powers of two are sizes.
    """
    if value in STRUCTURAL or value == float(f"1e{round(math.log10(value))}"):
        return True
    return isinstance(value, int) and (0 <= value <= 31 or 1900 <= value <= 2100 or value & (value - 1) == 0)


def numbers(tree: ast.Module) -> Iterator[tuple[ast.Constant, ast.stmt, str]]:
    """Each number of a module with the statement it stands in and the docstrings around it."""

    def visit(node: ast.AST, statement: ast.stmt | None, notes: str) -> Iterator[tuple[ast.Constant, ast.stmt, str]]:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)):
            notes += ast.get_docstring(node) or ""
        for child in ast.iter_child_nodes(node):
            inside = child if isinstance(child, ast.stmt) else statement
            if isinstance(child, ast.Constant) and type(child.value) in (int, float) and inside is not None:
                yield child, inside, notes
            yield from visit(child, inside, notes)

    return visit(tree, None, "")


def unexplained(text: str) -> list[str]:
    """Numbers that nobody explains.

    An explanation is a comment on the line of the number, a comment above the run of lines (no blank between) that
    its statement belongs to, a string under the statement (the docstring of a constant), or a docstring around it
    that names its ``Source``.
    """
    lines = text.splitlines()
    commented = {t.start[0] for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT}
    tree = ast.parse(text)
    documented = {
        first.lineno
        for body in (node.body for node in ast.walk(tree) if isinstance(getattr(node, "body", None), list))
        for first, second in itertools.pairwise(body)
        if isinstance(second, ast.Expr)
        and isinstance(second.value, ast.Constant)
        and isinstance(second.value.value, str)
    }
    found = []
    for number, statement, notes in numbers(tree):
        if structural(number.value) or number.lineno in commented or statement.lineno in documented:
            continue
        above = statement.lineno - 1  # the line before, counted from 1
        while above and lines[above - 1].strip() and above not in commented:
            above -= 1
        if above in commented or "Source" in notes:
            continue
        found.append(f"line {number.lineno}: {ast.unparse(number)} in `{lines[number.lineno - 1].strip()}`")
    return found


@pytest.mark.parametrize("table", TABLES, ids=lambda p: p.name)
def test_every_row_has_a_source_and_a_mark(table):
    assert unsourced_rows(table.read_text(encoding="utf-8")) == []


def test_there_are_tables():
    assert TABLES


def test_no_number_in_code_goes_unexplained():
    found = {
        path.relative_to(SOURCE).as_posix(): rows
        for stage in STAGES_WITH_NUMBERS
        for path in sorted((SOURCE / stage).rglob("*.py"))
        if (rows := unexplained(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_a_row_without_source_or_mark_is_caught():
    table = "id,value,trust,source\na,1,verified,EFSA 2016\nb,2,verified,\nc,3,surely,EFSA 2016\n"
    assert [row.partition(":")[0] for row in unsourced_rows(table)] == ["line 3", "line 4"]
    assert unsourced_rows("id,value\na,1\n") == ["no column source, trust"]


@pytest.mark.parametrize(
    "text",
    [
        "LIMIT = 37.5\n",
        "def f(x: float) -> float:\n    '''Twice the thing.'''\n    return 2 * x + 0.85\n",
        "# unrelated\n\nTABLE = {\n    'a': 37.5,\n}\n",
        "def f(dose: float = 250) -> float:\n    return dose\n",
    ],
)
def test_an_unexplained_number_is_caught(text):
    assert len(unexplained(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "LIMIT = 37.5  # µg/d; IOM 2011\n",
        "# IOM 2011: largest intake without harm\nLIMIT = 37.5\nOTHER = 62.5\n",
        'LIMIT = 37.5\n"""µg/d, from IOM 2011."""\n',
        "def f(x: float) -> float:\n    '''Twice the thing. Source: Smith 2001.'''\n    return 2 * x + 0.85\n",
        "def f(x: float) -> float:\n    return 100 * x + 1e-9 + x[12] + 1000.0\n",
    ],
)
def test_an_explained_or_structural_number_is_not_caught(text):
    assert unexplained(text) == []
