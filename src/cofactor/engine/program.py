"""A model as straight-line statements: what every back end runs.

A :class:`Program` holds, as text in a small subset of Python, everything needed to integrate a model:

==========  =====================================================================================================
``derive``  constants that follow from others; run once per batch
``start``   initial states from constants; run once per batch
``pre``     sub-expressions of constants only (``h``), hoisted out of the time loop
``rate``    dx/dt (``f``) from states ``x``, constants ``p`` and ``h``
``jac``     the same and the non-zero entries of the Jacobian (``m``), given the error ``w`` allowed in each state
``lu``      g I - J and its factors in place, unrolled over the sparsity pattern (``m``; inverse pivots on the diagonal)
``solve``   forward and backward substitution in place (``b``)
``readout`` assignment rules (``o``) from states and constants
``guard``   what must not be negative (``v``), each ten of its allowed errors higher than it is
==========  =====================================================================================================

:mod:`cofactor.engine.statements` says what a statement may be, :mod:`cofactor.engine.compile` makes a program. To make
one takes SymPy; a stored program (:meth:`Program.loads`) needs nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cofactor.engine.mathml import CLOCK
from cofactor.engine.statements import Statements, run
from cofactor.errors import EngineError

FORMAT = 2


@dataclass(frozen=True, eq=False)
class Program:
    """A compiled model. Vectors are ordered as ``states`` and ``constants`` name them."""

    name: str
    source: str  # SHA-256 of the SBML text
    states: tuple[str, ...]
    constants: tuple[str, ...]
    readouts: tuple[str, ...]
    values: tuple[float, ...]  # of the constants; nan where derived
    derived: tuple[str, ...]
    typical: tuple[float, ...]  # size of each state that matters; scales the absolute tolerance
    hoisted: int
    entries: int  # stored entries of the Jacobian and its factors
    derive: Statements
    start: Statements
    pre: Statements
    rate: Statements
    jac: Statements
    lu: Statements
    solve: Statements
    readout: Statements
    guard: Statements

    @cached_property
    def hash(self) -> str:
        """Identity of the program: equal programs run equal code."""
        return hashlib.sha256(self.dumps().encode()).hexdigest()[:16]

    def dumps(self) -> str:
        """The program as JSON, the same bytes for the same model."""
        body = {"format": FORMAT, **asdict(self)}
        body["values"] = [None if np.isnan(v) else v for v in self.values]
        return json.dumps(body, indent=0, ensure_ascii=True) + "\n"

    @classmethod
    def loads(cls, text: str) -> Program:
        """Read what :meth:`dumps` wrote. Raises :class:`EngineError` for another format."""
        body = json.loads(text)
        if body.pop("format", None) != FORMAT:
            raise EngineError("this program file was written by another version of cofactor; generate it again")
        body["values"] = [float("nan") if v is None else v for v in body["values"]]
        tupled = {f.name: _as_tuple(body[f.name]) for f in fields(cls)}
        return cls(**tupled)

    @property
    def clock(self) -> int:
        """Position of the state that holds the time, or -1."""
        return self.states.index(CLOCK) if CLOCK in self.states else -1

    @property
    def guards(self) -> int:
        """How many formulas are watched."""
        return sum(target.startswith("v[") for target, _ in self.guard)

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of every constant (0 ...) and, behind them, of every state: the targets of events."""
        return {n: i for i, n in enumerate((*self.constants, *self.states))}

    @cached_property
    def reads(self) -> NDArray[np.int64]:
        """For every constant 1 where ``pre`` reads it, else 0: an event that changes another need not run ``pre``."""
        text = " ".join(expression for _, expression in self.pre)
        return np.array([int(f"p[{i}]" in text) for i in range(len(self.constants))], np.int64)

    def parameters(
        self, n: int = 1, changes: Mapping[str, ArrayLike] | None = None, *, strict: bool = False
    ) -> NDArray[np.float64]:
        """Constants of ``n`` people, shape (n, constants), with ``changes`` made and derived constants following.

        Each change is a number or one number per person. A derived constant that is itself in ``changes`` keeps the
        given value. Where it is a power, root or logarithm of a negative number it is clamped, or not a number if
        ``strict``. Raises :class:`EngineError` naming constants the model does not have.
        """
        changes = changes or {}
        unknown = [c for c in changes if c not in self.constants]
        if unknown:
            raise EngineError(f"the model {self.name!r} has no constant {', '.join(unknown)}")
        p = np.empty((n, len(self.constants)))
        p[:] = self.values
        for name, value in changes.items():
            p[:, self.index[name]] = value
        columns = list(p.T)
        following = tuple((t, e) for t, e in self.derive if self.constants[int(t[2:-1])] not in changes)
        run(following, strict=strict, p=columns)
        for name in self.derived:
            p[:, self.index[name]] = columns[self.index[name]]
        return p

    def initial(self, parameters: NDArray[np.float64], *, strict: bool = False) -> NDArray[np.float64]:
        """States at the start, shape (n, states), for constants of shape (n, constants); ``strict`` as above."""
        n = len(parameters)
        x: list[Any] = [0.0] * len(self.states)
        run(self.start, strict=strict, p=[parameters[:, i] for i in range(parameters.shape[1])], x=x)
        return np.stack([np.broadcast_to(np.asarray(v, float), n) for v in x], axis=1)


def _as_tuple(value: Any) -> Any:
    return tuple(_as_tuple(v) for v in value) if isinstance(value, list) else value
