"""The week: one column a day, where not every day is alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cofactor.plan.types import Entry, Event
from cofactor.report import numbers
from cofactor.report.figures.types import Table, acts
from cofactor.report.moments import plain_name
from cofactor.report.names import capital
from cofactor.report.rhythm import WEEK, rhythm, uneven
from cofactor.report.types import Report
from cofactor.report.words import Words

TAKEN = "●"


@dataclass(frozen=True, slots=True)
class Week:
    """The coming week as a table (a dot where a thing is taken), and what falls on no known day."""

    table: Table
    open: tuple[str, ...]


def week(report: Report, words: Words) -> Week | None:
    """From tomorrow on; None where every day is alike, or where nothing is proposed and the day is not laid out."""
    if not acts(report) or not uneven(report):
        return None
    first = report.case.today + timedelta(days=1)
    days = [first + timedelta(days=i) for i in range(WEEK)]
    head = (words.text("chart.week.what"), *(numbers.weekday(day, words.lang) for day in days))
    rows = tuple(_row(event, entry, days, words) for event in report.plan.schedule for entry in event.entries)
    return Week(Table(words.text("chart.week.table"), head, rows), tuple(_open(report, words)))


def _row(event: Event, entry: Entry, days: list[date], words: Words) -> tuple[str, ...]:
    taken = set(rhythm(entry).days(days[0], WEEK))
    name = capital(plain_name(entry, words))
    what = words.text("chart.week.row", what=name, time=numbers.time(event.time, words.lang))
    return what, *(TAKEN if day in taken else "" for day in days)


def _open(report: Report, words: Words) -> Iterator[str]:
    """What is taken now and then, on a day that the case does not name."""
    for _, entry in uneven(report):
        if not (of := rhythm(entry)).known:
            name = capital(plain_name(entry, words))
            yield words.text("chart.week.open", what=name, days=numbers.short(of.every, words.lang, 1))
