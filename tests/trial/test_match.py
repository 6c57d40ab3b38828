"""People at the start: the readings that were reported, whoever they are and whenever they start."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from cofactor.trial.design import parse_population
from cofactor.trial.match import ready
from cofactor.trial.population import draw
from cofactor.trial.simulate import observed
from cofactor.trial.study import Study
from cofactor.trial.types import Arm

PLACEBO = Arm("placebo")


def baseline(mean: float, sd: float) -> dict[str, object]:
    return {"25OHD": {"mean": mean, "sd": sd, "unit": "nmol/L"}}


def readings(of, days, outcomes=("25OHD",)):
    return observed(of, PLACEBO, float(max(days)), np.array(days, float), tuple(outcomes))


@pytest.mark.parametrize(
    ("mean", "sd", "latitude", "start"),
    [
        (15, 6, 60, date(2026, 3, 1)),
        (15, 6, 30, date(2026, 9, 1)),
        (48, 18, 52, date(2026, 10, 15)),
        (48, 18, -38, date(2026, 10, 15)),
        (48, 18, 45, None),
        (110, 30, 41, date(2026, 7, 1)),
        (110, 30, 52, date(2026, 2, 1)),
    ],
)
def test_people_read_what_was_reported(start_of, mean, sd, latitude, start):
    of = start_of(start=start, latitude=latitude, baseline=baseline(mean, sd))
    found = readings(of, [0])[:, 0, 0]
    # sampling error of 256 people, drawn in mirrored pairs; the SD of a log-normal is less certain
    assert found.mean() == pytest.approx(mean, abs=3 * sd / np.sqrt(256))
    assert found.std() == pytest.approx(sd, rel=0.2)
    assert (found > 0).all()


def test_a_year_without_treatment_leads_back_to_the_start(start_of):
    of = start_of(start=date(2026, 10, 15), latitude=52, baseline=baseline(48, 18))
    found = readings(of, [0, 365])[:, :, 0]
    change = found[:, 1] / found[:, 0] - 1
    assert abs(change.mean()) < 0.01
    assert np.abs(change).max() < 0.03


def test_people_at_the_equator_have_the_same_year_from_either_side(start_of):
    def year(latitude):
        of = start_of(count=128, start=date(2026, 3, 1), latitude=latitude, skin=2)
        return readings(of, [0, 91, 184, 275, 365])[:, :, 0].mean(axis=0)

    north, here, south = (year(latitude) for latitude in (0.01, 0.0, -0.01))
    assert np.ptp(here) < 0.03 * here.mean()  # what is left is of the sun itself
    assert north == pytest.approx(here, rel=1e-3)
    assert south == pytest.approx(here, rel=1e-3)
    ten, opposite, beyond = year(10.0), year(-10.0), year(25.0)
    assert ten[2] > 1.1 * ten[0]
    assert opposite[2] < 0.9 * opposite[0]
    assert beyond[2] - beyond[0] > 1.5 * (ten[2] - ten[0])


def test_nobody_gets_less_than_nothing_from_the_sun(start_of):
    of = start_of(count=1024, start=date(2026, 10, 15), latitude=60, baseline=baseline(48, 25))
    supply = human_constant(of, "S_D3")
    sun = of.sunlight * of.study.course.mean(axis=0)[of.people.skin - 1]
    assert (sun + of.food < supply).all()
    winter = observed(of, PLACEBO, 154.0, np.array([0, 154.0]), ("25OHD", "PTH"))
    assert (winter[:, 1, 0] > 1).all()
    assert winter[:, 1, 1].max() < 200


def test_levels_fall_in_winter_and_rise_in_summer(start_of):
    autumn = start_of(start=date(2026, 9, 15), latitude=53.5, baseline=baseline(70.9, 25))
    winter = readings(autumn, [0, 154])[:, :, 0].mean(axis=0)
    # Manchester adults, September to February: 70.9 to 45.7 nmol/L (Webb 2010)
    assert winter[1] == pytest.approx(45.7, abs=6)
    spring = start_of(start=date(2026, 3, 1), latitude=53.5, baseline=baseline(45, 15))
    summer = readings(spring, [0, 150])[:, :, 0].mean(axis=0)
    assert 1.2 < summer[1] / summer[0] < 2.2
    south = start_of(start=date(2026, 3, 1), latitude=-38, baseline=baseline(60, 20))
    fall = readings(south, [0, 150])[:, :, 0].mean(axis=0)
    assert fall[1] < fall[0]


def test_without_a_season_nothing_moves(start_of):
    found = readings(start_of(baseline=baseline(50, 18)), [0, 200], ("25OHD", "PTH", "Mg_serum"))
    assert np.abs(found[:, 1] / found[:, 0] - 1).max() < 0.02


def test_a_stay_in_the_dark_costs_what_the_sun_gave(start_of):
    of = start_of(start=date(2026, 2, 20), dark=True, latitude=-77.85, baseline=baseline(44.5, 18))
    found = readings(of, [0, 154])[:, :, 0].mean(axis=0)
    # Antarctic winter crew without supplement at its end: 34 +- 12 nmol/L (Smith 2009, baseline of the whole crew)
    assert found[1] == pytest.approx(34, abs=6)


def test_high_readings_carry_slow_clearance_and_low_ones_little_sun(start_of):
    of = start_of(count=1024, baseline=baseline(50, 18))
    reading = np.log(readings(of, [0])[:, 0, 0])
    logs = of.people.logs
    # By hand from the spreads of the vitamin D block: supply 0.40 (of which sun 0.72 of its 0.4 share), CL 0.18,
    # assay 0.08; each takes its share of the variance.
    assert -0.75 < np.corrcoef(reading, logs["CL25"])[0, 1] < -0.3
    assert 0.05 < np.corrcoef(reading, logs["assay"])[0, 1] < 0.45
    assert np.corrcoef(reading, logs["sun"])[0, 1] > 0.4


def test_people_are_the_same_in_any_order_and_company():
    design = parse_population({"latitude": 52, "baseline": baseline(48, 18)})
    study = Study(design, date(2026, 10, 15))
    whole = ready(study, draw(design, np.arange(64)))
    part = ready(Study(design, date(2026, 10, 15)), draw(design, np.arange(32, 64)))
    assert (part.parameters == whole.parameters[32:]).all()
    assert (part.states == whole.states[32:]).all()
    assert (part.sunlight == whole.sunlight[32:]).all()


@pytest.mark.parametrize(
    ("analyte", "mean", "sd", "unit", "si"),
    [
        ("PTH", 40, 15, "pg/mL", 4.244),  # 9424.6 g/mol
        ("Mg_serum", 2.0, 0.15, "mg/dL", 0.8229),  # 24.305 g/mol
        ("Ca_total", 9.3, 0.3, "mg/dL", 2.3205),  # 40.078 g/mol
        ("calcitriol", 55, 20, "pmol/L", 55),
        ("phosphate", 1.0, 0.15, "mmol/L", 1.0),
    ],
)
def test_other_analytes_are_met_as_well(start_of, analyte, mean, sd, unit, si):
    given = {**baseline(50, 18), analyte: {"mean": mean, "sd": sd, "unit": unit}}
    of = start_of(start=date(2026, 10, 15), latitude=52, baseline=given)
    found = readings(of, [0], ("25OHD", analyte))[:, 0]
    assert found[:, 0].mean() == pytest.approx(50, abs=3 * 18 / 16)
    assert found[:, 1].mean() == pytest.approx(si, abs=3 * si * sd / mean / 16)
    assert found[:, 1].std() == pytest.approx(si * sd / mean, rel=0.2)


def test_a_low_serum_magnesium_is_a_body_with_less_magnesium(start_of):
    given = {"Mg_serum": {"mean": 0.75, "sd": 0.03, "unit": "mmol/L"}}
    low, usual = start_of(baseline=given), start_of()
    factor = human_constant(low, "fTMg") / human_constant(usual, "fTMg")
    assert factor.mean() < 0.97
    # what the body cannot take on within its spread, the assay does; eight in ten need nothing beyond the study's own
    assert np.percentile(np.abs(np.log(low.reading["Mg_serum"])), 80) < 0.045


def human_constant(of, name):
    from cofactor.engine.generate import human

    return of.parameters[:, human().index[name]]
