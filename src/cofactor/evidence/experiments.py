"""Experiments on the reference adult, as data: read from ``tables/experiments.csv`` and run together.

Experiments that last equally long and get the same doses are people of one batch; those that go on from another follow
it. Every experiment sets its own constants: nothing is taken over from the one before but the state of the body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from cofactor.engine.generate import human
from cofactor.engine.program import Program
from cofactor.engine.solve import Change, Event, Solution, Tolerance, solve
from cofactor.errors import EngineError, ModelError
from cofactor.evidence.rest import at_rest
from cofactor.facts.read import parse_rows
from cofactor.model.tables import outcomes, states
from cofactor.said import Said

Array = NDArray[np.float64]

TOLERANCE = Tolerance(relative=1e-6)
_SYMBOL = {row.id: row.symbol for row in outcomes()} | {"ucOC_ratio": "ucOC"}
_DOSE = re.compile(r"^(D3|D2) ([\d.]+) IU (?:once|every ([\d.]+))$")
_SHAKEN_DAYS, _SHAKEN_BODIES, _SHAKE = 3000.0, 5, 0.3  # design of the test: five bodies, log-SD 0.3, eight years
_HARDLY_MOVING = ("BoneT", "BoneC", "Mgb")  # a lifetime to come back: not shaken


@dataclass(frozen=True, slots=True)
class Experiment:
    """What is done to the reference adult.

    ``after`` names the experiment it goes on from; ``rest_at`` a level of 25(OH)D (nmol/L) at which the body rests at
    the start; ``points`` how many times it is looked at besides the end; ``changes`` the constants set, ``name=value``;
    ``doses`` of vitamin D, as ``D3 600000 IU once`` or ``D2 50000 IU every 7`` days.
    """

    id: str
    after: str
    rest_at: float | None
    days: float
    points: int
    changes: str
    doses: str
    meaning: str

    def constants(self) -> dict[str, float]:
        """The constants that this experiment sets."""
        pairs = (part.partition("=") for part in self.changes.split())
        return {name: float(value) for name, _, value in pairs}


@cache
def experiments() -> dict[str, Experiment]:
    """All experiments by id; each comes after the one it goes on from."""
    text = files("cofactor.evidence").joinpath("tables", "experiments.csv").read_text(encoding="utf-8")
    rows = parse_rows(Experiment, "experiments", text.splitlines())
    seen: dict[str, Experiment] = {}
    for row in rows:
        if row.after and row.after not in seen:
            raise ModelError(f"experiments: {row.id} goes on from {row.after!r}, which does not stand above it")
        seen[row.id] = row
    return seen


@dataclass(frozen=True, eq=False)
class _Ran:
    times: Array
    values: Array  # (sets, times, readouts)
    final: Array  # (sets, states)
    supply: Array  # nmol/d of D3 (sets)


class Runs:
    """The courses of all experiments for one or more sets of constants."""

    def __init__(self, program: Program, parameters: Array, ran: Mapping[str, _Ran]) -> None:
        self._program, self._parameters, self._ran = program, parameters, ran
        self._column = {name: i for i, name in enumerate((*program.states, *program.readouts))}

    def course(self, experiment: str, readout: str) -> Array:
        """An analyte id or a symbol of the model over an experiment: shape (sets, times)."""
        return self._ran[experiment].values[:, :, self._column[_SYMBOL.get(readout, readout)]]

    def day(self, experiment: str) -> float:
        """Days from the reference adult to the end of an experiment."""
        row = experiments()[experiment]
        return row.days + (self.day(row.after) if row.after else 0.0)

    def imbalance(self, experiment: str, flow: str) -> Array:
        """Change of the pools of ``flow``'s element minus the flow (``balCa``), summed over the experiment."""
        element, ran = flow.removeprefix("bal"), self._ran[experiment]
        pools = [row.id for row in states() if any(name == element for name, _ in row.balance)]
        change = sum(self.course(experiment, pool)[:, -1] - self.course(experiment, pool)[:, 0] for pool in pools)
        return np.asarray(change - np.trapezoid(self.course(experiment, flow), ran.times, axis=1))

    def drift(self) -> Array:
        """Largest relative change of any state of the reference adult in a day."""
        start = self._program.initial(self._parameters)
        end = _solve(self._program, self._parameters, start, np.array([1.0]), ()).final
        return np.asarray((np.abs(end - start) / np.maximum(np.abs(start), 1.0)).max(axis=1))

    def shaken(self) -> Array:
        """Farthest distance from rest of ionised calcium, magnesium, PTH, calcitriol and phosphate of shaken bodies."""
        rest, moved = self._program.initial(self._parameters), [s not in _HARDLY_MOVING for s in self._program.states]
        rng, farthest = np.random.default_rng(3), np.zeros(len(rest))
        for _ in range(_SHAKEN_BODIES):
            start = rest * np.where(moved, np.exp(_SHAKE * rng.standard_normal(len(moved))), 1.0)
            end = _solve(self._program, self._parameters, start, np.array([_SHAKEN_DAYS]), ()).final
            for level in ("Ca", "Mg", "PTH", "C125", "Phos"):
                i = self._column[level]
                farthest = np.maximum(farthest, np.abs(end[:, i] / rest[:, i] - 1))
        return farthest


def run(changes: Mapping[str, Array] | None = None, program: Program | None = None) -> Runs:
    """Run all experiments, for each set of constants (arrays of equal length; the reference adult by default)."""
    program = program or human()
    changes = changes or {}
    sets = max((len(v) for v in changes.values()), default=1)
    reference = program.parameters(sets, changes)
    ran: dict[str, _Ran] = {}
    for rows in _batches(experiments().values()):
        _run_batch(program, reference, rows, ran)
    return Runs(program, reference, ran)


def _batches(rows: Iterable[Experiment]) -> list[list[Experiment]]:
    """Experiments that can run side by side: same depth, duration, times and doses."""
    found: dict[tuple[int, float, int, str], list[Experiment]] = {}
    depth: dict[str, int] = {}
    for row in rows:
        depth[row.id] = depth[row.after] + 1 if row.after else 0
        found.setdefault((depth[row.id], row.days, row.points, row.doses), []).append(row)
    return [found[key] for key in sorted(found)]


def _run_batch(program: Program, reference: Array, rows: list[Experiment], ran: dict[str, _Ran]) -> None:
    sets, supply = len(reference), program.index["S_D3"]
    parameters = np.repeat(reference[None], len(rows), axis=0)
    start = np.repeat(program.initial(reference)[None], len(rows), axis=0)
    for i, row in enumerate(rows):
        for name, value in row.constants().items():
            parameters[i, :, program.index[name]] = value
        if row.after:
            start[i], parameters[i, :, supply] = ran[row.after].final, ran[row.after].supply
        if row.rest_at is not None:
            start[i], parameters[i] = at_rest(program, parameters[i], np.full(sets, row.rest_at))
    flat = parameters.reshape(-1, parameters.shape[-1])
    times = _times(rows[0])
    solution = _solve(program, flat, start.reshape(-1, start.shape[-1]), times, _doses(program, flat, rows[0]))
    values = solution.values.reshape(len(rows), sets, len(times), -1)
    final = solution.final.reshape(len(rows), sets, -1)
    for i, row in enumerate(rows):
        ran[row.id] = _Ran(times, values[i], final[i], parameters[i, :, supply])


def _times(row: Experiment) -> Array:
    """When an experiment is looked at: its end, or points that lie close at the start, where levels move fastest."""
    if not row.points:
        return np.array([row.days])
    return np.asarray(row.days * np.linspace(0.0, 1.0, row.points + 1) ** 2)


def _doses(program: Program, parameters: Array, row: Experiment) -> list[Event]:
    """The doses of an experiment as additions to the gut."""
    if not row.doses:
        return []
    match = _DOSE.match(row.doses)
    if match is None:
        raise ModelError(f"experiments: {row.id}: doses {row.doses!r}; expected e.g. 'D3 50000 IU every 7'")
    form, amount, every = match[1], float(match[2]), float(match[3] or np.inf)
    nmol = amount * parameters[:, program.index["F_D"]] * parameters[:, program.index[f"IU{form}"]]
    return [Event(float(day), f"g{form}", Change.ADD, nmol) for day in np.arange(0.0, row.days, every)]


def _solve(program: Program, parameters: Array, start: Array, times: Array, events: Iterable[Event]) -> Solution:
    outcomes = (*program.states, *program.readouts)
    solution = solve(
        program, parameters, start, times=times, outcomes=outcomes, events=list(events), tolerance=TOLERANCE
    )
    if not solution.ok:
        failed, n = int((solution.codes != 0).sum()), len(solution.codes)
        raise EngineError(Said("{failed} of {n} bodies could not be simulated", failed=failed, n=n))
    return solution
