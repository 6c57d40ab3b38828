"""Formulas -> statements: what stands still is moved out of the loop, what recurs is shared, the rest is printed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cofactor.engine.mathml import symbol
from cofactor.engine.statements import Statements


def own(name: str) -> Any:
    """A symbol of ours. It ends in a sign that no name of a model can hold, and is printed without."""
    return symbol(f"{name}'")


def _is_condition(e: Any) -> bool:
    from sympy.logic.boolalg import Boolean

    return isinstance(e, Boolean)


def _is_piece(e: Any) -> bool:
    from sympy.functions.elementary.piecewise import ExprCondPair

    return isinstance(e, ExprCondPair)


class Hoist:
    """Moves sub-expressions of constants only out of the time loop; each gets a symbol."""

    def __init__(self, states: set[Any]) -> None:
        self._states = states
        self._memo: dict[Any, Any] = {}
        self._found: dict[Any, Any] = {}

    @property
    def symbols(self) -> list[Any]:
        """What stands for each, in the order of the expressions."""
        return list(self._found.values())

    @property
    def expressions(self) -> Iterable[Any]:
        """What was moved out."""
        return self._found.keys()

    def _still(self, e: Any) -> bool:
        return bool(e.free_symbols) and not e.free_symbols & self._states

    def _name(self, e: Any) -> Any:
        if e.is_Symbol:
            return e
        return self._found.setdefault(e, own(f"h{len(self._found)}"))

    def __call__(self, e: Any) -> Any:
        """The expression with what stands still replaced."""
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


class Emit:
    """Shares common sub-expressions and prints statements."""

    def __init__(self, names: Mapping[Any, str]) -> None:
        self._printer = _printer()(dict(names))

    def text(self, e: Any) -> str:
        """One expression, nothing shared."""
        return str(self._printer.doprint(e))

    def __call__(self, targets: Sequence[str], expressions: Sequence[Any]) -> Statements:
        """Each expression into its target, after the temporaries that they share."""
        import sympy as sp

        names = (own(f"c{i}") for i in itertools.count())
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
