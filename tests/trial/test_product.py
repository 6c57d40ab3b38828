"""A product from its label: elements, limits, interactions, claims, and what it does in drawn people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cofactor.errors import InputError
from cofactor.facts.food_import import import_files
from cofactor.facts.load import load
from cofactor.report.claims import extra_key
from cofactor.trial.label_file import LATITUDE, Reads, load_label, parse_label
from cofactor.trial.population import draw
from cofactor.trial.product import live
from cofactor.trial.product_facts import allowed_claims, needed, own_interactions, referrals, rows

LABELS = Path(__file__).parents[2] / "examples" / "labels"


def label(*lines: str, **keys: object):
    return parse_label({"contents": list(lines), **keys})


def only(case):
    (reading,) = case.product.readings
    return {row.nutrient: row for row in rows(case.product, reading)}


def test_a_day_of_a_label_in_elements_beside_its_references_and_limits():
    case = load_label(LABELS / "calcium_d3_magnesium.yaml")
    held = only(case)
    assert held["vitamin_d"].amount == pytest.approx(22.5)  # 900 IU of 0.025 µg
    assert held["calcium"].amount == pytest.approx(900)
    assert held["calcium"].at_once == pytest.approx(300)  # one of three tablets
    assert {row.system: row.value for row in held["magnesium"].references} == {"EU": 375, "US since 2016": 420}
    magnesium = {(limit.region, limit.counts): limit.amount for limit in held["magnesium"].limits}
    assert magnesium == {("EU", "supplement"): 250, ("US", "supplement"): 350}
    calcium = {(limit.region, limit.counts): limit.amount for limit in held["calcium"].limits}
    assert calcium == {("EU", "total"): 2500, ("US", "total"): 2000}  # EFSA 2012; IOM 2011 from 51 years
    assert [aside.text.split()[0] for aside in case.product.asides] == ["Folate", "Chromium", "Boron"]


def test_servings_moments_and_days_make_the_amount_of_a_day():
    case = label("Magnesium 300 mg", serving="3 tablets", take="1 tablet", when=["breakfast", "dinner"], every="2 days")
    assert only(case)["magnesium"].amount == pytest.approx(100)  # 100 mg, twice every other day
    assert only(case)["magnesium"].at_once == pytest.approx(100)


def test_a_line_that_can_be_read_two_ways_is_kept_in_both():
    case = label("magnesium citrate 1500 mg", "Vitamin D3 10 µg")
    element, compound = case.product.readings
    assert (element.reads, compound.reads) == (Reads.ELEMENTAL, Reads.COMPOUND)
    assert case.product.amounts(element)["magnesium"] == pytest.approx(1500)
    # Trimagnesium dicitrate: 3 x 24.305 of 451.1 g/mol
    assert case.product.amounts(compound)["magnesium"] == pytest.approx(1500 * 3 * 24.305 / 451.1, rel=0.01)
    assert case.product.doubtful == ("magnesium citrate 1500 mg",)


def test_an_imported_label_is_judged_like_its_lines(tmp_path, monkeypatch):
    monkeypatch.setenv("COFACTOR_FOODS", str(tmp_path / "foods.sqlite"))
    import_files([Path(__file__).parents[1] / "facts" / "food_samples" / "dsld_label.json"])
    case = parse_label({"product": "dsld:261967"})
    (reading,) = case.product.readings
    held = case.product.amounts(reading)
    assert held == pytest.approx({"vitamin_d": 20, "vitamin_k": 85, "calcium": 1000, "magnesium": 96})


def test_carotene_does_not_count_as_retinol():
    lozenge = only(load_label(LABELS / "zinc_lozenge.yaml"))["vitamin_a"]
    assert (lozenge.amount, lozenge.to_limit) == (pytest.approx(600), 0)
    assert only(label("Vitamin A (as retinyl palmitate) 600 µg"))["vitamin_a"].to_limit == pytest.approx(600)


def test_all_problems_of_a_file_are_told_at_once():
    with pytest.raises(InputError) as refused:
        label("Magnesium 40 kg", "Zinc 90 g", population={"peeple": 9, "female": 2}, weeks="soon", strat=1)
    told = " ".join(map(str, refused.value.problems))
    assert all(word in told for word in ("40 kg", "peeple", "female", "weeks", "strat"))
    assert len(refused.value.problems) >= 6


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"when": "dinner"}, "contents"),
        ({"contents": ["Chromium 45 µg"]}, "contents"),
        ({"contents": ["Zinc 5 mg"], "population": {"people": 10**6}}, "population.people"),
        ({"contents": ["Zinc 5 mg"], "since": "2026-01-01"}, "since"),
        ({"product": "dsld:000"}, "product"),
    ],
)
def test_what_cannot_be_judged_is_refused(values, where):
    with pytest.raises(InputError) as refused:
        parse_label(values)
    assert [problem.where for problem in refused.value.problems] == [where]


def test_people_live_at_48_degrees_unless_the_file_says_where():
    assert label("Zinc 5 mg").population.latitude == LATITUDE
    assert label("Zinc 5 mg", population={"latitude": 60}).population.latitude == 60
    assert label("Zinc 5 mg", population={"country": "FR"}).population.latitude is None
    assert (label("Zinc 5 mg").days, label("Zinc 5 mg").start.month) == (182, 10)
    assert label("Zinc 5 mg", start="none").start is None


# ------------------------------------------------------------------------------------------------- interactions, claims


@pytest.mark.parametrize(
    ("lines", "ids"),
    [
        (["Zinc 30 mg", "Copper 1 mg"], {"NN004"}),  # above the limit of the EU
        (["Zinc 25 mg", "Copper 1 mg"], set()),
        (["Calcium 1000 mg", "Magnesium 100 mg"], {"TM003"}),
        (["Calcium 1100 mg", "Magnesium 100 mg"], {"NN001", "TM003"}),
        (["Zinc 30 mg"], set()),
        (["Calcium 600 mg", "Zinc 5 mg"], {"NN003", "TM003"}),
        (["Magnesium 200 mg"], {"TM004"}),
        (["Vitamin B6 13 mg", "Magnesium 100 mg"], {"NN021"}),
    ],
)
def test_interactions_are_named_from_the_dose_at_which_they_count(lines, ids):
    case = label(*lines)
    assert {row.id for row in own_interactions(case.product, case.product.readings[0])} == ids


def test_medicines_and_conditions_that_stop_or_refer_come_stops_first():
    found = referrals(label("Vitamin K2 (MK-7) 75 µg").product)
    by_rule = {row.rule: row for row in found}
    assert "warfarin" in {one.name_en for one in by_rule["DN034"].who}
    assert by_rule["DN034"].level == "STOP"
    assert {row.nutrients for row in found} == {("vitamin_k",)}
    levels = [row.level for row in found]
    assert levels == sorted(levels, key=["STOP", "REFER"].index)


def test_a_source_has_15_percent_of_the_reference_value():
    """Regulation (EC) 1924/2006 beside the amounts that stand in the table of claims."""
    nrv = {row.nutrient: row.value for row in load().reference_intakes if row.authority == "EU-NRV"}
    general = [claim for claim in load().claims if "15 % of NRV" in claim.condition]
    assert len(general) > 60
    for claim in general:
        assert needed(claim) == {claim.nutrient: pytest.approx(0.15 * nrv[claim.nutrient])}


def test_claims_are_those_whose_condition_the_amounts_reach():
    texts = {allowed.claim.text_en for allowed in allowed_claims({"vitamin_d": 10, "calcium": 100})}
    assert "Vitamin D contributes to the maintenance of normal bones" in texts
    assert not any("Calcium" in text or "falling" in text for text in texts)
    assert allowed_claims({"vitamin_d": 0.7, "magnesium": 56}) == ()
    falls = [a for a in allowed_claims({"vitamin_d": 15}) if "falling" in a.claim.text_en]
    assert [a.least for a in falls] == [{"vitamin_d": 15}]
    both = [
        a for a in allowed_claims({"vitamin_d": 15, "calcium": 400}) if a.least == {"calcium": 400, "vitamin_d": 15}
    ]
    assert len(both) == 1


def test_no_amount_allows_what_the_register_does_not_and_every_condition_is_told():
    everything = dict.fromkeys({claim.nutrient for claim in load().claims}, 1e6)
    allowed = allowed_claims(everything)
    assert all(one.claim.status.startswith("authorised") for one in allowed)
    assert {claim.text_en for claim in load().claims if claim.status != "not authorised"} == {
        one.claim.text_en for one in allowed
    }
    unusual = [one.claim for one in allowed if "15 % of NRV" not in one.claim.condition]
    assert all(extra_key(claim) for claim in unusual)


# ---------------------------------------------------------------------------------------------------------- population


@pytest.fixture(scope="module")
def winter():
    """15 µg from October for 22 weeks at 52 degrees north, in adults of 20 to 40."""
    people = {"people": 60, "latitude": 52, "age": {"mean": 30, "min": 20, "max": 40}}
    return live(label("Vitamin D3 600 IU", population=people, start="2026-10-15", weeks=22))


def effect(lived, key, analyte):
    return next(e for e in lived.effects if (e.measure.key, e.measure.analyte) == (key, analyte))


def test_a_winter_dose_does_what_it_did_in_a_trial(winter):
    """Cashman 2008 (Am J Clin Nutr 88:1535), 51 to 55 N, 20 to 40 years: 1.96 nmol/L per µg a day after 22 weeks."""
    mean = effect(winter, "mean", "25OHD")
    assert mean.difference[0].value == pytest.approx(1.96 * 15, abs=5)
    assert mean.without.value < mean.start.value < mean.taken[0].value
    within = effect(winter, "within", "25OHD")
    assert within.taken[0].low > within.without.high


def test_intervals_hold_their_means_and_the_sets_differ(winter):
    mean = effect(winter, "mean", "25OHD")
    for estimate in (mean.start, mean.without, *mean.taken, *mean.difference):
        assert estimate.low < estimate.value < estimate.high
    assert (winter.people, winter.sets, winter.lost) == (60, 20, 0)


def test_what_the_model_does_not_tie_to_vitamin_d_leaves_it_alone_and_limits_count_food():
    case = label(
        "Zinc (as oxide) 20 mg", "Magnesium (as citrate) 300 mg", "Copper 6 mg", population={"people": 200}, weeks=8
    )
    lived = live(case)
    zinc = draw(case.population, np.arange(200)).intake["zinc"]
    passing = {(row.region, row.nutrient): row for row in lived.passing}
    assert passing["EU", "zinc"].without == pytest.approx((zinc > 25).mean())
    assert passing["EU", "zinc"].taken == (pytest.approx((zinc > 5).mean()),)  # 25 mg (SCF 2003) less 20
    assert passing["EU", "magnesium"].taken == (1.0,)  # 250 mg of supplements (SCF 2001)
    assert ("US", "magnesium") not in passing  # 350 mg
    assert not passing["EU", "copper"].food_drawn
    assert passing["EU", "*"].taken == (1.0,)
    assert effect(lived, "mean", "Mg_serum").difference[0].low > 0


def test_who_reaches_a_reference_value_is_counted_by_hand():
    case = label("Magnesium (magnesium oxide) 200 mg", "Copper 1 mg", population={"people": 300, "latitude": 50})
    lived = live(case)
    people = draw(case.population, np.arange(300))
    least = np.where(people.female, 300, 350)  # EFSA 2015, adequate intake of adults, mg
    rows = {(row.nutrient, row.authority): row for row in lived.reaching}
    assert rows.keys() == {("magnesium", "EFSA"), ("magnesium", "NASEM")}
    eaten = people.intake["magnesium"]
    assert rows["magnesium", "EFSA"].without == pytest.approx((eaten >= least).mean())
    assert rows["magnesium", "EFSA"].taken == (pytest.approx((eaten + 100 >= least).mean()),)  # one half of oxide
