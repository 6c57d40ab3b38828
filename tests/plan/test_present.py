"""What becomes of the supplements a person takes: kept, replaced, moved, ended, or another's to decide."""

from __future__ import annotations

from copy import deepcopy

import pytest

from cofactor.plan.counterfactual import Otherwise, counterfactuals
from plan_people import supplemental

CASE = {
    "cofactor": 1,
    "person": {"sex": "male", "age": 50, "weight": "80 kg", "height": "178 cm", "skin": 2},
    "place": {"latitude": 48.9, "country": "FR"},
    "diet": {"reference": "EFSA", "totals": {"magnesium": "250 mg", "calcium": "1000 mg", "vitamin_d": "3 µg"}},
    "answers": {"kidney_stones": False, "diabetes": False, "hypertension": False, "heart_failure": False},
    "today": "2026-11-22",
}


@pytest.fixture
def taking(planned):
    """Plan for someone who takes these supplements, with more of a case where given."""

    def of(*supplements, **more):
        return planned({**deepcopy(CASE), "supplements": list(supplements), **more})

    return of


def one(nutrient, amount, form=None, when=None, label=None):
    entry = {"nutrient": nutrient, "amount": amount, "every": "day", "form": form, "when": when, "label": label}
    return {key: value for key, value in entry.items() if value is not None}


def said(run):
    return [(r.key.removeprefix("stopped."), r.values["nutrient"]) for r in run.found.plan.stopped]


def item(run, nutrient):
    return next((i for i in run.found.plan.items if i.nutrient == nutrient), None)


def day(run):
    return [i.partition(":")[0] for e in run.found.plan.schedule for i in e.items]


def test_enough_of_a_good_form_is_kept_where_it_is(taking):
    run = taking(one("magnesium", "75 mg", "bisglycinate", ["breakfast", "bedtime"]))
    found = item(run, "magnesium")
    assert (found.product, found.amount, found.slots) == ("own", 150, ("breakfast", "bedtime"))
    assert found.why[0].key == "why.present.enough"
    assert said(run) == []


def test_a_little_goes_on_where_food_fills_the_rest(taking):
    run = taking(one("magnesium", "50 mg", "citrate", "dinner"))
    assert [(i.product, i.slots) for i in run.found.plan.items if i.nutrient == "magnesium"] == [
        ("own", ("dinner",)),
        ("food", ()),
    ]
    assert said(run) == []


def test_too_little_is_replaced(taking):
    diet = {"totals": {"magnesium": "180 mg", "calcium": "1000 mg", "vitamin_d": "3 µg"}}
    run = taking(one("magnesium", "50 mg", "citrate", "dinner"), diet=diet)
    assert item(run, "magnesium").product.startswith("mg-citrate")
    assert item(run, "magnesium").amount > 50
    assert said(run) == [("replaced", "magnesium")]


@pytest.mark.parametrize("form", ["oxide", None])
def test_a_form_that_hardly_dissolves_or_is_not_named_is_replaced(taking, form):
    assert said(taking(one("magnesium", "150 mg", form, "dinner"))) == [("replaced", "magnesium")]


def test_two_products_of_one_nutrient_become_one(taking):
    run = taking(one("magnesium", "100 mg", "citrate", "lunch"), one("magnesium", "60 mg", "citrate", "dinner"))
    assert said(run) == [("changed", "magnesium"), ("replaced", "magnesium")]  # twice the stronger one
    assert item(run, "magnesium").amount == 200
    assert sum(i.nutrient == "magnesium" for i in run.found.plan.items) == 1


def test_the_sum_of_two_products_is_what_a_limit_counts(taking):
    run = taking(one("magnesium", "150 mg", "citrate", "lunch"), one("magnesium", "150 mg", "citrate", "dinner"))
    over = next(r for r in run.found.plan.stopped if r.key == "stopped.over_kept")
    assert (over.values["amount"], over.values["limit"]) == (300, 250)
    assert sum(i.amount for i in run.found.plan.items if i.nutrient == "magnesium" and i.form != "food") == 150


def test_a_single_intake_above_what_is_absorbed_is_not_kept(taking):
    run = taking(one("magnesium", "240 mg", "citrate", "dinner"))
    assert item(run, "magnesium").product != "own"


def test_what_food_brings_is_not_needed(taking):
    run = taking(one("calcium", "500 mg", "carbonate", "dinner"))
    assert item(run, "calcium") is None
    assert said(run) == [("not_needed", "calcium")]


def test_other_nutrients_go_on_within_their_limits(taking):
    run = taking(one("zinc", "5 mg", None, "breakfast"), one("vitamin_c", "500 mg", None, "lunch"))
    assert said(run) == []
    assert {"zinc:unknown", "vitamin_c:unknown"} <= {i for e in run.found.plan.schedule for i in e.items}


def test_what_is_not_planned_goes_on_as_prescribed_above_its_upper_level_and_one_asks(taking):
    run = taking(one("zinc", "25 mg", None, "breakfast"))
    assert said(run) == [("other_over_limit_total", "zinc")]
    assert "zinc" in day(run)


def test_a_multivitamin_goes_on_as_a_whole_and_is_counted(taking):
    parts = [one("magnesium", "100 mg", "citrate", "lunch", "Multi"), one("vitamin_c", "80 mg", None, "lunch", "Multi")]
    diet = {"totals": {"magnesium": "180 mg", "calcium": "1000 mg", "vitamin_d": "3 µg"}}
    run = taking(*parts, diet=diet)
    assert said(run) == []
    assert item(run, "magnesium").amount + 100 <= 250
    alone = taking(diet=diet)
    assert item(alone, "magnesium").amount > item(run, "magnesium").amount


def test_a_multivitamin_of_which_a_planned_part_passes_a_limit_is_asked_about_and_reckoned_with(taking):
    parts = [one("magnesium", "300 mg", "oxide", "lunch", "Multi"), one("vitamin_b6", "2 mg", None, "lunch", "Multi")]
    run = taking(*parts)
    assert said(run) == [("mixture_over_limit", "magnesium"), ("in_place_of", "magnesium")]
    assert run.found.plan.stopped[0].values["holds"] == "vitamin_b6"
    assert {"magnesium", "vitamin_b6"}.isdisjoint(day(run))
    assert supplemental(run.found.regimen, "magnesium") == pytest.approx(300)  # nothing changes before they ask


def test_a_product_of_planned_nutrients_alone_ends_and_what_goes_with_it_is_named(taking):
    parts = [
        one("magnesium", "300 mg", "oxide", "lunch", "Cal-Mag"),
        one("calcium", "200 mg", None, "lunch", "Cal-Mag"),
    ]
    run = taking(*parts)
    assert said(run) == [("over_limit", "magnesium"), ("ends_too", "magnesium")]
    assert run.found.plan.stopped[1].values["holds"] == "calcium"
    assert supplemental(run.found.regimen, "magnesium") <= 250


PREGNANT = {"sex": "female", "age": 29, "weight": "60 kg", "height": "166 cm", "skin": 3, "state": "pregnant"}


@pytest.mark.parametrize("state", ["pregnant", "lactating"])
@pytest.mark.parametrize(("nutrient", "amount"), [("iron", "30 mg"), ("zinc", "15 mg"), ("vitamin_c", "500 mg")])
def test_a_reference_intake_ends_nothing_that_is_not_planned(taking, state, nutrient, amount):
    run = taking(one(nutrient, amount, None, "breakfast"), person={**PREGNANT, "state": state})
    assert said(run) == [("other_over_reference", nutrient)]
    assert nutrient in day(run)


def test_prescribed_iron_goes_on_above_the_upper_level_too(taking):
    run = taking(one("iron", "80 mg", None, "breakfast", "Tardyferon 80"), person=PREGNANT)
    assert said(run) == [("other_over_limit", "iron")]  # what food brings of iron is not known
    assert "iron" in day(run)


PRENATAL = ["Vitamine D3 10 µg", "Fer 28 mg", "Zinc 10 mg", "Magnésium 60 mg", "Vitamine B9 400 µg"]


@pytest.mark.parametrize("label", ["Vitamines de grossesse", None])
def test_a_prenatal_vitamin_goes_on_as_a_whole(taking, label):
    product = {"contents": PRENATAL, "when": "breakfast"} | ({"label": label} if label else {})
    run = taking(product, person=PREGNANT)
    assert {"vitamin_d", "iron", "zinc", "magnesium"} <= set(day(run))
    assert said(run) == [("other_over_reference", "iron")]


def test_a_prenatal_vitamin_with_more_vitamin_d_than_a_plan_may_propose_goes_on_until_one_has_asked(taking):
    contents = ["Vitamine D3 20 µg", "Fer 14 mg", "Vitamine B9 400 µg"]
    run = taking({"label": "Prénatal", "contents": contents, "when": "breakfast"}, person=PREGNANT)
    over = run.found.plan.stopped[0]
    assert (over.key, over.values["limit"]) == ("stopped.mixture_over_reference", 15)
    assert over.values["holds"] == "iron\nVitamine B9 400 µg"
    assert {"vitamin_d", "iron"} <= set(day(run))
    assert run.dose("vitamin_d") == 0


def test_what_else_a_label_holds_keeps_a_plan_from_ending_it(taking):
    folic = {"label": "D3 B9", "contents": ["Vitamine D3 10 µg", "Acide folique 400 µg"], "when": "breakfast"}
    assert said(taking(folic)) == []
    assert day(taking(folic)).count("vitamin_d") == 2  # it goes on beside what the plan adds
    sugar = {"label": "D3", "contents": ["Vitamine D3 10 µg", "Sucres 2 g", "Gélatine"], "when": "breakfast"}
    assert said(taking(sugar)) == [("changed", "vitamin_d")]  # nobody takes it for these


def test_whoever_is_to_ask_about_a_product_is_told_what_else_it_holds(taking):
    product = {
        "label": "D3+K2+fer",
        "contents": ["Vitamine D3 25 µg", "Vitamine K2 75 µg", "Fer 14 mg"],
        "when": "lunch",
    }
    run = taking(product, medicines=["warfarin"])
    assert said(run)[:2] == [("ask_first", "vitamin_k"), ("holds_too", "vitamin_k")]
    assert run.found.plan.stopped[1].values["holds"] == "vitamin_d iron"


def test_a_product_without_a_moment_is_reckoned_with_and_what_it_holds_is_named(taking):
    twice = [{"name": "ciprofloxacin", "when": slot} for slot in ("breakfast", "dinner")]
    run = taking(
        {"label": "Multi", "contents": [p for p in PRENATAL if "Zinc" not in p], "when": "lunch"}, medicines=twice
    )
    assert said(run)[:2] == [("no_moment", "vitamin_d"), ("holds_too", "vitamin_d")]
    assert supplemental(run.found.regimen, "magnesium") == pytest.approx(60)


def test_a_true_limit_of_a_gate_on_what_is_not_planned_is_for_someone_else(taking):
    run = taking(one("vitamin_e", "320 mg", None, "lunch"), medicines=["warfarin"])
    assert said(run) == [("other_over_gate", "vitamin_e")]  # above its upper level of 300 mg as well
    assert "vitamin_e" not in day(run)


def test_iron_beside_levothyroxine_is_moved(taking):
    run = taking(one("iron", "14 mg", None, "breakfast"), medicines=[{"name": "levothyroxine", "when": "waking"}])
    moved = next(r for r in run.found.plan.stopped if r.key == "stopped.moved")
    assert (moved.values["to"], moved.values["medicine"]) == ("lunch", "levothyroxine")


def test_what_a_gate_withholds_is_asked_about_and_stays_in_the_forecast_alone(taking):
    run = taking(one("magnesium", "200 mg", "citrate", "dinner"), conditions=["myasthenia gravis"])
    assert said(run) == [("stop_now", "magnesium")]
    assert not [i for e in run.found.plan.schedule for i in e.items if i.startswith("magnesium")]
    assert run.found.regimen.inputs.values["sup_Mg"] == pytest.approx(200 / 24.305, rel=1e-3)


def test_what_a_gate_limits_is_counted_against_that_limit(taking):
    run = taking(
        one("vitamin_d", "2000 IU", "D3", "lunch"),
        person={"sex": "female", "age": 30, "weight": "60 kg", "height": "165 cm", "skin": 2, "state": "pregnant"},
    )
    over = next(r for r in run.found.plan.stopped if r.key == "stopped.over_gate")
    assert (over.values["amount"], over.values["limit"], over.values["gate"]) == (50, 15, "G-PREGNANT")
    assert item(run, "vitamin_d").amount <= 15


def test_a_monthly_dose_that_goes_on_has_the_same_rhythm_in_both_futures(taking):
    monthly = {"nutrient": "vitamin_d", "form": "D3", "amount": "50000 IU", "every": "month", "when": "lunch"}
    enough = {"totals": {"magnesium": "400 mg", "calcium": "1000 mg", "vitamin_d": "3 µg"}}
    run = taking(monthly, conditions=["sarcoidosis"], diet=enough)
    assert run.found.now.values == pytest.approx(run.found.then.values, rel=1e-9)


# --------------------------------------------------------------------------------- without a supplement is without any

WITH_K2 = {"label": "D3+K2", "contents": ["Vitamine D3 25 µg", "Vitamine K2 (MK-7) 75 µg"], "when": "breakfast"}
SEVENTY = {"sex": "female", "age": 73, "weight": "56 kg", "height": "158 cm", "skin": 2}
TESTED = {"labs": [{"date": "2026-11-12", "analyte": "25OHD", "value": 60, "unit": "nmol/L"}], "person": SEVENTY}


def withheld(run, nutrient):
    return next(w.why for w in run.found.plan.withheld if w.nutrient == nutrient)


@pytest.mark.parametrize("medicines", [["warfarin"], []])  # asked about, or going on for its folic acid
def test_what_reaches_the_goal_with_a_product_says_so_and_what_is_left_without_it(taking, medicines):
    product = WITH_K2 if medicines else {**WITH_K2, "contents": ["Vitamine D3 25 µg", "Vitamine B9 400 µg"]}
    run = taking(product, medicines=medicines, **TESTED)
    why = withheld(run, "vitamin_d")
    assert why.key == "why.vitamin_d.enough"
    assert why.values["amount"] == 25
    assert why.values["p_now"] > 0.8
    assert why.values["p_without"] < 0.3
    nothing = taking(medicines=medicines, person=SEVENTY)  # neither tested nor taking: a dose is proposed
    assert nothing.dose("vitamin_d") > 0


def test_without_any_supplement_is_said_where_none_is_taken(taking):
    labs = [{"date": "2026-11-12", "analyte": "25OHD", "value": 75, "unit": "nmol/L"}]
    run = taking(labs=labs, goals={"25OHD": ">= 30 nmol/L"})
    assert withheld(run, "vitamin_d").key == "why.vitamin_d.none_needed"


@pytest.mark.parametrize("nutrient", ["magnesium", "calcium"])
def test_an_intake_that_reaches_its_reference_with_a_product_says_so(taking, nutrient):
    diet = {"reference": "EFSA", "totals": {"magnesium": "300 mg", "calcium": "900 mg", "vitamin_d": "3 µg"}}
    held = {"magnesium": "Magnésium 100 mg", "calcium": "Calcium 200 mg"}[nutrient]
    run = taking({"label": "Multi", "contents": [held, "Vitamine C 80 mg"], "when": "lunch"}, diet=diet)
    assert withheld(run, nutrient).key == f"why.{nutrient}.enough"


def test_a_product_that_may_have_to_end_has_its_vitamin_d_alone_to_follow_it(taking):
    run = taking(WITH_K2, medicines=["warfarin"], **TESTED)
    then = next(r for r in run.found.plan.stopped if r.key == "stopped.in_place_of")
    assert then.values["nutrient"] == "vitamin_d"
    assert 10 <= then.values["amount"] <= 50
    closed = taking(WITH_K2, medicines=["warfarin"], conditions=["sarcoidosis"], **TESTED)  # no vitamin D either
    assert not [r for r in closed.found.plan.stopped if r.key.startswith("stopped.in_place_of")]


def test_leaving_out_an_item_is_not_called_without_where_another_product_holds_the_nutrient(taking):
    more = {"label": "Multi", "contents": ["Magnésium (citrate) 50 mg", "Vitamine B6 1.4 mg"], "when": "lunch"}
    diet = {"reference": "EFSA", "totals": {"magnesium": "180 mg", "calcium": "1000 mg", "vitamin_d": "3 µg"}}
    for run, expected in ((taking(more, diet=diet), True), (taking(diet=diet), False)):
        rows = counterfactuals(run.of, run.found)
        left = [r for r in rows if r.kind is Otherwise.WITHOUT and r.outcome == "Mg_serum" and r.form != "food"]
        assert [r.more for r in left] == [expected]


# ------------------------------------------------------------------------------ one fact, however it is written down


def spaced(run):
    return {(n, s.hours) for s in run.gates.spacings for n in s.nutrients}


def test_iron_keeps_the_same_hours_as_a_supplement_and_as_a_medicine(taking):
    diet = {"reference": "EFSA", "totals": {"magnesium": "180 mg", "calcium": "450 mg", "vitamin_d": "3 µg"}}
    tablet = taking(one("iron", "28 mg", None, "lunch", "Fer"), diet=diet)
    medicine = taking(medicines=[{"name": "fer", "when": "lunch"}], diet=diet)
    assert spaced(tablet) == spaced(medicine) == {("calcium", 3), ("magnesium", 3), ("zinc", 3)}
    for run in (tablet, medicine):
        assert all("lunch" not in i.slots for i in run.pills() if i.nutrient in ("magnesium", "calcium"))
        assert run.dose("magnesium") > 0 < run.dose("calcium")


def test_zinc_gives_way_to_iron_and_a_product_that_holds_both_stays(taking):
    run = taking(one("zinc", "5 mg", None, "lunch"), one("iron", "14 mg", None, "lunch"))
    assert said(run) == [("moved", "zinc")]
    both = {"label": "Multi", "contents": ["Fer 14 mg", "Zinc 5 mg"], "when": "lunch"}
    assert said(taking(both)) == []
