"""The starter table of foods: the official numbers as printed, gaps that stay gaps, and search as people type."""

import csv
from importlib.resources import files

import pytest

from cofactor.errors import FactsError
from cofactor.facts.food_search import EXACT, PREFIXES, STARTS, WHOLE_WORDS, Words, rank
from cofactor.facts.foods import NOT_MEASURED, foods, parse, read_value
from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.facts.types import Food, FoodValue, Trust

TABLE = foods()
PARTS = {"vitamin_d2", "vitamin_d3", "vitamin_k1", "vitamin_k2", "vitamin_k2_mk4"}


def table(name: str) -> list[dict[str, str]]:
    text = files("cofactor.facts").joinpath("tables", f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def food(food_id: str) -> Food:
    found = TABLE.by_id(food_id)
    assert found is not None
    return found


def meant(text: str) -> str:
    found = TABLE.resolve(text)
    assert isinstance(found, Food), [f.id for f in found]
    return found.id


# --- the official numbers -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("food_id", "nutrient", "value"),
    [
        # Anses, Ciqual 2025, per 100 g
        ("ciqual:76022", "calcium", 54.9),  # Hépar: 549 mg and 119 mg per litre on the label
        ("ciqual:76022", "magnesium", 11.9),
        ("ciqual:76016", "calcium", 46.8),  # Contrex
        ("ciqual:76037", "magnesium", 16.0),  # Rozana
        ("ciqual:15000", "magnesium", 270.0),  # almonds
        ("ciqual:15000", "calcium", 260.0),
        ("ciqual:26034", "vitamin_d", 7.56),  # sardines in oil
        ("ciqual:26040", "vitamin_d", 10.3),  # sardines in olive oil
        ("ciqual:26142", "vitamin_d", 54.3),  # cod liver, canned
        ("ciqual:22010", "vitamin_d", 1.12),  # hard-boiled egg
        ("ciqual:19037", "vitamin_d", 0.78),  # French milk fortified with vitamin D
        ("ciqual:12115", "calcium", 978.0),  # Emmental
        ("ciqual:12729", "vitamin_k2", 47.5),  # Edam
        # USDA SR28, per 100 g
        ("usda:01129", "vitamin_d", 2.2),  # hard-boiled egg
        ("usda:01077", "vitamin_d", 1.3),  # US whole milk is fortified
        ("usda:11938", "vitamin_d", 26.2),  # mushrooms exposed to UV
        ("usda:15087", "vitamin_d", 21.0),  # sockeye salmon, canned
        ("usda:11458", "magnesium", 87.0),  # spinach, boiled
        ("usda:16426", "calcium", 683.0),  # tofu set with calcium sulfate
        ("usda:12061", "magnesium", 270.0),  # almonds
        ("usda:16113", "vitamin_k1", 23.1),  # natto
        ("usda:05343", "vitamin_k2_mk4", 35.7),  # chicken drumstick, rotisserie
    ],
)
def test_values_are_those_printed_in_the_official_tables(food_id, nutrient, value):
    assert food(food_id).values[nutrient] in (
        FoodValue(value, value),
        FoodValue(value, value, "imputed"),
    )


def test_portion_of_a_food_weighs_what_the_source_says_for_the_whole_measure():
    tofu = food("usda:16426")
    half_cup = next(p for p in tofu.portions if p.name_en == "0.5 cup")
    assert (half_cup.grams, half_cup.assumed) == (126.0, False)
    assert food("ciqual:76022").portions[0].assumed


# --- gaps, traces, limits -------------------------------------------------------------------------------------------
def test_wild_salmon_is_an_interval_and_not_half_a_limit():
    salmon = food("ciqual:26161").values
    assert salmon["vitamin_d"] == FoodValue(0.0, 8.6, "<8.6")
    assert salmon["vitamin_d3"] == FoodValue(0.0, 0.25, "traces")


@pytest.mark.parametrize(
    ("food_id", "nutrient"),
    [
        ("usda:16113", "vitamin_k2"),  # natto, the food richest in MK-7: measured in neither table
        ("usda:16113", "vitamin_k2_mk4"),
        ("usda:19904", "vitamin_d"),  # dark chocolate
        ("ciqual:12110", "vitamin_d"),  # comté
        ("ciqual:27000", "vitamin_d"),  # eel
    ],
)
def test_what_nobody_measured_stays_unknown(food_id, nutrient):
    value = food(food_id).values[nutrient]
    assert value == NOT_MEASURED
    assert not value.known


def test_zero_is_known_and_says_when_it_was_assumed():
    almonds = food("usda:12061").values["vitamin_d"]
    assert almonds.known
    assert (almonds.low, almonds.high, almonds.qualifier) == (0.0, 0.0, "assumed_zero")


def test_every_cell_of_the_table_is_read_as_the_interval_it_states():
    ceilings = {row["column"]: float(row["ceiling"]) for row in table("food_traces")}
    seen = {"number": 0, "gap": 0, "traces": 0, "limit": 0}
    for row in table("foods"):
        for column, cell in row.items():
            if not column.endswith(("_ug", "_mg")):
                continue
            value = food(row["id"]).values[column[:-3]]
            if not cell:
                seen["gap"] += 1
                assert (value.low, value.high) == (None, None)
            elif cell == "traces":
                seen["traces"] += 1
                assert (value.low, value.high) == (0.0, ceilings[column])
            elif cell.startswith("<"):
                seen["limit"] += 1
                assert (value.low, value.high) == (0.0, float(cell[1:]))
            else:
                seen["number"] += 1
                assert value.low == value.high == float(cell)
    assert all(seen.values())


def test_kinds_of_vitamin_k2_never_share_a_column():
    for f in TABLE.all:
        other = "vitamin_k2_mk4" if f.id.startswith("ciqual:") else "vitamin_k2"
        assert f.values[other] == NOT_MEASURED


def test_vitamin_k_is_vitamin_k1():
    assert food("ciqual:20336").values["vitamin_k"] is food("ciqual:20336").values["vitamin_k1"]


def test_milk_depends_on_the_country():
    french, american = food("ciqual:19041").values["vitamin_d"], food("usda:01079").values["vitamin_d"]
    assert french.high is not None
    assert american.low is not None
    assert french.high <= 0.15 < 1.0 < american.low


# --- the whole table ------------------------------------------------------------------------------------------------
def test_every_food_is_complete_and_attributed():
    assert len(TABLE.all) >= 250
    assert len({f.id for f in TABLE.all}) == len(TABLE.all)
    for f in TABLE.all:
        assert f.name_en.strip()
        assert f.name_fr.strip()
        assert f.group
        assert f.portions
        assert all(p.grams > 0 and p.name_en and p.name_fr for p in f.portions)
        assert f.phytate in {"none", "refined", "mixed", "wholegrain", "bran"}
        assert f.oxalate in {"none", "high"}
        assert f.source.trust is Trust.VERIFIED
        assert set(f.values) == set(NUTRIENT_UNIT) | PARTS


def test_columns_are_in_the_canonical_unit_of_their_nutrient():
    letters = {"ug": "µg", "mg": "mg"}
    columns = [column for column in table("foods")[0] if column.endswith(("_ug", "_mg"))]
    units = {column[:-3]: letters[column[-2:]] for column in columns}
    for nutrient, unit in units.items():
        total = nutrient if nutrient in NUTRIENT_UNIT else nutrient.rpartition("_")[0]
        assert unit == NUTRIENT_UNIT.get(total, "µg")


def test_sources_carry_the_attribution_their_licences_ask_for():
    sources = {row["id"]: row for row in table("food_sources")}
    ciqual, usda = sources["ciqual_2025"], sources["usda_sr28"]
    assert ciqual["citation"] == "Anses. 2025. Table de composition nutritionnelle des aliments Ciqual"
    assert "Etalab 2.0" in ciqual["licence"]
    assert "10.57745/RDMHWY" in ciqual["detail"]
    assert "Standard Reference, Release 28" in usda["citation"]
    assert food("ciqual:15000").source.text == ciqual["citation"]
    assert food("usda:12061").source.text == usda["citation"]


def test_values_are_physically_possible():
    """No more mineral in 100 g than the richest foods hold, and parts within their total."""
    most = {"calcium": 2000, "magnesium": 800, "phosphorus": 2000, "potassium": 4000, "zinc": 60, "vitamin_d": 260}
    for f in TABLE.all:
        for nutrient, highest in most.items():
            value = f.values[nutrient]
            assert value.high is None or 0 <= (value.low or 0) <= value.high <= highest, (f.id, nutrient)
        total, d3 = f.values["vitamin_d"], f.values["vitamin_d3"]
        if total.high is not None and d3.low is not None:
            assert d3.low <= total.high * 1.05 + 0.1, f.id


def test_oxalate_is_high_where_it_locks_calcium():
    high = {f.id for f in TABLE.all if f.oxalate == "high"}
    assert {"ciqual:20336", "ciqual:20059", "usda:11458", "usda:11148", "ciqual:20111"} <= high
    assert not high & {"ciqual:20219", "ciqual:12115", "ciqual:15000"}  # kale, emmental, almonds


# --- finding --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "food_id"),
    [
        ("ciqual:26036", "ciqual:26036"),
        ("CIQUAL:15000", "ciqual:15000"),
        ("usda:01009", "usda:01009"),
        ("usda:1009", "usda:01009"),
        ("amandes", "ciqual:15000"),
        ("Almonds", "ciqual:15000"),
        ("sardine à l'huile", "ciqual:26034"),
        ("sardines à l’huile", "ciqual:26034"),
        ("sardine huile", "ciqual:26034"),
        ("oeuf", "ciqual:22000"),
        ("œufs", "ciqual:22000"),
        ("HEPAR", "ciqual:76022"),
        ("pain complet", "ciqual:7110"),
        ("whole milk", "ciqual:19023"),
        ("petits pois", "ciqual:20326"),
        ("épinards", "ciqual:20336"),
        ("tomatoes", "ciqual:20385"),
        ("Saumon, élevage, cru", "ciqual:26036"),
        ("Milk, whole, 3.25% milkfat, with added vitamin D (US)", "usda:01077"),
    ],
)
def test_a_text_that_means_one_food_finds_it(text, food_id):
    assert meant(text) == food_id


@pytest.mark.parametrize("text", ["lait", "milk"])
def test_milk_alone_is_refused_with_the_plain_milks(text):
    found = TABLE.resolve(text)
    assert isinstance(found, tuple)
    assert {f.id for f in found} == {"ciqual:19023", "ciqual:19041", "ciqual:19050", "ciqual:19037"}


def test_a_word_of_two_languages_is_not_guessed():
    found = TABLE.resolve("raisin")  # grapes in French, dried grapes in English
    assert isinstance(found, tuple)
    assert {f.id for f in found} == {"ciqual:13395", "ciqual:13046"}


@pytest.mark.parametrize("text", ["saumon", "salmon", "thon", "sardine", "chocolat"])
def test_what_several_foods_share_is_refused_with_candidates(text):
    found = TABLE.resolve(text)
    assert isinstance(found, tuple)
    assert len(found) > 2


def test_words_that_only_one_food_has_are_enough():
    assert meant("sockeye") == "usda:15087"
    assert meant("camembert pasteurisé") == "ciqual:12001"


def test_a_slip_of_the_pen_gets_candidates_and_never_a_food():
    found = TABLE.resolve("sardinne")
    assert isinstance(found, tuple)
    assert all("ardine" in f.name_fr for f in found)
    assert found


@pytest.mark.parametrize("text", ["", "   ", "zzzz", "ciqual:99999", "usda:99999", "?!"])
def test_nothing_finds_nothing(text):
    assert TABLE.resolve(text) == ()
    assert TABLE.search(text) == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("lait", "Lait"),
        ("oeuf", "Oeuf cru"),
        ("sardine huile", "Sardine, à l'huile"),
        ("huile", "Huile"),
        ("fromage", "Fromage (aliment moyen)"),
        ("noix", "Noix, cerneau"),
        ("choc", "Chocolat"),
    ],
)
def test_search_puts_short_generic_names_first(text, first):
    assert TABLE.search(text)[0].name_fr.startswith(first)


def test_search_keeps_to_the_limit_and_needs_every_word():
    assert len(TABLE.search("lait", limit=3)) == 3
    found = TABLE.search("yaourt enrichi", limit=50)
    assert [f.id for f in found] == ["ciqual:19723", "ciqual:19694"]  # with vitamin D; soya, with calcium


def test_the_first_everyday_name_of_every_food_leads_to_it():
    for f in TABLE.all:
        for alias in f.aliases[:1]:
            found = TABLE.resolve(alias, limit=len(TABLE.all))
            assert f.id in ([found.id] if isinstance(found, Food) else [c.id for c in found]), (f.id, alias)


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ("sardines à l'huile", "Sardine à l’huile", (EXACT, 0, 0, 0)),
        ("oeufs", "Œuf", (EXACT, 0, 0, 0)),
        ("eaux", "eau", (EXACT, 0, 0, 0)),
        ("strawberries", "Strawberry", (EXACT, 0, 0, 0)),
        ("pêches", "pêche", (EXACT, 0, 0, 0)),
        ("peaches", "peach", (EXACT, 0, 0, 0)),
        ("sardine", "Sardine, crue", (STARTS, 0, 0, 1)),
        ("almond", "Almond oil", (STARTS, 0, 1, 1)),
        ("huile sardine", "Sardine à l'huile, égouttée", (WHOLE_WORDS, 1, 0, 1)),
        ("sard", "Sardine, crue", (PREFIXES, 0, 0, 1)),
        ("noix", "Noisette", None),
        ("pois", "Poire, crue", None),
        ("thon huile", "Thon au naturel", None),
        ("", "Sardine", None),
    ],
)
def test_rank(query, name, expected):
    found = rank(Words.of(query), Words.of(name))
    assert (found if found is None else found[:4]) == expected


def test_of_equal_matches_the_shorter_name_ranks_first():
    query = Words.of("choc")
    short, long = rank(query, Words.of("chocolat")), rank(query, Words.of("chocolatine"))
    assert short is not None
    assert long is not None
    assert short < long


# --- reading --------------------------------------------------------------------------------------------------------
def test_read_value():
    assert read_value("", "") == FoodValue(None, None)
    assert read_value("0") == FoodValue(0.0, 0.0)
    assert read_value("<0.08", "alt") == FoodValue(0.0, 0.08, "<0.08 alt")
    assert read_value("traces", "", 0.25) == FoodValue(0.0, 0.25, "traces")
    with pytest.raises(ValueError, match="ceiling"):
        read_value("traces")


def test_broken_rows_are_all_reported_at_once():
    rows = [dict(row) for row in table("foods")[:3]]
    rows[0]["calcium_mg"] = "much"
    rows[2]["source"] = "nowhere"
    with pytest.raises(FactsError) as error:
        parse(rows, [], table("food_traces"), table("food_sources"))
    assert rows[0]["id"] in str(error.value)
    assert rows[1]["id"] not in str(error.value)
    assert rows[2]["id"] in str(error.value)
