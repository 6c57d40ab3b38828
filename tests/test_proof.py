"""The figures of docs/proof.md: each comes from a command that is there, and replaces its own row and no other."""

from __future__ import annotations

import re

import pytest

import proof
import proof_table
from proof_table import Proof, split, write

PAGE = "# Proof\n\nWords.\n\n" + proof_table.BEGIN + "\n" + proof_table.END + "\n\nMore words.\n"


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "proof.md"
    path.write_text(PAGE, encoding="utf-8")
    return path


def cells(row):
    return [cell.strip() for cell in row.split(" | ")]


def test_a_figure_takes_the_place_of_its_own_row_and_of_no_other(page):
    write([Proof("b", "B holds", 7, 7, "kills", 1.234, 1), Proof("a", "A | B", 1000, 2000, "files", 61.2)], "old", page)
    write([Proof("b", "B holds", 9, 9, "kills", 2.0, 3, "none lost")], "python bench/b.py 9 3", page)
    before, rows, after = split(page.read_text(encoding="utf-8"))
    assert (before, after) == ("# Proof\n\nWords.\n\n", "\n\nMore words.\n")
    assert list(rows) == ["a", "b"]
    assert cells(rows["b"])[1:6] == ["B holds", "9 / 9 kills", "2.0", "3", "none lost"]
    assert cells(rows["a"])[1:5] == ["A \\| B", "1,000 / 2,000 files", "61", ""]
    assert page.read_text(encoding="utf-8").count("| proof |") == 1


@pytest.mark.parametrize(("done", "tried", "held"), [(3, 3, True), (2, 3, False), (0, 0, False)])
def test_a_proof_holds_where_all_of_something_held(done, tried, held):
    assert Proof("x", "", done, tried, "tries", 0.0).held is held


def test_the_page_has_one_row_for_each_proof_and_each_names_a_command_that_is_there():
    text = proof_table.PAGE.read_text(encoding="utf-8")
    _, rows, _ = split(text)
    assert len(re.findall(r"^\| `[\w-]+` \|", text, re.MULTILINE)) == len(rows)
    commands = {re.search(r"`python bench/(\w+)\.py[^`]*` \|$", row)[1] for row in rows.values()}
    assert commands <= {*proof.PROOFS, *proof.BY_HAND}
    assert all((proof.BENCH / f"{name}.py").is_file() for name in commands)
