"""The moments of a day in words: what is taken, how much of it, and from what it stands apart."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

from cofactor.plan.types import MEDICINE, Entry, Event
from cofactor.report import numbers
from cofactor.report.names import Names, capital
from cofactor.report.rhythm import WEEK, rhythm, uneven
from cofactor.report.types import Report


def entry_name(entry: Entry, names: Names) -> str:
    """What stands at a moment: a dose or a medicine, and how often where that is not every day."""
    name, of = plain_name(entry, names), rhythm(entry)
    return name if of.daily else names.text("summary.every", what=name, days=numbers.short(of.every, names.lang, 1))


def plain_name(entry: Entry, names: Names) -> str:
    """A dose or a supplement with its amount, or a medicine."""
    if entry.is_medicine or entry.amount is None:
        return item_name(entry.id, names)
    named = names.dosed(entry.kind, entry.of) if entry.planned else names.product(entry.kind, entry.of)
    return f"{named}{numbers.NBSP}{names.amount(entry.amount, entry.kind)}"


def item_name(item: str, names: Names) -> str:
    """What an id of an entry stands for, without its amount."""
    kind, _, of = item.partition(":")
    return names.medicine(of) if kind == MEDICINE else names.product(kind, of)


def moment_line(event: Event, names: Names) -> str:
    """One moment: its time, what is taken, and what it keeps its hours from."""
    what = names.join(entry_name(entry, names) for entry in event.entries)
    line = f"{numbers.time(event.time, names.lang):>7}  {what}"
    far = {one.hours for one in event.apart}
    apart = [_apart([one.id for one in event.apart if one.hours == hours], hours, names) for hours in sorted(far)]
    return f"{line} ({names.join(apart)})" if apart else line


def _apart(items: list[str], hours: float, names: Names) -> str:
    what = names.join(item_name(item, names) for item in items)
    return names.text("summary.apart", what=what, hours=numbers.short(hours, names.lang))


def week_lines(report: Report, names: Names) -> Iterator[str]:
    """What is not taken every day: on which days of the coming week, or that no day is known."""
    first = report.case.today + timedelta(days=1)
    for _, entry in uneven(report):
        name, of = capital(plain_name(entry, names)), rhythm(entry)
        days = [numbers.weekday(day, names.lang) for day in of.days(first, WEEK)]
        if not of.known:
            yield names.text("chart.week.open", what=name, days=numbers.short(of.every, names.lang, 1))
        elif days:
            yield names.text("summary.week_line", what=name, days=names.join(days))
        else:
            later = next(of.days(first, math.ceil(of.every) + 1))
            yield names.text("summary.week_line", what=name, days=numbers.day(later, names.lang))
