"""Everything that a user can be given for every example case, in both languages: no banned word, and no claim.

A benefit of a product may be stated only in the words of the register of claims and with its condition of use, which
``cofactor label`` does; what a plan says holds none.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from cofactor.facts.load import load
from cofactor.report.calendar import schedule
from cofactor.report.pdf import _values
from cofactor.report.render import html
from cofactor.report.result import result
from cofactor.report.terminal import check_summary, forecast_summary, status_summary, summary

NAMES = sorted(path.stem for path in (Path(__file__).parents[2] / "examples").glob("*.yaml"))
BENEFIT = {
    "en": r"\b(contributes? to|is good for|protects?|strengthens?|maintains? (?:normal|healthy)|relieves?|improves?)\b",
    "fr": r"\b(contribue(?:nt)? (?:à|au)|bonne? pour|protège(?:nt)?|renforce(?:nt)?|maintien(?:t|nent) (?:une?|des)"
    r"|soulage(?:nt)?|favorise(?:nt)?)\b",
}
"""How a health claim is worded: Regulation (EU) No 432/2012 and its neighbours."""


def given(report, lang):
    """Everything written or printed for a case, by its name."""
    page = re.sub(r"<style>.*?</style>", "", html(report, lang), flags=re.DOTALL)
    return {
        "report.html": re.sub(r"<[^>]+>", " ", page),
        "report.pdf": json.dumps(_values(report, lang), ensure_ascii=False),
        "result.json": json.dumps(_said(result(report, lang)), ensure_ascii=False),
        "schedule.ics": schedule(report, lang).decode().replace("\r\n ", ""),
        "plan": summary(report, lang),
        "status": status_summary(report, lang),
        "check": check_summary(report.case, report.gates, lang),
        "forecast": forecast_summary(report.bands, report.gates, lang),
    }


def _said(value):
    """A result without its sources, which quote titles."""
    if isinstance(value, dict):
        return {k: _said(v) for k, v in value.items() if k not in ("sources", "source")}
    return [_said(v) for v in value] if isinstance(value, list) else value


def _plain(text):
    """One line, without the table's own advice on medicines, which tells what they are for."""
    text = re.sub(r"\s+", " ", text)
    for row in load().interactions:
        for action in (row.action_en, row.action_fr):
            text = text.replace(action, "")
    return text


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_is_given_says_what_may_not_be_said(reports, banned, name, lang):
    for what, text in given(reports[name], lang).items():
        said = _plain(text)
        assert len(said) > 60, what
        assert re.findall(banned[lang], said, re.IGNORECASE) == [], what
        assert re.findall(BENEFIT[lang], said, re.IGNORECASE) == [], what


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "Magnesium contributes to normal muscle function."),
        ("en", "Calcium strengthens bones."),
        ("fr", "La vitamine D contribue au maintien d’une ossature normale."),
        ("fr", "Le magnésium favorise le sommeil."),
    ],
)
def test_a_claim_is_found(lang, said):
    assert re.search(BENEFIT[lang], said, re.IGNORECASE)


def test_templates_hold_no_sentences_of_their_own():
    """Every word of a page stands in the catalogues of both languages."""
    for path in (files("cofactor.report") / "templates").iterdir():
        text = path.read_text(encoding="utf-8")
        if path.name.endswith(".typ"):
            text = re.sub(r"//[^\n]*", "", text)
            quoted = [q for q in re.findall(r'"([^"\n]*)"', text) if not q.startswith(("<", "'", " "))]
            assert [q for q in quoted if re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", q)] == []
        else:
            text = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", " ", text, flags=re.DOTALL)
            assert [w for w in re.findall(r"[A-Za-zÀ-ÿ]{3,}", text) if w not in ("cofactor", "nbsp")] == []
