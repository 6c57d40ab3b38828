"""``schedule.ics``: what is taken at each moment of the day, as recurring entries for any calendar.

A calendar is often shared and copied to other machines. An entry therefore holds doses and nothing else: no name, no
result, no condition, and no medicine either, since a medicine tells its condition.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from cofactor.person.types import Case
from cofactor.plan.types import Event as Moment
from cofactor.report.moments import is_medicine, item_name
from cofactor.report.types import Report
from cofactor.report.words import Words

_NAMESPACE = uuid.UUID("8f6b5d3e-5b61-4b8a-9f0e-6f6a2f0d9c11")  # made once for these entries, so that uids are stable
_LASTS = timedelta(minutes=10)  # shown length of an entry; a moment has none


def schedule(report: Report, lang: str) -> bytes:
    """The calendar file, from tomorrow to the next test. Times are local and floating: a traveller takes them along."""
    words = Words(lang, report.gates)
    found = Calendar()
    found.add("prodid", "-//cofactor//schedule//EN")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    for moment in report.plan.schedule:
        if entry := _entry(moment, report, words):
            found.add_component(entry)
    return bytes(found.to_ical())


def _entry(moment: Moment, report: Report, words: Words) -> Event | None:
    """One moment of every day, or None where only a medicine stands there: that is its prescriber's."""
    taken = [item_name(item, report, words) for item in moment.items if not is_medicine(item)]
    if not taken:
        return None
    hours, minutes = map(int, moment.time.split(":"))
    begin = datetime.combine(report.case.today + timedelta(days=1), time(hours, minutes))
    summary = words.join(taken)
    entry = Event()
    entry.add("uid", _uid(report.case, moment.slot))
    entry.add("dtstamp", datetime.combine(report.case.today, time(), UTC))
    entry.add("dtstart", begin)
    entry.add("dtend", begin + _LASTS)
    entry.add("rrule", {"freq": "daily", "count": report.plan.retest_days})
    entry.add("summary", summary)
    if any(map(is_medicine, moment.apart_from)):
        entry.add("description", words.text("calendar.apart"))
    entry.add_component(_alarm(summary))
    return entry


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
