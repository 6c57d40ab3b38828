"""Random SBML models of every mixture of features against libRoadRunner: each is solved right, or refused by name.

`python bench/sbml_made.py [MODELS] [SEED] [--write]`; the test suite runs a smaller form. The SBML test suite itself is
not shipped: sbml_suite.py runs it where it lies.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from proof_table import Proof, asked, conclude
from sbml_cases import write_cases
from sbml_suite import FAULTS, study


def main() -> None:
    """Make them, solve them, judge them."""
    given, begin = asked(__doc__, "models", 300), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        inside = write_cases(Path(folder), given.count, given.seed)
        score = study(Path(folder))
    held = sum(inside[name] for name in score.right) + sum(not inside[name] for name in score.refused)
    judge = ", ".join(f"{score.share(fault):.0%} of answers wrong by {fault:.1%} found" for fault in FAULTS)
    conclude(
        given,
        Proof(
            "sbml_made",
            "A model in SBML is solved right in both of its levels, or refused for what it holds",
            held,
            given.count,
            "models",
            time.perf_counter() - begin,
            given.seed,
            f"{len(score.right)} right, {len(score.refused)} refused, {len(score.wrong)} wrong; {judge}",
        ),
    )


if __name__ == "__main__":
    main()
