"""Scenarios tried on a person: what stays as it is stays exactly, what is set acts, and gates speak of every dose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cofactor.assess.forecast import QUANTILES, spread, trajectories
from cofactor.assess.types import Level
from cofactor.assess.update import posterior
from cofactor.person.body import present
from cofactor.person.case import load_case, parse_case
from cofactor.plan.optimise import plan
from cofactor.plan.whatif import ALL, DAYS, NOW, Dose, Scenario, future, ground, proposed, regimen, simulate, verdicts

EXAMPLES = Path(__file__).parents[2] / "examples"
AS_ANNA = Scenario((Dose("vitamin_d", 25.0, "D3"), Dose("magnesium", 300.0, "oxide")))  # what her case says she takes


def laid_out(name):
    case = load_case(EXAMPLES / f"{name}.yaml")
    return ground(case, posterior(case, bodies=200))


@pytest.fixture(scope="module")
def anna():
    return laid_out("anna")


def planned(of):
    return proposed(plan(of.case, of.intake, of.gates, of.of).plan, of.intake.taken)


def median(of, scenario, outcome, day):
    return future(of, scenario, (outcome,)).on(outcome, day)[2]


def said(of, scenario):
    return {v.nutrient: v for v in verdicts(of, scenario)}


def test_as_things_are_is_the_forecast(anna):
    found = simulate(anna, NOW, ("25OHD", "PTH"))
    usual = trajectories(anna.of, [present(anna.of.members.subject)], float(DAYS[-1]), ("25OHD", "PTH"))
    for outcome in ("25OHD", "PTH"):
        assert found.on(outcome, 84) == pytest.approx(usual.on(outcome, 84), rel=2e-3)


@pytest.mark.parametrize("same", [AS_ANNA, Scenario(outdoors=30.0), Scenario(food=(("calcium", 0.0),))])
def test_naming_what_is_so_already_changes_nothing(anna, same):
    now, then = (future(anna, scenario) for scenario in (NOW, same))
    assert then.spread == pytest.approx(now.spread, rel=1e-6)


def test_each_slider_moves_what_it_should_and_in_the_right_direction(anna):
    assert median(anna, Scenario((Dose("vitamin_d", 75, "D3"),)), "25OHD", 84) > median(anna, NOW, "25OHD", 84) + 10
    nothing = Scenario((Dose("vitamin_d", 0, "D3"),))
    assert median(anna, nothing, "25OHD", 364) < median(anna, NOW, "25OHD", 364) - 5
    indoors = Scenario(outdoors=0.0)
    assert median(anna, indoors, "25OHD", 252) < median(anna, NOW, "25OHD", 252) - 1.5  # the end of summer
    k2 = Scenario((Dose("vitamin_k", 180, "MK-7"),))
    assert median(anna, k2, "dp_ucMGP", 84) < 0.8 * median(anna, NOW, "dp_ucMGP", 84)
    more = Scenario(food=(("calcium", 500.0),))
    assert median(anna, more, "Ca_urine", 84) > median(anna, NOW, "Ca_urine", 84)
    split, once = (Scenario((Dose("calcium", 1200, "carbonate", n),)) for n in (3, 1))
    assert median(anna, split, "Ca_absorption", 84) > median(anna, once, "Ca_absorption", 84)
    citrate, oxide = (Scenario((Dose("magnesium", 300, form),)) for form in ("citrate", "oxide"))
    assert median(anna, citrate, "Mg_urine", 84) > median(anna, oxide, "Mg_urine", 84)


def test_skin_makes_what_the_minutes_give(anna):
    assert regimen(anna, NOW).skin is None
    assert not regimen(anna, Scenario(outdoors=0.0)).skin.any()
    own = anna.of.members.subject.skin
    assert regimen(anna, Scenario(outdoors=60.0)).skin.mean() > 1.3 * own.mean()


def test_quantiles_are_those_of_numpy(anna):
    values = simulate(anna, NOW, ("25OHD",)).values
    assert spread(values) == pytest.approx(np.percentile(values, QUANTILES, axis=0), rel=1e-12)


def test_a_dose_above_the_limit_stops_the_plan_and_not_the_simulation(anna):
    much = Scenario(
        (Dose("vitamin_d", 120, "D3"), Dose("magnesium", 375, "citrate"), Dose("calcium", 800, "carbonate"))
    )
    found = said(anna, much)
    assert found["vitamin_d"].level is Level.STOP
    assert found["vitamin_d"].over.by == "upper_level"
    assert found["magnesium"].closed
    assert found["magnesium"].over.amount == 250  # EFSA and the gate of an unknown kidney function
    assert found["calcium"].at_once == 500
    assert not found["calcium"].closed
    assert median(anna, much, "25OHD", 364) > median(anna, NOW, "25OHD", 364) + 25


def test_gates_of_the_person_speak_whatever_the_dose():
    george = laid_out("warfarin")
    for scenario in (NOW, Scenario((Dose("vitamin_k", 0, "MK-7"),))):
        assert said(george, scenario)["vitamin_k"].level is Level.STOP
    assert said(george, NOW)["vitamin_d"].gates


def test_the_plan_is_a_scenario_that_no_limit_stops(anna):
    of_plan = planned(anna)
    assert of_plan.doses
    assert not any(v.over or v.at_once for v in verdicts(anna, of_plan))
    assert future(anna, of_plan).in_goal["25OHD"] > future(anna, NOW).in_goal["25OHD"]


MULTI = """
  - {label: Multi, nutrient: vitamin_d, form: D3, amount: 200 IU, when: breakfast}
  - {label: Multi, nutrient: magnesium, form: citrate, amount: 50 mg, when: breakfast}
  - {label: Multi, nutrient: zinc, form: gluconate, amount: 5 mg, when: breakfast}"""
ENDED = """
  - {label: Mg, nutrient: magnesium, form: citrate, amount: 200 mg, when: dinner}"""


@pytest.mark.parametrize(("taken", "eaten"), [(MULTI, 200), (ENDED, 500)])
def test_the_scenario_of_a_plan_is_what_is_taken_under_it(taken, eaten):
    """What goes on is part of it, and what the plan ends is not."""
    case = parse_case(
        f"""cofactor: 1
person: {{sex: male, age: 45, weight: 75 kg, height: 178 cm, skin: 2}}
place: {{latitude: 48.9, country: FR}}
diet: {{reference: EFSA, totals: {{magnesium: {eaten} mg, calcium: 1000 mg, vitamin_d: 2 µg, zinc: 9 mg}}}}
supplements:{taken}
answers: {{kidney_stones: no}}
labs: [{{date: 2026-10-02, analyte: 25OHD, value: 40, unit: nmol/L}}]
today: 2026-11-22
"""
    )
    of = ground(case, posterior(case, bodies=100))
    found = plan(case, of.intake, of.gates, of.of)
    again = regimen(of, proposed(found.plan, of.intake.taken))
    for name in ("in_D3", "sup_Mg", "sup_Ca"):
        assert again.inputs.values[name] == pytest.approx(found.regimen.inputs.values[name]), name


def test_a_person_of_whom_nothing_may_be_planned_has_no_plan_to_try():
    monique = laid_out("ckd4")
    assert planned(monique) == NOW
    assert {v.level for v in verdicts(monique, NOW)} <= {Level.STOP, Level.REFER}
    much = future(monique, Scenario((Dose("vitamin_d", 112.5, "D3"),)))
    assert set(much.outcomes) == set(ALL)
    assert ("25OHD>150", True) in [(risk.name, share > 0.2) for risk, share in much.risks]
    assert future(monique, NOW).risks == ()
