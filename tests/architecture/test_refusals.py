"""What is refused is said in both languages: every sentence has its pattern in French, with the same values."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cofactor.person.problems import meaning
from cofactor.report import refusals
from cofactor.report.text import placeholders

SOURCE = Path(refusals.__file__).parents[1]
FRENCH = SOURCE / "report" / "text" / "refusals"
REFUSE = {"Problem", "refusal", "_refusal", "_refused", "refused", "LineProblem", "FileError", "Refused", "Fault"}
REFUSE |= {
    "StoreError",
    "SealedError",
    "ModelError",
    "EngineError",
    "CofactorError",
    "CellError",
    "UnitError",
    "SolverError",
    "MissingExtraError",
}
KEPT = {"do", "got", "expected", "why", "hint", "fault", "reason"}
"""Names under which a part of a refusal is kept until it is raised."""
OURS = {"facts/check_values.py", "facts/check_words.py", "facts/checks.py", "facts/gates.py", "facts/read.py"}
OURS |= {"model/check.py", "model/findings.py", "model/numeric_checks.py", "model/text_checks.py", "model/tables.py"}
OURS |= {
    "model/compose.py",
    "model/interpret.py",
    "model/posterior.py",
    "evidence/experiments.py",
    "evidence/studies.py",
}
OURS |= {"engine/lower.py", "engine/program.py", "engine/solve.py"}
"""What these find is wrong in our own tables, texts and calls: it is read by who changes those, in English."""
COMPUTED = {"said.py", "person/problems.py"}
"""Where a pattern may be no literal: one that was packed, and the meaning of a field (:func:`required` lists those)."""
WORDS = re.compile(r"[A-Za-z]{2,}[^\w\n]* [\w(`]")


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package by its path."""
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def name_of(call: ast.Call) -> str:
    """The last name of what is called."""
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def is_said(node: ast.AST) -> bool:
    """Whether it makes a sentence."""
    return isinstance(node, ast.Call) and name_of(node) == "Said"


def said() -> dict[str, set[str]]:
    """Every pattern with the names of its values, as the code gives them."""
    found: dict[str, set[str]] = {}
    for path, tree in modules():
        for node in ast.walk(tree):
            if not is_said(node):
                continue
            pattern = node.args[0]
            if path in COMPUTED and not isinstance(pattern, ast.Constant):
                continue
            assert isinstance(pattern, ast.Constant), f"{path}:{node.lineno}: a pattern is written out, not computed"
            found.setdefault(pattern.value, set()).update(k.arg for k in node.keywords if k.arg)
    return found | {meaning(field): set() for model in schemas() for field in required(model)}


def schemas(of: type[BaseModel] = BaseModel) -> Iterator[type[BaseModel]]:
    """The schemas of every file that a user writes."""
    for name in ("person.schema", "trial.schema", "trial.formula.schema", "trial.label_file", "person.catalogue"):
        importlib.import_module(f"cofactor.{name}")
    for model in of.__subclasses__():
        if model.__module__.startswith(("cofactor.person.", "cofactor.trial.")):
            yield model
        yield from schemas(model)


def required(model: type[BaseModel]) -> Iterator[FieldInfo]:
    """The fields that must be there, which a refusal names by what they mean."""
    yield from (field for field in model.model_fields.values() if field.is_required() and field.description)


def needs_words(pattern: str, values: set[str]) -> bool:
    """Whether there is anything to translate."""
    return bool(re.search(r"[A-Za-z]", re.sub(r"\{[^{}]*\}", "", pattern) if values else pattern))


def bare(tree: ast.AST) -> Iterator[ast.AST]:
    """Texts of words below a node that are in no sentence."""
    if is_said(tree):
        children: list[ast.AST] = [k.value for k in tree.keywords]
    elif isinstance(tree, ast.Call) and name_of(tree) == "quoted":
        return
    elif isinstance(tree, ast.JoinedStr):
        fixed = "".join(part.value if isinstance(part, ast.Constant) else "x" for part in tree.values)
        if re.search(r"[A-Za-z]{2,}", re.sub(r"`[^`]*`", "", fixed)):
            yield tree
        return
    elif isinstance(tree, ast.Constant):
        if isinstance(tree.value, str) and WORDS.search(tree.value):
            yield tree
        return
    else:
        children = list(ast.iter_child_nodes(tree))
    for child in children:
        yield from bare(child)


def not_said(tree: ast.AST) -> Iterator[ast.AST]:
    """Texts that a refusal is given without being a sentence."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node) in REFUSE:
            for argument in [*node.args, *(k.value for k in node.keywords)]:
                yield from bare(argument)
        elif isinstance(node, ast.Assign) and any(getattr(t, "id", "") in KEPT for t in node.targets):
            yield from bare(node.value)


def french() -> dict[str, str]:
    """Every French pattern by its English one."""
    files = {p.name: tomllib.loads(p.read_text(encoding="utf-8"))["fr"] for p in sorted(FRENCH.glob("*.toml"))}
    twice = [key for key, count in Counter(k for rows in files.values() for k in rows).items() if count > 1]
    assert twice == [], "patterns in two files"
    return {key: value for rows in files.values() for key, value in rows.items()}


def test_every_sentence_has_its_french_and_no_french_is_left_over():
    given, have = said(), french()
    wanted = {pattern for pattern, values in given.items() if needs_words(pattern, values)}
    assert sorted(wanted - have.keys()) == []
    assert sorted(have.keys() - given.keys()) == []


def test_the_french_shows_the_same_values():
    have, given = french(), said()
    wrong = [p for p, values in given.items() if values and p in have and placeholders(have[p]) != placeholders(p)]
    assert wrong == []
    assert [p for p, values in given.items() if values and placeholders(p) != values] == []


def test_what_is_refused_is_a_sentence():
    found = [
        f"{path}:{node.lineno}: {ast.unparse(node)[:90]}"
        for path, tree in modules()
        if path not in OURS
        for node in not_said(tree)
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        'Problem(place, f"{value} without a unit", (), do)',
        'refusal(value, Said("Write {it}.", it=it), ("a whole number",))',
        'do = "Check the path." if path else ""',
    ],
)
def test_a_bare_text_is_found(code):
    assert len(list(not_said(ast.parse(code)))) == 1
