"""Coverage-guided fuzzing of the readers of cases, of FHIR, of results and of the text of models, with atheris.

Run `python bench/fuzz.py [SECONDS] [SEED] [--write]`: so many seconds at each door. Atheris comes as a wheel for Linux
alone and is in no lock: `pip install atheris` first. An input that a reader answers with anything but a value or a
refusal in words, or after more than ten seconds, ends the run at its door and is printed.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["cofactor"]):
    from cofactor.engine.model_limits import check_antimony, check_sbml
    from cofactor.errors import CofactorError
    from cofactor.person import fhir, lab_csv
    from cofactor.person.case import parse_case
from hostile import MODELS, SHEETS, bundle
from proof_table import Proof, asked, conclude

EXAMPLES = Path(__file__).parents[1] / "examples"


def _model(text: str) -> object:
    return check_sbml(text) if text.startswith("<") else check_antimony(text)


DOORS: dict[str, tuple[Callable[[str], object], list[bytes]]] = {
    "case": (parse_case, [p.read_bytes() for p in sorted(EXAMPLES.glob("*.yaml"))]),
    "fhir": (fhir.read, [bundle()]),
    "results": (lab_csv.read, list(SHEETS)),
    "model": (_model, list(MODELS)),
}


def fuzz(door: str, seconds: str, seed: str) -> None:
    """Fuzz one door; libFuzzer ends the program."""
    read, seeds = DOORS[door]

    def one(data: bytes) -> None:
        try:
            read(data.decode("utf-8", "replace"))
        except CofactorError as error:
            if not str(error):
                raise ValueError("a refusal without words") from error

    with tempfile.TemporaryDirectory() as corpus:
        for number, content in enumerate(seeds):
            (Path(corpus) / str(number)).write_bytes(content)
        limits = [f"-max_total_time={seconds}", f"-seed={seed}", "-timeout=10", "-rss_limit_mb=2000", "-max_len=8192"]
        atheris.Setup([sys.argv[0], corpus, f"-artifact_prefix={corpus}/", *limits], one)
        atheris.Fuzz()


def proof(door: str, seconds: int, seed: int) -> Proof:
    """Fuzz one door in a program of its own, and read what libFuzzer says at the end."""
    command = [sys.executable, __file__, "--door", door, str(seconds), str(seed)]
    ran = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    ended = re.search(r"Done (\d+) runs in (\d+) second", ran.stderr)
    tried = int(ended[1]) if ended else 1
    if not ended:
        print((ran.stdout + ran.stderr)[-3000:])
    shown = f"Inputs bred by what they reach in the reader of {door} are read or refused in words, within ten seconds"
    return Proof(f"fuzz-{door}", shown, tried if ended else 0, tried, "inputs", float(seconds), seed)


def main() -> None:
    if sys.argv[1:2] == ["--door"]:
        fuzz(*sys.argv[2:5])
    given = asked(__doc__, "seconds", 60)
    conclude(given, *(proof(door, given.count, given.seed) for door in DOORS))


if __name__ == "__main__":
    main()
