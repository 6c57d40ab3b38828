"""How near the engine comes to what the processor can do: operations of a person, and the measured peak of one core."""

from __future__ import annotations

import ctypes
import time

import llvmlite.binding as binding
import numpy as np
from llvmlite import ir

from cofactor.engine import llvm
from cofactor.engine.numpy import integrator
from cofactor.engine.solve import Backend, Tolerance, solve
from workload import OUTCOMES, Workload

COST = {"exp": 28, "log": 27}
"""Operations of our own exp and log: the terms of their polynomials and of their reductions (engine/lower.py)."""
_CHAINS = 16  # sums side by side: more than the depth of any multiply-add pipe times its width
_ROUNDS = 2_000_000


class Counted(np.ndarray):
    """An array that counts the operations done on it."""

    operations = 0

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        """Do it on plain arrays, and count an operation per element."""
        plain = [np.asarray(i) if isinstance(i, Counted) else i for i in inputs]
        result = getattr(ufunc, method)(*plain, **keywords)
        Counted.operations += COST.get(ufunc.__name__, 1) * np.size(result)
        return result.view(Counted) if isinstance(result, np.ndarray) else np.asarray(result).view(Counted)


def operations(work: Workload, relative: float, people: int = 4) -> float:
    """Floating-point operations of one person: the NumPy back end runs them one by one, on arrays that count."""
    program, plain = work.program, integrator(work.program)
    Counted.operations = 0

    def counting(p, y, *rest):
        return plain([a.view(Counted) for a in p], [a.view(Counted) for a in y], *rest)

    import cofactor.engine.batch as batch

    kept, batch.integrator = batch.integrator, lambda _program: counting
    try:
        for i in range(people):
            found = solve(
                program,
                work.parameters[i : i + 1],
                work.initial[i : i + 1],
                times=work.times,
                outcomes=OUTCOMES,
                events=work.events,
                tolerance=Tolerance(relative),
                backend=Backend.NUMPY,
            )
            assert found.ok
    finally:
        batch.integrator = kept
    return Counted.operations / people


def peak() -> float:
    """Operations a second of one core: a loop of nothing but fused multiply-adds on full registers."""
    lanes = llvm.width()
    vector, i64 = ir.VectorType(ir.DoubleType(), lanes), ir.IntType(64)
    module = ir.Module("peak")
    fma = ir.Function(module, ir.FunctionType(vector, [vector] * 3), f"llvm.fma.v{lanes}f64")
    function = ir.Function(module, ir.FunctionType(ir.DoubleType(), [i64]), "peak")
    entry, loop, done = (function.append_basic_block(n) for n in ("entry", "loop", "done"))
    b = ir.IRBuilder(entry)
    b.branch(loop)
    b.position_at_end(loop)
    count = b.phi(i64)
    count.add_incoming(ir.Constant(i64, 0), entry)
    sums = [b.phi(vector) for _ in range(_CHAINS)]
    scale, shift = (ir.Constant(vector, [v] * lanes) for v in (0.999, 0.001))
    for i, total in enumerate(sums):
        total.add_incoming(ir.Constant(vector, [1.0 + i] * lanes), entry)
        total.add_incoming(b.call(fma, [total, scale, shift]), loop)
    following = b.add(count, ir.Constant(i64, 1))
    count.add_incoming(following, loop)
    b.cbranch(b.icmp_signed("<", following, function.args[0]), loop, done)
    b.position_at_end(done)
    total = sums[0]
    for other in sums[1:]:
        total = b.fadd(total, other)
    b.ret(b.extract_element(total, ir.Constant(ir.IntType(32), 0)))
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(
        opt=2, cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten(), jit=True
    )
    engine = binding.create_mcjit_compiler(binding.parse_assembly(str(module)), machine)
    engine.finalize_object()
    call = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_int64)(engine.get_function_address("peak"))
    least = np.inf
    for _ in range(5):
        start = time.thread_time()  # not the process's: threads that a peer left may be spinning
        call(_ROUNDS)
        least = min(least, time.thread_time() - start)
    return 2 * _CHAINS * lanes * _ROUNDS / least
