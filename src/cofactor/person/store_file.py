"""The SQLite file of the store: made for its user alone, opened with full durability, its errors as clear answers."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cofactor.errors import StoreError
from cofactor.person.store_chain import HEADS, read_heads, write_heads
from cofactor.said import Said

FILE = "cases.sqlite"
FORMAT = 1
"""Of the tables below; a store of a newer program is refused, never guessed at."""
_WAIT_S = 10.0  # for another program that is writing
_AGAIN_S = 0.02  # between tries to open a file that another program is opening
_TABLES = """
CREATE TABLE seal (id INTEGER PRIMARY KEY CHECK (id = 1), salt BLOB NOT NULL, check_text BLOB NOT NULL);
CREATE TABLE cases (id TEXT PRIMARY KEY, name BLOB NOT NULL);
CREATE TABLE versions (
  case_id TEXT NOT NULL REFERENCES cases ON DELETE CASCADE, number INTEGER NOT NULL, saved TEXT NOT NULL,
  before TEXT NOT NULL, hash TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (case_id, number));
"""


def make(folder: Path, path: Path) -> None:
    """An empty store that only its user can read."""
    folder.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
    folder.chmod(stat.S_IRWXU)
    if not (folder / HEADS).exists():
        write_heads(folder, {})  # first, so that its absence always means a loss
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, stat.S_IRUSR | stat.S_IWUSR))


def connect(path: Path) -> sqlite3.Connection:
    """Open the database: a commit is on the disk before it returns, and what is deleted is overwritten."""
    until = time.monotonic() + _WAIT_S
    while True:
        try:
            return _connected(path)
        except sqlite3.OperationalError as error:
            # The switch to WAL of a new file does not wait for another program that is opening it: try again.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_AGAIN_S)


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",
        "cell_size_check=ON",
    ):
        db.execute(f"PRAGMA {pragma}").fetchone()
    _check_format(db)
    return db


def as_bytes(value: object) -> bytes:
    """A value of a damaged row may be of another kind than the column; nothing then stands for it."""
    return value if isinstance(value, bytes) else b""


def _check_format(db: sqlite3.Connection) -> None:
    found = db.execute("PRAGMA user_version").fetchone()[0]
    if found == 0:
        db.execute("BEGIN IMMEDIATE")
        if db.execute("PRAGMA user_version").fetchone()[0] == 0:
            for statement in _TABLES.split(";\n"):
                if statement.strip():
                    db.execute(statement)
            db.execute(f"PRAGMA user_version={FORMAT}")
        db.execute("COMMIT")
    elif found != FORMAT:
        raise StoreError(
            Said(
                "The store has format {found}; this program reads {known}. Use the program that wrote it.",
                found=found,
                known=FORMAT,
            )
        )


@contextmanager
def typed(folder: Path | None = None) -> Iterator[None]:
    """What SQLite and the disk say, as one clear answer."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise StoreError(_said(error, folder)) from None
    except sqlite3.DatabaseError as error:
        raise StoreError(Said("The store is damaged ({why}). {do}", why=str(error), do=_held(folder))) from None


def _said(error: sqlite3.OperationalError, folder: Path | None) -> Said:
    """What a store says that cannot be used now."""
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:  # the rest tells the kinds of one error apart
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Said("Another program is writing to the store: wait a moment and try again.")
        case sqlite3.SQLITE_FULL:
            return Said(
                "{file}: the disk is full. What was saved before is there. Free some space and save again.", file=FILE
            )
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY:
            return Said(
                "{file}: the store cannot be read or written ({why}). Check the folder and the disk, and try again:"
                " what was saved before is there once they work; if not: {do}",
                file=FILE,
                why=str(error),
                do=_held(folder),
            )
        case _:
            return Said("The store cannot be read or written ({why}). {do}", why=str(error), do=_held(folder))


def _held(folder: Path | None) -> Said:
    """What a store that cannot be opened held, and what to do."""
    heads = {} if folder is None else read_heads(folder) or {}
    if not heads:
        return Said("Restore {file} from a backup.", file=FILE)
    return Said(
        "It held {cases} cases with {versions} versions, the last of {last}. Restore {file} from a backup.",
        cases=len(heads),
        versions=sum(h.number for h in heads.values()),
        last=max(h.saved for h in heads.values()),
        file=FILE,
    )
