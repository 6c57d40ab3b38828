"""The command line as its users meet it: help, answers, refusals and exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cofactor.faces.cli import COMMANDS, main

EXAMPLES = Path(__file__).parents[2] / "examples"
ANNA = str(EXAMPLES / "anna.yaml")


def cofactor(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_help_names_every_command_and_loads_none():
    code = (
        "import sys; from cofactor.faces.cli import main; "
        "main(['--help'], standalone_mode=False); print('numpy' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert all(f"  {name}" in shown for name in COMMANDS)
    assert shown.strip().endswith("False")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name):
    shown = cofactor(name, "--help")
    assert shown.exit_code == 0
    assert len(shown.output.splitlines()) > 5


def test_a_mistyped_command_names_the_nearest():
    shown = cofactor("statsu", ANNA)
    assert shown.exit_code == 2
    assert "Did you mean 'status'?" in shown.stderr
    assert "No such option '--jsno'" in cofactor("check", ANNA, "--jsno").stderr


def test_the_module_is_the_command():
    shown = subprocess.run([sys.executable, "-m", "cofactor", "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("cofactor, version ")


def test_check_prints_all_three_problems_of_a_bad_file_and_exits_2(tmp_path):
    case = tmp_path / "bad.yaml"
    case.write_text(
        "cofactor: 1\nperson: {sex: female, age: 58, wieght: 72 kg}\nplace: {latitude: 48.9}\n"
        "labs:\n  - {date: 2026-10-02, analyte: 25OHD, value: 18, unit: ng/dl}\ntoday: 2026-11-22\n",
        encoding="utf-8",
    )
    shown = cofactor("check", str(case), "--lang", "en")
    assert shown.exit_code == 2
    assert shown.stdout == ""
    for part in ("ng/dl", "wieght", "person.weight"):
        assert part in shown.stderr
    told = json.loads(cofactor("check", str(case), "--json").stderr)["problems"]
    assert len(told) == 3
    assert all(set(p) == {"where", "got", "expected", "do"} and p["do"] for p in told)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00binary\x00", b"- just\n- a list\n", b"cofactor: 1\n"])
def test_what_is_no_case_gets_one_clear_answer(tmp_path, content):
    case = tmp_path / "case.yaml"
    if content is not None:
        case.write_bytes(content)
    for command in ("check", "status", "forecast"):
        shown = cofactor(command, str(case))
        assert shown.exit_code == 2
        assert shown.stderr.strip()
        assert "Traceback" not in shown.output


def test_a_folder_is_no_case(tmp_path):
    assert cofactor("check", str(tmp_path)).exit_code == 2


def test_check_prints_the_gates_in_both_languages():
    assert "Take thyroid tablets alone" in cofactor("check", ANNA, "--lang", "en").output.replace("\n      ", " ")
    assert "médicament thyroïdien seul" in cofactor("check", ANNA, "--lang", "fr").output.replace("\n      ", " ")


def test_quiet_prints_nothing():
    assert cofactor("check", ANNA, "-q").output == ""


def test_status_as_json_is_as_the_contract_says():
    found = json.loads(cofactor("status", ANNA, "--json").output)
    assert {"status", "gates", "unknown"} <= found.keys()
    for row in found["status"]:
        assert {"value", "unit", "low", "high", "judged", "by"} <= row.keys()
        assert ("nutrient" in row) != ("analyte" in row)
        assert row["judged"] in ("below", "within", "above", "none")


def test_a_dose_that_is_added_raises_the_forecast():
    found = json.loads(cofactor("forecast", ANNA, "--days", "84", "--with", "vitamin_d D3 2000 IU", "--json").output)
    last = {b["under"]: b for b in found["forecast"] if b["outcome"] == "25OHD" and b["days"] == 84}
    assert last["plan"]["p50"] > last["now"]["p50"] + 5
    assert all(b["p05"] <= b["p25"] <= b["p50"] <= b["p75"] <= b["p95"] for b in found["forecast"])


@pytest.mark.parametrize(
    "dose",
    ["", "vitamin_d", "vitamin_d D3", "vitamin_d D9 2000 IU", "sugar 3 g", "vitamin_d D3 2000 ng", "D3 1000 IU x"],
)
def test_a_dose_that_cannot_be_read_is_refused_with_an_example(dose):
    shown = cofactor("forecast", ANNA, "--with", dose)
    assert shown.exit_code == 2
    assert "got" in shown.stderr


def test_what_is_refused_is_told_in_french(tmp_path):
    case = tmp_path / "cas.yaml"
    case.write_text(
        "cofactor: 1\nperson: {sex: female, weight: 72 m}\nplace: {latitude: 1}\nlabs: 3\n", encoding="utf-8"
    )
    shown = cofactor("check", str(case), "--lang", "fr")
    assert shown.exit_code == 2
    assert "person.weight\N{NO-BREAK SPACE}: reçu m" in shown.stderr
    assert not {"got", "expected", "Write", "Use", "Add"} & set(shown.stderr.split())
    problems = json.loads(cofactor("check", str(case), "--lang", "fr", "--json").stderr)["problems"]
    assert [p["where"] for p in problems] == [p["where"] for p in _english(case)]
    assert all(french["do"] != english["do"] for french, english in zip(problems, _english(case), strict=True))


def _english(case):
    return json.loads(cofactor("check", str(case), "--lang", "en", "--json").stderr)["problems"]


def test_foods_are_found_in_both_languages():
    for words in ("sardine huile", "SARDINES à l'huile"):
        found = json.loads(cofactor("foods", "search", words, "--json").output)["foods"]
        assert found[0]["id"] == "ciqual:26034"
        assert {"id", "name_en", "name_fr", "group"} <= found[0].keys()
    assert "magnésium 270" in cofactor("foods", "search", "amande", "--lang", "fr").output


def test_sources_of_a_run_are_cited_as_bibtex():
    shown = cofactor("cite", ANNA).output
    entries = re.findall(r"^@misc\{(\w+),$", shown, re.M)
    assert len(entries) == len(set(entries)) == shown.count("@misc") > 20
    assert "title = {{EFSA Journal 2016;14(10):4547}}" in shown
    assert "doi = {10.57745/RDMHWY}" in shown  # the food table
    assert shown.count("{") - shown.count("\\{") == shown.count("}") - shown.count("\\}")
    told = json.loads(cofactor("cite", ANNA, "--json").output)["sources"]
    assert {s["text"] for s in told} >= {"EFSA Journal 2016;14(10):4547"}


def test_a_reader_who_has_seen_enough_ends_the_command_quietly():
    command = [sys.executable, "-m", "cofactor", "evidence"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        run.stdout.close()
        assert run.wait(60) == 1
        assert run.stderr.read() == ""
