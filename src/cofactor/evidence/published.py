"""Published trials as tables: one row per arm, outcome and time, as printed, with how each number is known.

Two shipped tables hold what the model is fitted to and judged by; a user's own file with the columns of either can be
read beside them. A row that cannot be read is a problem of that row, never of the others.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path

from cofactor.errors import InputError, Problem
from cofactor.facts.types import Trust
from cofactor.files import read_whole
from cofactor.said import Said

_LARGEST = 20_000_000  # bytes; the shipped tables have 200,000


class Kind(StrEnum):
    """Which of the two layouts a table has."""

    VITAMIN_D = "vitamin_d"
    MINERAL = "mineral"


_VITAMIN_D = """trial_id citation doi_or_pmid arm n population country latitude_deg season_start age_mean
female_fraction bmi_mean weight_kg_mean form dose_iu_per_day dosing duration_weeks outcome unit baseline_mean
baseline_sd time_weeks value_mean value_sd how_known notes"""
_MINERAL = """trial_id citation doi_or_pmid arm n population age_mean female_fraction intervention dose_per_day
dose_unit form duration_days outcome unit baseline_mean baseline_sd time_days value_mean value_sd how_known notes"""
COLUMNS = {Kind.VITAMIN_D: tuple(_VITAMIN_D.split()), Kind.MINERAL: tuple(_MINERAL.split())}
"""The columns of the two layouts."""
# Without these a row says nothing that could be simulated; the others may be empty or missing.
# The layout of minerals is looked for first: it is the one with an intervention.
NEEDED = {
    Kind.MINERAL: ("trial_id", "arm", "intervention", "outcome"),
    Kind.VITAMIN_D: ("trial_id", "arm", "form", "outcome"),
}
_NOTHING = {"", "na", "n/a", "nan", "none", "-", "nr", "unknown", "not reported"}


@dataclass(frozen=True)
class Row:
    """One row as written: text by column, with numbers read on request. ``line`` is its place in the file."""

    kind: Kind
    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """A cell's text, empty where it is missing."""
        return self.cells.get(column, "")

    def number(self, column: str) -> float | None:
        """A cell's number; ``None`` where it is empty or no number."""
        cell = self.text(column).replace("\u2212", "-").strip()
        if cell.lower() in _NOTHING:
            return None
        try:
            return float(cell)
        except ValueError:
            return None

    @property
    def trust(self) -> Trust:
        """How the row is known: read in a source, or from memory."""
        word = self.text("how_known").partition(":")[0].strip().lower()
        return Trust(word) if word in set(Trust) else Trust.ASSUMED

    @property
    def time_days(self) -> float | None:
        """When the value was taken, days from the start."""
        weeks = self.number("time_weeks")
        return self.number("time_days") if weeks is None else weeks * 7


def read(path: str | Path) -> tuple[Row, ...]:
    """The rows of a trial table. Raises :class:`InputError` where the file is neither of the two layouts."""
    content = read_whole(path, _LARGEST, Said("a table of trials"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return parse(text, str(path))


def parse(text: str, where: str) -> tuple[Row, ...]:
    """The rows of a trial table given as text. Raises :class:`InputError` where it is no such table."""
    try:
        return _parse(text, where)
    except csv.Error as error:
        raise InputError([Problem(where, str(error), ("CSV",), Said("Export the table again."))]) from None


def _parse(text: str, where: str) -> tuple[Row, ...]:
    reader = csv.DictReader(io.StringIO(text))
    header = [(name or "").strip() for name in reader.fieldnames or ()]
    reader.fieldnames = header
    kind = _kind(header, where)
    rows = []
    for cells in reader:
        clean = {name: (cell or "").strip() for name, cell in cells.items() if isinstance(cell, str)}
        if any(clean.values()):
            rows.append(Row(kind, reader.line_num, clean))
    return tuple(rows)


def _kind(header: Iterable[str], where: str) -> Kind:
    found = set(header)
    for kind, needed in NEEDED.items():
        if found.issuperset(needed):
            return kind
    closest = max(NEEDED, key=lambda kind: len(found & set(COLUMNS[kind])))
    missing = tuple(name for name in NEEDED[closest] if name not in found)
    named = ", ".join(sorted(found))
    got = Said("columns {names}", names=named) if named else Said("columns none")
    do = Said("Add the columns {names}: a trial table has one row per arm, outcome and time.", names=missing)
    raise InputError([Problem(where, got, COLUMNS[closest], do)])


@cache
def shipped(kind: Kind) -> tuple[Row, ...]:
    """The published trials that ship with the package."""
    name = f"{kind}_trials.csv"
    return parse(files("cofactor.evidence").joinpath("tables", name).read_text(encoding="utf-8"), name)
