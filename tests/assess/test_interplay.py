"""Interactions among nutrients and rules of timing: each acts on doses that meet it and not on ones just below."""

from __future__ import annotations

import pytest

from cofactor.assess.interplay import MEASURES, interplay
from cofactor.facts.load import load
from cofactor.facts.read import read_table
from cofactor.facts.types import InterplayRule
from cofactor.person.case import parse_case
from cofactor.person.intake import intake

RULES = read_table(InterplayRule, "interplay")


def found(supplements=(), totals=None, country="FR", labs=()):
    case = parse_case(
        {
            "cofactor": 1,
            "person": {"sex": "female", "age": 40, "weight": "65 kg", "height": "165 cm"},
            "place": {"latitude": 48.9, "country": country},
            "diet": {"totals": totals or {}},
            "supplements": list(supplements),
            "labs": list(labs),
            "today": "2026-11-22",
        }
    )
    return {i.interaction.id: i for i in interplay(case, intake(case))}


def take(nutrient, amount, form=None, **keys):
    return {"nutrient": nutrient, "amount": amount, "every": "day"} | ({"form": form} if form else {}) | keys


D3 = take("vitamin_d", "25 µg", "D3", when="breakfast")
# interaction: (meets it, just does not)
EXAMPLES = {
    "NN001": ([take("calcium", "1001 mg"), take("magnesium", "50 mg")], [take("calcium", "1000 mg")]),
    "NN002": (
        [take("calcium", "300 mg", when="lunch"), take("iron", "14 mg")],
        [take("calcium", "290 mg", when="lunch"), take("iron", "14 mg")],
    ),
    "NN003": ([take("calcium", "600 mg"), take("zinc", "5 mg")], [take("calcium", "599 mg"), take("zinc", "5 mg")]),
    "NN005": ([take("zinc", "150 mg")], [take("zinc", "140 mg")]),
    "NN006": ([take("iron", "26 mg"), take("zinc", "5 mg")], [take("iron", "26 mg")]),
    "NN009": ([take("calcium", "2100 mg", "carbonate")], [take("calcium", "2100 mg", "citrate")]),
    "NN010": ([D3, take("vitamin_k", "45 µg", "MK-7")], [D3]),
    "NN011": ([D3, take("vitamin_a", "1600 µg")], [D3, take("vitamin_a", "1500 µg")]),
    "NN020": ([take("vitamin_e", "310 mg")], [take("vitamin_e", "300 mg")]),
    "NN022": ([take("vitamin_c", "1100 mg")], [take("vitamin_c", "1000 mg")]),
    "TM001": ([D3 | {"when": "bedtime"}], [D3]),
    "TM002": (
        [take("calcium", "300 mg", "carbonate", when="waking")],
        [take("calcium", "300 mg", "citrate", when="waking")],
    ),
    "TM003": (
        [take("calcium", "501 mg", when="lunch")],
        [take("calcium", "500 mg", when=["lunch", "dinner"])],
    ),
    "TM004": ([take("magnesium", "151 mg")], [take("magnesium", "150 mg", when=["lunch", "dinner"])]),
    "TM007": (
        [take("vitamin_d", "60000 IU", "D3") | {"every": "30 days"}],
        [take("vitamin_d", "50000 IU", "D3") | {"every": "30 days"}],
    ),
}  # fmt: skip
BY_TOTALS = {
    "NN004": ({"zinc": "26 mg"}, {"zinc": "25 mg"}),
    "NN008": ({"calcium": "2600 mg"}, {"calcium": "2500 mg"}),
    "NN012": ({"phosphorus": "1500 mg", "calcium": "590 mg"}, {"phosphorus": "1500 mg", "calcium": "600 mg"}),
    "NN015": ({"sodium": "2400 mg"}, {"sodium": "2300 mg"}),
    "NN021": ({"vitamin_b6": "13 mg"}, {"vitamin_b6": "12 mg"}),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_doses_bring_it_into_play_and_smaller_ones_do_not(name):
    meets, misses = EXAMPLES[name]
    assert name in found(meets)
    assert name not in found(misses)


def test_a_dose_every_month_is_the_dose_of_a_month():
    """Months of 30 days made less than 60,000 IU of 60,000 IU every month."""
    assert "TM007" in found([take("vitamin_d", "60000 IU", "D3") | {"every": "month"}])
    assert "TM007" not in found([take("vitamin_d", "59000 IU", "D3") | {"every": "month"}])


@pytest.mark.parametrize("name", BY_TOTALS)
def test_intakes_bring_it_into_play_and_smaller_ones_do_not(name):
    meets, misses = BY_TOTALS[name]
    assert name in found(totals=meets)
    assert name not in found(totals=misses)


def test_limits_are_those_of_the_region():
    assert "NN004" not in found(totals={"zinc": "39 mg"}, country="US")
    assert "NN004" in found(totals={"zinc": "41 mg"}, country="US")


def test_low_magnesium_beside_vitamin_d():
    assert "NN007" in found([D3], {"magnesium": "200 mg"})
    assert "NN007" not in found([D3], {"magnesium": "400 mg"})
    assert "NN007" not in found([], {"magnesium": "200 mg"})


def test_a_diet_of_bran_and_pulses_binds_zinc():
    foods = [{"food": "ciqual:9621", "amount": "100 g", "per": "day"}]
    case = parse_case(
        {
            "cofactor": 1,
            "person": {"sex": "male", "age": 40, "weight": "80 kg"},
            "place": {"latitude": 48.9},
            "diet": {"foods": foods},
        }
    )
    bran = intake(case)
    assert bran.phytate in ("wholegrain", "bran")
    assert "NN013" in {i.interaction.id for i in interplay(case, bran)}
    assert "NN013" not in found()


def test_a_result_too_soon_after_a_start_is_pointed_out():
    begun = D3 | {"since": "2026-09-20"}
    lab = {"analyte": "25OHD", "value": 60, "unit": "nmol/L"}
    assert "TM008" in found([begun], labs=[lab | {"date": "2026-10-20"}])
    assert "TM008" not in found([begun | {"since": "2026-05-20"}], labs=[lab | {"date": "2026-10-20"}])
    assert "TM008" not in found([begun], labs=[lab | {"date": "2026-09-10"}])
    assert "TM008" not in found([begun])


def test_every_rule_has_an_example_and_names_an_interaction():
    tested = {*EXAMPLES, *BY_TOTALS, "NN007", "NN013", "TM008"}
    assert {rule.interaction for rule in RULES} == tested
    for rule in RULES:
        assert rule.what in MEASURES
        assert load().interaction(rule.interaction).kind in ("nutrient-nutrient", "timing")


def test_interactions_without_a_rule_are_those_that_no_dose_tells():
    """Caffeine, oxalate, potassium, biotin, the hour of a blood sample, the evening: said elsewhere or not known; the
    two on serum magnesium are gates."""
    without = {r.id for r in load().interactions if r.kind in ("nutrient-nutrient", "timing")}
    without -= {rule.interaction for rule in RULES}
    assert without == {"NN014", "NN016", "NN017", "NN018", "NN019", "TM005", "TM006", "TM009", "TM010"}


def test_the_graver_come_first_and_speak_both_languages():
    both = found([take("calcium", "2100 mg", "carbonate"), take("magnesium", "100 mg")])
    severities = [i.interaction.severity for i in both.values()]
    assert severities == sorted(severities, key=("avoid", "refer", "caution", "info").index)
    assert all(i.action("en") and i.action("fr") and i.action("en") != i.action("fr") for i in both.values())
    assert both["NN001"].amounts == {"calcium": 2100, "magnesium": 100}
