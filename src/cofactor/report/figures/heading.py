"""Where a person is heading: 25(OH)D as bands over a year, now and under the plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cofactor.facts.load import load
from cofactor.facts.types import Threshold
from cofactor.person.body import Subject
from cofactor.person.sun import day_of_year
from cofactor.person.types import LabResult
from cofactor.plan.goals import Goal
from cofactor.plan.types import Expected
from cofactor.report import numbers
from cofactor.report.charts import band
from cofactor.report.charts.axes import Axis, Tick
from cofactor.report.charts.band import BandChart, Mark, Point
from cofactor.report.charts.svg import Pair
from cofactor.report.figures.types import (
    Figure,
    Table,
    acts,
    band_of,
    curves,
    in_days,
    month_ticks,
    nice_ticks,
    of_band,
)
from cofactor.report.types import Report
from cofactor.report.words import Words
from cofactor.units import convert

ANALYTE = "25OHD"
LAST_DAY = 365
OLDEST_POINT = 150
"""Days: a result of the last season is drawn; older ones would squeeze the year ahead."""
LITTLE_UVB = 0.1
"""Share of the year's best day below which skin is said to make little; only how the chart is marked rests on it."""
LEAST_TOP = 140.0
"""nmol/L: the scale reaches at least this far, so that charts of different people look alike."""
TABLE_DAYS = (0.0, 84.0, 168.0, 252.0, 364.0)


def vitamin_d(report: Report, words: Words) -> Figure:
    """25(OH)D over a year: bands, what was measured, the goal, and the months without UVB."""
    text = words.text
    expected = next(e for e in report.plan.expected if e.outcome == ANALYTE)
    return Figure(
        id="fig-25ohd",
        title=words.analyte(ANALYTE),
        note=text("chart.band.note"),
        wide=band.draw(_chart(report, words, "w", expected), band.WIDE),
        narrow=band.draw(_chart(report, words, "n", expected), band.NARROW),
        point=_point(report, words, expected),
        caption=_chance(report, words, expected),
        table=Table(
            text("chart.band.table"),
            tuple(_head(report, words)),
            tuple(tuple(_row(report, words, day)) for day in TABLE_DAYS),
        ),
    )


def _chart(report: Report, words: Words, size: str, expected: Expected) -> BandChart:
    text, lang = words.text, words.lang
    points = tuple(_points(report, words))
    first = min(0.0, *(p.day - 6 for p in points if p.measured), 0.0)
    highest = max(b.p95 for b in report.bands if b.outcome == ANALYTE)
    top = max(LEAST_TOP, 1.05 * highest, *(1.05 * p.high for p in points))
    low, high = expected.goal
    return BandChart(
        id=f"fig-25ohd-{size}",
        title=words.analyte(ANALYTE),
        desc=f"{text('chart.band.desc')} {_point(report, words, expected)}",
        first_day=first,
        last_day=LAST_DAY,
        top=top,
        left=Axis("nmol/L", nice_ticks(0, top, 6, lang)),
        right=Axis("ng/mL", other_ticks(top, lang)),
        months=month_ticks(report.case.today, int(first), LAST_DAY, lang),
        goal=(low, high if high is not None else top),
        marks=tuple(marks(words, expected.goal, top)),
        low_uvb=low_uvb(report.posterior.members.subject, first),
        low_uvb_label=text("chart.band.little_uvb"),
        curves=curves(report, ANALYTE, (text("chart.band.now"), text("chart.band.plan"))),
        points=points,
    )


def other_ticks(top: float, lang: str) -> tuple[Tick, ...]:
    """Round values in ng/mL at their places on the scale in nmol/L."""
    found = nice_ticks(0, convert(top, "nmol/L", "ng/mL", ANALYTE), 6, lang)
    return tuple(Tick(convert(t.value, "ng/mL", "nmol/L", ANALYTE), t.label) for t in found if t.value > 0)


def _points(report: Report, words: Words) -> Iterator[Point]:
    """Results of the last months, then today's estimate."""
    sheet = load().lab(ANALYTE, report.case.person.sex)
    for result in report.case.labs:
        age = (report.case.today - result.date).days
        if result.analyte == ANALYTE and result.operator == "=" and 0 <= age <= OLDEST_POINT and sheet is not None:
            yield _measured(result, -float(age), report, words)
    today = band_of(report.bands, ANALYTE, "now", 0.0)
    shown = numbers.plain_level(today.p50, ANALYTE, words.lang)
    label = words.text("chart.band.today", value=shown)
    yield Point(0.0, today.p50, today.p05, today.p95, label, measured=False)


def _measured(result: LabResult, day: float, report: Report, words: Words) -> Point:
    row = next(r for r in report.status if (r.id, r.basis) == (ANALYTE, "lab"))
    spread = (row.low / row.value, row.high / row.value)  # that of one result, whichever
    shown = numbers.plain_level(result.value, ANALYTE, words.lang)
    label = words.text("chart.band.lab", value=shown, day=numbers.short_day(result.date, words.lang))
    return Point(day, result.value, result.value * spread[0], result.value * spread[1], label, measured=True)


def marks(words: Words, goal: Goal, top: float) -> Iterator[Mark]:
    """The ends of the goal, and where concern begins."""
    low, high = goal
    yield Mark(low, "", over=True)
    concern = _concern()
    if high is not None and high <= top:
        label = words.text("chart.band.goal", low=_plain(low, words), high=_plain(high, words))
        yield Mark(high, label, over=False)
    elif high is None:
        yield Mark(low, words.text("chart.band.goal_from", low=_plain(low, words)), over=True)
    if concern.low is not None and concern.low <= top:
        yield Mark(concern.low, words.text("chart.band.concern", body=f"{concern.body} {concern.year}"), over=True)


def _concern() -> Threshold:
    """The lowest level of 25(OH)D that a body now names as a reason for concern."""
    rows = [t for t in load().thresholds_of(ANALYTE) if t.role == "concern" and t.status == "current"]
    return min(rows, key=lambda t: t.low or float("inf"))


def _plain(value: float, words: Words) -> str:
    return numbers.plain_level(value, ANALYTE, words.lang)


def low_uvb(of: Subject, first: float) -> tuple[Pair, ...]:
    """Stretches of days on which skin makes little; none for a person whose skin makes nothing all year."""
    if not of.skin.any():
        return ()
    found: list[list[float]] = []
    for day in range(int(first), LAST_DAY + 1):
        on = of.case.today + timedelta(days=day)
        supply = next((a.supply for a in of.away if a.first <= on <= a.last), of.skin)
        if supply[day_of_year(on)] >= LITTLE_UVB * of.skin.max():
            continue
        if found and found[-1][1] == day - 1:
            found[-1][1] = day
        else:
            found.append([day, day])
    return tuple((a, b) for a, b in found if b > a)


# ------------------------------------------------------------------------------------------------------- in words


def _point(report: Report, words: Words, expected: Expected) -> str:
    same = band_of(report.bands, ANALYTE, "now", expected.days)
    shown = {
        "day": in_days(report, expected.days, words),
        "same": numbers.level(same.p50, ANALYTE, words.lang),
        "same_low": _plain(same.p05, words),
        "same_high": _plain(same.p95, words),
        "then": numbers.level(expected.p50, ANALYTE, words.lang),
        "low": _plain(expected.p05, words),
        "high": _plain(expected.p95, words),
    }
    return words.text("chart.band.point" if acts(report) else "chart.band.point_now", **shown)


def _chance(report: Report, words: Words, expected: Expected) -> str:
    low, high = expected.goal
    goal = numbers.level(low, ANALYTE, words.lang)
    key = "chart.band.chance_from"
    if high is not None:
        goal, key = f"{_plain(low, words)}{numbers.TO}{numbers.level(high, ANALYTE, words.lang)}", "chart.band.chance"
    now, then = (numbers.percent(p, words.lang) for p in (expected.p_in_goal_now, expected.p_in_goal))
    if not acts(report):
        return words.text(f"{key}_now", goal=goal, now=now)
    return words.text(key, goal=goal, now=now, then=then)


def _head(report: Report, words: Words) -> Iterator[str]:
    yield words.text("chart.day")
    yield words.text("chart.band.now_in", unit="nmol/L")
    if acts(report):
        yield words.text("chart.band.plan_in", unit="nmol/L")
        yield words.text("chart.band.plan_in", unit="ng/mL")


def _row(report: Report, words: Words, day: float) -> Iterator[str]:
    yield in_days(report, day, words)
    yield of_band(band_of(report.bands, ANALYTE, "now", day), words.lang)
    if acts(report):
        then = band_of(report.bands, ANALYTE, "plan", day)
        yield of_band(then, words.lang)
        other = (convert(v, "nmol/L", "ng/mL", ANALYTE) for v in (then.p50, then.p05, then.p95))
        middle, low, high = (numbers.number(v, words.lang) for v in other)
        yield f"{middle} ({low}–{high})"
