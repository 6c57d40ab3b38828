"""The USDA's Standard Reference 28: the ASCII files (``^`` between fields, ``~`` around text), the abbreviated one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from cofactor.facts.food_files.cells import NOT_MEASURED, CellError, factor, measured, possible
from cofactor.facts.food_files.ciqual import Sheet
from cofactor.facts.food_files.items import AGAIN, FileError, Item
from cofactor.facts.food_files.kinds import Kind, header
from cofactor.facts.food_files.nutrients import UNIT, USDA_ABBREVIATED, USDA_NUMBERS, USDA_SOURCES
from cofactor.facts.food_files.records import FoodRow, Reading, Refused, Release, Row
from cofactor.facts.types import FoodValue, Portion
from cofactor.said import Said

_NDB = re.compile(r"\d{4,5}")
_MOST_FOODS = 1 << 16
# Fields of NUT_DATA (sr28_doc, table 8): number, nutrient, value, ..., source code, derivation code.
_VALUE, _SOURCE, _DERIVATION, _VALUE_FIELDS = 2, 5, 6, 7
_WEIGHT_FIELDS = 5
_DIGITS = 5


def read_ascii(parts: Mapping[Kind, Item]) -> Reading:
    """Read FOOD_DES and NUT_DATA, with WEIGHT and NUTR_DEF where they are there. Raises :class:`FileError`."""
    files = tuple(item.name for item in parts.values())
    for needed in (Kind.SR28_FOODS, Kind.SR28_VALUES):
        if needed not in parts:
            beside = Said("{file} or its archive beside it", file=f"{needed.value.partition('/')[2]}.txt")
            raise FileError(", ".join(files), (beside,), Said("Put the files of SR28 in one folder."))
    for item in parts.values():
        item.check()
    return Reading(Release.USDA_SR28, _foods(parts), files)


def _fields(item: Item) -> Iterator[list[str]]:
    for line in item.lines():
        text = line.rstrip("\r\n")
        if text:
            yield [field[1:-1] if field.startswith("~") else field for field in text.split("^")]


def _units(parts: Mapping[Kind, Item]) -> dict[str, float]:
    """Nutrient number -> factor from the file's unit to ours."""
    if Kind.SR28_NUTRIENTS not in parts:
        return dict.fromkeys(USDA_NUMBERS, 1.0)  # SR28 uses our units
    found = {}
    for fields in _fields(parts[Kind.SR28_NUTRIENTS]):
        nutrient = USDA_NUMBERS.get(fields[0])
        if nutrient is not None:
            try:
                found[fields[0]] = factor(fields[1], UNIT[nutrient])
            except (CellError, IndexError):
                got = Said("nutrient {number} without a unit of mass", number=fields[0])
                raise FileError(got, ("SR28",), AGAIN) from None
    return found


def _foods(parts: Mapping[Kind, Item]) -> Iterator[Row]:
    values, broken = _values(parts[Kind.SR28_VALUES], _units(parts))
    portions = _portions(parts[Kind.SR28_WEIGHTS]) if Kind.SR28_WEIGHTS in parts else {}
    for number, fields in enumerate(_fields(parts[Kind.SR28_FOODS])):
        if number >= _MOST_FOODS:
            raise FileError(Said("too many foods"), ("SR28",), Said("Check the file."))
        if len(fields) < 3 or not _NDB.fullmatch(fields[0]) or not fields[2].strip():
            yield Refused(Said("line {line}", line=number + 1), Said("no number or no name"))
        elif fields[0] in broken:
            yield Refused(fields[0], broken[fields[0]])
        else:
            code = fields[0]
            own = values.get(code, {})
            yield FoodRow(Release.USDA_SR28, code, fields[2], "", fields[1], own, tuple(portions.get(code, ())))


def _values(item: Item, factors: Mapping[str, float]) -> tuple[dict[str, dict[str, FoodValue]], dict[str, str]]:
    found: dict[str, dict[str, FoodValue]] = {}
    broken: dict[str, str] = {}
    wanted = {number: (nutrient, factors[number]) for number, nutrient in USDA_NUMBERS.items() if number in factors}
    for fields in _fields(item):
        known = wanted.get(fields[1]) if len(fields) >= _VALUE_FIELDS else None
        if len(fields) < _VALUE_FIELDS:
            raise FileError(Said("a line of {n} fields", n=len(fields)), (Said("NUT_DATA of SR28"),), AGAIN)
        if known is None:
            continue
        nutrient, by = known
        flag = USDA_SOURCES.get(fields[_SOURCE], "")
        if flag and fields[_DERIVATION]:
            flag = f"{flag} {fields[_DERIVATION]}"
        try:
            value = measured(float(fields[_VALUE]) * by, flag)
            if not possible(value, UNIT[nutrient]):
                raise CellError(Said("more than 100 g in 100 g"))
        except ValueError as error:
            broken.setdefault(fields[0], Said("{nutrient}: {fault}", nutrient=nutrient, fault=str(error)))
            continue
        found.setdefault(fields[0], {})[nutrient] = value
        if len(found) > _MOST_FOODS:
            raise FileError(Said("too many foods"), ("SR28",), Said("Check the file."))
    return found, broken


def _portions(item: Item) -> dict[str, list[Portion]]:
    found: dict[str, list[Portion]] = {}
    for fields in _fields(item):
        if len(fields) < _WEIGHT_FIELDS:
            continue
        try:
            amount, grams = float(fields[2]), float(fields[4])
        except ValueError:
            continue
        if amount > 0 and grams > 0:
            found.setdefault(fields[0], []).append(household(amount, fields[3], grams))
    return found


def household(amount: float, measure: str, grams: float) -> Portion:
    """A measure as the USDA gives it: ``grams`` is the weight of the whole ``amount``."""
    measure = " ".join(measure.split())
    return Portion(measure if amount == 1 else f"{amount:g} {measure}", "", grams, assumed=False)


def is_abbreviated(names: Sequence[str]) -> bool:
    """Whether the header is that of ABBREV."""
    return {"NDB_No", "Shrt_Desc"} <= set(names)


def read_abbreviated(sheet: Sheet, files: tuple[str, ...]) -> Reading:
    """Read the abbreviated table; it has no qualifiers, so that its zeros may be assumed ones."""
    return Reading(Release.USDA_SR28_ABBREVIATED, _abbreviated(sheet), files, ("no_qualifiers",))


def _abbreviated(sheet: Sheet) -> Iterator[Row]:
    names = header([str(cell or "") for cell in next(sheet, [])])
    columns = [(i, found) for i, name in enumerate(names) if (found := _abbreviated_column(name)) is not None]
    place = {name: i for i, name in enumerate(names)}
    for number, row in enumerate(sheet, start=2):
        if number > _MOST_FOODS:
            raise FileError(Said("too many foods"), ("SR28",), Said("Check the file."))
        cells = [*row, *[None] * (len(names) - len(row))]
        if not any(cell is not None for cell in cells):
            continue
        code = _ndb(cells[place["NDB_No"]])
        name = " ".join(str(cells[place["Shrt_Desc"]] or "").split())
        if code is None or not name:
            yield Refused(Said("row {n}", n=number), Said("no number or no name"))
            continue
        try:
            values = {n: v for i, (n, by) in columns if (v := _number(cells[i], by, n)).known}
        except ValueError as error:
            yield Refused(Said("row {n}, {code}", n=number, code=code), str(error))
            continue
        portions = tuple(chain(*(_abbreviated_portion(cells, place, i) for i in ("1", "2"))))
        # the first two digits of a number are those of its group
        yield FoodRow(Release.USDA_SR28_ABBREVIATED, code, name, "", f"{code[:2]}00", values, portions)


def _abbreviated_column(name: str) -> tuple[str, float] | None:
    """``Calcium_(mg)``, ``Copper_mg)``, ``Vit_D_µg`` or ``Vit_A_RAE`` -> the nutrient and the factor to its unit."""
    match = re.fullmatch(r"(.+?)_\s*\(?(µg|mg|g)\)?", name)
    bare, unit = (match[1], match[2]) if match else (name, "µg")  # Vit_A_RAE is in µg
    nutrient = USDA_ABBREVIATED.get(bare)
    return None if nutrient is None else (nutrient, factor(unit, UNIT[nutrient]))


def _ndb(cell: object) -> str | None:
    text = f"{cell:.0f}" if isinstance(cell, float) else str(cell or "").strip()
    return text.zfill(_DIGITS) if _NDB.fullmatch(text.zfill(_DIGITS)) else None


def _number(cell: object, by: float, nutrient: str) -> FoodValue:
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return NOT_MEASURED
    if not isinstance(cell, int | float | str):
        raise CellError(Said("{nutrient}: {cell} is no number", nutrient=nutrient, cell=repr(cell)))
    value = measured(float(cell) * by)
    if not possible(value, UNIT[nutrient]):
        raise CellError(Said("{nutrient}: more than 100 g in 100 g", nutrient=nutrient))
    return value


def _abbreviated_portion(cells: Sequence[object], place: Mapping[str, int], which: str) -> Iterator[Portion]:
    weight, text = (cells[place[key]] if key in place else None for key in (f"GmWt_{which}", f"GmWt_Desc{which}"))
    match = re.fullmatch(r"(\d+(?:\.\d+)?) (.+)", str(text or "").strip())
    if match and isinstance(weight, int | float) and weight > 0 and float(match[1]) > 0:
        yield household(float(match[1]), match[2], float(weight))
