"""Calibration: the shipped values are where the fit comes to rest, and the shipped ensemble is from the posterior."""

import numpy as np
import pytest

from cofactor.evidence import calibrate
from cofactor.evidence.problem import data, moved, problem
from cofactor.evidence.sampler import sample
from cofactor.evidence.validate import posterior_sets
from cofactor.model.posterior import ensemble
from cofactor.model.tables import parameters


@pytest.fixture(scope="module")
def shipped():
    """The shipped values on the prior's scales."""
    from cofactor.evidence.layer import layer

    value = {p.id: p.value for p in parameters()} | {r.id: r.value for r in layer().values()}
    return np.array([m.inward(value[m.id]) for m in moved()])


def cost(at):
    return 0.5 * float((problem().residuals(at[None], data().used) ** 2).sum())


def test_a_fit_that_begins_at_the_shipped_values_stays_there(shipped):
    again = calibrate.fit(problem(), start=shipped, steps=3)
    assert cost(shipped) - again.cost < 0.5
    off = np.abs(again.at - shipped) / problem().sd
    assert np.median(off) < 0.05


def test_the_shipped_values_are_far_more_probable_than_the_priors(shipped):
    assert cost(problem().mean) - cost(shipped) > 50


def test_every_number_that_moves_is_in_the_ensemble():
    sets = posterior_sets()
    assert sets.keys() == {m.id for m in moved()}
    assert all(len(v) == len(ensemble()) == calibrate.MEMBERS for v in sets.values())
    assert all((v > 0).all() for v in sets.values())


def test_members_are_as_probable_as_members_of_the_posterior_should_be(shipped):
    """Twice the cost above the best is about chi-square with one degree of freedom per number that moves."""
    values = posterior_sets()
    at = np.array([[m.inward(values[m.id][k]) for m in moved()] for k in range(0, calibrate.MEMBERS, 8)])
    above = np.array([cost(row) for row in at]) - cost(shipped)
    assert 0.3 * len(moved()) / 2 < np.median(above) < 2 * len(moved()) / 2


def test_members_hold_nearly_all_acceptance_tests():
    from cofactor.evidence.acceptance import tests, values

    sets = {n: v[::8] for n, v in posterior_sets().items() if n in {p.id for p in parameters()}}
    read = values(sets)
    held = np.array([[t.low <= v <= t.high for t, v in zip(tests(), row, strict=True)] for row in read])
    assert held.sum(axis=1).min() >= len(tests()) - 6


def test_the_sampler_finds_a_posterior_that_is_known():
    """A Gaussian with a correlation of 0.8, cut off at 0 on one side."""
    covariance = np.array([[1.0, 0.8], [0.8, 1.0]])
    inverse = np.linalg.inv(covariance)

    def density(x):
        return np.where(x[:, 0] > 0, -0.5 * np.einsum("ni,ij,nj->n", x, inverse, x), -1e9)

    sets, accepted = sample(density, np.zeros(2), 2 * np.eye(2), 2000, seed=3)
    assert 0.1 < accepted < 0.6
    assert (sets[:, 0] > 0).all()
    assert sets[:, 0].mean() == pytest.approx(np.sqrt(2 / np.pi), abs=0.06)  # half-normal
    assert sets[:, 1].mean() == pytest.approx(0.8 * np.sqrt(2 / np.pi), abs=0.08)


def test_the_report_says_what_the_data_know():
    import csv
    from importlib.resources import files

    text = files("cofactor.model").joinpath("calibration.csv").read_text(encoding="utf-8")
    rows = {r["id"]: r for r in csv.DictReader(text.splitlines())}
    assert rows.keys() == {m.id for m in moved()}
    assert rows["Vmax25"]["known_by"] == "data"
    assert all(
        float(r["low"]) < float(r["value"]) * 1.2 and float(r["high"]) > float(r["value"]) * 0.8 for r in rows.values()
    )
