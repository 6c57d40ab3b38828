"""The matrix as a table of a page: one mechanism a row, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, log10

from cofactor.evidence.relations import Relation, relations, strength
from cofactor.facts.types import Trust
from cofactor.report import numbers
from cofactor.report.text import Text, typeset


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One row. ``rests`` are sources, in the language of their table (English), each with how it is known."""

    id: str
    pair: str
    sign: str
    what: str
    strength: str
    stands: str
    rests: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The table, with what it says above."""

    sub: str
    rows: tuple[Mechanism, ...]


def matrix(lang: str) -> Matrix:
    """The whole table in one language."""
    text = Text(lang)
    outside = sum(relation.outside for relation in relations())
    return Matrix(
        sub=text("matrix.sub", inside=str(len(relations()) - outside), outside=str(outside)),
        rows=tuple(_mechanism(relation, text) for relation in relations()),
    )


def _mechanism(relation: Relation, text: Text) -> Mechanism:
    said = relation.what_fr if text.lang == "fr" else relation.what_en
    of, on = (text(f"matrix.node.{name}") for name in (relation.of, relation.on))
    return Mechanism(
        id=f"m-{relation.id}",
        pair=text("matrix.pair", of=of, on=on),
        sign="+" if relation.sign == "+" else numbers.MINUS,
        what=typeset(said, text.lang),
        strength=_strength(relation, text),
        stands=text("matrix.outside") if relation.outside else relation.stands_on,
        rests=tuple(_rests(relation, text)),
    )


def _strength(relation: Relation, text: Text) -> str:
    if relation.outside:
        return ""
    if relation.switch:
        return text("matrix.off", constant=relation.switch.partition("=")[0])
    found = strength(relation)
    return text("matrix.none") if found is None else two_figures(found, text.lang)


def two_figures(value: float, lang: str) -> str:
    """A number with two significant figures: strengths lie orders of magnitude apart."""
    return numbers.number(value, lang, max(0, 1 - floor(log10(abs(value)))))


def _rests(relation: Relation, text: Text) -> Iterator[tuple[str, str]]:
    """The constant with the trust that its table gives it, then publications with their grade."""
    constant, shown_by = relation.rests_on()
    if constant is not None:
        yield f"{constant.id}: {constant.source.text}", _known(constant.source.trust, text)
    for reference in shown_by:
        grade = text(f"evidence.grade.{reference.grade}")
        memory = text("evidence.memory") if reference.source.trust is Trust.RECALL else ""
        yield reference.source.text, f"{grade}{memory}"


def _known(trust: Trust, text: Text) -> str:
    """How the number of a constant is known; nothing where its source was read."""
    return text("trust.recall") if trust is Trust.RECALL else text(f"page.mark.{trust.value}")
