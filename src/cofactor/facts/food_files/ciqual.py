"""Ciqual's table as one sheet (xls, xlsx, csv): a row per food, a column per component, French or English."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from cofactor.facts.food_files.cells import CellError, factor, possible, read_cell
from cofactor.facts.food_files.items import AGAIN, FileError, Item, workbook_bytes
from cofactor.facts.food_files.kinds import Kind, delimiter_of, header
from cofactor.facts.food_files.nutrients import ALTERNATIVE, CIQUAL_HEADERS, UNIT
from cofactor.facts.food_files.records import FoodRow, Reading, Refused, Release, Row
from cofactor.facts.names import fold
from cofactor.facts.types import FoodValue
from cofactor.said import Said

Sheet = Iterator[Sequence[object]]

_UNIT = re.compile(r"\(\s*([µμ]g|ug|mg|g|kcal|kJ)\s*/?\s*100\s*g\s*\)\s*$", re.IGNORECASE)
_CODE = re.compile(r"\d{1,6}")
_MOST_ROWS = 1 << 14  # Ciqual has 3,484 foods
_MOST_COLUMNS = 1 << 8  # Ciqual has 83
_MANY = 256  # foods, from which a table without a single gap or limit is known to have lost them


@dataclass(frozen=True, slots=True)
class _Column:
    place: int
    nutrient: str
    factor: float
    alternative: bool


def read_sheet(item: Item, kind: Kind, ceilings: Mapping[str, float]) -> Reading:
    """Read the table. ``ceilings`` tell how much "traces" of a nutrient may be. Raises :class:`FileError`."""
    sheet = {Kind.CIQUAL_CSV: _csv_rows, Kind.CIQUAL_XLS: _xls_rows, Kind.WORKBOOK: sheet_of}[kind](item)
    return read_table(sheet, (item.name,), ceilings)


def read_table(sheet: Sheet, files: tuple[str, ...], ceilings: Mapping[str, float]) -> Reading:
    """Read the rows of a sheet, its header first."""
    names = header([str(cell or "") for cell in next(sheet, [])])
    columns = _columns(names)
    known = {column.nutrient for column in columns}
    if "alim_code" not in names or not {"alim_nom_fr", "alim_nom_eng"} & set(names) or not known >= _NEEDED:
        expected = (Said("the columns alim_code, alim_nom_fr or alim_nom_eng, Calcium and Magnesium per 100 g"),)
        raise FileError(Said("a table with other columns"), expected, Said("Use the table as Anses publishes it."))
    # Only the release of 2025 gives the two forms of vitamin D.
    release = Release.CIQUAL_2025 if {"vitamin_d2", "vitamin_d3"} <= known else Release.CIQUAL_2020
    return Reading(release, _rows(sheet, names, columns, release, ceilings), files)


_NEEDED = {"calcium", "magnesium"}


def _columns(names: Sequence[str]) -> list[_Column]:
    found = []
    for place, name in enumerate(names):
        unit = _UNIT.search(name)
        nutrient = CIQUAL_HEADERS.get(fold(name[: unit.start()])) if unit else None
        if unit is None or nutrient is None:
            continue
        proper = nutrient.removeprefix(ALTERNATIVE)
        found.append(_Column(place, proper, factor(unit[1].replace("μ", "µ"), UNIT[proper]), nutrient != proper))
    return sorted(found, key=lambda column: column.alternative)


def _rows(
    sheet: Sheet, names: Sequence[str], columns: Sequence[_Column], release: Release, ceilings: Mapping[str, float]
) -> Iterator[Row]:
    place = {name: i for i, name in enumerate(names)}
    rows = list(_cells(sheet, len(names)))
    times = Counter(cells[place["alim_code"]] for _, cells in rows)
    _refuse_stripped(rows)
    for number, cells in rows:
        code = cells[place["alim_code"]]
        name_fr, name_en = (cells[place[key]] if key in place else "" for key in ("alim_nom_fr", "alim_nom_eng"))
        if not _CODE.fullmatch(code) or not (name_fr or name_en):
            yield Refused(Said("row {n}", n=number), Said("no code or no name"))
        elif times[code] > 1:
            yield Refused(Said("row {n}, {code}", n=number, code=code), Said("a code that stands more than once"))
        else:
            group = next((g for key in _GROUPS if key in place and (g := cells[place[key]]).strip("0-")), "")
            try:
                yield FoodRow(release, code, name_en, name_fr, group, _values(cells, columns, ceilings))
            except CellError as error:
                yield Refused(Said("row {n}, {code}", n=number, code=code), str(error))


def _cells(sheet: Sheet, width: int) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, as text, with their number in the sheet."""
    for number, row in enumerate(sheet, start=2):
        if number > _MOST_ROWS:
            got = Said("more than {most:,} rows", most=_MOST_ROWS)
            raise FileError(got, (Said("the table of Ciqual"),), Said("Check the file."))
        cells = [_text(cell) for cell in row[:width]]
        if any(cells):
            yield number, cells + [""] * (width - len(cells))


def _refuse_stripped(rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Refuse a copy that has lost its marks: there the zeros and limits can no longer be told from numbers."""
    if len(rows) >= _MANY and not any(cell == "-" or cell.startswith("<") for _, cells in rows for cell in cells):
        got = Said("{n:,} foods without a single gap or limit", n=len(rows))
        do = Said("This copy has lost the marks - and <: use the table of Anses.")
        raise FileError(got, (Said("the table as Anses publishes it"),), do)


_GROUPS = ("alim_ssssgrp_code", "alim_ssgrp_code", "alim_grp_code")


def _values(cells: Sequence[str], columns: Sequence[_Column], ceilings: Mapping[str, float]) -> dict[str, FoodValue]:
    values: dict[str, FoodValue] = {}
    for column in columns:
        if column.alternative and column.nutrient in values:
            continue
        flag = "alt" if column.alternative else ""
        try:
            value = read_cell(cells[column.place], column.factor, ceilings.get(column.nutrient), flag)
        except CellError as error:
            raise CellError(Said("{nutrient}: {fault}", nutrient=column.nutrient, fault=str(error))) from None
        if not possible(value, UNIT[column.nutrient]):
            raise CellError(Said("{nutrient}: more than 100 g in 100 g", nutrient=column.nutrient))
        if value.known:
            values[column.nutrient] = value
    return values


def _text(cell: object) -> str:
    """A cell as text; a whole number that a workbook holds as a float is written without a point."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else repr(cell)
    return " ".join(str(cell).split())


def _csv_rows(item: Item) -> Sheet:
    item.check()
    lines = item.lines()
    first = next(lines, "")
    reader = csv.reader(chain([first], lines), delimiter=delimiter_of(first))
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileError(Said("a broken table ({why})", why=str(error)), ("CSV",), AGAIN) from None


def _xls_rows(item: Item) -> Sheet:
    import xlrd

    try:
        book: Any = xlrd.open_workbook(file_contents=item.content(), logfile=_Silent())
        sheet = book.sheet_by_index(0)
        wide = sheet.ncols > _MOST_COLUMNS
    except FileError:
        raise
    except Exception as error:  # the reader raises anything on broken bytes
        got = Said("a broken workbook ({kind})", kind=type(error).__name__)
        raise FileError(got, (Said("a whole xls"),), AGAIN) from None
    if wide:
        most = Said("at most {most:,}", most=_MOST_COLUMNS)
        raise FileError(Said("{n:,} columns", n=sheet.ncols), (most,), Said("Check the file."))
    for number in range(sheet.nrows):
        yield sheet.row_values(number)


class _Silent:
    """Takes what xlrd would print."""

    def write(self, text: str) -> None:
        """Drop the text."""


def sheet_of(item: Item) -> Sheet:
    """The rows of the first sheet of an xlsx workbook. Raises :class:`FileError`."""
    import warnings

    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of headers, styles and other looks
        try:
            book = openpyxl.load_workbook(workbook_bytes(item), read_only=True, data_only=True)
            sheet: Any = book[book.sheetnames[0]]
            for row in sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True):
                yield tuple(row)
        except FileError:
            raise
        except Exception as error:  # the reader raises anything on broken bytes
            got = Said("a broken workbook ({kind})", kind=type(error).__name__)
            raise FileError(got, (Said("a whole xlsx"),), AGAIN) from None
