"""Powers, roots and logarithms in a form that shares its logarithms, and slopes that stay finite where theirs do not.

Real powers become ``vexp(n * vlog(x))`` with the base clamped at 1e-30 from below, so that a state that touches zero
stays finite; a model must not raise a negative number to a non-integer power. The slope of a root is infinite at zero.
A step taken with it would not move the state at all, and would find no error in that; so slopes of powers, roots and
logarithms are taken no nearer to zero than their base is known, given the error allowed in each state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from cofactor.engine.translate import System


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


def soften(e: Any) -> Any:
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
    e = e.replace(sp.floor, opaque("soft_floor")).replace(sp.ceiling, opaque("soft_ceil"))
    return e.replace(lambda q: q.is_Mul, merge)


def _exp() -> Any:
    return opaque("soft_exp")


def _log() -> Any:
    return opaque("soft_log")


def _root() -> Any:
    return opaque("soft_sqrt")


def _above() -> Any:
    """The base of a power, root or logarithm where its slope is taken; :class:`Slopes` says how near to zero."""
    return opaque("soft_above")


_SLOPES: dict[str, Callable[[Any], Any]] = {
    "soft_exp": lambda e: e,
    "soft_log": lambda e: 1 / _above()(e.args[0]),
    "soft_sqrt": lambda e: e / (2 * _above()(e.args[0])),
    "soft_floor": lambda e: 0 * e,
    "soft_ceil": lambda e: 0 * e,
}


@cache
def opaque(name: str) -> Any:
    """Functions that SymPy does not rewrite: merging exp(a) exp(b) would undo the hoisting, and steps have slope 0."""
    import sympy as sp

    def fdiff(self: Any, argindex: int = 1) -> Any:
        del argindex
        return _SLOPES[name](self)

    return type(name, (sp.Function,), {"fdiff": fdiff, "is_real": True})


class Slopes:
    """Differentiates by states. Where a slope may be infinite, the base is held at its own error from zero."""

    def __init__(self, allowed: Mapping[Any, Any]) -> None:
        self._allowed = allowed  # state -> the symbol of its error
        self._errors: dict[Any, Any] = {}

    def __call__(self, e: Any, state: Any) -> Any:
        """The slope of a softened expression along a state."""
        import sympy as sp

        d = sp.diff(e, state)
        bases = {a: a.args[0] for a in d.atoms(_above())}
        held = {a: opaque("soft_max")(b, self.error(b) + 1e-30) for a, b in bases.items()}
        for root in d.atoms(sp.Pow):  # the slopes of asin and acos
            if root.exp == -sp.Rational(1, 2):
                held[root] = 1 / _root()(opaque("soft_max")(root.base, self.error(root.base) + 1e-30))
        return d.xreplace(held)

    def error(self, e: Any) -> Any:
        """How far off an expression is where each of its states is by what it may be."""
        import sympy as sp

        if e not in self._errors:
            states = sorted(e.free_symbols & self._allowed.keys(), key=sp.default_sort_key)
            slopes = [(self(e, s), self._allowed[s]) for s in states]
            terms = [(abs(d) if d.is_Number else opaque("soft_abs")(d)) * error for d, error in slopes]
            self._errors[e] = sp.Add(*terms)
        return self._errors[e]
