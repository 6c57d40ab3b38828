"""What the JSON and the CSV of FoodData Central share: which release a food belongs to, and how an amount is read.

Amounts are per 100 g; of branded foods sold by volume, per 100 mL, which the qualifier ``per_100_ml`` says.
"""

from __future__ import annotations

import math
from functools import lru_cache

from cofactor import units
from cofactor.facts.food_files.cells import CellError, factor, measured, possible
from cofactor.facts.food_files.nutrients import UNIT, USDA_NUMBERS, USDA_VITAMIN_D_IU
from cofactor.facts.food_files.records import Release
from cofactor.facts.names import fold
from cofactor.facts.types import FoodValue, Portion
from cofactor.said import Said

RELEASES = {
    "foundation": Release.FDC_FOUNDATION,
    "foundation food": Release.FDC_FOUNDATION,
    "sr legacy": Release.USDA_SR_LEGACY,
    "sr legacy food": Release.USDA_SR_LEGACY,
    "branded": Release.FDC_BRANDED,
    "branded food": Release.FDC_BRANDED,
    "survey fndds": Release.FDC_SURVEY,
    "survey fndds food": Release.FDC_SURVEY,
}
"""``data_type`` folded -> release. Samples, sub-samples and experimental foods are left aside."""
_VOLUME = frozenset({"ml", "mlt", "milliliter", "l"})
_NDB_DIGITS = 5
_LONGEST_TYPE = 60  # characters


def release_of(data_type: str) -> Release | None:
    """The release of a food, or None where its kind is left aside."""
    return _release(data_type) if len(data_type) <= _LONGEST_TYPE else None


@lru_cache(maxsize=256)
def _release(data_type: str) -> Release | None:
    return RELEASES.get(fold(data_type))


def code_of(release: Release, fdc_id: str, ndb: str) -> str:
    """What the food is known by: its NDB number in SR Legacy, else its FDC id."""
    return ndb.zfill(_NDB_DIGITS) if release is Release.USDA_SR_LEGACY and ndb.isdigit() else fdc_id


def content(
    number: str, amount: float, unit: str, flag: str, limit: float | None = None
) -> tuple[str, FoodValue] | None:
    """An amount by nutrient number as the nutrient and its value, or None for a number that is not followed here.

    A zero with a limit of quantification is ``<limit``. Raises :class:`CellError`.
    """
    if number == USDA_VITAMIN_D_IU and unit.upper() == "IU":
        nutrient, by = "vitamin_d", units.UG_PER_IU["vitamin_d"]
    elif number in USDA_NUMBERS:
        nutrient = USDA_NUMBERS[number]
        by = factor(unit, UNIT[nutrient])
    else:
        return None
    if amount == 0 and limit is not None and limit > 0 and math.isfinite(limit):
        most = limit * by
        return nutrient, FoodValue(0.0, most, f"<{most:g} {flag}".rstrip())
    value = measured(amount * by, flag)
    if not possible(value, UNIT[nutrient]):
        raise CellError(Said("{nutrient}: more than 100 g in 100 g", nutrient=nutrient))
    return nutrient, value


def add(values: dict[str, FoodValue], number: str, found: tuple[str, FoodValue]) -> None:
    """Keep a value; vitamin D in IU gives way to the same in µg."""
    nutrient, value = found
    if wins(number) or nutrient not in values:
        values[nutrient] = value


def wins(number: str) -> bool:
    """Whether a value of this number takes the place of one that is there: vitamin D in IU does not."""
    return number != USDA_VITAMIN_D_IU


def by_volume(unit: str) -> bool:
    """Whether a branded food is sold by volume."""
    return unit.strip().lower() in _VOLUME


def serving(text: str, size: float | None, unit: str) -> tuple[Portion, ...]:
    """The serving of a branded food as a portion; a millilitre is taken to weigh one gram (assumed)."""
    if size is None or not math.isfinite(size) or size <= 0:
        return ()
    volume = by_volume(unit)
    if not volume and unit.strip().lower() not in ("g", "grm", "gram"):
        return ()
    name = " ".join(text.split()).lower() or "serving"
    return (Portion(name, "", size, assumed=volume),)
