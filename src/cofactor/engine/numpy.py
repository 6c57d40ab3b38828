"""The NumPy back end: the same statements and the same integrator, run by Python on arrays of people.

It needs nothing but NumPy, works everywhere, and is the oracle that the LLVM back end is tested against. A lane array
is a NumPy array with one entry per person.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from cofactor.engine import rodas, statements
from cofactor.engine.program import Program


@cache
def integrator(program: Program) -> Callable[..., int]:
    """:func:`cofactor.engine.rodas.integrate` bound to a program."""
    p = program
    namespace: dict[str, Any] = {
        "STATES": len(p.states),
        "CONSTANTS": len(p.constants),
        "HOISTED": p.hoisted,
        "ENTRIES": p.entries,
        "READOUTS": len(p.readouts),
        "GUARDS": p.guards,
        "CLOCK": p.clock,
        "pre": statements.function("pre", ("p", "h"), p.pre),
        "rate": statements.function("rate", ("x", "p", "h", "f"), p.rate),
        "jac": statements.function("jac", ("x", "p", "h", "w", "f", "m"), p.jac),
        "lu": statements.function("lu", ("m", "g"), p.lu),
        "solve": statements.function("solve", ("m", "b"), p.solve),
        "readout": statements.function("readout", ("x", "p", "h", "o"), p.readout),
        "guard": statements.function("guard", ("x", "p", "h", "w", "v"), p.guard),
        "lane_arrays": lambda n: [np.zeros(1)] * n,
        "lane_max": lambda a: float(np.max(a)),
        "vsel": np.where,
        "vabs": np.abs,
        "vmax": np.maximum,
        "vmin": np.minimum,
    }
    source = "from __future__ import annotations\n" + inspect.getsource(rodas.integrate)
    exec(compile(source, rodas.__file__, "exec"), namespace)
    integrate: Callable[..., int] = namespace["integrate"]
    return integrate
