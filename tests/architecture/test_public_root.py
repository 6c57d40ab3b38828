"""The root of the package is exactly what ``__all__`` says, and each name of it is documented."""

from __future__ import annotations
import __future__

import inspect
import subprocess
import sys
from types import ModuleType

import cofactor

MOST = 30


def public_names() -> set[str]:
    """What a user sees on the root: neither underscored names, nor our own stages, nor names of the language."""
    for name in cofactor.__all__:
        getattr(cofactor, name)  # names that load late are then there
    return {
        name
        for name, value in vars(cofactor).items()
        if not name.startswith("_") and not isinstance(value, (ModuleType, __future__._Feature))
    }


def test_the_root_is_exactly_what_it_says():
    listed = cofactor.__all__
    assert len(listed) == len(set(listed)) <= MOST
    assert public_names() == {name for name in listed if not name.startswith("__")}


def test_completion_shows_the_root():
    assert set(cofactor.__all__) <= set(dir(cofactor))


def test_every_public_name_is_documented():
    for name in cofactor.__all__:
        value = getattr(cofactor, name)
        if name.startswith("__"):
            continue
        assert callable(value), f"{name} is neither a function nor a class"
        assert len(inspect.getdoc(value) or "") >= 20, f"{name} has no docstring"
        documented_here = inspect.getmodule(value)
        assert documented_here is not None, f"{name} belongs to no module"
        assert documented_here.__name__.partition(".")[0] == "cofactor", f"{name} is another package's"


def test_public_functions_are_typed():
    for name in cofactor.__all__:
        value = getattr(cofactor, name)
        if inspect.isfunction(value):
            annotations = inspect.signature(value)
            assert annotations.return_annotation is not inspect.Signature.empty, name
            missing = [p.name for p in annotations.parameters.values() if p.annotation is inspect.Parameter.empty]
            assert missing == [], name


def test_importing_the_root_needs_none_of_the_model_tools():
    code = (
        "import sys, cofactor; "
        "print(*sorted({'antimony', 'libsbml', 'sympy', 'scipy', 'pandas', 'matplotlib'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == ""
