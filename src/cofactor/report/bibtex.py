"""The sources of a run as BibTeX: one entry per source, with how well it is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from cofactor.facts.names import fold
from cofactor.facts.types import Source

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s;,]+")
_URL = re.compile(r"https?://[^\s;]+")
_SPECIAL = re.compile(r"([&%$#_{}])")
_KEY_WORDS = 3


def bibtex(sources: Iterable[Source]) -> str:
    """BibTeX text. A source that several rows read in different places is one entry with all addresses in its note."""
    together: dict[str, list[Source]] = {}
    for source in sources:
        together.setdefault(source.text, []).append(source)
    keys: set[str] = set()
    entries = []
    for text, same in together.items():
        key = _key(text, keys)
        keys.add(key)
        fields = ",\n".join(f"  {name} = {{{value}}}" for name, value in _fields(text, same))
        entries.append(f"@misc{{{key},\n{fields}\n}}\n")
    return "\n".join(entries)


def _fields(text: str, same: list[Source]) -> Iterator[tuple[str, str]]:
    yield "title", "{" + _escaped(text) + "}"
    details = " ; ".join(dict.fromkeys(s.detail for s in same if s.detail))
    year = _YEAR.search(text)
    if year:
        yield "year", year[0]
    doi = _DOI.search(unquote(f"{text} {details}"))
    if doi:
        yield "doi", doi[0].rstrip(".)")
    url = _URL.search(details)
    if url:
        yield "url", url[0].rstrip(".)")
    trust = " / ".join(dict.fromkeys(s.trust.value for s in same))
    yield "note", _escaped(f"{trust}: {details}" if details else trust)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _key(text: str, taken: set[str]) -> str:
    """The first words and the year, with a letter where another source has the same."""
    words = [w for w in fold(text).split() if not w.isdigit()][:_KEY_WORDS]
    year = _YEAR.search(text)
    base = "".join(words) + (year[0] if year else "") or "source"
    return next(key for key in (base, *(f"{base}{i}" for i in range(2, len(taken) + 3))) if key not in taken)
