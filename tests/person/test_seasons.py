"""25(OH)D through the year of ordinary people, from case file to blood, against published means of cohorts.

Only the first two rows took part in fitting the skin (tools/fit_skin.py); the French ones, their shares below a level
and the spread between people did not.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest

from cofactor.facts.load import load
from cofactor.person.body import live, members, past, settle, subject
from cofactor.person.case import parse_case

TODAY = date(2026, 12, 31)
DAYS = -np.arange(364.0, -1.0, -7.0)


@cache
def year(latitude, country, sex, age, weight, height):
    """25(OH)D of possible people of whom nothing else is known, shape (people, weeks of 2026)."""
    case = parse_case(
        {
            "cofactor": 1,
            "person": {"sex": sex, "age": age, "weight": f"{weight} kg", "height": f"{height} cm"},
            "place": {"latitude": latitude, "country": country},
            "today": TODAY.isoformat(),
        }
    )
    of = subject(case)
    everyone = members(of, of.draw(150, 1))
    history = past(of, 500)
    found, _ = live(everyone, settle(everyone, history[0]), history, 0.0, DAYS, ("25OHD",))
    return found[:, :, 0]


def months(levels, *numbers):
    """All values of people in those months."""
    of = np.array([(date(2026, 12, 31).toordinal() + int(d)) for d in DAYS])
    return levels[:, [date.fromordinal(int(o)).month in numbers for o in of]]


def published(quantity, place, column="mean", sex="both"):
    rows = [r for r in load().population if r.quantity == quantity and r.country == place and r.sex in (sex, "both")]
    (row,) = rows
    return getattr(row, column)


def test_manchester_adults_in_september_and_february():
    """Webb 2010: 70.9 and 45.7 nmol/L."""
    levels = year(53.5, "GB", "female", 40, 68, 165)
    assert months(levels, 9).mean() == pytest.approx(published("25(OH)D, September", "UK"), rel=0.1)
    assert months(levels, 2).mean() == pytest.approx(published("25(OH)D, February", "UK"), rel=0.12)


def test_the_british_cohort_of_1958_in_both_halves_of_the_year():
    """Hypponen and Power 2007, 45 years: medians 65.6 (June to November) and 41.8 (December to May)."""
    levels = np.concatenate([year(53, "GB", s, 45, w, h) for s, w, h in (("female", 68, 165), ("male", 82, 177))])
    summer, winter = months(levels, 6, 7, 8, 9, 10, 11), months(levels, 12, 1, 2, 3, 4, 5)
    assert np.median(summer) == pytest.approx(65.6, rel=0.12)
    assert np.median(winter) == pytest.approx(41.8, rel=0.12)


@pytest.mark.parametrize(("sex", "weight", "height"), [("female", 63, 163), ("male", 77, 176)])
def test_healthy_french_people(sex, weight, height):
    """VARIETE 2016: 58.4 (SD 20) nmol/L in women and 60.2 (20.5) in men, over the year. Not fitted."""
    levels = year(46.6, "FR", sex, 40, weight, height)
    assert levels.mean() == pytest.approx(published("25(OH)D", "FR", sex=sex), rel=0.12)
    assert 15 < levels.std() < 28  # people and seasons together


def test_shares_below_a_level_in_france():
    """ENNS 2006-2007: 42.5 % below 50 nmol/L and 4.8 % below 25. Not fitted."""
    levels = np.concatenate([year(46.6, "FR", s, 40, w, h) for s, w, h in (("female", 63, 163), ("male", 77, 176))])
    assert (levels < 50).mean() == pytest.approx(0.425, abs=0.1)
    assert 0.01 < (levels < 25).mean() < 0.1
