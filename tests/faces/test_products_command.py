"""``cofactor products`` as its users meet it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from cofactor.faces.cli import main

EXAMPLE = str(Path(__file__).parents[2] / "examples" / "products" / "pharmacy.yaml")


def cofactor(*arguments):
    return CliRunner().invoke(main, ["products", *arguments])


def plain(text):
    """The text with ordinary spaces."""
    return text.replace("\u202f", " ").replace("\xa0", " ")


def test_the_least_costly_of_what_is_absorbed_comes_first():
    english = plain(cofactor("--lang", "en").stdout)
    lines = english.splitlines()
    magnesium = lines[lines.index(next(x for x in lines if x.startswith("Magnesium,"))) + 1 :]
    assert "0.040 €" in magnesium[0]
    assert "absorbed like 125 mg" in magnesium[0]  # 250 mg of oxide at one half
    assert "No brand stands in the generic catalogue" in english
    assert "–  Vitamin K (MK-7): 45 µg in one capsule, absorption not in the tables" in english


def test_a_catalogue_of_ones_own_in_french():
    french = plain(cofactor(EXAMPLE, "--lang", "fr").stdout)
    assert "Magnésium bisglycinate B6 : 100 mg (bisglycinate de magnésium) par gélule" in french
    assert "testé par laboratoire indépendant, lot 2026-07" in french
    assert "aucun contrôle indépendant nommé" in french


def test_json_holds_parts_and_cost():
    told = json.loads(cofactor(EXAMPLE, "--json").stdout)["products"]
    calcium = next(row for row in told if row["name"] == "Calcium with vitamin D3")
    assert [(part["nutrient"], part["amount"]) for part in calcium["parts"]] == [("calcium", 500), ("vitamin_d", 10)]
    assert calcium["cost_per_absorbed"] == 6.90 / 60 / 500
    assert calcium["cost_unit"] == "EUR/mg"


def test_a_bad_catalogue_is_refused(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("catalogue: 1\nproducts: []\n", encoding="utf-8")
    result = cofactor(str(bad))
    assert result.exit_code == 2
    assert "products" in result.stderr
