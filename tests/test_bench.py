"""The bench runs from end to end and measures what it says it does. Its timings are never judged here."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_bench_sets_four_engines_side_by_side_at_equal_accuracy(tmp_path):
    small = ["--people", "16", "--peers", "2", "--repeats", "1", "--write", str(tmp_path / "figures.txt")]
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "engine.py"), *small],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines() if line[:1] == "|"]
    engines = [row[0] for row in rows[2:]]
    expected = ["cofactor, LLVM", "cofactor, NumPy", "libRoadRunner", "SciPy"]
    assert len(engines) == len(expected)
    assert all(name.startswith(start) for name, start in zip(engines, expected, strict=True))
    assert all(0 < float(row[2]) <= 1e-3 for row in rows[2:])
    assert done.stdout in (tmp_path / "figures.txt").read_text(encoding="utf-8")
