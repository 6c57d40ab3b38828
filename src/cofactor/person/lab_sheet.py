"""A laboratory's file as read: results not yet judged, what could not be read, and what is left aside.

The readers of FHIR and of CSV give the same :class:`Sheet`; :mod:`cofactor.person.lab_import` judges it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from cofactor.errors import Problem
from cofactor.said import Said


class Aside(StrEnum):
    """Why an entry of the file is left aside without being wrong."""

    OTHER_TEST = "other_test"  # not an analyte of ours
    NOT_FINAL = "not_final"  # preliminary, registered: a final result will follow
    WITHDRAWN = "withdrawn"  # entered in error, or cancelled
    REPLACED = "replaced"  # an older version of a result in the same file
    NO_VALUE = "no_value"  # ordered, not measured


@dataclass(frozen=True, slots=True)
class PrintedRange:
    """The reference range that the laboratory printed beside a result, in the unit of the result or in its own."""

    low: float | None
    high: float | None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One result as the file has it. ``value`` may carry an operator (``<10``) and, where no unit is beside, a unit."""

    where: str
    day: date
    value: str | float
    unit: str | None
    codes: tuple[str, ...] = ()  # LOINC
    name: str = ""
    printed: PrintedRange | None = None


@dataclass
class Sheet:
    """Everything that a reader found in one file."""

    readings: list[Reading] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    aside: Counter[Aside] = field(default_factory=Counter)
    not_read: list[str] = field(default_factory=list)  # tests that sound like ours under a code that is not

    def refuse(self, where: str, got: str, do: Said, expected: tuple[str, ...] = ()) -> None:
        """Keep a problem with an entry."""
        self.problems.append(Problem(where, got, expected, do))
