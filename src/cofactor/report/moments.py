"""The moments of a day in words: what is taken, how much of it, and from what it stands apart."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

from cofactor.plan.types import Event
from cofactor.report import numbers
from cofactor.report.names import Names, capital
from cofactor.report.rhythm import WEEK, rhythm, uneven
from cofactor.report.types import Report

MEDICINE = "medicine"


def is_medicine(item: str) -> bool:
    """Whether an entry of a moment is a medicine."""
    return item.partition(":")[0] == MEDICINE


def item_name(item: str, report: Report, names: Names) -> str:
    """What stands at a moment: a dose or a medicine, and how often where that is not every day."""
    name, of = plain_name(item, report, names), rhythm(item, report)
    return name if of.daily else names.text("summary.every", what=name, days=numbers.short(of.every, names.lang, 1))


def plain_name(item: str, report: Report, names: Names) -> str:
    """A planned dose or a present supplement with its amount, or a medicine."""
    kind, _, rest = item.partition(":")
    if kind == MEDICINE:
        return names.medicine(rest)
    for planned in report.plan.items:
        if (planned.nutrient, planned.form) == (kind, rest):
            return f"{names.dosed(planned)}{numbers.NBSP}{names.amount(planned.per_intake, planned.nutrient)}"
    for present in report.intake.taken:
        if (present.nutrient, present.form or "unknown") == (kind, rest):
            return f"{names.product(kind, rest)}{numbers.NBSP}{names.amount(present.amount, kind)}"
    return names.product(kind, rest)


def moment_line(event: Event, report: Report, names: Names) -> str:
    """One moment: its time, what is taken, and what it keeps its hours from."""
    what = names.join(item_name(item, report, names) for item in event.items)
    line = f"{numbers.time(event.time, names.lang):>7}  {what}"
    if not event.apart_from:
        return line
    others = [item.partition(":")[2] for item in event.apart_from]
    hours = max(s.hours for s in report.gates.spacings if s.medicine in others)
    apart = names.text(
        "summary.apart", what=names.join(map(names.medicine, others)), hours=numbers.short(hours, names.lang)
    )
    return f"{line} ({apart})"


def week_lines(report: Report, names: Names) -> Iterator[str]:
    """What is not taken every day: on which days of the coming week, or that no day is known."""
    first = report.case.today + timedelta(days=1)
    for _, item, of in uneven(report):
        name = capital(plain_name(item, report, names))
        days = [numbers.weekday(day, names.lang) for day in of.days(first, WEEK)]
        if not of.known:
            yield names.text("chart.week.open", what=name, days=numbers.short(of.every, names.lang, 1))
        elif days:
            yield names.text("summary.week_line", what=name, days=names.join(days))
        else:
            later = next(of.days(first, math.ceil(of.every) + 1))
            yield names.text("summary.week_line", what=name, days=numbers.day(later, names.lang))
