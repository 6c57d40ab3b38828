"""Drawings keep their promises: values at their places, labels apart, readable text, the README's picture new."""

from __future__ import annotations

import importlib.util
import itertools
import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cofactor.report.charts import day, strip
from cofactor.report.charts.axes import Axis, Tick
from cofactor.report.charts.day import Block, Day, Moment
from cofactor.report.charts.strip import Marker, Row, Strip
from cofactor.report.charts.svg import Scale, hatching, px, spread_apart, text_width
from cofactor.report.figures.heading import vitamin_d
from cofactor.report.figures.types import month_ticks, nice_step, nice_ticks
from cofactor.report.words import Words

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


def test_labels_stand_apart_and_near_where_they_are_wanted():
    placed = spread_apart([100.0, 102.0, 40.0], 15.0)
    assert placed[2] == 40.0
    assert placed[1] - placed[0] == pytest.approx(15)
    assert (placed[0] + placed[1]) / 2 == pytest.approx(101)
    crowded = sorted(spread_apart([10.0, 10.0, 11.0, 26.0], 10.0))
    assert all(b - a >= 10 - 1e-9 for a, b in itertools.pairwise(crowded))


def test_lengths_are_short_and_never_minus_zero():
    assert [px(v) for v in (0.04, -0.04, 12.0, 12.34, 1234.56)] == ["0", "0", "12", "12.3", "1234.6"]


@pytest.mark.parametrize(("span", "step"), [(160, 25), (60, 10), (0.6, 0.1), (2650, 500), (1.0, 0.2)])
def test_ticks_are_round(span, step):
    assert nice_step(span, 7) == pytest.approx(step)


def test_ticks_cover_the_scale_and_are_written_in_the_language():
    assert [t.label for t in nice_ticks(0.5, 1.1, 7, "fr")] == ["0,5", "0,6", "0,7", "0,8", "0,9", "1", "1,1"]


def test_months_start_on_their_first_day():
    ticks = month_ticks(date(2026, 11, 22), -50, 365, "en")
    assert [(t.value, t.label) for t in ticks[:3]] == [(-21.0, "Nov"), (9.0, "Dec"), (40.0, "Jan")]


def strips(*markers: Marker, rows: tuple[Row, ...]) -> ElementTree.Element:
    axis = Axis("mg/day", tuple(Tick(float(v), str(v)) for v in (0, 100, 200, 300, 400)))
    chart = Strip("s", "Magnesium", "A strip.", "mg", 0.0, 400.0, (axis,), rows, markers)
    return ElementTree.fromstring(strip.draw(chart, strip.WIDE))


def place_of(svg: ElementTree.Element, label: str) -> float:
    return next(float(e.get("x") or 0) for e in svg.iter(f"{SVG}text") if e.text == label)


def test_a_strip_draws_bodies_and_person_on_one_scale():
    svg = strips(
        Marker(150.0, 100.0, 200.0, "150 mg"),
        rows=(Row("EFSA 2015", 300.0, None, None, "", pale=False), Row("Old 1990", 100.0, 200.0, 200.0, "", pale=True)),
    )
    zero, four = place_of(svg, "0"), place_of(svg, "400")
    scale = Scale(0, 400, zero, four)
    bars = list(svg.iter(f"{SVG}rect"))
    likely, enough, old = bars
    assert (likely.get("class"), enough.get("class"), old.get("class")) == ("b90 f-mg", "f-enough", "f-old")
    assert float(enough.get("x") or 0) == pytest.approx(scale(300), abs=0.1)
    assert float(old.get("width") or 0) == pytest.approx(scale(200) - scale(100), abs=0.1)
    line = next(e.get("d") or "" for e in svg.iter(f"{SVG}path") if (e.get("class") or "").startswith("you "))
    assert float(line[1:].split()[0]) == pytest.approx(scale(150), abs=0.1)
    assert any(e.get("class") == "tick s-stop" for e in svg.iter(f"{SVG}path"))


def test_two_values_close_together_have_their_words_on_two_lines():
    row = Row("EFSA 2015", 300.0, None, None, "", pale=False)
    svg = strips(Marker(240, 240, 240, "240 mg from food"), Marker(260, 260, 260, "260 mg with the plan"), rows=(row,))
    heights = {e.text: e.get("y") for e in svg.iter(f"{SVG}text") if (e.text or "").startswith(("240", "260"))}
    assert len(set(heights.values())) == 2


def test_words_in_a_row_keep_clear_of_the_persons_line():
    note = "endorses no threshold"
    svg = strips(Marker(60, 60, 60, "60 mg"), rows=(Row("Body 2024", None, None, None, note, pale=False),))
    line = next(e.get("d") or "" for e in svg.iter(f"{SVG}path") if (e.get("class") or "").startswith("you "))
    start = place_of(svg, note)
    assert not start - 4 < float(line[1:].split()[0]) < start + text_width(note) + 4


def test_hatching_stays_in_its_bar():
    xs = [float(x) for x in re.findall(r"M([\d.]+) ", hatching(10, 60, 20, 6, 7))]
    assert xs
    assert min(xs) >= 10
    assert max(xs) + 6 <= 60


def test_the_day_bars_the_hours_of_a_medicine():
    drawn = Day(
        id="d",
        title="A day",
        desc="Seven o'clock.",
        lanes=("Meals", "Medicines", "Supplements"),
        hours=(Tick(8.0, "8:00"), Tick(12.0, "12:00")),
        meals=(Moment(8.0, "breakfast"),),
        medicines=(Moment(7.0, "levothyroxine"),),
        supplements=(Moment(12.5, "magnesium 100 mg", "mg"),),
        blocks=(Block(7.0, 3.0, 11.0, "4 h without magnesium"),),
    )
    svg = ElementTree.fromstring(day.draw(drawn))
    hours = Scale(8, 12, place_of(svg, "8:00"), place_of(svg, "12:00"))
    block = next(e for e in svg.iter(f"{SVG}rect") if e.get("class") == "f-off")
    left = float(block.get("x") or 0)
    assert left == pytest.approx(hours(6), abs=0.2)  # the drawing starts at six
    assert left + float(block.get("width") or 0) == pytest.approx(hours(11), abs=0.2)


def test_no_text_is_drawn_smaller_than_eleven_pixels_on_a_phone(reports):
    """Drawings for phones are at most 370 wide, where a phone of 390 shows them at their own size."""
    report = reports["anna"]
    figure = vitamin_d(report, Words("fr", report.gates))
    width = float(re.search(r'viewBox="0 0 (\d+)', figure.narrow).group(1))
    assert width <= 370
    style = (ROOT / "src/cofactor/report/assets/style.css").read_text(encoding="utf-8")
    charts = style.partition("/* 7.")[2].partition("/* 9.")[0]
    assert min(float(s) for s in re.findall(r"font-size: ([\d.]+)px", charts)) >= 11


def test_the_picture_of_the_readme_is_the_one_that_the_report_draws():
    place = ROOT / "tools" / "make_picture.py"
    spec = importlib.util.spec_from_file_location("make_picture", place)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    font = r"base64,[^)]*"
    shipped = (ROOT / "docs" / "matrix.svg").read_text(encoding="utf-8")
    assert re.sub(font, "", shipped) == re.sub(font, "", tool.picture()), "run tools/make_picture.py"
    assert ElementTree.fromstring(shipped).get("viewBox") == "0 0 1280 920"
