"""MathML of a model -> SymPy: the one list of functions that a formula may use."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from cofactor.engine.model_limits import too_deep
from cofactor.errors import ModelError
from cofactor.said import Said

CLOCK = "(time)"
"""State that holds the time, in a model that names it; no SBML identifier can be written so."""
UNSET = "(unset)"
"""What stands for a value that the model does not state."""
AVOGADRO = 6.02214179e23  # 1/mol, as SBML Level 3 defines its symbol (CODATA 2006)
_LARGEST_EXPONENT = 64  # beyond it, a power of two written-out numbers is computed as a float


@cache
def symbol(name: str) -> Any:
    """The symbol of a name. All quantities are real."""
    import sympy

    return sympy.Symbol(name, real=True)


def number(value: float | None) -> Any:
    """A number that a model states; a symbol of its own where it states none."""
    import sympy

    if value is not None and not math.isfinite(value):
        raise ModelError(Said("a value of the model is {value}; expected a number", value=value))
    return symbol(UNSET) if value is None else sympy.Float(value) if value != int(value) else sympy.Integer(value)


def expression(node: Any) -> Any:
    """One MathML tree as a SymPy expression. Raises :class:`ModelError` naming what is not supported."""
    import libsbml as sb
    import sympy

    kind = node.getType()
    children = [expression(node.getChild(i)) for i in range(node.getNumChildren())]
    if kind == sb.AST_NAME:
        return symbol(node.getName())
    if kind == sb.AST_NAME_TIME:
        return symbol(CLOCK)
    if kind == sb.AST_NAME_AVOGADRO:
        return number(AVOGADRO)
    if kind == sb.AST_INTEGER:
        return sympy.Integer(node.getInteger())
    if kind in (sb.AST_REAL, sb.AST_REAL_E, sb.AST_RATIONAL):
        return number(node.getReal())
    if kind == sb.AST_MINUS:
        return -children[0] if len(children) == 1 else children[0] - children[1]
    if kind == sb.AST_FUNCTION_PIECEWISE:
        pairs = [(children[i], _truth(children[i + 1])) for i in range(0, len(children) - 1, 2)]
        if len(children) % 2 == 0:
            raise ModelError(Said("a piecewise without an 'otherwise' is undefined outside its pieces; add one"))
        return sympy.Piecewise(*pairs, (children[-1], True))
    build = _functions().get(kind)
    if build is None:
        raise ModelError(Said("not supported in a formula: {formula}", formula=sb.formulaToL3String(node)))
    return build(*children)


def _truth(e: Any) -> Any:
    """A condition. SymPy takes a quantity for one too, but the engine has no such quantities."""
    from sympy.logic.boolalg import Boolean

    if not isinstance(e, Boolean) or e.is_Symbol:
        raise TypeError(f"{e} is no truth value")
    return e


def _functions() -> dict[int, Callable[..., Any]]:
    import libsbml as sb
    import sympy as sp

    def root(*a: Any) -> Any:
        return sp.sqrt(a[-1]) if len(a) == 1 or a[0] == 2 else power(a[1], 1 / a[0])

    def logarithm(*a: Any) -> Any:
        return sp.log(a[-1]) / sp.log(a[0] if len(a) == 2 else 10)

    def power(a: Any, b: Any) -> Any:
        """Written-out numbers are kept small: SymPy would compute 9^9^9 to its last digit."""
        if a.is_Number and b.is_Number and abs(b) > _LARGEST_EXPONENT:
            try:
                return number(float(a) ** float(b))
            except (OverflowError, ZeroDivisionError, TypeError):
                raise ModelError(Said("the number {a}^{b} is too large", a=str(a), b=str(b))) from None
        return a**b

    def tanh(a: Any) -> Any:
        return 1 - 2 / (sp.exp(2 * a) + 1)

    def sinh(a: Any) -> Any:
        return (sp.exp(a) - sp.exp(-a)) / 2

    def cosh(a: Any) -> Any:
        return (sp.exp(a) + sp.exp(-a)) / 2

    def negated(a: Any) -> Any:
        """Pushed inward down to the comparisons: the statements know no other negation."""
        return sp.to_nnf(sp.Not(_truth(a)), simplify=False)

    def both(*a: Any) -> Any:
        return sp.And(*map(_truth, a))

    def either(*a: Any) -> Any:
        return sp.Or(*map(_truth, a))

    def parity(a: Sequence[Any]) -> tuple[Any, Any]:
        """Whether an odd and whether an even number of them is true. By halves: the formula grows with the square."""
        if len(a) < 2:
            return (_truth(a[0]), negated(a[0])) if a else (sp.false, sp.true)
        half = len(a) // 2
        (odd, even), (other_odd, other_even) = parity(a[:half]), parity(a[half:])
        return (
            sp.Or(sp.And(odd, other_even), sp.And(even, other_odd)),
            sp.Or(sp.And(odd, other_odd), sp.And(even, other_even)),
        )

    return {
        sb.AST_PLUS: sp.Add,
        sb.AST_TIMES: sp.Mul,
        sb.AST_DIVIDE: lambda a, b: a / b,
        sb.AST_POWER: power,
        sb.AST_FUNCTION_POWER: power,
        sb.AST_FUNCTION_ROOT: root,
        sb.AST_FUNCTION_EXP: sp.exp,
        sb.AST_FUNCTION_LN: sp.log,
        sb.AST_FUNCTION_LOG: logarithm,
        sb.AST_FUNCTION_ABS: sp.Abs,
        sb.AST_FUNCTION_FLOOR: sp.floor,
        sb.AST_FUNCTION_CEILING: sp.ceiling,
        sb.AST_FUNCTION_SIN: sp.sin,
        sb.AST_FUNCTION_COS: sp.cos,
        sb.AST_FUNCTION_TAN: lambda a: sp.sin(a) / sp.cos(a),
        sb.AST_FUNCTION_SEC: lambda a: 1 / sp.cos(a),
        sb.AST_FUNCTION_CSC: lambda a: 1 / sp.sin(a),
        sb.AST_FUNCTION_COT: lambda a: sp.cos(a) / sp.sin(a),
        sb.AST_FUNCTION_ARCSIN: sp.asin,
        sb.AST_FUNCTION_ARCCOS: sp.acos,
        sb.AST_FUNCTION_ARCTAN: sp.atan,
        sb.AST_FUNCTION_SINH: sinh,
        sb.AST_FUNCTION_COSH: cosh,
        sb.AST_FUNCTION_TANH: tanh,
        sb.AST_FUNCTION_SECH: lambda a: 1 / cosh(a),
        sb.AST_FUNCTION_CSCH: lambda a: 1 / sinh(a),
        sb.AST_FUNCTION_COTH: lambda a: 1 / tanh(a),
        sb.AST_FUNCTION_ARCSINH: lambda a: sp.log(a + sp.sqrt(a**2 + 1)),
        sb.AST_FUNCTION_ARCCOSH: lambda a: sp.log(a + sp.sqrt(a**2 - 1)),
        sb.AST_FUNCTION_ARCTANH: lambda a: sp.log((1 + a) / (1 - a)) / 2,
        sb.AST_FUNCTION_MAX: sp.Max,
        sb.AST_FUNCTION_MIN: sp.Min,
        sb.AST_CONSTANT_E: lambda: sp.E,
        sb.AST_CONSTANT_PI: lambda: sp.Float(3.141592653589793),
        sb.AST_CONSTANT_TRUE: lambda: sp.true,
        sb.AST_CONSTANT_FALSE: lambda: sp.false,
        sb.AST_RELATIONAL_LT: sp.Lt,
        sb.AST_RELATIONAL_LEQ: sp.Le,
        sb.AST_RELATIONAL_GT: sp.Gt,
        sb.AST_RELATIONAL_GEQ: sp.Ge,
        sb.AST_LOGICAL_AND: both,
        sb.AST_LOGICAL_OR: either,
        sb.AST_LOGICAL_NOT: negated,
        sb.AST_LOGICAL_XOR: lambda *a: parity(a)[0],
    }


@contextmanager
def sense() -> Iterator[None]:
    """Turn what SymPy says of a formula that has no value, or no end, into :class:`ModelError`."""
    from sympy.utilities.exceptions import SymPyDeprecationWarning as Doubt  # of truth values taken for numbers

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Doubt)
            yield
    except RecursionError:
        raise too_deep() from None
    except (TypeError, ValueError, ArithmeticError, AttributeError, Doubt) as error:
        why = " ".join(str(error).split())[:200]
        said = Said("a formula that has no value, such as a comparison where a number belongs ({why})", why=why)
        raise ModelError(said) from None
