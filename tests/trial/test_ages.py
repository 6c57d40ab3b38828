"""Ages of a population: the mean and the SD asked for, within the bounds, of adults."""

from __future__ import annotations

import numpy as np
import pytest

from cofactor.errors import InputError
from cofactor.trial import ages
from cofactor.trial.design import parse_population
from cofactor.trial.population import draw
from cofactor.trial.types import Spread

EVERYONE = np.arange(20_000)


def drawn(**age):
    return draw(parse_population({"age": age}), EVERYONE).age


@pytest.mark.parametrize(
    "age",
    [
        {"mean": 40, "sd": 8},
        {"mean": 40, "sd": 8, "min": 20, "max": 64},
        {"mean": 45, "sd": 12, "min": 20, "max": 75},
        {"mean": 88, "sd": 6},
        {"mean": 95, "sd": 4},
        {"mean": 84, "sd": 6, "min": 70, "max": 98},
        {"mean": 78, "sd": 6, "min": 70},
        {"mean": 66, "sd": 5, "min": 60, "max": 80},
        {"mean": 20, "sd": 2},
        {"mean": 66.3, "sd": 3, "min": 61, "max": 70},
        {"mean": 50, "sd": 0.1, "min": 20, "max": 80},
    ],
)
def test_people_have_the_mean_and_sd_asked_for(age):
    found = drawn(**age)
    assert found.mean() == pytest.approx(age["mean"], abs=4 * age["sd"] / np.sqrt(len(EVERYONE)))
    assert found.std() == pytest.approx(age["sd"], rel=0.03)
    assert found.min() >= age.get("min", 18)
    assert found.max() <= age.get("max", 110)


def test_a_population_without_ages_is_of_adults_about_45():
    found = draw(parse_population({}), EVERYONE).age
    assert (found.mean(), found.std()) == (pytest.approx(45, abs=0.4), pytest.approx(12, rel=0.03))
    assert 18 <= found.min() < found.max() <= 90


def test_where_bounds_are_far_it_is_the_normal_distribution():
    z = np.linspace(-3.5, 3.5, 29)
    assert ages.of_normal(Spread(50, 4, 20, 80), z) == pytest.approx(50 + 4 * z, abs=0.01)


def test_one_age_and_only_bounds():
    assert (drawn(mean=70, sd=0) == 70).all()
    even = drawn(min=30, max=50)
    assert (even.mean(), even.std()) == (pytest.approx(40, abs=0.2), pytest.approx(20 / np.sqrt(12), rel=0.02))


@pytest.mark.parametrize(
    ("age", "told"),
    [
        ({"mean": 5, "sd": 1}, "18 to 110 years"),
        ({"mean": 17}, "18 to 110 years"),
        ({"mean": 30, "sd": 5, "min": 12}, "18 to 110 years"),
        ({"min": 10, "max": 50}, "18 to 110 years"),
        ({"mean": 115, "sd": 1}, "18 to 110 years"),
        ({"mean": 20, "sd": 4}, "at most 2.5 about 20 from 18 to"),
        ({"mean": 50, "sd": 10, "min": 45, "max": 55}, "at most 3.6 about 50 from 45 to 55"),
    ],
)
def test_children_and_what_does_not_fit_are_refused(age, told):
    with pytest.raises(InputError) as caught:
        parse_population({"age": age})
    (problem,) = caught.value.problems
    assert problem.where == "age"
    assert told in ", ".join(problem.expected)
