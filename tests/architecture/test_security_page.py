"""docs/security.md: every test it names exists, and every item is one of ASVS, named once."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def names_in(path: Path) -> set[str]:
    """Names of the tests of a file, those of classes with the class before them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else []
        found |= {f"{node.name}::{n.name}" for n in inside if isinstance(n, ast.FunctionDef)}
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return {name for name in found if name.rpartition("::")[2].startswith("test_")}


def missing(text: str) -> list[str]:
    """Tests that a text names and that are not there."""
    named = re.findall(r"`(tests/[\w/]+\.py)::([\w:]+)`", text)
    return [
        f"{file}::{test}" for file, test in named if not (ROOT / file).is_file() or test not in names_in(ROOT / file)
    ]


def test_every_test_that_the_page_names_exists():
    assert missing(TEXT) == []
    assert len(set(re.findall(r"`(tests/[\w/]+\.py::[\w:]+)`", TEXT))) > 40


def test_every_row_names_items_and_a_test():
    held = TEXT.partition("Not met")[0]
    rows = [line for line in held.splitlines() if line.startswith("| V")]
    items = [item for row in rows for item in row.split("|")[1].split(",")]
    assert all(re.fullmatch(r"V\d{1,2}\.\d{1,2}\.\d{1,2}", item.strip()) for item in items)
    assert len(items) == len(set(map(str.strip, items))) > 50
    assert all("`tests/" in row for row in rows)


def test_a_test_that_is_gone_is_caught():
    assert missing("`tests/architecture/test_security_page.py::test_that_is_gone`") != []
    assert missing("`tests/architecture/test_security_page.py::test_a_test_that_is_gone_is_caught`") == []
