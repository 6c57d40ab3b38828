"""The week and the calendar: what is not taken every day falls on its own days, and moments follow the medicines."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from icalendar import Calendar

from cofactor.person.case import parse_case
from cofactor.report.build import build
from cofactor.report.calendar import schedule
from cofactor.report.figures.week import TAKEN, week
from cofactor.report.page import page
from cofactor.report.result import result
from cofactor.report.rhythm import Rhythm
from cofactor.report.terminal import summary
from cofactor.report.words import Words

CASE = """cofactor: 1
person: {sex: female, age: 68, weight: 60 kg, height: 160 cm}
place: {latitude: 48.9, country: FR}
diet: {reference: ANSES, totals: {magnesium: 220 mg, calcium: 600 mg, vitamin_d: 2 µg}}
supplements:
  - {nutrient: vitamin_c, amount: 500 mg, every: 2 days, when: breakfast, since: 2026-11-01}
  - {nutrient: vitamin_e, amount: 10 mg, every: month, when: lunch, since: 2026-11-02}
  - {nutrient: vitamin_b6, amount: 2 mg, every: week, when: lunch}
medicines: [{name: alendronate, when: waking, every: week, since: 2026-11-04}, {name: levothyroxine, when: WHEN}]
today: 2026-11-22
"""
TOMORROW = date(2026, 11, 23)


@pytest.fixture(scope="module")
def uneven():
    return {when: build(parse_case(CASE.replace("WHEN", when))) for when in ("waking", "bedtime")}


def dates(entry):
    """Every date of a calendar entry, as a calendar program finds them."""
    begin = entry["dtstart"].dt
    if "rrule" in entry:
        return [d.date() for d in rrulestr(entry["rrule"].to_ical().decode(), dtstart=begin)]
    more = entry.get("rdate")
    return [begin.date(), *(d.dt.date() for d in more.dts)]


def entries(report):
    return {str(e["summary"]): e for e in Calendar.from_ical(schedule(report, "en")).walk("VEVENT")}


def test_no_two_entries_of_a_calendar_are_taken_for_one():
    """A calendar program keeps one entry of each uid: what is taken at one moment since different days has its own."""
    case = CASE.replace("WHEN", "waking").replace(
        "supplements:",
        """supplements:
  - {label: A, nutrient: zinc, amount: 15 mg, every: week, when: lunch, since: 2026-11-03}
  - {label: B, nutrient: copper, amount: 1 mg, every: week, when: lunch, since: 2026-11-04}
  - {label: C, nutrient: iron, amount: 14 mg, when: lunch, since: 2026-10-01}""",
    )
    found = Calendar.from_ical(schedule(build(parse_case(case)), "en")).walk("VEVENT")
    uids = [str(entry["uid"]) for entry in found]
    assert len(uids) == len(set(uids))
    assert sum("iron" in str(e["summary"]) for e in found) == 1


def test_every_second_day_and_once_a_month_recur_on_their_days(uneven):
    found = entries(uneven["waking"])
    until = TOMORROW + timedelta(days=84)
    vitamin_c = next(e for name, e in found.items() if name.startswith("vitamin C"))
    by_hand = [d for d in (date(2026, 11, 1) + timedelta(days=2 * i) for i in range(80)) if TOMORROW <= d < until]
    assert dates(vitamin_c) == by_hand
    vitamin_e = next(e for name, e in found.items() if name.startswith("vitamin E"))
    by_hand = [date(2026, 11, 2) + timedelta(days=round(365.25 / 12 * i)) for i in range(80)]
    assert dates(vitamin_e) == [d for d in by_hand if TOMORROW <= d < until]


def test_what_has_no_known_day_is_in_no_entry_and_said(uneven):
    report = uneven["waking"]
    assert not any("B6" in name for name in entries(report))
    shown = week(report, Words("en", report.gates))
    assert shown is not None
    assert any("Vitamin B6" in said and "no day" in said for said in shown.open)


def test_times_are_local_and_stay_so_through_a_change_of_clocks(uneven):
    for entry in entries(uneven["waking"]).values():
        begin = entry["dtstart"]
        assert isinstance(begin.dt, datetime)
        assert begin.dt.tzinfo is None
        assert "TZID" not in begin.params
    times = {e.time for e in uneven["waking"].plan.schedule}
    assert {e["dtstart"].dt.strftime("%H:%M") for e in entries(uneven["waking"]).values()} <= times


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_week_marks_the_days_of_a_weekly_medicine(uneven, lang):
    report = uneven["waking"]
    shown = page(report, lang).week
    assert shown is not None
    row = next(cells for cells in shown.table.rows if cells[0].startswith("Alendronate"))
    marked = [TOMORROW + timedelta(days=i) for i, cell in enumerate(row[1:]) if cell == TAKEN]
    assert marked == [date(2026, 11, 25)]  # a Wednesday, as 4 November
    assert ("mer" if lang == "fr" else "Wed") in summary(report, lang)


def test_the_result_lays_out_seven_days(uneven):
    rows = result(uneven["waking"])["week"]
    assert len({row["date"] for row in rows}) == 7
    assert [r["date"] for r in rows if "medicine:alendronate" in r["items"]] == ["2026-11-25"]
    daily = [r for r in rows if "medicine:levothyroxine" in r["items"]]
    assert len(daily) == 7


def test_when_a_medicine_moves_the_schedule_and_the_calendar_move(uneven):
    def hours(report, nutrient):
        return [e.time for e in report.plan.schedule if any(i.startswith(f"{nutrient}:") for i in e.items)]

    before, after = uneven["waking"], uneven["bedtime"]
    assert "19:30" in hours(before, "magnesium")
    assert "19:30" not in hours(after, "magnesium")  # levothyroxine at 22:30 keeps four hours clear
    for report in (before, after):
        name = next(n for n in entries(report) if "magnesium" in n)
        assert entries(report)[name]["dtstart"].dt.strftime("%H:%M") in hours(report, "magnesium")


def test_a_day_like_every_other_needs_no_week(reports):
    assert page(reports["anna"], "en").week is None
    assert "rdate" not in schedule(reports["anna"], "en").decode().lower()


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (Rhythm(), 7),
        (Rhythm(0.5), 7),
        (Rhythm(7, date(2026, 11, 23)), 1),
        (Rhythm(7, date(2030, 1, 1)), 0),
        (Rhythm(7), 0),
        (Rhythm(30.4375, date(2026, 10, 26)), 1),  # 31 days later is 26 November
    ],
)
def test_a_rhythm_counts_its_days(of, expected):
    assert len(tuple(of.days(TOMORROW, 7))) == expected
