"""Hostile files at every door: each is read, or refused in words, soon and in bounded memory; nothing else comes out.

Run `python bench/hostile.py [FILES] [SEED] [--write]`: so many files at each door. They are real ones with bytes,
numbers, values or structure changed. A program of its own reads them, since a parser may die of one: that, an answer
after more than ten seconds, or a gigabyte more memory counts as broken too. The test suite reads some of them itself;
`bad_cases.py` does the same for case files, from their schema.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from bad_cases import mutated
from cofactor.engine.user_model import given_model
from cofactor.errors import CofactorError, InputError
from cofactor.facts.food_import import import_files
from cofactor.person.case import load_case
from cofactor.person.catalogue import parse_catalogue
from cofactor.person.documents import text_of
from cofactor.person.lab_file import judged
from cofactor.trial.design import load_trial
from cofactor.trial.formula.spec import load_spec
from cofactor.trial.label_file import load_label
from proof_table import Proof, asked, conclude

ROOT = Path(__file__).parents[1]
EXAMPLES, FOODS = ROOT / "examples", ROOT / "tests" / "facts" / "food_samples"
SLOWEST = 10.0  # s of processor time
MOST_MEMORY = 1 << 20  # kB above what the program had at its start
NASTY = (
    *(b"NaN", b"-Infinity", b"1e999", b"-1", b"0", b"1" * 400, b"", b"null", b"\0", b"\xff\xfe", b"\xed\xa0\x80"),
    *(
        b"\x1b[2J",
        "\u202e".encode(),
        "\u200b".encode(),
        b'"',
        b"'",
        b"\\",
        b"{",
        b"[",
        b"<",
        b"&a",
        b"*a",
        b"!!",
        b"\n",
    ),
    *(b"9" * 5000, b"[" * 500, b"\\ud800", b"../../etc/passwd", b"%s%n", b"$(id)", b"\r\n\t"),
)
SHEETS = (
    b"date;analyse;valeur;unite\n2026-09-02;vitamine d;40;nmol/L\n02/10/2026;magnesium;0,82;mmol/L\n",
    b"date,test,loinc,value,unit,low,high\n2026-09-02,PTH,2731-8,4.1,pmol/L,1.6,6.9\n",
)
MODELS = (
    b"x = 1; k = 0.3; x' = -k*x;",
    b"compartment c = 2; species S in c, P in c; S = 3; P = 0; J: S -> P; c*V*S/(K + S); V = 1; K = 0.5;",
    b"y := piecewise(1, time > 2, x^2); x = 1; x' = sin(y) - exp(-x); function f(a) a + 1 end; z := f(x);",
)


@dataclass(frozen=True)
class Door:
    """What is read there: the files to start from by name, and the reader of a file."""

    what: str
    seeds: tuple[tuple[str, bytes], ...]
    read: Callable[[Path], object]
    beside: Path | None = None  # files that have to lie beside


def _seeds(folder: Path, pattern: str) -> tuple[tuple[str, bytes], ...]:
    return tuple((p.name, p.read_bytes()) for p in sorted(folder.glob(pattern)) if p.is_file())


def _observation(code: str, value: float, unit: str) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": "a test"},
        "effectiveDateTime": "2026-10-02T07:40:00+02:00",
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        "referenceRange": [{"low": {"value": value / 2, "unit": unit}}],
    }


def bundle() -> bytes:
    found = [_observation("2601-3", 0.82, "mmol/L"), _observation("62292-8", 18.0, "ng/mL")]
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": o} for o in found]}).encode()


def _results(path: Path) -> object:
    return judged(path.read_bytes(), load_case(EXAMPLES / "anna.yaml"))


def _foods(path: Path) -> object:
    return import_files([path], path.with_name("foods.sqlite"))


def sbml_models() -> tuple[tuple[str, bytes], ...]:
    from cofactor.engine.translate import read_antimony

    return tuple((f"{i}.xml", read_antimony(text.decode()).encode()) for i, text in enumerate(MODELS))


DOORS: dict[str, Callable[[], Door]] = {
    "trial": lambda: Door("a trial file", _seeds(EXAMPLES / "trials", "*.yaml"), load_trial),
    "label": lambda: Door("a label", _seeds(EXAMPLES / "labels", "*.yaml"), load_label),
    "formula": lambda: Door("a formula to design", _seeds(EXAMPLES / "formulas", "*.yaml"), load_spec),
    "products": lambda: Door(
        "a catalogue of products",
        _seeds(EXAMPLES / "products", "*.yaml"),
        lambda path: parse_catalogue(text_of(path, "a catalogue")),
    ),
    "FHIR": lambda: Door("results in FHIR", (("labs.json", bundle()),), _results),
    "results": lambda: Door("results in CSV", tuple((f"{i}.csv", sheet) for i, sheet in enumerate(SHEETS)), _results),
    "foods": lambda: Door(
        "a table of foods", _seeds(FOODS, "*.*") + _seeds(FOODS / "sr28", "*.txt"), _foods, FOODS / "sr28"
    ),
    "Antimony": lambda: Door(
        "a model in Antimony",
        tuple((f"{i}.ant", text) for i, text in enumerate(MODELS)),
        lambda path: given_model(path.read_bytes(), path.name),
    ),
    "SBML": lambda: Door("a model in SBML", sbml_models(), lambda path: given_model(path.read_bytes(), path.name)),
}


@dataclass
class Found:
    """What came of many files. ``broken`` holds what must never happen, with the file it happened on."""

    tried: Counter[str] = field(default_factory=Counter)
    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    memory: int = 0  # MB above the start
    seconds: float = 0.0
    broken: list[str] = field(default_factory=list)


# ------------------------------------------------------------------------------------------------ making hostile files


def hostile(door: Door, rng: random.Random) -> tuple[str, bytes]:
    """A file of the door with something changed: its name and its bytes."""
    name, content = rng.choice(door.seeds)
    if name.endswith(".json") and rng.random() < 0.5:
        return name, json.dumps(mutated(json.loads(content), rng), default=str).encode("utf-8", "replace")
    changed = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 5, 30])):
        _change(changed, rng)
    return name, bytes(changed)


def _change(content: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(content) + 1)
    end = min(len(content), at + rng.choice([0, 1, 1, 4, 40, 400]))
    match rng.randrange(6):
        case 0 if content and at < len(content):
            content[at] ^= 1 << rng.randrange(8)
        case 1:
            del content[at:end]
        case 2:
            content[at:at] = content[at:end] * rng.choice([1, 2, 50])
        case 3:
            del content[at:]
        case _:
            content[at:end] = rng.choice(NASTY)


# ------------------------------------------------------------------------------------------------------ reading them


def answer(door: Door, path: Path) -> tuple[str, str]:
    """What the reader says of a file: ``read``, ``refused`` or ``broken``, and why."""
    start = time.process_time()
    try:
        door.read(path)
        said = "read", ""
    except CofactorError as error:
        problems = error.problems if isinstance(error, InputError) else ()
        silent = [p for p in problems if not (p.where and p.got and p.do)]
        said = ("broken", f"a refusal without words: {silent}") if silent or not str(error) else ("refused", "")
    except Exception as error:  # anything else is what this study looks for
        said = "broken", f"{type(error).__name__} {error}"
    took = time.process_time() - start
    return said if took < SLOWEST else ("broken", f"{took:.1f} s")


def study(names: tuple[str, ...], files: int, seed: int) -> Found:
    """Give so many files to each of the named doors, in this program."""
    found, begin = Found(), time.perf_counter()
    for name in names:
        door, rng = DOORS[name](), random.Random(f"{name} {seed}")
        with tempfile.TemporaryDirectory() as place:
            for _ in range(files):
                file, content = hostile(door, rng)
                _one(found, name, door, Path(place), file, content)
    found.seconds = time.perf_counter() - begin
    return found


def _one(found: Found, name: str, door: Door, place: Path, file: str, content: bytes) -> None:
    for other in (*place.iterdir(),):
        other.unlink()
    if door.beside is not None and (door.beside / file).exists():
        for other in door.beside.iterdir():
            (place / other.name).write_bytes(other.read_bytes())
    path = place / file
    path.write_bytes(content)
    start, before = time.process_time(), _memory()
    what, why = answer(door, path)
    found.tried[name] += 1
    found.read += what == "read"
    found.refused += what == "refused"
    found.slowest = max(found.slowest, time.process_time() - start)
    grown = _memory() - before
    found.memory = max(found.memory, grown >> 10)
    if what == "broken" or grown > MOST_MEMORY:
        found.broken.append(f"{name}: {why or 'memory'} on {file} {content!r:.300}")


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def study_apart(name: str, files: int, seed: int) -> Found:
    """The same for one door in a program of its own; a program that dies or hangs is one broken file."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(theirs, name, files, seed))
    process.start()
    theirs.close()
    try:
        found: Found = ours.recv() if ours.poll(files * SLOWEST) else Found(broken=[f"{name}: it hangs"])
    except EOFError:
        found = Found(broken=[f"{name}: the program died"])
    process.kill()
    process.join()
    return found


def _send(to: Connection, name: str, files: int, seed: int) -> None:
    to.send(study((name,), files, seed))


def main() -> None:
    given = asked(__doc__, "files", 2000)
    proofs = []
    for name, door in DOORS.items():
        found = study_apart(name, given.count, given.seed)
        for line in found.broken[:10]:
            sys.stdout.write(line + "\n")
        shown = f"Whatever is changed in {door().what}, it is read or refused in words, soon and in bounded memory"
        besides = f"{found.read:,} read, {found.refused:,} refused, slowest {found.slowest:.1f} s, {found.memory} MB"
        held, id_ = given.count - len(found.broken), f"hostile-{name.lower()}"
        proofs.append(Proof(id_, shown, held, given.count, "files", found.seconds, given.seed, besides))
    conclude(given, *proofs)


if __name__ == "__main__":
    main()
