"""Too little memory, and stores and runs that an older program wrote: a clear answer, and nothing lost."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cofactor.errors import DiskError, InputError
from cofactor.faces import shared
from cofactor.faces.cli import main
from cofactor.files import told
from cofactor.person.store import open_store
from cofactor.trial.parts import made_with

ANNA = Path(__file__).parents[2] / "examples" / "anna.yaml"

TRIAL = """\
trial: 1
population: {people: 20000, seed: 1, latitude: 50, age: {mean: 40, sd: 8, min: 20, max: 64}}
start: 2026-10-15
arms: [{name: placebo}]
weeks: 20
observe: {outcomes: [25OHD, PTH], days: [%s]}
"""


def test_too_little_memory_is_said(tmp_path):
    """NumPy asks for an array that the limit does not allow: exit code 1, words, and no half part."""
    (tmp_path / "t.yaml").write_text(TRIAL % ", ".join(map(str, range(140))), encoding="utf-8")
    code = (
        "import resource, sys, numpy, pyarrow, llvmlite.binding\n"
        "from cofactor.faces.cli import main\n"
        "from cofactor.engine import batch, generate, llvm, solve\n"
        "from cofactor.trial import run\n"
        "llvm.kernel(generate.human())\n"
        "numpy.linalg.solve(numpy.eye(600), numpy.ones((600, 600)))\n"  # OpenBLAS takes its memory now
        "taken = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (taken + (4 << 20), taken + (4 << 20)))\n"
        "main(['trial', 't.yaml', '--out', 'out', '-q'])\n"
    )
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stderr[-600:]
    assert "memory" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not [p for p in tmp_path.rglob("*") if p.name.endswith(".part") or p.name == "summary.json"]


@pytest.mark.parametrize(
    ("megabytes", "command"),
    [
        (60, ["plan", str(ANNA), "--out", "out"]),
        (60, ["trial", "t.yaml", "--out", "out"]),
        (220, ["trial", "t.yaml", "--out", "out"]),
        (250, ["simulate"]),
        (250, ["plan", str(ANNA), "--out", "out", "--lang", "fr"]),
        (250, ["export", "petab", "out", "--json"]),
    ],
)
def test_memory_too_small_for_the_libraries_is_said(tmp_path, megabytes, command):
    """``ulimit -v``: what cannot be loaded is no fault of what was given."""
    (tmp_path / "t.yaml").write_text(TRIAL % "0, 7", encoding="utf-8")
    ran = limited(tmp_path, megabytes, command)
    assert ran.returncode == 1, ran.stderr[-600:]
    assert re.search("memory|mémoire", ran.stderr, re.IGNORECASE), ran.stderr[-600:]
    assert "Traceback" not in ran.stderr


def limited(folder: Path, megabytes: int, command: list[str]) -> subprocess.CompletedProcess[str]:
    """The command line within so much address space, from its first instruction. One thread of OpenBLAS needs less."""
    code = f"import resource; resource.setrlimit(resource.RLIMIT_AS, ({megabytes << 20},) * 2)\n"
    code += "from cofactor.faces.cli import main\nmain()\n"
    env = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    started = [sys.executable, "-c", code, *command]
    return subprocess.run(started, cwd=folder, env=env, capture_output=True, encoding="utf-8", check=False)


def test_not_enough_memory_for_the_words_of_a_language(monkeypatch):
    def none(*_: object) -> str:
        raise MemoryError

    def asks() -> None:
        raise MemoryError

    monkeypatch.setattr(shared.refusals, "error_in", none)
    ran = CliRunner().invoke(click.command()(shared.common(lambda **_: asks())))
    assert ran.exit_code == 1
    assert "memory" in ran.output


@pytest.mark.parametrize("fault", [OSError("the library broke"), OSError(errno.ENOMEM, "Cannot allocate memory")])
def test_an_error_of_a_library_is_not_the_input_of_a_user(fault):
    found = told(fault)
    assert not isinstance(found, InputError | DiskError)
    assert "memory" in str(found)


def test_a_disk_that_fills_up_is_said_and_keeps_the_old_report(tmp_path):
    """``ulimit -f`` as a disk that fills up while the report is written over an older one."""
    (tmp_path / "out").mkdir()
    for name in ("report.html", "result.json", "schedule.ics"):
        (tmp_path / "out" / name).write_text("what stood there", encoding="utf-8")
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))\n"
        "from cofactor.faces.cli import main; main()\n"
    )
    command = [sys.executable, "-c", code, "plan", str(ANNA), "--out", "out", "-q"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stderr
    assert "report.html" in ran.stderr
    assert "Free some space" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert {p.name: p.read_text(encoding="utf-8") for p in (tmp_path / "out").iterdir()} == dict.fromkeys(
        ("report.html", "result.json", "schedule.ics"), "what stood there"
    )


# --- what an older program wrote


def chained(case: str, name: str, texts: list[str]) -> list[tuple[str, int, str, str, str, bytes]]:
    """Rows of versions as format 1 has them, hashed here and not by the store."""
    rows, before = [], "0" * 64
    for number, text in enumerate(texts, 1):
        saved, body = f"2026-11-2{number}T08:00:00+00:00", text.encode()
        head = f"{case}\n{number}\n{saved}\n{before}\n{len(name.encode())}\n{len(body)}\n".encode()
        found = hashlib.sha256(head + name.encode() + body).hexdigest()
        rows.append((case, number, saved, before, found, body))
        before = found
    return rows


def test_a_store_of_format_1_opens_whole_and_is_saved_forward(tmp_path):
    """Written by hand, as the first release wrote it; whoever changes the store has to keep reading this."""
    case, rows = "0123456789abcdef", chained("0123456789abcdef", "Anna", ["cofactor: 1\n", "cofactor: 1\n# two\n"])
    with closing(sqlite3.connect(tmp_path / "cases.sqlite")) as db, db:
        db.execute(
            "CREATE TABLE seal (id INTEGER PRIMARY KEY CHECK (id = 1), salt BLOB NOT NULL, check_text BLOB NOT NULL)"
        )
        db.execute("CREATE TABLE cases (id TEXT PRIMARY KEY, name BLOB NOT NULL)")
        db.execute(
            "CREATE TABLE versions (case_id TEXT NOT NULL REFERENCES cases ON DELETE CASCADE, number INTEGER NOT NULL,"
            " saved TEXT NOT NULL, before TEXT NOT NULL, hash TEXT NOT NULL, body BLOB NOT NULL,"
            " PRIMARY KEY (case_id, number))"
        )
        db.execute("INSERT INTO cases VALUES (?, ?)", (case, b"Anna"))
        db.executemany("INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?)", rows)
        db.execute("PRAGMA user_version=1")
    heads = json.dumps({case: [2, rows[-1][4], rows[-1][2]]}, separators=(",", ":"))
    record = f"{hashlib.sha256(heads.encode()).hexdigest()}\n{heads}\n"
    (tmp_path / "cases.heads.json").write_text(record, encoding="utf-8")
    with open_store(tmp_path) as store:
        assert store.damage() == ()
        assert [store.text("Anna", n) for n in (1, 2)] == ["cofactor: 1\n", "cofactor: 1\n# two\n"]
        assert store.save("Anna", "cofactor: 1\n# three\n")[0].number == 3
    with open_store(tmp_path) as store:
        assert store.damage() == ()
        assert store.history("Anna")[2].before == rows[-1][4]


def test_a_run_of_an_older_program_is_never_taken_for_one_of_this(tmp_path, monkeypatch):
    """Its parts are refused, or made anew with --resume: then the folder is as a new run leaves it."""
    trial = tmp_path / "t.yaml"
    trial.write_text(TRIAL.replace("20000", "12") % "0, 7", encoding="utf-8")

    def run(folder, *more):
        return CliRunner().invoke(main, ["trial", str(trial), "--out", str(tmp_path / folder), "-q", *more])

    with monkeypatch.context() as older:
        older.setattr("cofactor.trial.parts.__version__", "0.0.9")
        made_with.cache_clear()
        assert run("old").exit_code == 0
    made_with.cache_clear()
    assert run("old").exit_code == 2
    assert run("new").exit_code == 0
    assert run("old", "--resume").exit_code == 0
    files = [{p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("old", "new")]
    assert files[0] == files[1]
