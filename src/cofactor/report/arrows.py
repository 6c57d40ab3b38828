"""An arrow of the picture, opened: what it carries, the equations that move it, and what each of them rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from cofactor.evidence.ledger import claims
from cofactor.evidence.relations import Relation, on_arrow, strength
from cofactor.facts.types import Trust
from cofactor.model.source import Statement, human, parse
from cofactor.model.tables import Parameter
from cofactor.report import numbers
from cofactor.report.figures.picture import MEASURE
from cofactor.report.figures.system import Numbers, amount, folds, times
from cofactor.report.flows import readouts
from cofactor.report.matrix import two_figures
from cofactor.report.names import capital
from cofactor.report.text import typeset
from cofactor.report.words import Words

_SYMBOL = re.compile(r"[A-Za-z_]\w*")
MOST_CLAIMS = 3
"""Statements of the ledger shown beside an arrow, those that share most publications with it first."""


@dataclass(frozen=True, slots=True)
class Equation:
    """An equation as the model has it, and what it sets in words."""

    formula: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism on an arrow: what happens, its equation, how strong it is, and what it rests on."""

    pair: str
    what: str
    equations: tuple[Equation, ...]  # from what is moved to where the cause stands
    strength: str
    constant: str
    rests: tuple[tuple[str, str, str], ...]  # source, how it is known, address


@dataclass(frozen=True, slots=True)
class Opened:
    """An arrow with everything behind it."""

    title: str
    carries: tuple[tuple[str, str], ...]
    equations: tuple[Equation, ...]
    mechanisms: tuple[Mechanism, ...]
    claims: tuple[tuple[str, str, str], ...]  # id, verdict, what stands


def opened(arrow: str, today: Numbers, then: Numbers, words: Words) -> Opened:
    """Everything that is known of an arrow."""
    shown = on_arrow(arrow)
    return Opened(
        title=capital(words.text(f"system.arrow.{arrow}")),
        carries=tuple(_carries(arrow, today, then, words)),
        equations=tuple(_of_flow(arrow)),
        mechanisms=tuple(_mechanism(relation, words) for relation in shown),
        claims=tuple(_claims(shown, words)),
    )


def _carries(arrow: str, today: Numbers, then: Numbers, words: Words) -> Iterator[tuple[str, str]]:
    measure = MEASURE.get(arrow)
    if measure is None:
        return
    for key, band in (("picture.today", today[measure]), ("system.then", then[measure])):
        low, high = (numbers.short(v, words.lang, 1 if v < 10 else 0) for v in (band.p05, band.p95))
        yield words.text(key), words.text("system.likely", amount=amount(band, words), low=low, high=high)
    changed = folds(then, today)
    if arrow in changed:
        yield words.text("system.change"), times(changed[arrow], words.lang)


# ----------------------------------------------------------------------------------------------------- equations


@cache
def _text() -> tuple[dict[str, Statement], dict[str, str]]:
    """The statement that sets each symbol while time runs, and what each symbol is."""
    statements, _, names = parse(human().files)
    return {s.symbol: s for s in statements if s.kind != "start"}, names


def _equation(symbol: str) -> Equation | None:
    statements, names = _text()
    found = statements.get(symbol)
    if found is None:
        return None
    sign = "' =" if found.kind == "rate" else " :="
    states = {state.id: state.meaning for state in human().states}
    return Equation(f"{symbol}{sign} {found.formula}", names.get(symbol) or states.get(symbol, ""))


def _way(effect: str, cause: str) -> tuple[Equation, ...]:
    """The shortest way through the equations from what is moved to one that names the cause."""
    statements, _ = _text()
    ways: list[tuple[str, ...]] = [(effect,)]
    seen = {effect}
    for way in ways:
        found = statements.get(way[-1])
        inside = [] if found is None else _SYMBOL.findall(found.formula)
        if cause in inside and (len(way) > 1 or cause != effect):
            return tuple(equation for symbol in way if (equation := _equation(symbol)) is not None)
        further = [symbol for symbol in dict.fromkeys(inside) if symbol not in seen and symbol in statements]
        further = [symbol for symbol in further if statements[symbol].kind == "rule"]  # a state has a life of its own
        seen.update(further)
        ways += [(*way, symbol) for symbol in further]
    alone = _equation(effect)
    return () if alone is None else (alone,)


def _of_flow(arrow: str) -> Iterator[Equation]:
    """The equations of what an arrow carries."""
    flow = readouts().get(MEASURE.get(arrow, ""))
    for symbol in flow.symbols if flow else ():
        found = _equation(symbol)
        if found is not None:
            yield found


# ------------------------------------------------------------------------------------------------------ evidence


def _mechanism(relation: Relation, words: Words) -> Mechanism:
    text = words.text
    said = relation.what_fr if words.lang == "fr" else relation.what_en
    of, on = (text(f"matrix.node.{name}") for name in (relation.of, relation.on))
    constant, _ = relation.rests_on()
    return Mechanism(
        pair=text("matrix.pair", of=of, on=on) + f" ({'+' if relation.sign == '+' else numbers.MINUS})",
        what=capital(typeset(said, words.lang)),
        equations=() if relation.outside else _way(relation.effect, relation.cause),
        strength=_strength(relation, words),
        constant="" if constant is None else _constant(constant),
        rests=tuple(_rests(relation, words)),
    )


def _strength(relation: Relation, words: Words) -> str:
    """What a tenth more of the cause does to the effect in the reference adult."""
    if relation.outside:
        return words.text("system.outside")
    if relation.switch:
        return words.text("system.off", constant=relation.switch.partition("=")[0])
    found = strength(relation)
    return "" if found is None else words.text("system.strength", share=two_figures(10 * found, words.lang))


def _constant(constant: Parameter) -> str:
    value = "" if constant.value is None else f" = {constant.value:.4g} {constant.unit}".rstrip()
    return f"{constant.id}{value}: {constant.meaning}"


def _rests(relation: Relation, words: Words) -> Iterator[tuple[str, str, str]]:
    """The source of the constant, then publications with their grade."""
    constant, shown_by = relation.rests_on()
    if constant is not None:
        trust = constant.source.trust
        known = words.text("trust.recall") if trust is Trust.RECALL else words.text(f"page.mark.{trust.value}")
        yield constant.source.text, known, ""
    for reference in shown_by:
        memory = words.text("evidence.memory") if reference.source.trust is Trust.RECALL else ""
        grade = words.text(f"evidence.grade.{reference.grade}")
        yield reference.source.text, f"{grade}{memory}", reference.source.detail


def _claims(shown: tuple[Relation, ...], words: Words) -> Iterator[tuple[str, str, str]]:
    """Statements of the ledger that rest on the same publications."""
    cited = {name for relation in shown for name in relation.references}
    shared = [(len(cited & set(claim.references)), claim) for claim in claims().values()]
    nearest = sorted((pair for pair in shared if pair[0]), key=lambda pair: -pair[0])[:MOST_CLAIMS]
    for _, claim in nearest:
        yield claim.id, words.text(f"verdict.{claim.verdict}"), words.text(f"claim.{claim.id}.answer")
