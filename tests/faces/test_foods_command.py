"""``cofactor foods`` as a person and a program meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cofactor.faces.cli import main

SAMPLES = Path(__file__).parents[1] / "facts" / "food_samples"


def run(*arguments: object, code: int = 0) -> tuple[str, str]:
    result = CliRunner().invoke(main, ["foods", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr


@pytest.mark.parametrize(
    ("text", "food_id"),
    [("sardine huile", "ciqual:26034"), ("oeuf", "ciqual:22000"), ("œuf", "ciqual:22000"), ("almond", "ciqual:15000")],
)
def test_search_without_any_import(text, food_id):
    out, _ = run("search", text, "--json")
    assert json.loads(out)["foods"][0]["id"] == food_id
    assert run("search", text, "--lang", "fr")[0].startswith(food_id)
    assert run("search", text, "-q") == ("", "")


def test_search_in_french_shows_intervals_and_gaps():
    out, _ = run("search", "ciqual:26161", "--lang", "fr")
    assert "vitamine D 0–8,6\N{NO-BREAK SPACE}µg" in out
    assert "non mesuré" in run("search", "ciqual:12110", "--lang", "fr")[0]  # comté: no vitamin D
    assert "not measured" in run("search", "ciqual:12110", "--lang", "en")[0]


def test_nothing_found_is_said():
    assert "No food" in run("search", "zzzz", "--lang", "en")[0]


def test_import_twice_and_search(tmp_path):
    store = tmp_path / "foods.sqlite"
    first = json.loads(run("import", SAMPLES, "--store", store, "--json")[0])
    second = json.loads(run("import", SAMPLES, "--store", store, "--json")[0])
    assert first["store"] == str(store)
    for before, after in zip(first["imports"], second["imports"], strict=True):
        assert (after["new"], after["changed"]) == (0, 0)
        for count in ("read", "kept", "qualified", "refused", "files"):
            assert before[count] == after[count]
    out, _ = run("import", SAMPLES / "ciqual_2020_fr.xls", "--store", store, "--lang", "fr")
    assert "lues : 10" in out.replace("\N{NO-BREAK SPACE}", " ")
    assert "Etalab 2.0" in out
    found = json.loads(run("search", "sweet potatoes", "--store", store, "--json")[0])["foods"]
    assert "fdc:2346404" in [food["id"] for food in found]
    labels = json.loads(run("search", "calcium", "--labels", "--store", store, "--json")[0])["labels"]
    assert [label["id"] for label in labels] == ["dsld:261967"]


def test_a_refused_file_says_what_to_do_and_exits_with_2(tmp_path):
    bad = tmp_path / "bad.txt"
    bad.write_text("hello\n", encoding="utf-8")
    _, err = run("import", bad, "--store", tmp_path / "foods.sqlite", "--json", code=2)
    (problem,) = json.loads(err)["problems"]
    assert problem["where"] == "bad.txt"
    assert problem["do"]
    assert not (tmp_path / "foods.sqlite").exists()
