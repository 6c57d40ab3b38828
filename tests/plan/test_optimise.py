"""Which dose the search comes to, and why: one decision at a time."""

from __future__ import annotations

from copy import deepcopy

import pytest

from cofactor.plan.optimise import withheld_by_gate

CASE = {
    "cofactor": 1,
    "person": {"sex": "female", "age": 60, "weight": "65 kg", "height": "165 cm", "skin": 2},
    "place": {"latitude": 48.9, "country": "FR"},
    "diet": {"reference": "EFSA", "totals": {"magnesium": "320 mg", "calcium": "1000 mg", "vitamin_d": "3 µg"}},
    "answers": {"kidney_stones": False, "diabetes": False, "hypertension": False, "heart_failure": False},
    "labs": [{"date": "2026-11-02", "analyte": "25OHD", "value": 32, "unit": "nmol/L"}],
    "today": "2026-11-22",
}


@pytest.fixture
def plan(planned):
    """Plan for this woman with parts of her case changed, and with ``totals`` of her diet."""

    def of(totals=None, **more):
        value = {**deepcopy(CASE), **more}
        value["diet"]["totals"].update(totals or {})
        return planned(value, bodies=100)

    return of


def item(run, nutrient):
    return next((i for i in run.found.plan.items if i.nutrient == nutrient), None)


def why(run, nutrient):
    return [reason.key for reason in item(run, nutrient).why]


def withheld(run, nutrient):
    return next((w.why.key for w in run.found.plan.withheld if w.nutrient == nutrient), None)


def reaches(run, low=50.0):
    later = run.found.then.of("25OHD")[:, run.found.then.days >= 84]
    return (later >= low).mean(axis=0).min()


@pytest.mark.parametrize("asked", ["50 %", "80 %", "90 %"])
def test_more_certainty_takes_no_smaller_dose(plan, asked):
    run = plan(probability=asked)
    assert reaches(run) >= run.case.probability - 0.01  # what a thousand bodies can tell
    assert item(run, "vitamin_d").amount >= item(plan(probability="50 %"), "vitamin_d").amount


def test_a_higher_goal_takes_no_smaller_dose(plan):
    doses = [item(plan(goals={"25OHD": f">= {low} nmol/L"}), "vitamin_d").amount for low in (40, 50, 60, 75)]
    assert doses == sorted(doses)
    assert doses[0] < doses[-1]


def test_sun_and_food_that_are_enough_need_no_dose(plan):
    summer = [{"date": "2026-11-02", "analyte": "25OHD", "value": 150, "unit": "nmol/L"}]
    run = plan(labs=summer, place={"latitude": 5.0, "country": "FR"}, sun={"outdoors": "4 h/day", "exposed": "40 %"})
    assert withheld(run, "vitamin_d") == "why.vitamin_d.none_needed"


def test_without_a_recent_test_the_dose_stops_at_50(plan):
    run = plan(labs=[], goals={"25OHD": ">= 90 nmol/L"}, person={**CASE["person"], "weight": "150 kg"})
    assert item(run, "vitamin_d").amount == 50
    assert item(run, "vitamin_d").why[0].values["limit_source"] == "no_recent_test"


def test_the_limit_of_a_gate_is_named(plan):
    run = plan(answers={"kidney_stones": False, "immobile": True}, goals={"25OHD": ">= 100 nmol/L"})
    assert item(run, "vitamin_d").amount == 25
    assert item(run, "vitamin_d").why[0].values["gate"] == "G-IMMOBILE"


def test_the_upper_end_of_a_goal_chooses_between_doses_and_does_not_withhold_the_smallest(plan):
    wide, narrow = plan(goals={"25OHD": ">= 75 nmol/L"}), plan(goals={"25OHD": "[75, 80] nmol/L"})
    assert item(narrow, "vitamin_d").amount < item(wide, "vitamin_d").amount
    assert item(plan(goals={"25OHD": "[30, 34] nmol/L"}), "vitamin_d").amount == 10


def test_a_small_gap_is_left_to_food_and_a_larger_one_to_a_product(plan):
    assert withheld(plan({"magnesium": "320 mg"}), "magnesium") == "why.magnesium.none_needed"
    small = item(plan({"magnesium": "270 mg"}), "magnesium")
    assert (small.form, small.slots) == ("food", ())
    assert small.amount % 10 == 0
    assert item(plan({"magnesium": "220 mg"}), "magnesium").form == "citrate"
    assert item(plan({"calcium": "700 mg"}), "calcium").form == "food"
    large = item(plan({"calcium": "500 mg"}), "calcium")
    assert (large.form, large.amount) == ("carbonate", 500)


def test_food_that_is_proposed_is_simulated(plan):
    before, after = plan({"calcium": "950 mg"}), plan({"calcium": "700 mg"})
    inputs = [run.found.regimen.inputs.values["in_Ca"] for run in (before, after)]
    assert inputs[0] == pytest.approx(inputs[1])


def test_magnesium_covers_what_is_uncertain_of_the_diet(plan):
    known, vague = plan({"magnesium": "230 mg"}), plan({"magnesium": "130-330 mg"})
    assert item(vague, "magnesium").amount > item(known, "magnesium").amount


def test_without_stomach_acid_calcium_comes_as_citrate(plan):
    run = plan({"calcium": "500 mg"}, medicines=["omeprazole"], answers={"kidney_stones": False})
    assert item(run, "calcium").form == "citrate"
    assert "why.form.no_acid" in why(run, "calcium")


def test_a_day_without_a_moment_for_minerals_gets_none(plan):
    twice = [{"name": "ciprofloxacin", "when": "breakfast"}, {"name": "ciprofloxacin", "when": "dinner"}]
    run = plan({"magnesium": "200 mg"}, medicines=twice)
    assert item(run, "magnesium").form == "food"  # as far as that goes
    clash = next(c for c in run.found.plan.clashes if c.nutrient == "magnesium")
    assert clash.why.key == "clash.no_moment"
    ways = ["food_in_all", "course", "spacing"]
    assert [r.key for r in clash.frees][:3] == [f"clash.frees.{way}" for way in ways]
    assert item(run, "vitamin_d") is not None


def test_fewer_moments_get_fewer_intakes(plan):
    thyroid = [{"name": "levothyroxine", "when": "waking"}]
    run = plan({"calcium": "260 mg"}, medicines=thyroid)
    assert len(item(run, "calcium").slots) <= 2
    assert not {"waking", "breakfast"} & set(item(run, "calcium").slots)


def test_the_reference_set_that_names_nothing_gives_way_to_that_of_the_region(plan):
    person = {**CASE["person"], "age": 30, "state": "pregnant"}
    run = plan({"magnesium": "200 mg"}, person=person, diet={"reference": "ANSES", "totals": {"magnesium": "200 mg"}})
    assert item(run, "magnesium").why[0].values["authority"].startswith("EFSA")


def test_a_gate_on_what_is_not_planned_does_not_count_as_withholding(plan):
    assert not withheld_by_gate(plan(medicines=["warfarin"]).found.plan)
    assert withheld_by_gate(plan(conditions=["sarcoidosis"]).found.plan)


def test_an_emergency_withholds_everything(plan):
    run = plan(answers={"tetany": True})
    assert run.found.plan.items == ()
    assert {w.nutrient for w in run.found.plan.withheld if w.gates} >= {"vitamin_d", "magnesium", "calcium"}


def test_the_same_case_gives_the_same_plan(plan):
    assert plan().found.plan == plan().found.plan
