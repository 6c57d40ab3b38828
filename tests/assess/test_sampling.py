"""Importance sampling against cases that have an exact answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cofactor.assess.sampling import (
    Line,
    Pool,
    Proposal,
    _chi_square_tail,
    effective,
    fit_line,
    largest_power,
    normals,
    resample,
)

SLOPE = np.array([[0.4, 0.0, 0.2], [0.0, 0.3, 0.3]])
AT, READ, NOISE = np.array([4.0, 1.0]), np.array([4.5, 0.7]), np.array([0.1, 0.2])


def levels(vectors):
    return AT + vectors @ SLOPE.T


def log_likelihood(vectors):
    return (-0.5 * ((READ - levels(vectors)) / NOISE) ** 2).sum(axis=1)


def exact():
    """Mean and covariance of the traits of a linear model with normal noise (textbook formula)."""
    precision = np.eye(3) + SLOPE.T @ np.diag(1 / NOISE**2) @ SLOPE
    covariance = np.linalg.inv(precision)
    return covariance @ SLOPE.T @ ((READ - AT) / NOISE**2), covariance


def test_normals_come_in_opposite_pairs():
    drawn = normals(1000, 4, seed=3)
    assert drawn.shape == (1000, 4)
    assert np.abs(drawn.mean(axis=0)).max() < 1e-12
    assert stats.kstest(drawn[:, 0], "norm").pvalue > 0.01
    assert normals(7, 2, seed=1).shape == (7, 2)


def test_density_is_that_of_the_normal():
    covariance = np.array([[2.0, 0.5], [0.5, 1.0]])
    of = Proposal(np.array([1.0, -1.0]), np.linalg.cholesky(covariance))
    at = np.array([[0.0, 0.0], [3.0, 1.0], [1.0, -1.0]])
    known = stats.multivariate_normal(of.mean, covariance).logpdf(at) + np.log(2 * np.pi)
    assert of.log_density(at) == pytest.approx(known)


def test_a_line_is_found_where_there_is_one():
    vectors = normals(5000, 3, seed=1)
    line = fit_line(vectors, levels(vectors), READ, NOISE)
    assert line.slope == pytest.approx(SLOPE, abs=1e-3)
    assert line.at == pytest.approx(AT, abs=1e-6)
    assert line.left_over == pytest.approx([0, 0], abs=1e-6)


def test_the_posterior_of_a_line_is_exact():
    mean, covariance = exact()
    found = Line(AT, SLOPE, np.zeros(2), READ, NOISE).proposal(widening=1.0)
    assert found.mean == pytest.approx(mean)
    assert found.spread @ found.spread.T == pytest.approx(covariance)


def test_a_reading_without_information_moves_nothing():
    heard = Line(AT, SLOPE, np.zeros(2), READ, np.array([0.1, np.inf]))
    alone = Line(AT[:1], SLOPE[:1], np.zeros(1), READ[:1], NOISE[:1])
    assert heard.proposal(1.0).mean == pytest.approx(alone.proposal(1.0).mean)
    assert heard.surprise() == pytest.approx(alone.surprise())


def test_surprise_is_the_prior_predictive_probability():
    covariance = SLOPE @ SLOPE.T + np.diag(NOISE**2)
    off = READ - AT
    line = Line(AT, SLOPE, np.zeros(2), READ, NOISE)
    assert line.surprise() == pytest.approx(stats.chi2(2).sf(off @ np.linalg.inv(covariance) @ off))
    alone = 2 * stats.norm.sf(np.abs(off) / np.sqrt(np.diag(covariance)))
    assert line.surprises() == pytest.approx(alone)


def test_readings_are_believed_as_far_as_they_are_possible():
    wild = Line(AT, SLOPE, np.zeros(2), READ + 3.0, NOISE)
    believed = wild.believable(1e-3)
    assert 0 < believed < 1
    assert wild.surprise(believed) == pytest.approx(1e-3, rel=0.01)
    assert Line(AT, SLOPE, np.zeros(2), READ, NOISE).believable(1e-3) == 1


@pytest.mark.parametrize("shift", [0.0, 1.5])
def test_weights_correct_any_proposal(shift):
    """A proposal in the wrong place, pooled with the prior, still gives the exact posterior."""
    mean, covariance = exact()
    wrong = Proposal(mean + shift, 1.4 * np.linalg.cholesky(covariance))
    rounds = [(Proposal.prior(3), 20_000), (wrong, 20_000)]
    vectors = np.concatenate([p.draw(n, seed) for seed, (p, n) in enumerate(rounds)])
    weights = Pool(rounds, vectors, log_likelihood(vectors)).weights()
    found = weights @ vectors
    spread = (vectors - found).T @ ((vectors - found) * weights[:, None])
    assert found == pytest.approx(mean, abs=0.06)
    assert spread == pytest.approx(covariance, abs=0.06)
    assert effective(weights) > 300


def test_too_few_draws_are_tempered_until_enough_count():
    vectors = Proposal.prior(3).draw(500, seed=2)
    pool = Pool([(Proposal.prior(3), 500)], vectors, 200 * log_likelihood(vectors))
    assert effective(pool.weights()) < 30
    power, weights = pool.tempered(30)
    assert 0 < power < 1
    assert effective(weights) == pytest.approx(30, rel=0.01)


def test_effective_number_of_equal_and_of_single_weights():
    assert effective(np.full(50, 0.02)) == pytest.approx(50)
    assert effective(np.array([1.0, 0.0, 0.0])) == pytest.approx(1)


def test_resampling_gives_each_its_weight_to_within_one():
    weights = np.random.default_rng(1).dirichlet(np.ones(40))
    count = np.bincount(resample(weights, 1000, seed=5), minlength=40)
    assert count.sum() == 1000
    assert np.abs(count - 1000 * weights).max() < 1 + 1e-9


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 11, 300])
@pytest.mark.parametrize("square", [0.0, 0.3, 7.0, 250.0, 3000.0])
def test_chi_square_tail(freedom, square):
    assert _chi_square_tail(square, freedom) == pytest.approx(stats.chi2(freedom).sf(square), rel=1e-9, abs=1e-300)


def test_the_largest_power_is_found():
    assert largest_power(lambda p: p <= 0.3) == pytest.approx(0.3, abs=1e-8)
    assert largest_power(lambda _: True) == 1
