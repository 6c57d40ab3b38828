"""The store of cases: versions, names, secrecy, deletion, and what it says of damage."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from cofactor.errors import InputError, SealedError, StoreError
from cofactor.person import store as store_module
from cofactor.person.store import changed_keys, open_store, proper_name
from cofactor.person.store_chain import HEADS, Loss, read_heads
from cofactor.person.store_file import FILE
from cofactor.person.store_seal import Sealed, new_seal, seal_of

SECRET = "Correct horse 7 battery"
TEXT = "cofactor: 1  # Anna's own words\nperson: {sex: female, age: 58, weight: 72 kg}\n"
MARK = "ZQXJKVB-UNMISTAKABLE"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "cases"


def save(folder, name, text, passphrase=None):
    with open_store(folder, passphrase, create=True) as store:
        return store.save(name, text)


def all_bytes(folder):
    return b"".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file())


def test_versions_are_numbered_and_come_back_as_they_were(folder):
    texts = [TEXT, TEXT + "medicines: [a]\r\n", TEXT + "medicines: [é, œ]\n"]
    for n, text in enumerate(texts, 1):
        version, new = save(folder, "Anna", text)
        assert (version.number, new) == (n, True)
    assert save(folder, "anna", texts[-1])[1] is False
    with open_store(folder) as store:
        assert [store.text("ANNA", n) for n in (1, 2, 3)] == texts
        assert store.text("Anna") == texts[-1]
        history = store.history("Anna")
        assert [v.number for v in history] == [1, 2, 3]
        assert history[1].before == history[0].hash
        assert changed_keys(store, "Anna", history) == {1: ("cofactor", "person"), 2: ("medicines",), 3: ("medicines",)}
        assert store.damage() == ()


def test_cases_are_listed_by_name(folder):
    for name in ("Zoé", "anna", "Bob"):
        save(folder, name, TEXT)
    with open_store(folder) as store:
        assert [(s.name, s.last.number) for s in store.cases()] == [("anna", 1), ("Bob", 1), ("Zoé", 1)]


def test_folder_and_files_are_the_users_alone(folder):
    with open_store(folder, create=True) as store:
        store.save("Anna", TEXT)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {0o600}
        assert len(list(folder.iterdir())) > 2  # the log too, while it is open


def test_an_open_folder_is_closed(folder):
    folder.mkdir(parents=True, mode=0o755)
    save(folder, "Anna", TEXT)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_is_not_there_is_named(folder):
    with pytest.raises(StoreError, match="no store yet"), open_store(folder):
        pass
    save(folder, "Anna", TEXT)
    with open_store(folder) as store:
        with pytest.raises(InputError, match="Anna"):
            store.text("Bob")
        with pytest.raises(InputError, match="1 to 1"):
            store.text("Anna", 2)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\0b", "a\x1bb"])
def test_names_are_one_short_line(name):
    with pytest.raises(InputError, match="a short name or code"):
        proper_name(name)
    assert proper_name("  Anna \n Z ") == "Anna Z"


# ---- deletion ----


@pytest.mark.parametrize("passphrase", [None, SECRET])
def test_nothing_of_a_deleted_case_is_left_in_the_files(folder, passphrase):
    ask = passphrase and (lambda: passphrase)
    save(folder, "Bob", TEXT)
    if passphrase:
        with open_store(folder) as store:
            store.protect(passphrase)
    with open_store(folder, ask) as store:
        for n in range(40):
            store.save(f"{MARK} name", TEXT + f"medicines: [{MARK} {n} {'x' * 3000}]\n")
    assert (MARK.encode() in all_bytes(folder)) is (passphrase is None)
    size = (folder / FILE).stat().st_size
    with open_store(folder, ask) as store:
        assert store.delete(f"{MARK} name") == 40
        assert MARK.encode() not in all_bytes(folder)  # while it is still open
        assert [s.name for s in store.cases()] == ["Bob"]
        assert store.damage() == ()
    assert (folder / FILE).stat().st_size < size / 4
    assert MARK.encode() not in all_bytes(folder)
    assert len(read_heads(folder)) == 1


def test_a_program_that_holds_the_log_open_is_told_of(folder):
    save(folder, "Anna", TEXT)
    other = sqlite3.connect(folder / FILE, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM cases").fetchall()
    with open_store(folder) as store:
        store._db.execute("PRAGMA busy_timeout=50")
        with pytest.raises(StoreError, match="Another program"):
            store.delete("Anna")
    other.close()


# ---- the passphrase ----


def test_a_sealed_store_opens_with_its_passphrase_alone(folder):
    save(folder, MARK, TEXT + f"medicines: [{MARK}]\n")
    save(folder, MARK, TEXT)
    with open_store(folder) as store:
        assert not store.sealed
        store.protect(SECRET)
        assert store.sealed
        assert store.text(MARK) == TEXT
    assert MARK.encode() not in all_bytes(folder)
    assert b"cofactor: 1" not in all_bytes(folder)
    with pytest.raises(StoreError, match="sealed"), open_store(folder):
        pass
    with pytest.raises(StoreError, match="does not open") as caught, open_store(folder, lambda: "wrong words here"):
        pass
    assert SECRET not in str(caught.value)
    with open_store(folder, lambda: SECRET) as store:
        assert store.text(MARK, 1).endswith(f"[{MARK}]\n")
        assert store.damage() == ()
        store.save(MARK, TEXT + "medicines: [b]\n")
    with open_store(folder, lambda: SECRET) as store:
        assert [v.number for v in store.history(MARK)] == [1, 2, 3]


def test_a_passphrase_can_be_changed(folder):
    save(folder, "Anna", TEXT)
    with open_store(folder) as store:
        store.protect(SECRET)
    with open_store(folder, lambda: SECRET) as store:
        store.protect("another good phrase")
    with pytest.raises(StoreError, match="does not open"), open_store(folder, lambda: SECRET):
        pass
    with open_store(folder, lambda: "another good phrase") as store:
        assert store.text("Anna") == TEXT


@pytest.mark.parametrize("before", [None, SECRET])
def test_nothing_is_written_under_a_seal_that_another_program_has_replaced(folder, before):
    save(folder, "Anna", TEXT)
    if before:
        with open_store(folder) as store:
            store.protect(before)
    ask = before and (lambda: before)
    with open_store(folder, ask) as held:
        with open_store(folder, ask) as other:
            assert held.current
            other.protect("another good phrase")
            assert other.current
        assert not held.current
        for write in (lambda: held.save(f"{MARK} name", TEXT), lambda: held.protect(SECRET)):
            with pytest.raises(SealedError, match="sealed since"):
                write()
    assert MARK.encode() not in all_bytes(folder)
    with open_store(folder, lambda: "another good phrase") as store:
        assert [case.name for case in store.cases()] == ["Anna"]
        assert store.damage() == ()


def test_a_case_saved_while_another_program_begins_to_seal_is_sealed_too(folder, monkeypatch):
    save(folder, "Anna", TEXT)
    with open_store(folder) as held, open_store(folder) as other:
        record = other._record

        def meanwhile(heads):
            monkeypatch.undo()
            held.save(f"{MARK} name", TEXT)
            record(heads)

        monkeypatch.setattr(other, "_record", meanwhile)
        other.protect(SECRET)
    assert MARK.encode() not in all_bytes(folder)
    with open_store(folder, lambda: SECRET) as store:
        assert {case.name for case in store.cases()} == {f"{MARK} name", "Anna"}
        assert store.text(f"{MARK} name") == TEXT
        assert store.damage() == ()


@pytest.mark.parametrize("passphrase", [None, "five words that nobody knows"])
def test_a_case_can_take_another_name(folder, passphrase):
    with open_store(folder, None, create=True) as store:
        for text in ("one: 1", "one: 2"):
            store.save("Anna", text)
        store.save("Zoé", "two: 1")
        if passphrase:
            store.protect(passphrase)
        store.rename("Anna", "A-17")
        with pytest.raises(InputError):
            store.rename("A-17", "zoé")
        store.rename("A-17", "a-17")
    with open_store(folder, (lambda: passphrase) if passphrase else None) as store:
        assert [case.name for case in store.cases()] == ["a-17", "Zoé"]
        assert [store.text("a-17", n) for n in (1, 2)] == ["one: 1", "one: 2"]
        assert store.damage() == ()
    assert b"Anna" not in all_bytes(folder)


def test_a_short_passphrase_is_refused(folder):
    save(folder, "Anna", TEXT)
    with open_store(folder) as store, pytest.raises(StoreError, match="at least 8"):
        store.protect("short")
    with open_store(folder) as store:
        assert store.text("Anna") == TEXT


def test_a_sealed_text_belongs_to_its_place():
    seal, salt, check = new_seal(SECRET)
    kept = seal.close("text", "version 1 of a")
    assert seal_of(SECRET, salt, check).open(kept, "version 1 of a") == "text"
    assert kept != seal.close("text", "version 1 of a")  # a new nonce each time
    with pytest.raises(StoreError, match="seal is broken"):
        seal.open(kept, "version 2 of a")
    with pytest.raises(StoreError):
        Sealed(bytes(32)).open(kept, "version 1 of a")


# ---- damage ----


@pytest.fixture
def three(folder):
    for n in range(1, 4):
        save(folder, "Anna", TEXT + f"medicines: [m{n}]\n")
    save(folder, "Bob", TEXT)
    return folder


def damage(folder):
    with open_store(folder) as store:
        return [(d.loss, store.name_of(d.case), d.first, d.last) for d in store.damage()]


def edit(folder, statement):
    db = sqlite3.connect(folder / FILE)
    with db:
        db.execute(statement)
    db.close()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM versions WHERE number = 3", [(Loss.MISSING, "Anna", 3, 3)]),
        ("DELETE FROM versions WHERE number = 2", [(Loss.MISSING, "Anna", 2, 2)]),
        ("DELETE FROM versions WHERE number > 1", [(Loss.MISSING, "Anna", 2, 3)]),
        ("UPDATE versions SET body = 'x' WHERE number = 2", [(Loss.ALTERED, "Anna", 2, 2)]),
        ("UPDATE versions SET saved = '2020' WHERE number = 3", [(Loss.ALTERED, "Anna", 3, 3)]),
    ],
)
def test_what_is_lost_or_altered_is_named(three, statement, expected):
    assert damage(three) == []
    edit(three, statement)
    assert damage(three) == expected


def test_a_changed_name_is_seen(three):
    edit(three, "UPDATE cases SET name = CAST('Eve' AS BLOB) WHERE name = CAST('Bob' AS BLOB)")
    assert (Loss.ALTERED, "Eve", 1, 1) in damage(three)


def test_a_case_that_is_gone_altogether_is_told_by_its_last_save(three):
    edit(three, "DELETE FROM versions WHERE case_id = (SELECT id FROM cases WHERE name = CAST('Bob' AS BLOB))")
    edit(three, "DELETE FROM cases WHERE name = CAST('Bob' AS BLOB)")
    with open_store(three) as store:
        (found,) = store.damage()
    assert (found.loss, found.first, found.last) == (Loss.MISSING, 1, 1)
    assert found.saved


def test_a_lost_version_keeps_its_number(three):
    edit(three, "DELETE FROM versions WHERE number = 3")
    version, _ = save(three, "Anna", TEXT + "medicines: [m4]\n")
    assert version.number == 4
    assert damage(three) == [(Loss.MISSING, "Anna", 3, 3)]


@pytest.mark.parametrize("content", [None, b"", b"nonsense", b"\xff\xfe"])
def test_a_lost_record_of_saves_is_told(three, content):
    heads = three / HEADS
    heads.unlink() if content is None else heads.write_bytes(content)
    assert damage(three) == [(Loss.NO_HEADS, "", 0, 0)]
    save(three, "Anna", TEXT + "medicines: [m4]\n")
    assert damage(three) == []


def test_a_newer_store_is_refused(three):
    edit(three, "PRAGMA user_version=99")
    with pytest.raises(StoreError, match="format 99"), open_store(three):
        pass


def test_a_save_that_cannot_be_recorded_is_not_done(folder, monkeypatch):
    save(folder, "Anna", TEXT)

    def fails(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store_module, "write_heads", fails)
    with pytest.raises(StoreError, match="No space left"):
        save(folder, "Anna", TEXT + "medicines: [b]\n")
    monkeypatch.undo()
    assert damage(folder) == []  # one more than was promised is no loss
    with open_store(folder) as store:
        assert store.text("Anna", 1) == TEXT


def test_a_full_disk_keeps_what_was_saved(folder):
    save(folder, "Anna", TEXT)
    with open_store(folder) as store:
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count={pages + 2}")
        with pytest.raises(StoreError, match="disk is full"):
            store.save("Anna", TEXT + "#" * 100_000)
        assert store.text("Anna") == TEXT
    assert damage(folder) == []


def torn(folder, rng):
    """One file of the store cut short, or with one bit turned."""
    target = rng.choice([p for p in sorted(folder.iterdir()) if p.stat().st_size])
    content = bytearray(target.read_bytes())
    if rng.random() < 0.5:
        content = content[: rng.randrange(len(content))]
    else:
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    target.write_bytes(content)


@pytest.mark.parametrize("passphrase", [None, SECRET])
def test_a_torn_store_gives_what_is_left_and_names_the_rest(folder, tmp_path, passphrase):
    """Cut or bit-turned copies of database, log and record: never another error than ours, never a wrong text."""
    texts = {n: TEXT + f"medicines: [m{n} {'x' * 900}]\n" for n in range(1, 13)}
    ask = passphrase and (lambda: passphrase)
    if passphrase:
        with open_store(folder, create=True) as store:
            store.protect(passphrase)
    with open_store(folder, ask, create=True) as store:
        for text in texts.values():
            store.save("Anna", text)
        live = tmp_path / "live"  # with its log, as a crash leaves it
        shutil.copytree(folder, live)
    rng = random.Random(5)
    whole, told = 0, 0
    for n in range(25 if passphrase else 150):
        copy = tmp_path / f"copy{n}"
        shutil.copytree(live, copy)
        (copy / f"{FILE}-shm").unlink(missing_ok=True)
        torn(copy, rng)
        try:
            with open_store(copy, ask) as store:
                found = store.damage()
                left = {v.number: store.text("Anna", v.number) for v in store.history("Anna")}
        except (StoreError, InputError):
            told += 1
            continue
        finally:
            shutil.rmtree(copy)
        wrong = {number for number, text in left.items() if text != texts[number]}
        named = {number for d in found for number in range(d.first, d.last + 1)}
        assert wrong <= named
        assert set(texts) - set(left) <= named or any(d.loss in (Loss.NO_HEADS, Loss.UNREADABLE) for d in found)
        whole += not found
        told += bool(found)
    assert told > 0
    assert whole > 0


def test_heads_are_checked(folder):
    save(folder, "Anna", TEXT)
    check, body = (folder / HEADS).read_text(encoding="utf-8").splitlines()
    (folder / HEADS).write_text(f"{check}\n{body.replace('[1,', '[9,')}\n", encoding="utf-8")
    assert read_heads(folder) is None
    assert json.loads(body)
    assert isinstance(folder, Path)
