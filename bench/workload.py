"""What every engine of the bench is given: the same varied people, the same changes of regimen, the same outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cofactor.engine.generate import human
from cofactor.engine.program import Program
from cofactor.engine.solve import Change, Event, Tolerance, solve

SPREAD = 0.25  # coefficient of variation of each varied constant
VARIED = (
    *("Vmax25", "klin25", "CLoD", "CL25", "k125", "K1", "V27", "GFR", "in_Ca", "in_Mg", "in_P"),
    *("gutCa", "gutMg", "fTP", "fPTH", "rT", "kOC", "kF", "aF_V", "aTP_PTH", "aS_V", "kM6", "KfD"),
)
OUTCOMES = ("C25D3", "C125", "PTH", "Ca", "Phos", "Mg", "F23", "BoneT")
REFERENCE = Tolerance(1e-10)
# Supplements from a day on: IU/d, mmol/d, mmol/d
REGIMEN = {"in_D3": 2000.0, "sup_Mg": 14.4, "sup_Ca": 25.0}
# A meal takes two hours; the minerals of a day come with three, and 2,000 IU of vitamin D3 with the second
MEALS = (7.0, 12.5, 19.5)  # h
MEAL = 2.0  # h
MINERALS = {"in_Ca": 25.0, "in_Mg": 12.34, "in_P": 42.0}  # mmol/d, as the model starts with
BOLUS = {"gD3": 2000.0 * 0.065}  # IU -> nmol: 0.025 ug each, 384.6 g/mol


@dataclass(frozen=True)
class Step:
    """At a time, constants that are set and what is added to states."""

    time: float
    sets: Mapping[str, float]
    adds: Mapping[str, float]


@dataclass(frozen=True)
class Stretch:
    """A time without changes: what changes at its start, what is reported until its end."""

    start: float
    end: float
    times: np.ndarray
    sets: Mapping[str, float]
    adds: Mapping[str, float]

    @property
    def stops(self) -> np.ndarray:
        """Start, times to report, end: each once."""
        return np.unique(np.concatenate([[self.start], self.times, [self.end]]))

    def reported(self, rows: np.ndarray) -> np.ndarray:
        """Of rows at ``stops``, those that are reported."""
        return rows[np.searchsorted(self.stops, self.times)]


@dataclass(frozen=True, eq=False)
class Workload:
    """``people`` bodies, when they are looked at, and what changes on the way."""

    name: str
    what: str
    people: int
    times: np.ndarray
    steps: tuple[Step, ...]
    seed: int = 1

    @property
    def program(self) -> Program:
        """The human as shipped."""
        return human()

    @cached_property
    def parameters(self):
        """Constants, one row per person: log-normal factors with mean 1 on the constants of VARIED."""
        program, rng = self.program, np.random.default_rng(self.seed)
        base = program.parameters()[0]
        sd = np.sqrt(np.log1p(SPREAD**2))
        factors = {n: np.exp(sd * rng.standard_normal(self.people) - sd**2 / 2) for n in VARIED}
        return program.parameters(self.people, {n: base[program.index[n]] * f for n, f in factors.items()})

    @cached_property
    def initial(self):
        """States at the start, one row per person."""
        return self.program.initial(self.parameters)

    @cached_property
    def events(self) -> list[Event]:
        """The changes as our engine takes them."""
        sets = [Event(s.time, name, Change.SET, v) for s in self.steps for name, v in s.sets.items()]
        return [*sets, *(Event(s.time, name, Change.ADD, v) for s in self.steps for name, v in s.adds.items())]

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """The changes as others take them. What is reported at a change is the value before it."""
        starts = [Step(0.0, {}, {}), *self.steps]
        ends = [*(s.time for s in self.steps), float(self.times[-1])]
        found, first = [], True
        for step, end in zip(starts, ends, strict=True):
            after = self.times >= step.time if first else self.times > step.time
            found.append(Stretch(step.time, end, self.times[after & (self.times <= end)], step.sets, step.adds))
            first = False
        return tuple(found)

    @cached_property
    def reference(self):
        """Values (people, times, outcomes) that every error is measured against."""
        p, x = self.parameters, self.initial
        run = solve(self.program, p, x, times=self.times, outcomes=OUTCOMES, events=self.events, tolerance=REFERENCE)
        assert run.ok
        return run.values

    def worst(self, values) -> float:
        """Largest relative error of the first people."""
        reference = self.reference[: len(values)]
        return float(np.max(np.abs(values - reference) / np.abs(reference)))


def year(people: int) -> Workload:
    """Workload A: a year, seen every week, with supplements from day 90 on."""
    times = np.append(np.arange(0.0, 365.0, 7.0), 365.0)
    return Workload("A", "365 days, supplements from day 90 on", people, times, (Step(90.0, REGIMEN, {}),))


def meals(people: int) -> Workload:
    """Workload B: a fortnight, seen every hour, with 42 meals that begin and end and 14 boluses."""
    days, steps = 14, []
    rate = {name: amount * 24 / (len(MEALS) * MEAL) for name, amount in MINERALS.items()}
    for day in range(days):
        for i, hour in enumerate(MEALS):
            start = day + hour / 24
            steps.append(Step(start, rate, BOLUS if i == 1 else {}))
            steps.append(Step(start + MEAL / 24, dict.fromkeys(MINERALS, 0.0), {}))
    times = np.arange(24 * days + 1) / 24
    return Workload("B", f"{days} days, {len(steps)} changes by meals, {days} boluses", people, times, tuple(steps))
