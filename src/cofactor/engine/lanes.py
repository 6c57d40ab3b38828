"""Lane arrays in LLVM IR: one number per person side by side in a vector register, in double or single precision.

Functions of lane arrays are written out here, so that every processor and every person computes the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from llvmlite import ir

FLAGS = ("contract", "nsz", "arcp")
I32, I64, F64 = ir.IntType(32), ir.IntType(64), ir.DoubleType()
_LIBRARY = ("sin", "cos", "asin", "acos", "atan", "floor", "ceil")


@dataclass(frozen=True)
class Number:
    """How a lane holds a number, and how far a polynomial must go to use all of its digits."""

    real: Any
    whole: Any  # the integer of the same size
    size: int  # bytes
    mantissa: int  # bits
    bias: int  # of the exponent
    largest_exponent: float  # of exp, so that neither overflow nor a denormal appears
    log_2: tuple[float, float]  # in two parts: products of the first with small integers are exact
    root_half: int  # the bits of sqrt(1/2)
    exp_degree: int
    log_degree: int


DOUBLE = Number(
    real=F64,
    whole=I64,
    size=8,
    mantissa=52,
    bias=1023,
    largest_exponent=700.0,
    log_2=(0.693147180369123816490, 1.90821492927058770002e-10),
    root_half=0x3FE6A09E667F3BCD,
    exp_degree=10,  # error < 1e-15
    log_degree=6,
)
SINGLE = Number(
    real=ir.FloatType(),
    whole=I32,
    size=4,
    mantissa=23,
    bias=127,
    largest_exponent=87.0,
    log_2=(0.693359375, -2.12194440e-4),
    root_half=0x3F3504F3,
    exp_degree=5,  # error < 1e-7
    log_degree=3,
)


class Lanes:
    """``count`` numbers of a kind side by side."""

    def __init__(self, count: int, number: Number = DOUBLE) -> None:
        self.count, self.number = count, number
        self.vector = ir.VectorType(number.real, count)
        self.integers = ir.VectorType(number.whole, count)
        self.bytes = count * number.size

    # -- constants and conversions ------------------------------------------------------------------------------

    def constant(self, value: float) -> ir.Constant:
        """A lane array of equal entries. What single precision cannot hold is infinite there."""
        value = float(value)
        if self.number is SINGLE and abs(value) > 3.4e38:  # the largest number of 32 bits
            value = math.copysign(math.inf, value)
        return ir.Constant(self.vector, [value] * self.count)

    def spread(self, b: ir.IRBuilder, value: Any) -> Any:
        """A real or integer as a lane array."""
        if value.type == self.vector:
            return value
        if isinstance(value, ir.Constant):
            return self.constant(value.constant)
        if value.type == I64:
            value = b.sitofp(value, F64)
        if self.number.real != F64:
            value = b.fptrunc(value, self.number.real)
        one = b.insert_element(ir.Constant(self.vector, ir.Undefined), value, ir.Constant(I32, 0))
        zeros = ir.Constant(ir.VectorType(I32, self.count), [0] * self.count)
        return b.shuffle_vector(one, ir.Constant(self.vector, ir.Undefined), zeros)

    def _each(self, value: int) -> ir.Constant:
        return ir.Constant(self.integers, [value] * self.count)

    # -- exp, log and friends -----------------------------------------------------------------------------------

    def mathematics(self, module: ir.Module) -> dict[str, Callable[..., Any]]:
        """The statements' functions, by name: each takes a builder and lane arrays."""
        square_root, absolute = (self._library(module, name) for name in ("sqrt", "fabs"))
        exponential, logarithm = self._exp(module), self._log(module)

        def pick(operator: str) -> Callable[..., Any]:
            return lambda b, x, y: b.select(b.fcmp_ordered(operator, x, y), x, y)

        return {
            "vexp": lambda b, x: b.call(exponential, [x]),
            "vlog": lambda b, x: b.call(logarithm, [x]),
            "vsqrt": lambda b, x: square_root(b, pick(">")(b, self.constant(0), x)),
            "vabs": absolute,
            "vmax": pick(">"),
            "vmin": pick("<"),
            **{f"v{name}": self._library(module, name) for name in _LIBRARY},
        }

    def _library(self, module: ir.Module, name: str) -> Callable[..., Any]:
        """A function that LLVM knows or takes from the system's mathematics; declared where it is first used."""
        full = f"llvm.{name}.v{self.count}f{8 * self.number.size}"
        kind = ir.FunctionType(self.vector, [self.vector])
        return lambda b, x: b.call(module.globals.get(full) or ir.Function(module, kind, full), [x])

    def _inline(self, module: ir.Module, name: str) -> tuple[ir.Function, ir.IRBuilder, Any]:
        function = ir.Function(module, ir.FunctionType(self.vector, [self.vector]), name)
        function.linkage = "internal"
        function.attributes.add("alwaysinline")
        return function, ir.IRBuilder(function.append_basic_block()), function.args[0]

    def _polynomial(self, b: ir.IRBuilder, x: Any, coefficients: Sequence[float]) -> Any:
        """Estrin's scheme, lowest coefficient first: pairs, then pairs of pairs, so that no chain of sums is long."""
        terms: list[Any] = [self.constant(c) for c in coefficients]
        while len(terms) > 1:
            paired = [
                b.fadd(b.fmul(terms[i + 1], x, flags=FLAGS), terms[i], flags=FLAGS) for i in range(0, len(terms) - 1, 2)
            ]
            terms = paired + terms[len(paired) * 2 :]
            x = b.fmul(x, x, flags=FLAGS)
        return terms[0]

    def _exp(self, module: ir.Module) -> ir.Function:
        """exp, its argument cut at the largest exponent: reduction to [-ln2/2, ln2/2], then a polynomial."""
        function, b, x = self._inline(module, "vexp")
        number, most = self.number, self.number.largest_exponent
        x = b.select(b.fcmp_ordered("<", x, self.constant(-most)), self.constant(-most), x)  # not-a-number remains so
        x = b.select(b.fcmp_ordered(">", x, self.constant(most)), self.constant(most), x)
        shift = self.constant(1.5 * 2.0**number.mantissa)  # adding it rounds to an integer held in the low bits
        t = b.fadd(b.fmul(x, self.constant(1.4426950408889634)), shift)
        n = b.fsub(t, shift)
        r = x
        for part in number.log_2:
            r = b.fsub(r, b.fmul(n, self.constant(part), flags=FLAGS), flags=FLAGS)
        half = math.log(2) / 2
        series = self._polynomial(b, r, _interpolated(math.exp, -half, half, number.exp_degree))
        bits = b.shl(b.bitcast(t, self.integers), self._each(number.mantissa))
        bits = b.add(bits, self._each(number.bias << number.mantissa))
        b.ret(b.fmul(series, b.bitcast(bits, self.vector)))
        return function

    def _log(self, module: ir.Module) -> ir.Function:
        """Natural logarithm of max(x, 1e-30): mantissa in [sqrt(1/2), sqrt(2)), series in ((m-1)/(m+1))**2."""
        function, b, x = self._inline(module, "vlog")
        number = self.number
        x = b.select(b.fcmp_ordered(">", x, self.constant(1e-30)), x, self.constant(1e-30))
        bits = b.bitcast(x, self.integers)
        exponent = b.ashr(b.sub(bits, self._each(number.root_half)), self._each(number.mantissa))
        mantissa = b.bitcast(b.sub(bits, b.shl(exponent, self._each(number.mantissa))), self.vector)
        s = b.fdiv(b.fsub(mantissa, self.constant(1)), b.fadd(mantissa, self.constant(1)), flags=("arcp",))
        largest = (3 - 2 * 2**0.5) ** 2
        series = self._polynomial(b, b.fmul(s, s), _interpolated(_log_series, 0.0, largest, number.log_degree))
        whole = b.fmul(b.sitofp(exponent, self.vector), self.constant(0.6931471805599453), flags=FLAGS)
        b.ret(b.fadd(whole, b.fmul(s, series, flags=FLAGS), flags=FLAGS))
        return function


def _log_series(z: float) -> float:
    """log((1 + s) / (1 - s)) / s as a function of z = s**2."""
    return math.fsum(2 * z**k / (2 * k + 1) for k in range(16))


def _interpolated(f: Callable[[float], float], low: float, high: float, degree: int) -> list[float]:
    """Coefficients, lowest first, of the polynomial that meets ``f`` at the Chebyshev points of [low, high]."""
    nodes = [
        Fraction(low + (high - low) * (1 + math.cos(math.pi * (k + 0.5) / (degree + 1))) / 2) for k in range(degree + 1)
    ]
    divided = [Fraction(f(float(x))) for x in nodes]  # Newton's divided differences, exact: rounding comes last
    for level in range(1, degree + 1):
        for k in range(degree, level - 1, -1):
            divided[k] = (divided[k] - divided[k - 1]) / (nodes[k] - nodes[k - level])
    result = [Fraction(0)] * (degree + 1)
    for k in range(degree, -1, -1):  # result = result * (x - nodes[k]) + divided[k]
        shifted = [Fraction(0), *result[:-1]]
        result = [s - nodes[k] * r for s, r in zip(shifted, result, strict=True)]
        result[0] += divided[k]
    return [float(c) for c in result]
