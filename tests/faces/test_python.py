"""The Python interface: a case in, values out, files written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cofactor as cf

ANNA = Path(__file__).parents[2] / "examples" / "anna.yaml"


@pytest.fixture(scope="module")
def case():
    return cf.load_case(ANNA)


def test_a_plan_writes_itself(case, tmp_path):
    plan = cf.plan(case)
    written = json.loads(plan.to_json(tmp_path / "result.json", lang="fr").read_text(encoding="utf-8"))
    assert written["plan"]["items"][0]["nutrient"] == plan.plan.items[0].nutrient
    assert plan.to_ics(tmp_path / "schedule.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
    assert str(plan) == plan.summary("en")
    assert plan.to_html(tmp_path / "report.html", lang="fr").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [path.name for path in plan.to_folder(tmp_path / "all")] == ["report.html", "result.json", "schedule.ics"]
    assert cf.cite(plan).startswith("@misc{")


def test_status_and_forecast_are_those_of_the_plan(case):
    plan = cf.plan(case)
    assert cf.status(case) == plan.status
    assert cf.forecast(case, days=365) == tuple(b for b in plan.bands if b.under == "now")


def test_a_dose_that_is_added_has_a_future_of_its_own(case):
    bands = cf.forecast(case, days=84, add=["vitamin_d D3 2000 IU at dinner"])
    last = {b.under: b.p50 for b in bands if b.outcome == "25OHD" and b.days == 84}
    assert last["plan"] > last["now"]


def test_a_dose_that_cannot_be_read_is_refused(case):
    with pytest.raises(cf.InputError, match="got"):
        cf.forecast(case, add=["two of the white ones"])


def test_a_stage_does_not_take_the_place_of_the_function_of_its_name():
    import cofactor.plan.types

    assert callable(cf.plan)
    assert cofactor.plan is cf.plan
