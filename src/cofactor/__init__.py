"""cofactor: vitamin D and magnesium as one system, computed for a person and for a population."""

from importlib import import_module as _import_module
from typing import Any as _Any

__version__ = "0.1.0"

_HOME = {
    "load_case": "cofactor.person.case",
    "CofactorError": "cofactor.errors",
    "InputError": "cofactor.errors",
}
"""Where each public name lives. Names load on first use, so that ``import cofactor`` costs next to nothing."""

__all__ = ["CofactorError", "InputError", "__version__", "load_case"]


def __getattr__(name: str) -> _Any:  # noqa: ANN401 - any public name
    """Load a public name from its home."""
    if name not in _HOME:
        raise AttributeError(f"module 'cofactor' has no attribute {name!r}")
    value = getattr(_import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
