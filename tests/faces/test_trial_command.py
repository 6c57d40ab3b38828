"""``cofactor trial`` as its users meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cofactor.faces import progress
from cofactor.faces.cli import main

WINTER = str(Path(__file__).parents[2] / "examples" / "trials" / "winter.yaml")


def cofactor(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_a_trial_prints_its_summary_and_writes_its_files(tmp_path):
    shown = cofactor("trial", WINTER, "--out", str(tmp_path / "out"), "--people", "40", "--lang", "en")
    assert shown.exit_code == 0
    assert "winter: 40 virtual people in every arm, seed 7" in shown.stdout
    assert "25(OH)D, nmol/L" in shown.stdout
    assert "D3 1000 IU" in shown.stdout
    assert {"part-00000.parquet", "summary.json", "manifest.json"} <= {p.name for p in (tmp_path / "out").iterdir()}


def test_french_and_quiet_and_json(tmp_path):
    shown = cofactor("trial", WINTER, "--out", str(tmp_path), "--people", "20", "--lang", "fr")
    assert "personnes virtuelles dans chaque bras" in shown.stdout
    again = cofactor("trial", WINTER, "--out", str(tmp_path), "--people", "20", "--resume", "-q")
    assert (again.exit_code, again.stdout, again.stderr) == (0, "", "")
    told = cofactor("trial", WINTER, "--out", str(tmp_path), "--people", "20", "--resume", "--json")
    assert json.loads(told.stdout) == json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))


def test_a_share_says_that_others_are_missing(tmp_path):
    shown = cofactor("trial", WINTER, "--out", str(tmp_path), "--people", "5000", "--shard", "3/3", "--lang", "en")
    assert shown.exit_code == 0
    assert "the last of 2 missing parts" in shown.stdout
    assert not (tmp_path / "summary.json").exists()


@pytest.mark.parametrize(
    "extra", [("--shard", "4/3"), ("--people", "0"), ("--seed", "-1")], ids=lambda extra: extra[0].strip("-")
)
def test_refusals_write_nothing_and_exit_2(tmp_path, extra):
    shown = cofactor("trial", WINTER, "--out", str(tmp_path / "out"), *extra)
    assert shown.exit_code == 2
    assert shown.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_bad_file_is_refused_with_all_its_problems(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text(
        "trial: 1\nweeks: 8\narms: [{name: a, give: [{nutrient: vitamin_d, amount: 5 dl}]}]\nobserv: {}\n",
        encoding="utf-8",
    )
    shown = cofactor("trial", str(file), "--out", str(tmp_path / "out"), "--json")
    assert shown.exit_code == 2
    assert {p["where"] for p in json.loads(shown.stderr)["problems"]} == {"arms[0].give[0].amount", "observ"}
    assert not (tmp_path / "out").exists()


def test_a_log_gets_lines_with_the_time_left(capsys, monkeypatch):
    clock = iter([0.0, 5.0, 20.0, 60.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.progress("en", quiet=False) as told:
        told(100, 10_000)
        told(2_500, 10_000)
        told(10_000, 10_000)
    assert capsys.readouterr().err == "2,500 of 10,000 people, 0:01:00 left\n"


def test_a_log_of_fewer_people_than_arms_waits_for_the_first_of_them(monkeypatch, tmp_path):
    monkeypatch.setattr(progress, "_EVERY_SECONDS", 0.0)
    text = (
        "trial: 1\npopulation: {people: 9, latitude: 50}\nstart: 2026-10-15\narms: [{name: a}, {name: b}]\nweeks: 2\n"
    )
    (tmp_path / "t.yaml").write_text(text + "observe: {outcomes: [25OHD], weeks: [2]}\n", encoding="utf-8")
    shown = cofactor("trial", str(tmp_path / "t.yaml"), "--out", str(tmp_path / "out"), "--people", "1")
    assert shown.exit_code == 0, shown.output
