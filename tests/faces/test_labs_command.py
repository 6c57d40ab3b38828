"""``cofactor labs import`` as its users meet it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cofactor.faces.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
SHEET = "date;analyse;valeur;unité\n2026-09-02;vitamine d;40;nmol/L\n2026-09-02;magnésium;0,82;mmol/L\n"


@pytest.fixture
def files(tmp_path):
    case, sheet = tmp_path / "anna.yaml", tmp_path / "labs.csv"
    shutil.copy(EXAMPLES / "anna.yaml", case)
    sheet.write_text(SHEET, encoding="utf-8")
    return sheet, case


def run(sheet, case, *arguments):
    return CliRunner().invoke(main, ["labs", "import", str(sheet), "--into", str(case), *arguments])


def test_a_question_exits_2_and_writes_nothing(files):
    before = files[1].read_bytes()
    shown = run(*files)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "--unit 25OHD=nmol/L" in shown.stderr
    assert files[1].read_bytes() == before
    (problem,) = json.loads(run(*files, "--json").stderr)["problems"]
    assert set(problem) == {"where", "got", "expected", "do"}


@pytest.mark.parametrize(("lang", "part"), [("en", "Results added: 2"), ("fr", "Résultats ajoutés : 2")])
def test_the_answer_settles_it(files, lang, part):
    shown = run(*files, "--unit", "25OHD=nmol/L", "--lang", lang)
    assert shown.exit_code == 0, shown.stderr
    plain = shown.stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert part in plain
    assert "40 nmol/L" in plain


def test_json_and_skip(files):
    told = json.loads(run(*files, "--skip", "--json").stdout)
    assert [row["analyte"] for row in told["added"]] == ["Mg_serum"]
    assert len(told["asked"]) == 1
    assert json.loads(run(*files, "--skip", "--json").stdout)["known"] == 1


def test_a_unit_that_is_none_is_refused(files):
    assert "ANALYTE=UNIT" in run(*files, "--unit", "ng/mL").stderr


def test_quiet_is_quiet(files):
    assert run(*files, "--skip", "-q").output == ""
