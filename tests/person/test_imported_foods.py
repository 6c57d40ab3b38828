"""Imported foods in a case: by id and by name, in sums as intervals, with gaps told and the table named."""

from __future__ import annotations

from pathlib import Path

import pytest

from cofactor.errors import InputError
from cofactor.facts.food_import import import_files
from cofactor.person.case import parse_case
from cofactor.person.intake import intake

SAMPLES = Path(__file__).parents[1] / "facts" / "food_samples"
HEAD = "alim_grp_code;alim_ssgrp_code;alim_ssssgrp_code;alim_code;alim_nom_fr"
COLUMNS = "Calcium (mg/100 g);Magnésium (mg/100 g);Vitamine D (µg/100 g);Vitamine D2 (ergocalciférol) (µg/100 g)"
MEAL = f"""{HEAD};{COLUMNS};Vitamine D3 (cholécalciférol) (µg/100 g)
03;0301;030101;90001;Plat témoin;100;20;< 8,6;traces;traces
02;0201;020102;90002;Blettes témoin, cuites;50;80;-;-;-
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("foods")
    (folder / "meal.csv").write_text(MEAL, encoding="utf-8")
    import_files([SAMPLES, folder / "meal.csv"], folder / "foods.sqlite")
    return folder / "foods.sqlite"


@pytest.fixture(autouse=True)
def with_store(store, monkeypatch):
    monkeypatch.setenv("COFACTOR_FOODS", str(store))


def case(*foods: dict[str, str]):
    return parse_case(
        {
            "cofactor": 1,
            "person": {"sex": "female", "age": 58, "weight": "72 kg"},
            "place": {"latitude": 48.9, "country": "FR"},
            "diet": {"foods": list(foods)},
            "today": "2026-11-22",
        }
    )


def test_by_id_by_release_and_by_name():
    eaten = case(
        {"food": "fdc:2346404", "amount": "100 g"},
        {"food": "ciqual_2020:12110", "amount": "1 portion"},
        {"food": "sweet potatoes orange flesh", "amount": "50 g", "per": "week"},
        {"food": "usda:01001", "amount": "1 pat"},
    ).diet.foods
    assert [one.food.id for one in eaten] == ["fdc:2346404", "ciqual:12110", "fdc:2346404", "usda:01001"]
    assert eaten[1].grams_per_day == 30  # a portion of cheese, assumed
    assert eaten[3].grams_per_day == 5  # as the USDA weighed it
    assert eaten[1].food.source.text.startswith("Anses. 2020")
    assert "ciqual_2020_" in eaten[1].food.source.detail


def test_sums_are_intervals_and_the_share_without_data_is_told():
    found = intake(case({"food": "ciqual:90001", "amount": "750 g"}, {"food": "ciqual:90002", "amount": "250 g"}))
    vitamin_d = found.food["vitamin_d"]
    assert found.unmeasured_share["vitamin_d"] == pytest.approx(0.25)
    assert found.unmeasured_share["calcium"] == 0
    assert vitamin_d.high - vitamin_d.low >= 7.5 * 8.6  # the limit of 750 g, and what fills the part without data
    assert vitamin_d.mid < 5  # half of the limit would have put 32 µg there
    assert found.food["calcium"].mid == pytest.approx(750 + 125)
    assert found.oxalate_bound["calcium"] == pytest.approx(0.8 * 125)  # chard is known by its name


@pytest.mark.parametrize("food", ["fdc:1", "ciqual_2020:26161", "usda:99999", "patate qui n'existe pas"])
def test_what_is_not_imported_is_refused_and_says_how_to_get_it(food):
    with pytest.raises(InputError) as error:
        case({"food": food, "amount": "100 g"})
    (problem,) = error.value.problems
    assert problem.where == "diet.foods[0].food"
    assert problem.expected or "foods import" in problem.do


def test_without_a_store_the_starter_table_works_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("COFACTOR_FOODS", str(tmp_path / "none.sqlite"))
    (eaten,) = case({"food": "amandes", "amount": "30 g"}).diet.foods
    assert eaten.food.id == "ciqual:15000"
    assert not (tmp_path / "none.sqlite").exists()
