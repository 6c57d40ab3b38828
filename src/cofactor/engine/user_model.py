"""A model that a user gives, as Antimony text or SBML: read within limits, refused by name, run like our own.

Reading needs antimony, libSBML and SymPy (the extra ``[model]``); see :mod:`cofactor.engine.translate` for what of SBML
is understood. Real powers, roots and logarithms are defined for numbers above zero only, and the engine's are clamped
there (:mod:`cofactor.engine.slopes`); so what they are taken of is watched at every step, and a run in which one of
them fell below zero is refused instead of returned. What is computed once, before the run, is refused likewise.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from cofactor.engine.compile import compile_system
from cofactor.engine.mathml import CLOCK, sense, symbol
from cofactor.engine.model_limits import check_antimony, check_sbml
from cofactor.engine.program import Program
from cofactor.engine.rodas import memory
from cofactor.engine.slopes import clamped
from cofactor.engine.solve import Code, Event, Solution, Tolerance, solve
from cofactor.engine.statements import run
from cofactor.engine.translate import System, read_antimony, read_sbml
from cofactor.errors import EngineError, InputError, ModelError, Problem
from cofactor.files import read_whole
from cofactor.said import Said

TOOLS = {"antimony": "antimony", "libsbml": "python-libsbml", "sympy": "sympy"}
LARGEST_FILE = 2_000_000  # bytes; the human's SBML has 300,000
MOST_STATES = 500
MOST_WORK = 600_000  # operations of each rate times the states it depends on, all of which are differentiated
MOST_MEMORY = 4_000_000  # bytes of a thread's stack that one group may take; it has 8 MB
# Also inside a comment: telling comments from text as Antimony does is not worth a way past this.
_IMPORT = re.compile(r"\bimport\b(?:\s|/\*.*?\*/|//[^\n]*\n|#[^\n]*\n)*\"", re.DOTALL)


@dataclass(frozen=True, eq=False)
class UserModel:
    """A model ready to run. ``guards`` are the formulas of what its program watches: none may fall below zero."""

    program: Program
    guards: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The model's own name."""
        return self.program.name

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """What can be reported: states, then rules and rates of reactions."""
        return (*self.states, *self.program.readouts)

    @cached_property
    def states(self) -> tuple[str, ...]:
        """The model's states, without the clock."""
        return tuple(s for s in self.program.states if s != CLOCK)

    @property
    def settable(self) -> tuple[str, ...]:
        """What can be set before a run: constants, then starting values of states."""
        return (*self.program.constants, *self.states)

    def run(
        self,
        times: ArrayLike,
        outcomes: Sequence[str] | None = None,
        *,
        changes: Mapping[str, ArrayLike] | None = None,
        events: Sequence[Event] = (),
        people: int = 1,
        tolerance: Tolerance | None = None,
    ) -> Solution:
        """Integrate from time 0 and report ``outcomes`` (by default all states) at ``times``.

        ``changes`` sets constants (what follows from them follows) and starting values of states, one number or one
        per copy of the model; there are ``people`` copies. Raises :class:`EngineError` naming what the model does not
        have, what has no value at the start, what could not be integrated, and what fell below zero that must not.
        """
        wanted = tuple(outcomes) if outcomes is not None else self.states
        changes = dict(changes or {})
        unknown = [n for n in (*changes, *wanted) if n not in self.settable and n not in self.outcomes]
        if unknown:
            raise EngineError(Said("the model {model!r} has no {names}", model=self.name, names=tuple(unknown)))
        set_before = {n: v for n, v in changes.items() if n not in self.program.states}
        with np.errstate(all="ignore"):  # what has no value is refused by name
            p = self.program.parameters(people, set_before, strict=True)
            x = self.program.initial(p, strict=True)
        for name, value in changes.items():
            if name in self.program.states:
                x[:, self.program.states.index(name)] = value
        columns = dict(zip((*self.program.constants, *self.program.states), (*p.T, *x.T), strict=True))
        computed = [n for n in (*self.program.derived, *self.program.states) if n not in changes]
        if without := [n for n in computed if not np.isfinite(columns[n]).all()]:
            raise EngineError(
                Said(
                    "the model {model!r} gives no value to {names}: it divides by zero, or takes a real power, root or "
                    "logarithm of a negative number",
                    model=self.name,
                    names=tuple(without),
                )
            )
        tolerance = tolerance or Tolerance()
        found = solve(self.program, p, x, times=times, outcomes=wanted, events=events, tolerance=tolerance)
        self._refuse(found)
        return found

    def _refuse(self, found: Solution) -> None:
        """Raise where a run failed, or used a power, root or logarithm of a negative number."""
        failed = np.flatnonzero(found.codes)
        below = np.flatnonzero(found.codes == Code.BELOW_ZERO)
        if len(below):
            raise EngineError(
                Said(
                    "the model {model!r} takes a real power, root or logarithm of what falls below zero: {formulas}",
                    model=self.name,
                    formulas="; ".join(self._negative(found, below[0])),
                )
            )
        if len(failed):
            code = Code(int(found.codes[failed[0]]))
            finite = np.isfinite(found.values[failed[0]]).all(axis=1)
            last = found.times[np.flatnonzero(finite)[-1]] if finite.any() else 0.0
            raise EngineError(
                Said(
                    "the model {model!r} could not be integrated beyond time {last:g} ({code}): "
                    "it runs away, or changes too fast for any step",
                    model=self.name,
                    last=float(last),
                    code=code.name.lower(),
                )
            )

    def _negative(self, found: Solution, person: int) -> list[str]:
        """Which guards of a person are below zero where the run was ended."""
        row = slice(person, person + 1)
        p, x, zeros = (list(a.T) for a in (found.parameters[row], found.final[row], np.zeros_like(found.final[row])))
        h: list[ArrayLike] = [0.0] * self.program.hoisted
        v: list[ArrayLike] = [0.0] * self.program.guards
        with np.errstate(all="ignore"):
            run(self.program.pre, p=p, h=h)
            run(self.program.guard, x=x, p=p, h=h, w=zeros, v=v)
        return [formula for formula, value in zip(self.guards, v, strict=True) if not np.all(np.asarray(value) >= 0.0)]


def load_model(path: str | Path) -> UserModel:
    """Read a model from a file: SBML if it ends in .xml or .sbml, else Antimony.

    Raises :class:`InputError` listing everything that cannot be used, and :class:`ModelError` where the tools to read
    it are not installed.
    """
    path = Path(path)
    return given_model(read_whole(path, LARGEST_FILE, Said("a model")), str(path))


def given_model(data: bytes, name: str) -> UserModel:
    """A model from the bytes of a file of this ``name``, as :func:`load_model`."""
    missing = [package for module, package in TOOLS.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise ModelError(
            Said(
                "to read a model, {packages} must be installed: pip install 'cofactor[model]'. "
                "Everything else runs without.",
                packages=tuple(missing),
            )
        )
    if len(data) > LARGEST_FILE:
        raise _refusal(name, [Said("a file of over {most:,} bytes", most=LARGEST_FILE)])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _refusal(name, [Said("bytes that are not UTF-8 text")]) from None
    if not text.strip():
        raise _refusal(name, [Said("an empty file")])
    try:
        return compile_model(text, is_sbml=is_sbml(name))
    except ModelError as error:
        raise _refusal(name, error.faults) from error


def is_sbml(name: str) -> bool:
    """Whether a file of this name is read as SBML."""
    return name.lower().endswith((".xml", ".sbml"))


def _refusal(name: str, faults: Sequence[str]) -> InputError:
    do = Said("Change the model, or run it in a program that knows this; docs/engine.md lists what is understood.")
    return InputError([Problem(name, fault, (), do) for fault in faults])


def compile_model(text: str, *, is_sbml: bool = False) -> UserModel:
    """A model from its text. Raises :class:`ModelError` with everything that cannot be used."""
    if is_sbml:
        check_sbml(text)
    elif _IMPORT.search(text):
        raise ModelError(Said("an import of another file; put everything into one"))
    else:
        check_antimony(text)
    with sense():
        return _compiled(text if is_sbml else read_antimony(text))


def _compiled(sbml: str) -> UserModel:
    system = read_sbml(sbml)
    if not system.states:
        raise ModelError(Said("no state: nothing in the model changes with time"))
    if len(system.states) > MOST_STATES:
        raise ModelError(Said("{n} states; expected at most {most}", n=len(system.states), most=MOST_STATES))
    if (work := _work(system)) > MOST_WORK:
        said = Said("rates with {n:,} operations to differentiate; expected at most {most:,}", n=work, most=MOST_WORK)
        raise ModelError(said)
    guards = clamped(system)
    program = compile_system(system, "given by the user", guards=guards)
    outputs = len(program.readouts) + len(guards)
    if (taken := memory(len(program.states), program.hoisted, program.entries, outputs)) > MOST_MEMORY:
        said = Said("the model takes {taken:.1f} MB per group of people; expected at most 4 MB", taken=taken / 1e6)
        raise ModelError(said)
    return UserModel(program, tuple(map(str, guards)))


def _work(system: System) -> int:
    """How much there is to differentiate; the human has 36,000."""
    states = {symbol(name) for name in system.states}
    return sum(len(rate.free_symbols & states) * (1 + int(rate.count_ops())) for rate in system.rates.values())
