"""The few numbers that matter, in large type below the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cofactor.report import numbers
from cofactor.report.figures.types import NO_COLOUR, acts
from cofactor.report.types import Report
from cofactor.report.words import Words


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """A number that matters, in large type, and what it is."""

    value: str
    meaning: str
    css: str


def key_numbers(report: Report, words: Words) -> Iterator[KeyNumber]:
    """The chance of the goal; with a plan also its largest risk, magnesium in all, the cost and the next test."""
    yield _goal_number(report, words)
    if not acts(report):
        return
    yield _risk_number(report, words)
    supplement = sum(i.amount for i in report.plan.items if i.nutrient == "magnesium" and i.form != "food")
    if supplement and "magnesium" in report.intake.food:
        total = report.intake.food["magnesium"].mid + supplement
        shown = numbers.amount(supplement, "magnesium", words.lang)
        meaning = words.text("page.number.magnesium", supplement=shown)
        yield KeyNumber(numbers.amount(total, "magnesium", words.lang), meaning, "mg")
    if report.plan.cost_per_month:
        cost = f"≈{numbers.NBSP}{numbers.number(report.plan.cost_per_month, words.lang)}{numbers.NBSP}€"
        yield KeyNumber(cost, words.text("page.number.cost"), "k")
    if (test := report.plan.next_test) is not None:
        labs = words.join(words.analyte(name) for name in test.analytes)
        day = numbers.short_day(date.fromisoformat(test.date), words.lang)
        yield KeyNumber(day, words.text("page.number.retest", labs=labs), NO_COLOUR)


def _goal_number(report: Report, words: Words) -> KeyNumber:
    expected = next(e for e in report.plan.expected if e.outcome == "25OHD")
    low, high = expected.goal
    goal = numbers.level(low, "25OHD", words.lang)
    if high is not None:
        goal = f"{numbers.plain_level(low, '25OHD', words.lang)}{numbers.TO}{numbers.level(high, '25OHD', words.lang)}"
    key = "goal" + ("" if acts(report) else "_now") + ("_from" if high is None else "")
    day = numbers.short_day(report.case.today + timedelta(days=expected.days), words.lang)
    now = numbers.percent(expected.p_in_goal_now, words.lang)
    value = numbers.percent(expected.p_in_goal, words.lang) if acts(report) else now
    return KeyNumber(value, words.text(f"page.number.{key}", goal=goal, day=day, now=now), "d")


def _risk_number(report: Report, words: Words) -> KeyNumber:
    """The most likely of the levels that should hardly be passed."""
    name, chance = max(report.plan.risks.items(), key=lambda risk: risk[1])
    count = numbers.number(len(report.plan.risks), words.lang)
    meaning = words.text("page.number.risk", risk=words.risk(name), count=count)
    return KeyNumber(numbers.percent(chance, words.lang), meaning, "pth")
