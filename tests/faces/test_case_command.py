"""``cofactor case`` as its users meet it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cofactor.faces.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def anna(tmp_path, monkeypatch):
    monkeypatch.setenv("COFACTOR_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("COFACTOR_PASSPHRASE", raising=False)
    path = tmp_path / "anna.yaml"
    shutil.copy(EXAMPLES / "anna.yaml", path)
    return path


def case(*arguments, **kwargs):
    return CliRunner().invoke(main, ["case", *map(str, arguments)], **kwargs)


def test_from_save_to_delete(anna, tmp_path):
    text = anna.read_text(encoding="utf-8")
    assert "anna, version 1" in case("save", anna, "--lang", "en").stdout
    assert "anna, version 1" in case("save", anna, "--lang", "en").stdout  # nothing changed
    anna.write_text(
        text + "answers: {tetany: no}\n" if "answers:" not in text else text + "# a word\n", encoding="utf-8"
    )
    assert json.loads(case("save", anna, "--json").stdout)["version"] == 2
    listed = case("list", "--lang", "fr").stdout
    assert "anna" in listed
    assert "version 2" in listed
    assert case("show", "anna", "--version", 1).stdout == text
    versions = json.loads(case("history", "anna", "--json").stdout)["versions"]
    assert [v["version"] for v in versions] == [1, 2]
    assert "version 1" in case("history", "anna", "--lang", "en").stdout.lower()
    out = tmp_path / "out.yaml"
    assert case("export", "anna", out, "--version", 1).exit_code == 0
    assert out.read_text(encoding="utf-8") == text
    assert out.stat().st_mode & 0o777 == 0o600
    assert case("export", "anna", out).exit_code == 2  # never over a file by accident
    assert case("export", "anna", out, "--force").exit_code == 0
    assert case("delete", "anna", input="n\n").exit_code == 0
    assert "anna" in case("list").stdout
    assert "2 versions" in case("delete", "anna", "--yes", "--lang", "en").stdout
    assert "no case" in case("list", "--lang", "en").stdout


@pytest.mark.usefixtures("anna")
def test_a_file_that_is_no_case_is_not_saved(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("cofactor: 1\n", encoding="utf-8")
    assert case("save", bad).exit_code == 2
    shown = case("list")
    assert shown.exit_code == 1
    assert "cofactor case save" in shown.stderr


def test_an_unknown_name_is_answered_with_the_known_ones(anna):
    case("save", anna)
    shown = case("show", "bob")
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "anna" in shown.stderr


def test_a_sealed_store_asks_for_its_passphrase(anna, monkeypatch):
    monkeypatch.setenv("COFACTOR_PASSPHRASE", "several good words")
    assert case("save", anna, "--seal").exit_code == 0
    assert "anna" in case("list").stdout
    monkeypatch.setenv("COFACTOR_PASSPHRASE", "other good words")
    shown = case("list")
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "does not open" in shown.stderr
    monkeypatch.delenv("COFACTOR_PASSPHRASE")
    assert "sealed" in case("list").stderr
    monkeypatch.setenv("COFACTOR_PASSPHRASE", "several good words")
    monkeypatch.setenv("COFACTOR_PASSPHRASE_NEW", "brand new words")
    assert case("protect", "--lang", "en").exit_code == 0
    monkeypatch.setenv("COFACTOR_PASSPHRASE", "brand new words")
    assert "cofactor: 1" in case("show", "anna").stdout


@pytest.mark.parametrize(("lang", "part"), [("en", "Missing from anna: version 1"), ("fr", "Il manque dans anna")])
def test_damage_is_named_in_both_languages(anna, tmp_path, lang, part):
    import sqlite3

    case("save", anna)
    anna.write_text(anna.read_text(encoding="utf-8") + "# a word\n", encoding="utf-8")
    case("save", anna)
    db = sqlite3.connect(tmp_path / "data" / "cases" / "cases.sqlite")
    with db:
        db.execute("DELETE FROM versions WHERE number = 1")
    db.close()
    shown = case("list", "--lang", lang)
    assert shown.exit_code == 0
    assert part in shown.stderr.replace("\N{NO-BREAK SPACE}", " ")
    assert "anna" in shown.stdout
