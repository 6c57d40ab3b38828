"""FoodData Central as CSV: the files of one download, in a folder or its archive."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from cofactor.facts.food_files import fdc
from cofactor.facts.food_files.aside import aside
from cofactor.facts.food_files.cells import CellError
from cofactor.facts.food_files.items import AGAIN, MEGABYTE, FileError, Item
from cofactor.facts.food_files.kinds import Kind, delimiter_of
from cofactor.facts.food_files.nutrients import USDA_NUMBERS, USDA_VITAMIN_D_IU, derivation
from cofactor.facts.food_files.records import FoodRow, Reading, Refused, Release, Row
from cofactor.facts.food_files.sr28 import household
from cofactor.facts.types import FoodValue, Portion
from cofactor.said import Said, packed, unpacked

_LARGEST_HELD = 16 * MEGABYTE
_FOODS_AT_HAND = 4096


def table(item: Item) -> Iterator[dict[str, str]]:
    """The rows of a CSV file by column. Raises :class:`FileError`."""
    lines = item.lines()
    first = next(lines, "")
    reader = csv.DictReader(chain([first], lines), delimiter=delimiter_of(first), restval="")
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    try:
        for row in reader:
            if None in row:
                raise FileError(Said("a row with more cells than columns"), (item.name,), AGAIN)
            yield row
    except csv.Error as error:
        raise FileError(Said("a broken table ({why})", why=str(error)), ("CSV",), AGAIN) from None


def read_csv(parts: Mapping[Kind, Item]) -> Reading:
    """Read a download. Raises :class:`FileError` where a file is missing that the contents need."""
    files = tuple(item.name for item in parts.values())
    for needed in (Kind.FDC_FOODS, Kind.FDC_VALUES, Kind.FDC_NUTRIENTS):
        if needed not in parts:
            beside = Said("{file} beside it", file=f"{needed.value.partition('/')[2]}.csv")
            raise FileError(", ".join(files), (beside,), Said("Unpack the whole download, or give its zip."))
    kept = (fdc.release_of(row["data_type"]) for row in table(parts[Kind.FDC_FOODS]))
    release = next((release for release in kept if release is not None), None)
    if release is None:
        raise FileError(Said("no food of a type that is kept"), tuple(fdc.RELEASES), Said("Check the download."))
    return Reading(release, _rows(parts), files)


_TABLES = (
    "foods (id TEXT PRIMARY KEY, release TEXT, name TEXT, category TEXT)",
    "legacy (id TEXT PRIMARY KEY, number TEXT) WITHOUT ROWID",
    "brands (id TEXT PRIMARY KEY, size TEXT, unit TEXT, household TEXT, category TEXT)",
    "contents (id TEXT, nutrient TEXT, low REAL, high REAL, qualifier TEXT, PRIMARY KEY (id, nutrient)) WITHOUT ROWID",
    "broken (id TEXT PRIMARY KEY, why TEXT)",
    "portions (id TEXT, name TEXT, grams REAL)",
)


def _rows(parts: Mapping[Kind, Item]) -> Iterator[Row]:
    with aside(*_TABLES) as place:
        # In the order of the file; of a food that stands twice, the later row.
        place.executemany(
            "INSERT INTO foods VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET release = excluded.release, name = excluded.name, category = excluded.category",
            _foods(parts[Kind.FDC_FOODS]),
        )
        legacy = ((row["fdc_id"], row["ndb_number"]) for row in _part(parts, Kind.FDC_LEGACY))
        place.executemany("INSERT OR REPLACE INTO legacy VALUES (?, ?)", legacy)
        brands = ((row["fdc_id"], *(row.get(key, "") for key in _BRAND)) for row in _part(parts, Kind.FDC_BRANDED))
        place.executemany("INSERT OR REPLACE INTO brands VALUES (?, ?, ?, ?, ?)", brands)
        place.executemany("INSERT INTO portions VALUES (?, ?, ?)", _portions(parts))
        place.execute("CREATE INDEX of_food ON portions (id)")
        _put_values(place, parts)
        categories = {row["id"]: row["code"] for row in _small(parts, Kind.FDC_CATEGORIES) if "code" in row}
        for row in place.execute(
            "SELECT foods.*, number, why, size, unit, household, brands.category FROM foods LEFT JOIN legacy USING (id)"
            " LEFT JOIN broken USING (id) LEFT JOIN brands USING (id) ORDER BY foods.rowid"
        ):
            yield _row(place, row, categories)


_BRAND = ("serving_size", "serving_size_unit", "household_serving_fulltext", "branded_food_category")


def _row(place: sqlite3.Connection, row: Sequence[str | None], categories: Mapping[str, str]) -> Row:
    fdc_id, named, name, category, ndb, why, size, unit, household_text, branded = (text or "" for text in row)
    if not fdc_id.isdigit() or not name:
        return Refused(fdc_id or Said("a food"), Said("no id or no name"))
    if why:
        return Refused(fdc_id, unpacked(json.loads(why)))
    values = {
        nutrient: FoodValue(low, high, qualifier)
        for nutrient, low, high, qualifier in place.execute(
            "SELECT nutrient, low, high, qualifier FROM contents WHERE id = ?", (fdc_id,)
        )
    }
    portions = place.execute("SELECT name, grams FROM portions WHERE id = ? ORDER BY rowid", (fdc_id,))
    own = (
        *(Portion(text, "", grams, assumed=False) for text, grams in portions),
        *_serving(household_text, size, unit),
    )
    release = Release(named)
    code = fdc.code_of(release, fdc_id, ndb)
    return FoodRow(release, code, name, "", branded or categories.get(category, category), values, own)


def _foods(item: Item) -> Iterator[tuple[str, str, str, str]]:
    """FDC id, release, name, category. Kinds that are left aside are samples, of which there are many."""
    for row in table(item):
        release = fdc.release_of(row["data_type"])
        if release is not None:
            yield row["fdc_id"], release, " ".join(row["description"].split()), row.get("food_category_id", "")


def _part(parts: Mapping[Kind, Item], kind: Kind) -> Iterator[dict[str, str]]:
    return table(parts[kind]) if kind in parts else iter(())


def _small(parts: Mapping[Kind, Item], kind: Kind) -> Iterator[dict[str, str]]:
    """The rows of a table that is held: of a few hundred, in every download."""
    if kind in parts:
        parts[kind].check(_LARGEST_HELD)
    return _part(parts, kind)


def _put_values(place: sqlite3.Connection, parts: Mapping[Kind, Item]) -> None:
    wanted = {*USDA_NUMBERS, USDA_VITAMIN_D_IU}
    # some downloads write the number as 301.0, and some name the nutrient by its number and not by its id
    numbers = {row["id"]: row["nutrient_nbr"].removesuffix(".0") for row in _small(parts, Kind.FDC_NUTRIENTS)}
    units = {row["id"]: row["unit_name"] for row in _small(parts, Kind.FDC_NUTRIENTS)}
    followed = {key for key, number in numbers.items() if number in wanted}
    derived = {row["id"]: derivation(row["code"]) for row in _small(parts, Kind.FDC_DERIVATIONS)}

    @lru_cache(maxsize=_FOODS_AT_HAND)
    def per(fdc_id: str) -> str | None:
        """What the amounts of a food are for; None for one that is left aside."""
        found = place.execute("SELECT unit FROM foods LEFT JOIN brands USING (id) WHERE id = ?", (fdc_id,)).fetchone()
        return None if found is None else "per_100_ml" if fdc.by_volume(found[0] or "") else ""

    for row in table(parts[Kind.FDC_VALUES]):
        key, fdc_id = row["nutrient_id"], row["fdc_id"]
        if key not in followed or not row["amount"] or per(fdc_id) is None:
            continue
        flag = f"{derived.get(row.get('derivation_id', ''), '')} {per(fdc_id)}".strip()
        try:
            limit = float(row["loq"]) if row.get("loq") else None
            found = fdc.content(numbers[key], float(row["amount"]), units[key], flag, limit)
        except ValueError as error:
            why = error.args[0] if isinstance(error, CellError) else _no_amount(row["amount"])
            place.execute("INSERT OR IGNORE INTO broken VALUES (?, ?)", (fdc_id, json.dumps(packed(why))))
            continue
        if found is not None:
            nutrient, value = found
            rule = "REPLACE" if fdc.wins(numbers[key]) else "IGNORE"
            cells = (fdc_id, nutrient, value.low, value.high, value.qualifier)
            place.execute(f"INSERT OR {rule} INTO contents VALUES (?, ?, ?, ?, ?)", cells)


def _no_amount(cell: str) -> Said:
    return Said("{cell} is no amount", cell=repr(cell[:30]))


def _portions(parts: Mapping[Kind, Item]) -> Iterator[tuple[str, str, float]]:
    measures = {row["id"]: row["name"] for row in _small(parts, Kind.FDC_MEASURES)}
    for row in _part(parts, Kind.FDC_PORTIONS):
        measure = measures.get(row.get("measure_unit_id", ""), "")
        named = "" if measure == "undetermined" else measure
        texts = (named, row.get("modifier", ""), row.get("portion_description", ""))
        name = " ".join(text for text in texts if text and not text.isdigit())
        try:
            amount, grams = float(row.get("amount") or 1), float(row["gram_weight"])
        except ValueError:
            continue
        if amount > 0 and grams > 0 and name:
            one = household(amount, name, grams)
            yield row["fdc_id"], one.name_en, one.grams


def _serving(text: str, size: str, unit: str) -> tuple[Portion, ...]:
    try:
        number = float(size or "nan")
    except ValueError:
        return ()
    return fdc.serving(text, number, unit)
