"""A small subset of Python -> LLVM IR: the statements of a model and the text of the integrator.

Types are few and follow from the text: integers (i64), reals (double), lane arrays (a vector of doubles or of floats,
one entry per person) and pointers to arrays of these. A variable has the type of its first value. An integer meets a
real as a real, a real meets a lane array as a lane array of equal entries. Anything outside the subset raises
:class:`EngineError` with the line, at generation, never at run time.

Fast-math flags are limited to contraction into fused multiply-add and reciprocals: results of different instruction
sets differ in the last bits, and not-a-number keeps its meaning (the integrator relies on it).
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from llvmlite import ir

from cofactor.engine import rodas
from cofactor.engine.lanes import FLAGS, Lanes
from cofactor.engine.program import Program
from cofactor.engine.statements import Statements
from cofactor.errors import EngineError

I1, I32, I64, F64 = ir.IntType(1), ir.IntType(32), ir.IntType(64), ir.DoubleType()

_ARITHMETIC: dict[type, tuple[str, str]] = {
    ast.Add: ("add", "fadd"),
    ast.Sub: ("sub", "fsub"),
    ast.Mult: ("mul", "fmul"),
    ast.Div: ("", "fdiv"),
}
_COMPARISON: dict[type, str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


class Lowering:
    """Builds one LLVM module for a program and a kind of lane array."""

    def __init__(self, program: Program, lanes: Lanes) -> None:
        self.program = program
        self.lanes = lanes
        self.module = ir.Module("cofactor")
        self.functions: dict[str, ir.Function] = {}
        self.intrinsics: dict[str, Callable[..., Any]] = {}

    def text(self) -> str:
        """LLVM IR of the whole kernel; its entry point is ``integrate``."""
        self.intrinsics = self.lanes.mathematics(self.module)
        p = self.program
        self._statements("pre", ("p", "h"), p.pre)
        self._statements("rate", ("x", "p", "h", "f"), p.rate)
        self._statements("jac", ("x", "p", "h", "w", "f", "m"), p.jac)
        self._statements("lu", ("m", "g"), p.lu)
        self._statements("solve", ("m", "b"), p.solve)
        self._statements("readout", ("x", "p", "h", "o"), p.readout)
        self._statements("guard", ("x", "p", "h", "w", "v"), p.guard)
        names = {
            "STATES": len(p.states),
            "CONSTANTS": len(p.constants),
            "HOISTED": p.hoisted,
            "ENTRIES": p.entries,
            "READOUTS": len(p.readouts),
            "GUARDS": p.guards,
            "CLOCK": p.clock,
        }
        _Body(self, names).function(ast.parse(inspect.getsource(rodas.integrate)).body[0])
        return str(self.module)

    def _statements(self, name: str, arguments: tuple[str, ...], statements: Statements) -> None:
        """One function of a model. Every element is loaded once and stored once, whatever the statements do between."""
        kinds = [F64 if a == "g" else self.lanes.vector.as_pointer() for a in arguments]
        function = ir.Function(self.module, ir.FunctionType(ir.VoidType(), kinds), name)
        function.linkage = "internal"
        # Spilled registers must not straddle cache lines. llvmlite knows the attribute but does not let it through.
        set.add(function.attributes, f"alignstack({self.lanes.bytes})")
        self.functions[name] = function
        b = ir.IRBuilder(function.append_basic_block())
        base: dict[str, Any] = {}
        variables: dict[str, Any] = {}
        for argument, value in zip(arguments, function.args, strict=True):
            if argument == "g":
                variables["g"] = self.lanes.spread(b, value)
            else:
                value.add_attribute("noalias")
                base[argument] = value
        memory: dict[tuple[str, int], Any] = {}
        written: dict[tuple[str, int], Any] = {}

        def address(place: tuple[str, int]) -> Any:
            return b.gep(base[place[0]], [ir.Constant(I64, place[1])])

        def load(node: ast.Subscript) -> Any:
            place = _place(node)
            if place not in memory:
                memory[place] = b.load(address(place), align=self.lanes.bytes)
            return memory[place]

        expression = _Expression(self, b, variables.__getitem__, load)
        for target, text in statements:
            value = self.lanes.spread(b, expression(ast.parse(text, mode="eval").body))
            node = ast.parse(target, mode="eval").body
            if isinstance(node, ast.Subscript):
                memory[_place(node)] = written[_place(node)] = value
            else:
                variables[target] = value
        for place, value in written.items():
            b.store(value, address(place), align=self.lanes.bytes)
        b.ret_void()


def _place(node: ast.Subscript) -> tuple[str, int]:
    if isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
        return node.value.id, node.slice.value
    raise EngineError(f"a statement indexes with {ast.unparse(node)}")


class _Expression:
    """Lowers one expression. ``name`` and ``element`` find variables and array elements."""

    def __init__(
        self, to: Lowering, b: ir.IRBuilder, name: Callable[[str], Any], element: Callable[[ast.Subscript], Any]
    ) -> None:
        self.to, self.b, self.name, self.element = to, b, name, element

    def __call__(self, node: ast.expr) -> Any:
        b = self.b
        match node:
            case ast.Constant(value=bool()):
                raise EngineError("a statement uses a truth value as a number")
            case ast.Constant(value=int() as number):
                return ir.Constant(I64, number)
            case ast.Constant(value=float() as number):
                return ir.Constant(F64, number)
            case ast.Name(id=name):
                return self.name(name)
            case ast.Subscript():
                return self.element(node)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                value = self(operand)
                return b.neg(value) if value.type == I64 else b.fneg(value, flags=FLAGS)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                power = self.to.module.declare_intrinsic("llvm.pow", [F64])
                return b.call(power, [self._real(self(left)), self._real(self(right))])
            case ast.BinOp(left=left, op=(ast.BitAnd() | ast.BitOr()) as operator, right=right):
                x, y = self(left), self(right)
                return b.and_(x, y) if isinstance(operator, ast.BitAnd) else b.or_(x, y)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
                x, y = self._meet(self(left), self(right), divide=isinstance(operator, ast.Div))
                whole, real = _ARITHMETIC[type(operator)]
                return getattr(b, whole)(x, y) if x.type == I64 else getattr(b, real)(x, y, flags=FLAGS)
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                x, y = self._meet(self(left), self(right))
                sign = _COMPARISON[type(operator)]
                return b.icmp_signed(sign, x, y) if x.type == I64 else b.fcmp_ordered(sign, x, y)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, [self(a) for a in arguments])
        raise EngineError(f"not in the kernel language: {ast.unparse(node)}")

    def _real(self, value: Any) -> Any:
        if value.type != I64:
            return value
        return ir.Constant(F64, float(value.constant)) if isinstance(value, ir.Constant) else self.b.sitofp(value, F64)

    def _meet(self, x: Any, y: Any, *, divide: bool = False) -> tuple[Any, Any]:
        if self.to.lanes.vector in (x.type, y.type):
            return self.to.lanes.spread(self.b, x), self.to.lanes.spread(self.b, y)
        if x.type == y.type == I64 and not divide:
            return x, y
        return self._real(x), self._real(y)

    def _call(self, name: str, values: list[Any]) -> Any:
        b, to = self.b, self.to
        if name in ("min", "max"):
            x, y = self._meet(*values)
            sign = "<" if name == "min" else ">"
            order = b.icmp_signed(sign, x, y) if x.type == I64 else b.fcmp_ordered(sign, x, y)
            return b.select(order, x, y)
        if name == "vsel":
            return b.select(values[0], to.lanes.spread(b, values[1]), to.lanes.spread(b, values[2]))
        if name == "lane_max":
            largest = b.extract_element(values[0], ir.Constant(I32, 0))
            for lane in range(1, to.lanes.count):
                other = b.extract_element(values[0], ir.Constant(I32, lane))
                largest = b.select(b.fcmp_ordered(">", largest, other), largest, other)
            return largest if largest.type == F64 else b.fpext(largest, F64)
        if name in to.intrinsics:
            return to.intrinsics[name](b, *[to.lanes.spread(b, v) for v in values])
        raise EngineError(f"not in the kernel language: {name}()")


class _Body:
    """Lowers the integrator: variables, loops and calls to the model's functions."""

    def __init__(self, to: Lowering, constants: dict[str, int]) -> None:
        self.to = to
        self.constants = constants
        self.variables: dict[str, Any] = {}  # name -> stack slot
        self.pointers: dict[str, Any] = {}  # name -> array

    def function(self, node: ast.stmt) -> None:
        """The exported function ``integrate(...) -> i64``."""
        if not isinstance(node, ast.FunctionDef):
            raise EngineError("the integrator is not a function")
        kinds = {
            "lanes": self.to.lanes.vector.as_pointer(),
            "reals": F64.as_pointer(),
            "ints": I64.as_pointer(),
            "int": I64,
            "float": F64,
        }
        names = [(a.arg, ast.unparse(a.annotation) if a.annotation else "") for a in node.args.args]
        function = ir.Function(self.to.module, ir.FunctionType(I64, [kinds[k] for _, k in names]), node.name)
        self.entry = ir.IRBuilder(function.append_basic_block("entry"))
        self.b = ir.IRBuilder(function.append_basic_block("body"))
        for (name, kind), value in zip(names, function.args, strict=True):
            if kind in ("int", "float"):
                self._assign(name, value)
            else:
                value.add_attribute("noalias")
                self.pointers[name] = value
        self.expression = _Expression(self.to, self.b, self._load, self._element)
        body = node.body[1:] if isinstance(node.body[0], ast.Expr) else node.body  # the docstring is not code
        self._block(body)
        self.entry.branch(function.basic_blocks[1])

    def _load(self, name: str) -> Any:
        if name in self.constants:
            return ir.Constant(I64, self.constants[name])
        if name in self.variables:
            return self.b.load(self.variables[name])
        raise EngineError(f"the integrator uses {name!r} before it is set")

    def _assign(self, name: str, value: Any) -> None:
        if name not in self.variables:
            self.variables[name] = self.entry.alloca(value.type, name=name)
        kind = self.variables[name].type.pointee
        if kind == F64 and value.type == I64:
            value = self.b.sitofp(value, F64)
        if value.type != kind:
            raise EngineError(f"the integrator changes the type of {name!r}")
        self.b.store(value, self.variables[name])

    def _address(self, node: ast.Subscript) -> Any:
        if not isinstance(node.value, ast.Name) or node.value.id not in self.pointers:
            raise EngineError(f"not an array of the integrator: {ast.unparse(node)}")
        return self.b.gep(self.pointers[node.value.id], [self.expression(node.slice)])

    def _element(self, node: ast.Subscript) -> Any:
        address = self._address(node)
        align = self.to.lanes.bytes if address.type.pointee == self.to.lanes.vector else 8
        return self.b.load(address, align=align)

    def _block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)
            if self.b.block.is_terminated:
                return

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="lane_arrays"), args=[size])):
                count = _Expression(self.to, self.entry, self._load, self._element)(size)
                self.pointers[name] = self.entry.alloca(self.to.lanes.vector, count, name=name)
                self.pointers[name].align = self.to.lanes.bytes
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign(name, self.expression(value))
            case ast.Assign(targets=[ast.Subscript() as target], value=value):
                result, address = self.expression(value), self._address(target)
                vector = address.type.pointee == self.to.lanes.vector
                result = self.to.lanes.spread(self.b, result) if vector else result
                self.b.store(result, address, align=self.to.lanes.bytes if vector else 8)
            case ast.Expr(value=ast.Call(func=ast.Name(id=name), args=arguments)) if name in self.to.functions:
                values = [
                    self.pointers[a.id] if isinstance(a, ast.Name) and a.id in self.pointers else self.expression(a)
                    for a in arguments
                ]
                self.b.call(self.to.functions[name], values)
            case ast.If(test=test, body=body, orelse=otherwise):
                self._if(test, body, otherwise)
            case ast.While(test=test, body=body, orelse=[]):
                self._loop(lambda: self._condition(test), body, lambda: None)
            case ast.For(target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=bounds), body=body):
                self._for(name, bounds, body)
            case ast.Return(value=ast.Constant(value=int() as code)):
                self.b.ret(ir.Constant(I64, code))
            case _:
                raise EngineError(f"not in the kernel language: {ast.unparse(node)}")

    def _condition(self, node: ast.expr) -> Any:
        """A condition; the right side of ``and`` is read only where the left holds (it may index past the end)."""
        if not (isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And)):
            return self.expression(node)
        right, done = self._new_block("and"), self._new_block("and.done")
        first = self._condition(node.values[0])
        start = self.b.block
        self.b.cbranch(first, right, done)
        self.b.position_at_end(right)
        rest = node.values[1] if len(node.values) == 2 else ast.BoolOp(op=ast.And(), values=node.values[1:])
        second = self._condition(rest)
        end = self.b.block
        self.b.branch(done)
        self.b.position_at_end(done)
        both = self.b.phi(I1)
        both.add_incoming(ir.Constant(I1, 0), start)
        both.add_incoming(second, end)
        return both

    def _new_block(self, name: str) -> Any:
        return self.b.function.append_basic_block(name)

    def _if(self, test: ast.expr, body: list[ast.stmt], otherwise: list[ast.stmt]) -> None:
        yes, no, done = self._new_block("then"), self._new_block("else"), self._new_block("after")
        self.b.cbranch(self._condition(test), yes, no)
        for block, statements in ((yes, body), (no, otherwise)):
            self.b.position_at_end(block)
            self._block(statements)
            if not self.b.block.is_terminated:
                self.b.branch(done)
        self.b.position_at_end(done)

    def _loop(self, test: Callable[[], Any], body: list[ast.stmt], after: Callable[[], None]) -> None:
        head, inside, done = self._new_block("loop"), self._new_block("inside"), self._new_block("done")
        self.b.branch(head)
        self.b.position_at_end(head)
        self.b.cbranch(test(), inside, done)
        self.b.position_at_end(inside)
        self._block(body)
        if not self.b.block.is_terminated:
            after()
            self.b.branch(head)
        self.b.position_at_end(done)

    def _for(self, name: str, bounds: list[ast.expr], body: list[ast.stmt]) -> None:
        low = self.expression(bounds[0]) if len(bounds) == 2 else ir.Constant(I64, 0)
        high = self.expression(bounds[-1])
        self._assign(name, low)

        def step() -> None:
            self._assign(name, self.b.add(self._load(name), ir.Constant(I64, 1)))

        self._loop(lambda: self.b.icmp_signed("<", self._load(name), high), body, step)
