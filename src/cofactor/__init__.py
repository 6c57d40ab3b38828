"""cofactor: vitamin D and magnesium as one system, computed for a person and for a population."""

import sys as _sys
from importlib import import_module as _import_module
from types import ModuleType as _ModuleType
from typing import Any as _Any

__version__ = "0.1.0"

_HOME = {
    "load_case": "cofactor.person.case",
    "status": "cofactor.faces.python",
    "forecast": "cofactor.faces.python",
    "plan": "cofactor.faces.python",
    "cite": "cofactor.faces.python",
    "population": "cofactor.trial.simulate",
    "regimen": "cofactor.trial.simulate",
    "simulate": "cofactor.trial.simulate",
    "run_trial": "cofactor.trial.run",
    "formulate": "cofactor.trial.formula.search",
    "validate": "cofactor.evidence.validate",
    "load_model": "cofactor.engine.user_model",
    "CofactorError": "cofactor.errors",
    "InputError": "cofactor.errors",
}
"""Where each public name lives. Names load on first use, so that ``import cofactor`` costs next to nothing."""

__all__ = [
    "CofactorError",
    "InputError",
    "__version__",
    "cite",
    "forecast",
    "formulate",
    "load_case",
    "load_model",
    "plan",
    "population",
    "regimen",
    "run_trial",
    "simulate",
    "status",
    "validate",
]


def __getattr__(name: str) -> _Any:  # noqa: ANN401 - any public name
    """Load a public name from its home."""
    if name not in _HOME:
        raise AttributeError(f"module 'cofactor' has no attribute {name!r}")
    value = getattr(_import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Root(_ModuleType):
    """Keep a stage from taking the place of the public function of its name (``plan``) when it is imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, _ModuleType)):
            super().__setattr__(name, value)


_sys.modules[__name__].__class__ = _Root
