"""Every error this package raises on purpose.

    CofactorError
    ├── InputError      what a user gave cannot be used: lists every problem at once; exit code 2
    ├── FactsError      a shipped table breaks one of its named checks
    ├── ModelError      a model text cannot be read, is inconsistent, or lies outside the supported subset
    ├── EngineError     a model could not be compiled or integrated
    ├── StoreError      a store (of cases, of foods) cannot be opened, read or written
    │   └── SealedError     it is sealed, and no passphrase was given
    └── DiskError       a file cannot be read or written though nothing is wrong with what was given; exit code 1

A message says what was got, what was expected and what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cofactor.said import Said


class CofactorError(Exception):
    """Base of all errors raised on purpose by cofactor."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: where it is, what was got, what was expected, what to do.

    What is said in words of ours, and not of the input, is a :class:`Said`: it can be told in French.
    """

    where: str
    got: str
    expected: tuple[str, ...]
    do: Said

    def __str__(self) -> str:
        where, got, do = self.where, self.got, self.do
        if self.expected:
            return Said(
                "{where}: got {got}; expected {expected}. {do}", where=where, got=got, expected=self.expected, do=do
            )
        return Said("{where}: got {got}. {do}", where=where, got=got, do=do)

    def as_dict(self) -> dict[str, object]:
        """The problem as it appears under ``problems`` with ``--json``."""
        return {"where": self.where, "got": self.got, "expected": list(self.expected), "do": self.do}


class InputError(CofactorError):
    """An input was refused. ``problems`` holds all of them, in the order of the input."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class FactsError(CofactorError):
    """A shipped table breaks one of its named checks."""


class ModelError(CofactorError):
    """A model text cannot be read, is inconsistent, or lies outside the supported subset.

    ``faults`` holds everything that was found, one sentence each.
    """

    def __init__(self, message: str, faults: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults) or (message,)


class EngineError(CofactorError):
    """A model could not be compiled or integrated."""


class StoreError(CofactorError):
    """A store (of cases, of foods) cannot be opened, read or written."""


class SealedError(StoreError):
    """The store of cases is sealed, and no passphrase was given."""


class DiskError(CofactorError):
    """A disk is full or fails: nothing is wrong with what was given. ``problem`` says where, and what to do."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))
