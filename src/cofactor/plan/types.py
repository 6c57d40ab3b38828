"""The values that planning hands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from cofactor.facts.types import Source
from cofactor.person.types import Supplement

SLOTS = ("waking", "breakfast", "lunch", "dinner", "bedtime")
"""The moments of a day at which something can be taken, in order."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence by key, with the values it shows. The sentence itself lives in ``report/text``."""

    key: str
    values: dict[str, str | float]


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One thing to take (or eat) each day."""

    nutrient: str
    form: str
    amount: float  # per day, in ``unit``
    unit: str
    elemental_mg: float  # per day
    product: str  # generic product id, "own" for what the person takes already, "food"
    slots: tuple[str, ...]  # one entry per intake
    per_intake: float  # amount at each slot, in ``unit``
    compound_mg: float | None  # weight of the compound per day, where the form is a salt
    why: tuple[Reason, ...]
    sources: tuple[Source, ...]
    units: int = 0  # tablets or capsules at each slot, 0 for food
    name: str | None = None  # of a product that the person named, None for a generic one
    cost_per_month: float | None = None  # euros; the whole product's, also where it holds other nutrients


@dataclass(frozen=True, slots=True)
class Withheld:
    """Something that is not proposed, and the reason."""

    nutrient: str
    gates: tuple[str, ...]  # gate ids, empty where the reason is another
    why: Reason


@dataclass(frozen=True, slots=True)
class Expected:
    """What the plan is expected to do to one outcome on the day it is judged."""

    outcome: str
    unit: str
    days: float
    p05: float
    p50: float
    p95: float
    p_in_goal: float
    p_in_goal_now: float  # the same if nothing changes
    goal: tuple[float, float | None]
    p05_now: float
    p50_now: float
    p95_now: float


MEDICINE = "medicine"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing at a moment of the day: a dose of the plan, a supplement that goes on, or a medicine."""

    kind: str  # nutrient, or MEDICINE
    of: str  # form of the nutrient, or the medicine as it was typed
    amount: float | None = None  # of the nutrient at this moment, in its canonical unit
    planned: bool = False  # chosen by the plan; else it goes on as it is
    every: float = 1.0  # days from one to the next
    since: date | None = None  # a day on which it is taken

    @property
    def id(self) -> str:
        """As ``result.json`` names it: "nutrient:form", or "medicine:name"."""
        return f"{self.kind}:{self.of}"

    @property
    def is_medicine(self) -> bool:
        """Whether it is a medicine."""
        return self.kind == MEDICINE


@dataclass(frozen=True, slots=True)
class Apart:
    """Something that must not be near: the id of its entry, and by how many hours."""

    id: str
    hours: float


@dataclass(frozen=True, slots=True)
class Event:
    """One moment of the day: what is taken, and what it must stand apart from."""

    time: str  # HH:MM, local
    slot: str
    entries: tuple[Entry, ...]
    apart: tuple[Apart, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """The ids of what is taken."""
        return tuple(entry.id for entry in self.entries)

    @property
    def apart_from(self) -> tuple[str, ...]:
        """The ids of what it must stand apart from."""
        return tuple(one.id for one in self.apart)


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that the goals ask for and the limits leave no room for, and what would free it."""

    nutrient: str
    why: Reason  # which constraints clash
    frees: tuple[Reason, ...]  # each of them alone would leave room


class AlternativeKind(StrEnum):
    """What another plan is best at."""

    LEAST_PILLS = "least_pills"
    LEAST_COST = "least_cost"
    FOOD_FIRST = "food_first"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another plan inside the same limits, simulated like the plan itself, which it differs from."""

    kind: AlternativeKind
    items: tuple[PlanItem, ...]
    schedule: tuple[Event, ...]
    expected: tuple[Expected, ...]
    risks: dict[str, float]
    pills_per_day: int
    cost_per_month: float | None
    differs: tuple[Reason, ...]  # from the plan, one sentence each


@dataclass(frozen=True, slots=True)
class Turn:
    """A result of the next blood test from which the plan would change, and how."""

    analyte: str
    unit: str
    side: str  # below | above
    level: float
    p: float  # probability of such a result under the plan
    nutrient: str
    amount: float  # per day after such a result, in the nutrient's canonical unit
    why: Reason


@dataclass(frozen=True, slots=True)
class NextTest:
    """The next blood test: when, of what, why, and what would follow from which result."""

    days: int
    date: str  # ISO
    analytes: tuple[str, ...]
    why: tuple[Reason, ...]
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to take, what not, and what it is expected to do. Never made without a simulation of exactly this plan."""

    items: tuple[PlanItem, ...]
    withheld: tuple[Withheld, ...]
    stopped: tuple[Reason, ...]  # what becomes of present supplements: ended, replaced, moved, or to be asked about
    expected: tuple[Expected, ...]
    risks: dict[str, float]  # probability by name, e.g. "Ca_total>2.60"
    schedule: tuple[Event, ...]
    cost_per_month: float | None
    probability_asked: float
    retest_days: int
    risks_now: dict[str, float] = field(default_factory=dict)  # the same levels, if nothing changes
    pills_per_day: int = 0
    taken: tuple[Supplement, ...] = ()  # everything that is taken under the plan: what goes on, and its doses
    clashes: tuple[Clash, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    next_test: NextTest | None = None
