"""Probability of inadequacy against drawn people, and the rows of the status that carry it."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from cofactor.assess.adequacy import log_sd, probability_inadequate, probability_over
from cofactor.assess.status import nutrient_status
from cofactor.facts.load import load
from cofactor.person.case import parse_case
from cofactor.person.diet import Range
from cofactor.person.intake import intake


def exactly(amount):
    return Range(amount, amount, amount)


@pytest.mark.parametrize(("amount", "expected"), [(265, 0.5), (320, 0.025), (220, 0.973), (100, 1.0)])
def test_textbook_points_of_magnesium(amount, expected):
    """Women 31-50, NASEM: EAR 265, RDA 320. Half need more than the EAR, 2.5 % more than the RDA."""
    assert probability_inadequate(exactly(amount), 265, 320) == pytest.approx(expected, abs=0.005)


def test_it_agrees_with_drawn_people():
    rng = np.random.default_rng(4)
    requirement = 265 * np.exp(rng.standard_normal(400_000) * math.log(320 / 265) / 1.96)
    usual = 250 * np.exp(rng.standard_normal(400_000) * math.log(300 / 200) / 3.29)
    intake_range = Range(200.0, 250.0, 300.0)
    assert probability_inadequate(intake_range, 265, 320) == pytest.approx((requirement > usual).mean(), abs=0.005)
    assert probability_over(intake_range, 270) == pytest.approx((usual > 270).mean(), abs=0.005)


def test_without_a_covering_intake_requirements_vary_by_a_tenth():
    assert probability_inadequate(exactly(100), 110, None) == pytest.approx(0.83, abs=0.01)  # ln(1.1) / 0.1 = 0.95 sd


def test_the_ends():
    assert probability_inadequate(exactly(0), 265, 320) == 1
    assert probability_over(exactly(0), 25) == 0
    assert (probability_over(exactly(26), 25), probability_over(exactly(25), 25)) == (1, 0)
    assert log_sd(Range(0.0, 10.0, 20.0)) > 1
    assert log_sd(exactly(3)) == 0


def test_more_intake_is_never_less_adequate():
    found = [probability_inadequate(Range(0.8 * a, a, 1.2 * a), 265, 320) for a in range(50, 800, 10)]
    assert all(a >= b for a, b in itertools.pairwise(found))


# ---- in the status ----


def rows(reference="NASEM", supplements=(), **totals):
    case = parse_case(
        {
            "cofactor": 1,
            "person": {"sex": "female", "age": 40, "weight": "65 kg", "height": "165 cm"},
            "place": {"latitude": 48.9, "country": "FR"},
            "diet": {"reference": reference, "totals": totals},
            "supplements": list(supplements),
            "today": "2026-11-22",
        }
    )
    return {(r.id, r.basis): r for r in nutrient_status(case, intake(case))}


def test_an_intake_at_the_average_requirement_is_short_for_half():
    row = rows(magnesium="265 mg")["magnesium", "diet"]
    assert row.p_inadequate == pytest.approx(0.5, abs=0.02)
    assert row.by.startswith("NASEM")


def test_a_stated_total_has_the_error_of_a_diet_history():
    """At the RDA itself 2.5 % would fall short of a known intake; nobody knows theirs to the milligram."""
    row = rows(magnesium="320 mg")["magnesium", "diet"]
    assert 0.05 < row.p_inadequate < 0.12


def test_where_a_body_names_no_average_requirement_nothing_is_made_up():
    row = rows("EFSA", magnesium="240 mg")["magnesium", "diet"]
    assert row.p_inadequate is None  # EFSA 2015 gives magnesium an adequate intake
    assert next(j for j in row.judgements if j.body == "NASEM").p_inadequate > 0.5
    assert rows("EFSA", calcium="700 mg")["calcium", "diet"].p_inadequate == pytest.approx(0.67, abs=0.1)


def test_upper_levels_count_what_their_body_counts():
    oxide = {"nutrient": "magnesium", "form": "oxide", "amount": "300 mg", "every": "day"}
    found = rows("EFSA", [oxide], magnesium="300 mg", zinc="24 mg")
    assert found["magnesium", "supplements"].p_over == 1  # 250 mg a day, supplements alone
    assert found["magnesium", "diet+supplements"].p_over is None  # no level for the total
    assert 0.1 < found["zinc", "diet"].p_over < 0.5  # 25 mg, from all sources


def test_every_average_requirement_lies_below_what_covers_nearly_everyone():
    facts = load()
    for row in facts.reference_intakes:
        if row.measure in ("AR", "EAR") and row.applies_to == "total":
            covering = facts.target(
                row.nutrient, row.authority, row.sex if row.sex != "both" else "female", row.age_min, row.state,
                row.phytate_mg_per_day or 300.0,
            )  # fmt: skip
            if covering is not None and covering.measure in ("PRI", "RDA", "RI"):
                assert covering.value >= row.value, row
