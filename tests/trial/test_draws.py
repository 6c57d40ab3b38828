"""Draws by person: the published generator, the distributions, and independence of order."""

from __future__ import annotations

import numpy as np
import pytest

from cofactor.trial import draws

# Known answers of Random123 (kat_vectors, philox4x32 10), as published with Salmon 2011.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_the_generator_is_the_published_one(counter, key, answer):
    words = draws.philox(tuple(np.array([c], np.uint32) for c in counter), key)
    assert tuple(int(w[0]) for w in words) == answer


def test_a_draw_depends_on_seed_person_and_name_alone():
    people = np.arange(1000)
    whole = draws.normal(7, people, "CL25")
    order = np.random.default_rng(0).permutation(1000)
    assert (draws.normal(7, people[order], "CL25") == whole[order]).all()
    assert (draws.normal(7, people[417:418], "CL25") == whole[417]).all()
    for seed, who, name in ((8, people, "CL25"), (7, people, "size"), (7, people + 1000, "CL25")):
        other = draws.normal(seed, who, name)
        assert abs(np.corrcoef(whole, other)[0, 1]) < 0.1


def test_seeds_of_64_bits_differ_in_their_upper_half():
    people = np.arange(10)
    assert (draws.uniform(1, people, "x") != draws.uniform(1 + 2**32, people, "x")).all()


def test_normal_numbers_are_standard_normal():
    z = np.sort(draws.normal(1, np.arange(100_000), "z"))
    assert abs(z.mean()) < 0.013  # 4 standard errors
    assert abs(z.std() - 1) < 0.009
    # Quantiles of the standard normal distribution (Abramowitz & Stegun table 26.1), 4 standard errors each.
    quantiles = ((0.001, -3.0902, 0.12), (0.05, -1.6449, 0.027), (0.5, 0, 0.016), (0.99, 2.3263, 0.05))
    for share, quantile, error in quantiles:
        assert z[int(share * 100_000)] == pytest.approx(quantile, abs=error)


@pytest.mark.parametrize(("mean", "concentration"), [(0.92, 10), (0.5, 2), (0.05, 10), (0.9, 40), (0.5, 0.5)])
def test_beta_numbers_have_the_moments_of_the_distribution(mean, concentration):
    x = draws.beta(3, np.arange(100_000), "adherence", mean, concentration)
    sd = np.sqrt(mean * (1 - mean) / (concentration + 1))
    assert ((x >= 0) & (x <= 1)).all()
    assert x.mean() == pytest.approx(mean, abs=4 * sd / np.sqrt(1e5))
    assert x.std() == pytest.approx(sd, rel=0.02)


def test_full_and_no_adherence_are_exact():
    assert (draws.beta(1, np.arange(5), "adherence", 1.0, 10) == 1).all()
    assert (draws.beta(1, np.arange(5), "adherence", 0.0, 10) == 0).all()
