"""Coverage-guided fuzzing of the readers of cases, of FHIR, of results, of foods and of models, with atheris.

Run `python bench/fuzz.py [SECONDS] [SEED] [--write]`: so many seconds at each door. Atheris comes as a wheel for Linux
alone and is in no lock: `pip install atheris` first. An input that a reader answers with anything but a value or a
refusal in words, or after more than ten seconds, ends the run at its door and is printed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["cofactor"]):
    from cofactor.engine.user_model import given_model
    from cofactor.errors import CofactorError, InputError
    from cofactor.facts.food_files.items import FileError
    from cofactor.facts.food_files.reader import bundles
    from cofactor.facts.foods import trace_ceilings
    from cofactor.person import fhir, lab_csv
    from cofactor.person.case import parse_case
from hostile import MODELS, SHEETS, bundle, sbml_models
from proof_table import Proof, asked, conclude

EXAMPLES = Path(__file__).parents[1] / "examples"
SAMPLES = Path(__file__).parents[1] / "tests" / "facts" / "food_samples"
SETS = {
    "food.csv": ("fdc_id,data_type,description,food_category_id\n1,foundation_food,Milk,1\n2,branded_food,Juice,\n"),
    "food_nutrient.csv": (
        "id,fdc_id,nutrient_id,amount,derivation_id,loq\n1,1,1087,120,1,\n2,1,1110,0,1,0.1\n3,2,1087,9,,\n"
    ),
    "nutrient.csv": ("id,name,unit_name,nutrient_nbr\n1087,Calcium,MG,301\n1110,D,IU,324\n"),
    "branded_food.csv": (
        "fdc_id,brand_owner,serving_size,serving_size_unit,household_serving_fulltext\n2,A,200,ml,1 cup\n"
    ),
    "food_portion.csv": ("id,fdc_id,measure_unit_id,gram_weight,amount,modifier\n1,1,9999,244,1,cup\n"),
    "overview.csv": ("DSLD ID,Product Name,Brand Name,Serving Size,Net Contents\n7,Calcium,A,2 Tablet(s),60\n"),
    "facts.csv": (
        "DSLD ID,Ingredient,Amount Per Serving,Amount Per Serving Unit\n7,Calcium,500,mg\n7,Vitamin D,NP,NP\n"
    ),
    "alim.xml": ("<TABLE>\n<ALIM>\n<alim_code> 1 </alim_code>\n<alim_nom_fr> Lait </alim_nom_fr>\n</ALIM>\n</TABLE>\n"),
    "const.xml": (
        "<TABLE>\n"
        "<CONST>\n"
        "<const_code> 10200 </const_code>\n"
        "<const_nom_fr> Calcium (mg/100 g) </const_nom_fr>\n"
        "</CONST>\n"
        "<CONST>\n"
        "<const_code> 10120 </const_code>\n"
        "<const_nom_fr> Magnésium (mg/100 g) </const_nom_fr>\n"
        "</CONST>\n"
        "</TABLE>\n"
    ),
    "compo.xml": (
        "<TABLE>\n"
        "<COMPO>\n"
        "<alim_code> 1 </alim_code>\n"
        "<const_code> 10200 </const_code>\n"
        "<teneur> < 0,2 </teneur>\n"
        "</COMPO>\n"
        "</TABLE>\n"
    ),
}
"""The smallest files of the tables that come as several: those that are not bred lie beside the one that is."""


def _case(data: bytes) -> object:
    return parse_case(data.decode("utf-8", "replace"))


def _model(data: bytes) -> object:
    return given_model(data, "given.xml" if data.startswith(b"<") else "given.ant")


class Foods:
    """Every row of whatever is found in a file, the other files of its set beside it."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        for name, text in SETS.items():
            (Path(self.folder.name) / name).write_text(text, encoding="utf-8")
        for path in (SAMPLES / "sr28").glob("*.txt"):
            shutil.copy(path, self.folder.name)

    def __call__(self, data: bytes) -> int:
        """How many rows there are."""
        path = Path(self.folder.name) / "aaa.txt"
        path.write_bytes(data)
        try:
            return sum(1 for table in bundles([path]) for _ in table.read(trace_ceilings()).rows)
        except FileError as error:
            raise InputError([error.problem(path.name)]) from None


def _food_seeds() -> list[bytes]:
    files = [*SAMPLES.glob("*.*"), *(SAMPLES / "sr28").glob("*.txt")]
    return [p.read_bytes() for p in sorted(files) if p.suffix != ".md"] + [text.encode() for text in SETS.values()]


DOORS: dict[str, Callable[[], tuple[Callable[[bytes], object], list[bytes]]]] = {
    "case": lambda: (_case, [p.read_bytes() for p in sorted(EXAMPLES.glob("*.yaml"))]),
    "fhir": lambda: (lambda data: fhir.read(data.decode("utf-8", "replace")), [bundle()]),
    "results": lambda: (lambda data: lab_csv.read(data.decode("utf-8", "replace")), list(SHEETS)),
    "foods": lambda: (Foods(), _food_seeds()),
    "model": lambda: (_model, [*MODELS, *(content for _, content in sbml_models())]),
}


def fuzz(door: str, seconds: str, seed: str) -> None:
    """Fuzz one door; libFuzzer ends the program."""
    read, seeds = DOORS[door]()

    def one(data: bytes) -> None:
        try:
            read(data)
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
    with tempfile.TemporaryDirectory() as place:  # libFuzzer ends the program before it can tidy up
        env = os.environ | {"TMPDIR": place}
        ran = subprocess.run(command, env=env, capture_output=True, text=True, errors="replace", check=False)
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
