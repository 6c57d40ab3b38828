"""A system of equations -> :class:`Program`: differentiate, order, hoist, share and print."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cofactor.engine.emit import Emit, Hoist, own
from cofactor.engine.factorise import elimination, factorise, refuse_dense, substitute
from cofactor.engine.mathml import symbol
from cofactor.engine.program import Program
from cofactor.engine.slopes import Slopes, soften
from cofactor.engine.translate import System, read_antimony, read_sbml


def compile_antimony(text: str, typical: Mapping[str, float] | None = None) -> Program:
    """Antimony text -> :class:`Program`. See :func:`compile_system`."""
    return compile_sbml(read_antimony(text), typical)


def compile_sbml(text: str, typical: Mapping[str, float] | None = None) -> Program:
    """SBML text -> :class:`Program`. See :func:`compile_system`."""
    return compile_system(read_sbml(text), hashlib.sha256(text.encode()).hexdigest(), typical)


def compile_system(
    system: System, source: str, typical: Mapping[str, float] | None = None, guards: Sequence[Any] = ()
) -> Program:
    """Differentiate, order, hoist, share and print a system. ``guards`` are formulas that must not be negative.

    ``typical`` gives the size of each state that matters, for absolute tolerances; by default the size of its initial
    value, or 1 where that is zero. The result depends on the model alone, not on hash seeds or the machine.
    """
    x, p = [symbol(n) for n in system.states], [symbol(n) for n in system.constants]
    rates = [soften(system.rates[n]) for n in system.states]
    readouts = tuple(system.algebra)
    outputs = [soften(system.algebra[n]) for n in readouts]
    w = {s: own(f"w{i}") for i, s in enumerate(x)}
    slope = Slopes(w)
    jacobian = {(i, j): d for i, f in enumerate(rates) for j, s in enumerate(x) if f.has(s) and (d := slope(f, s)) != 0}
    watched = [soften(e) for e in guards]
    watched = [e + 10 * slope.error(e) for e in watched]
    order, fill = elimination(len(x), jacobian)
    refuse_dense(order, fill)
    slots = [(i, i) for i in range(len(x))] + sorted(k for k in fill if k[0] != k[1])
    slot = {k: n for n, k in enumerate(slots)}

    hoist = Hoist({*x, *w.values()})
    entries = list(jacobian)
    f, m, o, v = ([hoist(e) for e in part] for part in (rates, (jacobian[k] for k in entries), outputs, watched))
    n = len(x)
    names = {s: f"x[{i}]" for i, s in enumerate(x)} | {s: f"p[{i}]" for i, s in enumerate(p)}
    names |= {s: f"w[{i}]" for i, s in enumerate(w.values())}
    names |= {s: f"h[{i}]" for i, s in enumerate(hoist.symbols)}
    emit = Emit(names)
    rate_targets = [f"f[{i}]" for i in range(n)]
    derived = tuple(system.derived)
    values = tuple(float(system.values.get(c, float("nan"))) for c in system.constants)
    at = {c: i for i, c in enumerate(system.constants)}
    program = Program(
        name=system.name,
        source=source,
        states=system.states,
        constants=system.constants,
        readouts=readouts,
        values=values,
        derived=derived,
        typical=(),
        hoisted=len(hoist.symbols),
        entries=len(slots),
        derive=tuple((f"p[{at[c]}]", emit.text(soften(e))) for c, e in system.derived.items()),
        start=tuple((f"x[{i}]", emit.text(soften(system.initial[s]))) for i, s in enumerate(system.states)),
        pre=emit([f"h[{i}]" for i in range(len(hoist.symbols))], list(hoist.expressions)),
        rate=emit(rate_targets, f),
        jac=emit([*rate_targets, *(f"m[{slot[k]}]" for k in entries)], [*f, *m]),
        lu=factorise(slot, slots, set(entries), order),
        solve=substitute(slot, order),
        readout=emit([f"o[{i}]" for i in range(len(readouts))], o),
        guard=emit([f"v[{i}]" for i in range(len(v))], v),
    )
    with np.errstate(all="ignore"):  # what has no value here may have one when it is run
        start = np.abs(program.initial(program.parameters())[0])
    default = np.where(np.isfinite(start) & (start > 0), start, 1.0)
    sizes = tuple(float((typical or {}).get(s, v)) for s, v in zip(system.states, default, strict=True))
    return replace(program, typical=sizes)
