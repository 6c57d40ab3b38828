"""Hostile files at every door: read or refused in words, soon and in bounded memory."""

from __future__ import annotations

import pytest

import hostile

# How many of each are tried here: reading a model takes as long as reading a hundred files of results.
FILES = {"foods": 60, "Antimony": 25, "SBML": 25}


@pytest.mark.parametrize("door", hostile.DOORS)
def test_hostile_files_are_read_or_refused_in_words(door):
    """The smaller form of bench/hostile.py."""
    files = FILES.get(door, 80)
    found = hostile.study((door,), files, seed=11)
    assert found.broken == []
    assert found.refused > 5
    assert found.read + found.refused == found.tried[door] == files


def test_the_study_sees_a_reader_that_breaks(monkeypatch):
    door = hostile.Door("a text", (("x.txt", b"some text"),), lambda path: path.read_bytes().decode("ascii"))
    monkeypatch.setitem(hostile.DOORS, "broken", lambda: door)
    found = hostile.study(("broken",), 50, seed=1)
    assert any("UnicodeDecodeError" in line for line in found.broken)
