"""The starter table of foods: composition per 100 g, household measures, and search in French and English.

Values come from two official tables and are held as published, gaps included (``tools/make_foods.py`` makes the files).
The classes for phytate and oxalate are ours: phytate goes by the kind of food (white flour ``refined``, pulses, nuts
and whole grains ``wholegrain``, ...) and is assumed; oxalate is ``high`` for the few vegetables that hold more of it
than of calcium (spinach, chard, sorrel, purslane, beetroot, rhubarb), from memory. No cooking yield is applied: raw and
cooked are different foods.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property, lru_cache
from importlib.resources import files

from cofactor.errors import FactsError
from cofactor.facts.food_search import EXACT, Rank, Words, forms, rank
from cofactor.facts.types import Food, FoodValue, Portion, Source, Trust

Rows = list[dict[str, str]]

NOT_MEASURED = FoodValue(None, None)
_ID = re.compile(r"(ciqual|usda):(\d+)", re.IGNORECASE)
_NDB_DIGITS = 5  # USDA numbers are five digits with leading zeros, which other tools drop
_UNIT_SUFFIXES = ("_ug", "_mg")


class FoodTable:
    """The foods, by id and by name."""

    def __init__(self, rows: Iterable[Food]) -> None:
        """``rows`` in the order of the table: among equal matches, the earlier food comes first."""
        self.all: tuple[Food, ...] = tuple(rows)
        self._by_id = {food.id: food for food in self.all}

    def by_id(self, food_id: str) -> Food | None:
        """Give the food with this id (``ciqual:26034``, ``usda:01009``, also written ``usda:1009``), or None."""
        match = _ID.fullmatch(food_id.strip())
        if match is None:
            return None
        source, code = match[1].lower(), match[2]
        return self._by_id.get(f"{source}:{code.zfill(_NDB_DIGITS) if source == 'usda' else code}")

    def search(self, text: str, limit: int = 8) -> list[Food]:
        """Foods that hold every word of ``text`` in one of their names, best first; an id finds its food."""
        found = self.by_id(text)
        return [found] if found is not None else [food for _, food in self.ranked(Words.of(text))][:limit]

    def resolve(self, text: str, limit: int = 8) -> Food | tuple[Food, ...]:
        """Find the one food that ``text`` means; where it means several or none, the candidates (empty: none either).

        One food is meant by an id, by a name or everyday name that no other food has, or by words that only it has. A
        text that finds nothing is searched again with each word replaced by the nearest one that is known; what comes
        of that is never more than a list of candidates.
        """
        if _ID.fullmatch(text.strip()):
            found = self.by_id(text)
            return found if found is not None else ()
        ranked = self.ranked(Words.of(text))
        exact = tuple(food for key, food in ranked if key[0] == EXACT)
        if len(exact) == 1 or len(ranked) == 1:
            return ranked[0][1]
        if not ranked:
            ranked = self.ranked(self._nearest(Words.of(text)))
        return (exact or tuple(food for _, food in ranked))[:limit]

    def ranked(self, query: Words) -> list[tuple[Rank, Food]]:
        """Foods that hold every word of ``query`` in one of their names, best first, with how well they fit."""
        found: list[tuple[Rank, Food]] = []
        for place in sorted(self._holding(query)):
            keys = [key for name in self._names[place] if (key := rank(query, name)) is not None]
            if keys:
                found.append((min(keys), self.all[place]))
        found.sort(key=lambda pair: pair[0])
        return found

    def _holding(self, query: Words) -> set[int]:
        """The places in ``all`` of the foods that have every word of ``query``, or a word beginning with it."""
        holding: list[set[int]] = []
        for word, word_forms in zip(query.texts, query.forms, strict=True):
            same = (
                known for known in self._places if known.startswith(word) or not word_forms.isdisjoint(forms(known))
            )
            holding.append(set().union(*(self._places[known] for known in same)))
        return set.intersection(*holding) if holding else set()

    @cached_property
    def _places(self) -> dict[str, set[int]]:
        """The words of all names, with the places in ``all`` of the foods that have them."""
        places: defaultdict[str, set[int]] = defaultdict(set)
        for place, names in enumerate(self._names):
            for word in {word for name in names for word in name.texts}:
                places[word].add(place)
        return dict(places)

    @cached_property
    def _names(self) -> list[tuple[Words, ...]]:
        """The searchable names of each food, in the order of ``all``."""
        return [tuple(map(Words.of, (food.name_fr, food.name_en, *food.aliases))) for food in self.all]

    def _nearest(self, query: Words) -> Words:
        known = {word for names in self._names for name in names for word in name.texts}
        return Words.of(
            " ".join((get_close_matches(word, known, n=1, cutoff=0.75) or [word])[0] for word in query.texts)
        )


@lru_cache(maxsize=1)
def foods() -> FoodTable:
    """Give the shipped table. Raises :class:`FactsError` where the files cannot be read as written."""
    return FoodTable(parse(_rows("foods"), _rows("portions"), _rows("food_traces"), _rows("food_sources")))


@lru_cache(maxsize=1)
def trace_ceilings() -> dict[str, float]:
    """How much "traces" of a nutrient may be, in its unit per 100 g (``food_traces.csv``)."""
    found = {row["column"][:-3]: float(row["ceiling"]) for row in _rows("food_traces")}
    return found | {"retinol": found["vitamin_a"]}


def parse(rows: Rows, portions: Rows, traces: Rows, sources: Rows) -> tuple[Food, ...]:
    """Rows of the four tables to foods. Raises :class:`FactsError` naming every row that cannot be read."""
    ceilings = {row["column"]: float(row["ceiling"]) for row in traces}
    origin = {row["id"]: Source(row["citation"], Trust.VERIFIED, row["detail"]) for row in sources}
    portions_of: defaultdict[str, list[Portion]] = defaultdict(list)
    for row in portions:
        portion = Portion(row["name_en"], row["name_fr"], float(row["grams"]), row["assumed"] == "yes")
        portions_of[row["food_id"]].append(portion)
    columns = tuple((column, column[:-3]) for column in rows[0] if column.endswith(_UNIT_SUFFIXES)) if rows else ()
    found: list[Food] = []
    problems: list[str] = []
    for row in rows:
        try:
            values = _values(row, columns, ceilings)
            found.append(_food(row, values, tuple(portions_of[row["id"]]), origin[row["source"]]))
        except (ValueError, KeyError) as error:
            problems.append(f"foods.csv, {row.get('id')}: {error!r}")
    if problems:
        raise FactsError("\n".join(problems))
    return tuple(found)


def _values(
    row: Mapping[str, str], columns: Iterable[tuple[str, str]], ceilings: Mapping[str, float]
) -> dict[str, FoodValue]:
    """The values of a row by nutrient. ``columns`` are pairs of a column (``zinc_mg``) and its nutrient (``zinc``)."""
    flags = dict(flag.split(":") for flag in row["qualifiers"].split(";")) if row["qualifiers"] else {}
    values = {
        nutrient: read_value(cell, flags.get(column, ""), ceilings.get(column) if cell == "traces" else None)
        if (cell := row[column])
        else NOT_MEASURED
        for column, nutrient in columns
    }
    values["vitamin_k"] = values["vitamin_k1"]
    return values


def _food(row: Mapping[str, str], values: dict[str, FoodValue], portions: tuple[Portion, ...], source: Source) -> Food:
    return Food(
        id=row["id"],
        name_en=row["name_en"],
        name_fr=row["name_fr"],
        group=row["group"],
        values=values,
        phytate=row["phytate"],
        oxalate=row["oxalate"],
        portions=portions,
        source=source,
        aliases=tuple(row["aliases"].split(";")) if row["aliases"] else (),
    )


@lru_cache(maxsize=4096)
def read_value(cell: str, flag: str = "", trace_ceiling: float | None = None) -> FoodValue:
    """Read a cell as published (a number, ``traces``, ``<x`` or empty) with its flag as an interval.

    ``traces`` is [0, ``trace_ceiling``] and ``<x`` is [0, x]. Half of a limit would invent content: wild salmon is
    published as vitamin D < 8.6 µg with D2 and D3 in traces.
    """
    if not cell:
        return NOT_MEASURED
    if cell == "traces":
        if trace_ceiling is None:
            raise ValueError("traces of a nutrient that has no ceiling")
        return FoodValue(0.0, trace_ceiling, f"traces {flag}".rstrip())
    if cell.startswith("<"):
        return FoodValue(0.0, float(cell[1:]), f"{cell} {flag}".rstrip())
    number = float(cell)
    return FoodValue(number, number, flag)


def _rows(table: str) -> Rows:
    text = files("cofactor.facts").joinpath("tables", f"{table}.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    return [dict(zip(header, row, strict=True)) for row in rows]
