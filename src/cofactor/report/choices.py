"""What each choice of a plan changes, in words: the sentence of a counterfactual, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cofactor.facts.types import Trust
from cofactor.plan.counterfactual import Counterfactual, Otherwise, Size
from cofactor.report import numbers
from cofactor.report.names import capital
from cofactor.report.references import publications, short
from cofactor.report.types import Report
from cofactor.report.words import Words


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice that could have been another: what is other, what it would change, and what that rests on."""

    name: str
    said: str
    evidence: str


def choices(report: Report, words: Words) -> tuple[Choice, ...]:
    """Every choice of the plan in the order of its items."""
    return tuple(
        Choice(capital(name(of, report, words)), said(of, words), evidence(of, words)) for of in report.counterfactuals
    )


def name(of: Counterfactual, report: Report, words: Words) -> str:
    """What is other than in the plan: ``Without vitamin D3``."""
    item = next(i for i in report.plan.items if i.nutrient == of.nutrient)
    key = f"choices.what.{of.kind}"
    if of.kind is Otherwise.WITHOUT and of.more:
        key = "choices.what.without_more"
    shown = {"what": words.dosed(item.nutrient, item.form)}
    if of.kind is Otherwise.FORM:
        shown = {"other": words.form(of.nutrient, of.form), "form": words.form(item.nutrient, item.form)}
    elif of.kind is not Otherwise.WITHOUT:
        shown["what"] = capital(shown["what"])
    return words.text(key, **shown)


def label(of: Counterfactual, report: Report, words: Words) -> str:
    """The same with what is compared, short enough for a drawing: ``Without vitamin D3: 25(OH)D``."""
    choice = name(of, report, words)
    if of.kind is Otherwise.FORM:
        choice = words.text("choices.instead", other=words.form(of.nutrient, of.form))
    return words.text("choices.label", choice=capital(choice), outcome=outcome(of, words))


def outcome(of: Counterfactual, words: Words) -> str:
    """What is compared: a level, or what is absorbed."""
    key = f"choices.outcome.{of.outcome}"
    return words.text(key) if key in words.text else words.analyte(of.outcome)


def unit(of: Counterfactual, words: Words) -> str:
    """The unit in which it is compared."""
    return numbers.unit(of.unit, words.lang)


def value(level: float, of: Counterfactual, words: Words) -> str:
    """A level or an amount without its unit."""
    return numbers.number(level, words.lang, _digits(of))


def change(difference: float, of: Counterfactual, words: Words) -> str:
    """A difference with its sign, a digit finer than the level itself."""
    shown = numbers.number(difference, words.lang, _digits(of) + 1)
    return f"+{shown}" if difference > 0 and not set(shown) <= set("0,.") else shown


def _digits(of: Counterfactual) -> int:
    return numbers.digits_of(of.outcome) if of.outcome in numbers.DIGITS else 0


def said(of: Counterfactual, words: Words) -> str:
    """What would change, with its interval, and what can be made of that."""
    shown = {
        "outcome": outcome(of, words),
        "plan": value(of.plan, of, words),
        "otherwise": value(of.otherwise, of, words),
        "unit": unit(of, words),
        "difference": change(of.difference, of, words),
        "low": change(of.low, of, words),
        "high": change(of.high, of, words),
    }
    key = "stays" if shown["plan"] == shown["otherwise"] else "moves"
    if of.kind is Otherwise.WITHOUT and (of.nutrient, of.outcome) == ("magnesium", "25OHD"):
        key = "same_d"
    sentence = capital(words.text(f"choices.{key}", **shown))
    return sentence if of.size is Size.SEEN else f"{sentence} {words.text(f'choices.{of.size}')}"


def evidence(of: Counterfactual, words: Words) -> str:
    """How well it is known, and from where."""
    source, text = of.grounds.source, words.text
    grade = of.grounds.grade
    strength = text(f"choices.grade.{grade}") if grade else text(f"choices.known.{source.trust}")
    named = numbers.join(list(dict.fromkeys(publications(source.text))), words.lang) or (
        short(source.text) if grade else ""
    )
    if not named:
        return text("choices.evidence_bare", strength=strength)
    if grade and source.trust is Trust.RECALL:
        named = text("choices.recall", source=named)
    return text("choices.evidence", strength=strength, source=named)


def lines(report: Report, words: Words) -> Iterator[str]:
    """One line per choice, for a terminal."""
    for choice in choices(report, words):
        yield words.text("choices.line", name=choice.name, said=choice.said, evidence=choice.evidence)


def row(of: Counterfactual, report: Report, words: Words) -> dict[str, object]:
    """A row of ``choices`` in ``result.json``."""
    return {
        "choice": of.kind.value,
        "nutrient": of.nutrient,
        "form": of.form,
        "outcome": of.outcome,
        "unit": of.unit,
        "days": of.days,
        "plan": of.plan,
        "otherwise": of.otherwise,
        "difference": of.difference,
        "low": of.low,
        "high": of.high,
        "size": of.size.value,
        "grade": of.grounds.grade or None,
        "source": of.grounds.source.text,
        "known": of.grounds.source.trust.value,
        "why": words.text(
            "choices.line", name=capital(name(of, report, words)), said=said(of, words), evidence=""
        ).strip(),
    }
