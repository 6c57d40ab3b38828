"""A process of its own that computes for the server: asked and answering in lines of JSON, ended at any moment.

What runs there can be stopped at once, and can neither hang nor take down the server. It ends with the server.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

Message = Mapping[str, Any]
_READ = 1 << 16  # bytes at a time; a pipe of Linux holds as many


class Role(StrEnum):
    """What a child is for; its side of the work is :mod:`cofactor.faces.workbench.inside`."""

    TRIAL = "trial"
    MODEL = "model"
    VALIDATION = "validation"


class LostError(Exception):
    """The process ended before it answered: it was ended, ran out of memory, crashed, or said what is no answer."""


class LateError(Exception):
    """No answer came in time. The process was ended."""


class Child:
    """One such process."""

    def __init__(self, role: Role) -> None:
        # -P: nothing of the folder in which the server was started is imported.
        command = [sys.executable, "-P", "-m", "cofactor.faces.workbench.inside", role.value]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        self._seen = bytearray()
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._out, selectors.EVENT_READ)

    @property
    def _out(self) -> int:
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def send(self, message: Message) -> None:
        """Give it something to do. Raises :class:`LostError` where it is gone."""
        assert self._process.stdin is not None
        left = json.dumps(message).encode() + b"\n"
        try:
            while left:
                left = left[self._process.stdin.write(left) or 0 :]
        except (OSError, ValueError):
            raise LostError from None

    def receive(self, seconds: float | None = None) -> dict[str, Any]:
        """What it says next. Raises :class:`LateError` after so many seconds, :class:`LostError` where it is gone."""
        end = None if seconds is None else time.monotonic() + seconds
        looked = 0
        while (at := self._seen.find(b"\n", looked)) < 0:
            looked = len(self._seen)
            left = None if end is None else max(0.0, end - time.monotonic())
            if not self._ready.select(left):
                self.end()
                raise LateError
            part = os.read(self._out, _READ)
            if not part:
                raise LostError
            self._seen += part
        line = bytes(self._seen[:at])
        del self._seen[: at + 1]
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict):  # what it says next cannot be trusted to be the answer to what it is asked
            self.end()
            raise LostError
        return found

    def end(self) -> None:
        """End it now, whatever it does. What it was writing whole never appears."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it and let go of what it held."""
        self.end()
        self._ready.close()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
