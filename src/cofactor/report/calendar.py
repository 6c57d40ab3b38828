"""``schedule.ics``: what is taken at each moment of the day, as recurring entries for any calendar.

A calendar is often shared and copied to other machines. An entry therefore holds doses and nothing else: no name, no
result, no condition, and no medicine either, since a medicine tells its condition.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from cofactor.person.types import Case
from cofactor.plan.types import MEDICINE
from cofactor.plan.types import Event as Moment
from cofactor.report.moments import plain_name
from cofactor.report.rhythm import WEEK, Rhythm, rhythm
from cofactor.report.types import Report
from cofactor.report.words import Words

_NAMESPACE = uuid.UUID("8f6b5d3e-5b61-4b8a-9f0e-6f6a2f0d9c11")  # made once for these entries, so that uids are stable
_LASTS = timedelta(minutes=10)  # shown length of an entry; a moment has none


def schedule(report: Report, lang: str) -> bytes:
    """The calendar file, from tomorrow to the next test. Times are local and floating: a traveller takes them along.

    What is not taken every day has entries of its own on its days; where the case names no day, it has none.
    """
    words = Words(lang, report.gates)
    found = Calendar()
    found.add("prodid", "-//cofactor//schedule//EN")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    for moment in report.plan.schedule:
        for entry in _entries(moment, report, words):
            found.add_component(entry)
    return bytes(found.to_ical())


def _entries(moment: Moment, report: Report, words: Words) -> Iterator[Event]:
    """One entry for what is taken daily at this moment, one for each other rhythm; medicines are their prescriber's."""
    taken = [entry for entry in moment.entries if not entry.is_medicine]
    for of in dict.fromkeys(map(rhythm, taken)):
        names = [plain_name(entry, words) for entry in taken if rhythm(entry) == of]
        if days := tuple(of.days(report.case.today + timedelta(days=1), report.plan.retest_days)):
            yield _entry(moment, of, days, words.join(names), report, words)


def _entry(moment: Moment, of: Rhythm, days: tuple[date, ...], summary: str, report: Report, words: Words) -> Event:
    hours, minutes = map(int, moment.time.split(":"))
    begin = datetime.combine(days[0], time(hours, minutes))
    entry = Event()
    entry.add("uid", _uid(report.case, moment.slot if of.daily else f"{moment.slot} {of.every:g} {of.since}"))
    entry.add("dtstamp", datetime.combine(report.case.today, time(), UTC))
    entry.add("dtstart", begin)
    entry.add("dtend", begin + _LASTS)
    _recur(entry, of, days, begin.time())
    entry.add("summary", summary)
    if any(item.startswith(f"{MEDICINE}:") for item in moment.apart_from):
        entry.add("description", words.text("calendar.apart"))
    entry.add_component(_alarm(summary))
    return entry


def _recur(entry: Event, of: Rhythm, days: tuple[date, ...], at: time) -> None:
    """A rule where days lie evenly apart, else the days themselves."""
    every = max(of.every, 1.0)
    if every != int(every):
        entry.add("rdate", [datetime.combine(day, at) for day in days[1:]])
        return
    weeks, odd = divmod(int(every), WEEK)
    step, freq = (weeks, "weekly") if not odd else (int(every), "daily")
    entry.add("rrule", {"freq": freq, **({"interval": step} if step > 1 else {}), "count": len(days)})


def _uid(case: Case, slot: str) -> str:
    """The same for one person's moment in every plan, so that a new plan takes the place of the old one.

    A hash that cannot be turned back: two people of one household keep their entries apart, and neither is named.
    """
    person = (case.person.name, case.person.sex, case.person.height_cm, case.place.latitude)
    mark = hashlib.sha256(repr(person).encode()).hexdigest()
    return f"{uuid.uuid5(_NAMESPACE, f'{mark} {slot}')}@cofactor"


def _alarm(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", timedelta())
    return alarm
