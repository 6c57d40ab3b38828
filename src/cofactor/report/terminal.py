"""What a person reads in the terminal: the plan first, then the reasons, then what was not known."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from cofactor.assess.gates import emergencies, open_questions
from cofactor.assess.types import Band, Gate, GateResult, StatusRow
from cofactor.facts.gates import Trigger, gate_rules
from cofactor.person.types import Case
from cofactor.plan.goals import PLANNED
from cofactor.plan.types import Expected, PlanItem, Reason, Withheld
from cofactor.report import choices, numbers, options
from cofactor.report.moments import moment_line, week_lines
from cofactor.report.names import FOOD, capital
from cofactor.report.types import Report
from cofactor.report.words import Words, emergency

WIDTH = 92
"""Columns: fits a default terminal beside nothing, and a mail."""
ALIKE = 0.015
"""Chances nearer than this are the same number to a reader, and within the error of a few hundred bodies."""


def summary(report: Report, lang: str) -> str:
    """The whole summary as plain text that ends in a line break."""
    words = Words(lang, report.gates)
    if urgent := emergency(report.gates):
        return _emergency(urgent, report, words)
    return _text(
        [_wrapped(words.title(report))],
        [_wrapped(expected_sentence(report, words))],
        _section(words, "the_plan", _items(report, words)),
        _section(words, "clashes", map(_bullet, options.clash_lines(report, words))),
        _section(words, "taken_now", (_bullet(words.reason(r)) for r in report.plan.stopped)),
        _section(words, "not_proposed", _withheld(report, words)),
        _section(words, "watch", _watch(report.gates, words)),
        _section(words, "heading", _outlook(report, words), day=_judged_on(report, words)),
        _section(words, "options", map(_bullet, options.lines(report, words))),
        _section(words, "test", map(_bullet, options.retest_lines(report, words))),
        _section(words, "choices", map(_bullet, choices.lines(report, words))),
        _section(words, "day", (_bullet(moment_line(e, words)) for e in report.plan.schedule)),
        _section(words, "week", map(_bullet, week_lines(report, words))),
        _section(words, "stands", (_bullet(f"{words.status(row)}.") for row in report.status if _worth_a_line(row))),
        _section(words, "read_as", _notes(report.case, words)),
        _section(words, "not_known", map(_bullet, words.unknown(report.unknown))),
        _closing(report, words),
    )


def _emergency(urgent: Sequence[Gate], report: Report, words: Words) -> str:
    """A few lines: what to do now, why, and what is taken. Nobody reads more in an emergency."""
    taken = words.join(words.product(s.nutrient, s.form or "", s.label or "") for s in report.intake.taken)
    tell = [_wrapped(words.text("summary.tell", taken=taken))] if taken else []
    advice = dict.fromkeys(words.do(gate) for gate in urgent)
    return _text(
        [_wrapped(words.title(report))],
        [*map(_wrapped, advice), *(_bullet(words.why(gate)) for gate in urgent)],
        tell,
        _closing(report, words)[1:],
    )


def status_summary(report: Report, lang: str) -> str:
    """Where a person stands, what to watch, and what was not known: the summary without a plan."""
    words = Words(lang, report.gates)
    return _text(
        _section(words, "stands", (_bullet(f"{words.status(row)}.") for row in report.status)),
        _section(words, "together", (_bullet(words.interplay(found)) for found in report.interplay)),
        _section(words, "watch", _watch(report.gates, words)),
        _section(words, "read_as", _notes(report.case, words)),
        _section(words, "not_known", map(_bullet, words.unknown(report.unknown))),
        _closing(report, words),
    )


def check_summary(case: Case, gates: GateResult, lang: str) -> str:
    """What a case that can be read meets: its gates, how it was read, and the questions that could change them."""
    words = Words(lang, gates)
    asked = [Reason("unknown.question", {"question": question}) for question in open_questions(case)]
    return _text(
        [_wrapped(words.text("summary.readable"))],
        _section(words, "watch", _watch(gates, words)),
        _section(words, "read_as", _notes(case, words)),
        _section(words, "not_known", map(_bullet, words.unknown(asked))),
    )


def forecast_summary(bands: Sequence[Band], gates: GateResult, lang: str) -> str:
    """Gates that withhold something, then each outcome through the time, as things are and with what is added."""
    words = Words(lang, gates)
    last = max(band.days for band in bands)
    shown = sorted({min(day, last) for day in (0.0, 28.0, 84.0, 182.0, 273.0, last)})
    parts = [_section(words, "watch", gate_lines([g for g in gates.gates if g.withholds], words))]
    for outcome in dict.fromkeys(band.outcome for band in bands):
        rows = [b for b in bands if b.outcome == outcome and any(abs(b.days - d) < 1 for d in shown)]
        title = f"{capital(words.analyte(outcome))}, {numbers.level_unit(outcome, lang)}"
        parts.append([title, *(_forecast_row(b, words) for b in rows)])
    return _text(*parts)


def _forecast_row(band: Band, words: Words) -> str:
    p05, p50, p95 = (numbers.plain_level(v, band.outcome, words.lang) for v in (band.p05, band.p50, band.p95))
    day = words.text("summary.day_number", day=numbers.number(band.days, words.lang))
    return f"  {words.text(f'summary.under_{band.under}'):<14}{day:<10}{p50:>8}   ({p05}–{p95})"


# --- the plan


def expected_sentence(report: Report, words: Words) -> str:
    """25(OH)D today and on the day the plan is judged, with and without the plan."""
    expected = next(e for e in report.plan.expected if e.outcome == "25OHD")
    now, same = _band(report, "now", 0.0), _band(report, "now", expected.days)
    shown = {"now": numbers.level(now.p50, "25OHD", words.lang, both=True), "day": _judged_on(report, words)}
    for name, of in (("now", now), ("then", expected), ("same", same)):
        shown.setdefault(name, numbers.plain_level(of.p50, "25OHD", words.lang))
        shown[f"{name}_low"] = numbers.plain_level(of.p05, "25OHD", words.lang)
        shown[f"{name}_high"] = numbers.plain_level(of.p95, "25OHD", words.lang)
    return words.text("summary.expected" if report.plan.items else "summary.expected_same", **shown)


def _band(report: Report, under: str, day: float) -> Band:
    return next(b for b in report.bands if (b.outcome, b.under) == ("25OHD", under) and abs(b.days - day) < 1)


def _judged_on(report: Report, words: Words) -> str:
    return numbers.day(report.case.today + timedelta(days=report.plan.retest_days), words.lang)


def _items(report: Report, words: Words) -> Iterator[str]:
    for item in report.plan.items:
        yield _bullet(_headline(item, words))
        for reason in item.why:
            yield _wrapped(words.reason(reason), "    ")
    if not report.plan.items:
        return
    if report.plan.cost_per_month:
        cost = numbers.with_unit(numbers.number(report.plan.cost_per_month, words.lang), "€", words.lang)
        yield _bullet(words.text("summary.cost", cost=cost))


def _headline(item: PlanItem, words: Words) -> str:
    """A dose with its moments, its form and the weight of its compound."""
    if item.form == FOOD:
        return capital(words.dose(item))
    key, shown = "summary.item", {"dose": words.dose(item), "moments": words.slots(item.slots)}
    if item.compound_mg is not None:
        key = "summary.item_of_salt"
        shown["form"] = words.form(item.nutrient, item.form)
        shown["weight"] = numbers.with_unit(numbers.number(item.compound_mg, words.lang), "mg", words.lang)
    return words.text(key, **shown)


def _withheld(report: Report, words: Words) -> Iterator[str]:
    """What is not proposed, nutrients of the plan first; entries with the same reason share a line."""
    together: dict[str, list[str]] = {}
    for entry in sorted(report.plan.withheld, key=_planned_first):
        together.setdefault(words.inline(entry.why), []).append(words.nutrient(entry.nutrient))
    for why, names in together.items():
        yield _bullet(capital(words.text("summary.withheld", what=words.join(names), why=why)))


def _planned_first(entry: Withheld) -> int:
    order = (*PLANNED, "vitamin_k")
    return order.index(entry.nutrient) if entry.nutrient in order else len(order)


def _watch(gates: GateResult, words: Words) -> Iterator[str]:
    """The gates that this case meets, and how far the table of interactions was searched."""
    met = [gate for gate in gates.gates if gate_rules()[gate.id].trigger != Trigger.ALWAYS]
    yield from gate_lines(met, words)
    found = any(gate.id.startswith(("DN", "NN", "CN")) for gate in met)
    key = "summary.searched_more" if found else "summary.searched"
    yield _bullet(words.text(key, count=numbers.number(gates.searched, words.lang)))


def gate_lines(gates: Iterable[Gate], words: Words) -> Iterator[str]:
    """One entry per gate, strongest first: what to do, and below it why."""
    for gate in gates:
        yield _bullet(f"{words.level(gate.level)}  {words.do(gate)}")
        yield _wrapped(words.why(gate), "      ")


# --- where it leads


def _outlook(report: Report, words: Words) -> Iterator[str]:
    for e in report.plan.expected:
        low, high = (numbers.plain_level(v, e.outcome, words.lang) for v in (e.p05, e.p95))
        yield _bullet(
            words.text(
                "summary.outlook",
                what=capital(words.analyte(e.outcome)),
                value=numbers.level(e.p50, e.outcome, words.lang),
                low=low,
                high=high,
                chance=_chance(e, report, words),
            )
        )


def _chance(e: Expected, report: Report, words: Words) -> str:
    """The chance of being where one should be, against that of changing nothing."""
    now, then = (numbers.percent(p, words.lang) for p in (e.p_in_goal_now, e.p_in_goal))
    key = "chance_both" if report.plan.items else "chance_alone"
    if report.plan.items and abs(e.p_in_goal - e.p_in_goal_now) < ALIKE:
        key = "chance_same"
    return words.text(f"summary.{key}", goal=_goal(e, report, words), then=then, now=now)


def _goal(e: Expected, report: Report, words: Words) -> str:
    asked = e.outcome == "25OHD" or e.outcome in report.case.goals
    low, high = e.goal
    shown = {"low": numbers.plain_level(low, e.outcome, words.lang)}
    if high is None:
        return words.text("summary.goal_open", **shown)
    shown["high"] = numbers.plain_level(high, e.outcome, words.lang)
    return words.text("summary.goal" if asked else "summary.goal_laboratory", **shown)


def _worth_a_line(row: StatusRow) -> bool:
    """Beside a plan: what was measured, today's 25(OH)D, and intakes that are planned or outside of their range."""
    if row.kind == "analyte":
        return row.id == "25OHD" or (row.basis == "lab" and row.judged != "none")
    return row.id in PLANNED or row.judged in ("below", "above")


# --- the frame


def _notes(case: Case, words: Words) -> Iterator[str]:
    """How the file was read. A name that no table has and nothing is near to is already said by its gate."""
    for note in case.notes:
        if not note.key.endswith("_unknown") or note.values["nearest"]:
            yield _bullet(words.note(note))


def _closing(report: Report, words: Words) -> list[str]:
    """When not to wait, and what this is."""
    signs = words.join(words.text(f"sign.{question}") for question in emergencies())
    number = words.text(f"emergency.{report.case.place.region}")
    day = numbers.day(report.case.today, words.lang)
    return [
        _wrapped(words.text("summary.red_flags", signs=signs, number=number)),
        _wrapped(words.text("summary.disclaimer", version=report.version, model=report.model, day=day)),
    ]


def _text(*parts: list[str]) -> str:
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _section(words: Words, key: str, lines: Iterable[str], **shown: str) -> list[str]:
    """A heading with its lines, or nothing where there are none."""
    found = list(lines)
    return [words.text(f"summary.{key}", **shown).upper(), *found] if found else []


def _bullet(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False)


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
