"""Names as people type them: case, accents, ligatures and punctuation do not matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cached_property

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_ICD10_RANGE = re.compile(r"([A-Z])(\d\d)-([A-Z])(\d\d)")


def fold(text: str) -> str:
    """Lower case without accents; runs of anything but letters and digits become one space."""
    plain = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", letters.casefold()).strip()


class NameIndex:
    """Folded names to keys, found whole or inside a longer text."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """``names`` are pairs of a name and its key; the first key of a name wins."""
        self._keys: dict[str, str] = {}
        for name, key in names:
            self._keys.setdefault(fold(name), key)
        self._keys.pop("", None)

    @property
    def names(self) -> Mapping[str, str]:
        """Folded name to key."""
        return self._keys

    @cached_property
    def _longest(self) -> int:
        return max((name.count(" ") + 1 for name in self._keys), default=0)

    def whole(self, text: str) -> str | None:
        """The key whose name is exactly ``text``, or None."""
        return self._keys.get(fold(text))

    def inside(self, text: str) -> tuple[str, ...]:
        """The keys of all names that stand as whole words in ``text``, longest names first at each place."""
        words = fold(text).split()
        found: list[str] = []
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + self._longest), start, -1):
                key = self._keys.get(" ".join(words[start:end]))
                if key is not None:
                    found.append(key)
                    start = end - 1
                    break
            start += 1
        return tuple(dict.fromkeys(found))


def covers(prefix: str, code: str) -> bool:
    """Whether the code ``prefix`` of a table (or a range of ICD-10 categories, ``C81-C96``) speaks of ``code``.

    ``code`` may be the more precise one (B01AA03 under B01AA) or the broader one (N18 over N18.4): a code that leaves
    open which case it is falls under every case it may be.
    """
    category = _ICD10_RANGE.fullmatch(prefix)
    if category:
        return f"{category[1]}{category[2]}" <= code[:3] <= f"{category[3]}{category[4]}"
    return code.startswith(prefix) or prefix.startswith(code)
