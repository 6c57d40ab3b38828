"""The summary as a person meets it: what comes first, what is asked of them, and what is left out."""

from __future__ import annotations

import re

import pytest

from cofactor.facts.foods import foods
from cofactor.report import numbers
from cofactor.report.build import build
from cofactor.report.result import result
from cofactor.report.terminal import WIDTH, check_summary, status_summary, summary
from cofactor.report.text import Text
from cofactor.report.words import Words

ADULT = "sex: male, age: 60, weight: 80 kg, height: 180 cm"


def flowing(text: str) -> str:
    """The text without its line breaks."""
    return re.sub(r"\s+", " ", text.replace(numbers.NBSP, " "))


@pytest.fixture
def anna(reports):
    return reports["anna"]


def test_the_plan_is_the_first_thing_said(anna):
    for lang in ("en", "fr"):
        first = flowing(summary(anna, lang).split("\n\n")[0])
        assert first == flowing(Words(lang, anna.gates).title(anna))
        assert first.startswith(flowing(numbers.amount(anna.plan.items[0].per_intake, "vitamin_d", lang)))


def test_an_action_stands_before_its_reason(anna):
    said = flowing(summary(anna, "en"))
    assert said.index("Take thyroid tablets alone") < said.index("minerals bind it in the gut")


def test_every_number_of_the_outlook_is_that_of_the_result(anna):
    for lang in ("en", "fr"):
        said = flowing(summary(anna, lang))
        for outcome, e in result(anna, lang)["plan"]["expected"].items():
            for name in ("p05", "p50", "p95"):
                assert numbers.plain_level(e[name], outcome, lang) in said
            assert flowing(numbers.percent(e["p_in_goal"], lang)) in said


def test_only_questions_that_could_change_the_plan_are_asked(anna):
    said = flowing(summary(anna, "en"))
    assert "Do you have diabetes?" in said  # her kidney function is not known
    assert "proton pump inhibitor" not in said  # she takes none
    assert "pregnancy planned" not in said
    assert "New confusion?" not in said  # a sign is no question: it is said to everyone
    assert "new confusion, marked weakness" in said
    asked = flowing(check_summary(anna.case, anna.gates, "en"))
    assert ("Do you have diabetes?" in asked, "proton pump inhibitor" in asked) == (True, False)


def test_what_holds_for_everyone_is_said_once(anna):
    assert flowing(summary(anna, "en")).count("hosphorus – never proposed") == 1
    assert "Only a doctor prescribes phosphate" not in summary(anna, "en")


def test_nothing_is_compared_where_there_is_no_plan(reports):
    stones = reports["stones"]
    assert "No dose can be proposed here" in summary(stones, "en")
    assert "if nothing changes, " not in flowing(summary(stones, "en")).partition("WHERE IT LEADS")[2]


def test_an_emergency_leaves_nothing_else_to_read(written):
    case = written(ADULT, "answers: {confusion: yes}", "supplements: [{nutrient: vitamin_d, form: D3, amount: 50 µg}]")
    report = build(case)
    assert report.plan.items == ()
    for lang, number in (("en", "112"), ("fr", "112")):
        said = summary(report, lang)
        assert len(said.splitlines()) < 15
        assert number in said
        assert "D3" in said
        assert "nmol/L" not in said


def test_a_child_gets_reference_values_and_no_dose(written):
    report = build(written("sex: male, age: 12, weight: 40 kg, height: 150 cm"))
    assert report.plan.items == ()
    assert "validated under 18" in summary(report, "en")
    assert "avant 18 ans" in summary(report, "fr")


def test_labs_that_nobody_can_have_are_named_and_nothing_is_planned_on_them(written):
    report = build(written(ADULT, "labs: [{date: 2026-11-01, analyte: 25OHD, value: 240, unit: nmol/L}]"))
    assert "Your 25(OH)D lies where the model did not expect it" in flowing(summary(report, "en"))
    assert "vitamin_d" not in {item.nutrient for item in report.plan.items}
    assert "ask a professional first" in summary(report, "en")


def test_a_result_below_the_method_is_shown_as_such(written):
    report = build(written(ADULT, 'labs: [{date: 2026-11-01, analyte: 25OHD, value: "<20", unit: nmol/L}]'))
    said = flowing(summary(report, "fr"))
    assert "mesure du 1er novembre 2026 : < 20 nmol/L" in said


def test_a_verdict_says_when_the_likely_range_crosses_the_mark(anna):
    said = flowing(status_summary(anna, "en"))
    estimate = next(row for row in anna.status if row.id == "25OHD" and row.basis == "estimate")
    assert estimate.low < 50 < estimate.high
    assert "though the likely range crosses it" in said.partition("25(OH)D, estimated for today")[2][:160]


def test_values_from_memory_are_marked(anna):
    assert "(EFSA 2016, from memory)" in flowing(status_summary(anna, "en"))


def test_a_fallback_to_another_body_is_named(reports):
    said = flowing(summary(reports["pregnant"], "en"))
    assert "ANSES names no value for you here. In its place: EFSA 2016 and EFSA 2015." in said


def test_the_upper_end_of_a_goal_does_not_withhold_the_smallest_dose(written):
    """Nothing is known of her but a winter at 48.9 N, and summers may take one in ten above 125 nmol/L anyway."""
    plan = build(written("sex: female, age: 40, weight: 62 kg")).plan
    dose = next(item for item in plan.items if item.nutrient == "vitamin_d")
    assert dose.amount <= 15  # EFSA 2016: adequate intake
    expected = next(e for e in plan.expected if e.outcome == "25OHD")
    assert expected.p_in_goal > expected.p_in_goal_now + 0.4


@pytest.mark.parametrize("person", ["sex: female, age: 40, weight: 62 kg", "sex: male, age: 84, weight: 55 kg"])
def test_a_case_that_says_almost_nothing_can_be_said(written, person):
    report = build(written(person))
    for lang in ("en", "fr"):
        said = summary(report, lang)
        assert max(map(len, said.splitlines())) <= WIDTH
        assert not re.search(r"[{}]|\bNone\b|\bnan\b", said)


@pytest.mark.parametrize(
    ("key", "food", "grams"),
    [
        ("why.magnesium.food_first", "ciqual:15000", 30),  # a handful of almonds
        ("why.magnesium.food_first", "ciqual:20587", 200),  # a plate of lentils
        ("why.calcium.food_first", "ciqual:19593", 125),  # a pot of yogurt
        ("why.calcium.food_first", "ciqual:76067", 500),  # half a litre of Courmayeur
    ],
)
def test_what_foods_bring_is_what_the_table_says(key, food, grams):
    nutrient = key.split(".")[1]
    per_100_g = foods().by_id(food).values[nutrient].low
    brought = per_100_g * grams / 100
    said = Text("en")(key, intake="a", reference="b", authority="c", amount="d", gap="e")
    named = re.findall(r"(\d+)\D{1,3}mg", said)
    assert min(abs(float(n) - brought) / brought for n in named) < 0.05
