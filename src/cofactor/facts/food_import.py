"""Import official files into the store: everything that is named, or nothing.

Importing is idempotent: the same files again give the same counts and change nothing. What is refused is counted with
its reason, and every number of a case can be traced to release, file and SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cofactor.errors import CofactorError, InputError, Problem
from cofactor.facts.food_classes import classes, release_info
from cofactor.facts.food_files.items import FileError, joined
from cofactor.facts.food_files.reader import Bundle, bundles
from cofactor.facts.food_files.records import FoodRow, LabelRow, NameRow, Refused, Release
from cofactor.facts.food_shelf import fill
from cofactor.facts.food_store import label_text, writing
from cofactor.facts.foods import trace_ceilings
from cofactor.said import Said

_REASONS_KEPT = 20
_RANK = {release: place for place, release in enumerate(Release)}


@dataclass(slots=True)
class Imported:
    """What came of one table. ``kept`` rows are stored; ``new`` and ``changed`` of them were not, or differed."""

    release: Release
    files: dict[str, str]  # name -> SHA-256
    licence: str
    remarks: tuple[str, ...]
    read: int = 0
    kept: int = 0
    qualified: int = 0
    refused: int = 0
    new: int = 0
    changed: int = 0
    cells: Counter[str] = field(default_factory=Counter)  # of foods: number, limit, traces, imputed, ...
    reasons: list[Said] = field(default_factory=list)  # of the first rows that were refused

    def as_dict(self) -> dict[str, object]:
        """The result as it appears with ``--json``."""
        counts = {name: getattr(self, name) for name in ("read", "kept", "qualified", "refused", "new", "changed")}
        about = {"release": str(self.release), "files": self.files, "licence": self.licence}
        return {**about, **counts, "cells": dict(self.cells), "remarks": list(self.remarks), "reasons": self.reasons}


def import_files(paths: Sequence[Path], store: Path | None = None, today: date | None = None) -> list[Imported]:
    """Import files and folders. Raises :class:`InputError` with every problem, and then nothing is stored."""
    tables = bundles(paths)
    found: list[Imported] = []
    problems: list[Problem] = []
    existed = store is None or store.exists()
    try:
        with writing(store) as connection:
            for table in tables:
                try:
                    found.append(_import(connection, table, today or date.today()))
                except FileError as error:
                    problems.append(error.problem(table.name))
            if problems:
                raise InputError(problems)
            if any(one.new or one.changed for one in found):
                fill(connection)
    except CofactorError:
        if store is not None and not existed:
            _remove(store)
        raise
    return found


def _remove(store: Path) -> None:
    """Leave no empty store behind a first import that was refused."""
    for suffix in ("", "-wal", "-shm"):
        store.with_name(store.name + suffix).unlink(missing_ok=True)


def _import(connection: sqlite3.Connection, table: Bundle, today: date) -> Imported:
    reading = table.read(trace_ceilings())
    done = Imported(reading.release, table.hashes(), release_info(reading.release).licence, reading.remarks)
    number = _import_number(connection, done, today)
    for row in reading.rows:
        done.read += row.rows if isinstance(row, Refused) else 1
        match row:
            case Refused():
                done.refused += row.rows
                if len(done.reasons) < _REASONS_KEPT:
                    done.reasons.append(Said("{row}: {reason}", row=row.row, reason=row.reason))
            case FoodRow():
                _count(done, row)
                _put_food(connection, done, row, number)
            case LabelRow():
                done.kept += 1
                _put_label(connection, done, row, number)
            case NameRow():
                done.kept += 1
                done.new += _put_names(connection, row, row.release)
    if not done.kept:
        do = joined(done.reasons[:3] or (Said("Check it."),))
        raise FileError(Said("no row that can be used"), (Said("foods or labels"),), do)
    connection.execute(
        "UPDATE imports SET read = ?, kept = ?, qualified = ?, refused = ? WHERE id = ?",
        (done.read, done.kept, done.qualified, done.refused, number),
    )
    return done


def _import_number(connection: sqlite3.Connection, done: Imported, today: date) -> int:
    """The row of these files in ``imports``; the date is that of their first import."""
    files = json.dumps(done.files, ensure_ascii=False, sort_keys=True)
    connection.execute(
        "INSERT INTO imports (release, files, imported, licence, remarks) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (release, files) DO NOTHING",
        (done.release, files, today.isoformat(), done.licence, " ".join(done.remarks)),
    )
    found = connection.execute("SELECT id FROM imports WHERE release = ? AND files = ?", (done.release, files))
    return int(found.fetchone()[0])


def _count(done: Imported, row: FoodRow) -> None:
    done.kept += 1
    done.qualified += row.qualified
    for value in row.values.values():
        words = value.qualifier.split()
        kind = "limit" if words and words[0].startswith("<") else "traces" if "traces" in words else "number"
        done.cells[kind] += 1
        for flag in ("imputed", "assumed_zero", "label", "manufacturer", "alt"):
            done.cells[flag] += flag in words


def _put_food(connection: sqlite3.Connection, done: Imported, row: FoodRow, number: int) -> None:
    said = classes(row)
    contents = sorted((n, v.low, v.high, v.qualifier) for n, v in row.values.items())
    about = (said.group, said.phytate, said.oxalate)
    whole = json.dumps([contents, about, [(p.name_en, p.name_fr, p.grams, p.assumed) for p in said.portions]])
    digest = hashlib.sha256(whole.encode()).hexdigest()
    key = (row.release.prefix, row.code, _RANK[row.release])
    known = connection.execute(
        "SELECT id, digest, name_en, name_fr FROM foods WHERE source = ? AND code = ? AND rank = ?", key
    ).fetchone()
    if known is None:
        names = (row.name_en, row.name_fr)
        cursor = connection.execute(
            "INSERT INTO foods (source, code, rank, release, name_en, name_fr, food_group, phytate, oxalate, import,"
            " digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*key, row.release, *names, *about, number, digest),
        )
        food, done.new = int(cursor.lastrowid or 0), done.new + 1
    else:
        food, names = known[0], (row.name_en or known[2], row.name_fr or known[3])
        if known[3] and not row.name_fr:
            digest = known[1]  # Ciqual's English file adds names; where the two differ, the French one is the original
        if known[1:] == (digest, *names):
            return
        done.changed += 1
        connection.execute(
            "UPDATE foods SET name_en = ?, name_fr = ?, food_group = ?, phytate = ?, oxalate = ?, import = ?,"
            " digest = ? WHERE id = ?",
            (*names, *about, number if known[1] != digest else _import_of(connection, food), digest, food),
        )
        if known[1] == digest:
            _put_names(connection, row, row.release)
            return
        connection.execute("DELETE FROM contents WHERE food = ?", (food,))
        connection.execute("DELETE FROM portions WHERE food = ?", (food,))
    _put_names(connection, row, row.release)
    connection.executemany("INSERT INTO contents VALUES (?, ?, ?, ?, ?)", ((food, *content) for content in contents))
    connection.executemany(
        "INSERT INTO portions VALUES (?, ?, ?, ?, ?, ?)",
        ((food, i, p.name_en, p.name_fr, p.grams, p.assumed) for i, p in enumerate(said.portions)),
    )


def _import_of(connection: sqlite3.Connection, food: int) -> int:
    """The import that a food's contents came from: a file that only adds a name does not become their source."""
    return int(connection.execute("SELECT import FROM foods WHERE id = ?", (food,)).fetchone()[0])


def _put_names(connection: sqlite3.Connection, row: FoodRow | NameRow, release: Release) -> bool:
    """Keep the names of a food for its other releases, which may have only one language; whether that was new."""
    before = connection.total_changes
    connection.executemany(
        "INSERT INTO names VALUES (?, ?, ?, ?, ?) ON CONFLICT (source, code, lang) DO UPDATE"
        " SET name = excluded.name, rank = excluded.rank"
        " WHERE excluded.rank >= rank AND (excluded.name, excluded.rank) != (name, rank)",
        (
            (release.prefix, row.code, lang, name, _RANK[release])
            for lang, name in (("en", row.name_en), ("fr", row.name_fr))
            if name
        ),
    )
    return connection.total_changes > before


def _put_label(connection: sqlite3.Connection, done: Imported, row: LabelRow, number: int) -> None:
    body = label_text(row)
    digest = hashlib.sha256(body.encode()).hexdigest()
    known = connection.execute("SELECT digest, body FROM labels WHERE code = ?", (row.code,)).fetchone()
    if known is not None and (known[0] == digest or not row.complete):
        return  # a file without amounts never takes the place of one that has them
    done.new, done.changed = done.new + (known is None), done.changed + (known is not None)
    connection.execute(
        "INSERT INTO labels VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET name = excluded.name,"
        " brand = excluded.brand, body = excluded.body, import = excluded.import, digest = excluded.digest",
        (row.code, row.name, row.brand, body, number, digest),
    )
