"""What a person reads in the terminal: the plan first, then the reasons, then what was not known."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from cofactor.assess.gates import unanswered
from cofactor.assess.types import Band, Gate, GateResult, Level, StatusRow
from cofactor.person.types import Case
from cofactor.plan.goals import PLANNED
from cofactor.plan.types import Expected, PlanItem, Reason
from cofactor.report import numbers
from cofactor.report.types import Report
from cofactor.report.words import Words

WIDTH = 92
"""Columns: fits a default terminal beside nothing, and a mail."""
RETEST = ("25OHD", "Ca_total", "creatinine")
"""What a test after a change is for: the level itself, and what must not rise (safety rules, re-test prompts)."""


def summary(report: Report, lang: str) -> str:
    """The whole summary as plain text that ends in a line break."""
    words = Words(lang, report.gates)
    parts = [
        [_wrapped(words.title(report))],
        [_wrapped(expected_sentence(report, words))],
        _section(words, "the_plan", _items(report, words)),
        _section(words, "taken_now", (_bullet(words.reason(r)) for r in report.plan.stopped)),
        _section(words, "not_proposed", _withheld(report, words)),
        _section(words, "watch", _watch(report, words)),
        _section(words, "heading", _chances(report, words)),
        _section(words, "day", _day(report, words)),
        _section(words, "stands", (_bullet(words.status(row)) for row in report.status if _worth_a_line(row))),
        _section(words, "read_as", (_bullet(words.note(note)) for note in report.case.notes)),
        _section(words, "not_known", _unknown(report, words)),
        [_wrapped(_disclaimer(report, words))],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _worth_a_line(row: StatusRow) -> bool:
    """Beside a plan: what was measured, today's 25(OH)D, and intakes that are planned or outside of their range."""
    if row.kind == "analyte":
        return row.basis == "lab" or row.id == "25OHD"
    return row.id in PLANNED or row.judged in ("below", "above")


def status_summary(report: Report, lang: str) -> str:
    """Where a person stands, what to watch, and what was not known: the summary without a plan."""
    words = Words(lang, report.gates)
    parts = [
        _section(words, "stands", (_bullet(words.status(row)) for row in report.status)),
        _section(words, "watch", _watch(report, words)),
        _section(words, "read_as", (_bullet(words.note(note)) for note in report.case.notes)),
        _section(words, "not_known", _unknown(report, words)),
        [_wrapped(_disclaimer(report, words))],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def check_summary(case: Case, gates: GateResult, lang: str) -> str:
    """What a case that can be read meets: its gates, how it was read, and the questions that it leaves open."""
    words = Words(lang, gates)
    asked = [Reason("unknown.question", {"question": question}) for question in unanswered(case)]
    parts = [
        [_wrapped(words.text("summary.readable"))],
        _section(words, "watch", gate_lines(gates.gates, words)),
        _section(words, "read_as", (_bullet(words.note(note)) for note in case.notes)),
        _section(words, "not_known", (_bullet(words.reason(reason)) for reason in asked)),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def forecast_summary(bands: Sequence[Band], gates: GateResult, lang: str) -> str:
    """Gates that withhold something, then each outcome through the time, as things are and with what is added."""
    words = Words(lang, gates)
    last = max(band.days for band in bands)
    shown = sorted({min(day, last) for day in (0.0, 28.0, 84.0, 182.0, 273.0, last)})
    parts = [_section(words, "watch", gate_lines([g for g in gates.gates if g.withholds], words))]
    for outcome in dict.fromkeys(band.outcome for band in bands):
        rows = [b for b in bands if b.outcome == outcome and any(abs(b.days - d) < 1 for d in shown)]
        title = f"{words.analyte(outcome)}, {numbers.level_unit(outcome, lang)}"
        parts.append([title, *(_forecast_row(b, words) for b in rows)])
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _forecast_row(band: Band, words: Words) -> str:
    p05, p50, p95 = (numbers.plain_level(v, band.outcome, words.lang) for v in (band.p05, band.p50, band.p95))
    day = words.text("summary.day_number", day=numbers.number(band.days, words.lang))
    return f"  {words.text(f'summary.under_{band.under}'):<14}{day:<10}{p50:>8}   ({p05}–{p95})"


def gate_lines(gates: Iterable[Gate], words: Words) -> Iterator[str]:
    """One entry per gate: level, reason, and what to do."""
    for gate in gates:
        yield _bullet(f"{words.level(gate.level)}  {words.why(gate)} {words.do(gate)}".rstrip())


def expected_sentence(report: Report, words: Words) -> str:
    """25(OH)D today and on the day the plan is judged, with and without the plan."""
    lang = words.lang
    expected = next(e for e in report.plan.expected if e.outcome == "25OHD")
    now, same = _band(report, "now", 0.0), _band(report, "now", expected.days)
    shown = {
        "now": numbers.level(now.p50, "25OHD", lang, both=True),
        "now_low": numbers.plain_level(now.p05, "25OHD", lang),
        "now_high": numbers.plain_level(now.p95, "25OHD", lang),
        "then": numbers.plain_level(expected.p50, "25OHD", lang),
        "then_low": numbers.plain_level(expected.p05, "25OHD", lang),
        "then_high": numbers.plain_level(expected.p95, "25OHD", lang),
        "same": numbers.plain_level(same.p50, "25OHD", lang),
        "same_low": numbers.plain_level(same.p05, "25OHD", lang),
        "same_high": numbers.plain_level(same.p95, "25OHD", lang),
        "day": numbers.day(report.case.today + timedelta(days=expected.days), lang),
    }
    return words.text("summary.expected" if report.plan.items else "summary.expected_same", **shown)


def _band(report: Report, under: str, day: float) -> Band:
    return next(b for b in report.bands if (b.outcome, b.under) == ("25OHD", under) and abs(b.days - day) < 1)


def _items(report: Report, words: Words) -> Iterator[str]:
    for item in report.plan.items:
        yield _bullet(_headline(item, words))
        for reason in item.why:
            yield _wrapped(words.reason(reason), "    ")
    cost = report.plan.cost_per_month
    if report.plan.items and cost:
        yield _bullet(words.text("summary.cost", cost=f"{numbers.number(cost, words.lang)}{numbers.NBSP}€"))
    if report.plan.items:
        day = report.case.today + timedelta(days=report.plan.retest_days)
        labs = numbers.join([words.analyte(name) for name in RETEST], words.lang)
        yield _bullet(words.text("summary.retest", day=numbers.day(day, words.lang), labs=labs))


def _headline(item: PlanItem, words: Words) -> str:
    """A dose with its form, its moments and the weight of its compound."""
    parts = [words.dose(item)]
    if item.form != "food" and f"dosed.{item.nutrient}" in words.text and "{form}" not in words.dosed(item):
        named = words.form(item.nutrient, item.form)
        parts += [named] if named not in parts[0] else []
    if item.compound_mg is not None:
        weight = numbers.with_unit(numbers.number(item.compound_mg, words.lang), "mg", words.lang)
        parts.append(words.text("summary.compound", amount=weight))
    if item.slots:
        parts.append(words.slots(item.slots))
    return ", ".join(parts)


def _withheld(report: Report, words: Words) -> Iterator[str]:
    """What is not proposed; entries with the same reason share a line."""
    together: dict[str, list[str]] = {}
    for entry in report.plan.withheld:
        together.setdefault(words.withheld(entry), []).append(words.nutrient(entry.nutrient))
    for why, names in together.items():
        yield _bullet(f"{numbers.join(names, words.lang)}: {why}" if words.lang == "en" else _french(names, why))


def _french(names: list[str], why: str) -> str:
    return f"{numbers.join(names, 'fr')}{numbers.NBSP}: {why}"


def _watch(report: Report, words: Words) -> Iterator[str]:
    yield from gate_lines(report.gates.gates, words)
    if not any(g.level is not Level.INFO and g.id.startswith(("DN", "NN")) for g in report.gates.gates):
        count = numbers.number(report.gates.searched, words.lang)
        yield _bullet(words.text("summary.searched", count=count))


def _chances(report: Report, words: Words) -> Iterator[str]:
    for e in report.plan.expected:
        shown = {
            "what": words.analyte(e.outcome),
            "goal": _goal(e, words),
            "day": numbers.short_day(report.case.today + timedelta(days=e.days), words.lang),
            "then": numbers.percent(e.p_in_goal, words.lang),
            "now": numbers.percent(e.p_in_goal_now, words.lang),
        }
        asked = e.outcome == "25OHD" or e.outcome in report.case.goals
        yield _bullet(words.text("summary.chance" if asked else "summary.chance_lab", **shown))


def _goal(e: Expected, words: Words) -> str:
    low, high = e.goal
    if high is None:
        return f"≥{numbers.NBSP}{numbers.level(low, e.outcome, words.lang)}"
    return f"{numbers.plain_level(low, e.outcome, words.lang)}–{numbers.level(high, e.outcome, words.lang)}"


def _day(report: Report, words: Words) -> Iterator[str]:
    for event in report.plan.schedule:
        what = numbers.join([item_name(item, report, words) for item in event.items], words.lang)
        line = f"{numbers.time(event.time, words.lang)}  {what}"
        if event.apart_from:
            others = numbers.join([item_name(item, report, words) for item in event.apart_from], words.lang)
            line += f" ({words.text('summary.apart', what=others)})"
        yield _bullet(line)


def item_name(item: str, report: Report, words: Words) -> str:
    """What stands at a moment of the day: a planned dose with its amount, a present supplement, a medicine."""
    kind, _, rest = item.partition(":")
    if kind == "medicine":
        return rest
    for planned in report.plan.items:
        if (planned.nutrient, planned.form) == (kind, rest):
            return f"{words.dosed(planned)} {words.amount(planned.per_intake, planned.nutrient)}"
    return words.product(kind, rest)


def _unknown(report: Report, words: Words) -> Iterator[str]:
    """What was not known; open gate questions in one line."""
    asked = [r for r in report.unknown if r.key == "unknown.question"]
    for reason in report.unknown:
        if reason.key != "unknown.question":
            yield _bullet(words.reason(reason))
    if asked:
        names = "; ".join(words.text(f"question.{r.values['question']}") for r in asked)
        count = numbers.number(len(asked), words.lang)
        yield _bullet(words.text("summary.more_unknown", count=count, questions=names))


def _disclaimer(report: Report, words: Words) -> str:
    day = numbers.day(report.case.today, words.lang)
    return words.text("summary.disclaimer", version=report.version, model=report.model, day=day)


def _section(words: Words, key: str, lines: Iterable[str]) -> list[str]:
    """A heading with its lines, or nothing where there are none."""
    found = list(lines)
    return [words.text(f"summary.{key}").upper(), *found] if found else []


def _bullet(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False)


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
