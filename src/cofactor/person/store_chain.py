"""What the store remembers of itself, so that a lost or altered save is seen and named.

Every version carries a hash of itself, of the name of its case and of the version before it: an altered row no longer
fits. A tail that is lost leaves no trace in the database, since SQLite drops torn ends silently; so the last version of
every case is also written to a small file beside it (:data:`HEADS`), whole or not at all, before a save counts as done.
"""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from cofactor.files import write_whole

HEADS = "cases.heads.json"
FIRST = "0" * 64
OPEN = ""
"""In place of a hash in the record, while every version is being sealed anew: its number still counts."""


@dataclass(frozen=True, slots=True)
class Version:
    """One saved version of a case, without its text. ``saved`` is the time in UTC, ISO 8601."""

    case: str  # random id
    number: int
    saved: str
    before: str  # hash of the version before
    hash: str
    size: int  # bytes kept

    @property
    def day(self) -> date:
        """The day of the save, in UTC."""
        return datetime.fromisoformat(self.saved).date()


@dataclass(frozen=True, slots=True)
class Head:
    """The last acknowledged version of a case."""

    number: int
    hash: str
    saved: str


class Loss(StrEnum):
    """What happened to something that was saved."""

    MISSING = "missing"
    ALTERED = "altered"
    UNREADABLE = "unreadable"  # the database cannot be read there
    NO_HEADS = "no_heads"  # the record of the last saves is gone, so a lost tail could not be seen


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that was saved and is not there as it was. ``case`` is its id; versions ``first`` to ``last``."""

    loss: Loss
    case: str = ""
    first: int = 0
    last: int = 0
    saved: str = ""  # of the last of them, where known


def hash_of(case: str, name: bytes, number: int, saved: str, before: str, body: bytes) -> str:
    """SHA-256 of a version as it is kept, with the name of its case and the hash of the version before."""
    head = f"{case}\n{number}\n{saved}\n{before}\n{len(name)}\n{len(body)}\n".encode()
    return hashlib.sha256(head + name + body).hexdigest()


def write_heads(folder: Path, heads: Mapping[str, Head]) -> None:
    """Write the last version of every case, whole or not at all."""
    body = {case: [head.number, head.hash, head.saved] for case, head in sorted(heads.items())}
    text = json.dumps(body, separators=(",", ":"))
    check = hashlib.sha256(text.encode()).hexdigest()
    write_whole(folder / HEADS, f"{check}\n{text}\n", mode=stat.S_IRUSR | stat.S_IWUSR)


def read_heads(folder: Path) -> dict[str, Head] | None:
    """The last version of every case; None where the file is gone or was altered."""
    try:
        check, _, text = (folder / HEADS).read_text(encoding="utf-8").rstrip("\n").partition("\n")
        if hashlib.sha256(text.encode()).hexdigest() != check:
            return None
        return {case: Head(*values) for case, values in json.loads(text).items()}
    except (OSError, ValueError, TypeError):
        return None


def find_damage(versions: Iterable[tuple[Version, bool]], heads: Mapping[str, Head] | None) -> tuple[Damage, ...]:
    """What is missing or altered. ``versions`` come with whether their own hash fits, in order of case and number."""
    found: list[Damage] = []
    by_case: dict[str, list[tuple[Version, bool]]] = {}
    for version, fits in versions:
        by_case.setdefault(version.case, []).append((version, fits))
    for case, rows in by_case.items():
        found += _of_case(case, rows, (heads or {}).get(case))
    for case, head in (heads or {}).items():
        if case not in by_case:
            found.append(Damage(Loss.MISSING, case, 1, head.number, head.saved))
    if heads is None and by_case:
        found.append(Damage(Loss.NO_HEADS))
    return tuple(found)


def _of_case(case: str, rows: list[tuple[Version, bool]], head: Head | None) -> list[Damage]:
    found: list[Damage] = []
    last: Version | None = None
    for version, fits in rows:
        expected = 1 if last is None else last.number + 1
        if version.number > expected:
            found.append(Damage(Loss.MISSING, case, expected, version.number - 1))
        linked = version.before == (FIRST if last is None else last.hash) or version.number > expected
        if not fits or not linked:
            found.append(Damage(Loss.ALTERED, case, version.number, version.number, version.saved))
        last = version
    assert last is not None
    if head is not None and head.number > last.number:
        found.append(Damage(Loss.MISSING, case, last.number + 1, head.number, head.saved))
    elif head is not None and head.number == last.number and head.hash not in (OPEN, last.hash) and rows[-1][1]:
        found.append(Damage(Loss.ALTERED, case, last.number, last.number, last.saved))
    return found
