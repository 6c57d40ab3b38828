"""Mineral trials as rows: what is read from words, and the published results that come out."""

import pytest

from cofactor.evidence import minerals
from cofactor.evidence.layer import draws
from cofactor.evidence.mineral_words import _dose_mmol
from cofactor.evidence.published import COLUMNS, Kind, Row, parse, shipped


@pytest.fixture(scope="module")
def found():
    rows, unread = minerals.read(shipped(Kind.MINERAL))
    return {(r.row.text("trial_id"), r.row.text("arm"), r.row.text("outcome"), r.row.time_days): float(v.value[0])
            for r, v in zip(rows, minerals.predict(rows, draws()), strict=True)}, unread  # fmt: skip


def row(**cells):
    columns = COLUMNS[Kind.MINERAL]
    return parse(",".join(columns) + "\n" + ",".join(f'"{cells.get(c, "")}"' for c in columns), "test.csv")


def test_rows_are_read_or_refused_with_a_reason(found):
    values, unread = found
    assert len(values) + len(unread) == len(shipped(Kind.MINERAL))
    assert len(values) > 60
    assert all(u.why for u in unread)


def test_hambidge_zinc(found):
    """Published predictions of the trivariate model (Hambidge 2008): 6.4 mg a day in both."""
    values, _ = found
    assert values["hambidge2008", "40 mg Zn, 0 phytate", "absorbed Zn", None] == pytest.approx(6.4, abs=0.1)
    assert values["hambidge2008", "100 mg Zn, 900 mg phytate", "absorbed Zn", None] == pytest.approx(6.4, abs=0.1)


def test_heaney_absorption(found):
    """True absorption of two loads (Heaney 1990)."""
    values, _ = found
    assert values["heaney1990", "15 mg load", "true Ca absorption", 1] == pytest.approx(0.64, abs=0.06)
    assert values["heaney1990", "500 mg load", "true Ca absorption", 1] == pytest.approx(0.286, abs=0.04)


def test_magnesium_in_a_vein_turns_its_sign_with_depletion(found):
    """Fatemi 1991: PTH 28 to 13 ng/L replete, 15 to 19 depleted."""
    values, _ = found
    assert values["fatemi1991", "iv Mg before diet", "PTH", 0.02] < 28 * 0.7
    assert values["fatemi1991", "iv Mg after diet", "PTH", 0.02] > 15


def test_a_new_row_in_conventional_units():
    rows, unread = minerals.read(
        row(trial_id="new", arm="Mg citrate", intervention="300 mg Mg/d", dose_per_day="300", dose_unit="mg",
            form="citrate", duration_days="84", outcome="serum Mg", unit="mg/dL", baseline_mean="2.0",
            time_days="84", value_mean="2.1", how_known="verified:x")
    )  # fmt: skip
    assert not unread
    (value,) = minerals.predict(rows, draws())
    assert 2.02 < value.value[0] < 2.2


def test_the_unit_of_a_dose_is_that_of_its_column():
    """Words may name another: 12 mg on a diet of less than 1 mEq is not 12 mEq (Fatemi 1991)."""
    said = {"dose_per_day": "12", "dose_unit": "mg", "intervention": "diet <1 mEq Mg/d"}
    assert _dose_mmol(Row(Kind.MINERAL, 1, said), "magnesium") == pytest.approx(12 / 24.305, rel=1e-3)
    for unit, words in (("mEq", "magnesium chloride"), ("", "magnesium chloride 12 mEq")):
        row = Row(Kind.MINERAL, 1, {**said, "dose_unit": unit, "intervention": words})
        assert _dose_mmol(row, "magnesium") == pytest.approx(6.0)
