"""Finding a food by what a person types: how names are compared, and which food comes first.

The ranking takes folded words and knows nothing of where the candidates come from, so that foods found in a full-text
index of a large imported table can be put in the same order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from cofactor.facts.names import fold

# Words that carry no meaning in a food's name, with the letters that an apostrophe leaves (l'huile, d'olive).
_FRENCH = ("a", "l", "d", "s", "de", "du", "des", "la", "le", "les", "au", "aux", "un", "une", "et", "ou", "en", "avec")
_ENGLISH = ("in", "of", "the", "and", "or", "with")
_FILLERS = frozenset((*_FRENCH, *_ENGLISH))

EXACT, STARTS, WHOLE_WORDS, PREFIXES = range(4)
Rank = tuple[int, int, int, int, int]
_HEAD_ENDS = re.compile(r"[,;:(/]")


@lru_cache(maxsize=8192)
def forms(word: str) -> frozenset[str]:
    """Give a folded word and what may be its singular: ``oeufs`` ``oeuf``, ``berries`` ``berry``, ``eaux`` ``eau``."""
    found = {word}
    if len(word) > 3:
        if word.endswith("s"):
            found.add(word[:-1])
        if word.endswith("es"):
            found.add(word[:-2])
        if word.endswith("ies"):
            found.add(word[:-3] + "y")
        if word.endswith(("aux", "eux", "oux")):
            found.add(word[:-1])
    return frozenset(found)


@lru_cache(maxsize=8192)
def _pieces(written: str) -> tuple[str, ...]:
    return tuple(fold(written).split())


def _split(text: str) -> tuple[str, ...]:
    every = [piece for written in text.split() for piece in _pieces(written)]
    return tuple(word for word in every if word not in _FILLERS) or tuple(every)


@dataclass(frozen=True, slots=True)
class Words:
    """A text as folded words without fillers; where only fillers are there, they are kept.

    ``head`` counts the words of the name proper, before the first comma or bracket: of "Almond, with peel" it is the
    first word, of "Almond oil" both.
    """

    texts: tuple[str, ...]
    forms: tuple[frozenset[str], ...]
    head: int

    @classmethod
    def of(cls, text: str) -> Words:
        """Fold and split ``text``."""
        head = _split(_HEAD_ENDS.split(text, maxsplit=1)[0])
        texts = _split(text)
        return cls(texts, tuple(map(forms, texts)), len(head) or len(texts))

    @classmethod
    def of_folded(cls, texts: tuple[str, ...], head: int) -> Words:
        """Words that were folded and split before."""
        return cls(texts, tuple(map(forms, texts)), head)


def rank(query: Words, name: Words) -> Rank | None:
    """Tell how well ``name`` answers ``query``: smaller is better, None where a word of the query is not in the name.

    First the kind of match (the whole name, the beginning of the name, whole words, beginnings of words), then the
    place of the query's first word in the name ("sardine huile" finds sardines in oil before sardine oil), then how
    many words the name proper has beyond the query ("almond" finds almonds before almond oil), how many the whole name
    has, and its letters (short generic names first).
    """
    if not query.texts:
        return None
    places: list[int] = []
    whole = True
    for word, word_forms in zip(query.texts, query.forms, strict=True):
        place = next((i for i, f in enumerate(name.forms) if not f.isdisjoint(word_forms)), None)
        if place is None:
            whole = False
            place = next((i for i, text in enumerate(name.texts) if text.startswith(word)), None)
        if place is None:
            return None
        places.append(place)
    taken = set(places)
    beyond = len(name.texts) - len(taken)
    beyond_head = name.head - sum(place < name.head for place in taken)
    if not whole:
        kind = PREFIXES
    elif places == list(range(len(places))):
        kind = STARTS if beyond else EXACT
    else:
        kind = WHOLE_WORDS
    return kind, places[0], beyond_head, beyond, sum(map(len, name.texts))
