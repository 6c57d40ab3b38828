"""Finding a food by what a person types: how names are compared, and which food comes first.

The ranking takes folded words and knows nothing of where the candidates come from, so that foods found in a full-text
index of a large imported table can be put in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cofactor.facts.names import fold

# Words that carry no meaning in a food's name, with the letters that an apostrophe leaves (l'huile, d'olive).
_FRENCH = ("a", "l", "d", "s", "de", "du", "des", "la", "le", "les", "au", "aux", "un", "une", "et", "ou", "en", "avec")
_ENGLISH = ("in", "of", "the", "and", "or", "with")
_FILLERS = frozenset((*_FRENCH, *_ENGLISH))

EXACT, STARTS, WHOLE_WORDS, PREFIXES = range(4)
Rank = tuple[int, int, int, int]


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


@dataclass(frozen=True, slots=True)
class Words:
    """A text as folded words without fillers; where only fillers are there, they are kept."""

    texts: tuple[str, ...]
    forms: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, text: str) -> Words:
        """Fold and split ``text``."""
        every = [piece for written in text.split() for piece in _pieces(written)]
        texts = tuple(word for word in every if word not in _FILLERS) or tuple(every)
        return cls(texts, tuple(map(forms, texts)))

    def is_same(self, other: Words) -> bool:
        """Whether both say the same words in the same order, apart from the plural."""
        return len(self.texts) == len(other.texts) and all(
            not mine.isdisjoint(theirs) for mine, theirs in zip(self.forms, other.forms, strict=True)
        )


def rank(query: Words, name: Words) -> Rank | None:
    """Tell how well ``name`` answers ``query``: smaller is better, None where a word of the query is not in the name.

    First the kind of match (the whole name, the beginning of the name, whole words, beginnings of words), then the
    place of the query's first word in the name ("sardine huile" finds sardines in oil before sardine oil), then how
    many words the name has beyond the query, and its letters (short generic names first).
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
    beyond = len(name.texts) - len(set(places))
    if not whole:
        kind = PREFIXES
    elif places == list(range(len(places))):
        kind = STARTS if beyond else EXACT
    else:
        kind = WHOLE_WORDS
    return kind, places[0], beyond, sum(map(len, name.texts))
