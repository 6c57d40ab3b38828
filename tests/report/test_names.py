"""What things are called in each language: medicines and conditions by their own names, brands as they were typed."""

from __future__ import annotations

import pytest

from cofactor.report.names import Names
from cofactor.report.page import page
from cofactor.report.terminal import summary


@pytest.mark.parametrize(
    ("typed", "english", "french"),
    [
        ("levothyroxine", "levothyroxine", "lévothyroxine"),
        ("Lévothyroxine", "levothyroxine", "lévothyroxine"),
        ("Levothyrox", "Levothyrox", "Levothyrox"),
        ("H03AA01", "levothyroxine", "lévothyroxine"),
        ("ramipril 5 mg", "ramipril 5 mg", "ramipril 5 mg"),
        ("no such thing", "no such thing", "no such thing"),
    ],
)
def test_a_medicine_is_named_in_the_language_of_the_report(typed, english, french):
    assert Names("en").medicine(typed) == english
    assert Names("fr").medicine(typed) == french


def test_the_whole_report_names_it_alike(reports):
    report = reports["anna"]
    assert "levothyroxine" not in summary(report, "fr").lower()
    shown = page(report, "fr")
    assert shown.day is not None
    assert "lévothyroxine" in shown.day.wide
    assert any("évothyroxine" in said for dose in shown.doses for said in dose.apart)
    assert "levothyroxine" in summary(report, "en").lower()
