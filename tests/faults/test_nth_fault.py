"""A call to the disk fails, each in turn, in every command that writes: nothing is lost, and the command says so."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os

import pytest

import nth_fault
from cofactor.errors import StoreError
from cofactor.person.store import UNFINISHED, open_store
from injected import failing


@pytest.mark.parametrize("name", nth_fault.OPERATIONS)
def test_whichever_call_fails_every_file_is_as_before_or_whole(name):
    """Half of bench/nth_fault.py: EIO and ENOSPC in turn."""
    found = nth_fault.study((name,), in_turn=True)
    assert found.broken == []
    assert found.faults == found.calls[name] >= 6


def in_place(path, content, mode=0o644):
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content.encode())
    return path


def leaving_a_part(path, content, mode=0o644):
    part = path.with_name(".of.part")
    in_place(part, content, mode)
    os.replace(part, path)  # noqa: PTH105 - the study counts the calls of os
    return path


@pytest.mark.parametrize(
    ("writer", "seen"), [(in_place, "neither as before nor as it should become"), (leaving_a_part, "leaves .of.part")]
)
def test_the_study_sees_a_writer_that_is_not_whole(monkeypatch, writer, seen):
    monkeypatch.setattr("cofactor.model.export.write_whole", writer)
    assert any(seen in line for line in nth_fault.study(("export SBML",)).broken)


def test_a_deletion_that_was_cut_off_is_finished_by_whoever_opens_the_store_next(tmp_path):
    """Where the disk fails after the case is gone and before its bytes are, the next command overwrites them."""
    secret = "a sentence that nobody else may read " * 200
    unfinished = 0
    for n in itertools.count():
        folder = tmp_path / str(n)
        with open_store(folder, create=True) as store:
            store.save("Anna", "a text")
            store.save("Ben", secret)
        with contextlib.suppress(StoreError, OSError), failing(n, errno.ENOSPC) as disk, open_store(folder) as store:
            store.delete("Ben")
        if not disk.hit:
            break
        unfinished += (folder / UNFINISHED).exists()
        with open_store(folder) as store:
            names = [saved.name for saved in store.cases()]
            assert store.damage() == ()
        if names == ["Anna"]:
            assert not any(b"nobody else" in p.read_bytes() for p in folder.iterdir())
            assert not (folder / UNFINISHED).exists()
    assert unfinished > 5
