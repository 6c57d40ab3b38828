"""One verb: :func:`solve` runs a compiled model for many people at once.

    program = cofactor.engine.human() or compile_antimony(text)
    solution = solve(program, program.parameters(1000), times=range(0, 366, 7), outcomes=["C25D3", "PTH"])
    solution["PTH"]     # (people, times)

Everything a model does between two of its events is the model's own; doses, diets and seasons are :class:`Event`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cofactor.engine import batch
from cofactor.engine.program import Program
from cofactor.errors import EngineError


class Change(IntEnum):
    """What an event does to its target."""

    SET = 0
    SCALE = 1
    ADD = 2


class Code(IntEnum):
    """How the integration of one person ended."""

    OK = 0
    STEP_TOO_SMALL = 1
    TOO_MANY_STEPS = 2
    BELOW_ZERO = 3  # what must not be negative was, by more than ten times its allowed error


class Backend(StrEnum):
    """What runs the statements."""

    LLVM = "llvm"
    SINGLE = "single"  # machine code in single precision, for twice as many people at once
    NUMPY = "numpy"


@dataclass(frozen=True, eq=False)
class Event:
    """At ``time``, change a constant or a state by ``amount``: one number, or one per person."""

    time: float
    target: str
    change: Change
    amount: ArrayLike


@dataclass(frozen=True)
class Tolerance:
    """Error allowed per step: ``relative`` of the value plus ``absolute`` of the typical size of its state.

    At the default, the largest relative error of any reported value is below 1e-3 and usually near 1e-4 (measured in
    ``bench/engine.py`` against a run at 1e-9).
    """

    relative: float = 3e-4
    absolute: float | None = None  # of the typical size; by default a tenth of the relative one
    first_step: float = 1e-2
    bolus_step: float = 5e-2  # the first step after a state was changed
    largest_step: float = 1e3
    most_steps: int = 200_000


@dataclass(frozen=True, eq=False)
class Solution:
    """What :func:`solve` gives back. ``values`` has shape (people, times, outcomes).

    ``codes`` (people) tells how each person's integration ended; the values of a person whose code is not ``OK`` are
    not a number from the first time that was not reached. ``final`` (people, states) is the state at the last time and
    ``parameters`` (people, constants) the constants as the events left them, so that a run can go on.
    """

    times: NDArray[np.float64]
    outcomes: tuple[str, ...]
    values: NDArray[np.float64]
    codes: NDArray[np.int64]
    final: NDArray[np.float64]
    parameters: NDArray[np.float64]
    steps: float  # mean number of steps of a group

    def __getitem__(self, outcome: str) -> NDArray[np.float64]:
        """Values of one outcome, shape (people, times)."""
        try:
            return self.values[:, :, self.outcomes.index(outcome)]
        except ValueError:
            raise KeyError(f"{outcome!r} was not asked for; there are {', '.join(self.outcomes)}") from None

    @property
    def ok(self) -> bool:
        """Whether everybody reached the last time."""
        return bool((self.codes == Code.OK).all())


def solve(
    program: Program,
    parameters: NDArray[np.float64],
    initial: NDArray[np.float64] | None = None,
    *,
    times: ArrayLike,
    outcomes: Sequence[str],
    events: Sequence[Event] = (),
    start: float = 0.0,
    tolerance: Tolerance | None = None,
    backend: Backend = Backend.LLVM,
    threads: int | None = None,
) -> Solution:
    """Integrate a model for ``len(parameters)`` people.

    Args:
        program: the compiled model.
        parameters: constants, shape (people, constants), from :meth:`Program.parameters`.
        initial: states at ``start``, shape (people, states); by default the model's own start.
        times: when to report, rising, not before ``start``, in the model's unit of time (days for the human).
        outcomes: names of states and readouts to report.
        events: what happens at given times; a value reported at the time of an event is the one just before it.
        start: the time at which ``initial`` holds.
        tolerance: error control; see :class:`Tolerance`.
        backend: LLVM machine code in double or single precision, or NumPy. Single precision has rounding errors near
            1e-6 of a value, so it suits tolerances of 1e-4 and wider.
        threads: at most this many; by default all processors that this process may use.

    Returns:
        a :class:`Solution` with one row per person.

    Raises:
        EngineError: a name the model does not have, times out of order, shapes that do not fit, not-a-number given, or
            a tolerance or step that is not above zero.

    Note:
        The result of one call is the same bit for bit whatever the number of threads. A person's result depends, within
        the tolerance, on the people beside them in the same vector register, since these share their steps.

    """
    tolerance = tolerance or Tolerance()
    when = np.ascontiguousarray(np.atleast_1d(np.asarray(times, float)))
    names = tuple(outcomes)
    p = np.ascontiguousarray(parameters, float)
    x = program.initial(p) if initial is None else np.ascontiguousarray(initial, float)
    _check(program, p, x, when, names, start)
    _check_tolerance(tolerance)
    typical = np.asarray(program.typical)
    absolute = tolerance.relative * 0.1 if tolerance.absolute is None else tolerance.absolute
    job = batch.Job(
        program=program,
        parameters=p,
        initial=x,
        times=when,
        select=_selection(program, names),
        schedule=_schedule(program, events, len(p), start),
        start=float(start),
        relative=tolerance.relative,
        absolute=absolute * typical,
        first_step=tolerance.first_step,
        bolus_step=tolerance.bolus_step,
        largest_step=tolerance.largest_step,
        most_steps=tolerance.most_steps,
    )
    if backend is Backend.NUMPY:
        result = batch.run_numpy(job)
    else:
        result = batch.run_compiled(job, threads, single=backend is Backend.SINGLE)
    return Solution(
        times=when,
        outcomes=names,
        values=result.values,
        codes=result.codes,
        final=result.states,
        parameters=result.parameters,
        steps=result.steps,
    )


def _check(
    program: Program,
    p: NDArray[np.float64],
    x: NDArray[np.float64],
    times: NDArray[np.float64],
    outcomes: Sequence[str],
    start: float,
) -> None:
    if p.ndim != 2 or p.shape[1] != len(program.constants):
        raise EngineError(f"constants have shape {p.shape}; expected (people, {len(program.constants)})")
    if x.shape != (len(p), len(program.states)):
        raise EngineError(f"states have shape {x.shape}; expected ({len(p)}, {len(program.states)})")
    for what, array, names in (("constant", p, program.constants), ("state", x, program.states)):
        if not np.isfinite(array).all():
            person, column = np.argwhere(~np.isfinite(array))[0]
            raise EngineError(f"{what} {names[column]} of person {person} is {array[person, column]}; give a number")
    if not np.isfinite(start):
        raise EngineError(f"the start is {start:g}; expected a finite number")
    if times.ndim != 1 or not len(times) or not np.isfinite(times).all():
        raise EngineError("times must be one or more finite numbers")
    if times[0] < start or (np.diff(times) < 0).any():
        raise EngineError(f"times must rise and not lie before the start ({start:g})")
    if not outcomes:
        raise EngineError("name at least one outcome to report")
    known = {*program.states, *program.readouts}
    unknown = [o for o in outcomes if o not in known]
    if unknown:
        raise EngineError(f"the model {program.name!r} reports no {', '.join(unknown)}")


def _check_tolerance(tolerance: Tolerance) -> None:
    for name in ("relative", "absolute", "first_step", "bolus_step", "largest_step"):
        value = getattr(tolerance, name)
        if value is not None and not 0 < value < np.inf:
            raise EngineError(f"the tolerance's {name} is {value:g}; expected a finite number above 0")
    if tolerance.most_steps < 1:
        raise EngineError(f"the tolerance's most_steps is {tolerance.most_steps}; expected at least 1")


def _selection(program: Program, outcomes: Sequence[str]) -> NDArray[np.int64]:
    place: Mapping[str, int] = {n: i for i, n in enumerate((*program.states, *program.readouts))}
    return np.array([place[o] for o in outcomes], np.int64)


def _schedule(program: Program, events: Sequence[Event], people: int, start: float) -> batch.Schedule:
    """Events in order of time; those at the same time keep the order in which they were given."""
    for e in events:
        if e.target not in program.index:
            raise EngineError(f"an event changes {e.target!r}, which the model {program.name!r} does not have")
        if not np.isfinite(e.time):
            raise EngineError(f"an event at {e.time:g}; expected a finite time")
        if e.time < start:
            raise EngineError(f"an event at {e.time:g} lies before the start ({start:g})")
    ordered = sorted(events, key=lambda e: e.time)
    amounts = np.empty((len(ordered), people))
    for i, e in enumerate(ordered):
        amount = np.asarray(e.amount, float)
        if amount.shape not in ((), (1,), (people,)):
            raise EngineError(
                f"an event changes {e.target!r} by amounts of shape {amount.shape}; expected one number, or {people}"
            )
        amounts[i] = amount
    if not np.isfinite(amounts).all():
        raise EngineError("an event's amount is not a finite number")
    moments = sorted({e.time for e in ordered})
    first = [sum(e.time < m for e in ordered) for m in moments] + [len(ordered)]
    return batch.Schedule(
        times=np.array(moments, float),
        first=np.array(first, np.int64),
        kinds=np.array([int(e.change) for e in ordered], np.int64),
        targets=np.array([program.index[e.target] for e in ordered], np.int64),
        amounts=amounts,
    )
