"""What the studio keeps in memory of the cases that are looked at: the report, and scenarios tried on its bodies.

A saved version of a case is laid out once and then only read. Both the cases and the scenarios of a case are bounded:
the one not asked for longest goes first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future as Promise
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from cofactor.assess.update import KEPT, posterior
from cofactor.engine.solve import Backend
from cofactor.faces.studio.shelf import Client
from cofactor.plan.whatif import DAYS, NOW, Ground, Scenario, future, ground, proposed, regimen, verdicts
from cofactor.report.document import Document, plan
from cofactor.report.flows import Courses, courses
from cofactor.report.whatif import Tried

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST_CASES = 8
"""Cases held: each is a few megabytes of bodies."""
MOST_SCENARIOS = 64
"""Scenarios held of a case: each is some tens of kilobytes of quantiles."""


class Bounded(Generic[K, V]):
    """Values by key, each made once however many ask for it at the same time; the one not asked for longest goes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._held: OrderedDict[K, Promise[V]] = OrderedDict()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value, made here where nobody has. What cannot be made is not held."""
        with self._lock:
            promise = self._held.get(key)
            mine = promise is None
            if promise is None:
                promise = self._held[key] = Promise()
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        if mine:
            try:
                promise.set_result(make())
            except BaseException as error:
                with self._lock:
                    if self._held.get(key) is promise:  # it may have made way, and another have taken its place
                        del self._held[key]
                promise.set_exception(error)
        return promise.result()

    def __len__(self) -> int:
        return len(self._held)


@dataclass(frozen=True, eq=False)
class Held:
    """One saved version of a case."""

    client: Client
    _document: Bounded[None, Document] = field(default_factory=lambda: Bounded(1))
    _ground: Bounded[None, Ground] = field(default_factory=lambda: Bounded(1))
    _few: Bounded[None, Ground] = field(default_factory=lambda: Bounded(1))
    _tried: Bounded[Scenario, Tried] = field(default_factory=lambda: Bounded(MOST_SCENARIOS))
    _courses: Bounded[Scenario, Courses] = field(default_factory=lambda: Bounded(MOST_SCENARIOS))

    @property
    def document(self) -> Document:
        """The report: its page, its files, and the bodies and the plan that scenarios start from."""
        return self._document.get(None, lambda: plan(self.client.case()))

    @property
    def ground(self) -> Ground:
        """The bodies of the report, for everything that is shown."""
        of = self.document
        return self._ground.get(None, lambda: ground(of.case, of.posterior))

    @property
    def few(self) -> Ground:
        """Fewer, for programs that ask often."""
        return self._few.get(None, self._of_few)

    def _of_few(self) -> Ground:
        case = self.client.case()
        return ground(case, posterior(case, bodies=KEPT))

    @property
    def planned(self) -> Scenario:
        """The plan of the report as a scenario."""
        return proposed(self.document.plan, self.document.intake.taken)

    def tried(self, scenario: Scenario) -> Tried:
        """A scenario with what gates say of it and where it leads."""
        of = self.ground
        return self._tried.get(scenario, lambda: Tried(scenario, verdicts(of, scenario), future(of, scenario)))

    def courses(self, scenario: Scenario) -> Courses:
        """What flows through the body under a scenario, on every day shown."""
        of = self.ground
        return self._courses.get(scenario, lambda: courses(of.of, regimen(of, scenario), DAYS, Backend.SINGLE))

    @property
    def now(self) -> Tried:
        """As things are."""
        return self.tried(NOW)


class Memory:
    """The cases that are looked at."""

    def __init__(self) -> None:
        self._held: Bounded[tuple[str, int, date], Held] = Bounded(MOST_CASES)

    def of(self, client: Client) -> Held:
        """What is held of a client's version, as of today: a case that names no day is of the day it is read."""
        return self._held.get((client.id, client.number, date.today()), lambda: Held(client))
