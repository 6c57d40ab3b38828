"""Sobol indices: what theory asks of them, what physiology expects, and one case that can be worked out by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from cofactor.errors import InputError
from cofactor.evidence.sensitivity import OUTCOMES, factors, sobol
from cofactor.faces.cli import main
from cofactor.person.case import parse_dose

SAMPLES = 64


@pytest.fixture(scope="module")
def found():
    return sobol(OUTCOMES, parse_dose("vitamin_d D3 1000 IU"), samples=SAMPLES)


def test_every_factor_is_judged_with_an_interval(found):
    for rows in found.values():
        assert {r.factor for r in rows} == {f.name for f in factors()}
        assert all(np.isfinite([r.first, r.first_error, r.total, r.total_error]).all() for r in rows)
        assert [r.total for r in rows] == sorted((r.total for r in rows), reverse=True)


def test_first_order_is_no_larger_than_total_beyond_its_error(found):
    for rows in found.values():
        for r in rows:
            assert r.first <= r.total + r.first_error + r.total_error + 0.05


def test_first_orders_add_to_no_more_than_one_beyond_their_error(found):
    for rows in found.values():
        error = np.sqrt(sum(r.first_error**2 for r in rows))
        assert sum(r.first for r in rows) < 1 + 2 * error


def test_physiology_shows_at_the_top(found):
    top = {outcome: [r.factor for r in rows[:4]] for outcome, rows in found.items()}
    assert "CL25" in top["25OHD"]
    assert "food_magnesium" in top["Mg_serum"]
    assert "food_calcium" in top["Ca_urine"]
    assert "food_magnesium" not in top["25OHD"]


def test_the_same_call_gives_the_same_indices(found):
    again = sobol(("Mg_serum",), parse_dose("vitamin_d D3 1000 IU"), samples=SAMPLES)
    assert again["Mg_serum"] == found["Mg_serum"]


@pytest.mark.parametrize(("outcomes", "samples"), [(("25OHd",), 64), (OUTCOMES, 100), (OUTCOMES, 0)])
def test_what_cannot_be_asked_is_refused(outcomes, samples):
    with pytest.raises(InputError):
        sobol(outcomes, samples=samples)


def test_the_command_prints_and_answers_json():
    asked = ["sensitivity", "--outcome", "Mg_serum", "--samples", "16"]
    assert "±" in CliRunner().invoke(main, [*asked, "--lang", "fr"]).output
    rows = json.loads(CliRunner().invoke(main, [*asked, "--json"]).output)["outcomes"]["Mg_serum"]
    assert {"factor", "first", "first_error", "total", "total_error"} <= rows[0].keys()
