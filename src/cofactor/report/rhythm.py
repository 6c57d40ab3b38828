"""On which days a thing is taken: daily, or every so many days from a day that the case names."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cofactor.plan.types import Entry, Event
from cofactor.report.types import Report

WEEK = 7


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


def rhythm(entry: Entry) -> Rhythm:
    """Of an entry of the schedule: what is taken on every day is alike, whenever it began."""
    return Rhythm() if entry.every <= 1 else Rhythm(entry.every, entry.since)


def on(event: Event, day: date) -> tuple[Entry, ...]:
    """What stands at this moment on a day."""
    return tuple(entry for entry in event.entries if day in rhythm(entry).days(day, 1))


def uneven(report: Report) -> tuple[tuple[Event, Entry], ...]:
    """Everything in the schedule that is not taken every day, with its moment."""
    pairs = ((event, entry) for event in report.plan.schedule for entry in event.entries)
    return tuple((event, entry) for event, entry in pairs if not rhythm(entry).daily)
