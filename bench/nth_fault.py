"""Every call to the disk fails once, in every command that writes: nothing acknowledged is lost, no file stays half.

Run `python bench/nth_fault.py [NAME ...] [--write]`. For each command, each call that opens, writes, syncs or renames
(SQLite's own too) fails in turn with EIO and with ENOSPC. The command must say so, naming a file, with an exit code of
1; every file must then be as before or as the whole command makes it, none left over; and the same command must do its
work as soon as the disk does. The test suite runs half of it: EIO and ENOSPC in turn.
"""

from __future__ import annotations

import argparse
import errno
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner, Result

from cofactor.faces.cli import main as cofactor
from cofactor.person.case import load_case
from cofactor.person.store import open_store
from cofactor.report.document import plan
from injected import failing
from proof_table import Proof, conclude, read

ROOT = Path(__file__).parents[1]
ANNA = ROOT / "examples" / "anna.yaml"
FOODS = ROOT / "tests" / "facts" / "food_samples"
TRIAL = """\
trial: 1
population: {people: 12, seed: 7, age: {mean: 40, sd: 8, min: 20, max: 64}, latitude: 52}
start: 2026-10-15
arms: [{name: placebo}]
weeks: 1
observe: {outcomes: [25OHD], weeks: [0, 1]}
"""
SHEET = "date;analyse;valeur;unité\n2026-09-02;magnésium;0,82;mmol/L\n"
SECRET = {"COFACTOR_PASSPHRASE": "a passphrase to try"}
DONE = (0, 3)

State = Mapping[str, object]


@dataclass(frozen=True)
class Operation:
    """A command that writes. ``{here}`` in its arguments is the folder it works in; ``before`` stands there first."""

    arguments: tuple[str, ...]
    state: Callable[[Path], State]  # what a reader finds afterwards, piece by piece
    before: tuple[tuple[str, ...], ...] = ()  # commands that make what stood there
    files: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)

    def run(self, here: Path, arguments: tuple[str, ...] | None = None) -> Result:
        """Run the command, or another one, in a folder."""
        filled = [argument.format(here=here) for argument in arguments or self.arguments]
        return CliRunner().invoke(cofactor, filled, env={"COFACTOR_DATA": str(here / "data"), **self.env})

    def prepare(self, here: Path) -> None:
        """Put there what stood before."""
        here.mkdir()
        for name, text in self.files.items():
            (here / name).write_text(text, encoding="utf-8")
        for arguments in self.before:
            assert self.run(here, arguments).exit_code in DONE, arguments


# ------------------------------------------------------------------------------------------- what a reader finds


def written(here: Path) -> State:
    """The bytes of every file outside the stores."""
    found = (p for p in sorted(here.rglob("*")) if p.is_file() and here / "data" not in p.parents)
    return {str(p.relative_to(here)): p.read_bytes() for p in found}


def saved(here: Path) -> State:
    """The texts of the store by case, and what it says is lost."""
    folder = here / "data" / "cases"
    if not (folder / "cases.sqlite").exists():
        return {}
    with open_store(folder, lambda: SECRET["COFACTOR_PASSPHRASE"]) as store:
        texts = {s.name: tuple(store.text(s.name, v.number) for v in store.history(s.name)) for s in store.cases()}
        return {**texts, "sealed": store.sealed, "damage": store.damage()}


def imported(here: Path) -> State:
    """The rows of the store of foods, by table."""
    path = here / "foods.sqlite"
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path)) as db:
        made = bool(db.execute("SELECT name FROM sqlite_master").fetchall())
        tables = ("foods", "contents", "portions", "names", "labels", "shelf") if made else ()
        found = {t: tuple(db.execute(f"SELECT * FROM {t}").fetchall()) for t in tables}
    return {name: rows for name, rows in found.items() if rows}


_SAVE = ("case", "save", "{here}/anna.yaml")
_CASE = {"anna.yaml": ANNA.read_text(encoding="utf-8")}
_CHANGED = ("case", "save", "{here}/changed.yaml", "--as", "anna")
_CASES = _CASE | {"changed.yaml": _CASE["anna.yaml"].replace("weight: 72 kg", "weight: 71 kg")}
_IMPORT = ("foods", "import", "--store", "{here}/foods.sqlite")
OPERATIONS = {
    "save a first case": Operation(_SAVE, saved, files=_CASE),
    "save a change": Operation(_CHANGED, saved, before=(_SAVE,), files=_CASES),
    "delete a case": Operation(
        ("case", "delete", "anna", "--yes"),
        saved,
        before=(_SAVE, ("case", "save", "{here}/anna.yaml", "--as", "b")),
        files=_CASE,
    ),
    "seal the store": Operation(("case", "protect"), saved, before=(_SAVE, _CHANGED), files=_CASES, env=SECRET),
    "export a case": Operation(
        ("case", "export", "anna", "{here}/kept.yaml", "--force"),
        written,
        before=(_SAVE,),
        files=_CASE | {"kept.yaml": "what stood there"},
    ),
    "import results": Operation(
        ("labs", "import", "{here}/labs.csv", "--into", "{here}/anna.yaml"), written, files=_CASE | {"labs.csv": SHEET}
    ),
    "import foods": Operation((*_IMPORT, str(FOODS / "sr28")), imported),
    "import more foods": Operation(
        (*_IMPORT, str(FOODS / "ciqual_2025_fr.csv")),
        imported,
        before=((*_IMPORT, str(FOODS / "fdc_foundation.json")),),
    ),
    "run a trial": Operation(("trial", "{here}/t.yaml", "--out", "{here}/out"), written, files={"t.yaml": TRIAL}),
    "resume a trial": Operation(
        ("trial", "{here}/t.yaml", "--out", "{here}/out", "--resume", "--people", "14"),
        written,
        before=(("trial", "{here}/t.yaml", "--out", "{here}/out"),),
        files={"t.yaml": TRIAL},
    ),
    "plan": Operation(
        ("plan", "{here}/anna.yaml", "--out", "{here}/out", "--lang", "en"),
        written,
        before=(("plan", "{here}/anna.yaml", "--out", "{here}/out", "--lang", "fr"),),
        files=_CASE,
    ),
    "the ledger as pages": Operation(("evidence", "--html", "{here}/out"), written),
    "export SBML": Operation(("export", "sbml", "{here}/h.xml"), written, files={"h.xml": "what stood there"}),
    "export Antimony": Operation(("export", "antimony", "{here}/h.ant"), written),
    "export PEtab": Operation(("export", "petab", "{here}/petab"), written),
    "simulate": Operation(("simulate", "--days", "2", "--out", "{here}/run.csv"), written),
}


# ------------------------------------------------------------------------------------------------------ the study


@dataclass
class Found:
    """What came of many faults. ``broken`` holds what must never happen."""

    calls: dict[str, int] = field(default_factory=dict)  # by operation
    faults: int = 0
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0


def study(names: tuple[str, ...] = tuple(OPERATIONS), *, in_turn: bool = False) -> Found:
    """Try every call of the named operations with both errors, or with one and the other in turn."""
    found, start = Found(), time.perf_counter()
    with tempfile.TemporaryDirectory() as place, computed_once():
        for name in names:
            _try_all(name, Path(place), found, in_turn=in_turn)
    found.seconds = time.perf_counter() - start
    return found


def _try_all(name: str, place: Path, found: Found, *, in_turn: bool) -> None:
    operation = OPERATIONS[name]
    base, here = place / f"{name} before", place / name
    operation.prepare(base)
    old = operation.state(base)
    shutil.copytree(base, here)
    with failing(None) as disk:
        assert operation.run(here).exit_code in DONE, name
    new = operation.state(here)
    assert old != new, name
    found.calls[name] = len(disk.calls)
    for kind, number in enumerate((errno.EIO, errno.ENOSPC)):
        for n, call in list(enumerate(disk.calls))[kind if in_turn else 0 :: 2 if in_turn else 1]:
            shutil.rmtree(here)
            shutil.copytree(base, here)
            said = f"{name}, {call} ({n}) fails with {errno.errorcode[number]}"
            found.broken += [f"{said}: {what}" for what in _complaints(operation, here, n, number, old, new)]
            found.faults += 1


def _complaints(operation: Operation, here: Path, n: int, number: int, old: State, new: State) -> Iterator[str]:
    """What is wrong after the n-th call failed."""
    with failing(n, number) as disk:
        ran = operation.run(here)
    if not disk.hit:
        yield "the call was not reached"
    yield from complaints(operation, here, ran, old, new)


def complaints(operation: Operation, here: Path, ran: Result, old: State, new: State) -> Iterator[str]:
    """What is wrong after a run for which the disk failed and works again. At the end the work is done."""
    if ran.exit_code in DONE:
        if operation.state(here) != new:
            yield "answered as done, and it is not"
    elif ran.exit_code != 1:
        yield f"ends with exit code {ran.exit_code}: {ran.stderr!r}"
    else:
        yield from _silence(ran, here)
    yield from (f"leaves {p.name}" for p in here.rglob("*.part"))
    for piece, value in operation.state(here).items():
        if value not in (old.get(piece), new.get(piece)):
            yield f"{piece} is neither as before nor as it should become"
    if gone := [piece for piece in old if piece in new and piece not in operation.state(here)]:
        yield f"{', '.join(gone)} is gone"
    already = operation.state(here) == new
    again = operation.run(here)
    if (again.exit_code not in DONE and not already) or operation.state(here) != new:
        yield f"cannot be done afterwards: {again.output!r:.300}"


def _silence(ran: Result, here: Path) -> Iterator[str]:
    """What a failure leaves unsaid."""
    if not isinstance(ran.exception, SystemExit):
        yield f"ends in {ran.exception!r}"
    named = [p.name for p in (*here.rglob("*"), here) if p.name in ran.stderr and ".part" not in p.name]
    if not named and not any(store in ran.stderr for store in ("cases.sqlite", "foods.sqlite")):
        yield f"names no file: {ran.stderr!r}"
    if not any(word in ran.stderr for word in ("space", "disk")):
        yield f"does not say what to do: {ran.stderr!r}"


@contextmanager
def computed_once() -> Iterator[None]:
    """Plan, ledger and keys are computed once or at little cost: only the writing of them is at stake here."""
    planned = plan(load_case(ANNA))
    with (
        patch("cofactor.report.document.plan", lambda _: planned),
        patch("cofactor.report.evidence_page.tried", dict),
        patch("cofactor.report.render.html", lambda _, lang: f"a report in {lang}"),
        patch("cofactor.report.render_evidence.html", lambda _, lang: f"a page in {lang}"),
        patch("cofactor.person.store_seal._COST", 2),
    ):
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(OPERATIONS))
    given = read(parser)
    found = study(tuple(given.names or OPERATIONS))
    for line in found.broken[:40]:
        print(line)
    shown = "When any one call to the disk fails, the command says so, and every file is as before or whole"
    besides = f"{len(found.calls)} commands, {sum(found.calls.values())} calls, EIO and ENOSPC each"
    held = found.faults - len({line.rpartition(": ")[0] for line in found.broken})
    conclude(given, Proof("nth_fault", shown, held, found.faults, "faults", found.seconds, None, besides))


if __name__ == "__main__":
    main()
