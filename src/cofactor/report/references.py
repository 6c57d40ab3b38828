"""The sources of a run as a reader is shown them: the reference itself, and how well it is known.

``result.json`` and ``cofactor cite`` hold every source in full. On a page a long note of a table is cut to what it
refers to, and the constants of the model, which no reader could weigh one by one, are counted in one line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from cofactor.facts.types import Source, Trust
from cofactor.model.tables import parameters, shared_factors
from cofactor.report import numbers
from cofactor.report.words import Words

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NAME = r"[A-Z][\w’'.-]+"
_PUBLICATION = re.compile(rf"{_NAME}(?: (?:& |and )?{_NAME})*,? (?:19|20)\d\d\b")
"""``Fatemi 1991``, ``Peterson & Riggs 2010``."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A source with the mark of how well it is known, where that is not from the source itself."""

    text: str
    mark: str


def references(sources: Iterable[Source], words: Words) -> tuple[Reference, ...]:
    """Each source once, in the order of the alphabet, with its mark."""
    marks: dict[str, str] = {}
    for text, mark in _named(sources, words):
        marks[text] = marks.get(text) or mark
    return tuple(Reference(text, marks[text]) for text in sorted(marks, key=str.casefold))


def _named(sources: Iterable[Source], words: Words) -> Iterator[tuple[str, str]]:
    for source in sources:
        if source not in _of_model():
            yield short(source.text), _mark(source, words)
            continue
        for found in publications(source.text):
            yield found, ""


def of_model(sources: Iterable[Source], words: Words) -> str:
    """How many constants of the model weigh on the bands, and how they are known; empty where none does."""
    known = Counter(s.trust for s in sources if s in _of_model())
    if not known:
        return ""
    parts = [
        words.text(f"page.constants.{trust.value}", count=numbers.number(known[trust], words.lang))
        for trust in Trust
        if known[trust]
    ]
    count = numbers.number(known.total(), words.lang)
    return words.text("page.constants.all", count=count, parts="; ".join(parts))


@cache
def _of_model() -> frozenset[Source]:
    return frozenset({p.source for p in parameters()} | {f.source for f in shared_factors()})


def publications(text: str) -> list[str]:
    """The publications that a note names: ``Fatemi 1991``."""
    return _PUBLICATION.findall(text)


def short(text: str) -> str:
    """A note cut to its references: ``Rosanoff 2022 (proposed limit 0.85); symptoms at 0.60`` to its first part."""
    first, *more = text.split("; ")
    kept = [first, *(part for part in more if _YEAR.search(part))]
    return "; ".join(_reference(part) for part in kept)


def _reference(part: str) -> str:
    """What stands before a colon, or after it where only that names a year: ``CV: Stöckl 2009``."""
    before, _, after = part.partition(": ")
    return after if _YEAR.search(after) and not _YEAR.search(before) else before


def _mark(source: Source, words: Words) -> str:
    return words.text("trust.recall" if source.trust is Trust.RECALL else f"page.mark.{source.trust}")
