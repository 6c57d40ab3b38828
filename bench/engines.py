"""The engines that the bench sets side by side, each behind the same small face."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import llvmlite
import numpy as np
import scipy

from cofactor.engine import llvm, lower
from cofactor.engine.lanes import Lanes
from cofactor.engine.solve import Backend, Tolerance, solve
from workload import CHANGE_DAY, OUTCOMES, TIMES, Workload

# The same for all, from the loosest on.
TOLERANCES = tuple(10 ** (-i / 20) for i in range(50, 160))


class Engine(Protocol):
    """One way to solve the workload. ``tolerances`` are tried from the loosest on."""

    name: str
    tolerances: tuple[float, ...]
    people: int  # timed; the others are scaled from these

    def run(self, work: Workload, count: int, relative: float, threads: int):
        """Values (count, times, outcomes)."""


@dataclass
class Ours:
    """cofactor.engine.solve on one of its back ends."""

    backend: Backend
    people: int
    tolerances: tuple[float, ...] = TOLERANCES

    @property
    def name(self) -> str:
        """What it is, with versions."""
        if self.backend is Backend.NUMPY:
            return f"cofactor, NumPy {np.__version__}"
        return f"cofactor, LLVM (llvmlite {llvmlite.__version__}, {llvm.width()} lanes)"

    def run(self, work: Workload, count: int, relative: float, threads: int):
        """As a user would call it, packing and all."""
        return solve(
            work.program,
            work.parameters[:count],
            work.initial[:count],
            times=TIMES,
            outcomes=OUTCOMES,
            events=work.events,
            tolerance=Tolerance(relative),
            backend=self.backend,
            threads=threads,
        ).values


@dataclass
class RoadRunner:
    """libRoadRunner: CVODE, with the model compiled by LLVM from the exported SBML."""

    people: int
    tolerances: tuple[float, ...] = TOLERANCES
    absolute = 1e-2  # of the relative tolerance; the states are of the order of 1 and above

    @property
    def name(self) -> str:
        """What it is, with its version."""
        import roadrunner

        return f"libRoadRunner {roadrunner.__version__} (CVODE, LLVM)"

    @cached_property
    def _model(self):
        import roadrunner

        from cofactor.model.compose import sbml

        model = roadrunner.RoadRunner(sbml())
        model.timeCourseSelections = list(OUTCOMES)
        return model

    def run(self, work: Workload, count: int, relative: float, threads: int):  # noqa: ARG002 - one thread
        """Constants and states by index, then one simulation per stretch between changes."""
        model, program = self._model, work.program
        model.integrator.relative_tolerance = relative
        model.integrator.absolute_tolerance = self.absolute * relative
        names = list(model.model.getGlobalParameterIds())
        places = {n: i for i, n in enumerate(names)}
        constants, states = ([places[n] for n in some] for some in (program.constants, program.states))
        return np.array([self._person(model, places, constants, states, work, i) for i in range(count)])

    def _person(self, model, places, constants, states, work: Workload, i: int):
        model.model.setTime(0.0)
        model.model.setGlobalParameterValues(constants, work.parameters[i])
        model.model.setGlobalParameterValues(states, work.initial[i])
        rows = []
        for start, times, changes in work.segments:
            if changes:
                model.model.setGlobalParameterValues([places[n] for n in changes], list(changes.values()))
            model.integrator.restart(start)
            lead = [] if times[0] == start else [start]
            tail = [CHANGE_DAY] if times[-1] < CHANGE_DAY else []
            found = np.array(model.simulate(times=[*lead, *times, *tail]))
            rows.append(found[len(lead) : len(lead) + len(times)])
        return np.vstack(rows)


@dataclass
class Lsoda:
    """SciPy's LSODA by ``odeint``, its right-hand side our own statements as machine code for one person."""

    people: int
    tolerances: tuple[float, ...] = TOLERANCES

    @property
    def name(self) -> str:
        """What it is, with its version."""
        return f"SciPy {scipy.__version__} LSODA (odeint), right-hand side compiled by LLVM"

    def run(self, work: Workload, count: int, relative: float, threads: int):  # noqa: ARG002 - one thread
        """One call of ``odeint`` per stretch between changes."""
        return np.array([self._person(work, i, relative) for i in range(count)])

    @cached_property
    def _compiled(self):
        return {}

    def _functions(self, work: Workload):
        """``pre`` and ``rate`` of the program with one lane, callable."""
        if not self._compiled:
            import llvmlite.binding as binding

            text = re.sub("define internal void", "define void", lower.Lowering(work.program, Lanes(1)).text())
            machine = binding.Target.from_default_triple().create_target_machine(
                opt=3, cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten(), jit=True
            )
            module = binding.parse_assembly(text)
            builder = binding.create_pass_builder(machine, binding.create_pipeline_tuning_options(speed_level=3))
            builder.getModulePassManager().run(module, builder)
            engine = binding.create_mcjit_compiler(module, machine)
            engine.finalize_object()
            pointer = ctypes.c_void_p
            self._compiled["engine"] = engine
            for name, count in (("pre", 2), ("rate", 4)):
                kind = ctypes.CFUNCTYPE(None, *[pointer] * count)
                self._compiled[name] = kind(engine.get_function_address(name))
        return self._compiled["pre"], self._compiled["rate"]

    def _person(self, work: Workload, i: int, relative: float):
        from scipy.integrate import odeint

        program = work.program
        pre, rate = self._functions(work)
        p, y = work.parameters[i].copy(), work.initial[i].copy()
        x, f, h = np.empty_like(y), np.empty_like(y), np.empty(program.hoisted)
        at = [a.ctypes.data for a in (x, p, h, f)]

        def slope(state, _time):
            x[:] = state
            rate(*at)
            return f

        absolute = relative * 1e-2 * np.asarray(program.typical)
        rows, columns = [], [program.states.index(o) for o in OUTCOMES]
        for start, times, changes in work.segments:
            for name, value in changes.items():
                p[program.index[name]] = value
            pre(at[1], at[2])
            lead = [] if times[0] == start else [start]
            tail = [CHANGE_DAY] if times[-1] < CHANGE_DAY else []
            found = odeint(slope, y, [*lead, *times, *tail], rtol=relative, atol=absolute, mxstep=100_000)
            rows.append(found[len(lead) : len(lead) + len(times), columns])
            y = found[-1]
        return np.vstack(rows)
