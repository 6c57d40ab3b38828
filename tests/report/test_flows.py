"""The numbers of the system picture agree with the case, with the model's own fractions, and with each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cofactor.assess.forecast import trajectories
from cofactor.assess.types import Band
from cofactor.assess.update import posterior
from cofactor.person.body import present
from cofactor.person.case import load_case
from cofactor.report.flows import LEVELS, flows

FLOWS = {
    *(
        f"{m}_{what}"
        for m in ("Ca", "Mg", "P")
        for what in ("swallowed", "absorbed", "excreted", "to_bone", "from_bone")
    ),
    *("25OHD_made", "25OHD_cleared", "calcitriol_made", "D_swallowed", "D_skin", "Mg_on_calcitriol"),
}
ANNA = Path(__file__).parents[2] / "examples" / "anna.yaml"


@pytest.fixture(scope="module")
def of():
    return posterior(load_case(ANNA))


@pytest.fixture(scope="module")
def found(of) -> dict[tuple[str, float], Band]:
    rows = flows(of, present(of.members.subject), "now", (0.0, 84.0))
    return {(b.outcome, b.days): b for b in rows}


def test_every_level_and_flow_is_given_on_every_day(found):
    assert set(found) == {(name, day) for name in (*LEVELS, *FLOWS) for day in (0.0, 84.0)}
    assert all(b.p05 <= b.p25 <= b.p50 <= b.p75 <= b.p95 for b in found.values())


def test_what_is_swallowed_is_what_the_case_says(found):
    # examples/anna.yaml: calcium 700 mg; magnesium 240 + 300 mg; vitamin D 3 µg + 1000 IU
    assert found["Ca_swallowed", 0.0].p50 == pytest.approx(700, rel=0.03)
    assert found["Mg_swallowed", 0.0].p50 == pytest.approx(540, rel=0.03)
    assert found["D_swallowed", 0.0].p50 == pytest.approx(28, rel=0.03)


@pytest.mark.parametrize(("mineral", "outcome"), [("Ca", "Ca_absorption"), ("Mg", "Mg_absorption")])
def test_what_is_absorbed_is_the_models_fraction_of_what_is_swallowed(of, mineral, outcome, found):
    regimen = present(of.members.subject)
    fraction = trajectories(of, [regimen], 84.0, (outcome,)).on(outcome, 84.0)
    nutrient, eaten, taken = {"Ca": ("calcium", "in_Ca", "sup_Ca"), "Mg": ("magnesium", "in_Mg", "sup_Mg")}[mineral]
    molar_mass = {"Ca": 40.078, "Mg": 24.305}[mineral]  # g/mol, IUPAC
    inputs = regimen.inputs.values
    swallowed = (inputs[eaten] * of.members.diet[nutrient] + inputs[taken]) * molar_mass
    assert found[f"{mineral}_absorbed", 84.0].p50 == pytest.approx(float(np.median(fraction * swallowed)), rel=1e-6)


def test_skin_makes_little_in_a_northern_winter(found):
    # Paris, 22 November and 14 February: Webb 1988 and later find next to none at this latitude
    assert found["D_skin", 0.0].p95 < 2
    assert found["D_skin", 84.0].p95 < 3


def test_days_elsewhere_have_the_sun_of_that_place(tmp_path):
    text = ANNA.read_text(encoding="utf-8")
    sun = "sun:\n  summer: {outdoors: 30 min/day}\n  holidays:\n    - {from: 2027-02-10, to: 2027-02-20, latitude: 14, "
    sun += "outdoors: 4 h/day, exposed: 60 %, beach: yes}"
    lines = [sun if line.startswith("sun:") else line for line in text.splitlines()]
    file = tmp_path / "away.yaml"
    file.write_text("\n".join(lines), encoding="utf-8")
    of = posterior(load_case(file))
    subject = of.members.subject
    rows = {b.days: b for b in flows(of, present(subject), "now", (0.0, 84.0)) if b.outcome == "D_skin"}
    (there,) = subject.away
    # 14 February: day 44 of the year; the middle body's exposure may be a little off 1
    assert rows[84.0].p50 == pytest.approx(there.supply[44] * 384.64 / 1000, rel=0.15)
    assert rows[84.0].p50 > 20 * rows[0.0].p50
