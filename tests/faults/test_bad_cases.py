"""Generated and mutated case files: read or refused in words, each within a second."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench" / "bad_cases.py"


def test_whatever_is_written_is_read_or_refused_in_words():
    """The smaller form of bench/bad_cases.py, whose figures for 20,000 files are in docs/case.md."""
    spec = importlib.util.spec_from_file_location("bad_cases", BENCH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["bad_cases"] = module
    spec.loader.exec_module(module)
    found = module.study(files=600, seed=7)
    del sys.modules["bad_cases"]
    assert found.broken == []
    assert len(found.kinds) == 4
    assert found.read > 10
    assert found.refused > 400
