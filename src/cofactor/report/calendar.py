"""``schedule.ics``: what is taken at each moment of the day, as recurring entries for any calendar.

An entry holds doses and the hours to keep from medicines. It holds no name, no result and no condition.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time, timedelta

from icalendar import Alarm, Calendar, Event

from cofactor.plan.types import Event as Moment
from cofactor.report import numbers
from cofactor.report.terminal import item_name
from cofactor.report.types import Report
from cofactor.report.words import Words

_NAMESPACE = uuid.UUID("8f6b5d3e-5b61-4b8a-9f0e-6f6a2f0d9c11")  # made once for these entries, so that uids are stable
_LASTS = timedelta(minutes=10)  # shown length of an entry; a moment has none


def schedule(report: Report, lang: str) -> bytes:
    """The calendar file. Times are local and floating: a traveller takes them along."""
    words = Words(lang, report.gates)
    found = Calendar()
    found.add("prodid", "-//cofactor//schedule//EN")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    for moment in report.plan.schedule:
        entry = _entry(moment, report, words)
        if entry is not None:
            found.add_component(entry)
    return bytes(found.to_ical())


def _entry(moment: Moment, report: Report, words: Words) -> Event | None:
    """One moment of every day, or None where only a medicine stands there: that is its prescriber's."""
    taken = [item_name(item, report, words) for item in moment.items if not item.startswith("medicine:")]
    if not taken:
        return None
    hours, minutes = map(int, moment.time.split(":"))
    begin = datetime.combine(report.case.today + timedelta(days=1), time(hours, minutes))
    entry = Event()
    entry.add("uid", f"{uuid.uuid5(_NAMESPACE, moment.slot)}@cofactor")
    entry.add("dtstamp", datetime.combine(report.case.today, time(), UTC))
    entry.add("dtstart", begin)
    entry.add("dtend", begin + _LASTS)
    entry.add("rrule", {"freq": "daily", "count": report.plan.retest_days})
    summary = numbers.join(taken, words.lang)
    entry.add("summary", summary)
    if moment.apart_from:
        others = numbers.join([item_name(item, report, words) for item in moment.apart_from], words.lang)
        entry.add("description", words.text("summary.apart", what=others))
    entry.add_component(_alarm(summary))
    return entry


def _alarm(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", timedelta())
    return alarm
