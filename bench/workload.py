"""What every engine of the bench is given: the same varied people, the same change of regimen, the same outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cofactor.engine.generate import human
from cofactor.engine.program import Program
from cofactor.engine.solve import Change, Event, Tolerance, solve

SPREAD = 0.25  # coefficient of variation of each varied constant
VARIED = (
    *("Vmax25", "klin25", "CLoD", "CL25", "S_D3", "k125", "K1", "V27", "GFR", "in_Ca", "in_Mg", "in_P"),
    *("gutCa", "gutMg", "fTP", "fPTH", "rT", "kOC", "kF", "aF_V", "aTP_PTH", "aS_V", "kM6", "KfD"),
)
OUTCOMES = ("C25D3", "C125", "PTH", "Ca", "Phos", "Mg", "F23", "BoneT")
CHANGE_DAY = 90.0
REGIMEN = {"in_D3": 2000.0, "sup_Mg": 14.4, "sup_Ca": 25.0}  # IU/d, mmol/d, mmol/d: ordinary supplements
TIMES = np.append(np.arange(0.0, 365.0, 7.0), 365.0)
REFERENCE = Tolerance(1e-10)


@dataclass(frozen=True, eq=False)
class Workload:
    """``people`` bodies for a year with outputs every week."""

    people: int
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

    @property
    def events(self) -> list[Event]:
        """The regimen as our engine takes it."""
        return [Event(CHANGE_DAY, name, Change.SET, value) for name, value in REGIMEN.items()]

    @property
    def segments(self):
        """The regimen as others take it: (start, output times, constants that change at the start)."""
        before, after = TIMES[TIMES <= CHANGE_DAY], TIMES[TIMES > CHANGE_DAY]
        return ((0.0, before, {}), (CHANGE_DAY, after, REGIMEN))

    @cached_property
    def reference(self):
        """Values (people, times, outcomes) that every error is measured against."""
        p, x = self.parameters, self.initial
        run = solve(self.program, p, x, times=TIMES, outcomes=OUTCOMES, events=self.events, tolerance=REFERENCE)
        assert run.ok
        return run.values

    def worst(self, values) -> float:
        """Largest relative error of the first people."""
        reference = self.reference[: len(values)]
        return float(np.max(np.abs(values - reference) / np.abs(reference)))
