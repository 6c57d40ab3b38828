"""Words of trial tables: every shipped row is read or refused with a reason, and rows never seen before as well."""

import pytest

from cofactor.errors import InputError
from cofactor.evidence import dosing
from cofactor.evidence.arms import arms, day_of_year
from cofactor.evidence.dosing import ONCE, Dose, regimen
from cofactor.evidence.observed import Measure
from cofactor.evidence.published import COLUMNS, Kind, parse, shipped
from cofactor.evidence.reasons import Rule, Why


@pytest.fixture(scope="module")
def read():
    return arms(shipped(Kind.VITAMIN_D))


def table(**cells):
    """A table of one row in the layout of the vitamin D trials."""
    columns = COLUMNS[Kind.VITAMIN_D]
    return parse(",".join(columns) + "\n" + ",".join(f'"{cells.get(c, "")}"' for c in columns), "test.csv")


NEW = {
    "trial_id": "new2026",
    "arm": "D3 2000",
    "form": "D3",
    "dose_iu_per_day": "2000",
    "dosing": "daily",
    "outcome": "25OHD",
    "unit": "ng/mL",
    "baseline_mean": "20",
    "baseline_sd": "6",
    "time_weeks": "12",
    "value_mean": "34",
    "how_known": "verified:x",
}


def test_the_core_is_that_of_the_vitamin_d_block(read):
    core = [(a.trial_id, o) for a, o in ((a, o) for a in read[0] for o in a.observations) if o.core]
    assert len(core) == 40
    assert len({trial for trial, _ in core}) == 18


def test_no_shipped_row_is_lost(read):
    found, unread = read
    assert sum(len(a.observations) for a in found) + len(unread) == len(shipped(Kind.VITAMIN_D))
    assert all(u.why for u in unread)


@pytest.mark.parametrize(
    ("words", "iu", "expected"),
    [
        ("daily", 800, [Dose("D3", 800)]),
        ("weekly 20000 IU + ~900 IU/d", 3750, [Dose("D3", 20000, 7), Dose("D3", 900)]),
        ("200000 IU then monthly 100000 IU", 3290, [Dose("D3", 2e5, ONCE), Dose("D3", 1e5, 30, 30)]),
        ("100000 IU every 4 months", 822, [Dose("D3", 1e5, 120)]),
        ("single 600000 IU", None, [Dose("D3", 6e5, ONCE)]),
        ("50,000 IU twice monthly", 3290, [Dose("D3", 50000, 15)]),
        ("weekly", 1000, [Dose("D3", 7000, 7)]),
        ("fortnightly 50000 IU", None, [Dose("D3", 50000, 14)]),
        ("every 3 months 100000 IU", None, [Dose("D3", 1e5, 91.5)]),
        ("daily 25 µg", None, [Dose("D3", 1000)]),
        ("50,000 IU weekly for 8 weeks then 50,000 IU monthly", None, [Dose("D3", 5e4, 7), Dose("D3", 5e4, 30, 56)]),
        ("daily, after 2 y of 800 IU", 2000, [Dose("D3", 800, 1, -730, 0), Dose("D3", 2000)]),
    ],
)
def test_doses_as_people_write_them(words, iu, expected):
    found = regimen(("D3",), words, iu, 365).doses
    assert [(d.amount, d.first_day) for d in found] == [(d.amount, d.first_day) for d in expected]
    assert [d.every_days for d in found] == pytest.approx([d.every_days for d in expected], rel=0.02)


def test_forms():
    assert dosing.forms_of("D2+D3") == ("D2", "D3")
    assert dosing.forms_of("placebo") == ()
    assert dosing.forms_of("D3+Ca") == ("D3",)
    assert dosing.forms_of("Mg") == ()
    assert dosing.forms_of("UVB") is None


def test_minerals_beside_vitamin_d_are_given_too():
    (arm,), _ = arms(table(**{**NEW, "form": "D3+Mg", "dosing": "daily 2000 IU + 360 mg Mg"}))
    assert dict(arm.beside) == {"sup_Mg": pytest.approx(360 / 24.305), "n_sMg": 2}
    assert [d.amount for d in arm.regimen.doses] == [2000]
    (alone,), _ = arms(table(**{**NEW, "form": "Mg", "dose_iu_per_day": "", "dosing": "360 mg Mg daily"}))
    assert dict(alone.beside)["sup_Mg"] > 14
    assert not any(o.core for o in alone.observations)


def test_a_row_never_seen_before_is_read_in_its_own_units():
    (arm,), unread = arms(table(**NEW))
    assert not unread
    assert arm.baseline == pytest.approx(20 * 2.496, rel=1e-3)
    assert arm.baseline_sd == pytest.approx(6 * 2.496, rel=1e-3)
    (o,) = arm.observations
    assert (o.measure, o.core, o.day) == (Measure.LEVEL, True, 84)
    assert o.value == pytest.approx(34 * 2.496, rel=1e-3)
    assert [f.rule for f in arm.filled] == [Rule.LATITUDE]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"outcome": "grip strength"}, Why.OUTCOME),
        ({"value_mean": ""}, Why.NO_VALUE),
        ({"time_weeks": ""}, Why.NO_TIME),
        ({"form": "Mg"}, Why.FORM),
        ({"unit": "furlongs"}, Why.UNIT),
        ({"dose_iu_per_day": "", "dosing": "as needed"}, Why.NO_DOSE),
    ],
)
def test_a_row_that_cannot_be_simulated_says_why(change, why):
    found, (unread,) = arms(table(**{**NEW, **change}))
    assert not found
    assert unread.why is why


def test_a_missing_baseline_is_filled_by_a_stated_rule():
    (arm,), _ = arms(table(**{**NEW, "baseline_mean": "", "population": "adults, 25(OH)D <20 ng/mL"}))
    assert arm.baseline == pytest.approx(0.8 * 20 * 2.496, rel=1e-3)
    (arm,), _ = arms(table(**{**NEW, "baseline_mean": ""}))
    assert arm.baseline == 55
    assert arm.filled[-1].rule is Rule.USUAL


def test_seasons_turn_over_at_the_equator():
    assert day_of_year("Oct 2006", 53) == 288
    assert abs(day_of_year("winter", -38) - day_of_year("winter", 38)) == 182
    assert day_of_year("year-round", 50) is None


def test_a_file_that_is_no_trial_table_is_refused():
    with pytest.raises(InputError) as refused:
        parse("a,b\n1,2\n", "x.csv")
    assert "trial_id" in str(refused.value)
