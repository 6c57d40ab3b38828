"""What was refused, in the language of whoever reads it.

English is the sentence itself (:class:`cofactor.said.Said`); ``text/refusals/*.toml`` hold its pattern in French, under
a heading for each language. Values that a user gave are told as they are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from string import Formatter
from typing import Any

from babel.numbers import get_decimal_symbol, get_group_symbol

from cofactor.errors import CofactorError, DiskError, InputError, Problem
from cofactor.report.text import typeset
from cofactor.said import Said, listed


@lru_cache
def patterns(lang: str) -> dict[str, str]:
    """English pattern -> the pattern of a language. Empty for English."""
    found: dict[str, str] = {}
    for path in sorted((files("cofactor.report") / "text" / "refusals").iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            found |= tomllib.loads(path.read_text(encoding="utf-8")).get(lang, {})
    return {english: typeset(pattern, lang) for english, pattern in found.items()}


def told(said: str, lang: str) -> str:
    """A sentence in a language; anything but a :class:`Said`, and what has no pattern there, as it is."""
    if not isinstance(said, Said):
        return said
    pattern = patterns(lang).get(said.pattern, said.pattern)
    if not said.values:
        return pattern
    values = {name: _value(value, lang) for name, value in said.values.items()}
    return _Numbers(lang).vformat(pattern, (), listed(values))


def problem_in(problem: Problem, lang: str) -> Problem:
    """A problem in a language."""
    where, got, do = (told(part, lang) for part in (problem.where, problem.got, problem.do))
    expected = tuple(told(part, lang) for part in problem.expected)
    return Problem(where, got, expected, Said.quoted(do))


def rows(problems: Iterable[Problem], lang: str) -> list[dict[str, object]]:
    """Problems in a language, as they appear under ``problems`` in JSON."""
    return [problem_in(problem, lang).as_dict() for problem in problems]


def problems_of(error: CofactorError) -> tuple[Problem, ...]:
    """The problems that an error holds: none where all it has is a sentence."""
    if isinstance(error, InputError):
        return error.problems
    return (error.problem,) if isinstance(error, DiskError) else ()


def error_in(error: CofactorError, lang: str) -> str:
    """What an error says in a language: a line for each problem."""
    return "\n".join(told(str(p), lang) for p in problems_of(error)) or told(str(error), lang)


def _value(value: Any, lang: str) -> Any:  # noqa: ANN401 - whatever a sentence was given
    if isinstance(value, tuple):
        return tuple(told(part, lang) if isinstance(part, str) else part for part in value)
    return told(value, lang) if isinstance(value, str) else value


class _Numbers(Formatter):
    """Formats numbers with the signs of a language."""

    def __init__(self, lang: str) -> None:
        self._signs = str.maketrans({",": get_group_symbol(lang), ".": get_decimal_symbol(lang)})

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - as in its parent
        text: str = super().format_field(value, format_spec)
        return text.translate(self._signs) if isinstance(value, int | float) else text
