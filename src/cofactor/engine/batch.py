"""Many people into groups of lanes, groups onto threads, and one result code per person.

A person who cannot be integrated must not take their lane mates along: a group that fails is run again person by
person, so only that person's values are lost and only their code says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
    codes, result, steps = _run_groups(job, np.arange(people), lanes, kernel, workers)
    failed = np.flatnonzero(codes.repeat(lanes)[:people])
    if len(failed) and lanes > 1:
        # The same person in every lane: the group is that person alone.
        alone_codes, alone, _ = _run_groups(job, failed.repeat(lanes), lanes, kernel, workers)
        for part, again in zip(result, alone, strict=True):
            part[failed] = again[::lanes]
        person_codes = np.zeros(people, np.int64)
        person_codes[failed] = alone_codes
    else:
        person_codes = codes.repeat(lanes)[:people]
    values, states, parameters = result
    return Result(values, person_codes, states, parameters, steps)


Arrays = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _run_groups(
    job: Job, people: NDArray[np.int64], lanes: int, kernel: llvm.Kernel, workers: int
) -> tuple[NDArray[np.int64], Arrays, float]:
    """Integrate ``people`` (rows of the job) in groups of ``lanes``. Returns codes per group and arrays per person."""
    groups = -(-len(people) // lanes)
    row = people[np.minimum(np.arange(groups * lanes), len(people) - 1)]

    def pack(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """(people, n) -> (groups, n, lanes), aligned."""
        packed = llvm.aligned(groups, rows.shape[1], lanes)
        packed[:] = rows[row].reshape(groups, lanes, -1).transpose(0, 2, 1)
        return packed

    p, y, amounts = pack(job.parameters), pack(job.initial), pack(job.schedule.amounts.T)
    states, n_times, n_select = len(job.program.states), len(job.times), len(job.select)
    out = llvm.aligned(groups, n_times * n_select, lanes)
    out.fill(np.nan)
    count = np.zeros((groups, 2), np.int64)
    codes = np.zeros(groups, np.int64)
    needed, s = job.needed, job.schedule
    with_readouts = int((job.select >= states).any())

    # Addresses are computed once: asking an array for one costs as much as several steps of a group.
    group_arrays = [(a.ctypes.data, a.strides[0]) for a in (p, y, out, amounts, count)]
    times, select, wanted = job.times.ctypes.data, job.select.ctypes.data, needed.ctypes.data
    event_time, event_first, event_kind, event_target = (a.ctypes.data for a in (s.times, s.first, s.kinds, s.targets))
    absolute, n_events = job.absolute.ctypes.data, len(s.times)

    def integrate(group: int) -> None:
        p_at, y_at, out_at, amounts_at, count_at = (base + group * stride for base, stride in group_arrays)
        codes[group] = kernel.call(
            p_at,
            y_at,
            times,
            n_times,
            select,
            n_select,
            wanted,
            len(needed),
            with_readouts,
            out_at,
            event_time,
            event_first,
            event_kind,
            event_target,
            amounts_at,
            n_events,
            job.start,
            job.relative,
            absolute,
            job.first_step,
            job.bolus_step,
            job.largest_step,
            job.most_steps,
            count_at,
        )

    _share(integrate, groups, workers)

    def unpack(packed: NDArray[np.float64]) -> NDArray[np.float64]:
        """(groups, n, lanes) -> (people, n)."""
        return packed.transpose(0, 2, 1).reshape(groups * lanes, -1)[: len(people)]

    values = unpack(out).reshape(len(people), n_times, n_select)
    parameters = job.parameters[people]
    for column in {int(t) for t in s.targets if t < parameters.shape[1]}:  # nothing but an event changes a constant
        parameters[:, column] = p[:, column].reshape(-1)[: len(people)]
    return codes, (values, unpack(y), parameters), float(count[:, 0].mean()) if groups else 0.0


def _share(task: Callable[[int], None], groups: int, workers: int) -> None:
    """Groups are dealt out one by one to the caller and the pool: they take unequal times."""
    if workers == 1 or groups == 1:
        for group in range(groups):
            task(group)
        return
    queue = iter(range(groups))  # next() on a range iterator is atomic under the interpreter lock

    def work() -> None:
        for group in queue:
            task(group)

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
        return np.stack([np.broadcast_to(a, len(rows)) for a in arrays], axis=1)

    values = stack(out).reshape(len(rows), len(job.times), len(job.select))
    return Result(values, np.full(len(rows), code), stack(y), stack(p), float(count[0]))
