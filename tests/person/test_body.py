"""Possible bodies through the year: the season in straight lines against the sun of every single day."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from cofactor.engine.solve import Change, Event
from cofactor.person import body, exposure, sun
from cofactor.person.body import live, members, present, settle, subject
from cofactor.person.case import parse_case
from cofactor.plan.outlook import HORIZON

OUTDOORS = {
    "cofactor": 1,
    "person": {"sex": "male", "age": 30, "weight": "70 kg", "height": "180 cm", "skin": 2},
    "place": {"latitude": 56, "country": "DK"},
    "today": "2026-11-22",
}
CANARIES = {"from": "2027-02-01", "to": "2027-02-14", "latitude": 28, "outdoors": "5 h/day", "exposed": "40 %"}
DAYS = np.arange(0, HORIZON + 1, 7)


def day_by_day(of, skin, start, until):
    """The sun of each day as a step of its own."""
    begin = of.subject.case.today + timedelta(days=int(start))
    mean = sun.yearly_mean(of.subject.skin)
    for day, supply in sun.steps(skin, begin, int(until - start), width=1, elsewhere=of.subject.away):
        yield Event(start + day, "sun_D3", Change.SET, (supply - mean) * of.sun)


def year(case):
    of = subject(case)
    drawn = members(of, of.draw(16, 1))
    state = settle(drawn, present(of))
    return live(drawn, state, [present(of)], HORIZON, DAYS, ("25OHD", "calcitriol", "PTH"))[0]


def test_the_usual_body_is_supplied_by_food_skin_and_the_rest():
    """Of 3 µg eaten, 2.6 nmol each, F_D (0.8) is absorbed."""
    case = parse_case(OUTDOORS | {"diet": {"totals": {"vitamin_d": "3 µg"}}})
    of = subject(case)
    expected = 0.8 * 2.6 * 3.0 + sun.yearly_mean(of.skin) + exposure.value("residual_supply")
    assert members(of, np.zeros((1, len(of.names)))).constants["S_D3"] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(("holidays", "off"), [([], 0.002), ([CANARIES], 0.01)], ids=["at home", "away in February"])
def test_the_season_in_lines_is_that_of_every_day(monkeypatch, holidays, off):
    case = parse_case(OUTDOORS | {"sun": {"outdoors": "90 min/day", "exposed": "30 %", "holidays": holidays}})
    drawn = year(case)
    monkeypatch.setattr(body, "_seasons", day_by_day)
    every_day = year(case)
    assert np.ptp(every_day[:, :, 0], axis=1).max() > 20  # nmol/L: there is a season to be met
    assert np.abs(drawn / every_day - 1).max() < 0.02  # a fortnight of a journey is a step in both
    assert np.abs(drawn.mean(axis=0) / every_day.mean(axis=0) - 1).max() < off
