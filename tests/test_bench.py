"""The bench runs from end to end and measures what it says it does. Its timings are never judged here."""

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "bench"))

import engines  # noqa: E402
import floor  # noqa: E402
import workload  # noqa: E402


def test_the_bench_sets_engines_side_by_side_at_equal_accuracy(tmp_path):
    small = ["--people", "16", "--peers", "2", "--repeats", "1", "--workloads", "A", "--write", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "engine.py"), *small],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines() if line[:1] == "|"]
    figures = [row for row in rows if row[0] != "engine" and not row[0].startswith("---")]
    names = [row[0] for row in figures]
    for start in ("cofactor, LLVM", "cofactor, single", "cofactor, NumPy", "libRoadRunner", "SciPy", "COPASI"):
        assert sum(name.startswith(start) for name in names) == 1, start
    assert all(0 < float(row[2]) <= 1e-3 for row in figures)
    assert 0.01 < float(re.search(r"(\d+)% of the", done.stdout)[1]) / 100 < 1
    assert done.stdout in (tmp_path / "engine_figures.txt").read_text(encoding="utf-8")
    assert ElementTree.fromstring((tmp_path / "engine_race.svg").read_text(encoding="utf-8")).tag.endswith("svg")


def test_a_peer_meets_our_reference_on_the_workload_of_meals():
    work = workload.meals(1)
    assert work.worst(engines.Lsoda(1).run(work, 1, 1e-7, 1)) < 1e-4


def test_the_workloads_change_at_the_same_times_for_our_engine_and_for_peers():
    for work in (workload.year(1), workload.meals(1)):
        joined = np.concatenate([stretch.times for stretch in work.stretches])
        np.testing.assert_array_equal(joined, work.times)
        assert [s.start for s in work.stretches[1:]] == [s.time for s in work.steps]
        assert sum(len(s.sets) + len(s.adds) for s in work.stretches) == len(work.events)


def test_operations_are_counted_as_the_statements_have_them():
    floor.Counted.operations = 0
    array = np.ones(3).view(floor.Counted)
    total = np.exp(array * 2.0) + 1.0
    assert isinstance(total, floor.Counted)
    assert floor.Counted.operations == 3 * (1 + 28 + 1)


def test_the_bench_of_scale_tells_where_the_time_of_a_trial_goes(tmp_path):
    figures = tmp_path / "figures.txt"
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "scale.py"), "100", "300", "--write", str(figures)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines() if line[:1] == "|"]
    told = {row[0].removeprefix("&ensp;"): [float(cell.replace(",", "")) for cell in row[1:]] for row in rows[2:]}
    assert told["people in each of two arms"] == [51, 151]
    stages = [told[f"{name}, s"] for name in ("draw", "match", "simulate", "write", "summarise", "other")]
    assert told["processor, s"] == pytest.approx(np.sum(stages, axis=0), abs=0.35)  # six cells of one digit
    assert all(0 < memory < 1500 for memory in told["peak memory, MB"])
    assert done.stdout in figures.read_text(encoding="utf-8")
