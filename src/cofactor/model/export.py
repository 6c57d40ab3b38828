"""Write the human to a file for other tools: SBML, or the Antimony text it is made of."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from cofactor.errors import InputError, Problem
from cofactor.model.compose import compose, sbml

__all__ = ["FORMATS", "export"]

FORMATS: dict[str, Callable[[], str]] = {"sbml": sbml, "antimony": compose}


def export(form: str, path: str | Path) -> Path:
    """Write the model in ``form`` (``sbml`` or ``antimony``) to ``path`` and return the path.

    The file appears whole or not at all: it is written beside its place and renamed. Raises
    :class:`~cofactor.errors.InputError` for an unknown form and ``OSError`` where the folder cannot be written.
    """
    if form not in FORMATS:
        raise InputError([Problem("export", repr(form), tuple(FORMATS), "Choose one of the formats.")])
    target = Path(path)
    text = FORMATS[form]()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target
