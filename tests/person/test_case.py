"""The case file: what is read, in which unit, and everything that is refused, all of it at once."""

from __future__ import annotations

import copy
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cofactor.errors import InputError
from cofactor.facts.load import ANALYTE_UNIT, NUTRIENT_UNIT
from cofactor.person.case import load_case, parse_case
from cofactor.person.doses import GUARDS
from cofactor.person.labs import ASSAYS
from cofactor.person.yaml_text import MAX_CHARACTERS, read

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
TODAY = date(2026, 11, 22)


def minimal(**parts):
    """The least that a case needs, with ``parts`` added."""
    case = {
        "cofactor": 1,
        "person": {"sex": "female", "age": 58, "weight": "72 kg"},
        "place": {"latitude": 48.9, "country": "FR"},
        "today": "2026-11-22",
    }
    for key, value in parts.items():
        case[key] = case[key] | value if isinstance(value, dict) and key in case else value
    return case


def problems(case):
    """The problems of a case by place."""
    with pytest.raises(InputError) as caught:
        parse_case(case)
    return {problem.where: problem for problem in caught.value.problems}


def only(case):
    """The one problem of a case."""
    found = list(problems(case).values())
    assert len(found) == 1, found
    return found[0]


def supplement(**keys):
    return minimal(supplements=[{"nutrient": "vitamin_d", "form": "D3", "amount": "1000 IU"} | keys])


def lab(analyte, value, unit=None, **keys):
    return minimal(labs=[{"date": "2026-10-02", "analyte": analyte, "value": value, "unit": unit} | keys])


# ---- examples ----


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_is_read(path):
    case = load_case(path)
    assert case.today == TODAY
    assert case.person.weight_kg > 0
    assert all(medicine.atc for medicine in case.medicines)
    assert all(condition.icd10 for condition in case.conditions)


def test_there_are_eight_examples_of_different_people():
    assert len(EXAMPLES) >= 8
    assert len({load_case(path).person.name for path in EXAMPLES}) == len(EXAMPLES)


def test_anna_is_read_as_the_contract_prints_her():
    anna = load_case(next(path for path in EXAMPLES if path.stem == "anna"))
    person = anna.person
    assert (person.sex, person.age, person.weight_kg, person.height_cm, person.skin) == ("female", 58, 72, 165, 2)
    assert person.bmi == pytest.approx(26.446, abs=1e-3)
    assert person.postmenopausal is True
    assert person.years_since_menopause == pytest.approx(7.39, abs=0.01)
    assert (anna.place.latitude, anna.place.country, anna.place.region) == (48.9, "FR", "EU")
    assert (anna.sun.summer.minutes_per_day, anna.sun.winter.exposed) == (30, 0.2)
    assert anna.diet.totals["vitamin_d"] == (3, 3)
    assert [round(f.grams_per_day, 3) for f in anna.diet.foods] == [14.286, 30]
    assert anna.diet.foods[1].food.id == "ciqual:15000"
    d3, mg = anna.supplements
    assert (d3.amount, d3.per_day, d3.slot, d3.as_typed) == (25, 25, "breakfast", "1000 IU")
    assert (mg.amount, mg.form, mg.slot) == (300, "oxide", "dinner")
    assert anna.medicines[0].atc == "H03AA01"
    assert anna.lab("25OHD").value == pytest.approx(44.93, abs=0.01)  # 18 ng/mL / 400.64 g/mol
    assert anna.lab("25OHD").as_typed == "18 ng/mL"
    assert anna.goals == {"25OHD": (50, 125)}
    assert anna.answers == {"kidney_stones": False, "pregnancy_planned": False}
    assert anna.notes == ()


# ---- all problems at once ----


def test_three_unrelated_problems_are_reported_together_in_the_order_of_the_file():
    text = """
cofactor: 1
person: {sex: female, age: 58}
place: {latitude: 48.9, contry: FR}
labs:
  - {date: 2026-10-02, analyte: 25OHD, value: 18, unit: ng/dl}
today: 2026-11-22
"""
    found = problems(text)
    assert list(found) == ["person.weight", "place.contry", "labs[0].unit"]
    assert found["person.weight"].do == "Add `weight: 72 kg` (with the true value)."
    assert found["place.contry"].expected == ("country",)
    assert found["labs[0].unit"].as_dict() == {
        "where": "labs[0].unit",
        "got": "ng/dl",
        "expected": ["nmol/L", "ng/mL", "µg/L"],
        "do": "Use one of those units, perhaps ng/mL.",
    }


def test_what_is_missing_is_named():
    found = problems({})
    assert list(found) == ["cofactor", "person", "place"]
    found = problems({"cofactor": 1, "person": {}, "place": {}})
    assert list(found) == ["person.sex", "person.age", "person.weight", "place.latitude"]
    assert found["person.age"].expected == ("age", "born")


@pytest.mark.parametrize(
    ("where", "part", "nearest"),
    [
        ("colour", {"colour": "red"}, None),
        ("suplements", {"suplements": []}, "supplements"),
        ("person.hieght", {"person": {"hieght": "165 cm"}}, "height"),
        ("sun.outdoor", {"sun": {"outdoor": "30 min/day"}}, "outdoors"),
        ("sun.winter.exposd", {"sun": {"winter": {"exposd": "5 %"}}}, "exposed"),
        ("diet.referance", {"diet": {"referance": "EFSA"}}, "reference"),
        ("diet.foods[0].amont", {"diet": {"foods": [{"food": "ciqual:15000", "amount": "1 g", "amont": 1}]}}, "amount"),
        ("medicines[0].wen", {"medicines": [{"name": "warfarin", "wen": "dinner"}]}, "when"),
        ("labs[0].analite", {"labs": [{"analite": 1, "date": "2026-10-02", "analyte": "INR", "value": 2}]}, "analyte"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(where, part, nearest):
    problem = only(minimal(**part))
    assert problem.where == where
    assert "unknown key" in problem.got
    assert problem.expected[0] == (nearest or "cofactor")


@pytest.mark.parametrize(
    ("part", "where"),
    [
        ({"person": ["sex"]}, "person"),
        ({"labs": {"date": 1}}, "labs"),
        ({"diet": 3}, "diet"),
        ({"diet": {"totals": [1]}}, "diet.totals"),
        ({"answers": "no"}, "answers"),
        ({"goals": [50, 125]}, "goals"),
        ({"supplements": ["D3"]}, "supplements[0]"),
        ({"sun": ["none"]}, "sun"),
        ({"conditions": [{"a": 1}]}, "conditions[0]"),
        ({"cofactor": 2}, "cofactor"),
        ({"today": "22/11/2026"}, "today"),
        ({"today": "0001-01-01"}, "today"),
        ({"probability": "120 %"}, "probability"),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused_in_its_place(part, where):
    case = {**minimal(), **part}
    problem = only(case)
    assert problem.where == where
    assert problem.do


# ---- numbers and units ----


@pytest.mark.parametrize(
    ("text", "kg"), [("72 kg", 72), ("72kg", 72), ("72,5 kg", 72.5), ("72\u00a0kg", 72), ("72\u202f000 g", 72)]
)
def test_a_weight_is_read_in_kilograms(text, kg):
    assert parse_case(minimal(person={"weight": text})).person.weight_kg == pytest.approx(kg)


@pytest.mark.parametrize(
    ("key", "value", "got"),
    [
        ("weight", 72, "72 without a unit"),
        ("weight", "72 lb", "lb"),
        ("weight", "7.2 kg", "7.2 kg"),
        ("weight", "720 kg", "720 kg"),
        ("weight", "72 000 kg", "72 000 kg"),
        ("weight", "heavy", "heavy"),
        ("weight", True, "true"),
        ("weight", "-72 kg", "-72 kg"),
        ("weight", float("nan"), "nan"),
        ("weight", 10**500, "a huge number"),
        ("height", "165", "165 without a unit"),
        ("height", "1.65 cm", "1.65 cm"),
        ("height", "165 m", "165 m = 16,500 cm"),
        ("height", "80 cm", "80 cm"),
        ("age", 0.5, "0.5 (0.5 years)"),
        ("age", 123, "123"),
        ("age", "58 kg", "58 kg"),
        ("born", "1868-03-02", "1868-03-02 = 158.7 years"),
        ("born", "2026-11-23", "2026-11-23"),
        ("born", "1968-02-30", "1968-02-30"),
        ("skin", 0, "0"),
        ("skin", 2.5, "2.5"),
        ("sex", "x", "x"),
        ("state", "enceint", "enceint"),
        ("menopause", 2030, "2030"),
        ("menopause", 1975, "1975, at the age of 7"),
        ("menopause", "soon", "soon"),
    ],
)
def test_what_no_body_has_is_refused_and_written_back(key, value, got):
    person = {"sex": "female", "weight": "72 kg"} | ({} if key == "born" else {"age": 58}) | {key: value}
    problem = only({**minimal(), "person": person})
    assert (problem.where, problem.got) == (f"person.{key}", got)


def test_height_and_weight_must_fit_each_other():
    problem = only(minimal(person={"weight": "165 kg", "height": "95 cm"}))
    assert (problem.where, problem.got) == ("person.height", "95 cm with 165 kg (BMI 183 kg/m²)")


def test_a_child_is_read_and_a_baby_is_not():
    child = parse_case(minimal(person={"age": 7, "weight": "23 kg", "height": "122 cm"}))
    assert child.person.age == 7
    assert "doctor" in only(minimal(person={"age": 0.9, "weight": "9 kg"})).do


def test_age_follows_from_the_date_of_birth():
    case = minimal(person={"born": "1968-03-02"})
    del case["person"]["age"]
    assert parse_case(case).person.age == pytest.approx(58.73, abs=0.01)
    assert "disagree" in only(minimal(person={"born": "1988-03-02"})).do


def test_pregnancy_and_menopause_are_a_womans_and_exclude_each_other():
    assert only(minimal(person={"sex": "male", "state": "pregnant"})).where == "person.state"
    assert only(minimal(person={"sex": "male", "menopause": 2019})).where == "person.menopause"
    assert only(minimal(person={"state": "pregnant", "menopause": 2019})).where == "person.menopause"
    assert parse_case(minimal(person={"sex": "homme", "menopause": "non"})).person.postmenopausal is None


@pytest.mark.parametrize(
    ("person", "past"),
    [
        ({"age": 30}, False),
        ({"age": 50}, None),
        ({"age": 66}, True),
        ({"age": 50, "menopause": "no"}, False),
        ({"age": 50, "menopause": False}, False),
        ({"age": 50, "menopause": "oui"}, True),
        ({"age": 45, "state": "lactating"}, False),
    ],
)
def test_menopause_is_left_open_where_the_age_leaves_it_open(person, past):
    case = parse_case(minimal(person=person))
    assert case.person.postmenopausal is past
    assumed = [note for note in case.notes if note.key == "menopause_assumed"]
    assert len(assumed) == (1 if person == {"age": 66} else 0)


@pytest.mark.parametrize("value", ["1,000 IU", "1,200,000 IU", "1,000.5 IU"])
def test_a_comma_before_three_digits_is_never_guessed(value):
    assert "two ways" in only(supplement(amount=value)).do


@pytest.mark.parametrize(
    "value", ["1 000 IU", "1\u00a0000 IU", "1\u202f000 UI", "25 µg", "25 μg", "25 mcg", "0,025 mg"]
)
def test_one_dose_in_every_spelling(value):
    assert parse_case(supplement(amount=value)).supplements[0].amount == pytest.approx(25)


# ---- place, sun ----


@pytest.mark.parametrize(("value", "degrees"), [(48.9, 48.9), ("48,9", 48.9), ("48.9 N", 48.9), ("33.9° S", -33.9)])
def test_latitude(value, degrees):
    assert parse_case(minimal(place={"latitude": value})).place.latitude == degrees


@pytest.mark.parametrize(("value", "expected"), [("UK", "GB"), ("France", "FR"), ("ZZ", "FR"), (33, "FR")])
def test_an_unknown_country_is_refused_with_a_suggestion(value, expected):
    problem = only(minimal(place={"country": value}))
    assert (problem.where, problem.expected[0]) == ("place.country", expected)


@pytest.mark.parametrize(
    ("country", "region", "reference", "noted"),
    [
        ("FR", "EU", "EFSA", False),
        ("NO", "EU", "EFSA", False),
        ("us", "US", "NASEM", False),
        ("CA", "US", "NASEM", False),
        ("AU", "EU", "EFSA", True),
        (None, "EU", "EFSA", True),
    ],
)
def test_region_and_reference_follow_from_the_country(country, region, reference, noted):
    case = parse_case(minimal(place={"country": country}))
    assert (case.place.region, case.diet.reference) == (region, reference)
    assert any(note.key == "region_assumed" for note in case.notes) is noted
    chosen = parse_case(minimal(place={"country": country}, diet={"reference": "anses"}))
    assert (chosen.place.region, chosen.diet.reference) == (region, "ANSES")


def test_norway_and_no_stay_text():
    case = parse_case(
        "cofactor: 1\nperson: {sex: female, age: 47, weight: 60 kg, menopause: no}\nplace: {latitude: 60, country: NO}"
    )
    assert (case.place.country, case.person.postmenopausal) == ("NO", False)


def test_sun_of_the_year_of_two_seasons_and_of_none():
    assert parse_case(minimal()).sun.stated is False
    none = parse_case(minimal(sun="none")).sun
    assert (none.stated, none.indoors, none.summer.minutes_per_day) == (True, True, 0)
    year = parse_case(minimal(sun={"outdoors": "2 h/day", "exposed": "0.2 fraction", "sunscreen": "toujours"})).sun
    assert year.summer == year.winter
    assert (year.summer.minutes_per_day, year.summer.exposed, year.summer.sunscreen) == (120, 0.2, "always")
    two = parse_case(
        minimal(sun={"sunscreen": "never", "summer": {"outdoors": "7 h/week", "exposed": "20 %"}, "winter": "none"})
    ).sun
    assert (two.summer.minutes_per_day, two.summer.sunscreen) == (pytest.approx(60), "never")
    assert (two.winter.minutes_per_day, two.winter.exposed) == (0, None)


@pytest.mark.parametrize(
    ("sun", "where"),
    [
        ({"outdoors": 30}, "sun.outdoors"),
        ({"outdoors": "30 min"}, "sun.outdoors"),
        ({"outdoors": "25 h/day"}, "sun.outdoors"),
        ({"exposed": 20}, "sun.exposed"),
        ({"exposed": "200 %"}, "sun.exposed"),
        ({"sunscreen": "alway"}, "sun.sunscreen"),
        ("sometimes", "sun"),
    ],
)
def test_sun_without_a_unit_or_beyond_the_day_is_refused(sun, where):
    assert only(minimal(sun=sun)).where == where


# ---- diet ----


def eats(**keys):
    return minimal(diet={"foods": [{"food": "ciqual:7110", "amount": "100 g"} | keys]})


@pytest.mark.parametrize(
    ("keys", "grams"),
    [
        ({}, 100),
        ({"amount": "0,1 kg", "per": "week"}, 100 / 7),
        ({"per": "semaine"}, 100 / 7),
        ({"per": "2 days"}, 50),
        ({"food": "amandes", "amount": "30 g"}, 30),
        ({"food": "ciqual:26034", "amount": "3 sardines"}, 75),
        ({"food": "ciqual:26034", "amount": "1 boîte égouttée"}, 90),
        ({"food": "ciqual:26034", "amount": "1 portion"}, 50),
        ({"food": "usda:1077", "amount": "100 g"}, 100),
    ],
)
def test_amounts_of_food(keys, grams):
    assert parse_case(eats(**keys)).diet.foods[0].grams_per_day == pytest.approx(grams)


@pytest.mark.parametrize(
    ("keys", "where", "expected"),
    [
        ({"food": "sardine"}, "food", "ciqual:26065"),
        ({"food": "qwertyuiop"}, "food", None),
        ({"food": "ciqual:99999"}, "food", None),
        ({"food": 12}, "food", "ciqual:26034"),
        ({"amount": 100}, "amount", "g"),
        ({"amount": "100 mL"}, "amount", "g"),
        ({"amount": "2 bottles"}, "amount", "g"),
        ({"amount": "0 g"}, "amount", "g"),
        ({"amount": "100 kg"}, "amount", "at most 6,000 g a day"),
        ({"per": "dayly"}, "per", "day"),
        ({"per": "0 days"}, "per", "day"),
    ],
)
def test_a_food_that_is_not_clear_is_refused_with_candidates(keys, where, expected):
    problem = only(eats(**keys))
    assert problem.where == f"diet.foods[0].{where}"
    assert (problem.expected[0].split(" (")[0] if problem.expected else None) == expected


def test_a_name_that_contradicts_its_id_is_noted():
    case = parse_case(eats(food="ciqual:26036", name="sardine à l'huile"))  # farmed salmon
    assert [note.key for note in case.notes if note.key.startswith("food")] == ["food_name_differs"]


@pytest.mark.parametrize(
    ("nutrient", "text", "expected"),
    [
        ("magnesium", "240 mg", (240, 240)),
        ("magnesium", "10 mmol/day", (243.05, 243.05)),
        ("magnesium", "200-280 mg", (200, 280)),
        ("calcium", "0,7 g", (700, 700)),
        ("vitamin_d", "120 IU", (3, 3)),
        ("vitamin_d", "0 µg", (0, 0)),
    ],
)
def test_totals_of_the_diet(nutrient, text, expected):
    case = parse_case(minimal(diet={"totals": {nutrient: text}}))
    assert case.diet.totals[nutrient] == pytest.approx(expected)
    assert case.diet.complete


@pytest.mark.parametrize(
    ("totals", "where"),
    [
        ({"magnesium": 240}, "magnesium"),
        ({"magnesium": "240 µg"}, "magnesium"),
        ({"magnesium": "240 g"}, "magnesium"),
        ({"magnesium": "240 IU"}, "magnesium"),
        ({"vitamin_d": "200 µg"}, "vitamin_d"),
        ({"vitamin_d": "3 mg"}, "vitamin_d"),
        ({"magnesium": "280-200 mg"}, "magnesium"),
        ({"magnesium": "-5 mg"}, "magnesium"),
        ({"vitamine d": "3 µg"}, "vitamine d"),
        ({"selenium": "50 µg"}, "selenium"),
    ],
)
def test_a_total_in_another_unit_or_of_another_nutrient_is_refused(totals, where):
    assert only(minimal(diet={"totals": totals})).where == f"diet.totals.{where}"


def test_an_unknown_reference_set_is_refused_with_the_known_ones():
    assert only(minimal(diet={"reference": "WHO"})).expected == ("EFSA", "NASEM", "ANSES", "NNR2023")


# ---- supplements ----


@pytest.mark.parametrize(
    ("keys", "amount", "per_day"),
    [
        ({"amount": "100000 IU", "every": "3 months"}, 2500, 2500 / (3 * 365.25 / 12)),
        ({"amount": "50 000 UI", "every": "week"}, 1250, 1250 / 7),
        ({"amount": "60000 IU", "every": "30 days"}, 1500, 50),
        ({"amount": "10000 IU"}, 250, 250),
        ({"amount": "20000 IU"}, 500, 500),
        ({"amount": "0.1 mg"}, 100, 100),
        ({"form": "D2", "amount": "1000 IU"}, 25, 25),
        ({"form": "calcifediol", "amount": "10 µg"}, 10, 10),
        ({"nutrient": "magnesium", "form": "citrate", "amount": "300 mg"}, 300, 300),
        ({"nutrient": "magnesium", "form": "citrate", "amount": "12.3426 mmol"}, 300, 300),
        ({"nutrient": "magnesium", "form": "citrate", "amount": "400 mg", "of": "compound"}, 64.64, 64.64),
        ({"nutrient": "calcium", "form": None, "amount": "0.5 g", "when": ["lunch", "dinner"]}, 500, 1000),
        ({"nutrient": "vitamin_k", "form": "mk-7", "amount": "45 µg"}, 45, 45),
    ],
)
def test_amounts_of_supplements(keys, amount, per_day):
    taken = parse_case(supplement(**keys)).supplements[0]
    assert taken.amount == pytest.approx(amount, rel=1e-4)
    assert taken.per_day == pytest.approx(per_day, rel=1e-4)


@pytest.mark.parametrize(
    ("keys", "got", "do"),
    [
        ({"amount": "1000 µg"}, "1000 µg, 1,000 µg (40,000 IU) a day", "Did you mean IU?"),
        ({"amount": "400 µg"}, "400 µg, 400 µg (16,000 IU) a day", "Did you mean IU?"),
        ({"amount": "5000 mg"}, "5000 mg, 5,000,000 µg (200,000,000 IU)", "Did you mean IU?"),
        ({"amount": "25 IU"}, "25 IU, 0.625 µg (25 IU)", "Did you mean 25 µg?"),
        ({"amount": "100000 IU"}, "100000 IU, 2,500 µg (100,000 IU) a day", "Check the unit"),
        ({"amount": "1000000 IU", "every": "year"}, "1000000 IU, 25,000 µg (1,000,000 IU)", "Check the number"),
        ({"amount": "1000 IU", "form": "calcifediol"}, "1000 IU", "Calcifediol is measured by weight"),
        ({"amount": "1000"}, "1000 without a unit", "Write the unit too"),
        ({"amount": "1000 drops"}, "drops", "Use one of those units"),
        ({"nutrient": "magnesium", "form": None, "amount": "300 µg"}, "300 µg, 0.3 mg", "Did you mean mg?"),
        ({"nutrient": "magnesium", "form": None, "amount": "300 g"}, "300 g, 300,000 mg", "Did you mean mg?"),
        ({"nutrient": "magnesium", "form": None, "amount": "6 g"}, "6 g, 6,000 mg a day", "Did you mean mg?"),
        ({"nutrient": "magnesium", "form": None, "amount": "300 IU"}, "IU", "Use one of those units"),
        ({"nutrient": "calcium", "form": None, "amount": "11 g"}, "11 g, 11,000 mg", "Did you mean mg?"),
        ({"nutrient": "zinc", "form": None, "amount": "15 g"}, "15 g, 15,000 mg", "Did you mean mg?"),
        ({"nutrient": "phosphorus", "form": None, "amount": "10 mEq"}, "mEq", "Use one of those units"),
    ],
)
def test_the_unit_guard_shows_the_dose_in_both_units(keys, got, do):
    problem = only(supplement(**keys))
    assert (problem.where, problem.got) == ("supplements[0].amount", got)
    assert problem.do.startswith(do)


@pytest.mark.parametrize(
    ("keys", "where", "expected"),
    [
        ({"nutrient": "vitamin d"}, "nutrient", "vitamin_d"),
        ({"nutrient": "vitamine D"}, "nutrient", "vitamin_d"),
        ({"nutrient": "magnesum"}, "nutrient", "magnesium"),
        ({"nutrient": "xyz"}, "nutrient", "vitamin_d"),
        ({"form": "D5"}, "form", "D3"),
        ({"form": "citrate"}, "form", "D3"),
        ({"form": 3}, "form", "D3"),
        ({"nutrient": "magnesium", "form": "citrte", "amount": "300 mg"}, "form", "citrate"),
        ({"of": "salt"}, "of", "elemental"),
        ({"every": "dayly"}, "every", "day"),
        ({"every": 30}, "every", "day"),
        ({"every": "400 days"}, "every", "day"),
        ({"when": "brekfast"}, "when", "waking"),
        ({"when": []}, "when", "waking"),
        ({"since": "2026-11-23"}, "since", "up to 2026-11-22"),
        ({"since": "2026-01-02", "until": "2026-01-01"}, "until", "2026-01-02 or later"),
    ],
)
def test_a_supplement_is_refused_with_the_candidates(keys, where, expected):
    problem = only(supplement(**keys))
    assert problem.where == f"supplements[0].{where}"
    assert problem.expected[0] == expected


@pytest.mark.parametrize(
    ("words", "slots"),
    [
        ("petit-déjeuner", ("breakfast",)),
        ("Déjeuner", ("lunch",)),
        ("dîner", ("dinner",)),
        ("au coucher", ("bedtime",)),
        ("réveil", ("waking",)),
        (["breakfast", "dinner"], ("breakfast", "dinner")),
        (None, ()),
    ],
)
def test_moments_of_the_day_in_both_languages(words, slots):
    taken = parse_case(supplement(when=words)).supplements[0]
    assert taken.slots == slots
    assert taken.slot == (slots[0] if slots else None)
    assert taken.times_per_day == max(1, len(slots))


def test_both_readings_of_a_label_are_shown():
    keys = {"nutrient": "magnesium", "form": "citrate", "amount": "400 mg"}
    (note,) = (n for n in parse_case(supplement(**keys)).notes if n.key == "amount_read_as_elemental")
    assert (note.values["amount"], note.values["if_compound"]) == (400, pytest.approx(64.64))
    (note,) = (n for n in parse_case(supplement(**keys, of="compound")).notes if n.key == "amount_of_compound")
    assert note.values["amount"] == pytest.approx(64.64)
    assert not [n for n in parse_case(supplement(**keys, of="elemental")).notes if n.key.startswith("amount")]


def test_a_compound_of_unknown_composition_is_refused():
    problem = only(supplement(nutrient="magnesium", form=None, amount="400 mg", of="compound"))
    assert "share of magnesium is not known" in problem.got
    assert (
        "weight of the compound"
        in only(supplement(nutrient="magnesium", form="citrate", amount="10 mmol", of="compound")).do
    )


# ---- medicines, conditions, answers ----


def test_an_unknown_medicine_is_kept_for_the_gates_and_noted():
    case = parse_case(minimal(medicines=["levothyroxin", {"name": "xyzol", "when": "réveil"}, "H03AA01"]))
    assert [m.atc for m in case.medicines] == [None, None, "H03AA01"]
    assert case.medicines[1].slot == "waking"
    near = {n.values["medicine"]: n.values["nearest"] for n in case.notes if n.key == "medicine_unknown"}
    assert near["levothyroxin"].startswith("levothyroxine")
    assert near["xyzol"] is not None


@pytest.mark.parametrize("moments", ["[petit-déjeuner, dîner]", "[breakfast, dinner]", "[matin, petit-déjeuner, soir]"])
def test_a_medicine_may_be_taken_at_several_moments(moments):
    at = moments.strip("[]").split(", ")
    case = parse_case(minimal(medicines=[{"name": "ciprofloxacine", "when": at}]))
    assert [(m.as_typed, m.atc, m.slot) for m in case.medicines] == [
        ("ciprofloxacine", "J01MA02", "breakfast"),
        ("ciprofloxacine", "J01MA02", "dinner"),
    ]
    assert only(minimal(medicines=[{"name": "ciprofloxacine", "when": ["tea"]}])).where == "medicines[0].when"


def test_conditions_by_name_code_and_id():
    case = parse_case(minimal(conditions=["sarcoïdose", "N18.4", "CN008", "nonsense"]))
    assert [bool(c.interactions) for c in case.conditions] == [True, True, True, False]
    assert [n.values["condition"] for n in case.notes if n.key == "condition_unknown"] == ["nonsense"]


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("yes", True),
        ("oui", True),
        (True, True),
        ("no", False),
        ("NON", False),
        (False, False),
        ("unknown", None),
        ("inconnu", None),
        (None, None),
    ],
)
def test_answers_in_both_languages(said, meaning):
    case = parse_case(minimal(answers={"kidney_stones": said}))
    assert case.answers == ({} if meaning is None else {"kidney_stones": meaning})


def test_an_answer_that_no_gate_hears_is_refused():
    assert only(minimal(answers={"kidney_stone": "no"})).expected[0] == "kidney_stones"
    assert only(minimal(answers={"kidney_stones": "maybe"})).where == "answers.kidney_stones"


# ---- labs ----


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "si"),
    [
        ("25OHD", 18, "ng/mL", 44.93),
        ("25OHD", "18,5", "µg/L", 46.18),
        ("25OHD", "18 ng/ml", None, 44.93),
        ("Ca_total", 9.4, "mg/dL", 2.345),
        ("Ca_total", 94, "mg/L", 2.345),
        ("Ca_total", 4.7, "mEq/L", 2.35),
        ("Mg_serum", 1.9, "mg/dL", 0.7817),
        ("PTH", 45, "pg/mL", 4.775),
        ("PTH", 45, "ng/L", 4.775),
        ("phosphate", 3.5, "mg/dL", 1.130),
        ("creatinine", 0.9, "mg/dL", 79.56),
        ("potassium_serum", 4.1, "mEq/L", 4.1),
        ("Zn_plasma", 80, "µg/dL", 12.24),
        ("albumin", 4.1, "g/dL", 41),
        ("ALP", 70, "UI/L", 70),
        ("ALP", 1.2, "µkat/L", 72),
        ("eGFR", 62, "mL/min/1.73 m²", 62),
        ("eGFR", 62, "ml/min/1,73m2", 62),
        ("Ca_urine", 250, "mg/24h", 6.238),
        ("Ca_urine", 6.2, "mmol/24 h", 6.2),
        ("INR", 2.4, None, 2.4),
        ("Ca_absorption", 28, "%", 0.28),
    ],
)
def test_laboratory_units(analyte, value, unit, si):
    result = parse_case(lab(analyte, value, unit)).labs[0]
    assert result.value == pytest.approx(si, rel=1e-3)
    assert result.unit == ANALYTE_UNIT[analyte]


def test_two_results_of_one_day_must_agree():
    """Gates judge by the last result: which of two that would be must not be a matter of their order."""
    rows = [{"date": "2026-10-02", "analyte": "Ca_total", "value": v, "unit": "mmol/L"} for v in (2.4, 2.95)]
    for order in (rows, rows[::-1]):
        with pytest.raises(InputError, match="on the same day") as caught:
            parse_case(minimal(labs=order))
        assert [p.where for p in caught.value.problems] == ["labs[1]"]
    assert len(parse_case(minimal(labs=[rows[0], dict(rows[0])])).labs) == 2


@pytest.mark.parametrize(("value", "operator"), [("<10", "<"), ("> 59", ">"), ("≤10", "<"), (12, "=")])
def test_open_values_keep_their_operator(value, operator):
    result = parse_case(lab("25OHD", value, "nmol/L")).labs[0]
    assert result.operator == operator
    assert result.value == float(str(value).lstrip("<>≤ "))


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "meant"),
    [
        ("25OHD", 1800, "nmol/L", None),
        ("25OHD", 1800, "ng/mL", None),
        ("Mg_serum", 78, "mmol/L", "mg/L"),
        ("Mg_serum", 0.078, "mmol/L", None),
        ("Ca_total", 9.4, "mmol/L", "mg/dL"),
        ("Ca_total", 2.35, "mg/dL", "mmol/L"),
        ("Ca_total", 94, "mmol/L", "mg/L"),
        ("creatinine", 0.9, "µmol/L", "mg/dL"),
        ("creatinine", 80, "mg/dL", "µmol/L"),
        ("phosphate", 12, "mmol/L", "mg/dL or mg/L"),
        ("potassium_serum", 41, "mmol/L", None),
        ("albumin", 4.1, "g/L", "g/dL"),
        ("albumin", 41, "g/dL", "g/L"),
        ("eGFR", 620, "mL/min", None),
        ("INR", 240, None, None),
        ("25OHD", -5, "nmol/L", None),
    ],
)
def test_an_impossible_value_is_refused_and_the_likely_unit_named(analyte, value, unit, meant):
    problem = only(lab(analyte, value, unit))
    assert problem.where == "labs[0].value"
    assert analyte in problem.got
    assert f"{value:g}" in problem.got
    assert problem.do.startswith(f"Did you mean {meant}?" if meant else "Check the number")


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "noted"),
    [
        ("25OHD", 22, "nmol/L", True),
        ("25OHD", 38, "nmol/L", False),
        ("Mg_serum", 2.0, "mmol/L", True),
        ("Mg_serum", 0.71, "mmol/L", False),
        ("PTH", 45, "pmol/L", True),
    ],
)
def test_a_possible_value_that_looks_like_another_unit_is_noted(analyte, value, unit, noted):
    case = parse_case(lab(analyte, value, unit))
    assert any(note.key == "lab_unit_doubtful" for note in case.notes) is noted


@pytest.mark.parametrize(
    ("case", "where", "expected"),
    [
        (lab("vitamin d", 50, "nmol/L"), "analyte", "25OHD"),
        (lab("25-OH-D", 50, "nmol/L"), "analyte", "25OHD"),
        (lab("kaliémie", 4, "mmol/L"), "analyte", "potassium_serum"),
        (lab("unobtainium", 4, "mmol/L"), "analyte", "25OHD"),
        (lab("25OHD", 50, "mmol/L"), "unit", "nmol/L"),
        (lab("25OHD", 50, 3), "unit", None),
        (lab("25OHD", 50), "value", "nmol/L"),
        (lab("25OHD", "50 nmol/L", "ng/mL"), "value", None),
        (lab("25OHD", "high", "nmol/L"), "value", None),
        (lab("FGF23", 50, "pg/mL"), "unit", "ratio"),
        (lab("phosphate", 2, "mEq/L"), "unit", "mmol/L"),
        (lab("25OHD", 50, "nmol/L", date="2026-11-23"), "date", "up to 2026-11-22"),
        (lab("25OHD", 50, "nmol/L", date="02/10/2026"), "date", "YYYY-MM-DD"),
        (lab("25OHD", 50, "nmol/L", date=20261002), "date", "YYYY-MM-DD"),
    ],
)
def test_a_result_is_refused_with_what_would_be_accepted(case, where, expected):
    problem = only(case)
    assert problem.where == f"labs[0].{where}"
    assert (problem.expected[0] if problem.expected else None) == expected


def test_every_analyte_and_nutrient_has_its_bounds_and_units():
    assert set(ASSAYS) == set(ANALYTE_UNIT)
    assert {analyte: assay.units[0] for analyte, assay in ASSAYS.items()} == ANALYTE_UNIT
    assert set(GUARDS) == set(NUTRIENT_UNIT)
    for analyte, assay in ASSAYS.items():
        middle = (assay.low + assay.high) / 2
        assert parse_case(lab(analyte, middle, assay.units[0] or None)).labs[0].value == pytest.approx(middle)


# ---- goals ----


@pytest.mark.parametrize(
    ("value", "goal"),
    [
        ("[50, 125] nmol/L", (50, 125)),
        ("[20,50] ng/mL", (49.92, 124.8)),
        ("50-125 nmol/L", (50, 125)),
        ({"low": 50, "high": 125, "unit": "nmol/L"}, (50, 125)),
        ({"low": "50 nmol/L"}, (50, None)),
        (">= 50 nmol/L", (50, None)),
        ("au moins 50 nmol/L", (50, None)),
    ],
)
def test_goals(value, goal):
    low, high = parse_case(minimal(goals={"25OHD": value})).goals["25OHD"]
    assert low == pytest.approx(goal[0], rel=1e-3)
    assert (high is None) == (goal[1] is None)
    assert high is None or high == pytest.approx(goal[1], rel=1e-3)


@pytest.mark.parametrize(
    "value",
    ["[125, 50] nmol/L", "[50, 125]", [50, 125], "[50, 125] mg", "[50, 12500] nmol/L", "high", 5, {"lo": 5}, None],
)
def test_a_goal_without_unit_or_sense_is_refused(value):
    assert only(minimal(goals={"25OHD": value})).where == "goals.25OHD"


def test_a_goal_for_an_unknown_analyte_is_refused():
    assert only(minimal(goals={"vitamin d": "[50, 125] nmol/L"})).expected == ("25OHD",)


def test_probability():
    assert parse_case(minimal()).probability == 0.9
    assert parse_case(minimal(probability="80 %")).probability == pytest.approx(0.8)
    assert parse_case(minimal(probability=0.75)).probability == 0.75


# ---- files and text ----


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("a: 1\na: 2", "`a` twice (lines 1 and 2)"),
        ("a: &x 1\nb: *x", "the alias *x"),
        ("a: !!python/object:os.system x", "the tag"),
        ("a: [" * 20, "more than 12 levels"),
        ("- 1\n" * 10_001, "more than 10,000 values"),
        ("a: 1\n---\nb: 2", "two documents"),
        ("a:\n\tb: 1", "'\\t'"),
        ("a: {b", "expected ',' or '}'"),
        ("? [a]\n: b", "a list or a mapping as a key"),
        ("a: \x00", "control character"),
        ("a: \ud800", "control character"),
        ('a: "\\UFFFFFFFF"', "too large"),
        ("a: " + "x" * 3000, "more than 2,000 characters"),
        ("#" + "\n" * MAX_CHARACTERS, "250,001 characters"),
        ("", "nothing"),
        ("just text", "just text"),
        ("[1, 2]", "a list of 2"),
    ],
)
def test_text_that_is_no_case_is_refused(text, got):
    assert got in only(text).got


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: [50, 125] nmol/L}", "[50, 125] nmol/L"),
        ("{a: [50,125] nmol/L, b: 2}", "[50,125] nmol/L"),
        ("a: [50, 125] nmol/L   # goal", "[50, 125] nmol/L"),
        ('a: "[50, 125] nmol/L"', "[50, 125] nmol/L"),
        ("{a: 18,5}", "18,5"),
        ("{a: 18,5, b: 2}", "18,5"),
        ("{a: <7,5 nmol/L, b: 2}", "<7,5 nmol/L"),
        ('{a: "x: 18,5, y"}', "x: 18,5, y"),
        ("a: [50, 125]", [50, 125]),
        ("a: sardine à l'huile", "sardine à l'huile"),
        ("a: 22:30", "22:30"),
        ("a: no", "no"),
        ("a: true", True),
        ("a: 1e3", 1000.0),
        ("a: 01001", "01001"),
        ("a: 2026-10-02", "2026-10-02"),
        ("a: ~", None),
        ("a: .inf", ".inf"),
    ],
)
def test_plain_values(text, value):
    document = read(text)
    assert document.value["a"] == value
    assert type(document.value["a"]) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "x\n  " * 60_000,
        "a: |\n" + "  x\n" * 60_000,
        "# c\n" * 60_000,
        "a: [" + "1 \n" * 80_000,
        ("[" * 1000 + "\n") * 200,
        ("!" * 1999 + "\n") * 120,
        ("b: 1,5 " * 280 + "\n") * 120,
        "cofactor: 1\nlabs:\n" + "- {date: 2026-10-02, analyte: 25OHX, value: 1e400, unit: foo}\n" * 900,
        "cofactor: 1\ndiet:\n  foods:\n" + "".join(f"  - {{food: xq{i} sardne, amount: 1 f}}\n" for i in range(200)),
        "medicines:\n" + "".join(f"  - xq{i} banane\n" for i in range(200)),
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_hostile_text_is_refused_quickly(text):
    start = time.process_time()
    with pytest.raises(InputError):
        parse_case(text)
    assert time.process_time() - start < 10  # an end, and not a speed: about 0.5 s on an idle core


def test_files_that_cannot_be_read(tmp_path):
    big, binary, marked = tmp_path / "big.yaml", tmp_path / "binary.yaml", tmp_path / "marked.yaml"
    big.write_text("#" * (MAX_CHARACTERS + 1), encoding="utf-8")
    binary.write_bytes(b"\xff\xfe\x00")
    marked.write_text(EXAMPLES[0].read_text(encoding="utf-8"), encoding="utf-8-sig")
    for path in (big, binary, tmp_path / "none.yaml", tmp_path):
        with pytest.raises(InputError) as caught:
            load_case(path)
        assert caught.value.problems[0].where == path.name
        assert str(tmp_path) not in str(caught.value)
    assert load_case(marked).today == TODAY


def test_catalogues_lie_beside_the_file(tmp_path):
    text = (
        "cofactor: 1\nperson: {sex: male, age: 40, weight: 80 kg}\nplace: {latitude: 50}\nproducts: [products.yaml]\n"
    )
    (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"products\[0\]"):
        load_case(tmp_path / "case.yaml")
    (tmp_path / "products.yaml").write_text(
        "catalogue: 1\nproducts: [{name: Zinc 15, contents: [Zinc 15 mg]}]\n", encoding="utf-8"
    )
    assert [product.name for product in load_case(tmp_path / "case.yaml").products] == ["Zinc 15"]


def test_today_is_the_callers_where_the_file_names_none():
    case = minimal()
    del case["today"]
    assert parse_case(case, today=date(2026, 1, 2)).today == date(2026, 1, 2)
    assert parse_case(case).today == date.today()
    assert parse_case(minimal(), today=date(2020, 1, 1)).today == TODAY


# ---- whatever is written, nothing but InputError comes out ----

PLAIN = [read(path.read_text(encoding="utf-8")).value for path in EXAMPLES]
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -1, 0, 1e308, "1e400 kg", "1 000 IU", "<", "[", "[1,2] x", "2026-02-30", "no", "72 kg"]),
    st.floats(),
    st.text(max_size=12),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
    st.just(object()),
    st.dates(),
)


def refusal(case):
    """The problems of a case, None where it is read. Anything but InputError fails the test."""
    try:
        parse_case(case)
    except InputError as error:
        return error.problems
    return None


def places(value, path=()):
    """Every place inside nested mappings and lists."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, key))


@settings(max_examples=250, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_mutated_case_is_read_or_refused(data):
    case = copy.deepcopy(data.draw(st.sampled_from(PLAIN)))
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(list(places(case))))
        parent = case
        for key in path[:-1]:
            parent = parent[key]
        if isinstance(parent, dict) and data.draw(st.booleans()):
            parent[data.draw(st.text(max_size=8))] = data.draw(JUNK)
        else:
            parent[path[-1]] = data.draw(JUNK)
    start = time.process_time()
    refused = refusal(case)
    assert refused is None or (refused and all(p.where and p.got and p.do for p in refused))
    assert time.process_time() - start < 10


@settings(max_examples=100, deadline=2000)
@given(data=st.data())
def test_mutated_text_is_read_or_refused(data):
    text = data.draw(st.sampled_from(EXAMPLES)).read_text(encoding="utf-8")
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 6))
        new = data.draw(st.one_of(st.sampled_from(list(":,[]{}\"'#&*!|>%\n\t -")), st.text(max_size=4)))
        text = text[:start] + new + text[start + cut :]
    refused = refusal(text)
    assert refused is None or refused
