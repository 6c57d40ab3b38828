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

Statements use ``+ - * /``, comparisons and the functions ``vexp vlog vsqrt vabs vmax vmin vsel``, and for models of
users ``vsin vcos vasin vacos vatan vfloor vceil``. Real powers become ``vexp(n * vlog(x))`` with the base clamped at
1e-30 from below, so that a state that touches zero stays finite; a model must not raise a negative number to a
non-integer power. The slope of a root is infinite at zero. A step taken with it would not move the state at all, and
would find no error in that; so slopes of powers, roots and logarithms are taken no nearer to zero than their base is
known, given the error allowed in each state.

Elimination follows Markowitz order on the diagonal without numerical pivoting, as in the Kinetic PreProcessor (Sandu et
al. 1997, doi 10.1016/S1352-2310(97)00026-X): the matrix is g I - J with g of the order of 1/step, so a bad pivot is
mended by a shorter step.

Generation needs SymPy (:func:`compile_system`); a stored program (:meth:`Program.loads`) needs nothing.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cache, cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cofactor.engine.mathml import CLOCK, symbol
from cofactor.engine.translate import System, read_antimony, read_sbml
from cofactor.errors import EngineError, ModelError
from cofactor.said import Said

Statements = tuple[tuple[str, str], ...]
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
    rates = [_soften(system.rates[n]) for n in system.states]
    readouts = tuple(system.algebra)
    outputs = [_soften(system.algebra[n]) for n in readouts]
    w = {s: _own(f"w{i}") for i, s in enumerate(x)}
    slope = _Slopes(w)
    jacobian = {(i, j): d for i, f in enumerate(rates) for j, s in enumerate(x) if f.has(s) and (d := slope(f, s)) != 0}
    watched = [_soften(e) for e in guards]
    watched = [e + 10 * slope.error(e) for e in watched]
    order, fill = _markowitz(len(x), jacobian)
    _refuse_dense(order, fill)
    slots = [(i, i) for i in range(len(x))] + sorted(k for k in fill if k[0] != k[1])
    slot = {k: n for n, k in enumerate(slots)}

    hoist = _Hoist({*x, *w.values()})
    entries = list(jacobian)
    f, m, o, v = ([hoist(e) for e in part] for part in (rates, (jacobian[k] for k in entries), outputs, watched))
    n = len(x)
    names = {s: f"x[{i}]" for i, s in enumerate(x)} | {s: f"p[{i}]" for i, s in enumerate(p)}
    names |= {s: f"w[{i}]" for i, s in enumerate(w.values())}
    names |= {s: f"h[{i}]" for i, s in enumerate(hoist.symbols)}
    emit = _Emit(names)
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
        derive=tuple((f"p[{at[c]}]", emit.text(_soften(e))) for c, e in system.derived.items()),
        start=tuple((f"x[{i}]", emit.text(_soften(system.initial[s]))) for i, s in enumerate(system.states)),
        pre=emit([f"h[{i}]" for i in range(len(hoist.symbols))], list(hoist.expressions)),
        rate=emit(rate_targets, f),
        jac=emit([*rate_targets, *(f"m[{slot[k]}]" for k in entries)], [*f, *m]),
        lu=_factorise(slot, slots, set(entries), order),
        solve=_substitute(slot, order),
        readout=emit([f"o[{i}]" for i in range(len(readouts))], o),
        guard=emit([f"v[{i}]" for i in range(len(v))], v),
    )
    with np.errstate(all="ignore"):  # what has no value here may have one when it is run
        start = np.abs(program.initial(program.parameters())[0])
    default = np.where(np.isfinite(start) & (start > 0), start, 1.0)
    sizes = tuple(float((typical or {}).get(s, v)) for s, v in zip(system.states, default, strict=True))
    return replace(program, typical=sizes)


def clamped(system: System) -> list[Any]:
    """What a system takes a real power, a root or a logarithm of: below zero the statements clamp it."""
    import sympy as sp

    found: dict[Any, None] = {}
    for expression in (*system.rates.values(), *system.algebra.values()):
        for part in sp.preorder_traversal(expression):
            if isinstance(part, sp.log):
                found[part.args[0]] = None
            elif part.is_Pow and part.base != sp.E and not _is_product(part.exp):
                found[part.base] = None
    return sorted((e for e in found if e.free_symbols), key=sp.default_sort_key)


def _is_product(exponent: Any) -> bool:
    """Whether a power is written as a product, and so may be taken of a negative number."""
    largest = 8  # beyond it, exp and log are cheaper
    return bool(exponent.is_Integer) and abs(int(exponent)) <= largest


def _soften(e: Any) -> Any:
    """Real powers -> exp(n log b), products of them -> one exp, so that logarithms are shared and hoisted."""
    import sympy as sp

    def power(base: Any, exponent: Any) -> Any:
        if _is_product(exponent):
            return sp.Pow(base, exponent)
        if exponent in (sp.Rational(1, 2), sp.Float(0.5)):
            return _root()(base)
        if exponent in (-sp.Rational(1, 2), -sp.Float(0.5)):
            return 1 / _root()(base)
        return _exp()(exponent * _log()(base))

    def merge(product: Any) -> Any:
        exps = [a for a in product.args if isinstance(a, _exp())]
        if len(exps) < 2:
            return product
        rest = [a for a in product.args if not isinstance(a, _exp())]
        return sp.Mul(*rest, _exp()(sp.Add(*[a.args[0] for a in exps])))

    e = sp.sympify(e).replace(lambda q: q.is_Pow and q.base != sp.E, lambda q: power(q.base, q.exp))
    e = e.replace(sp.log, lambda a: sp.log(a) if a.is_number else _log()(a))
    e = e.replace(sp.floor, _opaque("soft_floor")).replace(sp.ceiling, _opaque("soft_ceil"))
    return e.replace(lambda q: q.is_Mul, merge)


def _exp() -> Any:
    return _opaque("soft_exp")


def _log() -> Any:
    return _opaque("soft_log")


def _root() -> Any:
    return _opaque("soft_sqrt")


def _above() -> Any:
    """The base of a power, root or logarithm where its slope is taken; :class:`_Slopes` says how near to zero."""
    return _opaque("soft_above")


_SLOPES: dict[str, Callable[[Any], Any]] = {
    "soft_exp": lambda e: e,
    "soft_log": lambda e: 1 / _above()(e.args[0]),
    "soft_sqrt": lambda e: e / (2 * _above()(e.args[0])),
    "soft_floor": lambda e: 0 * e,
    "soft_ceil": lambda e: 0 * e,
}


@cache
def _opaque(name: str) -> Any:
    """Functions that SymPy does not rewrite: merging exp(a) exp(b) would undo the hoisting, and steps have slope 0."""
    import sympy as sp

    def fdiff(self: Any, argindex: int = 1) -> Any:
        del argindex
        return _SLOPES[name](self)

    return type(name, (sp.Function,), {"fdiff": fdiff, "is_real": True})


class _Slopes:
    """Differentiates by states. Where a slope may be infinite, the base is held at its own error from zero."""

    def __init__(self, allowed: Mapping[Any, Any]) -> None:
        self._allowed = allowed  # state -> the symbol of its error
        self._errors: dict[Any, Any] = {}

    def __call__(self, e: Any, state: Any) -> Any:
        import sympy as sp

        d = sp.diff(e, state)
        bases = {a: a.args[0] for a in d.atoms(_above())}
        held = {a: _opaque("soft_max")(b, self.error(b) + 1e-30) for a, b in bases.items()}
        for root in d.atoms(sp.Pow):  # the slopes of asin and acos
            if root.exp == -sp.Rational(1, 2):
                held[root] = 1 / _root()(_opaque("soft_max")(root.base, self.error(root.base) + 1e-30))
        return d.xreplace(held)

    def error(self, e: Any) -> Any:
        """How far off an expression is where each of its states is by what it may be."""
        import sympy as sp

        if e not in self._errors:
            states = sorted(e.free_symbols & self._allowed.keys(), key=sp.default_sort_key)
            slopes = [(self(e, s), self._allowed[s]) for s in states]
            terms = [(abs(d) if d.is_Number else _opaque("soft_abs")(d)) * error for d, error in slopes]
            self._errors[e] = sp.Add(*terms)
        return self._errors[e]


def _own(name: str) -> Any:
    """A symbol of ours. It ends in a sign that no name of a model can hold, and is printed without."""
    return symbol(f"{name}'")


def _is_condition(e: Any) -> bool:
    from sympy.logic.boolalg import Boolean

    return isinstance(e, Boolean)


def _is_piece(e: Any) -> bool:
    from sympy.functions.elementary.piecewise import ExprCondPair

    return isinstance(e, ExprCondPair)


class _Hoist:
    """Moves sub-expressions of constants only out of the time loop; each gets a symbol."""

    def __init__(self, states: set[Any]) -> None:
        self._states = states
        self._memo: dict[Any, Any] = {}
        self._found: dict[Any, Any] = {}

    @property
    def symbols(self) -> list[Any]:
        return list(self._found.values())

    @property
    def expressions(self) -> Iterable[Any]:
        return self._found.keys()

    def _still(self, e: Any) -> bool:
        return bool(e.free_symbols) and not e.free_symbols & self._states

    def _name(self, e: Any) -> Any:
        if e.is_Symbol:
            return e
        return self._found.setdefault(e, _own(f"h{len(self._found)}"))

    def __call__(self, e: Any) -> Any:
        if e in self._memo:
            return self._memo[e]
        if not e.args:
            done = e
        elif _is_piece(e):
            done = e.func(*[self(a) for a in e.args])  # a value with its condition is no number
        elif self._still(e):
            done = e if _is_condition(e) else self._name(e)
        elif e.is_Add or e.is_Mul:
            still = [a for a in e.args if self._still(a) or a.is_Number]
            moving = [self(a) for a in e.args if not (self._still(a) or a.is_Number)]
            together = e.func(*still)
            if still and not together.is_Number:
                together = self._name(together)
            done = e.func(together, *moving) if still else e.func(*moving)
        else:
            done = e.func(*[self(a) for a in e.args])
        self._memo[e] = done
        return done


def _markowitz(n: int, entries: Iterable[tuple[int, int]]) -> tuple[list[int], set[tuple[int, int]]]:
    """Elimination order on the diagonal with least fill at each step, and the pattern with its fill."""
    pattern = set(entries) | {(i, i) for i in range(n)}
    left, order = list(range(n)), []

    def cost(k: int) -> tuple[int, int]:
        row = sum((k, j) in pattern for j in left) - 1
        column = sum((i, k) in pattern for i in left) - 1
        return row * column, k

    while left:
        pivot = min(left, key=cost)
        order.append(pivot)
        left.remove(pivot)
        rows = [i for i in left if (i, pivot) in pattern]
        columns = [j for j in left if (pivot, j) in pattern]
        pattern.update((i, j) for i in rows for j in columns)
    return order, pattern


def _refuse_dense(order: Sequence[int], pattern: set[tuple[int, int]]) -> None:
    """Everything is written out, so a model in which all depends on all would become an endless program."""
    most = 150_000  # operations; the human has about 700
    place = {k: n for n, k in enumerate(order)}
    below, right = Counter[int](), Counter[int]()
    for i, j in pattern:
        below[j] += place[i] > place[j]
        right[i] += place[j] > place[i]
    operations = sum(below[k] * (right[k] + 1) for k in order)
    if operations > most:
        raise ModelError(
            Said(
                "too many states depend on one another: solving for a step takes {operations:,} operations; "
                "expected at most {most:,}",
                operations=operations,
                most=most,
            )
        )


def _factorise(
    slot: Mapping[tuple[int, int], int],
    slots: Sequence[tuple[int, int]],
    present: set[tuple[int, int]],
    order: Sequence[int],
) -> Statements:
    """g I - J, then LU in place. Entries that only fill are written at their first use."""
    out = []
    for entry in slots:
        s = slot[entry]
        if entry[0] == entry[1]:
            out.append((f"m[{s}]", f"g - m[{s}]" if entry in present else "g"))
        elif entry in present:
            out.append((f"m[{s}]", f"-m[{s}]"))
    empty = {slot[e] for e in slots if e not in present and e[0] != e[1]}
    left = set(order)
    for k in order:
        left.discard(k)
        out.append((f"m[{slot[k, k]}]", f"1.0/m[{slot[k, k]}]"))
        for i in sorted(i for i in left if (i, k) in slot):
            a = slot[i, k]
            out.append((f"m[{a}]", f"m[{a}]*m[{slot[k, k]}]"))
            for j in sorted(j for j in left if (k, j) in slot):
                q, product = slot[i, j], f"m[{a}]*m[{slot[k, j]}]"
                out.append((f"m[{q}]", f"-({product})" if q in empty else f"m[{q}] - {product}"))
                empty.discard(q)
    return tuple(out)


def _substitute(slot: Mapping[tuple[int, int], int], order: Sequence[int]) -> Statements:
    """Solve with the factors: b becomes the solution."""
    out = []
    place = {k: n for n, k in enumerate(order)}
    for k in order:
        below = sorted(i for i in order if place[i] > place[k] and (i, k) in slot)
        out += [(f"b[{i}]", f"b[{i}] - m[{slot[i, k]}]*b[{k}]") for i in below]
    for k in reversed(order):
        right = [j for j in sorted(order) if place[j] > place[k] and (k, j) in slot]
        terms = " - ".join([f"b[{k}]", *(f"m[{slot[k, j]}]*b[{j}]" for j in right)])
        out.append((f"b[{k}]", f"({terms})*m[{slot[k, k]}]"))
    return tuple(out)


class _Emit:
    """Shares common sub-expressions and prints statements."""

    def __init__(self, names: Mapping[Any, str]) -> None:
        self._printer = _printer()(dict(names))

    def text(self, e: Any) -> str:
        return str(self._printer.doprint(e))

    def __call__(self, targets: Sequence[str], expressions: Sequence[Any]) -> Statements:
        import sympy as sp

        names = (_own(f"c{i}") for i in itertools.count())
        shared, reduced = sp.cse(expressions, symbols=names, order="canonical")
        inline: dict[Any, Any] = {}  # conditions stay where they are used: temporaries are numbers only
        out = []
        for name, e in shared:
            e = e.xreplace(inline)
            if _is_condition(e):
                inline[name] = e
            else:
                out.append((self.text(name), self.text(e)))
        return (*out, *((t, self.text(e.xreplace(inline))) for t, e in zip(targets, reduced, strict=True)))


def _printer() -> Any:
    """A SymPy printer for the statements' small language."""
    from sympy import Pow, Rational
    from sympy.printing.str import StrPrinter

    class Printer(StrPrinter):  # type: ignore[misc, unused-ignore]
        def __init__(self, names: dict[Any, str]) -> None:
            super().__init__()
            self.names = names

        def _print_Symbol(self, e: Any) -> str:
            return self.names.get(e) or str(e.name).removesuffix("'")

        def _print_Integer(self, e: Any) -> str:
            return f"{int(e)}.0" if e >= 0 else f"({int(e)}.0)"

        def _print_Float(self, e: Any) -> str:
            return repr(float(e)) if e >= 0 else f"({float(e)!r})"

        def _print_Rational(self, e: Any) -> str:
            return f"({int(e.p) / int(e.q)!r})"

        _print_NegativeOne = _print_One = _print_Zero = _print_Integer
        _print_Half = _print_Rational

        def _print_Exp1(self, e: Any) -> str:
            return repr(float(e))

        def _print_Add(self, e: Any) -> str:
            return "(" + " + ".join(self._print(a) for a in e.args) + ")"

        def _print_Mul(self, e: Any) -> str:
            above, below, negative = [], [], False
            for a in e.args:
                if a == -1:
                    negative = True
                elif a.is_Pow and a.exp.is_number and a.exp.is_negative:
                    below.append(Pow(a.base, -a.exp, evaluate=False) if a.exp != -1 else a.base)
                else:
                    above.append(a)
            text = "*".join(map(self._print, above)) or "1.0"
            if below:
                divisor = "*".join(map(self._print, below))
                text += f"/({divisor})" if len(below) > 1 else f"/{divisor}"
            return f"(-{text})" if negative else f"({text})"

        def _print_Pow(self, e: Any) -> str:
            base, exponent = self._print(e.base), e.exp
            if exponent == Rational(1, 2):
                return f"vsqrt({base})"
            if exponent == -Rational(1, 2):
                return f"(1.0/vsqrt({base}))"
            if exponent.is_Integer:
                product = "(" + "*".join([base] * abs(int(exponent))) + ")"
                return product if exponent > 0 else f"(1.0/{product})"
            return f"vexp({self._print(exponent)}*vlog({base}))"

        def _call(self, function: str, e: Any) -> str:
            return f"{function}({', '.join(map(self._print, e.args))})"

        def _print_soft_log(self, e: Any) -> str:
            return self._call("vlog", e)

        def _print_soft_exp(self, e: Any) -> str:
            return self._call("vexp", e)

        _print_log = _print_soft_log
        _print_exp = _print_soft_exp

        def _print_Function(self, e: Any) -> str:
            return self._call(_NAMES[e.func.__name__], e)

        _print_Abs = _print_sin = _print_cos = _print_asin = _print_acos = _print_atan = _print_Function

        def _print_sign(self, e: Any) -> str:
            x = self._print(e.args[0])
            return f"vsel({x} > 0.0, 1.0, vsel({x} < 0.0, -1.0, 0.0))"

        def _print_Heaviside(self, e: Any) -> str:
            return f"vsel({self._print(e.args[0])} > 0.0, 1.0, 0.0)"

        def _fold(self, function: str, e: Any) -> str:
            text = str(self._print(e.args[0]))
            for a in e.args[1:]:
                text = f"{function}({text}, {self._print(a)})"
            return text

        def _print_Max(self, e: Any) -> str:
            return self._fold("vmax", e)

        def _print_Min(self, e: Any) -> str:
            return self._fold("vmin", e)

        def _print_Piecewise(self, e: Any) -> str:
            text = str(self._print(e.args[-1][0]))
            for value, condition in reversed(e.args[:-1]):
                text = f"vsel({self._print(condition)}, {self._print(value)}, {text})"
            return text

        def _print_Relational(self, e: Any) -> str:
            return f"({self._print(e.lhs)} {e.rel_op} {self._print(e.rhs)})"

        def _print_And(self, e: Any) -> str:
            return "(" + " & ".join(map(self._print, e.args)) + ")"

        def _print_Or(self, e: Any) -> str:
            return "(" + " | ".join(map(self._print, e.args)) + ")"

    return Printer


_NAMES = {"Abs": "vabs", "soft_floor": "vfloor", "soft_ceil": "vceil", "sin": "vsin", "cos": "vcos"}
_NAMES |= {"asin": "vasin", "acos": "vacos", "atan": "vatan"}
_NAMES |= {"soft_sqrt": "vsqrt", "soft_max": "vmax", "soft_abs": "vabs"}
"""SymPy's name of a function -> the statements'."""


def _numpy_functions() -> dict[str, Any]:
    """The statements' functions for NumPy arrays. See the module docstring for the clamp of ``vlog``."""
    return {
        "vexp": lambda a: np.exp(np.clip(a, -700.0, 700.0)),
        "vlog": lambda a: np.log(np.maximum(a, 1e-30)),
        "vsqrt": lambda a: np.sqrt(np.maximum(a, 0.0)),
        "vabs": np.abs,
        "vmax": np.maximum,
        "vmin": np.minimum,
        "vsel": np.where,
        "vsin": np.sin,
        "vcos": np.cos,
        "vasin": np.arcsin,
        "vacos": np.arccos,
        "vatan": np.arctan,
        "vfloor": np.floor,
        "vceil": np.ceil,
    }


def _strict_functions() -> dict[str, Any]:
    """The same, but not a number where a logarithm or root is taken of a negative one."""
    return {
        "vlog": lambda a: np.where(a < 0.0, np.nan, np.log(np.maximum(a, 1e-30))),
        "vsqrt": lambda a: np.where(a < 0.0, np.nan, np.sqrt(np.maximum(a, 0.0))),
    }


@lru_cache(maxsize=64)
def function(name: str, arguments: Sequence[str], statements: Statements, *, strict: bool = False) -> Any:
    """A Python function that runs statements on NumPy arrays (element ``i`` of an argument is one array)."""
    body = "".join(f"    {target} = {expression}\n" for target, expression in statements) or "    pass\n"
    namespace = _numpy_functions() | (_strict_functions() if strict else {})
    exec(compile(f"def {name}({', '.join(arguments)}):\n{body}", f"<{name}>", "exec"), namespace)
    return namespace[name]


def run(statements: Statements, *, strict: bool = False, **arrays: list[Any]) -> None:
    """Run statements once on NumPy arrays; targets are set in the lists given."""
    function("once", tuple(arrays), statements, strict=strict)(*arrays.values())
