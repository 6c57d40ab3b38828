"""No number without a source: neither in a table, nor in the code that turns tables into a plan. And none twice."""

from __future__ import annotations

import ast
import contextlib
import csv
import io
import itertools
import math
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cofactor import units
from cofactor.facts import spread
from cofactor.facts.load import Facts, load
from cofactor.facts.types import Trust

SOURCE = Path(__file__).parents[2] / "src" / "cofactor"
TABLES = sorted(
    [*SOURCE.glob("facts/tables/*.csv"), *SOURCE.glob("model/*.csv"), *SOURCE.glob("evidence/tables/*.csv")]
)
# Tables whose rows are vouched for in another way than by columns `source` and `trust`: what each row must fill in.
OTHER_MARKS = {
    "foods.csv": ("source", "name_en_basis", "name_fr_basis"),  # source: an id of food_sources.csv; gaps by qualifier
    "food_sources.csv": ("citation", "detail", "licence", "sha256"),
    "food_traces.csv": ("column", "numbers"),  # counted over the whole source tables when foods.csv is made
    "article.csv": ("references", "verdict", "reviewed"),  # ids of article_sources.csv
    "concepts.csv": ("stems",),  # words, no numbers
    "questions.csv": ("claim", "needs"),  # words, no numbers
    "relations.csv": ("stands_on", "what_en"),  # no numbers; rests on a constant's row or on article_sources.csv
    "experiments.csv": ("meaning",),  # what is done; what was seen in people, with its source, is in acceptance.csv
    "posterior.csv": ("member",),  # written by calibration, row by row from the same posterior
    "trial_posterior.csv": ("member",),
    "left_out.csv": ("trial_id", "predicted"),  # written by calibration: what fits without the trial expect
    "cohorts.csv": ("citation", "how_known"),  # columns of the trial tables
    "vitamin_d_trials.csv": ("citation", "how_known"),
    "mineral_trials.csv": ("citation", "how_known"),
    "portions.csv": ("food_id", "assumed"),
    "provenance.csv": ("input", "sha256", "licence", "compiled_from"),
    "states.csv": ("unit", "meaning"),  # typical sizes steer the solver's tolerance; no result rests on them
    "outcomes.csv": ("unit", "meaning"),  # names, no numbers
}
STAGES_WITH_NUMBERS = ("facts", "person", "assess", "plan")
# What arithmetic needs and no study measured: the calendar, the circle, percentiles.
STRUCTURAL = {*range(13), 24, 60, 365, 365.25, 366, 1440, 180, 360, 0.05, 0.25, 0.5, 0.75, 0.95, 25, 50, 75, 95}

# Which may not say again beside an analyte what the tables say of it; plan.outlook chooses the levels that it bounds.
STAGES_THAT_READ = ("trial", "report", "evidence")
# Numbers that are like no other, and where each stands.
DISTINCT = {
    **dict.fromkeys(units.MOLAR_MASS.values(), "units.MOLAR_MASS"),
    units.DAYS_PER_YEAR: "units.DAYS_PER_YEAR",
    **dict.fromkeys((spread.NORMAL_P95, 1.645, 3.29), "facts.spread"),
}
HOMES = ("units.py", "facts/spread.py", "facts/check_values.py")  # the last checks with masses of its own, by element
# Drawings whose numbers only happen to be in a table: (file, number).
ONLY_DRAWN = {("report/figures/levels.py", 1.1)}  # where an axis ends at least

SOURCE_NAMED = re.compile(r"\bSources?\b", re.IGNORECASE)
CITATION = re.compile(r"\b[Ss]ources?\b|\b(?:19|20)\d\d\b|\b[A-Z]\w+ & [A-Z]\w+|\bdoi\b|\bDOI\b|\bPMID\b")


def unmarked_rows(text: str, columns: tuple[str, ...] = ("source", "trust")) -> list[str]:
    """The rows of a table, by line, that leave one of the columns empty, or whose ``trust`` is no :class:`Trust`."""
    reader = csv.DictReader(io.StringIO(text))
    if missing := set(columns) - set(reader.fieldnames or ()):
        return [f"no column {', '.join(sorted(missing))}"]
    found = []
    for row in reader:
        empty = [name for name in columns if not (row[name] or "").strip()]
        if "trust" in columns and row["trust"] not in set(Trust):
            empty.append(f"trust {row['trust']!r}")
        if empty:
            found.append(f"line {reader.line_num}: {', '.join(empty)}")
    return found


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
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            notes += ast.get_docstring(node) or ""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Slice):  # where a text is cut is no quantity
                continue
            inside = child if isinstance(child, ast.stmt) else statement
            if isinstance(child, ast.Constant) and type(child.value) in (int, float) and inside is not None:
                yield child, inside, notes
            yield from visit(child, inside, notes)

    about = ast.get_docstring(tree) or ""
    return visit(tree, None, about if SOURCE_NAMED.search(about) else "")


def unexplained(text: str) -> list[str]:
    """Numbers that nobody explains.

    An explanation is a comment on the line of the number, a comment above the run of lines (no blank between) that
    its statement belongs to, a string under the statement (the docstring of a constant), or a docstring around it
    that cites: the word ``Source``, a year, two authors, a DOI or a PMID. A module's docstring speaks for all of its
    numbers only where it names its ``Sources``.
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
        if above in commented or CITATION.search(notes):
            continue
        found.append(f"line {number.lineno}: {ast.unparse(number)} in `{lines[number.lineno - 1].strip()}`")
    return found


def numbers_of_analytes(facts: Facts) -> dict[str, set[float]]:
    """What the tables of cut-offs and of laboratories say of each analyte."""
    found: dict[str, set[float]] = {}
    for cut in facts.thresholds:
        found.setdefault(cut.analyte, set()).update(x for x in (cut.low, cut.high) if x is not None)
    for lab in facts.labs:
        ends = (lab.reference_low, lab.reference_high, lab.low_cut, lab.high_cut, lab.assay_cv, lab.within_person_cv)
        found.setdefault(lab.analyte, set()).update(x for x in ends if x is not None)
    return found


def said_again(text: str, tables: dict[str, set[float]]) -> list[tuple[int, float, str]]:
    """Numbers that stand beside the name of an analyte and in a table: line, number, and the analyte.

    Beside are the value of its key in a dictionary, what a call or a tuple holds with it, and what a name that ends in
    its own is set to. What arithmetic needs anyway is not counted.
    """

    def beside(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
        if isinstance(node, ast.Dict):
            yield from ((k.value, v) for k, v in zip(node.keys, node.values, strict=True) if named(k))
        elif isinstance(node, (ast.Call, ast.Tuple, ast.List)):
            parts = node.args if isinstance(node, ast.Call) else node.elts
            yield from ((name.value, part) for name in parts if named(name) for part in parts)
        elif isinstance(node, ast.Assign):
            ends = {t.id.lower() for t in node.targets if isinstance(t, ast.Name)}
            yield from ((a, node.value) for a in tables if any(end.endswith("_" + a.lower()) for end in ends))

    def named(node: ast.AST | None) -> bool:
        return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in tables

    found = {
        (n.lineno, float(n.value), analyte)
        for node in ast.walk(ast.parse(text))
        for analyte, part in beside(node)
        for n in ast.walk(part)
        if isinstance(n, ast.Constant) and type(n.value) in (int, float) and n.value in tables[analyte]
        if not structural(n.value)
    }
    return sorted(found)


def distinct(text: str) -> list[str]:
    """Numbers that stand in one place already and are like no other."""
    return [
        f"line {n.lineno}: {n.value} stands in {DISTINCT[n.value]}"
        for n in ast.walk(ast.parse(text))
        if isinstance(n, ast.Constant) and type(n.value) is float and n.value in DISTINCT
    ]


def copied(text: str) -> list[str]:
    """Numbers whose comment or docstring names a table that holds them.

    The comment is on the line, or fills the lines right above the statement; the docstring is that of a constant.
    """
    lines, tree = text.splitlines(), ast.parse(text)
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }
    documents = {
        first.lineno: second.value.value
        for body in (node.body for node in ast.walk(tree) if isinstance(getattr(node, "body", None), list))
        for first, second in itertools.pairwise(body)
        if isinstance(second, ast.Expr) and isinstance(second.value, ast.Constant)
    }
    found = []
    for number, statement, _ in numbers(tree):
        notes = [comments.get(number.lineno, ""), str(documents.get(statement.lineno, ""))]
        above = statement.lineno - 1  # the line before, counted from 1
        while above and lines[above - 1].lstrip().startswith("#"):
            notes.append(lines[above - 1])
            above -= 1
        tables = {name for name in re.findall(r"\w+\.csv", " ".join(notes)) if number.value in cells(name)}
        found += [f"line {number.lineno}: {number.value} of {t}" for t in tables if not structural(number.value)]
    return found


@cache
def cells(table: str) -> frozenset[float]:
    """The numbers of a shipped table; none where there is no such table."""
    texts = [path.read_text(encoding="utf-8") for path in TABLES if path.name == table]
    found = set()
    for cell in (cell for text in texts for row in csv.reader(io.StringIO(text)) for cell in row):
        with contextlib.suppress(ValueError):
            found.add(float(cell))
    return frozenset(found)


@pytest.mark.parametrize("table", TABLES, ids=lambda p: p.name)
def test_every_row_has_a_source_and_a_mark(table):
    columns = OTHER_MARKS.get(table.name, ("source", "trust"))
    assert unmarked_rows(table.read_text(encoding="utf-8"), columns) == []


def test_there_are_tables_and_no_stale_exception():
    assert set(OTHER_MARKS) <= {table.name for table in TABLES}


def test_no_number_in_code_goes_unexplained():
    found = {
        path.relative_to(SOURCE).as_posix(): rows
        for stage in STAGES_WITH_NUMBERS
        for path in sorted((SOURCE / stage).rglob("*.py"))
        if (rows := unexplained(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_no_number_of_a_table_is_written_again():
    tables = numbers_of_analytes(load())
    found = {
        f"{name}:{line}: {number:g} of {analyte}"
        for stage in STAGES_THAT_READ
        for path in sorted((SOURCE / stage).rglob("*.py"))
        for line, number, analyte in said_again(path.read_text(encoding="utf-8"), tables)
        if ((name := path.relative_to(SOURCE).as_posix()), number) not in ONLY_DRAWN
    }
    assert found == set()


@pytest.mark.parametrize("rule", [distinct, copied])
def test_no_number_has_two_homes(rule):
    found = {
        name: rows
        for path in sorted(SOURCE.rglob("*.py"))
        if (name := path.relative_to(SOURCE).as_posix()) not in HOMES
        and (rows := rule(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "CONCERN = {'25OHD': 125.0}",
        "HIGH_25OHD = 150.0",
        "goals = (LevelGoal('25OHD', 50.0, 125.0),)",
        "share('Ca_total', 2.6)",
    ],
)
def test_a_number_of_an_analyte_is_caught(text):
    assert len(said_again(text, numbers_of_analytes(load()))) == 1


@pytest.mark.parametrize(
    "text",
    ["WIDE = {'25OHD': 160.0, 'PTH': 125.0}", "above('25OHD', facts.highest_goal('25OHD'))", "draw('D3', 150, 94)"],
)
def test_another_number_beside_an_analyte_is_not_caught(text):
    assert said_again(text, numbers_of_analytes(load())) == []


def test_numbers_with_a_home_are_caught():
    assert len(distinct("mmol = mg / 40.078\nmonth = 365.25 / 12\nz = 1.6449\n")) == 3
    assert distinct("mmol = mg / MOLAR_MASS['calcium']\nyear = 365\n") == []
    assert len(copied("# NASEM 2011 (thresholds.csv)\nENOUGH, CONCERN = 50.0, 125.0\n")) == 1
    assert len(copied('HIGH = 150.0\n"""The highest goal of thresholds.csv."""\n')) == 1
    assert copied("WIDE = 151.0  # beyond what thresholds.csv holds\n") == []


def test_a_row_without_source_or_mark_is_caught():
    table = "id,value,trust,source\na,1,verified,EFSA 2016\nb,2,verified,\nc,3,surely,EFSA 2016\n"
    assert [row.partition(":")[0] for row in unmarked_rows(table)] == ["line 3", "line 4"]
    assert unmarked_rows("id,value\na,1\n") == ["no column source, trust"]
    assert unmarked_rows("food_id,assumed\na,yes\nb,\n", ("food_id", "assumed")) == ["line 3: assumed"]


@pytest.mark.parametrize(
    "text",
    [
        "LIMIT = 37.5\n",
        "def f(x: float) -> float:\n    '''Twice the thing.'''\n    return 2 * x + 0.85\n",
        "# unrelated\n\nTABLE = {\n    'a': 37.5,\n}\n",
        "'''Written after 2019.'''\nLIMIT = 37.5\n",
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
        "def f(x: float) -> float:\n    '''By Abramowitz & Stegun.'''\n    return 2 * x + 0.85\n",
        "def f(x: float) -> float:\n    return 100 * x + 1e-9 + x[:200] + 1000.0\n",
    ],
)
def test_an_explained_or_structural_number_is_not_caught(text):
    assert unexplained(text) == []
