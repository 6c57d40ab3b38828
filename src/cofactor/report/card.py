"""The plan as a card: one row per nutrient, given or withheld, both in the same size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cofactor.plan.schedule import TIME
from cofactor.plan.types import PlanItem, Reason, Withheld
from cofactor.report import numbers
from cofactor.report.figures.types import COLOUR, NO_COLOUR
from cofactor.report.names import FOOD, capital
from cofactor.report.types import Report
from cofactor.report.words import Words, is_left

_APART = "why.timing.apart"


@dataclass(frozen=True, slots=True)
class Dose:
    """One row. A nutrient left to a professional has no dose; ``gate`` is the level of the gate that withholds it."""

    name: str
    css: str
    amount: str
    small: str
    form: str
    when: str
    apart: tuple[str, ...]
    why: tuple[str, ...]
    given: bool = True
    gate: str = ""
    gate_word: str = ""


def card(report: Report, words: Words) -> tuple[Dose, ...]:
    """Rows in the order of the plan; then the nutrients that are left to a professional."""
    given = [_given(item, words) for item in report.plan.items]
    closed = [_closed(entry, report, words) for entry in report.plan.withheld if is_left(entry)]
    return (*given, *closed)


def _given(item: PlanItem, words: Words) -> Dose:
    amount, small = _amount(item, words)
    why = tuple(words.reason(r) for r in item.why if r.key != _APART)
    return Dose(
        name=capital(words.dosed(item.nutrient, item.form)),
        css=COLOUR.get(item.nutrient, NO_COLOUR),
        amount=amount,
        small=small,
        form=_form(item, words),
        when=_when(item, words),
        apart=tuple(_apart(item.why, words)),
        why=why,
    )


def _amount(item: PlanItem, words: Words) -> tuple[str, str]:
    """The dose in large type, and the same in the other unit or in all."""
    text, lang = words.text, words.lang
    if item.form == FOOD:
        return f"+{numbers.NBSP}{numbers.amount(item.amount, item.nutrient, lang)}", text("page.card.from_food")
    once, count = numbers.amount(item.per_intake, item.nutrient, lang), len(item.slots)
    amount = once if count == 1 else f"{count}{numbers.NBSP}×{numbers.NBSP}{once}"
    if item.nutrient == "vitamin_d":
        return amount, text("page.card.a_day_of", amount=numbers.international_units(item.amount, lang))
    key = "page.card.elemental" if item.compound_mg is not None else "page.card.a_day_of"
    return amount, text(key, amount=numbers.amount(item.amount, item.nutrient, lang))


def _form(item: PlanItem, words: Words) -> str:
    form = capital(words.form(item.nutrient, item.form))
    if item.compound_mg is None:
        return form
    weight = numbers.with_unit(numbers.number(item.compound_mg, words.lang), "mg", words.lang)
    return words.text("page.card.salt", form=form, weight=weight)


def _when(item: PlanItem, words: Words) -> str:
    """The moments with their times: ``at lunch (12:30)``."""
    if not item.slots:
        return capital(words.text("page.card.any_meal"))
    moments = [f"{words.slots([slot])} ({numbers.time(TIME[slot], words.lang)})" for slot in item.slots]
    return capital(numbers.join(moments, words.lang))


def _apart(why: tuple[Reason, ...], words: Words) -> Iterator[str]:
    for reason in why:
        if reason.key == _APART:
            hours = numbers.short(float(reason.values["hours"]), words.lang)
            yield words.text(
                "page.card.apart_hours", medicine=words.beside(str(reason.values["medicine"])), hours=hours
            )


def _closed(entry: Withheld, report: Report, words: Words) -> Dose:
    gate = next((g for g in report.gates.gates if g.id in entry.gates[:1]), None)
    return Dose(
        name=capital(words.nutrient(entry.nutrient)),
        css=COLOUR.get(entry.nutrient, NO_COLOUR),
        amount=words.text("page.card.no_dose"),
        small=words.text("page.card.no_dose_small"),
        form="",
        when="",
        apart=(),
        why=(words.withheld(entry),) if gate is None else (words.withheld(entry), words.do(gate)),
        given=False,
        gate="" if gate is None else gate.level.value,
        gate_word="" if gate is None else words.level(gate.level),
    )
