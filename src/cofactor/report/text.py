"""Every sentence a user reads, by key, in English and French; missing keys and values are errors.

The catalogues are ``text/<language>/*.toml``. A sentence holds its values as ``{name}``. French typography (no-break
spaces before : ; ! ? % and inside guillemets) is applied to every sentence that leaves here, so that translators type
ordinary spaces.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from string import Formatter
from typing import Any

from cofactor.errors import CofactorError
from cofactor.report.numbers import LANGUAGES, NBSP

_BEFORE_MARK = re.compile(r"[  ]+([:;!?%»])")
_AFTER_OPENING = re.compile(r"«[  ]+")
_UNITS = r"(?:%|[µmknp]?g|[µmnp]?mol|UI|IU|nmol/L|mmol/L|pmol/L|mL|h|min|€)"
_BEFORE_UNIT = re.compile(rf"(\d) (?={_UNITS}(?![\w]))")


class TextError(CofactorError):
    """A catalogue has no such sentence, or a sentence was not given all its values."""


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The sentences of a nested table with dotted keys."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


@lru_cache
def catalogue(lang: str) -> dict[str, str]:
    """All sentences of a language by key: those of gates stand under ``gate.``, of questions under ``question.``."""
    if lang not in LANGUAGES:
        raise TextError(f"got language {lang!r}; expected {', '.join(LANGUAGES)}")
    found: dict[str, str] = {}
    for path in sorted((files("cofactor.report") / "text" / lang).iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            prefix = {"gates.toml": "gate.", "questions.toml": "question."}.get(path.name, "")
            for key, sentence in flat(tomllib.loads(path.read_text(encoding="utf-8")), prefix):
                if key in found:
                    raise TextError(f"{lang}: the key {key} stands in two catalogues")
                found[key] = sentence
    return found


def placeholders(sentence: str) -> frozenset[str]:
    """The names of the values that a sentence shows."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name)


@lru_cache
def _names_in(sentence: str) -> frozenset[str]:
    return placeholders(sentence)


def typeset(sentence: str, lang: str) -> str:
    """Bind numbers to their units, and in French marks to their words, with no-break spaces."""
    sentence = _BEFORE_UNIT.sub(rf"\1{NBSP}", sentence)
    if lang == "fr":
        sentence = _AFTER_OPENING.sub(f"«{NBSP}", _BEFORE_MARK.sub(rf"{NBSP}\1", sentence))
    return sentence


class Text:
    """The sentences of one language: ``Text("fr")("plan.none")``."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._sentences = catalogue(lang)

    def __contains__(self, key: str) -> bool:
        return key in self._sentences

    def __call__(self, key: str, **values: str) -> str:
        """A sentence with its values filled in. Raises :class:`TextError` where key or value is missing."""
        try:
            sentence = self._sentences[key]
        except KeyError:
            raise TextError(f"{self.lang}: no sentence has the key {key!r}; add it to report/text/*") from None
        if missing := _names_in(sentence) - values.keys():
            raise TextError(f"{self.lang}: {key} needs {', '.join(sorted(missing))}; got {', '.join(sorted(values))}")
        return typeset(sentence.format_map(values), self.lang)

    def names(self, section: str) -> tuple[str, ...]:
        """The keys below a section, without its name: ``names("form.magnesium")``."""
        prefix = section + "."
        return tuple(key.removeprefix(prefix) for key in self._sentences if key.startswith(prefix))
