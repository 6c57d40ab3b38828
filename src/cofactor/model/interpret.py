"""A small interpreter of the model's SBML: initial values, rates and readouts at given states and parameters.

It exists so that the checks of the text stand on libsbml alone and not on the engine they are meant to guard. Values
are NumPy arrays, so many states can be evaluated at once. Only what the text of the human uses is understood.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from cofactor.errors import ModelError

MathNode = Any  # an ASTNode of libSBML, which carries no types
Value = npt.NDArray[np.float64]
Environment = dict[str, Value]


class Interpreter:
    """The equations of one SBML model, ready to be evaluated."""

    def __init__(self, sbml: str) -> None:
        import libsbml

        self._document = libsbml.readSBMLFromString(sbml)
        model = self._document.getModel()
        self._operations = _operations(libsbml)
        self.defaults: dict[str, float] = {
            p.getId(): p.getValue() for p in model.getListOfParameters() if p.isSetValue()
        }
        self._starts = _ordered({a.getSymbol(): a.getMath() for a in model.getListOfInitialAssignments()})
        rules = {r.getVariable(): r for r in model.getListOfRules()}
        self._rules = _ordered({name: r.getMath() for name, r in rules.items() if not r.isRate()})
        self._rates = {name: r.getMath() for name, r in rules.items() if r.isRate()}

    @property
    def states(self) -> tuple[str, ...]:
        """The state variables, in the order of the model."""
        return tuple(self._rates)

    @property
    def rule_symbols(self) -> tuple[str, ...]:
        """The symbols set by assignment rules, each after those it needs."""
        return tuple(self._rules)

    @property
    def start_symbols(self) -> tuple[str, ...]:
        """The symbols set by initial assignments: derived constants and states at rest."""
        return tuple(self._starts)

    def start(self, changes: Mapping[str, float | Value] | None = None) -> Environment:
        """Parameters, derived constants and states at time 0; ``changes`` replace values before anything is derived."""
        changes = changes or {}
        at: Environment = {name: np.asarray(value) for name, value in self.defaults.items() if name not in self._starts}
        at.update({name: np.asarray(value) for name, value in changes.items()})
        for name, math_ in self._starts.items():
            if name not in changes:
                at[name] = self._value(math_, at)
        return at

    def readouts(self, at: Environment) -> Environment:
        """``at`` with every rule evaluated."""
        full = dict(at)
        for name, math_ in self._rules.items():
            full[name] = self._value(math_, full)
        return full

    def rates(self, at: Environment) -> Environment:
        """The time derivative of every state at the given values."""
        full = self.readouts(at)
        return {name: self._value(math_, full) for name, math_ in self._rates.items()}

    def _value(self, node: MathNode, at: Environment) -> Value:
        if node.isName():
            try:
                return at[node.getName()]
            except KeyError:
                raise ModelError(f"the symbol {node.getName()} has no value") from None
        if node.isNumber():
            return np.asarray(float(node.getValue()))
        operation = self._operations.get(node.getType())
        if operation is None:
            raise ModelError(f"operation {node.getType()} is outside what the text may use")
        return operation(*[self._value(node.getChild(i), at) for i in range(node.getNumChildren())])


def _operations(libsbml: ModuleType) -> dict[int, Callable[..., Value]]:
    return {
        libsbml.AST_PLUS: lambda *terms: sum(terms[1:], start=terms[0]),
        libsbml.AST_TIMES: lambda *factors: math.prod(factors[1:], start=factors[0]),
        libsbml.AST_MINUS: lambda a, *b: a - b[0] if b else -a,
        libsbml.AST_DIVIDE: np.divide,
        libsbml.AST_POWER: np.power,
        libsbml.AST_FUNCTION_POWER: np.power,
        libsbml.AST_FUNCTION_ROOT: lambda _degree, value: np.sqrt(value),
        libsbml.AST_FUNCTION_EXP: np.exp,
        libsbml.AST_FUNCTION_LN: np.log,
    }


def _symbols(node: MathNode) -> set[str]:
    """The names that an expression uses."""
    if node.isName():
        return {node.getName()}
    return set().union(*(_symbols(node.getChild(i)) for i in range(node.getNumChildren())))


def _ordered(formulas: dict[str, MathNode]) -> dict[str, MathNode]:
    """The same formulas, each after those it needs. Raises :class:`ModelError` on a circle."""
    done: dict[str, MathNode] = {}

    def place(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise ModelError(f"circular definition: {' -> '.join((*path, name))}")
        if name in formulas and name not in done:
            for needed in sorted(_symbols(formulas[name])):
                place(needed, (*path, name))
            done[name] = formulas[name]

    for name in formulas:
        place(name, ())
    return done
