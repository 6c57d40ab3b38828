"""The store of imported foods and labels: one SQLite file in the user's data folder.

Without it, or before anything is imported, the starter table stands alone. A food is kept per release, so that one
release never overwrites another; a bare id (``ciqual:26036``) means the latest release that holds it, and an id that
names its release (``ciqual_2020:26036``) means that one.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cofactor.errors import InputError, Problem, StoreError
from cofactor.facts.food_classes import release_info
from cofactor.facts.food_files.cells import NOT_MEASURED
from cofactor.facts.food_files.nutrients import UNIT
from cofactor.facts.food_files.records import Ingredient, LabelRow, Release
from cofactor.facts.types import Food, FoodValue, Portion, Source, Trust
from cofactor.files import data_folder
from cofactor.said import Said

VERSION = 1
"""Of the tables below; a file of another version is refused, never guessed at."""
_WAIT_S = 10.0  # for another import that is being written
_NDB_DIGITS = 5
_ID = re.compile(r"(\w+?)\s*:\s*(\d{1,12})")
_HASH_SHOWN = 12  # characters

_TABLES = """
CREATE TABLE imports (
  id INTEGER PRIMARY KEY, release TEXT NOT NULL, files TEXT NOT NULL, imported TEXT NOT NULL, licence TEXT NOT NULL,
  read INTEGER, kept INTEGER, qualified INTEGER, refused INTEGER, remarks TEXT NOT NULL, UNIQUE (release, files));
CREATE TABLE foods (
  id INTEGER PRIMARY KEY, source TEXT NOT NULL, code TEXT NOT NULL, release TEXT NOT NULL, rank INTEGER NOT NULL,
  name_en TEXT NOT NULL, name_fr TEXT NOT NULL, food_group TEXT NOT NULL, phytate TEXT NOT NULL, oxalate TEXT NOT NULL,
  import INTEGER NOT NULL REFERENCES imports, digest TEXT NOT NULL, UNIQUE (source, code, rank));
CREATE TABLE contents (
  food INTEGER NOT NULL REFERENCES foods, nutrient TEXT NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
  qualifier TEXT NOT NULL, PRIMARY KEY (food, nutrient)) WITHOUT ROWID;
CREATE TABLE portions (
  food INTEGER NOT NULL REFERENCES foods, place INTEGER NOT NULL, name_en TEXT NOT NULL, name_fr TEXT NOT NULL,
  grams REAL NOT NULL, assumed INTEGER NOT NULL, PRIMARY KEY (food, place)) WITHOUT ROWID;
CREATE TABLE names (
  source TEXT NOT NULL, code TEXT NOT NULL, lang TEXT NOT NULL, name TEXT NOT NULL, rank INTEGER NOT NULL,
  PRIMARY KEY (source, code, lang)) WITHOUT ROWID;
CREATE TABLE labels (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, brand TEXT NOT NULL, body TEXT NOT NULL,
  import INTEGER NOT NULL REFERENCES imports, digest TEXT NOT NULL);
CREATE TABLE shelf (
  place INTEGER PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL, words_fr TEXT NOT NULL, words_en TEXT NOT NULL);
CREATE VIRTUAL TABLE shelf_index USING fts5 (
  fr, en, content='', tokenize='unicode61 remove_diacritics 2', prefix='2 3');
"""


@dataclass(frozen=True, slots=True)
class StoredLabel:
    """A supplement label with where it came from."""

    row: LabelRow
    source: Source


def store_path() -> Path:
    """Where the store lies: ``COFACTOR_FOODS`` names the file, else ``foods.sqlite`` of the data folder."""
    named = os.environ.get("COFACTOR_FOODS")
    return Path(named) if named else data_folder() / "foods.sqlite"


@contextmanager
def reading(path: Path | None = None) -> Iterator[sqlite3.Connection | None]:
    """A connection that only reads, or None where there is no store."""
    place = path or store_path()
    if not place.is_file():
        yield None
        return
    with _told(place), closing(_connect(f"{place.resolve().as_uri()}?mode=ro")) as connection:
        if _version(connection, place):
            yield connection
        else:
            yield None


@contextmanager
def writing(path: Path | None = None) -> Iterator[sqlite3.Connection]:
    """A transaction on the store, made where there is none: all of it is kept, or nothing."""
    place = path or store_path()
    place.parent.mkdir(parents=True, exist_ok=True)
    with _told(place), closing(_connect(place.resolve().as_uri())) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        try:
            if not _version(connection, place):
                _create(connection)
            yield connection
        except BaseException:
            if connection.in_transaction:  # SQLite itself takes back what it could not write
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def food_by_id(connection: sqlite3.Connection, food_id: str) -> Food | None:
    """The food with an id of the forms above, or None."""
    found = split_id(food_id)
    if found is None:
        return None
    named, code = found
    if named in set(Release):
        release = Release(named)
        key = (release.prefix, code, named)
    else:
        key = (named, code, "%")
    row = connection.execute(
        "SELECT id FROM foods WHERE source = ? AND code = ? AND release LIKE ? ORDER BY rank DESC", key
    ).fetchone()
    return None if row is None else food_by_row(connection, row[0])


def split_id(text: str) -> tuple[str, str] | None:
    """``ciqual:26036`` -> its source (or release) and its code; None where the text is no id."""
    match = _ID.fullmatch(text.strip().lower())
    if match is None:
        return None
    source, code = match[1], match[2]
    return source, code.zfill(_NDB_DIGITS) if source.startswith("usda") else code


def food_by_row(connection: sqlite3.Connection, number: int) -> Food:
    """The food of a row of ``foods``, whole."""
    source, code, release, en, fr, group, phytate, oxalate, files, imported = connection.execute(
        "SELECT source, code, foods.release, name_en, name_fr, food_group, phytate, oxalate, files, imported"
        " FROM foods JOIN imports ON imports.id = foods.import WHERE foods.id = ?",
        (number,),
    ).fetchone()
    names = dict(connection.execute("SELECT lang, name FROM names WHERE source = ? AND code = ?", (source, code)))
    values = dict.fromkeys(UNIT, NOT_MEASURED)
    for nutrient, low, high, qualifier in connection.execute(
        "SELECT nutrient, low, high, qualifier FROM contents WHERE food = ?", (number,)
    ):
        values[nutrient] = FoodValue(low, high, qualifier)
    values["vitamin_k"] = values["vitamin_k1"]  # what the reference intakes count
    portions = connection.execute(
        "SELECT name_en, name_fr, grams, assumed FROM portions WHERE food = ? ORDER BY place", (number,)
    )
    return Food(
        id=f"{source}:{code}",
        name_en=en or names.get("en") or fr,
        name_fr=fr or names.get("fr") or en,
        group=group,
        values=values,
        phytate=phytate,
        oxalate=oxalate,
        portions=tuple(Portion(n_en, n_fr, grams, bool(assumed)) for n_en, n_fr, grams, assumed in portions),
        source=_source(release, files, imported),
    )


def label_by_id(connection: sqlite3.Connection, label_id: str) -> StoredLabel | None:
    """The label with an id such as ``dsld:276336``, or None."""
    found = split_id(label_id)
    if found is None or found[0] != Release.DSLD:
        return None
    row = connection.execute(
        "SELECT body, files, imported FROM labels JOIN imports ON imports.id = labels.import WHERE code = ?",
        (found[1],),
    ).fetchone()
    if row is None:
        return None
    return StoredLabel(label_of(row[0]), _source(Release.DSLD, row[1], row[2]))


def label_text(label: LabelRow) -> str:
    """A label as it is stored."""
    fields = {name: getattr(label, name) for name in _LABEL_FIELDS}
    lines = [[getattr(line, name) for name in _LINE_FIELDS] for line in label.ingredients]
    return json.dumps({**fields, "ingredients": lines}, ensure_ascii=False)


def label_of(text: str) -> LabelRow:
    """A label from how it is stored."""
    fields = json.loads(text)
    lines = tuple(Ingredient(**dict(zip(_LINE_FIELDS, line, strict=True))) for line in fields.pop("ingredients"))
    return LabelRow(**fields, ingredients=lines)


_LABEL_FIELDS = ("code", "name", "brand", "serving", "serving_unit", "others", "complete")
_LINE_FIELDS = ("name", "form", "amount", "unit", "percent", "parent")


@lru_cache(maxsize=256)
def _source(release: str, files: str, imported: str) -> Source:
    """Which release, which files and when, so that a result says what it rests on."""
    hashes = ", ".join(f"{name} (SHA-256 {sha[:_HASH_SHOWN]})" for name, sha in json.loads(files).items())
    return Source(release_info(release).citation, Trust.VERIFIED, f"{release}: {hashes}, imported {imported}")


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=_WAIT_S, isolation_level=None)


def _version(connection: sqlite3.Connection, place: Path) -> bool:
    """Whether the store has its tables. Raises :class:`InputError` for a file of another version."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found not in (0, VERSION):
        got, known = Said("a food store of version {n}", n=found), Said("version {n}", n=VERSION)
        raise InputError([Problem(place.name, got, (known,), Said("Remove the file and import again."))])
    return bool(found)


def _create(connection: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def _told(place: Path) -> Iterator[None]:
    """What SQLite says of a file, as an answer that its owner can act on."""
    try:
        yield
    except sqlite3.OperationalError as error:
        locked = "locked" in str(error)
        do = Said("Wait for the other import to end.") if locked else Said("Check the folder and the disk's space.")
        raise StoreError(
            Said("{file}: the store of foods cannot be used ({why}). {do}", file=place.name, why=str(error), do=do)
        ) from None
    except sqlite3.DatabaseError as error:
        got, do = Said("a broken food store ({why})", why=str(error)), Said("Remove the file and import again.")
        raise InputError([Problem(place.name, got, ("SQLite",), do)]) from None
