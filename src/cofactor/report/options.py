"""The plan beside doing nothing and beside other plans, what the limits leave no room for, and the next blood test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cofactor.plan.goals import PLANNED
from cofactor.plan.types import Expected, PlanItem
from cofactor.report import numbers
from cofactor.report.figures.types import Table
from cofactor.report.names import FOOD, capital
from cofactor.report.types import Report
from cofactor.report.words import Words

LEVEL = "25OHD"


@dataclass(frozen=True, slots=True)
class Options:
    """The comparison as a table, and in which ways each other plan differs; ``none`` where there is no other."""

    table: Table
    differs: tuple[tuple[str, tuple[str, ...]], ...]  # name, sentences
    none: str


@dataclass(frozen=True, slots=True)
class Unmet:
    """What a goal asks for beyond the limits, and what would free it."""

    said: str
    frees: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Retest:
    """The next blood test: when and of what, why, and which results would change the plan."""

    when: str
    why: tuple[str, ...]
    turns: tuple[str, ...]
    no_turns: str


@dataclass(frozen=True, slots=True)
class _Column:
    """One plan, or none, as the table shows it."""

    name: str
    items: tuple[PlanItem, ...] | None  # None: what is taken now
    units: int | None
    cost: float | None
    expected: tuple[Expected, ...]
    risks: Mapping[str, float]


# ------------------------------------------------------------------------------------------------------- options


def options(report: Report, words: Words) -> Options | None:
    """None where nothing is proposed, and so nothing can be weighed."""
    plan = report.plan
    if not plan.items:
        return None
    text = words.text
    columns = [
        _Column(text("options.now"), None, None, None, plan.expected, plan.risks_now),
        _Column(text("options.plan"), plan.items, plan.pills_per_day, plan.cost_per_month, plan.expected, plan.risks),
    ]
    for other in plan.alternatives:
        name = text(f"options.kind.{other.kind}")
        units, cost = other.pills_per_day, other.cost_per_month
        columns.append(_Column(name, other.items, units, cost, other.expected, other.risks))
    head = (text("options.what"), *(column.name for column in columns))
    table = Table(text("options.table"), head, tuple(_rows(report, columns, words)))
    return Options(table, tuple(differs(report, words)), "" if plan.alternatives else text("options.none"))


def differs(report: Report, words: Words) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each other plan with what is otherwise in it."""
    for other in report.plan.alternatives:
        yield words.text(f"options.kind.{other.kind}"), tuple(words.reason(reason) for reason in other.differs)


def _rows(report: Report, columns: Sequence[_Column], words: Words) -> Iterator[tuple[str, ...]]:
    text, nothing = words.text, words.text("options.nothing")
    for nutrient in PLANNED:
        cells = [_amounts(nutrient, column, report, words) for column in columns]
        if any(cells):
            yield capital(words.nutrient(nutrient)), *(cell or nothing for cell in cells)
    yield text("options.units"), *(nothing if c.units is None else str(c.units) for c in columns)
    yield text("options.cost"), *(nothing if c.items is None else _euros(c.cost, words) for c in columns)
    expected = [next(e for e in c.expected if e.outcome == LEVEL) for c in columns]
    yield _level_row(report, columns, expected, words)
    chances = [e.p_in_goal_now if c.items is None else e.p_in_goal for c, e in zip(columns, expected, strict=True)]
    goal = words.text("options.goal", goal=_goal(expected[0], words))
    yield goal, *(numbers.percent(chance, words.lang) for chance in chances)
    if all(c.risks for c in columns):
        yield text("options.risk"), *(numbers.percent(max(c.risks.values()), words.lang) for c in columns)


def _amounts(nutrient: str, column: _Column, report: Report, words: Words) -> str:
    """What products bring a day, and how much more food is to bring."""
    if column.items is None:
        taken = report.intake.from_supplements(nutrient)
        return numbers.amount(taken, nutrient, words.lang) if taken else ""
    mine = [item for item in column.items if item.nutrient == nutrient]
    products = sum(item.amount for item in mine if item.form != FOOD)
    food = sum(item.amount for item in mine if item.form == FOOD)
    parts = [numbers.amount(products, nutrient, words.lang)] if products else []
    parts += [words.text("options.food", amount=numbers.amount(food, nutrient, words.lang))] if food else []
    return " ".join(parts)


def _euros(cost: float | None, words: Words) -> str:
    if cost is None:
        return words.text("options.no_price")
    return numbers.with_unit(numbers.number(cost, words.lang, 1), "€", words.lang)


def _level_row(
    report: Report, columns: Sequence[_Column], expected: Sequence[Expected], words: Words
) -> tuple[str, ...]:
    day = numbers.short_day(report.case.today + timedelta(days=expected[0].days), words.lang)
    found = []
    for column, e in zip(columns, expected, strict=True):
        levels = (e.p50_now, e.p05_now, e.p95_now) if column.items is None else (e.p50, e.p05, e.p95)
        middle, low, high = (numbers.plain_level(level, LEVEL, words.lang) for level in levels)
        found.append(f"{middle} ({low}–{high})")
    return words.text("options.level", day=day), *found


def _goal(e: Expected, words: Words) -> str:
    low, high = (None if v is None else numbers.plain_level(v, LEVEL, words.lang) for v in e.goal)
    return f"≥{numbers.NBSP}{low}" if high is None else f"{low}–{high}"


# --------------------------------------------------------------------------------------- clashes, and the next test


def unmet(report: Report, words: Words) -> tuple[Unmet, ...]:
    """Every clash between goals and limits."""
    return tuple(
        Unmet(words.reason(clash.why), tuple(words.reason(reason) for reason in clash.frees))
        for clash in report.plan.clashes
    )


def next_test(report: Report, words: Words) -> Retest | None:
    """None where nothing is proposed that a test could judge."""
    test = report.plan.next_test
    if test is None:
        return None
    labs = words.join(words.analyte(name) for name in test.analytes)
    day = numbers.day(date.fromisoformat(test.date), words.lang)
    turns = tuple(words.reason(turn.why) for turn in test.turns)
    return Retest(
        when=words.text("next_test.when", day=day, labs=labs),
        why=tuple(words.reason(reason) for reason in test.why),
        turns=turns,
        no_turns="" if turns else words.text("next_test.no_turns"),
    )


def lines(report: Report, words: Words) -> Iterator[str]:
    """The other plans for a terminal, one line each."""
    if not report.plan.items:
        return
    for name, said in differs(report, words):
        yield words.text("options.line", name=name, said=" ".join(said))
    if not report.plan.alternatives:
        yield words.text("options.none")


def clash_lines(report: Report, words: Words) -> Iterator[str]:
    """Each clash with what would free it, for a terminal."""
    for found in unmet(report, words):
        yield found.said
        if found.frees:
            yield words.text("clashes.frees")
            yield from found.frees


def retest_lines(report: Report, words: Words) -> Iterator[str]:
    """The next blood test for a terminal: why, and what would change the plan."""
    test = next_test(report, words)
    if test is not None:
        yield " ".join((test.when, *test.why))
        yield from test.turns
        if test.no_turns:
            yield test.no_turns
