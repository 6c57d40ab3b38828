"""A scenario in words: what it would hold, what gates say of it, where levels are heading, and how scenarios differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from cofactor.assess.types import Level
from cofactor.plan.outlook import JUDGED_ON
from cofactor.plan.whatif import LED, Future, Ground, Scenario, Verdict
from cofactor.report import numbers
from cofactor.report.figures.futures import COLOURS, MAIN, SMALL
from cofactor.report.figures.types import COLOUR, Table, likely
from cofactor.report.names import capital
from cofactor.report.words import Words
from cofactor.units import convert

NUMBERS = ("Mg_serum", "Ca_absorption", "PTH", "Ca_urine")
"""Levels in large type below the chart, beside the chance of the goal."""
COMPARED = (MAIN, "PTH", "Mg_serum", "Ca_urine")
"""Levels by which scenarios are set side by side."""
TABLE_DAYS = (0.0, 28.0, 84.0, 168.0, 252.0, 364.0)
WITHIN = "WITHIN"
"""How a nutrient of which no gate speaks is marked."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What gates say of one nutrient: a mark, the chief reason in a few words, and every reason with what to do."""

    css: str
    name: str
    dose: str
    level: str
    word: str
    short: str
    reasons: tuple[tuple[str, str], ...]
    planned: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number in large type, with what it would be as things are."""

    css: str
    value: str
    what: str
    was: str


@dataclass(frozen=True, slots=True)
class View:
    """Everything that a page says of a scenario beside its drawings."""

    headline: str
    chance: str
    gates: tuple[Ruling, ...]
    numbers: tuple[Number, ...]
    captions: dict[str, str]
    table: Table
    compared: Table | None
    spoken: str


@dataclass(frozen=True, eq=False)
class Tried:
    """A scenario, what gates say of it, and where it leads."""

    scenario: Scenario
    verdicts: tuple[Verdict, ...]
    future: Future


def view(of: Ground, now: Tried, then: Tried, kept: Sequence[Tried], words: Words) -> View:
    """The words of a scenario, beside those of today and of the scenarios kept."""
    gates = tuple(_said(verdict, then.future, words) for verdict in then.verdicts)
    headline = _headline(of, then.future, words)
    chance = _chance(of, now.future, then.future, words)
    return View(
        headline=headline,
        chance=chance,
        gates=gates,
        numbers=tuple(_numbers(of, now.future, then.future, words)),
        captions={outcome: _caption(of, outcome, now.future, then.future, words) for outcome in SMALL},
        table=_table(of, now.future, then.future, words),
        compared=_compared(of, [now, *kept, then], words) if kept else None,
        spoken=" ".join([f"{headline}.", chance, *(f"{g.name}: {g.word}." for g in gates if g.level != WITHIN)]),
    )


# ------------------------------------------------------------------------------------------------------- gates


def _said(verdict: Verdict, future: Future, words: Words) -> Ruling:
    risky = [(risk, share) for risk, share in future.risks if verdict.nutrient in risk.nutrients and verdict.amount]
    reasons = [*_limits(verdict, words), *((words.why(g), words.do(g)) for g in verdict.gates)]
    for risk, share in risky:
        shown = numbers.percent(share, words.lang)
        reasons.append((words.text("live.risk", share=shown, risk=words.risk(risk.name)), ""))
    level = verdict.level or (Level.CAUTION if risky else None)
    short = capital(reasons[0][0]) if reasons else words.text("live.within")
    return Ruling(
        css=COLOUR[verdict.nutrient],
        name=words.text(f"live.short.{verdict.nutrient}"),
        dose=numbers.amount(verdict.amount, verdict.nutrient, words.lang, both=True),
        level=level or WITHIN,
        word=words.level(level) if level else words.text("live.within_limits"),
        short=short,
        reasons=tuple(reasons),
        planned=words.text("live.no_dose" if verdict.closed else "live.may_stand"),
    )


def _limits(verdict: Verdict, words: Words) -> Iterator[tuple[str, str]]:
    """What limits and results say, before the gates: they speak of this very dose."""
    if verdict.over is not None:
        most = numbers.amount(verdict.over.amount, verdict.nutrient, words.lang, both=True)
        if verdict.over.gate:
            gate = next(g for g in verdict.gates if g.id == verdict.over.by)
            yield words.text("live.over", amount=most, by=words.why(gate).rstrip(".")), words.do(gate)
        else:
            yield words.text("live.over", amount=most, by=words.text(f"cap.{verdict.over.by}")), ""
    if verdict.doubt is not None:
        yield words.reason(verdict.doubt), ""
    if verdict.at_once is not None:
        most = numbers.amount(verdict.at_once, verdict.nutrient, words.lang, both=True)
        yield words.text("live.at_once", amount=most), words.text("live.split")


# ------------------------------------------------------------------------------------------------------ levels


def _day(of: Ground, days: float, words: Words) -> str:
    return numbers.day(of.case.today + timedelta(days=days), words.lang)


def _headline(of: Ground, future: Future, words: Words) -> str:
    p05, _, p50, _, p95 = (float(q) for q in future.on(MAIN, JUDGED_ON))
    return words.text(
        "live.headline",
        level=numbers.level(p50, MAIN, words.lang, both=True),
        low=numbers.plain_level(p05, MAIN, words.lang),
        high=numbers.plain_level(p95, MAIN, words.lang),
        day=_day(of, JUDGED_ON, words),
    )


def _chance(of: Ground, now: Future, then: Future, words: Words) -> str:
    chances = {name: numbers.percent(f.in_goal[MAIN], words.lang) for name, f in (("now", now), ("then", then))}
    return words.text("live.chance", goal=_goal(of, words), **chances)


def _goal(of: Ground, words: Words) -> str:
    low, high = of.goals.levels[MAIN]
    if high is None:
        return words.text("range.from", low=numbers.level(low, MAIN, words.lang))
    return f"{numbers.plain_level(low, MAIN, words.lang)}{numbers.TO}{numbers.level(high, MAIN, words.lang)}"


def _numbers(of: Ground, now: Future, then: Future, words: Words) -> Iterator[Number]:
    was, shown = (numbers.percent(f.in_goal[MAIN], words.lang) for f in (now, then))
    yield Number(COLOURS[MAIN], shown, words.text("live.in_goal", goal=_goal(of, words)), was)
    for outcome in NUMBERS:
        was, shown = (numbers.level(float(f.on(outcome, JUDGED_ON)[2]), outcome, words.lang) for f in (now, then))
        yield Number(COLOURS[outcome], shown, words.analyte(outcome), was)


def _caption(of: Ground, outcome: str, now: Future, then: Future, words: Words) -> str:
    """The text beside a drawing: the same numbers in a sentence."""
    was, shown = (_likely(f, outcome, JUDGED_ON, words) for f in (now, then))
    day = numbers.short_day(of.case.today + timedelta(days=JUDGED_ON), words.lang)
    return words.text("live.caption", day=day, then=shown, now=was)


def _likely(future: Future, outcome: str, day: float, words: Words) -> str:
    p05, _, p50, _, p95 = (float(q) for q in future.on(outcome, day))
    return likely(p50, p05, p95, outcome, words.lang)


def _table(of: Ground, now: Future, then: Future, words: Words) -> Table:
    text = words.text
    head = (text("chart.day"), text("live.now_in", unit="nmol/L"), text("live.then_in", unit="nmol/L"), "ng/mL")
    return Table(text("chart.band.table"), head, tuple(tuple(_row(of, now, then, d, words)) for d in TABLE_DAYS))


def _row(of: Ground, now: Future, then: Future, day: float, words: Words) -> Iterator[str]:
    yield _day(of, day, words)
    yield _likely(now, MAIN, day, words)
    yield _likely(then, MAIN, day, words)
    p05, _, p50, _, p95 = (convert(float(q), "nmol/L", "ng/mL", MAIN) for q in then.on(MAIN, day))
    yield "{} ({}–{})".format(*(numbers.number(v, words.lang) for v in (p50, p05, p95)))


# --------------------------------------------------------------------------------------------------- side by side


def _compared(of: Ground, tried: Sequence[Tried], words: Words) -> Table:
    """Scenarios one below the other: today first, then those kept, then the one on the sliders; each against today."""
    text, lang = words.text, words.lang
    units = [f"{capital(words.analyte(o))}, {numbers.level_unit(o, lang)}" for o in COMPARED]
    names = [text("live.now"), *"ABCD"[: len(tried) - 2], text("live.these")]
    rows = [
        (name, *_doses(each, lang), *_differences(each.future, tried[0].future, words), _strictest(each, words))
        for name, each in zip(names, tried, strict=True)
    ]
    head = (
        text("live.scenario"),
        *(text(f"live.short.{n}") for n in LED),
        *units,
        text("live.goal"),
        text("live.gate"),
    )
    return Table(text("live.compared", day=_day(of, JUDGED_ON, words)), head, tuple(rows))


def _doses(tried: Tried, lang: str) -> Iterator[str]:
    for verdict in tried.verdicts:
        yield numbers.amount(verdict.amount, verdict.nutrient, lang)


def _differences(then: Future, now: Future, words: Words) -> Iterator[str]:
    for outcome in COMPARED:
        value, was = (float(f.on(outcome, JUDGED_ON)[2]) for f in (then, now))
        shown = numbers.plain_level(value, outcome, words.lang)
        digits = numbers.digits_of(outcome)
        moved = round(value, digits) - round(was, digits)
        sign = "+" if moved > 0 else numbers.MINUS
        more = f" ({sign}{numbers.number(abs(moved), words.lang, digits)})" if moved else ""
        yield f"{shown}{more}"
    yield numbers.percent(then.in_goal[MAIN], words.lang)


def _strictest(tried: Tried, words: Words) -> str:
    levels = [v.level for v in tried.verdicts if v.level is not None]
    if not levels:
        return words.text("live.within_limits")
    worst = min(levels, key=list(Level).index)
    which = [words.text(f"live.short.{v.nutrient}") for v in tried.verdicts if v.level is worst]
    return f"{words.level(worst)} {', '.join(which)}"
