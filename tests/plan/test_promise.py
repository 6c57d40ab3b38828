"""What a plan promises against people it never saw, and against rules of thumb: the smaller forms of two proofs."""

from __future__ import annotations

from pathlib import Path

import pytest

import plan_baselines
import plan_promise

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("name", ["anna", "vegan"])
def test_a_stated_probability_holds_on_fresh_people(name):
    """The smaller form of bench/plan_promise.py: 800 people tell 90 % to one point, so that four are allowed."""
    made = list(plan_promise.promises(EXAMPLES / f"{name}.yaml", people=800, seed=11))
    assert {p.what for p in made} >= {"25OHD all year", "25OHD", "Mg_serum", "PTH"}
    assert [p for p in made if abs(p.promised - p.fresh) > 0.04] == []
    asked = next(p for p in made if p.what == "25OHD all year")
    assert asked.promised >= 0.89  # 90 % asked, told to one point


def test_the_plan_keeps_limits_that_a_rule_for_everyone_passes():
    """The smaller form of bench/plan_baselines.py."""
    found = plan_baselines.study(people=8, seed=1)
    plan, everyone, low, high = (found[rule] for rule in plan_baselines.RULES)
    assert plan.over_limit == 0
    assert everyone.over_limit == 8  # 375 mg of magnesium from supplements: above 250 mg (SCF 2001)
    assert plan.within >= 6
    assert low.vitamin_d <= high.vitamin_d
    assert plan.over_150 == 0


def test_the_calculator_gives_what_its_page_says():
    """(deficit x kg x 1.5) less the sun, at least 600 and at most 10,000 IU."""
    case, truth = plan_baselines.drawn(3)
    aim = case.labs[0].value / 2.496 + 200
    assert plan_baselines.calculator(case, truth.of, aim) == 10_000
    assert plan_baselines.calculator(case, truth.of, 0.0) == 600
