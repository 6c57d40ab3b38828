"""The fitted rows of exposure.csv are what the kept script finds with the model's present constants."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from cofactor.engine.generate import human
from cofactor.engine.solve import Change, Event, solve
from cofactor.person import exposure


@pytest.fixture(scope="module")
def tool():
    path = Path(__file__).parents[2] / "tools" / "fit_skin.py"
    spec = importlib.util.spec_from_file_location("fit_skin", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["fit_skin"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["fit_skin"]


@pytest.fixture(scope="module")
def rows(tool):
    return tool.fit()


@pytest.mark.parametrize("row", ["skin_yield", "skin_yield_error", "residual_supply"])
def test_table_holds_what_the_fit_finds(rows, row):
    found, spread = rows[row]
    assert exposure.value(row) == pytest.approx(found, rel=0.02)
    if spread is not None:
        assert exposure.log_sd(row) == pytest.approx(spread, abs=0.02)


def test_season_of_the_cohorts_that_carry_the_fit(tool):
    for cohort in (tool.COHORTS[0], tool.COHORTS[3]):
        levels, _ = tool.seasons(cohort, exposure.value("skin_yield"))
        seen = cohort.seen[0] - cohort.seen[1]
        assert levels[0] - levels[1] == pytest.approx(seen, abs=np.hypot(*cohort.sd))
        assert levels.mean() == pytest.approx(np.mean(cohort.seen), abs=1e-6)


def test_american_season_was_not_fitted_and_comes_out(tool):
    assert 5.2 < tool.us_half_amplitude(exposure.value("skin_yield")) < 11.4  # four cohorts, Heaney 2013


def test_rest_is_a_rest(tool):
    kinetics = tool.Kinetics(26.5)
    blood, supply = kinetics.rest(50.0)
    rates = kinetics.rates(np.array([supply]), *np.array([[blood], [blood], [blood], [50.0]]))
    assert np.abs(rates).max() < 1e-12


def test_year_agrees_with_a_stiff_integrator(tool):
    kinetics = tool.Kinetics(26.5)
    days = (np.arange(tool.POINTS) + 0.5) * tool.PIECE_DAYS
    seasonal = 10 * (1 - np.cos(2 * np.pi * (days - 20) / 365))
    course, residual = tool.year(kinetics, seasonal, np.full(tool.POINTS, 1 / tool.POINTS), 55.0)
    blood, _ = kinetics.rest(55.0)
    end = tool.integrate(
        kinetics,
        lambda t: residual + 10 * (1 - np.cos(2 * np.pi * (t - 20) / 365)),
        np.array([blood, blood, blood, 55.0]),
        365.0 * 15 + days[0],
    )
    assert end[3] == pytest.approx(course[0], abs=0.05)


def test_the_whole_model_has_the_same_seasons(tool):
    cohort, skin_yield, years = tool.COHORTS[0], exposure.value("skin_yield"), 6
    levels, residual = tool.seasons(cohort, skin_yield)
    dose = tool.nmol(skin_yield) * tool.sun_doses(cohort)
    supply = dose.mean() + exposure.value("vitamin_d.absorbed") * tool.nmol(cohort.diet_ug) + residual
    program = human()
    constants = program.parameters(1, {"S_D3": np.array([supply]), "size": np.array([cohort.bmi / 26.5])})
    starts = np.arange(years * tool.POINTS) * float(tool.PIECE_DAYS)
    steps = zip(starts, np.tile(dose - dose.mean(), years), strict=True)
    events = [Event(float(day), "sun_D3", Change.SET, float(nmol)) for day, nmol in steps]
    middles = starts[-tool.POINTS :] + tool.PIECE_DAYS / 2
    course = np.asarray(solve(program, constants, times=middles, outcomes=["D25"], events=events).values)[0, :, 0]
    seen = [tool.window(*months) @ course for months in cohort.windows]
    assert seen == pytest.approx(levels, abs=0.5)


def test_pooling_widens_where_sources_disagree(tool):
    mean, error, between = tool.pool(np.array([0.0, 0.0]), np.array([0.1, 0.1]))
    assert (mean, between) == (0, 0)
    assert error == pytest.approx(0.1 / 2**0.5)
    _, wider, between = tool.pool(np.array([-1.0, 1.0]), np.array([0.1, 0.1]))
    assert between > 1
    assert wider == pytest.approx(1.0, rel=0.05)
