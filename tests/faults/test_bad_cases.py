"""Generated and mutated case files: read or refused in words, each within a second."""

from __future__ import annotations

import bad_cases


def test_whatever_is_written_is_read_or_refused_in_words():
    """The smaller form of bench/bad_cases.py."""
    found = bad_cases.study(files=600, seed=7)
    assert found.broken == []
    assert len(found.kinds) == 4
    assert found.read > 10
    assert found.refused > 400
