"""Statements: a small subset of Python in which a model is written, and what it means on NumPy arrays.

Statements use ``+ - * /``, comparisons and the functions ``vexp vlog vsqrt vabs vmax vmin vsel``, and for models of
users ``vsin vcos vasin vacos vatan vfloor vceil``.

``vexp`` is cut at 700 either way, ``vlog`` clamped at 1e-30 from below and ``vsqrt`` at 0, so that a state that touches
zero stays finite.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

Statements = tuple[tuple[str, str], ...]


def _numpy_functions() -> dict[str, Any]:
    """The statements' functions for NumPy arrays. See the docstring of the module for the clamps."""
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
