"""Searching the store: a full-text index proposes foods, and the ranking of the starter table puts them in order.

The index is contentless and its rows are numbered by length of name, so that a search that matches thousands can stop
at the shortest. Names are folded before they enter it (FTS5 folds accents but not the ligature of œuf), and the
singular forms of their words enter with them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cofactor.facts.food_search import Rank, Words, forms, rank

FOOD, LABEL = "food", "label"
_MOST_WORDS = 8
_CANDIDATES = 96  # of each of two queries: names that begin with the first word, and names that hold all words


@dataclass(frozen=True, slots=True)
class Found:
    """A food or a label that answers a search. ``names`` are those compared with the query."""

    rank: Rank
    ref: str  # row of foods, or code of a label


def fill(connection: sqlite3.Connection) -> None:
    """Build the index anew from all foods (the latest release of each) and labels."""
    connection.execute("DELETE FROM shelf")
    connection.execute("INSERT INTO shelf_index (shelf_index) VALUES ('delete-all')")
    # SQLite sorts, with files of its own where they are many.
    connection.execute("CREATE TEMP TABLE unsorted (length, kind, ref, fr, en)")
    rows = ((min(len(text) for text in row[2:] if text), *row) for row in _rows(connection))
    connection.executemany("INSERT INTO unsorted VALUES (?, ?, ?, ?, ?)", rows)
    for place, row in enumerate(connection.execute("SELECT * FROM unsorted ORDER BY length, rowid"), start=1):
        _, kind, ref, fr, en = row
        connection.execute("INSERT INTO shelf VALUES (?, ?, ?, ?, ?)", (place, kind, ref, fr, en))
        index = (place, _indexed(fr), _indexed(en))
        connection.execute("INSERT INTO shelf_index (rowid, fr, en) VALUES (?, ?, ?)", index)
    connection.execute("DROP TABLE unsorted")


def _rows(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str, str]]:
    for number, en, fr, _, en_elsewhere, fr_elsewhere in connection.execute(
        "SELECT id, name_en, name_fr, max(foods.rank), english.name, french.name FROM foods"
        " LEFT JOIN names AS english ON (english.source, english.code, english.lang) = (foods.source, foods.code, 'en')"
        " LEFT JOIN names AS french ON (french.source, french.code, french.lang) = (foods.source, foods.code, 'fr')"
        " GROUP BY foods.source, foods.code"
    ):
        words = [_kept(name) for name in (fr or fr_elsewhere or "", en or en_elsewhere or "")]
        if any(words):
            yield FOOD, str(number), words[0], words[1]
    for code, brand, name in connection.execute("SELECT code, brand, name FROM labels"):
        words = [_kept(text) for text in (f"{brand} {name}", name)]
        if words[1]:
            yield LABEL, code, words[0], words[1]


def _kept(name: str) -> str:
    """A name as it is kept: its folded words, a comma after those of the name proper."""
    words = Words.of(name)
    return " ".join((*words.texts[: words.head], ",", *words.texts[words.head :])) if words.texts else ""


def _indexed(words: str) -> str:
    """A name as it enters the index: its words in their order, then the singular forms that are not among them."""
    own = words.replace(",", "").split()
    more = {form for word in own for form in forms(word)} - set(own)
    return " ".join((*own, *sorted(more)))


def search(connection: sqlite3.Connection, text: str, kind: str = FOOD) -> list[Found]:
    """What holds every word of ``text`` in one language, best first. Foods and labels are searched apart."""
    query = Words.of(text)
    if not query.texts or len(query.texts) > _MOST_WORDS:
        return []
    found: dict[int, Found] = {}
    for match in _matches(query):
        rows = connection.execute(
            "SELECT place, ref, words_fr, words_en FROM shelf_index JOIN shelf ON place = shelf_index.rowid"
            " WHERE shelf_index MATCH ? AND kind = ? ORDER BY shelf_index.rowid LIMIT ?",
            (match, kind, _CANDIDATES),
        )
        for place, ref, fr, en in rows:
            if place not in found and (best := _best(query, (fr, en))) is not None:
                found[place] = Found(best, ref)
    return [hit for _, hit in sorted(found.items(), key=lambda pair: (pair[1].rank, pair[0]))]


def _best(query: Words, names: Iterable[str]) -> Rank | None:
    ranks = (rank(query, _known(name)) for name in names if name)
    return min((r for r in ranks if r is not None), default=None)


def _known(words: str) -> Words:
    """The words of a name as it is kept."""
    head, _, rest = words.partition(",")
    texts = tuple(head.split())
    return Words.of_folded((*texts, *rest.split()), len(texts))


def _matches(query: Words) -> Iterator[str]:
    """The two queries of FTS5. Words are letters and digits only, so that nothing of its syntax can come in."""
    every = " AND ".join(f"({_any(word, own)})" for word, own in zip(query.texts, query.forms, strict=True))
    first = " OR ".join(f"^{form}" for form in _terms(query.texts[0], query.forms[0]))
    yield f"({first}) AND {every}"
    yield every


def _any(word: str, own: frozenset[str]) -> str:
    return " OR ".join(_terms(word, own))


def _terms(word: str, own: frozenset[str]) -> list[str]:
    return [f'"{word}" *', *(f'"{form}"' for form in sorted(own - {word}))]
