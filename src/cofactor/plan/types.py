"""The values that planning hands on."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.facts.types import Source

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


@dataclass(frozen=True, slots=True)
class Event:
    """One moment of the day: what is taken, and what it must stand apart from."""

    time: str  # HH:MM, local
    slot: str
    items: tuple[str, ...]  # plan item or habit, as "nutrient:form" ; medicines as "medicine:name"
    apart_from: tuple[str, ...]


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
