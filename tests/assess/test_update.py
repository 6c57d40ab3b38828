"""The update from labs: calibrated, exact where that can be computed, and honest where data and model disagree."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from cofactor.assess.forecast import trajectories
from cofactor.assess.update import KEPT, SOUGHT, SURPRISE, Unused, posterior, reading_sd
from cofactor.person.body import live, members, past, present, settle, subject
from cofactor.person.case import parse_case
from cofactor.report.build import build
from cofactor.report.words import Words

ANNA = {
    "cofactor": 1,
    "person": {"sex": "female", "age": 58, "weight": "72 kg", "height": "165 cm", "skin": 2},
    "place": {"latitude": 48.9, "country": "FR"},
    "diet": {"totals": {"vitamin_d": "3 µg"}},
    "today": "2026-03-01",
}
TWO_WINTERS = (("2025-02-20", 27), ("2025-08-25", 52), ("2026-02-15", 25))


def case(*labs, **parts):
    """Anna with results of 25(OH)D in nmol/L, or (date, value, analyte, unit)."""
    rows = [
        dict(zip(("date", "value", "analyte", "unit"), (*row, "25OHD", "nmol/L")[: max(len(row), 4)], strict=False))
        for row in labs
    ]
    return parse_case(ANNA | parts | {"labs": rows})


def band(found, day):
    """5, 50 and 95 % of 25(OH)D on a day from today."""
    run = trajectories(found, [present(found.members.subject)], 180.0, ("25OHD",))
    return np.percentile(run.on("25OHD", day), [5, 50, 95])


@pytest.fixture(scope="module")
def bench():
    path = Path(__file__).parents[2] / "bench" / "lab_update.py"
    spec = importlib.util.spec_from_file_location("lab_update", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["lab_update"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["lab_update"]


def test_bands_hold_the_truth_nine_times_in_ten(bench):
    """Simulation-based calibration, the smaller form of bench/lab_update.py (docs/labs.md has the full figures).

    40 people and three correlated days: the share has a standard error of about 5 %.
    """
    found = bench.study(40, seed=3)
    for outcome, share in found.coverage().items():
        assert 0.78 <= share <= 0.99, outcome
    assert np.abs(found.ranks.mean(axis=(0, 1)) - 0.5).max() < 3.5 / math.sqrt(12 * 40)  # standard error of a mean rank
    assert found.effective.min() >= SOUGHT
    assert (found.counted == 1).mean() > 0.95


def test_the_update_agrees_with_brute_force():
    """20,000 bodies from the prior, weighted by the likelihood written out here, against 600 well-chosen ones."""
    anna = case(*TWO_WINTERS)
    of = subject(anna)
    everyone = members(of, np.random.default_rng(9).standard_normal((20_000, len(of.names))))
    history = past(of, 600)
    days = [float((r.date - anna.today).days) for r in anna.labs]
    levels, state = live(everyone, settle(everyone, history[0]), history, 0.0, days, ("25OHD",))
    distance = [math.log(r.value) - np.log(levels[:, i, 0]) for i, r in enumerate(anna.labs)]
    weight = np.exp(-0.5 * sum((d / reading_sd(anna.labs[0], anna)) ** 2 for d in distance))
    order = np.argsort(state_25ohd(everyone, state))
    cumulated = np.cumsum(weight[order]) / weight.sum()
    exact = state_25ohd(everyone, state)[order][np.searchsorted(cumulated, [0.05, 0.5, 0.95])]
    assert band(posterior(anna), 0.0) == pytest.approx(exact, rel=0.04)


def state_25ohd(of, state):
    values, _ = live(of, state, [present(of.subject)], 1.0, [0.0], ("25OHD",))
    return values[:, 0, 0]


def test_two_winters_of_labs_narrow_the_band_and_move_it():
    before, after = posterior(case()), posterior(case(*TWO_WINTERS))
    for day in (0.0, 90.0, 180.0):
        low, middle, high = band(before, day)
        low_after, middle_after, high_after = band(after, day)
        assert math.log(high_after / low_after) < 0.75 * math.log(high / low)
        assert middle_after < middle  # she reads lower than people like her
    low, _, high = band(after, 0.0)
    assert low < 25 * 1.1  # her last winter result lies in the band
    assert high > 25
    assert not after.disagrees


def test_more_labs_narrow_more():
    widths = [math.log(np.divide(*band(posterior(case(*TWO_WINTERS[-n:])), 90.0)[[2, 0]])) for n in (1, 3)]
    assert widths[1] < widths[0]


def test_a_case_and_a_seed_give_the_same_bodies():
    one, two = posterior(case(*TWO_WINTERS)), posterior(case(*TWO_WINTERS))
    assert np.array_equal(one.members.vectors, two.members.vectors)
    assert len(one.members) == KEPT
    assert not np.array_equal(one.members.vectors, posterior(case(*TWO_WINTERS), seed=2).members.vectors)


@pytest.mark.parametrize("value", [250, 900])
def test_a_wild_lab_is_said_to_disagree_and_is_not_fitted_at_any_price(value):
    usual, found = posterior(case()), posterior(case(("2026-02-15", value)))
    assert found.disagrees
    assert found.surprise < SURPRISE
    assert found.doubtful == ("25OHD",)
    assert found.withholds == ("vitamin_d",)
    assert 0 < found.counted < 0.2
    assert band(usual, 0.0)[1] < band(found, 0.0)[1] < value / 2
    assert np.isfinite(band(found, 180.0)).all()


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_dose_is_planned_from_labs_that_disagree(lang):
    """200 nmol/L in February without a supplement: a slip, or a supplement that was not named. No more on top of it."""
    anna = case(("2026-02-15", 200))
    report = build(anna)
    assert "vitamin_d" not in {item.nutrient for item in report.plan.items}
    withheld = next(w for w in report.plan.withheld if w.nutrient == "vitamin_d")
    assert withheld.why.key == "withheld.labs_disagree"
    assert "25(OH)D" in Words(lang, report.gates).withheld(withheld)


def test_labs_that_contradict_each_other_disagree():
    found = posterior(case(("2026-02-15", 30), ("2026-02-16", 120)))
    assert found.disagrees
    assert found.withholds == ("vitamin_d",)


def test_the_analyte_at_fault_is_named_and_others_are_not():
    found = posterior(case(("2026-02-15", 30), ("2026-02-15", 0.3, "Mg_serum", "mmol/L")))
    assert found.doubtful == ("Mg_serum",)
    assert found.withholds == ("magnesium",)


def test_an_ordinary_lab_disagrees_with_nothing():
    found = posterior(case(("2026-02-15", 30)))
    assert not found.disagrees
    assert (found.counted, found.doubtful, found.withholds) == (1.0, (), ())


@pytest.mark.parametrize(("value", "moves"), [("<20", -1), (">60", 1), ("<400", 0), (">5", 0)])
def test_open_results_move_only_where_they_say_something(value, moves):
    usual, found = band(posterior(case()), 0.0)[1], band(posterior(case(("2026-02-15", value))), 0.0)[1]
    if moves:
        assert moves * math.log(found / usual) > 0.2
    else:
        assert found == pytest.approx(usual, rel=0.06)


def test_what_does_not_enter_is_listed_with_the_reason():
    found = posterior(
        case(
            ("2026-02-15", 30),
            ("2023-02-15", 40),
            ("2026-02-15", 60, "ALP", "U/L"),
            ("2026-02-15", 0, "25OHD2", "nmol/L"),
            ("2026-02-15", 400, "dp_ucMGP", "pmol/L"),
        )
    )
    assert [(r.analyte, r.value) for r in found.used] == [("25OHD", 30), ("dp_ucMGP", 400)]
    assert [(r.analyte, reason) for r, reason in found.unused] == [
        ("25OHD", Unused.OLD),
        ("ALP", Unused.NOT_MODELLED),
        ("25OHD2", Unused.ZERO),
    ]


def test_labs_are_read_over_the_doses_of_their_time():
    """The same level with a supplement that began before it speaks of a faster loss than without one."""
    dose = {"nutrient": "vitamin_d", "form": "D3", "amount": "2000 IU", "since": "2025-09-01", "when": "breakfast"}
    with_it, without = posterior(case(("2026-02-15", 45), supplements=[dose])), posterior(case(("2026-02-15", 45)))
    loss = [np.median(p.members.constants["CL25"]) for p in (with_it, without)]
    assert loss[0] > loss[1] * 1.1


def test_hundreds_of_labs_are_no_trouble():
    found = posterior(case(*[("2026-02-15", 31)] * 150))
    assert not found.disagrees
    assert band(found, 0.0)[1] == pytest.approx(31, rel=0.05)
