"""What is said of each choice: the numbers of the result, both languages alike, and small differences called small."""

from __future__ import annotations

import re

import pytest

from cofactor.plan.counterfactual import Otherwise, Size
from cofactor.report import numbers
from cofactor.report.choices import change, choices
from cofactor.report.figures.choices import choices_figure
from cofactor.report.result import result
from cofactor.report.terminal import summary
from cofactor.report.words import Words

LANGUAGES = ("en", "fr")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_choice_says_its_numbers_and_what_they_rest_on(reports, lang):
    for report in reports.values():
        words = Words(lang, report.gates)
        said = choices(report, words)
        assert len(said) == len(report.counterfactuals)
        for of, choice in zip(report.counterfactuals, said, strict=True):
            assert change(of.difference, of, words) in choice.said
            assert choice.evidence.startswith(("Evidence: ", "Preuves\N{NO-BREAK SPACE}: "))
            assert (of.size is Size.NONE) == (words.text("choices.none") in choice.said)


def test_the_result_holds_one_row_per_choice(reports):
    report = reports["anna"]
    rows = result(report, "en")["choices"]
    assert [row["choice"] for row in rows] == [of.kind.value for of in report.counterfactuals]
    row = next(r for r in rows if r["choice"] == "without" and r["outcome"] == "25OHD" and r["nutrient"] == "magnesium")
    assert row["low"] <= row["difference"] <= row["high"]
    assert row["size"] == "none"
    assert "same vitamin D" in row["why"]


def test_a_difference_has_its_sign_and_zero_has_none(reports):
    report = reports["anna"]
    words = Words("fr", report.gates)
    of = next(c for c in report.counterfactuals if c.kind is Otherwise.WITHOUT and c.outcome == "25OHD")
    assert change(2.04, of, words) == "+2,0"
    assert change(-2.04, of, words) == f"{numbers.MINUS}2,0"
    assert change(0.01, of, words) == "0,0"


def test_the_drawing_shares_one_scale_and_its_zero(reports):
    report = reports["anna"]
    figure = choices_figure(report, Words("en", report.gates))
    assert figure is not None
    zeros = set(re.findall(r'class="ref" d="M([\d.]+) ', figure.wide))
    assert len(zeros) == 1
    assert len(figure.table.rows) == len(report.counterfactuals)
    assert choices_figure(reports["ckd4"], Words("en", reports["ckd4"].gates)) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_terminal_says_them_too(reports, lang):
    report = reports["anna"]
    said = re.sub(r"\s+", " ", summary(report, lang))
    for choice in choices(report, Words(lang, report.gates)):
        assert re.sub(r"\s+", " ", choice.said) in said
