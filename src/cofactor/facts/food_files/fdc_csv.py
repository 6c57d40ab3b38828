"""FoodData Central as CSV: the files of one download, in a folder or its archive."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from itertools import chain

from cofactor.facts.food_files import fdc
from cofactor.facts.food_files.cells import CellError
from cofactor.facts.food_files.items import AGAIN, FileError, Item
from cofactor.facts.food_files.kinds import Kind, delimiter_of
from cofactor.facts.food_files.nutrients import USDA_NUMBERS, USDA_VITAMIN_D_IU, derivation
from cofactor.facts.food_files.records import FoodRow, Reading, Refused, Release, Row
from cofactor.facts.food_files.sr28 import household
from cofactor.facts.types import FoodValue, Portion
from cofactor.said import Said

_MOST_FOODS = 1 << 20


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
    foods = _foods(parts[Kind.FDC_FOODS])
    kept = [release for release, _, _ in foods.values() if release is not None]
    if not kept:
        raise FileError(Said("no food of a type that is kept"), tuple(fdc.RELEASES), Said("Check the download."))
    return Reading(kept[0], _rows(parts, foods), files)


def _foods(item: Item) -> dict[str, tuple[Release | None, str, str]]:
    """FDC id -> release, name, category. Kinds that are left aside are samples, of which there are many."""
    found: dict[str, tuple[Release | None, str, str]] = {}
    for row in table(item):
        release = fdc.release_of(row["data_type"])
        if release is None:
            continue
        name = " ".join(row["description"].split())
        found[row["fdc_id"]] = (release, name, row.get("food_category_id", ""))
        if len(found) > _MOST_FOODS:
            most = Said("at most {most:,}", most=_MOST_FOODS)
            raise FileError(Said("too many foods"), (most,), Said("Use the download of one data type."))
    return found


def _rows(parts: Mapping[Kind, Item], foods: Mapping[str, tuple[Release | None, str, str]]) -> Iterator[Row]:
    ndb = {row["fdc_id"]: row["ndb_number"] for row in _part(parts, Kind.FDC_LEGACY)}
    categories = {row["id"]: row["code"] for row in _part(parts, Kind.FDC_CATEGORIES) if "code" in row}
    branded = {row["fdc_id"]: row for row in _part(parts, Kind.FDC_BRANDED)}
    portions = _portions(parts)
    values, broken = _values(parts, foods, branded)
    for fdc_id, (release, name, category) in foods.items():
        assert release is not None
        if not fdc_id.isdigit() or not name:
            yield Refused(fdc_id or Said("a food"), Said("no id or no name"))
        elif fdc_id in broken:
            yield Refused(fdc_id, broken[fdc_id])
        else:
            brand = branded.get(fdc_id, {})
            group = brand.get("branded_food_category", "") or categories.get(category, category)
            own = (*portions.get(fdc_id, ()), *_serving(brand))
            code = fdc.code_of(release, fdc_id, ndb.get(fdc_id, ""))
            yield FoodRow(release, code, name, "", group, values.get(fdc_id, {}), own)


def _part(parts: Mapping[Kind, Item], kind: Kind) -> Iterator[dict[str, str]]:
    return table(parts[kind]) if kind in parts else iter(())


def _values(
    parts: Mapping[Kind, Item],
    foods: Mapping[str, tuple[Release | None, str, str]],
    branded: Mapping[str, Mapping[str, str]],
) -> tuple[dict[str, dict[str, FoodValue]], dict[str, str]]:
    wanted = {*USDA_NUMBERS, USDA_VITAMIN_D_IU}
    # some downloads write the number as 301.0, and some name the nutrient by its number and not by its id
    numbers = {row["id"]: row["nutrient_nbr"].removesuffix(".0") for row in table(parts[Kind.FDC_NUTRIENTS])}
    units = {row["id"]: row["unit_name"] for row in table(parts[Kind.FDC_NUTRIENTS])}
    followed = {key for key, number in numbers.items() if number in wanted}
    derived = {row["id"]: derivation(row["code"]) for row in _part(parts, Kind.FDC_DERIVATIONS)}
    found: dict[str, dict[str, FoodValue]] = {}
    broken: dict[str, str] = {}
    for row in table(parts[Kind.FDC_VALUES]):
        key, fdc_id = row["nutrient_id"], row["fdc_id"]
        if key not in followed or fdc_id not in foods or not row["amount"]:
            continue
        per = "per_100_ml" if fdc.by_volume(branded.get(fdc_id, {}).get("serving_size_unit", "")) else ""
        flag = f"{derived.get(row.get('derivation_id', ''), '')} {per}".strip()
        try:
            limit = float(row["loq"]) if row.get("loq") else None
            value = fdc.content(numbers[key], float(row["amount"]), units[key], flag, limit)
        except CellError as error:
            broken.setdefault(fdc_id, str(error))
            continue
        except ValueError:
            broken.setdefault(fdc_id, Said("{cell} is no amount", cell=repr(row["amount"][:30])))
            continue
        if value is not None:
            fdc.add(found.setdefault(fdc_id, {}), numbers[key], value)
    return found, broken


def _portions(parts: Mapping[Kind, Item]) -> dict[str, list[Portion]]:
    measures = {row["id"]: row["name"] for row in _part(parts, Kind.FDC_MEASURES)}
    found: dict[str, list[Portion]] = {}
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
            found.setdefault(row["fdc_id"], []).append(household(amount, name, grams))
    return found


def _serving(brand: Mapping[str, str]) -> tuple[Portion, ...]:
    try:
        size = float(brand.get("serving_size", "") or "nan")
    except ValueError:
        return ()
    return fdc.serving(brand.get("household_serving_fulltext", ""), size, brand.get("serving_size_unit", ""))
