"""Chances of too little and too much on the page: the same as in the result, as people out of ten."""

from __future__ import annotations

import re

import pytest

from cofactor.report import numbers
from cofactor.report.figures.chances import chances_figure
from cofactor.report.page import page
from cofactor.report.result import result
from cofactor.report.words import Words


def dots(figure, row):
    """Filled and hollow dots of one row of the drawing, in both columns together."""
    tops = sorted({float(y) for y in re.findall(r'<circle class="[^"]+" cx="[\d.]+" cy="([\d.]+)"', figure.wide)})
    at = [css for css, y in re.findall(r'<circle class="([^"]+)" cx="[\d.]+" cy="([\d.]+)"', figure.wide)
          if float(y) == tops[row]]  # fmt: skip
    return len([css for css in at if css != "dot-o"]), len(at)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_figure_shows_the_chances_of_the_result(reports, lang):
    report = reports["anna"]
    figure = chances_figure(report, Words(lang, report.gates))
    assert figure is not None
    told = {row["nutrient"]: row for row in result(report)["status"] if row.get("nutrient") in ("calcium", "zinc")}
    for nutrient, row in told.items():
        name = Words(lang, report.gates).nutrient(nutrient)
        cells = next(cells for cells in figure.table.rows if cells[0].casefold().startswith(name))
        assert cells[1] == numbers.percent(row["p_inadequate"], lang)
        place = [c[0] for c in figure.table.rows].index(cells[0])
        assert dots(figure, place) == (round(10 * row["p_inadequate"]), 20)


def test_an_intake_above_its_limit_stands_there_though_its_need_cannot_be_told(reports):
    report = reports["anna"]  # 300 mg of magnesium from a supplement, against 250 mg
    figure = chances_figure(report, Words("en", report.gates))
    assert figure is not None
    row = next(cells for cells in figure.table.rows if cells[0].startswith("Magnesium"))
    assert row[1:] == ("not told by this body", numbers.percent(1.0, "en"))
    assert "above the limit: magnesium" in figure.point


def test_what_acts_together_stands_on_the_page(reports):
    for report in reports.values():
        shown = page(report, "en").together
        assert len(shown) == len(report.interplay)
        for entry, found in zip(shown, report.interplay, strict=True):
            assert entry.said == (found.interaction.action_en,)
    named = [entry.name for entry in page(reports["anna"], "en").together]
    assert f"Phytate, 1,145{numbers.NBSP}mg" in named
