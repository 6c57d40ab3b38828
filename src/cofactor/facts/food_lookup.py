"""Finding a food, wherever it is: in the starter table first, then among the imported ones.

The starter table is the same on every machine, so what it answers alone does not depend on what was imported: an id or
a name that it knows is taken from it. An id that names another release (``ciqual_2020:26036``) means that release.
"""

from __future__ import annotations

from pathlib import Path

from cofactor.facts.food_files.records import Release
from cofactor.facts.food_search import EXACT, Rank, Words
from cofactor.facts.food_shelf import LABEL, search
from cofactor.facts.food_store import StoredLabel, food_by_id, food_by_row, label_by_id, reading, split_id
from cofactor.facts.foods import foods
from cofactor.facts.types import Food

STARTER = {Release.CIQUAL_2025: "ciqual", Release.USDA_SR28: "usda"}
"""The releases that the starter table is a selection of."""


def find_food(text: str, limit: int = 8, store: Path | None = None) -> Food | tuple[Food, ...]:
    """Find the one food that an id or a name means, or the candidates (none: an empty tuple).

    A name is searched among imported foods only where the starter table has no food of that name.
    """
    starter = foods()
    if split_id(text) is not None:
        return _by_id(text, store) or ()
    if starter.ranked(Words.of(text)):
        return starter.resolve(text, limit)
    with reading(store) as connection:
        found = [] if connection is None else search(connection, text)
        if connection is None or not found:
            return starter.resolve(text, limit)  # the nearest names, as candidates
        exact = [hit for hit in found if hit.rank[0] == EXACT]
        meant = exact or found
        if len(meant) == 1:
            return food_by_row(connection, int(meant[0].ref))
        return tuple(food_by_row(connection, int(hit.ref)) for hit in meant[:limit])


def find_label(label_id: str, store: Path | None = None) -> StoredLabel | None:
    """Find an imported label by its id (``dsld:276336``)."""
    with reading(store) as connection:
        return None if connection is None else label_by_id(connection, label_id)


def search_foods(text: str, limit: int = 10, store: Path | None = None) -> list[Food]:
    """Foods of the starter table and of all imports that hold every word of ``text``, best first; each id once."""
    if split_id(text) is not None:
        found = _by_id(text, store)
        return [] if found is None else [found]
    ranked: list[tuple[Rank, int, Food]] = [(rank, 0, food) for rank, food in foods().ranked(Words.of(text))]
    known = {food.id for _, _, food in ranked}
    with reading(store) as connection:
        if connection is not None:
            # a food that is in both is shown as the starter table has it
            for hit in search(connection, text)[: limit + len(known)]:
                food = food_by_row(connection, int(hit.ref))
                if food.id not in known:
                    ranked.append((hit.rank, 1, food))
    ranked.sort(key=lambda entry: entry[:2])
    return [food for _, _, food in ranked][:limit]


def search_labels(text: str, limit: int = 10, store: Path | None = None) -> list[StoredLabel]:
    """Imported labels whose brand and name hold every word of ``text``, best first."""
    with reading(store) as connection:
        if connection is None:
            return []
        found = (
            label_by_id(connection, f"{Release.DSLD}:{hit.ref}") for hit in search(connection, text, LABEL)[:limit]
        )
        return [label for label in found if label is not None]


def _by_id(text: str, store: Path | None) -> Food | None:
    named, code = split_id(text) or ("", "")
    source = STARTER.get(Release(named)) if named in set(Release) else named
    known = None if source is None else foods().by_id(f"{source}:{code}")
    if known is not None:
        return known
    with reading(store) as connection:
        return None if connection is None else food_by_id(connection, text)
