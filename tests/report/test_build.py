"""The report gathers every stage of a run: both futures, both kinds of status, what was not known, what it rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from cofactor.person.case import load_case
from cofactor.report.build import build

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def anna():
    return build(load_case(EXAMPLES / "anna.yaml"))


def test_the_same_case_gives_the_same_report(anna):
    again = build(load_case(EXAMPLES / "anna.yaml"))
    assert again.plan == anna.plan
    assert again.bands == anna.bands


def test_both_futures_begin_at_the_same_today(anna):
    today = {u: {b.outcome: b.p50 for b in anna.bands if b.under == u and b.days == 0} for u in ("now", "plan")}
    assert today["now"].keys() == today["plan"].keys()
    for outcome in ("25OHD", "Mg_serum", "PTH"):
        assert today["now"][outcome] == pytest.approx(today["plan"][outcome], rel=1e-3)


def test_estimates_in_the_status_are_those_of_the_forecast(anna):
    row = next(r for r in anna.status if r.id == "25OHD" and r.basis == "estimate")
    band = next(b for b in anna.bands if b.outcome == "25OHD" and b.under == "now" and b.days == 0)
    assert (row.low, row.value, row.high) == (band.p05, band.p50, band.p95)


def test_what_the_case_does_not_say_is_named(anna):
    named = {(r.key, *r.values.values()) for r in anna.unknown}
    assert ("unknown.lab", "creatinine") in named
    assert ("unknown.lab", "25OHD") not in named
    assert ("unknown.question", "diabetes") in named
    assert ("unknown.question", "kidney_stones") not in named
    assert not any(key == "unknown.sun" for key, *_ in named)


def test_the_sources_of_every_limit_and_gate_are_listed(anna):
    assert len(set(anna.sources)) == len(anna.sources)
    for item in anna.plan.items:
        assert set(item.sources) <= set(anna.sources)
    for gate in anna.gates.gates:
        assert gate.source is None or gate.source in anna.sources


def test_a_person_outside_of_the_trials_is_told_so():
    pregnant = build(load_case(EXAMPLES / "pregnant.yaml"))
    assert "unknown.not_validated.pregnant" in {r.key for r in pregnant.unknown}
