"""Write the human to a file for other tools: SBML, or the Antimony text it is made of."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from cofactor.errors import InputError, Problem
from cofactor.files import write_whole
from cofactor.model.compose import compose
from cofactor.said import Said

__all__ = ["FORMATS", "SHIPPED_SBML", "export", "shipped_sbml"]

SHIPPED_SBML = "_generated/human.xml"


def shipped_sbml() -> str:
    """The model as SBML, made from the text by :mod:`cofactor.engine.generate`: no tool is needed to have it."""
    return resources.files("cofactor.model").joinpath(SHIPPED_SBML).read_text(encoding="utf-8")


FORMATS: dict[str, Callable[[], str]] = {"sbml": shipped_sbml, "antimony": compose}


def export(form: str, path: str | Path) -> Path:
    """Write the model in ``form`` (``sbml`` or ``antimony``) to ``path``, whole or not at all, and return the path.

    Raises :class:`~cofactor.errors.InputError` for an unknown form and ``OSError`` where the folder cannot be written.
    """
    if form not in FORMATS:
        raise InputError([Problem("export", repr(form), tuple(FORMATS), Said("Choose one of the formats."))])
    return write_whole(path, FORMATS[form]())
