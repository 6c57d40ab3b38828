"""Kill a trial again and again while it runs and let it resume: no finished part is lost, and the bytes are the same.

`python bench/kill_trial.py [KILLS] [SEED]`; the test suite runs a smaller form. Runs are killed with -9 at a random
moment and resumed until they are whole, then every file is compared with those of a run that nothing disturbed.
"""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from cofactor.trial import parts
from cofactor.trial.design import parse_trial
from cofactor.trial.parts import Plan
from cofactor.trial.run import run_trial
from proof_table import Proof, asked, conclude

PART = 32  # people of a part, few so that there are many moments to die in
TRIAL = {
    "trial": 1,
    "name": "killed",
    "population": {
        "people": 1600,
        "seed": 3,
        "latitude": 52,
        "baseline": {"25OHD": {"mean": 48, "sd": 18, "unit": "nmol/L"}},
    },
    "start": "2026-10-15",
    "arms": [{"name": "placebo"}, {"name": "D3", "give": {"nutrient": "vitamin_d", "amount": "1000 IU"}}],
    "weeks": 8,
    "observe": {"outcomes": ["25OHD", "PTH"], "weeks": [0, 4, 8]},
}
WORKER = f"""
import sys
from cofactor.trial import parts
from cofactor.trial.run import run_trial
parts.CHUNK = {PART}
run_trial(sys.argv[1], sys.argv[2], resume=True, progress=lambda *_: print(flush=True))
"""


@dataclass(frozen=True)
class Killed:
    """What many kills left behind: finished parts that were ``lost``, receipts that were ``false``, ``other`` bytes.

    ``runs`` is how many trials became whole; ``held`` are the kills after which nothing was wrong.
    """

    kills: int
    held: int
    runs: int
    finished: int
    lost: int
    false: int
    other: int
    seconds: float


def study(kills: int, seed: int) -> Killed:
    """Trials one after the other, each killed at random moments until it gets through."""
    rng, start = random.Random(seed), time.perf_counter()
    usual, parts.CHUNK = parts.CHUNK, PART
    try:
        with tempfile.TemporaryDirectory() as name:
            found = _study(kills, rng, Path(name))
    finally:
        parts.CHUNK = usual
    return Killed(kills, *found, time.perf_counter() - start)


def _study(kills: int, rng: random.Random, home: Path) -> tuple[int, ...]:
    plan, file = Plan(parse_trial(TRIAL)), home / "trial.yaml"
    file.write_text(json.dumps(TRIAL), encoding="utf-8")
    run_trial(file, home / "undisturbed")
    expected = hashes(home / "undisturbed")
    held = runs = finished = lost = false = other = 0
    folder = home / "0"
    folder.mkdir()
    for _ in range(kills):
        before = _whole(folder, plan)[0]
        _killed_run(file, folder, rng.randint(1, 40), rng.uniform(0, 0.02))
        after, untrue = _whole(folder, plan)
        gone = len(before - after)
        finished, lost, false = finished + len(after - before), lost + gone, false + untrue
        wrong = gone + untrue
        if len(after) == plan.count:
            run_trial(file, folder, resume=True)  # the kill may have come before the summary
            differs = hashes(folder) != expected
            runs, other, wrong = runs + 1, other + differs, wrong + differs
            folder = home / str(runs)
            folder.mkdir()
        held += not wrong
    run_trial(file, folder, resume=True)
    other += hashes(folder) != expected
    return held, runs + 1, finished, lost, false, other


def _whole(folder: Path, plan: Plan) -> tuple[set[int], int]:
    """Parts that are as their receipts say, and how many are not."""
    found = parts.receipts(folder)
    whole = {part for part, receipt in found.items() if parts.holds(folder, plan, receipt)}
    return whole, len(found) - len(whole)


def hashes(folder: Path) -> dict[str, str]:
    """Of every file but those that a kill left half-written under a hidden name."""
    files = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _killed_run(file: Path, folder: Path, arms: int, after: float) -> None:
    """A run that is killed some seconds after so many arms of parts were lived, or whole before that."""
    command = [sys.executable, "-c", WORKER, str(file), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        for _ in range(arms):
            worker.stdout.readline()
        time.sleep(after)
        worker.kill()


def main() -> None:
    given = asked(__doc__, "kills", 200)
    found = study(given.count, given.seed)
    shown = "A trial killed with -9 at a random moment and resumed keeps what was finished and ends with the same bytes"
    besides = (
        f"{found.runs} trials, {found.finished:,} parts finished, {found.lost} lost, {found.other} with other bytes"
    )
    conclude(given, Proof("kill_trial", shown, found.held, found.kills, "kills", found.seconds, given.seed, besides))


if __name__ == "__main__":
    main()
