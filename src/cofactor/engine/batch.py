"""Many people into groups of lanes, groups onto threads, and one result code per person.

A person who cannot be integrated must not take their lane mates along: a group that fails is run again person by
person, so only that person's values are lost and only their code says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cofactor.engine import llvm
from cofactor.engine.numpy import integrator
from cofactor.engine.program import Program

CHUNK = 1024  # people per array in the NumPy back end: large enough to amortise Python, small enough for the cache


@dataclass(frozen=True, eq=False)
class Schedule:
    """Events in the form the integrator reads: ``first`` delimits the actions of each moment."""

    times: NDArray[np.float64]
    first: NDArray[np.int64]
    kinds: NDArray[np.int64]
    targets: NDArray[np.int64]
    amounts: NDArray[np.float64]  # (actions, people)


@dataclass(frozen=True, eq=False)
class Job:
    """One call of the integrator for many people. ``absolute`` is the tolerance per state."""

    program: Program
    parameters: NDArray[np.float64]
    initial: NDArray[np.float64]
    times: NDArray[np.float64]
    select: NDArray[np.int64]
    schedule: Schedule
    start: float
    relative: float
    absolute: NDArray[np.float64]
    first_step: float
    bolus_step: float
    largest_step: float
    most_steps: int

    @property
    def needed(self) -> NDArray[np.int64]:
        """States that must be interpolated: those asked for, or all where a readout is."""
        states = len(self.program.states)
        return np.arange(states) if (self.select >= states).any() else np.unique(self.select)


@dataclass(frozen=True, eq=False)
class Result:
    """Values (people, times, outcomes), codes (people), and states and constants at the end."""

    values: NDArray[np.float64]
    codes: NDArray[np.int64]
    states: NDArray[np.float64]
    parameters: NDArray[np.float64]
    steps: float


def run(job: Job, *, use_llvm: bool, threads: int | None) -> Result:
    """Run a job on one of the back ends."""
    return _run_llvm(job, threads or _processors()) if use_llvm else _run_numpy(job)


def _processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool() -> ThreadPoolExecutor:
    """One pool for the whole process: starting threads costs more than solving a person."""
    return ThreadPoolExecutor(max_workers=max(1, (os.cpu_count() or 2) - 1), thread_name_prefix="cofactor")


def _run_llvm(job: Job, workers: int) -> Result:
    kernel = llvm.kernel(job.program)
    people, lanes = len(job.parameters), kernel.lanes
    result = _run_groups(job, np.arange(people), kernel, workers)
    failed = np.flatnonzero(result.codes)
    if len(failed) and lanes > 1:
        # The same person in every lane: the group is that person alone.
        alone = _run_groups(job, failed.repeat(lanes), kernel, workers)
        result.values[failed], result.codes[failed] = alone.values[::lanes], alone.codes[::lanes]
        result.states[failed], result.parameters[failed] = alone.states[::lanes], alone.parameters[::lanes]
    return result


def _run_groups(job: Job, people: NDArray[np.int64], kernel: llvm.Kernel, workers: int) -> Result:
    """Integrate ``people`` (rows of the job) in groups of lanes. A group's code is the code of each of its people."""
    count, shape = len(people), (len(job.times), len(job.select))
    result = Result(
        values=np.empty((count, *shape)),
        codes=np.zeros(count, np.int64),
        states=np.empty((count, len(job.program.states))),
        parameters=job.parameters[people],
        steps=0.0,
    )
    groups = -(-count // kernel.lanes)
    steps = np.zeros(groups)

    def desk() -> Callable[[int], None]:
        return _Desk(job, people, kernel, result, steps).integrate

    _share(desk, groups, workers)
    return replace(result, steps=float(steps.mean()) if groups else 0.0)


class _Desk:
    """Where one thread integrates group after group: packed arrays that stay in the cache, and their addresses."""

    def __init__(
        self,
        job: Job,
        people: NDArray[np.int64],
        kernel: llvm.Kernel,
        result: Result,
        steps: NDArray[np.float64],
    ) -> None:
        self.job, self.people, self.kernel, self.result, self.steps = job, people, kernel, result, steps
        s, program, lanes = job.schedule, job.program, kernel.lanes
        self.p = llvm.aligned(len(program.constants), lanes)
        self.y = llvm.aligned(len(program.states), lanes)
        self.out = llvm.aligned(len(job.times) * len(job.select), lanes)
        self.amounts = llvm.aligned(len(s.amounts), lanes)
        self.count = np.zeros(2, np.int64)
        # Nothing but an event changes a constant.
        self.changed = sorted({int(t) for t in s.targets if t < len(program.constants)})
        self.needed = job.needed  # held, as long as its address is
        arguments = (
            *(self.p, self.y),
            *(job.times, len(job.times), job.select, len(job.select), self.needed, len(self.needed)),
            *(int((job.select >= len(program.states)).any()), self.out),
            *(s.times, s.first, s.kinds, s.targets, self.amounts, len(s.times)),
            *(job.start, job.relative, job.absolute),
            *(job.first_step, job.bolus_step, job.largest_step, job.most_steps, self.count),
        )
        self.arguments = tuple(a.ctypes.data if isinstance(a, np.ndarray) else a for a in arguments)

    def integrate(self, group: int) -> None:
        """Pack a group, run it and put its results into the rows of its people."""
        job, result, lanes = self.job, self.result, self.kernel.lanes
        first = group * lanes
        people = self.people[first : first + lanes]
        here = slice(first, first + len(people))
        rows = people if len(people) == lanes else np.resize(people, lanes)  # a short group repeats its people
        self.p[:] = job.parameters[rows].T
        self.y[:] = job.initial[rows].T
        self.amounts[:] = job.schedule.amounts[:, rows]
        self.out.fill(np.nan)
        self.count.fill(0)
        result.codes[here] = self.kernel.call(*self.arguments)
        self.steps[group] = self.count[0]
        result.values[here] = self.out.T.reshape(lanes, *result.values.shape[1:])[: len(people)]
        result.states[here] = self.y.T[: len(people)]
        result.parameters[here, self.changed] = self.p[self.changed, : len(people)].T


def _share(desk: Callable[[], Callable[[int], None]], groups: int, workers: int) -> None:
    """Deal groups out one by one (they take unequal times) to the caller and the pool, each at a desk of its own."""
    queue = iter(range(groups))  # next() on a range iterator is atomic under the interpreter lock

    def work() -> None:
        integrate = desk()
        for group in queue:
            integrate(group)

    others = [_pool().submit(work) for _ in range(min(workers, groups) - 1)]
    work()
    for other in others:
        other.result()


def _run_numpy(job: Job) -> Result:
    people = np.arange(len(job.parameters))
    return _join([_numpy_chunk(job, people[i : i + CHUNK]) for i in range(0, len(people), CHUNK)])


def _join(parts: list[Result]) -> Result:
    return Result(
        values=np.concatenate([r.values for r in parts]),
        codes=np.concatenate([r.codes for r in parts]),
        states=np.concatenate([r.states for r in parts]),
        parameters=np.concatenate([r.parameters for r in parts]),
        steps=float(np.mean([r.steps for r in parts])),
    )


def _numpy_chunk(job: Job, rows: NDArray[np.int64]) -> Result:
    s, states = job.schedule, len(job.program.states)
    p, y = list(job.parameters[rows].T), list(job.initial[rows].T)
    out: list[NDArray[np.float64]] = [np.full(len(rows), np.nan)] * (len(job.times) * len(job.select))
    count = [0, 0]
    with np.errstate(all="ignore"):  # a step that runs away is rejected by the integrator
        code = integrator(job.program)(
            p,
            y,
            job.times.tolist(),
            len(job.times),
            job.select.tolist(),
            len(job.select),
            job.needed.tolist(),
            len(job.needed),
            int((job.select >= states).any()),
            out,
            s.times.tolist(),
            s.first.tolist(),
            s.kinds.tolist(),
            s.targets.tolist(),
            list(s.amounts[:, rows]),
            len(s.times),
            job.start,
            job.relative,
            job.absolute.tolist(),
            job.first_step,
            job.bolus_step,
            job.largest_step,
            job.most_steps,
            count,
        )
    if code and len(rows) > 1:
        return _join([_numpy_chunk(job, half) for half in np.array_split(rows, 2)])

    def stack(arrays: list[NDArray[np.float64]]) -> NDArray[np.float64]:
        return np.stack([np.broadcast_to(a, len(rows)) for a in arrays], axis=1) if arrays else np.empty((len(rows), 0))

    values = stack(out).reshape(len(rows), len(job.times), len(job.select))
    return Result(values, np.full(len(rows), code), stack(y), stack(p), float(count[0]))
