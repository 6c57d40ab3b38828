"""The engines that the bench sets side by side, each behind the same small face.

All solve the model that ships: as the SBML that is exported, or as its statements, made into the language at hand.
Peers are used as their manuals have it and are not tuned beyond their tolerance.
"""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import ClassVar

import llvmlite
import numpy as np

from cofactor.engine import llvm, lower
from cofactor.engine.lanes import SINGLE, Lanes
from cofactor.engine.program import Program
from cofactor.engine.solve import Backend, Tolerance, solve
from workload import OUTCOMES, Workload

TOLERANCES = tuple(10 ** (-i / 10) for i in range(25, 90))
"""The same for all, from the loosest on."""
ABSOLUTE = 1e-2  # of the relative tolerance and of a state's typical size


@dataclass
class Engine:
    """One way to solve a workload. ``people`` are timed; figures for more are scaled from these."""

    people: int
    label: ClassVar[str] = "cofactor"
    packages: ClassVar[tuple[str, ...]] = ()  # distributions that it needs, for the size of an installation
    enters: ClassVar[tuple[str, ...]] = ("A", "B")  # workloads that it can be asked to do
    last: ClassVar[bool] = False  # whether it leaves threads behind that no later fork of this process would survive
    forks: ClassVar[bool] = True  # whether a process may be split in two once it has run

    @property
    def name(self) -> str:
        """What it is, with versions."""
        raise NotImplementedError

    @classmethod
    def present(cls) -> bool:
        """Whether it can be run here."""
        return all(_installed(p) for p in cls.packages)

    def prepare(self, work: Workload) -> None:
        """Compile and load whatever can be before the first person."""
        self.run(work, 1, 1e-3, 1)

    def run(self, work: Workload, count: int, relative: float, threads: int):
        """Values (count, times, outcomes) of the first people."""
        raise NotImplementedError

    def timed(self, work: Workload, count: int, relative: float) -> float:
        """Seconds of processor time on one core."""
        start = time.process_time()
        self.run(work, count, relative, 1)
        return time.process_time() - start


def _installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


@dataclass
class Ours(Engine):
    """cofactor.engine.solve on one of its back ends."""

    backend: Backend = Backend.LLVM
    packages = ("numpy", "llvmlite")

    @property
    def name(self) -> str:
        """What it is, with versions."""
        if self.backend is Backend.NUMPY:
            return f"cofactor, NumPy {np.__version__}"
        if self.backend is Backend.SINGLE:
            return f"cofactor, single precision ({llvm.width(SINGLE)} lanes)"
        return f"cofactor, LLVM (llvmlite {llvmlite.__version__}, {llvm.width()} lanes)"

    def run(self, work: Workload, count: int, relative: float, threads: int):
        """As a user would call it, packing and all."""
        return solve(
            work.program,
            work.parameters[:count],
            work.initial[:count],
            times=work.times,
            outcomes=OUTCOMES,
            events=work.events,
            tolerance=Tolerance(relative),
            backend=self.backend,
            threads=threads,
        ).values


class OneByOne(Engine):
    """A peer that takes one person at a time, stretch by stretch."""

    def run(self, work: Workload, count: int, relative: float, threads: int):  # noqa: ARG002 - one thread
        """One person after the other."""
        return np.array([self._person(work, i, relative) for i in range(count)])

    def _person(self, work: Workload, i: int, relative: float):
        self.begin(work, i, relative)
        rows = []
        for stretch in work.stretches:
            self.change(work, stretch)
            if stretch.end > stretch.start:
                rows.append(stretch.reported(self.advance(work, stretch)))
        return np.vstack(rows)

    def begin(self, work: Workload, i: int, relative: float) -> None:
        """Load a person."""
        raise NotImplementedError

    def change(self, work: Workload, stretch) -> None:
        """Make the changes at the start of a stretch."""
        raise NotImplementedError

    def advance(self, work: Workload, stretch):
        """Outcomes at the stops of a stretch; the person stands at its end afterwards."""
        raise NotImplementedError


@dataclass
class RoadRunner(OneByOne):
    """libRoadRunner: CVODE, with the model compiled by LLVM from the exported SBML."""

    label = "libRoadRunner"
    packages = ("libroadrunner", "numpy")

    @property
    def name(self) -> str:
        """What it is, with its version."""
        return f"libRoadRunner {metadata.version('libroadrunner')} (CVODE, LLVM)"

    @cached_property
    def _model(self):
        import roadrunner

        from cofactor.model.compose import sbml

        model = roadrunner.RoadRunner(sbml())
        model.timeCourseSelections = list(OUTCOMES)
        self.places = {n: i for i, n in enumerate(model.model.getGlobalParameterIds())}
        return model

    def begin(self, work: Workload, i: int, relative: float) -> None:
        """Constants and states by their index."""
        model, program = self._model, work.program
        model.integrator.relative_tolerance = relative
        model.integrator.absolute_tolerance = ABSOLUTE * relative  # the states are of the order of 1 and above
        model.model.setTime(0.0)
        for names, values in ((program.constants, work.parameters[i]), (program.states, work.initial[i])):
            model.model.setGlobalParameterValues([self.places[n] for n in names], values)

    def change(self, work: Workload, stretch) -> None:  # noqa: ARG002 - the model is at hand
        """Set, add, and start anew."""
        values = self._model.model
        for name, value in stretch.sets.items():
            values.setGlobalParameterValues([self.places[name]], [value])
        for name, value in stretch.adds.items():
            at = [self.places[name]]
            values.setGlobalParameterValues(at, [values.getGlobalParameterValues(at)[0] + value])
        self._model.integrator.restart(stretch.start)

    def advance(self, work: Workload, stretch):  # noqa: ARG002 - the model is at hand
        """One simulation."""
        return np.array(self._model.simulate(times=list(stretch.stops)))


@dataclass
class Copasi(OneByOne):
    """COPASI's LSODA by its Python interface, on the exported SBML."""

    label = "COPASI"
    packages = ("copasi-basico", "python-copasi", "numpy")

    @property
    def name(self) -> str:
        """What it is, with its version."""
        return f"COPASI {metadata.version('python-copasi')} (LSODA)"

    @cached_property
    def _model(self):
        import basico

        from cofactor.model.compose import sbml

        model = basico.load_model_from_string(sbml())
        self.values = {v.getSBMLId(): v for v in model.getModel().getModelValues()}
        for value in self.values.values():
            value.setInitialExpression("")  # what is given is not computed again
        return model

    def _set(self, values) -> None:
        import COPASI

        changed = COPASI.ObjectStdVector()
        for name, value in values.items():
            self.values[name].setInitialValue(float(value))
            changed.append(self.values[name].getInitialValueReference())
        self._model.getModel().updateInitialValues(changed)

    def begin(self, work: Workload, i: int, relative: float) -> None:
        """Constants and states by their names."""
        _ = self._model
        self.relative, program = relative, work.program
        named = dict(zip(program.constants, work.parameters[i], strict=True))
        named |= dict(zip(program.states, work.initial[i], strict=True))
        self._set({name: value for name, value in named.items() if name in self.values})

    def change(self, work: Workload, stretch) -> None:  # noqa: ARG002 - the model is at hand
        """Set and add, on the state at which the last stretch ended."""
        adds = {n: self.values[n].getInitialValue() + v for n, v in stretch.adds.items()}
        if stretch.sets or adds:
            self._set({**stretch.sets, **adds})

    def advance(self, work: Workload, stretch):  # noqa: ARG002 - the model is at hand
        """One time course, the model left at its end."""
        import basico

        found = basico.run_time_course_with_output(
            [self.values[o].getObjectDisplayName() for o in OUTCOMES],
            values=[float(t) for t in stretch.stops - stretch.start],  # the model knows no date
            start_time=0.0,
            r_tol=self.relative,
            a_tol=ABSOLUTE * self.relative,
            update_model=True,
            use_initial_values=True,
            model=self._model,
        )
        return found.to_numpy()


@dataclass
class Amici(OneByOne):
    """AMICI: CVODES with KLU, in C++ that it writes from the exported SBML and compiles (needs a compiler and SWIG)."""

    label = "AMICI"
    packages = ("amici", "numpy", "sympy")

    @property
    def name(self) -> str:
        """What it is, with its version."""
        return f"AMICI {metadata.version('amici')} (CVODES, KLU, C++)"

    @classmethod
    def present(cls) -> bool:
        """Whether it and what it compiles with are here."""
        return super().present() and bool(shutil.which("swig") and shutil.which("g++"))

    @cached_property
    def _model(self):
        from amici import import_model_module
        from amici.importers.sbml import SbmlImporter

        from cofactor.model.compose import sbml

        folder = Path(tempfile.mkdtemp())
        (folder / "human.xml").write_text(sbml(), encoding="utf-8")
        importer = SbmlImporter(str(folder / "human.xml"))
        importer.sbml2amici("human", folder / "human", generate_sensitivity_code=False)
        model = import_model_module("human", folder / "human").get_model()
        self.ids = list(model.get_free_parameter_ids())
        self.states = list(model.get_state_ids())
        self.solver = model.create_solver()
        self.solver.set_max_steps(100_000)
        return model

    def begin(self, work: Workload, i: int, relative: float) -> None:
        """Constants and states in AMICI's own order."""
        model, program = self._model, work.program
        self.solver.set_relative_tolerance(relative)
        self.solver.set_absolute_tolerance(ABSOLUTE * relative)  # the states are of the order of 1 and above
        given = dict(zip(program.constants, work.parameters[i], strict=True))
        start = dict(zip(program.states, work.initial[i], strict=True))
        self.p = [given[n] for n in self.ids]
        self.x = [start[n] for n in self.states]
        model.set_free_parameters(self.p)

    def change(self, work: Workload, stretch) -> None:  # noqa: ARG002 - the model is at hand
        """Set and add."""
        for name, value in stretch.sets.items():
            self.p[self.ids.index(name)] = value
        for name, value in stretch.adds.items():
            self.x[self.states.index(name)] += value
        self._model.set_free_parameters(self.p)

    def advance(self, work: Workload, stretch):  # noqa: ARG002 - the model is at hand
        """One simulation."""
        from amici.sim.sundials import run_simulation

        self._model.set_t0(float(stretch.start))
        self._model.set_initial_state(self.x)
        self._model.set_timepoints([float(t) for t in stretch.stops])
        found = np.asarray(run_simulation(self._model, self.solver)["x"])
        self.x = [float(v) for v in found[-1]]
        return found[:, [self.states.index(o) for o in OUTCOMES]]


@dataclass
class _Compiled(OneByOne):
    """A method of a library around our own statements as machine code for one person."""

    compiled: dict = field(default_factory=dict)

    def _functions(self, program: Program):
        """``pre`` and ``rate`` of the program with one lane, callable."""
        if not self.compiled:
            import llvmlite.binding as binding

            binding.initialize_native_target()
            binding.initialize_native_asmprinter()
            text = re.sub("define internal void", "define void", lower.Lowering(program, Lanes(1)).text())
            machine = binding.Target.from_default_triple().create_target_machine(
                opt=3, cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten(), jit=True
            )
            module = binding.parse_assembly(text)
            builder = binding.create_pass_builder(machine, binding.create_pipeline_tuning_options(speed_level=3))
            builder.getModulePassManager().run(module, builder)
            engine = binding.create_mcjit_compiler(module, machine)
            engine.finalize_object()
            pointer = ctypes.c_void_p
            self.compiled["engine"] = engine
            for name, count in (("pre", 2), ("rate", 4)):
                kind = ctypes.CFUNCTYPE(None, *[pointer] * count)
                self.compiled[name] = kind(engine.get_function_address(name))
        return self.compiled["pre"], self.compiled["rate"]

    def begin(self, work: Workload, i: int, relative: float) -> None:
        """Arrays that the machine code reads and writes."""
        program = work.program
        self.pre, self.rate = self._functions(program)
        self.p, self.y = work.parameters[i].copy(), work.initial[i].copy()
        self.x, self.f, self.h = np.empty_like(self.y), np.empty_like(self.y), np.empty(program.hoisted)
        self.at = [a.ctypes.data for a in (self.x, self.p, self.h, self.f)]
        self.relative = relative
        self.absolute = relative * ABSOLUTE * np.asarray(program.typical)
        self.columns = [program.states.index(o) for o in OUTCOMES]
        self.pre(self.at[1], self.at[2])

    def change(self, work: Workload, stretch) -> None:
        """Set, add, and compute again what follows from constants."""
        for name, value in stretch.sets.items():
            self.p[work.program.index[name]] = value
        for name, value in stretch.adds.items():
            self.y[work.program.states.index(name)] += value
        self.pre(self.at[1], self.at[2])


@dataclass
class Lsoda(_Compiled):
    """SciPy's LSODA by ``odeint``, its right-hand side our own statements as machine code for one person."""

    label = "SciPy"
    packages = ("scipy", "numpy", "llvmlite")

    @property
    def name(self) -> str:
        """What it is, with its version."""
        return f"SciPy {metadata.version('scipy')} LSODA, right-hand side by LLVM"

    def advance(self, work: Workload, stretch):  # noqa: ARG002 - the person is loaded
        """One call of ``odeint``."""
        from scipy.integrate import odeint

        def slope(state, _time):
            self.x[:] = state
            self.rate(*self.at)
            return self.f

        found = odeint(slope, self.y, stretch.stops, rtol=self.relative, atol=self.absolute, mxstep=100_000)
        self.y = found[-1].copy()
        return found[:, self.columns]


@dataclass
class Sundae(_Compiled):
    """scikit-sundae's CVODE, its right-hand side our own statements as machine code for one person."""

    label = "scikit-sundae"
    packages = ("scikit-sundae", "numpy", "llvmlite")

    @property
    def name(self) -> str:
        """What it is, with its version."""
        return f"scikit-sundae {metadata.version('scikit-sundae')} CVODE, right-hand side by LLVM"

    def advance(self, work: Workload, stretch):  # noqa: ARG002 - the person is loaded
        """One call of CVODE."""
        from sksundae.cvode import CVODE

        def slope(_time, state, out):
            self.x[:] = state
            self.rate(*self.at)
            out[:] = self.f

        solver = CVODE(slope, rtol=self.relative, atol=self.absolute, method="BDF", max_num_steps=100_000)
        stops = stretch.stops
        found = solver.solve(stops if len(stops) > 2 else np.linspace(stops[0], stops[-1], 3), self.y)
        rows = found.y if len(stops) > 2 else found.y[[0, 2]]
        self.y = rows[-1].copy()
        return rows[:, self.columns]


@dataclass
class Diffrax(Engine):
    """diffrax' Kvaerno5 on JAX: our statements traced, all people in one compiled program."""

    label = "diffrax"
    enters = ("A",)  # in B it would compile anew for each length of a stretch, a minute each
    last = True
    packages = ("diffrax", "equinox", "lineax", "optimistix", "jax", "jaxlib", "ml_dtypes", "scipy", "numpy")
    forks = False
    compiled: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is, with versions."""
        return f"diffrax {metadata.version('diffrax')} Kvaerno5 (JAX {metadata.version('jax')})"

    def run(self, work: Workload, count: int, relative: float, threads: int):  # noqa: ARG002 - JAX decides
        """Stretch by stretch for everybody; each stretch of one length of times is compiled once."""
        import jax

        jax.config.update("jax_enable_x64", True)
        program = work.program
        p, y = work.parameters[:count].copy(), work.initial[:count].copy()
        rows = []
        for stretch in work.stretches:
            for name, value in stretch.sets.items():
                p[:, program.index[name]] = value
            for name, value in stretch.adds.items():
                y[:, program.states.index(name)] += value
            if stretch.end > stretch.start:
                found = np.array(self._solve(program)(p, y, stretch.stops, relative))
                y = found[:, -1].copy()
                columns = [program.states.index(o) for o in OUTCOMES]
                rows.append(np.swapaxes(stretch.reported(np.swapaxes(found, 0, 1)), 0, 1)[:, :, columns])
        return np.concatenate(rows, axis=1)

    def _solve(self, program: Program):
        if self.compiled:
            return self.compiled["solve"]
        import diffrax
        import jax
        import jax.numpy as jnp

        pre, rate = (_traced(n, a, s) for n, a, s in _parts(program))
        typical = jnp.asarray(program.typical)

        def slope(_time, y, p):
            h, f = [0.0] * program.hoisted, [0.0] * len(program.states)
            pre(p, h)
            rate(y, p, h, f)
            return jnp.stack([jnp.asarray(v, float) for v in f])

        def one(p, y, stops, relative):
            return diffrax.diffeqsolve(
                diffrax.ODETerm(slope),
                diffrax.Kvaerno5(),
                stops[0],
                stops[-1],
                None,
                y,
                args=p,
                saveat=diffrax.SaveAt(ts=stops),
                stepsize_controller=diffrax.PIDController(rtol=relative, atol=relative * ABSOLUTE * typical),
                max_steps=100_000,
            ).ys

        self.compiled["solve"] = jax.jit(jax.vmap(one, in_axes=(0, 0, None, None)))
        return self.compiled["solve"]


def _parts(program: Program):
    return (("pre", ("p", "h"), program.pre), ("rate", ("x", "p", "h", "f"), program.rate))


def _traced(name: str, arguments, statements):
    """Statements as a function of JAX arrays."""
    import jax.numpy as jnp

    functions = {
        "vexp": lambda a: jnp.exp(jnp.clip(a, -700.0, 700.0)),
        "vlog": lambda a: jnp.log(jnp.maximum(a, 1e-30)),
        "vsqrt": lambda a: jnp.sqrt(jnp.maximum(a, 0.0)),
        "vabs": jnp.abs,
        "vmax": jnp.maximum,
        "vmin": jnp.minimum,
        "vsel": jnp.where,
    }
    body = "".join(f"    {target} = {expression}\n" for target, expression in statements) or "    pass\n"
    exec(compile(f"def {name}({', '.join(arguments)}):\n{body}", name, "exec"), functions)
    return functions[name]


_C = """#include <math.h>
#include <R.h>
static double p[{constants}], h[{hoisted}];
static inline double vexp(double a) {{ return exp(fmin(fmax(a, -700.0), 700.0)); }}
static inline double vlog(double a) {{ return log(fmax(a, 1e-30)); }}
static inline double vsqrt(double a) {{ return sqrt(fmax(a, 0.0)); }}
static inline double vabs(double a) {{ return fabs(a); }}
static inline double vmax(double a, double b) {{ return a > b ? a : b; }}
static inline double vmin(double a, double b) {{ return a < b ? a : b; }}
static inline double vsel(int c, double a, double b) {{ return c ? a : b; }}
void start(void (*given)(int *, double *)) {{
  int n = {constants};
  given(&n, p);
{pre}}}
void slope(int *n, double *t, double *x, double *f, double *out, int *ip) {{
{rate}}}
"""

_R = """
library(deSolve)
argument <- commandArgs(TRUE)
dyn.load(file.path(argument[1], paste0("model", .Platform$dynlib.ext)))
number <- function(name, n) readBin(file.path(argument[1], name), "double", n)
size <- number("size", 4); people <- size[1]; states <- size[2]; constants <- size[3]; stretches <- size[4]
p <- matrix(number("p", people * constants), people); y <- matrix(number("y", people * states), people)
relative <- number("tolerance", 1); absolute <- number("absolute", states)
parts <- lapply(seq_len(stretches), function(i) {
  n <- number(paste0("n", i), 3)
  list(stops = number(paste0("stops", i), n[1]), sets = matrix(number(paste0("sets", i), 2 * n[2]), 2),
       adds = matrix(number(paste0("adds", i), 2 * n[3]), 2))
})
columns <- number("columns", size <- 8)
found <- list()
begun <- proc.time()
for (i in seq_len(people)) {
  parms <- p[i, ]; now <- y[i, ]
  for (part in parts) {
    if (ncol(part$sets)) parms[part$sets[1, ]] <- part$sets[2, ]
    if (ncol(part$adds)) now[part$adds[1, ]] <- now[part$adds[1, ]] + part$adds[2, ]
    if (length(part$stops) < 2) next
    run <- ode(now, part$stops, "slope", parms, method = "lsoda", dllname = "model", initfunc = "start",
               rtol = relative, atol = absolute, maxsteps = 100000)
    now <- run[nrow(run), -1]
    found[[length(found) + 1]] <- t(run[, 1 + columns])
  }
}
spent <- proc.time() - begun
writeBin(c(sum(spent[c("user.self", "sys.self")]), unlist(found)), file.path(argument[1], "out"))
"""


@dataclass
class DeSolve(Engine):
    """deSolve's lsoda in R, its right-hand side our own statements in C."""

    label = "deSolve"
    forks = False
    folder: str = ""

    @classmethod
    def present(cls) -> bool:
        """Whether R, deSolve and a C compiler are here."""
        return bool(shutil.which("Rscript")) and bool(shutil.which("gcc")) and bool(_r(_DESOLVE))

    @property
    def name(self) -> str:
        """What it is, with versions."""
        return f"deSolve {_r(_DESOLVE)} lsoda (R), C"

    def prepare(self, work: Workload) -> None:
        """Write and compile the C."""
        self.folder = tempfile.mkdtemp()
        program = work.program
        code = _C.format(
            constants=len(program.constants),
            hoisted=max(1, program.hoisted),
            pre=_c(program.pre),
            rate=_c(program.rate),
        )
        (Path(self.folder) / "model.c").write_text(code, encoding="utf-8")
        command = ["R", "CMD", "SHLIB", "model.c"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        (Path(self.folder) / "run.R").write_text(_R, encoding="utf-8")

    def run(self, work: Workload, count: int, relative: float, threads: int):  # noqa: ARG002 - one thread
        """One call of R for everybody."""
        return self._both(work, count, relative)[1]

    def timed(self, work: Workload, count: int, relative: float) -> float:
        """Seconds that R itself counts, without its start."""
        return self._both(work, count, relative)[0]

    def _both(self, work: Workload, count: int, relative: float):
        if not self.folder:
            self.prepare(work)
        program, place = work.program, Path(self.folder)

        def give(name: str, values) -> None:
            np.asarray(values, float).tofile(place / name)

        give("size", [count, len(program.states), len(program.constants), len(work.stretches)])
        give("p", work.parameters[:count].T)  # R counts rows first
        give("y", work.initial[:count].T)
        give("tolerance", [relative])
        give("absolute", relative * ABSOLUTE * np.asarray(program.typical))
        give("columns", [1 + program.states.index(o) for o in OUTCOMES])
        for i, stretch in enumerate(work.stretches, 1):
            sets = [(1 + program.index[n], v) for n, v in stretch.sets.items()]
            adds = [(1 + program.states.index(n), v) for n, v in stretch.adds.items()]
            give(f"n{i}", [len(stretch.stops), len(sets), len(adds)])
            give(f"stops{i}", stretch.stops)
            give(f"sets{i}", sets)
            give(f"adds{i}", adds)
        command = ["Rscript", "--vanilla", str(place / "run.R"), str(place)]
        subprocess.run(command, check=True, capture_output=True)
        seconds, *values = np.fromfile(place / "out")
        stretches = [s for s in work.stretches if len(s.stops) > 1]
        whole = np.array(values).reshape(count, -1, len(OUTCOMES))
        edges = np.cumsum([0, *(len(s.stops) for s in stretches)])
        rows = [s.reported(whole[:, a:b].swapaxes(0, 1)) for s, a, b in zip(stretches, edges, edges[1:], strict=False)]
        return seconds, np.concatenate(rows).swapaxes(0, 1)


_DESOLVE = "format(packageVersion('deSolve'))"


def _c(statements) -> str:
    """Statements in C: they are C already but for temporaries' types."""
    lines = (f"  {'' if '[' in target else 'double '}{target} = {e};" for target, e in statements)
    return "\n".join(lines) + "\n"


def _r(expression: str) -> str:
    done = subprocess.run(["Rscript", "--vanilla", "-e", f"cat({expression})"], check=False, capture_output=True)
    return done.stdout.decode().strip() if done.returncode == 0 else ""
