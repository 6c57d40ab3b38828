"""``cofactor plan``: files written whole, exit codes, and nothing written where the case is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cofactor.faces.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
WRITTEN = {"report.html", "result.json", "schedule.ics"}


def plan(*arguments):
    return CliRunner().invoke(main, ["plan", *map(str, arguments)])


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_plan_prints_its_summary_and_writes_three_files(tmp_path, lang):
    shown = plan(EXAMPLES / "anna.yaml", "--out", tmp_path / "anna", "--lang", lang)
    assert shown.exit_code == 0
    assert {p.name for p in (tmp_path / "anna").iterdir()} == WRITTEN
    result = json.loads((tmp_path / "anna" / "result.json").read_text(encoding="utf-8"))
    assert " ".join(shown.output.split()).startswith(" ".join(result["title"].split()))
    page = (tmp_path / "anna" / "report.html").read_text(encoding="utf-8")
    assert f'lang="{lang}"' in page


def test_a_gate_that_withholds_a_dose_ends_with_3_and_the_report_says_why(tmp_path):
    shown = plan(EXAMPLES / "ckd4.yaml", "--out", tmp_path / "out", "--json")
    assert shown.exit_code == 3
    result = json.loads(shown.output)
    assert not [i for i in result["plan"]["items"] if i["nutrient"] == "magnesium"]
    assert {p.name for p in (tmp_path / "out").iterdir()} == WRITTEN
    assert any(g["nutrient"] == "magnesium" and g["level"] == "STOP" for g in result["gates"])


def test_no_vitamin_k_beside_warfarin_at_any_dose(tmp_path):
    result = json.loads(plan(EXAMPLES / "warfarin.yaml", "--out", tmp_path / "out", "--json").output)
    assert not [i for i in result["plan"]["items"] if i["nutrient"] == "vitamin_k"]
    (entry,) = [w for w in result["plan"]["withheld"] if w["nutrient"] == "vitamin_k"]
    assert entry["gates"]
    assert "warfarin" in entry["why"].lower()


def test_a_refused_case_writes_nothing(tmp_path):
    case = tmp_path / "bad.yaml"
    case.write_text("cofactor: 1\nperson: {sex: female, age: 58}\nplace: {latitude: 48.9}\n", encoding="utf-8")
    shown = plan(case, "--out", tmp_path / "out")
    assert shown.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    shown = plan(EXAMPLES / "anna.yaml", "--out", tmp_path / "file" / "below")
    assert shown.exit_code == 2
    assert "below" in shown.stderr or "file" in shown.stderr
