"""The LLVM back end: machine code for this processor, made in process and kept in a cache of the user's own.

As many people share a vector register as the processor has lanes of double precision (8 with AVX-512, 4 with AVX, 2
otherwise), or twice as many in single precision. No compiler is needed on the machine. Compiled code is kept in the
user's cache folder under a name that holds the program, the processor and the versions involved, so that only the first
run of a model compiles it; a file that is not the user's own, or whose check sum does not match, is ignored.
``COFACTOR_CACHE=off`` turns the cache off.
"""

from __future__ import annotations

import ctypes
import hashlib
import inspect
import os
import stat
import threading
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import numpy as np
import platformdirs

from cofactor import __version__
from cofactor.engine import lanes, lower, rodas
from cofactor.engine.lanes import DOUBLE, SINGLE, Lanes, Number
from cofactor.engine.program import Program
from cofactor.files import write_whole

_LOCK = threading.Lock()
_POINTER, _INTEGER, _REAL = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double
_KIND = {"lanes": _POINTER, "reals": _POINTER, "ints": _POINTER, "int": _INTEGER, "float": _REAL}
# ctypes releases the interpreter lock during a call, so groups run on threads.
SIGNATURE = ctypes.CFUNCTYPE(
    _INTEGER, *[_KIND[str(p.annotation)] for p in inspect.signature(rodas.integrate).parameters.values()]
)
ALIGNMENT = 64


def width(number: Number = DOUBLE) -> int:
    """People per vector register on this processor."""
    features = llvm.get_host_cpu_features()
    size = 64 if features.get("avx512f") else 32 if features.get("avx") else 16  # bytes
    return size // number.size


class Kernel:
    """Machine code of one program. ``call`` integrates one group of ``lanes`` people; see :func:`rodas.integrate`."""

    def __init__(self, program: Program, number: Number = DOUBLE) -> None:
        self.lanes, self.number = width(number), number
        wide = Lanes(self.lanes, number)
        with _LOCK:
            llvm.initialize_native_target()
            llvm.initialize_native_asmprinter()
            machine = llvm.Target.from_default_triple().create_target_machine(
                opt=2, cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), jit=True
            )
            path = _cache_path(program, wide)
            code = _read(path) if path else None
            if code is None:
                code = _compile(program, wide, machine)
                if path:
                    _write(path, code)
            self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
            self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
            self._engine.finalize_object()
            self.call: Any = SIGNATURE(self._engine.get_function_address("integrate"))


@cache
def kernel(program: Program, *, single: bool = False) -> Kernel:
    """The compiled kernel of a program, compiled at most once a process."""
    return Kernel(program, SINGLE if single else DOUBLE)


def aligned(number: Number, *shape: int) -> np.ndarray[Any, np.dtype[Any]]:
    """An array of such numbers whose first byte lies where the widest vector load wants it; contents not set."""
    size = int(np.prod(shape)) * number.size
    raw = np.empty(size + ALIGNMENT, np.uint8)
    offset = -raw.ctypes.data % ALIGNMENT
    return raw[offset : offset + size].view(f"f{number.size}").reshape(shape)


def _compile(program: Program, wide: Lanes, machine: Any) -> bytes:
    module = llvm.parse_assembly(lower.Lowering(program, wide).text())
    module.verify()
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=2))
    builder.getModulePassManager().run(module, builder)
    code: bytes = machine.emit_object(module)
    return code


def _cache_path(program: Program, wide: Lanes) -> Path | None:
    if os.environ.get("COFACTOR_CACHE", "") == "off":
        return None
    parts = (
        program.hash,
        f"{wide.count} x {wide.number.size}",
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
        llvm.get_default_triple(),
        llvmlite.__version__,
        __version__,
        _generator(),
    )
    name = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    folder = os.environ.get("COFACTOR_CACHE") or platformdirs.user_cache_dir("cofactor", appauthor=False)
    return Path(folder) / f"{name}.kernel"


@cache
def _generator() -> str:
    """Identity of the code that makes kernels: a change to it makes new ones."""
    files = (lanes.__file__, lower.__file__, rodas.__file__, __file__)
    return hashlib.sha256(b"".join(Path(file).read_bytes() for file in files)).hexdigest()


def _read(path: Path) -> bytes | None:
    """Code from the cache, or None where there is none that can be trusted."""
    try:
        for place in (path.parent, path):
            status = place.stat()
            if hasattr(os, "getuid") and (
                status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
            ):
                return None
        content = path.read_bytes()
    except OSError:
        return None
    digest, code = content[:32], content[32:]
    return code if hashlib.sha256(code).digest() == digest else None


def _write(path: Path, code: bytes) -> None:
    """Keep code for the next run. A cache that cannot be written is no error: the next run compiles again."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, hashlib.sha256(code).digest() + code, mode=0o600)
    except OSError:
        return
