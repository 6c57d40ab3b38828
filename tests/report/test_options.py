"""The plan beside doing nothing and beside others, clashes, and the next test: shown as the values say, everywhere."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cofactor.plan.types import Alternative, AlternativeKind, Clash, NextTest, Reason, Turn
from cofactor.report import numbers
from cofactor.report.options import next_test, options, unmet
from cofactor.report.page import page
from cofactor.report.pdf import _values
from cofactor.report.render import html
from cofactor.report.terminal import summary
from cofactor.report.words import Words

LANGUAGES = ("en", "fr")
KEPT = Reason("why.magnesium.capped", {"limit": 250.0})
"""Any sentence with a value: what is said is the planner's, that it is said is tested here."""


@pytest.fixture(scope="module")
def shown(reports):
    """A report whose plan has another beside it, a clash and a result that would change it."""
    report = reports["anna"]
    plan = report.plan
    other = Alternative(
        AlternativeKind.LEAST_PILLS,
        plan.items[:1],
        plan.schedule,
        plan.expected,
        {"Ca_total>2.6": 0.04},
        1,
        2.5,
        (KEPT,),
    )
    turn = Turn("25OHD", "nmol/L", "below", 54.0, 0.3, "vitamin_d", 60.0, KEPT)
    test = NextTest(84, "2027-02-14", ("25OHD", "creatinine"), (KEPT,), (turn,))
    clash = Clash("magnesium", KEPT, (KEPT, KEPT))
    return replace(report, plan=replace(plan, alternatives=(other,), clashes=(clash,), next_test=test, pills_per_day=2))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_sets_now_the_plan_and_others_side_by_side(shown, lang):
    found = options(shown, Words(lang, shown.gates))
    assert found is not None
    assert found.none == ""
    assert len(found.table.head) == 4
    assert all(len(row) == 4 for row in found.table.rows)
    by_name = {row[0]: row[1:] for row in found.table.rows}
    d3 = by_name["Vitamin D" if lang == "en" else "Vitamine D"]
    taken, planned = shown.intake.from_supplements("vitamin_d"), shown.plan.items[0].amount
    assert d3 == tuple(numbers.amount(v, "vitamin_d", lang) for v in (taken, planned, planned))
    assert [n for n in by_name.values() if n[1:] == ("2", "1")]  # units to swallow


def test_every_number_of_the_table_is_one_of_the_plan(shown):
    found = options(shown, Words("en", shown.gates))
    assert found is not None
    expected = next(e for e in shown.plan.expected if e.outcome == "25OHD")
    level = next(row for row in found.table.rows if row[0].startswith("25(OH)D on"))
    assert level[1].startswith(numbers.plain_level(expected.p50_now, "25OHD", "en"))
    assert level[2].startswith(numbers.plain_level(expected.p50, "25OHD", "en"))
    chance = next(row for row in found.table.rows if row[0].startswith("Chance of 25(OH)D"))
    assert chance[1:3] == tuple(numbers.percent(p, "en") for p in (expected.p_in_goal_now, expected.p_in_goal))


def test_without_another_plan_it_says_so_and_without_a_plan_there_is_no_table(reports):
    plan = replace(reports["anna"].plan, alternatives=())
    found = options(replace(reports["anna"], plan=plan), Words("en", reports["anna"].gates))
    assert found is not None
    assert found.none.startswith("No other plan")
    assert len(found.table.head) == 3
    assert options(reports["ckd4"], Words("en", reports["ckd4"].gates)) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_clashes_and_the_test_stand_in_page_paper_and_terminal(shown, lang):
    words = Words(lang, shown.gates)
    (clash,), test = unmet(shown, words), next_test(shown, words)
    assert test is not None
    assert len(clash.frees) == 2
    assert test.turns == (words.reason(KEPT),)
    said = [words.text("clashes.title"), words.text("options.kind.least_pills"), test.when]
    spoken = re.sub(r"\s+", " ", summary(shown, lang))
    assert all(re.sub(r"\s+", " ", s) in spoken or s.upper() in spoken for s in said)
    written = html(shown, lang)
    assert all(f'id="{part}"' in written for part in ("options", "test"))
    assert words.text("clashes.frees") in written
    paper = _values(shown, lang)["page"]
    assert paper["test"]["when"] == test.when
    assert len(paper["options"]["table"]["head"]) == 4


def test_nothing_is_asked_where_nothing_is_proposed(reports):
    shown = page(reports["ckd4"], "en")
    assert shown.options is None
    assert shown.test is None
