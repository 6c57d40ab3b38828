"""``cofactor label`` as its users meet it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cofactor.faces.cli import main

FORMULAS = sorted((Path(__file__).parents[2] / "examples" / "labels").glob("*.yaml"))


def cofactor(*arguments):
    return CliRunner().invoke(main, list(arguments))


def small(path: Path, folder: Path) -> str:
    """An example with few people."""
    text = re.sub(r"people: \d+", "people: 16", path.read_text(encoding="utf-8"))
    assert "people: 16" in text
    file = folder / path.name
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_there_are_three_examples():
    assert len(FORMULAS) >= 3


@pytest.mark.parametrize("path", FORMULAS, ids=lambda path: path.stem)
def test_an_example_tells_everything_in_both_languages(path, tmp_path):
    file = small(path, tmp_path)
    english, french = cofactor("label", file, "--lang", "en"), cofactor("label", file, "--lang", "fr")
    assert (english.exit_code, french.exit_code) == (0, 0)
    assert "16 virtual people" in english.stdout
    assert all(part in english.stdout for part in ("EU limit for adults", "25(OH)D, mean", "EU, any limit", "STOP ·"))
    assert "16 personnes virtuelles" in french.stdout
    assert all(part in french.stdout for part in ("valeur de référence de l’UE", "calcium urinaire", "mot pour mot"))


def test_both_readings_of_a_doubtful_line_stand_beside_one_another(tmp_path):
    file = tmp_path / "doubt.yaml"
    file.write_text("contents: [magnesium citrate 1500 mg]\npopulation: {people: 8}\n", encoding="utf-8")
    told = json.loads(cofactor("label", str(file), "--json").stdout)
    assert [reading["reads"] for reading in told["readings"]] == ["elemental", "compound"]
    assert all(len(effect["with"]) == 2 for effect in told["population"]["effects"])
    shown = cofactor("label", str(file), "--lang", "en").stdout
    assert "In doubt" in shown
    assert "end, with (compound)" in shown
    assert cofactor("label", str(file), "-q").stdout == ""


def test_a_bad_file_is_refused_with_all_its_problems(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_text(
        "contents: [Magnesium 40 kg]\npopulation: {peeple: 3}\nweeks: 26\nstart: tomorrow\n", encoding="utf-8"
    )
    shown = cofactor("label", str(file), "--json")
    assert (shown.exit_code, shown.stdout) == (2, "")
    places = [problem["where"] for problem in json.loads(shown.stderr)["problems"]]
    assert places == ["contents[0]", "population.peeple", "start"]
    assert cofactor("label", str(tmp_path / "none.yaml")).exit_code == 2
