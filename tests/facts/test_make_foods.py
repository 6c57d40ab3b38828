"""The maker of the food tables, on a few rows written in the form of the official files."""

import csv
import importlib.util
import json
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "make_foods.py"
spec = importlib.util.spec_from_file_location("make_foods", SCRIPT)
assert spec is not None
assert spec.loader is not None
make_foods = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = make_foods
spec.loader.exec_module(make_foods)

COLUMNS = [
    *("source", "source_food_id", "name_en", "name_en_basis", "name_fr", "group", "subgroup"),
    *dict.fromkeys(make_foods.NUTRIENTS.values()),
    *("vitamin_k2_kind", "qualifiers"),
]


def official(code, name_en="", name_fr="", qualifiers=None, **values):
    row = dict.fromkeys(COLUMNS, "") | {"source_food_id": code, "name_en": name_en, "name_fr": name_fr} | values
    return row | {"name_en_basis": "ciqual_2020_by_code", "qualifiers": json.dumps(qualifiers) if qualifiers else ""}


CIQUAL = [
    official(
        "26161",
        "Salmon, raw, wild",
        "Saumon,  sauvage, cru",
        {"vitamin_d_ug": "<8,6", "vitamin_d3_ug": "traces", "vitamin_e_mg": "<0.08 alt"},
        calcium_mg="13.5",
    ),
    official("26229", "Salmon, grilled", "Saumon, grillé/poêlé", vitamin_d3_ug="3.8", vitamin_k2_ug="0.5"),
    official("1", "Oil", "Huile", {"vitamin_d_ug": "<0", "vitamin_k2_ug": "<20"}, vitamin_k2_ug=""),
    *(official(str(100 + n), "x", "x", vitamin_k2_ug=str(n), vitamin_d_ug=str(n)) for n in range(1, 8)),
]
USDA = [
    official(
        "01129",
        "Egg, hard-boiled",
        "",
        {"vitamin_d_ug": "imputed", "fibre_g": "imputed"},
        vitamin_d_ug="2.2",
        vitamin_k2_ug="4.0",
    )
]
MEASURES = [{"source_food_id": "01129", "seq": "1", "amount": ".5", "measure_en": "cup", "gram_weight": "68.0"}]
SELECTION = [
    {"id": "ciqual:26161", "group": "fish"},
    {"id": "ciqual:26229", "group": "fish", "name_en": "Salmon, grilled or fried"},
    {"id": "ciqual:1", "group": "fats_oils"},
    {"id": "usda:01129", "group": "egg", "name_fr": "Œuf dur (États-Unis)", "aliases": "US egg"},
]
PORTIONS = [
    {"id": "ciqual:26161", "name_en": "serving", "name_fr": "portion", "grams": "120"},
    {"id": "ciqual:26229", "name_en": "serving", "name_fr": "portion", "grams": "120"},
    {"id": "ciqual:1", "name_en": "tablespoon", "name_fr": "cuillère à soupe", "grams": "10"},
    {"id": "usda:01129", "seq": "1", "name_fr": "demi-tasse"},
]


def write(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def folders(tmp_path):
    """A function that writes the inputs and makes the tables; returns them as lists of rows."""

    def run(selection=SELECTION, portions=PORTIONS):
        data, lists, out = tmp_path / "data", tmp_path / "lists", tmp_path / "out"
        write(data / "foods" / "foods_ciqual.csv", COLUMNS, CIQUAL)
        write(data / "foods" / "foods_usda.csv", COLUMNS, USDA)
        write(data / "foods" / "portions_usda.csv", list(MEASURES[0]), MEASURES)
        chosen = [{"phytate": "none", "oxalate": "none"} | row for row in selection]
        header = ["id", "name_en", "name_fr", "group", "phytate", "oxalate", "aliases"]
        write(lists / "food_selection.csv", header, chosen)
        write(lists / "food_portions.csv", ["id", "seq", "name_en", "name_fr", "grams"], portions)
        make_foods.make(data, out, lists)
        return {path.stem: make_foods.read(path) for path in sorted(out.iterdir())}

    return run


@pytest.fixture
def made(folders):
    return folders()


def by_id(tables, food_id):
    return next(row for row in tables["foods"] if row["id"] == food_id)


def test_limits_and_traces_are_kept_as_published(made):
    salmon = by_id(made, "ciqual:26161")
    assert salmon["vitamin_d_ug"] == "<8.6"
    assert salmon["vitamin_d3_ug"] == "traces"
    assert salmon["calcium_mg"] == "13.5"
    assert salmon["vitamin_e_mg"] == "<0.08"
    assert salmon["qualifiers"] == "vitamin_e_mg:alt"
    assert by_id(made, "ciqual:1")["vitamin_d_ug"] == "<0"


def test_gaps_stay_gaps_and_parts_do_not_become_totals(made):
    assert by_id(made, "ciqual:26161")["magnesium_mg"] == ""
    grilled = by_id(made, "ciqual:26229")
    assert (grilled["vitamin_d_ug"], grilled["vitamin_d3_ug"]) == ("", "3.8")


def test_vitamin_k2_goes_to_the_column_of_its_kind(made):
    egg, salmon = by_id(made, "usda:01129"), by_id(made, "ciqual:26229")
    assert (egg["vitamin_k2_ug"], egg["vitamin_k2_mk4_ug"]) == ("", "4.0")
    assert (salmon["vitamin_k2_ug"], salmon["vitamin_k2_mk4_ug"]) == ("0.5", "")


def test_ids_keep_leading_zeros_and_flags_of_unused_columns_are_dropped(made):
    egg = by_id(made, "usda:01129")
    assert (egg["source"], egg["qualifiers"]) == ("usda_sr28", "vitamin_d_ug:imputed")


def test_names_say_whose_they_are(made):
    raw, grilled, egg = (by_id(made, i) for i in ("ciqual:26161", "ciqual:26229", "usda:01129"))
    assert (raw["name_fr"], raw["name_fr_basis"]) == ("Saumon, sauvage, cru", "source")
    assert (raw["name_en"], raw["name_en_basis"]) == ("Salmon, raw, wild", "ciqual_2020_by_code")
    assert (grilled["name_en"], grilled["name_en_basis"]) == ("Salmon, grilled or fried", "ours")
    assert (egg["name_fr"], egg["name_fr_basis"]) == ("Œuf dur (États-Unis)", "ours")


def test_portions_are_whole_measures_or_marked_assumed(made):
    portions = {row["food_id"]: row for row in made["portions"]}
    egg = portions["usda:01129"]
    assert (egg["name_en"], egg["name_fr"], egg["grams"], egg["assumed"]) == ("0.5 cup", "demi-tasse", "68", "no")
    assert (portions["ciqual:1"]["grams"], portions["ciqual:1"]["assumed"]) == ("10", "yes")


def test_traces_are_no_more_than_the_usual_limit_nor_the_first_quartile(made):
    ceilings = {row["column"]: row for row in made["food_traces"]}
    assert float(ceilings["vitamin_k2_ug"]["median_limit"]) == 20
    assert float(ceilings["vitamin_k2_ug"]["ceiling"]) == 1.25  # quartile of 0.5, 1, 2, ... 7, and not the limit of 20
    assert float(ceilings["vitamin_d_ug"]["median_limit"]) == pytest.approx(4.3)  # of <8,6 and <0
    assert float(ceilings["vitamin_d_ug"]["ceiling"]) == 2


def test_sources_name_the_file_that_was_read(made):
    ciqual, usda = made["food_sources"]
    assert (ciqual["foods_read"], ciqual["foods"], usda["foods_read"], usda["foods"]) == (
        str(len(CIQUAL)),
        "3",
        "1",
        "1",
    )
    assert len(ciqual["sha256"]) == 64
    assert "Etalab" in ciqual["licence"]


def test_the_same_input_gives_the_same_bytes(folders, tmp_path):
    folders()
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    folders()
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}


def test_all_problems_of_the_lists_are_named_at_once(folders):
    selection = [*SELECTION, {"id": "ciqual:404", "group": "fish"}, SELECTION[0]]
    portions = [row for row in PORTIONS if row["id"] != "ciqual:1"] + [{"id": "usda:01129", "seq": "9"}]
    with pytest.raises(ValueError, match="404") as error:
        folders(selection, portions)
    text = str(error.value)
    for part in (
        "ciqual:404: not in the data files",
        "ciqual:26161: chosen twice",
        "ciqual:1: no portion",
        "no measure 9",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("change", "message"),
    [({"phytate": "some"}, "phytate is 'some'"), ({"id": "usda:01129", "name_fr": ""}, "a name is missing")],
)
def test_an_unknown_class_or_a_missing_name_is_refused(folders, change, message):
    broken = [row | change if row["id"] == change.get("id", "ciqual:26161") else row for row in SELECTION]
    with pytest.raises(ValueError, match=message):
        folders(broken)


def test_the_shipped_selection_gives_every_chosen_food_a_portion():
    chosen = {row["id"] for row in make_foods.read(make_foods.SELECTION / "food_selection.csv")}
    portions = {row["id"] for row in make_foods.read(make_foods.SELECTION / "food_portions.csv")}
    shipped = {row["id"] for row in make_foods.read(make_foods.TABLES / "foods.csv")}
    assert chosen == portions == shipped
