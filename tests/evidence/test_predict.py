"""Predictions of published arms: against LSODA, against the arithmetic they rest on, and against what was seen."""

from dataclasses import replace

import numpy as np
import pytest

from cofactor.evidence.arms import arms
from cofactor.evidence.layer import draws
from cofactor.evidence.people import between_people, spreads
from cofactor.evidence.predict import predict
from cofactor.evidence.problem import data, fit_arms
from cofactor.evidence.published import Kind, shipped
from cofactor.evidence.rest import at_rest
from cofactor.evidence.score import by_dose


@pytest.fixture(scope="module")
def expected():
    return np.array([m[0] for m in predict(data().arms, draws())])


def of(expected, trial, arm, day):
    i = next(
        i
        for i, (a, o) in enumerate(data().observations)
        if (a.trial_id, a.name) == (trial, arm) and round(o.day) == day
    )
    return expected[i]


def test_scores_on_the_core_keep_the_bars_of_the_design(expected):
    everything, low, middle, high = by_dose(expected)
    assert everything.n == 40
    assert everything.mae < 10.6
    assert everything.rmse < 16.3
    assert low.mae < 5.6
    assert middle.mae < 10.5
    assert high.mae < 35


def test_the_arm_without_sun_or_dose_falls_to_what_was_seen_in_antarctica(expected):
    assert of(expected, "smith2009", "no study supplement", 154) == pytest.approx(34, abs=12 / np.sqrt(7) * 1.96)


def test_bolus_of_600000_iu(expected):
    assert of(expected, "cipriani2010", "D3 600000 once", 3) == pytest.approx(192.7, abs=76.1 / np.sqrt(48) * 1.96)
    assert of(expected, "cipriani2010", "D3 600000 once", 30) == pytest.approx(155.8, abs=65.1 / np.sqrt(48) * 1.96)


def test_d2_displaces_25ohd3(expected):
    assert of(expected, "lehmann2013", "D2 2000", 56) == pytest.approx(16.6, abs=6.3 / np.sqrt(46) * 1.96)


def test_calcifediol_is_linear(expected):
    rise = [of(expected, "bargerlux1998", f"calcifediol {ug} ug", 28) for ug in (10, 20, 50)]
    assert rise == pytest.approx([40, 76, 206], rel=0.12)  # Barger-Lux 1998


def test_a_baseline_is_met_whatever_the_season_and_constants():
    chosen = [a for a in fit_arms() if a.start_day is not None and a.anchor == 0 and not a.regimen.lead_days]
    now = {"day": 0.0, "measure": "level", "comparator": None}
    seasonal = [replace(a, observations=(replace(a.observations[0], **now, analyte="25OHD"),)) for a in chosen]
    found = predict(seasonal, draws({"klin25": np.array([0.3, 0.5])}))
    for arm, levels in zip(seasonal, found, strict=True):
        assert levels == pytest.approx([arm.baseline] * 2, rel=1e-6)


def test_rest_is_a_rest_at_every_level():
    given = draws()
    p = np.repeat(given.program.parameters(), 4, axis=0)
    levels = np.array([12.0, 40.0, 90.0, 160.0])
    states, p = at_rest(given.program, p, levels)
    from cofactor.engine.solve import solve

    later = solve(given.program, p, states, times=[200.0], outcomes=["D25", "PTH", "C125"])
    assert later["D25"][:, 0] == pytest.approx(levels, rel=2e-3)
    assert later["PTH"][:, 0] == pytest.approx(states[:, given.program.states.index("PTH")], rel=2e-2)


def test_people_of_an_arm_have_its_mean_and_spread():
    chosen = [a for a in arms(shipped(Kind.VITAMIN_D))[0] if a.trial_id == "bestd2017"]
    drawn = between_people(chosen, draws().program, 4000)
    assert drawn.baseline.mean(axis=0) == pytest.approx([50.0] * 3, rel=0.03)
    assert drawn.baseline.std(axis=0) == pytest.approx([18.0] * 3, rel=0.08)
    # high levels carry slow clearance, but only in part
    slope = np.polyfit(np.log(drawn.baseline[:, 0]), np.log(drawn.clearance[:, 0]), 1)[0]
    assert -0.6 < slope < -0.02
    assert np.log(drawn.clearance).std() == pytest.approx(spreads()["CL25"], rel=0.25)
