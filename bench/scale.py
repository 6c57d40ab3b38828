"""A trial of many people from end to end: drawn, matched, simulated, written to Parquet, summed up.

`python bench/scale.py [PERSON-YEARS ...] [--write FILE]`, by default 100,000 and 1,000,000. Two arms live a year from
October at 52 N, with a matched baseline, imperfect adherence and four visits of two outcomes. Each size runs in a
process of its own, after a run of 32 people that compiles and loads what any run needs. Stages are seconds of processor
time, so that they add up whatever else the machine does; compare elapsed time on a quiet one only.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from threading import Lock
from typing import Any

import cofactor
from cofactor.engine import llvm
from cofactor.engine.lanes import SINGLE
from cofactor.trial import make, parts, run
from proof_table import machine

SIZES = (100_000, 1_000_000)
TRIAL = {
    "trial": 1,
    "name": "a year at 52 N",
    "population": {
        "people": 32,
        "seed": 7,
        "latitude": 52,
        "baseline": {"25OHD": {"mean": 48, "sd": 18, "unit": "nmol/L"}},
    },
    "start": "2026-10-15",
    "arms": [{"name": "placebo"}, {"name": "D3", "give": {"nutrient": "vitamin_d", "amount": "1000 IU"}}],
    "weeks": 52,
    "observe": {"outcomes": ["25OHD", "PTH"], "weeks": [0, 8, 26, 52]},
}
YEARS_EACH = len(TRIAL["arms"]) * 52 * 7 / 365  # person-years of one person in all arms
STAGES = {"draw": (make, "draw"), "match": (make, "ready"), "simulate": (make, "observed"), "write": (parts, "write")}
STAGES |= {"summarise": (run, "summary")}


@contextmanager
def timed(spent: dict[str, float]) -> Iterator[None]:
    """Within, the processor time of every stage is added up, on whichever thread it runs."""
    lock, kept = Lock(), {name: getattr(*where) for name, where in STAGES.items()}

    def watched(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            start = time.thread_time()
            try:
                return function(*given, **named)
            finally:
                with lock:
                    spent[name] = spent.get(name, 0.0) + time.thread_time() - start

        return call

    for name, (module, attribute) in STAGES.items():
        setattr(module, attribute, watched(name, kept[name]))
    try:
        yield
    finally:
        for name, (module, attribute) in STAGES.items():
            setattr(module, attribute, kept[name])


def measure(years: int) -> dict[str, Any]:
    """One run, in this process."""
    people, spent = math.ceil(years / YEARS_EACH), {}
    with tempfile.TemporaryDirectory() as name:
        run.run_trial(TRIAL, Path(name) / "first")
        folder, start, used = Path(name) / "whole", time.perf_counter(), time.process_time()
        with timed(spent):
            done = run.run_trial(TRIAL, folder, people=people)
        elapsed, used = time.perf_counter() - start, time.process_time() - used
        written = sum(path.stat().st_size for path in folder.iterdir())
    assert done.summary is not None
    assert all(arm["n"] == people for arm in done.summary["arms"])
    return {
        "people": people,
        "person_years": people * YEARS_EACH,
        "seconds": elapsed,
        "processor_seconds": used,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "written_mb": written / 1e6,
        "stages": {name: spent[name] for name in STAGES} | {"other": used - sum(spent.values())},
    }


def table(found: list[dict[str, Any]]) -> list[str]:
    """The figures as a table in Markdown: a column for each size."""

    def row(what: str, digits: int, value: Callable[[dict[str, Any]], float]) -> str:
        return " | ".join([f"| {what}", *(f"{value(one):,.{digits}f}" for one in found)]) + " |"

    return [
        row("person-years", 0, lambda one: one["person_years"]),
        "|---|" + "--:|" * len(found),
        row("people in each of two arms", 0, lambda one: one["people"]),
        row("elapsed, s", 1, lambda one: one["seconds"]),
        row("processor, s", 1, lambda one: one["processor_seconds"]),
        *(row(f"&ensp;{name}, s", 1, lambda one, name=name: one["stages"][name]) for name in found[0]["stages"]),
        row("person-years a second", 0, lambda one: one["person_years"] / one["seconds"]),
        row("person-years a processor-second", 0, lambda one: one["person_years"] / one["processor_seconds"]),
        row("peak memory, MB", 0, lambda one: one["peak_mb"]),
        row("written, MB", 0, lambda one: one["written_mb"]),
    ]


def report(sizes: list[int]) -> str:
    """Run every size in a process of its own; the answer in Markdown."""
    found = []
    for years in sizes:
        command = [sys.executable, __file__, "--one", str(years)]
        found.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    lines = [
        f"cofactor {cofactor.__version__}, {platform.system()} on {machine()}, {llvm.width(SINGLE)} people per vector "
        f"register{load}.",
        "",
        *table(found),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, metavar="PERSON-YEARS")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help="a Markdown file for the figures")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.one)))
        return
    text = report(list(given.sizes))
    sys.stdout.write(text)
    if given.write:
        given.write.write_text("<!-- made by bench/scale.py --write; do not edit -->\n" + text, encoding="utf-8")


if __name__ == "__main__":
    main()
