"""Models that users bring: each compiled once, in a process of its own that then answers its sliders.

A hostile model can hang or crash only its process, which is ended when it is late and started anew at the next run.
Models are kept in memory, a bounded number of them, and their processes fewer still; the one that rested longest goes
first.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from cofactor.engine.run_model import POINTS, Request, Table, run_given
from cofactor.engine.user_model import LARGEST_FILE, UserModel
from cofactor.errors import InputError, ModelError, Problem
from cofactor.faces.workbench.child import Child, LateError, LostError, Message, Role
from cofactor.said import Said, unpacked

COMPILE_SECONDS = 60.0
"""The human takes five where nothing else runs."""
RUN_SECONDS = 5.0
MOST_MODELS, MOST_CHILDREN = 16, 3
MOST_NUMBERS = 500_000
"""Outputs times times of one run."""
_ID_BYTES = 8
_FIELDS = {"--set": "settings", "--until": "until", "--every": "every", "--outputs": "outputs"}
"""What the command line calls the fields of a run."""


class NoModelError(Exception):
    """There is no model with this id: it was never here, or has made way for others."""


@dataclass(frozen=True)
class Run:
    """What is asked of a model: values set before the run, its length, the time between outputs, and the outputs."""

    settings: Mapping[str, float] = field(default_factory=dict)
    until: float = 100.0
    every: float | None = None
    outputs: Sequence[str] | None = None

    def request(self) -> Request:
        """As it would be typed."""
        settings = [f"{name}={value!r}" for name, value in self.settings.items()]
        outputs = None if self.outputs is None else ",".join(self.outputs)
        return Request(None, settings, self.until, self.every, outputs)

    def of(self, model: UserModel) -> Table:
        """The run, in this process. Raises :class:`InputError`, in the words of the command line but by our fields."""
        self.refuse_large(len(model.program.states))
        try:
            return run_given(model, self.request())
        except InputError as error:
            raise InputError(replace(p, where=_FIELDS.get(p.where, p.where)) for p in error.problems) from None

    def refuse_large(self, states: int) -> None:
        """Raise :class:`InputError` where it has more numbers than one answer may hold."""
        count = states if self.outputs is None else len(self.outputs)
        points = self.until / self.every if self.every else POINTS
        if points * count > MOST_NUMBERS:
            got = Said("{points:,.0f} times of {count} outputs", points=points, count=count)
            most = Said("at most {most:,} numbers", most=MOST_NUMBERS)
            do = Said("Choose a longer time between outputs, or fewer outputs.")
            raise InputError([Problem("every", got, (most,), do)])


@dataclass(frozen=True)
class Uploaded:
    """A model that was read: its names with the values that it starts from, and itself as SBML."""

    id: str
    name: str
    file: str
    text: str = field(repr=False)
    sbml: str = field(repr=False)
    states: Mapping[str, float]
    constants: Mapping[str, float]
    outcomes: tuple[str, ...]


class Models:
    """The models of this server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._models: OrderedDict[str, Uploaded] = OrderedDict()
        self._children: OrderedDict[str, _Served] = OrderedDict()
        self._read: set[_Served] = set()  # those being compiled

    def add(self, text: str, file: str) -> Uploaded:
        """Read and compile a model; SBML where the file's name ends in .xml or .sbml, else Antimony.

        Raises :class:`InputError` with everything that cannot be used, and :class:`ModelError` where the tools to read
        models are not installed.
        """
        if len(text.encode()) > LARGEST_FILE:
            got, most = Said("{n:,} bytes", n=len(text.encode())), Said("at most {most:,}", most=LARGEST_FILE)
            raise InputError([Problem(file, got, (most,), Said("Make the model smaller."))])
        served = _Served(text, file)
        with self._lock:
            self._read.add(served)
        try:
            said = served.begin()
        except BaseException:
            served.close()
            raise
        finally:
            with self._lock:
                self._read.discard(served)
        model = Uploaded(
            id=secrets.token_hex(_ID_BYTES),
            name=said["model"],
            file=file,
            text=text,
            sbml=said["sbml"],
            states={entry["name"]: entry["value"] for entry in said["states"]},
            constants={entry["name"]: entry["value"] for entry in said["constants"]},
            outcomes=tuple(said["outcomes"]),
        )
        with self._lock:
            self._models[model.id] = model
            while len(self._models) > MOST_MODELS:
                gone, _ = self._models.popitem(last=False)
                self._drop(gone)
        self._hold(model.id, served)
        return model

    def all(self) -> tuple[Uploaded, ...]:
        """All models, the one used last first."""
        with self._lock:
            return tuple(reversed(self._models.values()))

    def find(self, id_: str) -> Uploaded:
        """A model by its id. Raises :class:`NoModelError`."""
        with self._lock:
            try:
                self._models.move_to_end(id_)
                return self._models[id_]
            except KeyError:
                raise NoModelError from None

    def run(self, id_: str, run: Run) -> Table:
        """Integrate a model. Raises :class:`InputError` and :class:`NoModelError`."""
        model = self.find(id_)
        run.refuse_large(len(model.states))
        with self._lock:
            served = self._children.get(id_)
        if served is None:
            served = _Served(model.text, model.file)
            self._hold(id_, served)
        said = served.run(asdict(run))
        columns = {name: np.array(values) for name, values in said["values"].items()}
        return Table(said["model"], np.array(said["times"]), columns)

    def close(self) -> None:
        """End all processes and forget the models."""
        with self._lock:
            for id_ in list(self._children):
                self._drop(id_)
            for served in self._read:
                served.close()
            self._models.clear()

    def _hold(self, id_: str, served: _Served) -> None:
        with self._lock:
            self._children[id_] = served
            self._children.move_to_end(id_)
            while len(self._children) > MOST_CHILDREN:
                self._drop(next(iter(self._children)))

    def _drop(self, id_: str) -> None:
        served = self._children.pop(id_, None)
        if served is not None:
            served.close()


class _Served:
    """A model in a process of its own, which is started when it is first asked and after it was lost."""

    def __init__(self, text: str, file: str) -> None:
        self._text, self._file = text, file
        self._turn = threading.Lock()
        self._child: Child | None = None

    def begin(self) -> dict[str, Any]:
        """Start the process and compile the model there."""
        with self._turn:
            return self._begun()

    def run(self, message: Message) -> dict[str, Any]:
        """One run, begun anew where the process was lost."""
        with self._turn:
            if self._child is None or not self._child.alive:
                self._begun()
            return self._asked(message, RUN_SECONDS, Said("run"))

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._child is not None:
            self._child.close()

    def _begun(self) -> dict[str, Any]:
        self.close()
        self._child = Child(Role.MODEL)
        return self._asked({"text": self._text, "name": self._file}, COMPILE_SECONDS, Said("read and compiled"))

    def _asked(self, message: Message, seconds: float, what: Said) -> dict[str, Any]:
        assert self._child is not None
        try:
            self._child.send(message)
            said = self._child.receive(seconds)
        except LateError:
            got = Said("a model that is not {what} within {seconds:g} seconds", what=what, seconds=seconds)
            raise self._refused(got, Said("a smaller model, or a shorter run")) from None
        except (LostError, OSError, ValueError):  # also where it was closed meanwhile
            got = Said("a model that cannot be {what} within the limits of memory", what=what)
            raise self._refused(got, Said("a smaller model")) from None
        if "problems" in said:
            raise InputError(Problem(*parts) for parts in unpacked(said["problems"]))
        if "missing" in said:
            raise ModelError(unpacked(said["missing"]))
        if "failed" in said:
            raise self._refused(unpacked(said["failed"]), Said("a model that the engine can run"))
        return said

    def _refused(self, got: str, expected: Said) -> InputError:
        do = Said("Simplify it, or use `cofactor simulate`, which has no such limit.")
        return InputError([Problem(self._file, got, (expected,), do)])


__all__ = ["Models", "NoModelError", "Run", "Uploaded"]
