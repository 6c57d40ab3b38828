"""What a server holds of the workbench: its trials, its models, and the validation once it has been computed."""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path

from cofactor.evidence.validate import Validation, validate
from cofactor.faces.workbench.jobs import Jobs
from cofactor.faces.workbench.models import Models


class Bench:
    """The workbench of one server. ``folder`` holds finished trials (by default the user's own)."""

    def __init__(self, folder: Path | None = None) -> None:
        self.jobs = Jobs(folder)
        self.models = Models()
        self._turn = threading.Lock()

    def validation(self) -> Validation:
        """The published trials, predicted and compared: some seconds the first time, and kept."""
        with self._turn:
            return self._validation

    @cached_property
    def _validation(self) -> Validation:
        return validate()

    def close(self) -> None:
        """End everything that runs; leave finished trials."""
        self.jobs.close()
        self.models.close()
