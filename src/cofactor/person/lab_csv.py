"""CSV to laboratory results: one row per result, with a header in English or French.

Separators (``;`` of French spreadsheets, ``,`` or tab), encodings (UTF-8, else Windows) and the order of dates are
found in the file itself. A date such as 03/04/2026 can be read two ways: where no row of the file tells which, it is
refused until it is said.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum

from cofactor.errors import InputError, Problem
from cofactor.facts.names import fold
from cofactor.person.fhir import MAX_CHARACTERS
from cofactor.person.lab_codes import codes as known_codes
from cofactor.person.lab_codes import plain_unit, sounds_like_ours
from cofactor.person.lab_sheet import Aside, PrintedRange, Reading, Sheet
from cofactor.person.labs import called
from cofactor.person.problems import describe
from cofactor.said import Said

MAX_ROWS = 20_000  # ours: more than a lifetime of results
LONGEST_CELL = 500  # ours, in characters: a comment at most


class Order(StrEnum):
    """How dates with slashes are written."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "day": (
        "date",
        "day",
        "jour",
        "sample date",
        "collected",
        "collection date",
        "date of sample",
        "date de prelevement",
        "date du prelevement",
        "date prelevement",
        "preleve le",
        "date d analyse",
    ),
    "name": (
        "analyte",
        "test",
        "name",
        "nom",
        "analyse",
        "examen",
        "parametre",
        "dosage",
        "libelle",
        "test name",
        "component",
    ),
    "code": ("loinc", "code loinc", "loinc code", "code"),
    "value": ("value", "valeur", "result", "resultat", "resultats"),
    "unit": ("unit", "units", "unite", "unites"),
    "low": ("low", "reference low", "ref low", "min", "borne inf", "borne inferieure", "valeur min", "lower limit"),
    "high": ("high", "reference high", "ref high", "max", "borne sup", "borne superieure", "valeur max", "upper limit"),
    "range": (
        "range",
        "reference range",
        "reference",
        "normal range",
        "intervalle",
        "intervalle de reference",
        "valeurs de reference",
        "valeurs usuelles",
        "normes",
        "norme",
    ),
}
"""What a column holds -> its headings, folded."""
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T].*)?")
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T].*)?")
_BOUNDS = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(?:-|–|à|to|a|;)\s*(\d+(?:[.,]\d+)?)\s*(.*)", re.I)


def decode(content: bytes) -> str:
    """The text of a spreadsheet's export."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read(text: str, order: Order | None = None) -> Sheet:
    """Every row of a CSV text. Raises :class:`InputError` where its columns cannot be told."""
    if len(text) > MAX_CHARACTERS:
        got, most = Said("{n:,} characters", n=len(text)), Said("at most {most:,}", most=MAX_CHARACTERS)
        raise InputError([Problem(Said("file"), got, (most,), Said("Split the export."))])
    rows = list(_rows(text))
    if not rows:
        do = Said("Give the export of the laboratory.")
        raise InputError([Problem(Said("file"), Said("no rows"), (Said("a header and rows"),), do)])
    where = _header(rows[0][1])
    order = order or _order([cells[where["day"]] for _, cells in rows[1:] if len(cells) > where["day"]])
    sheet = Sheet()
    for line, cells in rows[1:]:
        row = {k: cells[i].strip() for k, i in where.items() if i < len(cells)}
        _read_row(Said("line {line}", line=line), row, order, sheet)
    return sheet


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, with the line on which each ends."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(";\t,", key=first.count)
    if "\0" in text:
        raise InputError([Problem(Said("file"), Said("a binary file"), (Said("text"),), Said("Save it as CSV."))])
    reader = csv.reader(text.splitlines(), delimiter=separator)
    try:
        for count, cells in enumerate(reader):
            if count > MAX_ROWS:
                got, do = Said("more than {most:,} rows", most=MAX_ROWS), Said("Split the export.")
                raise InputError([Problem(Said("file"), got, (Said("fewer"),), do)])
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        where = Said("line {line}", line=reader.line_num)
        raise InputError([Problem(where, str(error), ("CSV",), Said("Export it again."))]) from None


def _header(cells: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for i, cell in enumerate(cells):
        heading = fold(cell[:100])
        for column, headings in _COLUMNS.items():
            if heading in headings and column not in found:
                found[column] = i
    first, do = Said("line {line}", line=1), Said("Name the columns in the first line.")
    needed = {"day": Said("no column for the day"), "value": Said("no column for the value")}
    problems = [Problem(first, got, _COLUMNS[column][:4], do) for column, got in needed.items() if column not in found]
    if not {"name", "code"} & found.keys():
        expected = (*_COLUMNS["name"][:3], *_COLUMNS["code"][:1])
        problems.append(Problem(first, Said("no column for the test"), expected, do))
    if problems:
        raise InputError(problems)
    return found


def _order(days: list[str]) -> Order | None:
    """The order of dates with slashes, where some row tells and none contradicts."""
    pairs = [(int(m[1]), int(m[2])) for d in days if (m := _SLASHED.fullmatch(d.strip()))]
    day_first, month_first = any(a > 12 for a, _ in pairs), any(b > 12 for _, b in pairs)
    if day_first == month_first:
        return None
    return Order.DAY_FIRST if day_first else Order.MONTH_FIRST


def _read_row(where: str, row: Mapping[str, str], order: Order | None, sheet: Sheet) -> None:
    code, name = row.get("code", ""), row.get("name", "")
    if any(len(cell) > LONGEST_CELL for cell in row.values()):
        do = Said("A result is short: export the file again.")
        sheet.refuse(where, Said("a cell of more than 500 characters"), do)
        return
    if code not in known_codes() and called(name) is None:
        if sounds_like_ours(name):
            sheet.not_read.append(f"{name} ({code})" if code else name)
        else:
            sheet.aside[Aside.OTHER_TEST] += 1
        return
    if not row.get("value"):
        sheet.aside[Aside.NO_VALUE] += 1
        return
    day = _day(where, row.get("day", ""), order, sheet)
    if day is None:
        return
    codes = (code,) if code in known_codes() else ()
    unit = plain_unit(row["unit"]) if row.get("unit") else None
    sheet.readings.append(Reading(where, day, row["value"], unit, codes, name, _printed(row)))


def _day(where: str, text: str, order: Order | None, sheet: Sheet) -> date | None:
    iso, slashed = _ISO.fullmatch(text), _SLASHED.fullmatch(text)
    got = Said("the date {text}", text=describe(text))
    try:
        if iso is not None:
            return date.fromisoformat(iso[1])
        if slashed is not None:
            first, second, year = int(slashed[1]), int(slashed[2]), int(slashed[3])
            if order is None and first != second:
                do = Said("Day or month first? No date of the file tells: say `--dates dmy` or `--dates mdy`.")
                sheet.refuse(where, got, do, (f"{year}-{second:02}-{first:02}",))
                return None
            month, day = (first, second) if order is Order.MONTH_FIRST else (second, first)
            return date(year, month, day)
    except ValueError:
        pass
    sheet.refuse(where, got, Said("Write the day of the sample."), ("2026-10-02", "02/10/2026"))
    return None


def _printed(row: Mapping[str, str]) -> PrintedRange | None:
    low, high = _bound(row.get("low", "")), _bound(row.get("high", ""))
    if low is None and high is None:
        match = _BOUNDS.fullmatch(row.get("range", ""))
        if match is None:
            return None
        unit = match[3].strip()
        return PrintedRange(_bound(match[1]), _bound(match[2]), plain_unit(unit) if unit else None)
    return PrintedRange(low, high)


def _bound(text: str) -> float | None:
    try:
        bound = float(text.replace(",", ".")) if text else math.nan
    except ValueError:
        return None
    return bound if math.isfinite(bound) else None
