"""The picture as it moves: the drawing of the report, every arrow from the table of relations, one scale of widths."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cofactor.assess.update import posterior
from cofactor.evidence.relations import on_arrow, relations, strength
from cofactor.model.source import human, parse
from cofactor.person.case import load_case
from cofactor.plan.whatif import DAYS, NOW, Dose, Scenario, ground, regimen
from cofactor.report.arrows import opened
from cofactor.report.charts.loop_types import ARROWS, SIGNALS
from cofactor.report.figures import system
from cofactor.report.figures.picture import MEASURE, blank, signs
from cofactor.report.flows import courses
from cofactor.report.words import Words

ANNA = Path(__file__).parents[2] / "examples" / "anna.yaml"
MUCH = Scenario((Dose("vitamin_d", 100, "D3"), Dose("magnesium", 0, "citrate"), Dose("calcium", 1000, "carbonate", 2)))


@pytest.fixture(scope="module")
def anna():
    case = load_case(ANNA)
    return ground(case, posterior(case, bodies=200))


@pytest.fixture(scope="module")
def lived(anna):
    """Her year as things are, and with much vitamin D and calcium and no magnesium."""
    return {s: courses(anna.of, regimen(anna, s), DAYS) for s in (NOW, MUCH)}


@pytest.fixture(scope="module")
def words(anna):
    return Words("en", anna.gates)


def arrows(drawing):
    """The arrows of a drawing, each with its markup."""
    return dict(re.findall(r'<g class="[^"]*"[^>]*data-arrow="(\w+)">(.*?)</g>', drawing))


def width(markup):
    return float(re.search(r'class="flow [^"]*"[^>]*stroke-width="([\d.]+)"', markup)[1])


def test_every_arrow_stands_on_a_relation_and_every_relation_of_an_arrow_is_drawn(anna, lived, words):
    drawn = arrows(system.draw(anna, lived[NOW], lived[MUCH], 84, words))
    assert set(drawn) == set(ARROWS)
    assert all(on_arrow(arrow) for arrow in ARROWS)
    assert {r.arrow for r in relations()} - {""} == set(ARROWS)
    left_out = {r.id for r in relations() if not r.arrow}
    assert all(re.search("zinc|potassium", name) for name in left_out)  # the picture has no door for zinc


def test_signs_are_those_of_the_table_and_of_the_model():
    assert signs() == dict.fromkeys(SIGNALS, "+") | {"FGF23_brake": "−", "calcitriol_brake": "−"}
    for relation in on_arrow("calcitriol_brake"):
        assert strength(relation) < 0


def test_today_nothing_has_changed(anna, lived, words):
    today = lived[NOW].on(0.0, "now")
    assert set(system.folds(today, today).values()) == {1.0}
    drawing = system.draw(anna, lived[NOW], lived[NOW], 0, words)
    assert not re.search(r'class="ar (less|more)', drawing)
    assert "×1." not in drawing.replace("×1.0 of today", "")


def test_arrows_thicken_thin_and_are_marked(anna, lived, words):
    before = arrows(system.draw(anna, lived[NOW], lived[NOW], 0, words))
    drawing = system.draw(anna, lived[NOW], lived[MUCH], 84, words)
    after = arrows(drawing)
    assert width(after["swallowed"]) > 1.5 * width(before["swallowed"])
    assert width(after["Ca_absorbed"]) > width(before["Ca_absorbed"])
    assert width(after["Mg_absorbed"]) < width(before["Mg_absorbed"])
    assert width(after["PTH"]) < width(before["PTH"])
    assert re.search(r'class="ar more2"[^>]*data-arrow="swallowed"', drawing)
    assert re.search(r'class="ar less\d"[^>]*data-arrow="Mg_absorbed"', drawing)


def test_widths_of_all_days_are_of_one_scale(anna, lived, words):
    """By the square root of the amount, against today's largest flow, whatever the day shows."""
    today = lived[NOW].on(0.0, "now")
    for day in (0, 84, 364):
        drawn = arrows(system.draw(anna, lived[NOW], lived[MUCH], day, words))
        then = lived[MUCH].on(day, "plan")
        largest = max(today[f"Ca_{what}"].p50 for what in ("absorbed", "excreted", "from_bone"))
        expected = 12 * (then["Ca_absorbed"].p50 / largest) ** 0.5
        assert width(drawn["Ca_absorbed"]) == pytest.approx(expected, abs=0.06)


def test_the_picture_of_the_report_has_no_buttons():
    assert "data-arrow" not in blank("en")
    assert 'role="img"' in blank("en")


def test_the_table_says_what_the_drawing_shows(lived, words):
    rows = {row[0]: row for row in system.table(lived[NOW], lived[MUCH], 84, words).rows}
    assert list(rows) == list(ARROWS)
    then, today = lived[MUCH].on(84, "plan"), lived[NOW].on(0, "now")
    assert rows["Ca_absorbed"][3].startswith(f"{then['Ca_absorbed'].p50:.0f}")
    assert rows["Ca_absorbed"][4] == f"×{then['Ca_absorbed'].p50 / today['Ca_absorbed'].p50:.1f}"
    assert all(bool(row[3]) == (arrow in MEASURE) for arrow, row in rows.items())


@pytest.mark.parametrize("arrow", ARROWS)
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_arrow_opens_with_equation_and_source(lived, anna, arrow, lang):
    found = opened(arrow, lived[NOW].on(0, "now"), lived[MUCH].on(84, "plan"), Words(lang, anna.gates))
    statements, _, _ = parse(human().files)
    known = {f"{s.symbol}{''' =''' if s.kind == 'rate' else ' :='} {s.formula}" for s in statements}
    shown = [e.formula for m in found.mechanisms for e in m.equations] + [e.formula for e in found.equations]
    assert all(formula.replace("' =", " =") in known or formula in known for formula in shown)
    inside = [r for r in on_arrow(arrow) if not r.outside]
    assert all(m.equations for m, r in zip(found.mechanisms, on_arrow(arrow), strict=True) if not r.outside)
    for mechanism, relation in zip(found.mechanisms, on_arrow(arrow), strict=True):
        if not relation.outside:
            assert re.search(rf"\b{relation.cause}\b", mechanism.equations[-1].formula)
    assert any(m.rests for m in found.mechanisms) or not inside
    assert bool(found.carries) == (arrow in MEASURE)
