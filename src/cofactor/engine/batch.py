"""Many people into groups of lanes, groups onto threads, and one result code per person.

A person who cannot be integrated must not take their lane mates along: a group that fails is run again person by
person in double precision, so only that person's values are lost and only their code says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cofactor.engine import llvm
from cofactor.engine.numpy import integrator
from cofactor.engine.program import Program

BLOCK = 16  # groups that are packed at once: few enough for the cache, enough to amortise Python
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
        """States that must be interpolated: those asked for, or all where a readout is or something is watched."""
        states = len(self.program.states)
        return np.arange(states) if self.program.guard or (self.select >= states).any() else np.unique(self.select)


@dataclass(frozen=True, eq=False)
class Result:
    """Values (people, times, outcomes), codes (people), and states and constants at the end."""

    values: NDArray[np.float64]
    codes: NDArray[np.int64]
    states: NDArray[np.float64]
    parameters: NDArray[np.float64]
    steps: float


def run_compiled(job: Job, threads: int | None, *, single: bool) -> Result:
    """Run a job as machine code, in single or double precision."""
    workers, people = threads or _ALONE.get() or processors(), np.arange(len(job.parameters))
    result = _run_groups(job, people, llvm.kernel(job.program, single=single), workers)
    failed = np.flatnonzero(result.codes)
    kernel = llvm.kernel(job.program)
    if len(failed) and kernel.lanes > 1:
        # The same person in every lane: the group is that person alone.
        alone = _run_groups(job, failed.repeat(kernel.lanes), kernel, workers)
        result.values[failed], result.codes[failed] = alone.values[:: kernel.lanes], alone.codes[:: kernel.lanes]
        result.states[failed] = alone.states[:: kernel.lanes]
        result.parameters[failed] = alone.parameters[:: kernel.lanes]
    return result


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_ALONE: ContextVar[int | None] = ContextVar("_ALONE", default=None)


@contextmanager
def on_one_processor() -> Iterator[None]:
    """Within, runs of this thread use no other: for callers who keep the other processors busy themselves."""
    token = _ALONE.set(1)
    try:
        yield
    finally:
        _ALONE.reset(token)


@cache
def _pool() -> ThreadPoolExecutor:
    """One pool for the whole process: starting threads costs more than solving a person."""
    return ThreadPoolExecutor(max_workers=max(1, (os.cpu_count() or 2) - 1), thread_name_prefix="cofactor")


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
    short = people[(groups - 1) * kernel.lanes :] if groups else people  # a short group repeats its people
    rows = np.concatenate([people[: len(people) - len(short)], np.resize(short, kernel.lanes)]) if groups else people
    steps = np.zeros(groups)
    # Of a small batch every thread gets several blocks, as groups take unequal times.
    block = max(1, min(BLOCK, groups // (4 * workers)))

    def desk() -> Callable[[int], None]:
        return _Desk(job, rows.reshape(groups, kernel.lanes), kernel, result, steps, block).integrate

    _share(desk, -(-groups // block), workers)
    return replace(result, steps=float(steps.mean()) if groups else 0.0)


class _Desk:
    """Where one thread integrates block after block of groups: packed arrays that stay in the cache, and addresses."""

    def __init__(
        self,
        job: Job,
        rows: NDArray[np.int64],
        kernel: llvm.Kernel,
        result: Result,
        steps: NDArray[np.float64],
        block: int,
    ) -> None:
        self.job, self.rows, self.kernel, self.result, self.steps, self.block = job, rows, kernel, result, steps, block
        s, program = job.schedule, job.program
        sizes = (len(program.constants), len(program.states), len(job.times) * len(job.select), len(s.amounts))
        self.p, self.y, self.out, self.amounts = (llvm.aligned(kernel.number, block, n, kernel.lanes) for n in sizes)
        self.count = np.zeros((block, 2), np.int64)
        # Nothing but an event changes a constant.
        self.changed = sorted({int(t) for t in s.targets if t < len(program.constants)})
        self.needed = job.needed  # held, as long as its address is
        self.arguments = [self._arguments(group) for group in range(block)]

    def _arguments(self, group: int) -> tuple[float, ...]:
        """What the kernel is given for a group of the block: numbers, and addresses of arrays."""
        job, s = self.job, self.job.schedule
        arguments = (
            *(self.p[group], self.y[group]),
            *(job.times, len(job.times), job.select, len(job.select), self.needed, len(self.needed)),
            *(int((job.select >= len(job.program.states)).any()), self.out[group]),
            *(s.times, s.first, s.kinds, s.targets, self.amounts[group], len(s.times), job.program.reads),
            *(job.start, job.relative, job.absolute),
            *(job.first_step, job.bolus_step, job.largest_step, job.most_steps, self.count[group]),
        )
        return tuple(a.ctypes.data if isinstance(a, np.ndarray) else a for a in arguments)

    def integrate(self, block: int) -> None:
        """Pack a block of groups, run them and put the results into the rows of their people."""
        job, result, lanes = self.job, self.result, self.kernel.lanes
        groups = self.rows[block * self.block : (block + 1) * self.block]
        n, first = len(groups), block * self.block * lanes
        here = slice(first, min(first + n * lanes, len(result.codes)))
        rows = groups.ravel()
        with np.errstate(over="ignore"):  # what single precision cannot hold fails there, and is run in double
            _pack(self.p, job.parameters[rows])
            _pack(self.y, job.initial[rows])
            _pack(self.amounts, job.schedule.amounts[:, rows].T)
        self.out.fill(np.nan)
        self.count.fill(0)
        codes = [self.kernel.call(*arguments) for arguments in self.arguments[:n]]
        self.steps[block * self.block :][:n] = self.count[:n, 0]

        def put(into: NDArray[Any], packed: NDArray[Any]) -> None:
            into[here] = _unpack(packed[:n]).reshape(n * lanes, *into.shape[1:])[: len(into[here])]

        result.codes[here] = np.repeat(codes, lanes)[: len(result.codes[here])]
        put(result.values, self.out)
        put(result.states, self.y)
        if self.changed:
            changed = _unpack(self.p[:n, self.changed])
            result.parameters[here, self.changed] = changed[: len(result.codes[here])]


def _pack(into: NDArray[Any], people: NDArray[np.float64]) -> None:
    """Rows of people into (groups, columns, lanes)."""
    _, columns, lanes = into.shape
    groups = len(people) // lanes
    into[:groups] = people.reshape(groups, lanes, columns).transpose(0, 2, 1)


def _unpack(packed: NDArray[Any]) -> NDArray[Any]:
    """(groups, columns, lanes) into rows of people."""
    groups, columns, lanes = packed.shape
    return packed.transpose(0, 2, 1).reshape(groups * lanes, columns)


def _share(desk: Callable[[], Callable[[int], None]], blocks: int, workers: int) -> None:
    """Deal blocks out one by one (they take unequal times) to the caller and the pool, each at a desk of its own."""
    queue = iter(range(blocks))  # next() on a range iterator is atomic under the interpreter lock

    def work() -> None:
        integrate = desk()
        for block in queue:
            integrate(block)

    others = [_pool().submit(work) for _ in range(min(workers, blocks) - 1)]
    work()
    for other in others:
        other.result()


def run_numpy(job: Job) -> Result:
    """Run a job as NumPy operations on whole arrays of people."""
    people = np.arange(len(job.parameters))
    if not len(people):
        values = np.empty((0, len(job.times), len(job.select)))
        return Result(values, np.zeros(0, np.int64), job.initial.copy(), job.parameters.copy(), 0.0)
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
            job.program.reads.tolist(),
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
