"""Our engine beside its peers, in one run: ``make bench``; with ``--write FILE`` the figures also go to a file.

The same varied people for a year with a change of regimen, outputs every week. Each engine runs at the loosest of the
tolerances whose largest error over all its people, times and outcomes is at most 1e-3 against a run at 1e-10, which
another integrator confirms. Runs are interleaved and the least time of each counts, so that a busy machine disturbs all
alike: processor time on one core, elapsed time on two. Figures are ratios of one run on one machine, and never tested.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import cofactor
from cofactor.engine import llvm
from cofactor.engine.solve import Backend
from engines import Engine, Lsoda, Ours, RoadRunner
from workload import CHANGE_DAY, OUTCOMES, SPREAD, TIMES, VARIED, Workload

WANTED = 1e-3  # largest relative error
FIRST_PEOPLE = 200
TURN = 0.2  # s: about what the slower engines take for the people they are timed on

FIRST_RUN = """
import numpy as np, time
start = time.perf_counter()
from cofactor.engine.generate import human
from cofactor.engine.solve import solve
program = human()
run = solve(program, program.parameters({people}), times=np.arange(0.0, 366.0, 7.0), outcomes=["C25D3", "PTH"])
assert run.ok
print(time.perf_counter() - start)
"""


@dataclass
class Row:
    """What is known of one engine."""

    engine: Engine
    relative: float
    error: float
    one: list[float] = field(default_factory=list)  # s of processor time
    two: list[float] = field(default_factory=list)  # s elapsed

    def per_thousand(self, seconds: list[float]) -> float:
        """Milliseconds per 1,000 people."""
        return min(seconds) / self.engine.people * 1e6


def settle(engine: Engine, work: Workload) -> Row:
    """The loosest tolerance that is accurate enough."""
    for relative in engine.tolerances:
        error = work.worst(engine.run(work, engine.people, relative, 1))
        if error <= WANTED:
            return Row(engine, relative, error)
    raise SystemExit(f"{engine.name} reaches {WANTED:g} at none of {engine.tolerances}")


def on_two_cores(row: Row, work: Workload) -> float:
    """Elapsed time on two cores: threads for ours, two processes with half the people each for the others."""
    engine = row.engine
    if isinstance(engine, Ours) and engine.backend is Backend.LLVM:
        start = time.perf_counter()
        engine.run(work, engine.people, row.relative, 2)
        return time.perf_counter() - start
    context = multiprocessing.get_context("fork")
    gate, answers = context.Barrier(2), context.SimpleQueue()

    def half() -> None:
        engine.run(work, 1, row.relative, 1)
        gate.wait()
        start = time.perf_counter()
        engine.run(work, engine.people // 2, row.relative, 1)
        answers.put(time.perf_counter() - start)

    workers = [context.Process(target=half) for _ in range(2)]
    for worker in workers:
        worker.start()
    elapsed = max(answers.get() for _ in workers)
    for worker in workers:
        worker.join()
    return elapsed


def measure(rows: list[Row], work: Workload, repeats: int) -> None:
    """All engines in turn, ``repeats`` times, each for at least TURN seconds: a short run would be a cold one."""
    for _ in range(repeats):
        for row in rows:
            begun = time.perf_counter()
            while time.perf_counter() - begun < TURN:
                start = time.process_time()
                row.engine.run(work, row.engine.people, row.relative, 1)
                row.one.append(time.process_time() - start)
            begun = time.perf_counter()
            while time.perf_counter() - begun < TURN:
                row.two.append(on_two_cores(row, work))


def small_batch(work: Workload, relative: float, repeats: int) -> tuple[float, float]:
    """Least elapsed ms for 200 people on one core and on two."""
    ours, least = Ours(Backend.LLVM, FIRST_PEOPLE), [np.inf, np.inf]
    for _ in range(3 * repeats):
        for threads in (1, 2):
            start = time.perf_counter()
            ours.run(work, FIRST_PEOPLE, relative, threads)
            least[threads - 1] = min(least[threads - 1], time.perf_counter() - start)
    return 1e3 * least[0], 1e3 * least[1]


def first_runs() -> list[tuple[str, float, float]]:
    """(what, s of the whole process, s after Python's start) until 200 people are solved, without and with a cache."""
    found = []
    with tempfile.TemporaryDirectory() as cache:
        for what in ("nothing compiled yet", "compiled code cached"):
            env = {**os.environ, "COFACTOR_CACHE": cache}
            start = time.perf_counter()
            out = subprocess.run(
                [sys.executable, "-c", FIRST_RUN.format(people=FIRST_PEOPLE)],
                env=env,
                check=True,
                capture_output=True,
                text=True,
            )
            found.append((what, time.perf_counter() - start, float(out.stdout)))
    return found


def processor() -> str:
    """The processor as the system names it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def table(rows: list[Row]) -> list[str]:
    """The figures as a table in Markdown."""
    ours = rows[0]
    lines = [
        "| engine | rtol | largest error | people timed | ms per 1,000, 1 core | 2 cores | x ours, 1 core | 2 cores |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        one, two = row.per_thousand(row.one), row.per_thousand(row.two)
        ratios = f"{one / ours.per_thousand(ours.one):.1f} | {two / ours.per_thousand(ours.two):.1f}"
        lines.append(
            f"| {row.engine.name} | {row.relative:.1e} | {row.error:.1e} | {row.engine.people:,} "
            f"| {one:,.1f} | {two:,.1f} | {ratios} |"
        )
    return lines


def report(people: int, peers: int, repeats: int) -> str:
    """Run everything; the answer in Markdown."""
    work = Workload(people)
    engines: list[Engine] = [
        Ours(Backend.LLVM, people),
        Ours(Backend.NUMPY, people),
        RoadRunner(min(people, peers)),
        Lsoda(min(people, peers)),
    ]
    rows = [settle(engine, work) for engine in engines]
    confirmed = work.worst(engines[2].run(work, min(people, 8), 1e-11, 1))
    measure(rows, work, repeats)
    one, two = small_batch(work, rows[0].relative, repeats)
    lines = [
        f"cofactor {cofactor.__version__}, Python {platform.python_version()}, {platform.system()} on {processor()}, "
        f"{len(os.sched_getaffinity(0))} cores, {llvm.width()} people per vector register.",
        "",
        f"{people:,} people ({len(VARIED)} constants, CV {SPREAD:.0%}), {len(work.program.states)} states, 365 days, "
        f"new regimen on day {CHANGE_DAY:g}, {len(TIMES)} times x {len(OUTCOMES)} outcomes. Least of {repeats} "
        f"interleaved runs; 1 core by processor time, 2 cores by elapsed time. The reference agrees with libRoadRunner "
        f"at 1e-11 to {confirmed:.0e}.",
        "",
        *table(rows),
        "",
        f"{FIRST_PEOPLE} people: {one:.1f} ms on 1 core, {two:.1f} ms on 2.",
        "",
        f"First answer for {FIRST_PEOPLE} people, whole process: "
        + "; ".join(f"{what} {whole:.2f} s (of which our part {ours:.2f} s)" for what, whole, ours in first_runs())
        + ".",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the figures, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--peers", type=int, default=100, help="people that the slower peers are timed on")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--write", type=Path, help="a Markdown file for the figures")
    given = parser.parse_args()
    text = report(given.people, given.peers, given.repeats)
    sys.stdout.write(text)
    if given.write:
        given.write.write_text("<!-- made by bench/engine.py --write; do not edit -->\n" + text, encoding="utf-8")


if __name__ == "__main__":
    main()
