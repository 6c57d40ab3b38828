"""Rows put aside: what one file of a set says, kept until another file of the set asks for it.

They lie in a file of SQLite's own, which the system takes away with the process, so that memory does not grow with the
files.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

_CACHE = "PRAGMA cache_size = -32000"  # kilobytes
_FASTER = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", _CACHE)


@contextmanager
def aside(*tables: str) -> Iterator[sqlite3.Connection]:
    """A place with these tables (such as ``names (id PRIMARY KEY, name)``), gone at the end."""
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        for pragma in _FASTER:
            connection.execute(pragma)
        for table in tables:
            connection.execute(f"CREATE TABLE {table}")
        connection.execute("BEGIN")
        yield connection


__all__ = ["aside"]
