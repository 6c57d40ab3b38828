"""Questions in everyday words: which statement of the ledger answers them, or that none does.

A question is read for concepts (``tables/concepts.csv``: word stems in English and French) and answered by the
statement whose concepts (``tables/questions.csv``) it holds, the most specific first. Nothing is guessed: a question
that holds no complete set is outside of what this package can answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from cofactor.evidence.ledger import Claim, claim
from cofactor.facts.names import fold
from cofactor.facts.read import read_table

_PACKAGE = "cofactor.evidence"
LONGEST_QUESTION = 400
"""Characters; what is longer is a text, not a question."""
_LONGEST_WORD = 3  # letters: a stem this short must be the whole word, a longer one may begin it


@dataclass(frozen=True, slots=True)
class _Concept:
    concept: str
    lang: str
    stems: str


@dataclass(frozen=True, slots=True)
class _Question:
    claim: str
    needs: str


def matching(question: str) -> Claim | None:
    """The statement that answers ``question`` (English or French), or None where it lies outside the ledger."""
    held = concepts(question)
    best: tuple[int, str] | None = None
    for row in _questions():
        needs = set(row.needs.split())
        if needs <= held and (best is None or len(needs) > best[0]):
            best = len(needs), row.claim
    return None if best is None else claim(best[1])


def concepts(question: str) -> set[str]:
    """The concepts that a question holds. ``together`` yields to ``without``, as in *with or without*."""
    text = fold(question[:LONGEST_QUESTION])
    held = {name for name, pattern in _patterns() if pattern.search(text)}
    return held - {"together"} if "without" in held else held


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = []
    for row in read_table(_Concept, "concepts", _PACKAGE):
        stems = (re.escape(stem) + (r"\b" if len(stem) <= _LONGEST_WORD else "") for stem in row.stems.split("|"))
        found.append((row.concept, re.compile(rf"\b(?:{'|'.join(stems)})")))
    return tuple(found)


@cache
def _questions() -> tuple[_Question, ...]:
    return read_table(_Question, "questions", _PACKAGE)
