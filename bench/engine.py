"""Our engine beside its peers, in one run: ``make bench``; with ``--write`` the table and its chart go into the docs.

Every peer that is installed solves the same two workloads (workload.py) from the same model, each at the loosest of the
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
from importlib import metadata
from pathlib import Path

import numpy as np

import cofactor
import engines as peers
import floor
from chart import bars
from cofactor.engine import llvm
from cofactor.engine.solve import Backend
from cofactor.files import write_whole
from engines import TOLERANCES, Engine, Ours
from workload import SPREAD, VARIED, Workload, meals, year

WANTED = 1e-3  # largest relative error
FIRST_PEOPLE = 200
TURN = 0.2  # s: about what the slower engines take for the people they are timed on
DOCS = Path(__file__).parents[1] / "docs"
WORKLOADS = {"A": year, "B": meals}
PEERS: tuple[tuple[type[Engine], float], ...] = (
    (peers.RoadRunner, 1.0),
    (peers.Lsoda, 1.0),
    (peers.Sundae, 0.5),
    (peers.DeSolve, 1.0),
    (peers.Amici, 0.5),
    (peers.Copasi, 0.2),
    (peers.Diffrax, 0.2),
)
"""Which run where they are installed, and on how much of the peers' people: the slower on fewer."""
FEWER = 10
"""Of the people that peers are timed on, a tenth do workload B, which takes about ten times as long."""

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
COMPILE = """
import sys, time
sys.path.insert(0, {here!r})
import engines, workload
from cofactor.engine.solve import Backend
engine, work = engines.{kind}(1{more}), workload.year(1)
work.parameters, work.initial, work.events
start = time.perf_counter()
engine.prepare(work)
print(time.perf_counter() - start)
"""


@dataclass
class Row:
    """What is known of one engine on one workload."""

    engine: Engine
    people: int  # timed
    relative: float
    error: float
    one: list[float] = field(default_factory=list)  # s of processor time
    two: list[float] = field(default_factory=list)  # s elapsed

    def per_thousand(self, seconds: list[float]) -> float:
        """Milliseconds per 1,000 people."""
        return min(seconds, default=np.nan) / self.people * 1e6


def settle(engine: Engine, work: Workload) -> Row:
    """The loosest tolerance that is accurate enough."""
    for relative in TOLERANCES:
        error = work.worst(engine.run(work, engine.people, relative, 1))
        if error <= WANTED:
            return Row(engine, engine.people, relative, error)
    raise SystemExit(f"{engine.name} reaches {WANTED:g} at none of its tolerances")


def on_two_cores(row: Row, work: Workload) -> float:
    """Elapsed time on two cores: threads for ours, two processes with half the people each for the others."""
    engine = row.engine
    if isinstance(engine, Ours) and engine.backend is not Backend.NUMPY:
        start = time.perf_counter()
        engine.run(work, engine.people, row.relative, 2)
        return time.perf_counter() - start
    context = multiprocessing.get_context("fork")
    gate, answers = context.Barrier(2), context.SimpleQueue()

    def half() -> None:
        engine.run(work, 1, row.relative, 1)
        gate.wait()
        start = time.perf_counter()
        engine.run(work, max(1, engine.people // 2), row.relative, 1)
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
                row.one.append(row.engine.timed(work, row.engine.people, row.relative))
            begun = time.perf_counter()
            while row.engine.forks and time.perf_counter() - begun < TURN:
                row.two.append(on_two_cores(row, work))


def small_batch(work: Workload, relative: float, repeats: int) -> tuple[float, float]:
    """Least elapsed ms for 200 people on one core and on two."""
    ours, least = Ours(FIRST_PEOPLE, Backend.LLVM), [np.inf, np.inf]
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
            out = _python(FIRST_RUN.format(people=FIRST_PEOPLE), env)
            found.append((what, time.perf_counter() - start, float(out)))
    return found


def preparation(engine: Engine) -> float:
    """Seconds to load and compile before the first person, in a process of its own and with nothing cached."""
    more = f", Backend.{engine.backend.name}" if isinstance(engine, Ours) else ""
    text = COMPILE.format(here=str(Path(__file__).parent), kind=type(engine).__name__, more=more)
    return float(_python(text, {**os.environ, "COFACTOR_CACHE": "off"}).splitlines()[-1])


def _python(text: str, env: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", text], env=env, check=True, capture_output=True, text=True)
    return done.stdout


def installed(engine: Engine) -> str:
    """Size of what it needs, as it lies on the disk."""
    if not engine.packages:
        return "-"
    files = (file for package in engine.packages for file in metadata.files(package) or ())
    paths = (Path(str(file.locate())) for file in files)
    return f"{sum(path.stat().st_size for path in paths if path.is_file()) / 1e6:,.0f}"


def processor() -> str:
    """The processor as the system names it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def table(rows: list[Row], prepared: dict[str, tuple[float, str]]) -> list[str]:
    """The figures as a table in Markdown."""
    ours = rows[0]
    lines = [
        "| engine | rtol | largest error | people timed | ms per 1,000, 1 core | 2 cores | x ours, 1 core | 2 cores "
        "| first s | MB |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        one, two = row.per_thousand(row.one), row.per_thousand(row.two)
        ratios = f"{one / ours.per_thousand(ours.one):.1f} | {_number(two / ours.per_thousand(ours.two))}"
        first, size = prepared[row.engine.name]
        lines.append(
            f"| {row.engine.name} | {row.relative:.1e} | {row.error:.1e} | {row.people:,} "
            f"| {one:,.1f} | {_number(two)} | {ratios} | {first:.1f} | {size} |"
        )
    return lines


def _number(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:,.1f}"


def contestants(people: int, some: int) -> tuple[list[Engine], list[str]]:
    """Everyone who is here, and the names of those who are not."""
    here: list[Engine] = [Ours(people, backend) for backend in Backend]
    absent = []
    for kind, part in PEERS:
        if kind.present():
            here.append(kind(max(2, int(some * part))))
        else:
            absent.append(kind.label)
    return here, absent


def race(work: Workload, engines: list[Engine], repeats: int) -> tuple[list[Row], float]:
    """Everyone on one workload, and how far our reference is from a peer's strictest answer."""
    rows = [settle(engine, work) for engine in engines]
    roadrunner = next(engine for engine in engines if isinstance(engine, peers.RoadRunner))
    confirmed = work.worst(roadrunner.run(work, min(roadrunner.people, 4), 1e-11, 1))
    measure(rows, work, repeats)
    return rows, confirmed


def report(works: tuple[Workload, ...], some: int, repeats: int) -> tuple[str, str]:
    """Run everything; the answer in Markdown, and the chart."""
    people = works[0].people
    peak = floor.peak()  # before a peer is loaded: some leave threads that take their share of a core
    engines, absent = contestants(people, some)
    prepared = {engine.name: (preparation(engine), installed(engine)) for engine in engines}
    lines = [
        f"cofactor {cofactor.__version__}, Python {platform.python_version()}, {platform.system()} on {processor()}, "
        f"{len(os.sched_getaffinity(0))} cores, {llvm.width()} people per vector register. Least of {repeats} "
        "interleaved runs; 1 core by processor time, 2 cores by elapsed time. *first s*: from nothing to the first "
        "person, imports and compilation included. *MB*: the installed packages it needs.",
        "",
    ]
    together, last = [e for e in engines if not e.last], [e for e in engines if e.last]
    found, confirmed = {}, {}
    for work in works:
        for engine in together if work.name == "B" else ():
            if not isinstance(engine, Ours):
                engine.people = max(2, engine.people // FEWER)
        found[work.name], confirmed[work.name] = race(work, together, repeats)
    for work in works:
        late = [settle(engine, work) for engine in last if work.name in engine.enters]
        measure(late, work, repeats)
        found[work.name] += late
        lines += [
            f"**Workload {work.name}**: {work.what}. {people:,} people ({len(VARIED)} constants, CV {SPREAD:.0%}), "
            f"{len(work.program.states)} states, {len(work.times)} times x {work.reference.shape[2]} outcomes. The "
            f"reference agrees with libRoadRunner at 1e-11 to {confirmed[work.name]:.0e}.",
            "",
            *table(found[work.name], prepared),
            "",
        ]
    if absent:
        lines += ["Not installed here: " + ", ".join(absent) + ".", ""]
    lines += _floor(works[0], found[works[0].name][0], peak)
    one, two = small_batch(works[0], found[works[0].name][0].relative, repeats)
    lines += [
        f"{FIRST_PEOPLE} people of workload {works[0].name}: {one:.1f} ms on 1 core, {two:.1f} ms on 2.",
        "",
        f"First answer for {FIRST_PEOPLE} people, whole process: "
        + "; ".join(f"{what} {whole:.2f} s (of which our part {ours:.2f} s)" for what, whole, ours in first_runs())
        + ".",
    ]
    return "\n".join(lines) + "\n", _chart(works, found)


def _floor(work: Workload, ours: Row, peak: float) -> list[str]:
    """What share of the processor's own limit we reach."""
    each = floor.operations(work, ours.relative)
    seconds = ours.per_thousand(ours.one) / 1e6
    return [
        f"One person takes {each:,.0f} floating-point operations in workload {work.name} (each exp counted as "
        f"{floor.COST['exp']}, each log as {floor.COST['log']}), done at {each / seconds / 1e9:.1f} GFlop/s: "
        f"{each / seconds / peak:.0%} of the {peak / 1e9:.0f} GFlop/s that a loop of nothing but fused multiply-adds "
        "reaches on one core in the same run.",
        "",
    ]


def _chart(works: tuple[Workload, ...], found: dict[str, list[Row]]) -> str:
    """Times on one core, engine by engine."""
    names = [row.engine.name for row in next(iter(found.values()))]
    times = [{row.engine.name: row.per_thousand(row.one) for row in rows} for rows in found.values()]
    rows = [(name, [each[name] for each in times if name in each]) for name in names]
    title = "Milliseconds of one core per 1,000 people; each line is ten times the one before"
    return bars(title, {work.name: work.what.partition(",")[0] for work in works}, rows)


def main() -> None:
    """Print the figures, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--peers", type=int, default=100, help="people that peers are timed on")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--workloads", choices=sorted(WORKLOADS), nargs="+", default=sorted(WORKLOADS))
    parser.add_argument("--write", type=Path, nargs="?", const=DOCS, help="a folder for the table and its chart")
    given = parser.parse_args()
    works = tuple(WORKLOADS[name](given.people) for name in given.workloads)
    text, chart = report(works, given.peers, given.repeats)
    sys.stdout.write(text)
    if given.write:
        head = "<!-- made by bench/engine.py --write; do not edit -->\n"
        write_whole(given.write / "engine_figures.txt", head + text)
        write_whole(given.write / "engine_race.svg", chart)


if __name__ == "__main__":
    main()
