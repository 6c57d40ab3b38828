"""The store of cases: numbered versions of case files in one SQLite file of the user's own.

A save counts as done when it is committed (write-ahead log, ``synchronous=FULL``) and its number and hash stand in the
record of last saves beside the database; then it survives the death of the program at any moment. What was lost or
altered all the same is named on opening (:mod:`cofactor.person.store_chain`). A deleted case is overwritten, not only
unlinked. Folder and files are the user's alone. Case files remain the plain way; the store is for those who want
history, one place, and a passphrase.
"""

from __future__ import annotations

import secrets
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cofactor.errors import InputError, Problem, SealedError, StoreError
from cofactor.files import data_folder, of_system
from cofactor.person.problems import NOTHING
from cofactor.person.store_chain import (
    FIRST,
    HEADS,
    OPEN,
    Damage,
    Head,
    Loss,
    Version,
    find_damage,
    hash_of,
    read_heads,
    write_heads,
)
from cofactor.person.store_file import FILE, as_bytes, connect, make, typed
from cofactor.person.store_seal import Plain, Seal, new_seal, seal_of
from cofactor.person.yaml_text import read as read_yaml
from cofactor.said import Said

LONGEST_NAME = 100
UNFINISHED = "cases.unfinished"
"""A file that stands beside the database while old bytes are to be overwritten: whoever opens it next finishes that."""
_ID_BYTES = 8
_ONE = (
    "SELECT name, saved, before, hash, body FROM versions LEFT JOIN cases ON id = case_id"
    " WHERE case_id = ? AND number = ?"
)


@dataclass(frozen=True, slots=True)
class Saved:
    """A case of the store with its last version."""

    id: str
    name: str
    last: Version


def store_folder() -> Path:
    """Where the store lies: the folder ``cases`` in the user's data folder."""
    return data_folder() / "cases"


class Store:
    """An open store. Use :func:`open_store`."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, seal: Seal, salt: bytes | None) -> None:
        self._folder, self._db, self._seal = folder, connection, seal
        self._salt = salt  # of the seal; None where there is none

    @property
    def sealed(self) -> bool:
        """Whether a passphrase is needed to read it."""
        return not isinstance(self._seal, Plain)

    @property
    def current(self) -> bool:
        """Whether the store has the seal that it was opened with: another program may have sealed it since."""
        with typed():
            return _salt_in(self._db) == self._salt

    # --- reading

    def cases(self) -> tuple[Saved, ...]:
        """Every case with its last readable version, by name."""
        with typed():
            found = [Saved(id_, name, last) for id_, name in self._names() if (last := self._last(id_)) is not None]
        return tuple(sorted(found, key=lambda s: s.name.casefold()))

    def saved(self, case: str) -> Saved | None:
        """A case by its id, with its last version; None where there is none."""
        with typed():
            row = self._db.execute("SELECT name FROM cases WHERE id = ?", (case,)).fetchone()
            last = None if row is None else self._last(case)
        return None if last is None else Saved(case, self._seal.open(as_bytes(row[0]), _name_of(case)), last)

    def history(self, name: str) -> tuple[Version, ...]:
        """Every version of a case, oldest first."""
        with typed():
            return tuple(version for version, _ in self._versions(self._id(name), []))

    def text(self, name: str, number: int | None = None) -> str:
        """The text of a version, by default of the last."""
        with typed():
            case = self._id(name)
            numbers = self._numbers(case)
            wanted = max(numbers, default=0) if number is None else number
            row = self._db.execute(_ONE, (case, wanted)).fetchone() if wanted in numbers else None
        if row is None:
            kept = Said("{first} to {last}", first=min(numbers, default=0), last=max(numbers, default=0))
            do = Said("`cofactor case history {name}` lists them.", name=name)
            raise InputError([Problem("--version", str(number), (kept,), do)])
        return self._seal.open(as_bytes(row[-1]), _version_of(case, wanted))

    def damage(self) -> tuple[Damage, ...]:
        """What was saved and is not there as it was."""
        broken: list[Damage] = []
        versions = [found for case in self._case_ids(broken) for found in self._versions(case, broken)]
        heads = read_heads(self._folder)
        said = {(d.case, n) for d in broken for n in range(d.first, d.last + 1)}
        lost = find_damage(versions, heads)
        return (*broken, *(d for d in lost if (d.case, d.first) not in said or d.first != d.last))

    def name_of(self, case: str) -> str:
        """The name of a case by its id; empty where that cannot be read."""
        with suppress(StoreError, sqlite3.DatabaseError):
            return next((name for id_, name in self._names() if id_ == case), "")
        return ""

    # --- writing

    def save(self, name: str, text: str) -> tuple[Version, bool]:
        """Add a version; the same text as the last one adds none. Returns the version and whether it is new."""
        name = proper_name(name)
        with typed(), self._writing():
            case = self._find(name)
            if case is None:
                case = secrets.token_hex(_ID_BYTES)
                kept = self._seal.close(name, _name_of(case))
                self._db.execute("INSERT INTO cases VALUES (?, ?)", (case, kept))
            last = self._last(case)
            same = last is not None and self._is_last(case, last.number, text)
            version = last if last is not None and same else self._add(case, last, text)
        if not same or self._recorded(case) < version.number:
            self._acknowledge()
        return version, not same

    def delete(self, name: str) -> int:
        """Remove a case, so that its bytes are gone from the files; returns how many versions it had."""
        with typed():
            case = self._id(name)
            count = len(self.history(name))
            (self._folder / UNFINISHED).touch()
            heads = read_heads(self._folder) or {}
            self._record({c: h for c, h in heads.items() if c != case})
            with self._writing():
                self._db.execute("DELETE FROM versions WHERE case_id = ?", (case,))
                self._db.execute("DELETE FROM cases WHERE id = ?", (case,))
            self._scrub()
        return count

    def rename(self, name: str, to: str) -> None:
        """Give a case another name. Every version is hashed anew, since each vouches for the name of its case."""
        to = proper_name(to)
        with typed():
            case = self._id(name)
            other = self._find(to)
            if other not in (None, case):
                expected = (Said("a name that is not taken"),)
                raise InputError([Problem(Said("name"), to, expected, Said("Choose another name."))])
            kept = self._seal.close(to, _name_of(case))
            with self._writing():
                self._db.execute("UPDATE cases SET name = ? WHERE id = ?", (kept, case))
                self._reseal(case, kept, self._seal)
        self._acknowledge()
        with typed():
            self._scrub()

    def protect(self, passphrase: str) -> None:
        """Seal every text and name with a (new) passphrase, and overwrite what stood there before."""
        seal, salt, check = new_seal(passphrase)
        with typed():
            (self._folder / UNFINISHED).touch()
            heads = read_heads(self._folder) or {}
            self._record({case: replace(head, hash=OPEN) for case, head in heads.items()})
            with self._writing():
                self._db.execute("DELETE FROM seal")
                self._db.execute("INSERT INTO seal VALUES (1, ?, ?)", (salt, check))
                for case, name in self._names():
                    kept = seal.close(name, _name_of(case))
                    self._db.execute("UPDATE cases SET name = ? WHERE id = ?", (kept, case))
                    self._reseal(case, kept, seal)
            self._seal, self._salt = seal, salt
            self._acknowledge(anew=True)
            self._scrub()

    def finish(self) -> None:
        """Overwrite what an earlier deletion or sealing that was cut off left; where that fails it stays unfinished."""
        if (self._folder / UNFINISHED).exists():
            with suppress(StoreError, sqlite3.OperationalError):
                self._scrub()

    # --- inside

    def _reseal(self, case: str, name: bytes, seal: Seal) -> None:
        before = FIRST
        rows = self._db.execute("SELECT number, saved, body FROM versions WHERE case_id = ? ORDER BY number", (case,))
        for number, saved, body in rows.fetchall():
            place = _version_of(case, number)
            kept = seal.close(self._seal.open(body, place), place)
            hash_ = hash_of(case, name, number, saved, before, kept)
            values = (before, hash_, kept, case, number)
            self._db.execute(
                "UPDATE versions SET before = ?, hash = ?, body = ? WHERE case_id = ? AND number = ?", values
            )
            before = hash_

    def _add(self, case: str, last: Version | None, text: str) -> Version:
        number = max(0 if last is None else last.number, self._recorded(case)) + 1
        kept = self._seal.close(text, _version_of(case, number))
        saved = datetime.now(UTC).isoformat(timespec="seconds")
        before = FIRST if last is None else last.hash
        name = self._db.execute("SELECT name FROM cases WHERE id = ?", (case,)).fetchone()[0]
        hash_ = hash_of(case, name, number, saved, before, kept)
        self._db.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?)", (case, number, saved, before, hash_, kept))
        return Version(case, number, saved, before, hash_, len(kept))

    def _recorded(self, case: str) -> int:
        """The last version of a case that the record of last saves has; 0 where it has none."""
        head = (read_heads(self._folder) or {}).get(case)
        return 0 if head is None else head.number

    def _acknowledge(self, *, anew: bool = False) -> None:
        """Record the last version of every case. Under the writer's lock, so that no other save is forgotten."""
        with typed(), self._writing(keep=False):
            found = {} if anew else read_heads(self._folder) or {}
            for case in self._case_ids([]):
                last = self._last(case)
                if last is not None and last.number >= (found[case].number if case in found else 0):
                    found[case] = Head(last.number, last.hash, last.saved)
            self._record(found)

    def _record(self, heads: Mapping[str, Head]) -> None:
        try:
            write_heads(self._folder, heads)
        except OSError as error:
            why = of_system(error)
            do = Said("Free some space or check the disk, and save again.")
            raise StoreError(
                Said("{file}: the record cannot be written ({why}). {do}", file=HEADS, why=why, do=do)
            ) from None

    def _scrub(self) -> None:
        """Rewrite the database without what was deleted, and empty the log that still holds it."""
        self._db.execute("VACUUM")
        busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            do = Said("Close it; the next command on the store overwrites them.")
            raise StoreError(Said("Another program has the store open, so old bytes remain in its log. {do}", do=do))
        (self._folder / UNFINISHED).unlink(missing_ok=True)

    @contextmanager
    def _writing(self, *, keep: bool = True) -> Iterator[None]:
        """One transaction under the writer's lock, kept where all of it succeeds.

        Raises :class:`SealedError` where another program has sealed the store since it was opened: nothing may be
        written into it as it is, or under a seal that nobody opens any more.
        """
        self._db.execute("BEGIN IMMEDIATE")
        try:
            if _salt_in(self._db) != self._salt:
                raise SealedError(Said("The store has been sealed since it was opened: give its new passphrase."))
            yield
        except BaseException:
            if self._db.in_transaction:  # SQLite itself takes back what it could not write
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT" if keep else "ROLLBACK")

    def _names(self) -> list[tuple[str, str]]:
        """Ids and names; the id stands in for a name that cannot be read."""
        found = []
        for case, kept in self._db.execute("SELECT id, name FROM cases").fetchall():
            try:
                found.append((str(case), self._seal.open(as_bytes(kept), _name_of(case))))
            except StoreError:
                found.append((str(case), str(case)))
        return found

    def _case_ids(self, broken: list[Damage]) -> list[str]:
        """Ids of all cases, those of versions whose case is lost included."""
        found: dict[str, None] = {}
        for query in ("SELECT id FROM cases", "SELECT DISTINCT case_id FROM versions"):
            try:
                found.update(dict.fromkeys(str(row[0]) for row in self._db.execute(query)))
            except sqlite3.DatabaseError:
                broken.append(Damage(Loss.UNREADABLE))
        return list(found)

    def _find(self, name: str) -> str | None:
        wanted = proper_name(name).casefold()
        return next((case for case, known in self._names() if known.casefold() == wanted), None)

    def _id(self, name: str) -> str:
        case = self._find(name)
        if case is None:
            known = tuple(known for _, known in self._names())[:10]
            do = Said("`cofactor case list` lists the cases of the store.")
            raise InputError([Problem(Said("case"), name[:LONGEST_NAME], known or (Said("a saved case"),), do)])
        return case

    def _numbers(self, case: str) -> list[int]:
        """Numbers of the versions of a case; where the database cannot be asked, those that may be there."""
        try:
            query = "SELECT number FROM versions WHERE case_id = ? ORDER BY number"
            return [row[0] for row in self._db.execute(query, (case,)) if isinstance(row[0], int)]
        except sqlite3.DatabaseError:
            head = (read_heads(self._folder) or {}).get(case)
            return list(range(1, head.number + 1 if head else 1))

    def _versions(self, case: str, broken: list[Damage]) -> list[tuple[Version, bool]]:
        """Versions of a case that can be read, with whether each still fits its hash."""
        found = []
        for number in self._numbers(case):
            try:
                row = self._db.execute(_ONE, (case, number)).fetchone()
            except sqlite3.DatabaseError:
                broken.append(Damage(Loss.UNREADABLE, case, number, number))
                continue
            if row is not None:
                name, saved, before, hash_, body = row
                fits = hash_of(case, as_bytes(name), number, saved, before, as_bytes(body)) == hash_
                found.append((Version(case, number, str(saved), str(before), str(hash_), len(as_bytes(body))), fits))
        return found

    def _last(self, case: str) -> Version | None:
        row = self._db.execute(
            "SELECT number, saved, before, hash, length(body) FROM versions WHERE case_id = ?"
            " ORDER BY number DESC LIMIT 1",
            (case,),
        ).fetchone()
        if row is None:
            return None
        number, saved, before, hash_, size = row
        return Version(case, number, str(saved), str(before), str(hash_), size if isinstance(size, int) else 0)

    def _is_last(self, case: str, number: int, text: str) -> bool:
        row = self._db.execute("SELECT body FROM versions WHERE case_id = ? AND number = ?", (case, number)).fetchone()
        with suppress(StoreError):
            return self._seal.open(as_bytes(row[0]), _version_of(case, number)) == text
        return False


def _salt_in(db: sqlite3.Connection) -> bytes | None:
    """The salt of the seal that a store has, which every sealing makes anew."""
    row = db.execute("SELECT salt FROM seal").fetchone()
    return None if row is None else as_bytes(row[0])


def _name_of(case: str) -> Said:
    """The place of the name of a case, for its seal and for who reads of it: no letter of it may ever change."""
    return Said("name {case}", case=case)


def _version_of(case: str, number: int) -> Said:
    """The place of a version, likewise."""
    return Said("version {number} of {case}", number=number, case=case)


@contextmanager
def open_store(
    folder: Path | None = None, passphrase: Callable[[], str] | None = None, *, create: bool = False
) -> Iterator[Store]:
    """Open the store in a folder (by default :func:`store_folder`).

    ``passphrase`` is asked where the store is sealed. Without ``create`` a store that is not there is an error.
    """
    folder = folder or store_folder()
    path = folder / FILE
    if not path.exists():
        if not create:
            raise StoreError(Said("There is no store yet: `cofactor case save FILE` makes one."))
        make(folder, path)
    with typed(folder), closing(connect(path)) as db:
        row = db.execute("SELECT salt, check_text FROM seal").fetchone()
        if row is not None and passphrase is None:
            raise SealedError(Said("The store is sealed: give its passphrase."))
        seal: Seal = Plain() if row is None or passphrase is None else seal_of(passphrase(), *map(as_bytes, row))
        store = Store(folder, db, seal, None if row is None else as_bytes(row[0]))
        store.finish()
        yield store


def proper_name(name: str) -> str:
    """A name for a case: one line, not empty, in one Unicode form."""
    found = unicodedata.normalize("NFC", " ".join(name.split()))
    if not found or len(found) > LONGEST_NAME or not found.isprintable():
        expected = (Said("1 to {most} characters", most=LONGEST_NAME),)
        got = repr(name[:LONGEST_NAME]) if name.strip() else NOTHING
        raise InputError([Problem(Said("name"), got, expected, Said("Choose a short name or code."))])
    return found


def changed_keys(store: Store, name: str, versions: Iterable[Version]) -> dict[int, tuple[str, ...]]:
    """The top-level keys that each version changed against the one before; all of them in the first."""
    found: dict[int, tuple[str, ...]] = {}
    before: Mapping[str, object] = {}
    for version in versions:
        try:
            now = read_yaml(store.text(name, version.number)).value
        except (StoreError, InputError):
            now = {}
        now = now if isinstance(now, dict) else {}
        found[version.number] = tuple(key for key in {**before, **now} if before.get(key) != now.get(key))
        before = now
    return found
