"""A disk that is full, or fills up while a command writes: nothing acknowledged is lost, and the command says so.

Run `python bench/full_disk.py [NAME ...] [--write]` on Linux, where it makes a small disk in memory (tmpfs) that only
it can see. Every command of nth_fault.py meets that disk with no room left, then with a page more, and so on until it
gets through, and is judged as there. The test suite fails the calls themselves instead, which needs no disk of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from nth_fault import DONE, OPERATIONS, Operation, complaints, computed_once
from proof_table import Proof, conclude, read

INSIDE = "COFACTOR_FULL_DISK"
MOUNT = 'mount -t tmpfs -o size=32m tmpfs "$1" && shift && exec "$@"'
GROWTH = 1.25  # of the room from try to try, once it is some pages
THROUGH = 3  # tries in a row that get through: there is room enough
PAGE = os.sysconf("SC_PAGE_SIZE")


def rooms() -> Iterator[int]:
    """Pages that are left free: each number up to 16, then a quarter more each time."""
    yield from range(16)
    pages = 16.0
    while True:
        yield int(pages)
        pages *= GROWTH


def try_all(name: str, operation: Operation, disk: Path) -> Iterator[str]:
    """What is wrong in each try with less room than the command needs, and an empty line where nothing is."""
    base, here = disk / "before", disk / "here"
    operation.prepare(base)
    old = operation.state(base)
    shutil.copytree(base, here)
    assert operation.run(here).exit_code in DONE, name
    new = operation.state(here)
    through, room = 0, rooms()
    while through < THROUGH:
        pages = next(room)
        shutil.rmtree(here)
        shutil.copytree(base, here)
        filler = disk / "filler"
        filler.write_bytes(bytes(free(disk) - pages * PAGE))
        ran = operation.run(here)
        filler.unlink()
        through = through + 1 if ran.exit_code in DONE else 0
        found = list(complaints(operation, here, ran, old, new))
        yield f"{name}, {pages} pages free: {'; '.join(found)}" if found else ""
    for folder in (base, here):
        shutil.rmtree(folder)


def free(disk: Path) -> int:
    """Bytes that can still be written."""
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize


def on_a_small_disk() -> int:
    """Run this command again where only it sees a small disk."""
    with tempfile.TemporaryDirectory() as disk:
        ours = ["bash", "-c", MOUNT, "mount", disk, sys.executable, *sys.argv]
        command = ["unshare", "--mount", "--map-root-user", *ours]
        return subprocess.run(command, env={**os.environ, INSIDE: disk}, check=False).returncode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(OPERATIONS))
    given = read(parser)
    if INSIDE not in os.environ:
        sys.exit(on_a_small_disk())
    begin, disk, tries = time.perf_counter(), Path(os.environ[INSIDE]), []
    with computed_once():
        for name in given.names or OPERATIONS:
            tries += try_all(name, OPERATIONS[name], disk)
    wrong = [line for line in tries if line]
    for line in wrong[:40]:
        print(line)
    shown = "On a disk that is full or fills up a command says so, and every file is as before or whole"
    besides = f"{len(given.names or OPERATIONS)} commands on a tmpfs with from 0 pages of room to enough"
    took = time.perf_counter() - begin
    conclude(given, Proof("full_disk", shown, len(tries) - len(wrong), len(tries), "disks", took, None, besides))


if __name__ == "__main__":
    main()
