"""What is no ordinary file, and files made to harm: one clear answer, exit code 2, soon, and without filling memory."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from cofactor.faces.cli import main

ANNA = Path(__file__).parents[2] / "examples" / "anna.yaml"
READERS = {
    "check": ("check", "{file}"),
    "plan": ("plan", "{file}", "--out", "{here}/out"),
    "trial": ("trial", "{file}", "--out", "{here}/out"),
    "label": ("label", "{file}"),
    "model": ("simulate", "--model", "{file}"),
    "foods": ("foods", "import", "--store", "{here}/foods.sqlite", "{file}"),
    "results": ("labs", "import", "{file}", "--into", str(ANNA)),
    "results into": ("labs", "import", str(ANNA), "--into", "{file}"),
    "save": ("case", "save", "{file}"),
    "trials": ("validate", "--trials", "{file}"),
}
GIGABYTE = 1 << 30


def sparse(path):
    with path.open("wb") as file:
        file.truncate(5 * GIGABYTE)
    return path


def pipe(path):
    os.mkfifo(path)
    return path


def linked_to_itself(path):
    path.symlink_to(path)
    return path


def folder(path):
    (path / "inner").mkdir(parents=True)
    return path


KINDS = {
    "a pipe that nobody writes to": pipe,
    "a device without end": lambda _: Path("/dev/zero"),
    "five gigabytes of nothing": sparse,
    "a link to itself": linked_to_itself,
    "a folder": folder,
    "a name of 300 letters": lambda path: path.with_name("x" * 300),
    "nothing at all": lambda path: path,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_is_answered_at_once(tmp_path, reader, kind):
    file = KINDS[kind](tmp_path / "x.yaml")
    start = time.perf_counter()
    ran = CliRunner().invoke(main, [a.format(file=file, here=tmp_path) for a in READERS[reader]])
    assert (ran.exit_code, ran.stdout) == (2, ""), (ran.stderr, ran.exception)
    assert "Traceback" not in ran.stderr
    assert time.perf_counter() - start < 10
    assert not (tmp_path / "out").exists()


def test_a_link_to_a_file_is_read(tmp_path):
    (tmp_path / "anna.yaml").symlink_to(ANNA)
    assert CliRunner().invoke(main, ["check", str(tmp_path / "anna.yaml"), "-q"]).exit_code == 0


# --- bombs


def zipped(members, name="x.zip"):
    def made(here):
        with zipfile.ZipFile(here / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members:
                archive.writestr(member, content)
        return here / name

    return made


def inside_itself(here):
    content = b"0" * (64 << 20)
    for level in range(3):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{level}.csv", content)
        content = held.getvalue()
    (here / "x.zip").write_bytes(content)
    return here / "x.zip"


def seven(here):
    import py7zr

    with py7zr.SevenZipFile(here / "x.7z", "w") as archive:
        archive.writestr(b"0" * (20 << 20), "FOOD_DES.txt")
    return here / "x.7z"


def lying(here):
    """An archive whose directory says that its member is small."""
    path = zipped([("NUT_DATA.txt", b"~01001~^~301~^" * (4 << 20))])(here)
    content = path.read_bytes()
    size = (14 * (4 << 20)).to_bytes(4, "little")
    assert content.count(size) == 2
    path.write_bytes(content.replace(size, (1000).to_bytes(4, "little")))
    return path


def text(name, content):
    def made(here):
        (here / name).write_text(content, encoding="utf-8")
        return here / name

    return made


LAUGHS = "a: &a [x, x, x, x]\n"
LAUGHS += "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdef", "bcdefg", strict=True))
XML_LAUGHS = '<!DOCTYPE x [<!ENTITY a "aaaa">' + "".join(
    f'<!ENTITY {b} "&{a};&{a};&{a};&{a};&{a};&{a};&{a};&{a};">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
)
SHEET = "xl/worksheets/sheet1.xml"
BOMBS = {
    "zip": ("foods", zipped([("a.csv", b"0" * (128 << 20))])),
    "zip of zips": ("foods", inside_itself),
    "zip of many": ("foods", zipped([(f"{i}.csv", b"x") for i in range(2000)])),
    "zip that lies": ("foods", lying),
    "7z": ("foods", seven),
    "workbook": ("foods", zipped([("[Content_Types].xml", b""), (SHEET, b" " * (256 << 20))], "x.xlsx")),
    "workbook of entities": ("foods", zipped([("[Content_Types].xml", XML_LAUGHS.encode()), (SHEET, b"")], "x.xlsx")),
    "YAML aliases": ("check", text("x.yaml", LAUGHS)),
    "YAML nested": ("check", text("x.yaml", "[" * 100_000)),
    "YAML nested in a trial": ("trial", text("x.yaml", "trial: 1\narms: " + "{a: " * 400)),
    "JSON nested": ("results", text("x.json", '{"resourceType":"Bundle","entry":' + "[" * 1_000_000)),
    "JSON foods nested": ("foods", text("x.json", '{"FoundationFoods":[{"fdcId":' + "[" * 1_000_000)),
    "JSON number": ("results", text("x.json", '{"resourceType":"Observation","x":1' + "0" * 100_000 + "}")),
    "CSV cell": ("trials", text("x.csv", "trial_id,arm,intervention,outcome\n" + "x" * 1_000_000)),
    "SBML entities": ("model", text("x.xml", XML_LAUGHS + "]><sbml>&j;</sbml>")),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_before_it_has_grown(tmp_path, bomb):
    """In a program of its own that may take no more than a gigabyte and a half."""
    reader, made = BOMBS[bomb]
    file = made(tmp_path)
    command = [a.format(file=file, here=tmp_path) for a in READERS[reader]]
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (3 << 29, 3 << 29)); "
        "from cofactor.faces.cli import main; main(sys.argv[1:])"
    )
    start = time.perf_counter()
    ran = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=False)
    assert ran.returncode == 2, ran.stderr[-500:]
    assert "Traceback" not in ran.stderr
    assert time.perf_counter() - start < 20


# --- names made to steer a terminal or to turn a line


STEERING = "\x1b[31m\x9b2J\x07\u202etxt.exe\u2066"


@pytest.mark.parametrize("as_json", [False, True])
def test_no_control_character_reaches_the_terminal(tmp_path, as_json):
    """Names of tests in a laboratory's file, and the path itself, are shown back."""
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "99999-9"}], "text": f"vitamin d {STEERING}"},
        "valueQuantity": {"value": 1},
    }
    file, case = tmp_path / f"x{STEERING[:5]}.json", tmp_path / "anna.yaml"
    file.write_text(json.dumps(observation), encoding="utf-8")
    case.write_bytes(ANNA.read_bytes())
    flags = ["--json"] if as_json else []
    for command in (["labs", "import", str(file), "--into", str(case)], ["check", str(file)]):
        ran = CliRunner().invoke(main, [*command, *flags])
        shown = ran.stdout + ran.stderr
        assert not [c for c in shown if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u202e\u2066")]
    taken = CliRunner().invoke(main, ["labs", "import", str(file), "--into", str(case), *flags]).stdout
    if as_json:
        assert json.loads(taken)["not_read"] == [f"vitamin d {STEERING} (99999-9)"]
    else:
        assert "\\x1b[31m" in taken


@pytest.mark.parametrize("sign", ["\\e[31m", "\\0", "\\x9b", "\\uD800", "\\a"])
def test_a_case_cannot_hold_a_control_character_even_by_an_escape(tmp_path, sign):
    file = tmp_path / "x.yaml"
    file.write_text(ANNA.read_text(encoding="utf-8").replace("name: Anna", f'name: "An{sign}na"'), encoding="utf-8")
    ran = CliRunner().invoke(main, ["check", str(file)])
    assert ran.exit_code == 2, ran.output
    assert "control character" in ran.stderr or "YAML" in ran.stderr


def test_a_name_from_right_to_left_turns_nothing_beside_it(tmp_path):
    """Hebrew stays; a sign that would turn the whole line goes; in page and terminal the name is isolated."""
    file = tmp_path / "x.yaml"
    text = ANNA.read_text(encoding="utf-8").replace("name: Anna", 'name: "\u202e\u05d0\u05e0\u05d4\u200b"')
    file.write_text(text, encoding="utf-8")
    ran = CliRunner().invoke(main, ["plan", str(file), "--out", str(tmp_path / "out"), "--lang", "en"])
    assert ran.exit_code == 0, ran.output
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "\u2068\u05d0\u05e0\u05d4\u2069" in page
    assert not set("\u202e\u200b") & set(page + ran.output)
    assert ran.output.count("\u05d0\u05e0\u05d4") == ran.output.count("\u2068\u05d0\u05e0\u05d4\u2069")
