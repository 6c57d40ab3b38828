"""Models that users bring: each compiled once, in a process of its own that then answers its sliders.

A hostile model can hang or crash only its process, which is ended when it is late and started anew at the next run.
Models are kept in memory, a bounded number of them, and their processes fewer still; the one that rested longest goes
first, and none that is at work.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from cofactor.engine.run_model import POINTS, Request, Table, run_given
from cofactor.engine.user_model import LARGEST_FILE, UserModel
from cofactor.errors import InputError, ModelError, Problem
from cofactor.faces.work import BusyError
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
        self._lock = threading.Lock()  # guards all that follows
        self._models: OrderedDict[str, Uploaded] = OrderedDict()
        self._children: OrderedDict[str, _Served] = OrderedDict()  # the one that rested longest first
        self._apart: set[_Served] = set()  # of no model yet, or of one that has made way
        self._at_work: Counter[_Served] = Counter()  # with how many wait for their answer
        self._closed = False

    def add(self, text: str, file: str) -> Uploaded:
        """Read and compile a model; SBML where the file's name ends in .xml or .sbml, else Antimony.

        Raises :class:`InputError` with everything that cannot be used, :class:`ModelError` where the tools to read
        models are not installed, and :class:`BusyError` where the server stops.
        """
        if len(text.encode()) > LARGEST_FILE:
            got, most = Said("{n:,} bytes", n=len(text.encode())), Said("at most {most:,}", most=LARGEST_FILE)
            raise InputError([Problem(file, got, (most,), Said("Make the model smaller."))])
        served = _Served(text, file)
        with self._lock:
            if self._closed:
                raise BusyError
            self._apart.add(served)
            self._at_work[served] += 1
        with self._until_answered(served):
            try:
                model = _uploaded(served.begin(), text, file)
            except _EndedError:
                raise BusyError from None
            with self._lock:
                if self._closed:
                    raise BusyError
                self._apart.discard(served)
                self._models[model.id], self._children[model.id] = model, served
                while len(self._models) > MOST_MODELS:
                    gone, _ = self._models.popitem(last=False)
                    if gone in self._children:
                        self._apart.add(self._children.pop(gone))
        return model

    def all(self) -> tuple[Uploaded, ...]:
        """All models, the one used last first."""
        with self._lock:
            return tuple(reversed(self._models.values()))

    def find(self, id_: str) -> Uploaded:
        """A model by its id. Raises :class:`NoModelError`."""
        with self._lock:
            return self._found(id_)

    def run(self, id_: str, run: Run) -> Table:
        """Integrate a model. Raises :class:`InputError` and :class:`NoModelError`."""
        with self._lock:
            model = self._found(id_)
            run.refuse_large(len(model.states))
            served = self._children.setdefault(id_, _Served(model.text, model.file))
            self._children.move_to_end(id_)
            self._at_work[served] += 1
        with self._until_answered(served):
            self._thin()
            try:
                said = served.run(asdict(run))
            except _EndedError:
                raise NoModelError from None
        columns = {name: np.array(values) for name, values in said["values"].items()}
        return Table(said["model"], np.array(said["times"]), columns)

    def close(self) -> None:
        """End all processes and forget the models."""
        with self._lock:
            self._closed = True
            ended = [*self._children.values(), *self._apart]
            self._models.clear()
            self._children.clear()
            self._apart.clear()
        for served in ended:
            served.end()

    def _found(self, id_: str) -> Uploaded:
        try:
            self._models.move_to_end(id_)
            return self._models[id_]
        except KeyError:
            raise NoModelError from None

    @contextmanager
    def _until_answered(self, served: _Served) -> Iterator[None]:
        """Let it rest after this."""
        try:
            yield
        finally:
            with self._lock:
                self._at_work[served] -= 1
                self._at_work += Counter()  # keeps those that are at work
            self._thin()

    def _thin(self) -> None:
        """End the processes that are too many, and those of no model. One that is at work stays until it rests."""
        with self._lock:
            resting = [id_ for id_, served in self._children.items() if not self._at_work[served]]
            for id_ in resting[: max(0, len(self._children) - MOST_CHILDREN)]:
                self._apart.add(self._children.pop(id_))
            ended = [served for served in self._apart if not self._at_work[served]]
            self._apart.difference_update(ended)
        for served in ended:
            served.end()


def _uploaded(said: Message, text: str, file: str) -> Uploaded:
    """A model as its process describes it."""
    return Uploaded(
        id=secrets.token_hex(_ID_BYTES),
        name=said["model"],
        file=file,
        text=text,
        sbml=said["sbml"],
        states={entry["name"]: entry["value"] for entry in said["states"]},
        constants={entry["name"]: entry["value"] for entry in said["constants"]},
        outcomes=tuple(said["outcomes"]),
    )


class _EndedError(Exception):
    """The process was ended for good while somebody waited for it."""


class _Served:
    """A model in a process of its own, which is started when it is first asked and after it was lost."""

    def __init__(self, text: str, file: str) -> None:
        self._text, self._file = text, file
        self._turn = threading.Lock()  # whoever has it speaks with the process, or lets go of it
        self._lock = threading.Lock()  # guards the two below
        self._child: Child | None = None
        self._ended = False

    def begin(self) -> dict[str, Any]:
        """Start the process and compile the model there."""
        with self._turn:
            return self._begun()

    def run(self, message: Message) -> dict[str, Any]:
        """One run, begun anew where the process was lost: before, or in this run, as when its time was used up."""
        with self._turn:
            if self._child is not None and self._child.alive:
                with suppress(LostError):
                    return self._heard(message, RUN_SECONDS, Said("run"))
            self._begun()
            return self._asked(message, RUN_SECONDS, Said("run"))

    def end(self) -> None:
        """End the process for good, whatever it does. Whoever waits for it gets an :class:`_EndedError`."""
        with self._lock:
            self._ended = True
            if self._child is not None:
                self._child.end()
        with self._turn:
            self._let_go()

    def _begun(self) -> dict[str, Any]:
        self._let_go()
        with self._lock:
            if self._ended:
                raise _EndedError
            self._child = Child(Role.MODEL)
        try:
            return self._asked({"text": self._text, "name": self._file}, COMPILE_SECONDS, Said("read and compiled"))
        except BaseException:
            self._let_go()  # it has no model that the next run could ask for
            raise

    def _let_go(self) -> None:
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.close()

    def _asked(self, message: Message, seconds: float, what: Said) -> dict[str, Any]:
        try:
            return self._heard(message, seconds, what)
        except LostError:
            with self._lock:
                if self._ended:
                    raise _EndedError from None
            got = Said("a model that cannot be {what} within the limits of memory", what=what)
            raise self._refused(got, Said("a smaller model")) from None

    def _heard(self, message: Message, seconds: float, what: Said) -> dict[str, Any]:
        """The answer. Raises :class:`LostError` where the process is gone."""
        assert self._child is not None
        try:
            self._child.send(message)
            said = self._child.receive(seconds)
        except LateError:
            got = Said("a model that is not {what} within {seconds:g} seconds", what=what, seconds=seconds)
            raise self._refused(got, Said("a smaller model, or a shorter run")) from None
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
