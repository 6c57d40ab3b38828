"""``cofactor formulate`` as its users meet it."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner

from cofactor.faces.cli import main
from cofactor.trial.label_file import load_label

SPEC = """\
formulate: 1
name: winter
population: {people: 400, seed: 2, country: FR}
start: 2026-10-15
weeks: 20
goals: {25OHD: "[50, 125] nmol/L", magnesium: reference}
product:
  moments: [[breakfast, dinner]]
  claims: [magnesium]
  holds:
    - {nutrient: vitamin_d, forms: D3, amount: [0 IU, 2000 IU], step: 1000 IU}
    - {nutrient: magnesium, forms: [citrate, oxide], amount: [100 mg, 200 mg], step: 100 mg}
"""


def plain(text):
    """The text with ordinary spaces."""
    return text.replace("\u202f", " ").replace("\xa0", " ")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("formulate")
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    out = folder / "out"
    result = CliRunner().invoke(main, ["formulate", str(folder / "spec.yaml"), "--out", str(out), "--lang", "en"])
    assert result.exit_code == 0, result.output
    return plain(result.stdout), out, folder / "spec.yaml"


def test_the_answer_comes_first_then_the_front_then_the_method(ran):
    text = ran[0]
    places = [
        text.index(part)
        for part in ("Proposed:", "In range:", "What can be had:", "Each goal alone", "How it was found")
    ]
    assert places == sorted(places)
    assert "400 virtual people, 20 weeks from 15 October 2026, every dose taken" in text.lower().replace(
        "october", "October"
    )
    assert "no product" in text
    assert "Magnesium contributes to" in text  # word for word from the register


def test_the_files_agree_with_one_another(ran):
    _, out, _ = ran
    told = json.loads((out / "formula.json").read_text(encoding="utf-8"))
    rows = list(csv.DictReader((out / "candidates.csv").read_text(encoding="utf-8").splitlines()))
    best = told["proposed"]
    mine = next(row for row in rows if row["stage"] == "judged" and row["proposed"] == "1")
    assert float(mine["share"]) == pytest.approx(best["share"]["value"], rel=1e-5)
    assert len([row for row in rows if row["stage"] == "screened"]) == told["search"]["screened"]
    assert best["holds"]
    assert best["over"]["high"] < told["most_over"]
    label = load_label(out / "label.yaml")
    amounts = label.product.amounts(label.product.readings[0])
    assert amounts == pytest.approx({part["nutrient"]: part["amount"] for part in best["parts"]})
    forms = {c.nutrient: c.form.id for c in label.product.readings[0].contents}
    assert forms == {part["nutrient"]: part["form"] for part in best["parts"]}


def test_both_pages_stand_alone_and_hold_the_front(ran):
    _, out, _ = ran
    english, french = (plain((out / f"formula.{lang}.html").read_text(encoding="utf-8")) for lang in ("en", "fr"))
    assert "What can be had" in english
    assert "Ce qui est possible" in french
    for text in (english, french):
        assert text.count("<svg") == 2  # wide and narrow
        assert "<script" not in text
        assert "http://www.w3.org/2000/svg" in text
        assert "src=" not in text.replace("data:font", "")


def test_json_is_what_the_file_holds_and_the_same_in_french_but_for_the_claims(ran):
    _, out, spec = ran
    printed = json.loads(CliRunner().invoke(main, ["formulate", str(spec), "--json", "--lang", "fr"]).stdout)
    written = json.loads((out / "formula.json").read_text(encoding="utf-8"))
    assert printed["proposed"].pop("claims") != written["proposed"].pop("claims")
    assert printed == written


def test_a_bad_file_is_refused_and_nothing_is_written(tmp_path):
    spec = tmp_path / "bad.yaml"
    spec.write_text(SPEC.replace("1000 IU}", "1000 kg}").replace("weeks: 20", "weeks: soon"), encoding="utf-8")
    result = CliRunner().invoke(main, ["formulate", str(spec), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "product.holds[0].step" in result.stderr
    assert "weeks" in result.stderr
    assert not (tmp_path / "out").exists()
