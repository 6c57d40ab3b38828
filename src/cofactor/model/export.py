"""Write the human to a file for other tools: SBML, or the Antimony text it is made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cofactor.errors import InputError, Problem
from cofactor.files import write_whole
from cofactor.model.compose import compose, sbml

__all__ = ["FORMATS", "export"]

FORMATS: dict[str, Callable[[], str]] = {"sbml": sbml, "antimony": compose}


def export(form: str, path: str | Path) -> Path:
    """Write the model in ``form`` (``sbml`` or ``antimony``) to ``path``, whole or not at all, and return the path.

    Raises :class:`~cofactor.errors.InputError` for an unknown form and ``OSError`` where the folder cannot be written.
    """
    if form not in FORMATS:
        raise InputError([Problem("export", repr(form), tuple(FORMATS), "Choose one of the formats.")])
    return write_whole(path, FORMATS[form]())
