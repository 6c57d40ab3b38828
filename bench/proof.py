"""Every proof of docs/proof.md, one after the other, each writing its own row: `make proof`.

`python bench/proof.py` names them; `python bench/proof.py kill_save ...` runs only those.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

BENCH = Path(__file__).parent
PROOFS: dict[str, tuple[str, ...]] = {
    "bad_cases": (),
    "kill_save": (),
    "kill_trial": (),
    "nth_fault": (),
    "full_disk": (),
    "sbml_made": (),
    "hostile": (),
    "plan_people": (),
    "plan_promise": (),
}
"""The command (a file of this folder) and its arguments: none where its defaults are the figures to show."""
BY_HAND = ("fuzz",)
"""Needs a package that is in no lock."""


def main() -> None:
    chosen = sys.argv[1:] or list(PROOFS)
    if unknown := [name for name in chosen if name not in PROOFS]:
        sys.exit(f"no such proof: {', '.join(unknown)}; there are {', '.join(PROOFS)}")
    start, failed = time.perf_counter(), []
    for name in chosen:
        command = [sys.executable, str(BENCH / f"{name}.py"), *PROOFS[name], "--write"]
        if subprocess.run(command, cwd=BENCH.parent, check=False).returncode:
            failed.append(name)
    held = len(chosen) - len(failed)
    print(f"{held} of {len(chosen)} proofs held, {time.perf_counter() - start:.0f} s")
    sys.exit(f"did not hold: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
