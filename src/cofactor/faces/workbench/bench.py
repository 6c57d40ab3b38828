"""What a server holds of the workbench: its trials, its models, and the validation once it has been computed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from cofactor.faces.work import BusyError, Work
from cofactor.faces.workbench.child import Child, LateError, LostError, Role
from cofactor.faces.workbench.jobs import Jobs
from cofactor.faces.workbench.models import Models

SLOW = (1, 3)
"""At once, and waiting: what takes seconds has a queue of its own, so that it holds up nothing else."""
VALIDATION_SECONDS = 300.0
"""It takes eight where nothing else runs."""


class Bench:
    """The workbench of one server. ``folder`` holds finished trials (by default the user's own)."""

    def __init__(self, folder: Path | None = None) -> None:
        self.jobs = Jobs(folder)
        self.models = Models()
        self.slow = Work(*SLOW)
        self._turn = threading.Lock()
        self._validator: Child | None = None
        self._validated: dict[str, Any] | None = None

    def validation(self, lang: str) -> dict[str, Any]:
        """The published trials, predicted and compared, as ``page`` and ``result``: computed once, in some seconds.

        Raises :class:`BusyError` where it was broken off.
        """
        with self._turn:
            if self._validated is None:
                self._validated = self._validate()
        found: dict[str, Any] = self._validated[lang]
        return found

    def close(self) -> None:
        """End everything that runs; leave finished trials."""
        self.jobs.close()
        self.models.close()
        validator = self._validator
        if validator is not None:
            validator.end()

    def _validate(self) -> dict[str, Any]:
        self._validator = child = Child(Role.VALIDATION)
        try:
            child.send({})
            return child.receive(VALIDATION_SECONDS)
        except (LostError, LateError):
            raise BusyError from None
        finally:
            self._validator = None
            child.close()
