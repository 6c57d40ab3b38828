"""FoodData Central as JSON: the answer for one food, or a download of many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from cofactor.facts.food_files import fdc
from cofactor.facts.food_files.cells import CellError
from cofactor.facts.food_files.items import FileError, Item, joined
from cofactor.facts.food_files.json_stream import objects
from cofactor.facts.food_files.nutrients import derivation
from cofactor.facts.food_files.records import FoodRow, Reading, Refused
from cofactor.facts.food_files.sr28 import household
from cofactor.facts.types import FoodValue, Portion
from cofactor.said import Said

_EXAMPLES = 20  # rows left aside that are kept until the first food is found; the others are counted
_LONGEST_WORD = 60  # characters of an id or a type that are shown
_LARGEST = 1e9  # of any number of a food: calories of 100 g are below a thousand, a portion below a hundred kilograms


def read_json(item: Item) -> Reading:
    """Read the foods of a file; the first of them tells the release. Raises :class:`FileError`."""
    rows = (_food(record) for record in objects(item))
    aside: list[Refused] = []
    for row in rows:
        if isinstance(row, FoodRow):
            return Reading(row.release, chain(aside, [row], rows), (item.name,))
        if len(aside) < _EXAMPLES:
            aside.append(row)
        else:
            aside[-1] = replace(aside[-1], rows=aside[-1].rows + 1)
    reasons = sorted({row.reason for row in aside}) or [Said("no food")]
    expected = (Said("foods of FoodData Central, of a type that is kept"),)
    raise FileError(joined(reasons), expected, Said("Check the file."))


def _food(record: dict[str, Any]) -> FoodRow | Refused:
    fdc_id = _text(record.get("fdcId"))
    name = " ".join(_text(record.get("description")).split())
    release = fdc.release_of(_text(record.get("dataType")))
    if not fdc_id.isdigit() or not name:
        return Refused(fdc_id[:_LONGEST_WORD] or Said("a food"), Said("no id or no name"))
    if release is None:
        kind = _text(record.get("dataType"))[:_LONGEST_WORD] or Said("unknown")
        return Refused(fdc_id[:_LONGEST_WORD], Said("of the type {kind}, which is left aside", kind=kind))
    unit = _text(record.get("servingSizeUnit"))
    try:
        values = _values(record, "per_100_ml" if fdc.by_volume(unit) else "")
    except (CellError, TypeError, ValueError) as error:
        return Refused(fdc_id[:_LONGEST_WORD], str(error))
    code = fdc.code_of(release, fdc_id, _text(record.get("ndbNumber")))
    return FoodRow(release, code, name, "", _group(record), values, tuple(_portions(record)))


def _group(record: dict[str, Any]) -> str:
    category = record.get("foodCategory") or record.get("wweiaFoodCategory")
    if isinstance(category, dict):
        return _text(category.get("code") or category.get("wweiaFoodCategoryDescription"))
    return _text(category or record.get("brandedFoodCategory"))


def _values(record: dict[str, Any], per: str) -> dict[str, FoodValue]:
    found: dict[str, FoodValue] = {}
    for entry in _objects(record.get("foodNutrients")):
        nutrient = _object(entry.get("nutrient")) or entry  # the abridged form has no object of its own
        amount = _number(entry.get("amount"))
        if amount is None:
            continue
        derived = _object(entry.get("foodNutrientDerivation"))
        flag = derivation(_text(derived.get("code") or entry.get("derivationCode")))
        number = _text(nutrient.get("number"))
        value = fdc.content(
            number,
            amount,
            _text(nutrient.get("unitName")),
            f"{flag} {per}".strip(),
            _number(entry.get("loq")),
        )
        if value is not None:
            fdc.add(found, number, value)
    return found


def _portions(record: dict[str, Any]) -> Iterator[Portion]:
    for entry in _objects(record.get("foodPortions")):
        grams, amount = _number(entry.get("gramWeight")), _number(entry.get("amount")) or 1.0
        measure = _text(_object(entry.get("measureUnit")).get("name"))
        named = measure if measure and measure != "undetermined" else ""
        name = " ".join(_text(x) for x in (named, entry.get("modifier"), entry.get("portionDescription")) if x)
        if grams is not None and grams > 0 and amount > 0 and name:
            yield household(amount, name, grams)
    known = _number(record.get("servingSize"))
    yield from fdc.serving(_text(record.get("householdServingFullText")), known, _text(record.get("servingSizeUnit")))


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _number(value: object) -> float | None:
    """A number, where it is one that a content or a weight can be."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
        return None
    return float(value)


def _text(value: object) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
