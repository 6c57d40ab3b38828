"""The ledger: what a widely read article says of vitamin D and magnesium, and what stands of it.

``tables/article.csv`` holds the statements with our verdicts, ``tables/article_sources.csv`` what they rest on. The
answers are sentences by claim id in ``report/text``; what the model shows is computed by
:mod:`cofactor.evidence.studies`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from cofactor.errors import InputError, Problem
from cofactor.facts.read import read_table
from cofactor.facts.types import Source
from cofactor.said import Said

_PACKAGE = "cofactor.evidence"


class Verdict(StrEnum):
    """What published evidence says of a statement. It speaks of the sentence, never of a person."""

    SUPPORTED = "supported"
    MIXED = "mixed"  # part of it stands
    WEAK = "weak"  # no human evidence that would carry it
    WRONG = "wrong"
    MISATTRIBUTED = "misattributed"  # the source named does not say it
    NOT_TESTABLE = "not_testable"  # too general to be right or wrong, or outside of what blood minerals can tell


@dataclass(frozen=True, slots=True)
class Reference:
    """A publication that a verdict rests on. ``source.detail`` is its address.

    ``grade`` is how much its kind of study can carry for a statement about people: ``high`` (trials pooled),
    ``moderate`` (a trial, or physiology measured in people), ``low`` (cohorts), ``very_low`` (one moment, a few
    patients, or an opinion) or ``reference`` (a law, a table, a value set by a body).
    """

    id: str
    design: str
    grade: str
    source: Source


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement or question of the article, in its own words, and our verdict with the day it was last looked at."""

    id: str
    section: str
    kind: str
    claim_en: str
    claim_fr: str
    verdict: str
    reviewed: str
    references: tuple[str, ...]

    def sources(self) -> tuple[Reference, ...]:
        """The publications it rests on, the most telling first."""
        return tuple(references()[name] for name in self.references)


@cache
def claims() -> dict[str, Claim]:
    """All statements by id, in the order of the article."""
    return {row.id: row for row in read_table(Claim, "article", _PACKAGE)}


@cache
def references() -> dict[str, Reference]:
    """All publications by id."""
    return {row.id: row for row in read_table(Reference, "article_sources", _PACKAGE)}


def claim(name: str) -> Claim:
    """One statement. Raises :class:`InputError` where there is no such id."""
    found = claims().get(name.strip().upper())
    if found is None:
        ids = tuple(claims())
        expected = Said("{first} to {last}", first=ids[0], last=ids[-1])
        raise InputError([Problem("evidence", repr(name), (expected,), Said("Choose an id of the ledger."))])
    return found
