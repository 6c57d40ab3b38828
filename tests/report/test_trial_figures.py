"""Figures of a finished trial: what they say is what the readings say, in both languages."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from cofactor.evidence.formulae import of_dose
from cofactor.report.charts import lines
from cofactor.report.charts.axes import Axis
from cofactor.report.figures.trial import Shown, figures
from cofactor.trial.design import parse_trial
from cofactor.trial.findings import Count, Findings, daily_dose
from cofactor.trial.run import run_trial
from cofactor.trial.types import Give
from cofactor.trial.whole import gather

TRIAL = {
    "trial": 1,
    "name": "doses",
    "population": {"people": 96, "seed": 3, "latitude": 50},
    "arms": [
        {"name": "placebo"},
        {"name": "D3 25", "give": {"nutrient": "vitamin_d", "form": "D3", "amount": "25 µg"}},
        {"name": "D3 100", "give": {"nutrient": "vitamin_d", "form": "D3", "amount": "100 µg"}},
        {"name": "D2 100", "give": {"nutrient": "vitamin_d", "form": "D2", "amount": "100 µg"}},
        {"name": "monthly", "give": {"nutrient": "vitamin_d", "form": "D3", "amount": "1500 µg", "every": "30 days"}},
        {
            "name": "with Ca",
            "give": [
                {"nutrient": "vitamin_d", "form": "D3", "amount": "100 µg"},
                {"nutrient": "calcium", "amount": "500 mg", "when": ["lunch", "dinner"]},
            ],
        },
    ],
    "weeks": 12,
    "observe": {"outcomes": ["25OHD", "PTH", "Ca_urine", "Ca_absorption"], "weeks": [0, 6, 12]},
}


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trial")
    trial = parse_trial(TRIAL)
    run_trial(trial, folder)
    gather(folder)
    return Findings(trial, folder)


def drawn(findings, outcome, lang="en", day=84.0):
    return {f.id: f for f in figures(Shown(findings, findings.levels(outcome, day), lang))}


def test_every_figure_is_well_formed_with_words_and_numbers(findings):
    for outcome in findings.trial.outcomes:
        for lang in ("en", "fr"):
            for figure in drawn(findings, outcome, lang).values():
                assert figure.point or figure.caption
                assert figure.table.rows
                for drawing in (*figure.wide.replace("</svg><svg", "</svg>\n<svg").split("\n"), figure.narrow):
                    if not drawing:
                        continue
                    root = ElementTree.fromstring(drawing)
                    assert root.find("{*}desc").text
                    assert "nan" not in drawing
                    assert "style=" not in drawing


def test_the_distribution_says_how_many_lie_above_the_goal(findings):
    figure = drawn(findings, "25OHD")["fig-arms-whole"]
    levels = findings.levels("25OHD", 84.0)
    above = [round(100 * (v > 50).mean()) for v in levels.values]
    assert re.findall(r"(\d+) %", figure.point.replace("\u00a0", " "))[0] == str(above[0])
    assert [row[0] for row in figure.table.rows] == list(levels.arms)
    assert figure.table.rows[0][2] == f"{np.median(levels.values[0]):.0f}"


def test_a_dose_response_holds_the_arms_that_differ_in_the_dose_alone(findings):
    response = findings.response(findings.levels("25OHD", 84.0))
    assert [(p.arm, p.dose) for p in response.daily] == [("placebo", 0), ("D3 25", 25), ("D3 100", 100)]
    assert [(p.arm, p.dose) for p in response.apart] == [("monthly", 50)]
    figure = drawn(findings, "25OHD")["fig-response-whole"]
    assert "Heaney 2003" in figure.wide
    assert "monthly" in figure.wide
    assert "fig-response-whole" in drawn(findings, "PTH")
    assert "Heaney" not in drawn(findings, "PTH")["fig-response-whole"].wide


def test_formulae_are_those_that_were_published():
    assert of_dose("heaney2003", 40.0, 4000.0) == pytest.approx(40 + 0.70 * 100)  # Heaney 2003: 0.70 nmol/L per µg
    assert of_dose("efsa2016", 40.0, 450.0) == pytest.approx(16.3 * math.log(15) + 23.5)  # EFSA 2016, whole intake


def test_doses_per_day_are_means_over_the_trial(findings):
    arms = {arm.name: arm for arm in findings.trial.arms}
    assert daily_dose(arms["monthly"].give[0], 84.0) == pytest.approx(50)
    assert daily_dose(arms["with Ca"].give[1], 84.0) == pytest.approx(1000)


def test_only_days_of_the_trial_count_in_a_dose_per_day():
    give = Give("vitamin_d", "D3", 25.0)
    assert daily_dose(replace(give, end=84.0), 84.0) == daily_dose(replace(give, end=840.0), 84.0) == 25
    assert daily_dose(replace(give, begin=42.0), 84.0) == daily_dose(replace(give, end=42.0), 84.0) == 12.5
    assert daily_dose(replace(give, begin=100.0), 84.0) == 0


def test_doses_until_the_last_day_are_day_by_day(findings):
    ends = tuple(replace(arm, give=tuple(replace(g, end=84.0) for g in arm.give)) for arm in findings.trial.arms)
    levels = findings.levels("25OHD", 84.0)
    said = Findings(replace(findings.trial, arms=ends), Path()).response(levels)
    assert said == findings.response(levels)


def test_who_passes_a_limit_is_counted_over_all_later_readings(findings):
    figure = drawn(findings, "25OHD")["fig-counts-whole"]
    readings = np.stack([findings.levels("25OHD", day).values[2] for day in (42.0, 84.0)])
    assert figure.table.rows[2][1] == str(int((readings.max(axis=0) > 125).sum()))
    assert "fig-counts-whole" not in drawn(findings, "PTH")  # no table names a limit


def test_every_arm_is_drawn_over_the_days_on_which_it_was_read(findings):
    figure = drawn(findings, "25OHD")["fig-course-whole"]
    assert figure.wide.count("<svg") == len(findings.trial.arms)
    assert figure.table.head[1:] == ("week 0", "week 6", "week 12")
    middle = np.median(findings.levels("25OHD", 42.0).values[2])
    assert figure.table.rows[2][2].startswith(f"{middle:.0f} (")
    assert f">{np.median(findings.levels('25OHD', 84.0).values[5]):.0f}</text>" in figure.wide


def test_an_interval_is_that_of_wilson():
    n, p, z = 50, 0.1, 1.6449
    ends = sorted(np.roots([1 + z * z / n, -(2 * p + z * z / n), p * p]))  # where |p - P| is z standard errors of P
    assert Count(5, 50).interval == (pytest.approx(ends[0]), pytest.approx(ends[1]))
    assert Count(0, 100).interval[0] == 0
    assert Count(100, 100).interval[1] == 1


def test_densities_have_the_people_below_them(findings):
    levels = findings.levels("25OHD", 84.0)
    grid = np.linspace(0, 400, 2000)
    for density, values in zip(levels.densities(grid), levels.values, strict=True):
        assert np.trapezoid(density, grid) == pytest.approx(1, abs=1e-3)
        assert np.trapezoid(density * grid, grid) == pytest.approx(values.mean(), rel=0.01)


def test_lines_past_the_last_colour_are_dashed():
    count = len(lines.COLOURS) + 1
    drawn_lines = tuple(lines.Line(f"x{i}", (0.0, float(i))) for i in range(count))
    chart = lines.Lines("c", "t", "d", (0.0, 1.0), 0.0, 9.0, Axis("time", ()), Axis("", ()), drawn_lines)
    found = lines.draw(chart)
    assert found.count("med s-d") == 2
    assert found.count("dash") == 1
    assert "x8" in found
    assert "x8" not in lines.draw(chart, narrow=True)
