"""Competitor formulae at values computed by hand, and who they answer."""

import math
from dataclasses import replace

import pytest

from cofactor.evidence import formulae
from cofactor.evidence.problem import data


@pytest.fixture(scope="module")
def best_d():
    return next((a, o) for a, o in data().observations if (a.trial_id, a.name) == ("bestd2017", "D3 2000"))


def test_by_hand(best_d):
    found = formulae.answers(*best_d)
    assert found["heaney2003"] == pytest.approx(50 + 0.70 * 50)
    assert found["rupprecht2023"] == pytest.approx(50 + 1.77 * 20)
    assert found["efsa2016"] == pytest.approx(16.3 * math.log(2150 / 40) + 23.5)
    assert found["iom2011"] == pytest.approx(9.9 * math.log(2150))
    assert found["no_change"] == 50


def test_the_regression_does_not_see_the_trial_it_answers():
    inside, outside = formulae.regression("none of them"), formulae.regression("burt2019")
    assert inside == pytest.approx((0.34, 0.0132, 41.8), rel=0.05)  # vitamin_d_block.md, section 5
    assert inside != outside


def test_changes_are_answered_as_changes(best_d):
    arm, o = best_d
    level = formulae.answers(arm, o)["heaney2003"]
    assert formulae.answers(arm, replace(o, measure="change"))["heaney2003"] == pytest.approx(level - 50)


def test_nothing_is_said_of_d2_or_of_a_single_dose():
    for trial, name in (("lehmann2013", "D2 2000"), ("cipriani2010", "D3 600000 once")):
        arm, o = next((a, o) for a, o in data().observations if (a.trial_id, a.name) == (trial, name))
        assert not formulae.answers(arm, o)
