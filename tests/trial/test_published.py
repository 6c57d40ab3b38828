"""Trials that were done: what comes out of the file that describes them lies near what was read."""

from __future__ import annotations

from pathlib import Path

import pytest

from cofactor.trial.run import run_trial

EXAMPLES = Path(__file__).parents[2] / "examples" / "trials"


def means(result, arm, outcome):
    rows = next(a for a in result.summary["arms"] if a["arm"] == arm)["outcomes"]
    return {row["days"]: row["mean"] for row in rows if row["outcome"] == outcome}


def test_three_weeks_without_magnesium_then_magnesium_into_a_vein(tmp_path):
    """Fatemi 1991: serum Mg 0.80 to 0.61 mmol/L, calcitriol 55 to 43 pmol/L, calcium 2.36 to 2.31; iv Mg halves PTH in
    the replete (28 to 13 ng/L) and raises it in the depleted (15 to 19)."""
    result = run_trial(EXAMPLES / "magnesium.yaml", tmp_path, people=160)
    low = {o: means(result, "low magnesium", o) for o in ("Mg_serum", "calcitriol", "Ca_total")}
    assert low["Mg_serum"][0] == pytest.approx(0.80, abs=0.01)
    assert low["Mg_serum"][21] == pytest.approx(0.61, abs=0.05)
    assert low["calcitriol"][0] == pytest.approx(55, abs=4)
    assert 0.70 < low["calcitriol"][21] / low["calcitriol"][0] < 0.92
    assert -0.15 < low["Ca_total"][21] - low["Ca_total"][0] < 0
    replete = means(result, "usual diet, then iv", "PTH")
    depleted = means(result, "low magnesium, then iv", "PTH")
    assert replete[21.01] / replete[21] < 0.8
    assert depleted[21.01] / depleted[21] > 1.05


def test_calcifediol_beside_vitamin_d(tmp_path):
    """Jetter 2014, 20 µg a day: calcifediol brings 25(OH)D to 2.2 to 2.8 times that on D3 (1.8 in this model)."""
    result = run_trial(EXAMPLES / "calcifediol.yaml", tmp_path, people=160)
    calcifediol, d3 = (means(result, arm, "25OHD")[105] for arm in ("calcifediol", "D3"))
    assert d3 == pytest.approx(77, abs=10)
    assert 1.7 < calcifediol / d3 < 2.8
    # D2 displaces 25(OH)D3, which falls below the start (Lehmann 2013: 36 to 17 nmol/L on 50 µg a day)
    d2 = means(result, "D2", "25OHD3")
    assert d2[105] < d2[0]


def test_calcium_after_the_menopause(tmp_path):
    """Riggs 1998: PTH 19 % below placebo after four years, more calcium in urine, bone better by 1 % (here by 3)."""
    result = run_trial(EXAMPLES / "calcium.yaml", tmp_path, people=96)
    week = 208 * 7
    pth = means(result, "calcium 1600 mg", "PTH")[week] / means(result, "placebo", "PTH")[week] - 1
    assert -0.30 < pth < -0.10
    urine = means(result, "calcium 1600 mg", "Ca_urine")[week] - means(result, "placebo", "Ca_urine")[week]
    assert 0.5 < urine < 0.25 * 1600 / 40.08  # no more than what is absorbed of it
    bone = means(result, "calcium 1600 mg", "bone_mineral")[week] - means(result, "placebo", "bone_mineral")[week]
    assert 0.3 < bone < 4


def test_one_large_dose_is_soon_spent(tmp_path):
    """Daily doses hold what a bolus loses; a day 3 above 60 nmol/L and back near the start after four months."""
    result = run_trial(EXAMPLES / "bolus.yaml", tmp_path, people=160)
    daily, once = (means(result, arm, "25OHD") for arm in ("1000 IU a day", "120 000 IU at once"))
    assert daily[0] == once[0] == pytest.approx(37.4, abs=1.5)
    assert once[3] > daily[3] + 25
    assert once[120] < daily[120]
    pth = means(result, "1000 IU a day", "PTH")
    assert pth[0] == pytest.approx(5.52, abs=0.4)
    assert pth[120] < pth[0]
