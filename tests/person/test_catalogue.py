"""Catalogues of products: labels to parts of one unit, prices, what an absorbed amount costs, and what is refused."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from cofactor.errors import InputError
from cofactor.facts.load import NUTRIENT_UNIT, load
from cofactor.facts.types import Part
from cofactor.person.case import parse_case
from cofactor.person.catalogue import (
    absorbed_factor,
    cost_per_absorbed,
    generic,
    json_schema,
    load_catalogue,
    parse_catalogue,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "products" / "pharmacy.yaml"
CASE = {"cofactor": 1, "person": {"sex": "male", "age": 40, "weight": "80 kg"}, "place": {"latitude": 50}}


def one(**entry):
    (product,) = parse_catalogue({"catalogue": 1, "products": [{"name": "x", **entry}]})
    return product


def problems(entry):
    with pytest.raises(InputError) as caught:
        parse_catalogue({"catalogue": 1, "products": [entry] if isinstance(entry, dict) else entry})
    return {problem.where: str(problem) for problem in caught.value.problems}


def test_the_generic_catalogue_holds_known_forms_in_their_units_with_a_price():
    ids = [product.id for product in generic()]
    assert len(ids) == len(set(ids))
    for product in generic():
        assert load().form(product.nutrient, product.form) is not None, product.id
        assert product.unit == NUTRIENT_UNIT[product.nutrient]
        assert product.price_eur
        assert product.name == ""
        assert all(load().form(part.nutrient, part.form) is not None for part in product.parts)
    assert [p.id for p in generic() if p.more] == ["ca-carbonate-500-d3-10", "ca-carbonate-500-d3-20"]


@pytest.mark.parametrize(
    ("nutrient", "form", "amounts"),
    [
        ("vitamin_d", "D3", {10, 20, 25, 50}),  # 400, 800, 1000 and 2000 IU
        ("magnesium", "citrate", {50, 100, 150}),
        ("magnesium", "bisglycinate", {100, 150}),
        ("magnesium", "oxide", {150}),
        ("calcium", "carbonate", {500}),
        ("calcium", "citrate", {250}),
        ("zinc", "gluconate", {15}),
        ("vitamin_k", "MK-7", {45, 75}),
    ],
)
def test_usual_strengths_are_there(nutrient, form, amounts):
    assert amounts <= {p.amount for p in generic() if (p.nutrient, p.form) == (nutrient, form)}


def test_a_label_becomes_what_one_unit_holds():
    product = one(
        contents=["Magnésium (bisglycinate) 300 mg", "Vitamine B6 1,4 mg"],
        serving="3 gélules",
        pack="90 gélules",
        price="14,90 €",
        tested="a laboratory",
    )
    assert product.parts == (
        Part("magnesium", "bisglycinate", pytest.approx(100)),
        Part("vitamin_b6", "", pytest.approx(1.4 / 3)),
    )
    assert (product.kind, product.unit, product.tested) == ("capsule", "mg", "a laboratory")
    assert product.price_eur == pytest.approx(14.90 / 90)


def test_a_compound_is_counted_by_its_element():
    product = one(contents=[{"line": "Magnesium citrate 1000 mg", "of": "compound"}], serving="2 capsules")
    assert product.amount == pytest.approx(1000 * 3 * 24.305 / 451.11 / 2, rel=1e-3)  # Mg3(C6H5O7)2, anhydrous
    assert product.price_eur is None


def test_what_an_absorbed_amount_costs_goes_by_form():
    oxide = one(contents=["Magnesium (oxide) 100 mg"], pack="100 tablets", price="5 EUR")
    citrate = one(contents=["Magnesium (citrate) 100 mg"], pack="100 tablets", price="8 EUR")
    assert absorbed_factor(oxide.parts[0]) == 0.5
    assert cost_per_absorbed(oxide) == pytest.approx(0.05 / 100 / 0.5)
    assert cost_per_absorbed(citrate) == pytest.approx(0.08 / 100)
    d2 = one(contents=["Vitamin D2 25 µg"], pack="10 capsules", price="1 EUR")
    assert cost_per_absorbed(d2) == pytest.approx(0.1 / 25 / 0.6)  # the rise is 40 % smaller (van den Heuvel 2024)
    assert cost_per_absorbed(one(contents=["Vitamin D3 25 µg"])) is None
    assert cost_per_absorbed(one(contents=["Vitamin K2 (MK-7) 75 µg"], pack="10 capsules", price="1 EUR")) is None


def test_all_that_is_wrong_is_said_at_once():
    found = problems(
        [
            {"name": "a", "contents": ["Zinc 10 kg"], "price": "3 USD"},
            {"name": "b"},
            {"name": "c", "contents": ["Zinc 10 mg"], "price": "3 EUR", "brand": "d"},
        ]
    )
    assert set(found) == {"products[0].contents[0]", "products[0].price", "products[1]", "products[2].brand"}
    assert "EUR" in found["products[0].price"]


@pytest.mark.parametrize(
    ("entry", "where", "said"),
    [
        ({"name": "x", "contents": ["Fibre 3 g"]}, "products[0]", "no amount"),
        ({"name": "x", "contents": ["Zinc 10 mg"], "price": "3 EUR"}, "products[0]", "pack"),
        ({"name": "x", "contents": ["Zinc 10 mg", "cod liver oil 500 mg"]}, "products[0]", "without an amount"),
        ({"name": "x", "contents": ["Zinc 10 mg"], "pack": "5 t", "price": "4000 EUR"}, "products[0].price", "1000"),
        ([{"name": "Zinc A", "contents": ["Zinc 10 mg"]}] * 2, "products[1].name", "second time"),
    ],
)
def test_what_would_mislead_is_refused(entry, where, said):
    found = problems(entry)
    assert list(found) == [where]
    assert said in found[where]


def test_a_case_takes_catalogues_and_products_written_out(tmp_path):
    (tmp_path / "shop.yaml").write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    entry = {"name": "Own zinc", "contents": ["Zinc (gluconate) 15 mg"]}
    case = parse_case({**CASE, "products": ["shop.yaml", entry]}, folder=tmp_path)
    assert case.products == (*load_catalogue(EXAMPLE), *parse_catalogue({"catalogue": 1, "products": [entry]}))
    with pytest.raises(InputError, match=r"products\[0\]: .*written out"):
        parse_case({**CASE, "products": ["shop.yaml"]})
    with pytest.raises(InputError, match="second time"):
        parse_case({**CASE, "products": ["shop.yaml", "shop.yaml"]}, folder=tmp_path)


def test_the_problems_of_a_catalogue_are_those_of_the_case(tmp_path):
    (tmp_path / "a.yaml").write_text("catalogue: 1\nproducts: [{name: x}]\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        parse_case({**CASE, "products": ["a.yaml", "b.yaml"]}, folder=tmp_path)
    assert [p.where for p in caught.value.problems] == ["products[0]: products[0]", "products[1]: b.yaml"]


def test_the_published_schema_takes_the_example():
    values = YAML(typ="safe", pure=True).load(EXAMPLE.read_text(encoding="utf-8"))
    jsonschema.validate(values, json_schema())
    values["products"][0]["colour"] = "red"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(values, json_schema())
