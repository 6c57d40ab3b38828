"""The Python interface: people drawn, regimens written, readings by name."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

import cofactor as cf
from cofactor.errors import InputError


def test_the_example_of_the_contract():
    people = cf.population(n=200, seed=1, latitude=52)
    run = cf.simulate(people, cf.regimen("vitamin_d D3 2000 IU daily"), days=365)
    levels = run["25OHD"]
    assert levels.shape == (200, 54)
    assert run.days[[0, 1, -1]] == pytest.approx([0, 7, 365])
    # 2000 IU a day brings about 40-50 nmol/L more at rest (vitamin D block)
    assert 30 < levels[:, -1].mean() - levels[:, 0].mean() < 65
    with pytest.raises(KeyError, match="25OHD"):
        run["PTH"]


def test_the_same_seed_draws_the_same_people_whatever_their_number():
    few, many = cf.population(n=10, seed=3), cf.population(n=5000, seed=3)
    assert (few.age == many.age[:10]).all()
    assert (few.logs["CL25"] == many.logs["CL25"][:10]).all()
    assert (cf.population(n=10, seed=4).age != few.age).all()


def test_drawn_people_are_as_asked():
    people = cf.population(
        n=4000,
        female=0.3,
        age={"mean": 60, "sd": 7, "min": 50, "max": 75},
        bmi={"mean": 28, "sd": 5},
        skin={1: 0.25, 6: 0.75},
    )
    assert people.female.mean() == pytest.approx(0.3, abs=0.03)
    assert people.age.mean() == pytest.approx(60.6, abs=0.7)
    assert (people.age.min(), people.age.max()) >= (50, 50)
    assert people.age.max() <= 75
    assert people.bmi.mean() == pytest.approx(28, abs=0.35)
    assert people.bmi.std() == pytest.approx(5, rel=0.08)
    assert set(people.skin) == {1, 6}
    assert (people.skin == 6).mean() == pytest.approx(0.75, abs=0.03)
    assert people.postmenopausal[people.female].mean() > 0.9
    assert not people.postmenopausal[~people.female].any()


def test_intakes_have_the_mean_asked_for_and_go_together():
    people = cf.population(n=4000, intake={"magnesium": "320 mg", "calcium": {"mean": "900 mg", "sd": "200 mg"}})
    magnesium, calcium = people.intake["magnesium"], people.intake["calcium"]
    assert magnesium.mean() == pytest.approx(320, rel=0.02)
    assert (calcium.mean(), calcium.std()) == (pytest.approx(900, rel=0.02), pytest.approx(200, rel=0.06))
    assert np.corrcoef(np.log(magnesium), np.log(calcium))[0, 1] == pytest.approx(0.7 * 0.6, abs=0.05)


def test_arms_are_paired_person_by_person():
    people = cf.population(n=100, latitude=52, baseline={"25OHD": {"mean": 48, "sd": 18, "unit": "nmol/L"}})
    start = date(2026, 10, 15)
    placebo = cf.simulate(people, cf.regimen(), days=56, times=[0, 56], start=start)["25OHD"]
    treated = cf.simulate(people, cf.regimen("vitamin_d D3 1000 IU daily"), days=56, times=[0, 56], start=start)[
        "25OHD"
    ]
    assert (placebo[:, 0] == treated[:, 0]).all()
    assert (treated[:, 1] > placebo[:, 1]).all()


def test_bone_mineral_is_the_change_since_the_start():
    people = cf.population(n=50, female=1, age={"mean": 66, "sd": 4})
    run = cf.simulate(
        people, cf.regimen("calcium citrate 1600 mg daily"), 365, outcomes=["bone_mineral"], times=[100, 365]
    )
    none = cf.simulate(people, cf.regimen(), 365, outcomes=["bone_mineral"], times=[0, 365])
    assert (none["bone_mineral"][:, 0] == 0).all()
    assert np.abs(none["bone_mineral"]).max() < 3
    assert (run["bone_mineral"][:, 1] > none["bone_mineral"][:, 1]).all()


def test_wrong_asks_are_refused_at_once():
    people = cf.population(n=8)
    with pytest.raises(InputError) as caught:
        cf.simulate(people, cf.regimen(), days=10, outcomes=["25OHDD"], times=[0, 20])
    assert [p.where for p in caught.value.problems] == ["outcomes", "times"]
    with pytest.raises(InputError, match=r"latitud.*latitude"):
        cf.population(n=8, latitud=52)
