"""FoodData Central as JSON: the answer for one food, or a download of many."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from cofactor.facts.food_files import fdc
from cofactor.facts.food_files.cells import CellError
from cofactor.facts.food_files.items import FileError, Item
from cofactor.facts.food_files.json_stream import objects
from cofactor.facts.food_files.nutrients import derivation
from cofactor.facts.food_files.records import FoodRow, Reading, Refused, Row
from cofactor.facts.food_files.sr28 import household
from cofactor.facts.types import FoodValue, Portion


def read_json(item: Item) -> Reading:
    """Read the foods of a file; the first of them tells the release. Raises :class:`FileError`."""
    rows = (_food(record) for record in objects(item))
    before: list[Row] = []
    for row in rows:
        before.append(row)
        if isinstance(row, FoodRow):
            return Reading(row.release, chain(before, rows), (item.name,))
    reasons = "; ".join(sorted({row.reason for row in before if isinstance(row, Refused)})) or "no food"
    raise FileError(reasons, ("foods of FoodData Central, of a type that is kept",), "Check the file.")


def _food(record: dict[str, Any]) -> Row:
    fdc_id = _text(record.get("fdcId"))
    name = " ".join(_text(record.get("description")).split())
    release = fdc.release_of(_text(record.get("dataType")))
    if not fdc_id.isdigit() or not name:
        return Refused(fdc_id or "a food", "no id or no name")
    if release is None:
        return Refused(fdc_id, f"of the type {_text(record.get('dataType')) or 'unknown'}, which is left aside")
    unit = _text(record.get("servingSizeUnit"))
    try:
        values = _values(record, "per_100_ml" if fdc.by_volume(unit) else "")
    except (CellError, TypeError, ValueError) as error:
        return Refused(fdc_id, str(error))
    code = fdc.code_of(release, fdc_id, _text(record.get("ndbNumber")))
    return FoodRow(release, code, name, "", _group(record), values, tuple(_portions(record)))


def _group(record: dict[str, Any]) -> str:
    category = record.get("foodCategory") or record.get("wweiaFoodCategory")
    if isinstance(category, dict):
        return _text(category.get("code") or category.get("wweiaFoodCategoryDescription"))
    return _text(category or record.get("brandedFoodCategory"))


def _values(record: dict[str, Any], per: str) -> dict[str, FoodValue]:
    found: dict[str, FoodValue] = {}
    for entry in record.get("foodNutrients") or ():
        nutrient = entry.get("nutrient") or entry  # the abridged form has no object of its own
        amount = entry.get("amount")
        if not isinstance(amount, int | float) or isinstance(amount, bool):
            continue
        derived = entry.get("foodNutrientDerivation") or {}
        flag = derivation(_text(derived.get("code") or entry.get("derivationCode")))
        number = _text(nutrient.get("number"))
        limit = entry.get("loq")
        value = fdc.content(
            number,
            float(amount),
            _text(nutrient.get("unitName")),
            f"{flag} {per}".strip(),
            float(limit) if isinstance(limit, int | float) else None,
        )
        if value is not None:
            fdc.add(found, number, value)
    return found


def _portions(record: dict[str, Any]) -> Iterator[Portion]:
    for entry in record.get("foodPortions") or ():
        grams, amount = entry.get("gramWeight"), entry.get("amount") or 1
        measure = (entry.get("measureUnit") or {}).get("name")
        named = measure if measure and measure != "undetermined" else ""
        name = " ".join(_text(x) for x in (named, entry.get("modifier"), entry.get("portionDescription")) if x)
        if isinstance(grams, int | float) and isinstance(amount, int | float) and grams > 0 and amount > 0 and name:
            yield household(float(amount), name, float(grams))
    size = record.get("servingSize")
    known = float(size) if isinstance(size, int | float) else None
    yield from fdc.serving(_text(record.get("householdServingFullText")), known, _text(record.get("servingSizeUnit")))


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
