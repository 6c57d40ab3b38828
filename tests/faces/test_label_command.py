"""``cofactor label`` as its users meet it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cofactor.faces.cli import main

LABELS = sorted((Path(__file__).parents[2] / "examples" / "labels").glob("*.yaml"))


def cofactor(*arguments):
    return CliRunner().invoke(main, list(arguments))


def small(path: Path, folder: Path) -> str:
    """An example with few people."""
    text = re.sub(r"people: \d+", "people: 16", path.read_text(encoding="utf-8"))
    assert "people: 16" in text
    file = folder / path.name
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_there_are_five_examples():
    assert len(LABELS) >= 5


@pytest.mark.parametrize("path", LABELS, ids=lambda path: path.stem)
def test_an_example_tells_everything_in_both_languages(path, tmp_path):
    file = small(path, tmp_path)
    english, french = cofactor("label", file, "--lang", "en"), cofactor("label", file, "--lang", "fr")
    assert (english.exit_code, french.exit_code) == (0, 0)
    assert "16 virtual people" in english.stdout
    assert all(part in english.stdout for part in ("EU limit for adults", "25(OH)D, mean", "EU, any limit", "STOP ·"))
    assert english.stdout.index("In short") < english.stdout.index("What a day of it holds")
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


def test_a_line_tells_element_compound_and_what_is_absorbed_alike(tmp_path):
    file = tmp_path / "marin.yaml"
    lines = "[Magnésium (oxyde de magnésium) 300 mg, Cuivre 0.23 mg, Vitamine B6 12.75 mg]"
    file.write_text(f"contents: {lines}\npopulation: {{people: 16}}\n", encoding="utf-8")
    shown = cofactor("label", str(file), "--lang", "en").stdout.replace("\xa0", " ")
    # MgO: 24.305 of 40.304 g/mol; one half of it dissolves (exposure.csv)
    assert "magnesium oxide (498 mg of the compound, absorbed like 150 mg as magnesium citrate)" in shown
    assert "Copper: 0.23 mg" in shown
    assert "Vitamin B6: 12.8 mg" in shown
    assert "EU: 100.0 % pass a limit of intake with it, 0.0 % without; most of them that of magnesium." in shown
    refers = [line for line in shown.splitlines() if line.startswith("  REFER")]
    assert 3 < len(refers) < 20
    assert any("bariatric surgery" in line for line in refers)
