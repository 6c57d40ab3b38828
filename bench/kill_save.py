"""Kill a program while it saves cases, again and again: no acknowledged save may be lost, no store unreadable.

Run `python bench/kill_save.py [KILLS] [SEED] [--write]`; the test suite runs a smaller form. A kill tests the death of
the program, not of the machine: for that the store relies on SQLite's ``synchronous=FULL`` and on fsync before each
rename.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from cofactor.person.store import open_store
from proof_table import Proof, asked, conclude

TEXT = "cofactor: 1\nperson: {sex: female, age: 58, weight: 72 kg}\n"
WORKER = f"""
import sys
from pathlib import Path
from cofactor.person.store import open_store
n = 0
while True:
    with open_store(Path(sys.argv[1]), create=True) as store:
        for _ in range(3):
            version, _ = store.save("Anna", {TEXT!r} + "#" * 3000 + sys.argv[2] + str(n))
            print(version.number, flush=True)
            n += 1
"""


@dataclass(frozen=True)
class Killed:
    """What many kills left behind: ``acknowledged`` saves, those of them ``lost``, and stores that said of damage.

    ``whole`` are the kills after which nothing was lost or damaged.
    """

    kills: int
    acknowledged: int
    lost: int
    damaged: int
    whole: int
    seconds: float


def study(kills: int, seed: int) -> Killed:
    """One store, one writer after another, each killed with -9 at a random moment of its saves."""
    rng, start = random.Random(seed), time.perf_counter()
    acknowledged = lost = damaged = whole = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "cases"
        for kill in range(kills):
            said = _killed_writer(folder, kill, rng.uniform(0, 0.03))
            acknowledged += len(said)
            with open_store(folder) as store:
                gone = said - {v.number for v in store.history("Anna")}
                hurt = bool(store.damage()) or not store.text("Anna").startswith(TEXT)
            lost, damaged, whole = lost + len(gone), damaged + hurt, whole + (not gone and not hurt)
    return Killed(kills, acknowledged, lost, damaged, whole, time.perf_counter() - start)


def _killed_writer(folder: Path, kill: int, after: float) -> set[int]:
    """Numbers that a writer acknowledged before it was killed ``after`` seconds of saving."""
    command = [sys.executable, "-c", WORKER, str(folder), str(kill)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(after)
        writer.kill()
        rest = writer.stdout.read()
    return {int(line) for line in (first + rest).splitlines() if line.strip()}


def main() -> None:
    given = asked(__doc__, "kills", 1000)
    found = study(given.count, given.seed)
    shown = "A case that was answered with Saved is there after kill -9 at a random moment, and the store is whole"
    besides = f"{found.acknowledged:,} acknowledged saves, {found.lost} lost, {found.damaged} stores with damage"
    conclude(given, Proof("kill_save", shown, found.whole, found.kills, "kills", found.seconds, given.seed, besides))


if __name__ == "__main__":
    main()
