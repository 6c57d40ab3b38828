"""What a server holds of the workbench: its trials, its models, and the validation once it has been computed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from cofactor.faces.work import BusyError, Work
from cofactor.faces.workbench.child import Child, LateError, LostError, Role
from cofactor.faces.workbench.jobs import Jobs
from cofactor.faces.workbench.models import Models
from cofactor.report.numbers import LANGUAGES

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
        self._validated: dict[str, Any] | None = None
        self._lock = threading.Lock()  # guards the two below
        self._validator: Child | None = None
        self._closed = False

    def validation(self, lang: str) -> dict[str, Any]:
        """The published trials, predicted and compared, as ``page`` and ``result``: computed once, in some seconds.

        Raises :class:`BusyError` where it was broken off: it is computed anew when asked for again.
        """
        with self._turn:
            if self._validated is None:
                self._validated = self._validate()
        found: dict[str, Any] = self._validated[lang]
        return found

    def close(self) -> None:
        """End everything that runs; leave finished trials."""
        with self._lock:
            self._closed = True
            if self._validator is not None:
                self._validator.end()
        self.jobs.close()
        self.models.close()

    def _validate(self) -> dict[str, Any]:
        with self._lock:
            if self._closed:
                raise BusyError
            self._validator = child = Child(Role.VALIDATION)
        try:
            child.send({})
            found = child.receive(VALIDATION_SECONDS)
        except (LostError, LateError):
            raise BusyError from None
        finally:
            with self._lock:
                self._validator = None
            child.close()
        if not found.keys() >= set(LANGUAGES):  # why it failed, as for want of memory, and no validation to keep
            raise BusyError
        return found
