"""On which days a thing is taken: daily, or every so many days from a day that the case names."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cofactor.plan.types import Event
from cofactor.report.types import Report

WEEK = 7
_MEDICINE = "medicine"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every ``every`` days. ``since`` is a day on which it is taken; None where no such day is known."""

    every: float = 1.0
    since: date | None = None

    @property
    def daily(self) -> bool:
        """Whether it is taken on every day; what is taken more than once a day is."""
        return self.every <= 1

    @property
    def known(self) -> bool:
        """Whether one can say on which days."""
        return self.daily or self.since is not None

    def days(self, first: date, count: int) -> Iterator[date]:
        """The days from ``first`` on which it falls, of ``count`` days; none where no day is known."""
        if self.daily:
            yield from (first + timedelta(days=i) for i in range(count))
        elif self.since is not None:
            last = first + timedelta(days=count - 1)
            turn = max(0, math.ceil((first - self.since).days / self.every - 1e-9) - 1)
            while (day := self.since + timedelta(days=round(turn * self.every))) <= last:
                if day >= first:
                    yield day
                turn += 1


DAILY = Rhythm()


def rhythm(item: str, report: Report) -> Rhythm:
    """Of an item of the schedule: the plan's own are daily, what goes on keeps the rhythm that the case gives it."""
    kind, _, rest = item.partition(":")
    if kind == _MEDICINE:
        found = next((m for m in report.case.medicines if m.as_typed == rest), None)
        return DAILY if found is None else Rhythm(found.every_days, found.since)
    if any((i.nutrient, i.form) == (kind, rest) for i in report.plan.items):
        return DAILY
    taken = next((s for s in report.intake.taken if (s.nutrient, s.form or "unknown") == (kind, rest)), None)
    return DAILY if taken is None else Rhythm(taken.every_days, taken.since)


def on(event: Event, day: date, report: Report) -> tuple[str, ...]:
    """What stands at this moment on a day."""
    return tuple(item for item in event.items if day in rhythm(item, report).days(day, 1))


def uneven(report: Report) -> tuple[tuple[Event, str, Rhythm], ...]:
    """Everything in the schedule that is not taken every day, with its moment."""
    pairs = ((event, item, rhythm(item, report)) for event in report.plan.schedule for item in event.items)
    return tuple((event, item, of) for event, item, of in pairs if not of.daily)
