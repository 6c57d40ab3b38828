"""The page of every example in both languages: whole, self-contained, the same in both, and true to its numbers."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cofactor.assess.types import Gate, GateResult, Level
from cofactor.facts.load import load
from cofactor.report.figures.picture import place, widths
from cofactor.report.page import page
from cofactor.report.render import html, style
from cofactor.report.words import Words

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
NAMES = [path.stem for path in EXAMPLES]
LANGUAGES = ("en", "fr")
SVG = "{http://www.w3.org/2000/svg}"
VOID = {"meta", "link", "br", "img", "hr", "input"}
LARGEST = 600_000  # bytes; fonts take 110,000


@pytest.fixture(scope="module")
def pages(reports):
    return {(name, lang): html(report, lang) for name, report in reports.items() for lang in LANGUAGES}


class Outline(HTMLParser):
    """Tags in balance, ids, links to them, and what the page would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.fetched: list[str] = []
        self.styled: list[str] = []
        self.headings: list[int] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in found:
            self.ids.append(found["id"] or "")
        if "style" in found:
            self.styled.append(tag)
        if tag == "a" and (found.get("href") or "").startswith("#"):
            self.targets.append((found["href"] or "")[1:])
        self.fetched += [
            v or "" for k, v in attrs if k in ("src", "srcset", "data", "xlink:href") or k.startswith("on")
        ]
        self.fetched += [found["href"] or ""] if tag in ("link", "use", "image") and "href" in found else []
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.targets += [i for k in ("aria-labelledby",) for i in (found.get(k) or "").split()]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open, f"</{tag}> closes nothing"
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.said.append(data)


def drawings(text: str) -> list[ElementTree.Element]:
    found = re.findall(r'<svg class="(?:chart|mx)".*?</svg>', text, re.DOTALL)
    return [ElementTree.fromstring(svg) for svg in found]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", LANGUAGES)
class TestEveryPage:
    def test_is_whole_and_points_only_into_itself(self, pages, name, lang):
        outline = Outline(pages[name, lang])
        assert [i for i, n in Counter(outline.ids).items() if n > 1] == []
        assert set(outline.targets) <= set(outline.ids)
        assert outline.headings[0] == 1
        assert outline.headings.count(1) == 1
        assert all(b <= a + 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))

    def test_fetches_nothing_and_styles_by_one_hashed_block(self, pages, name, lang):
        text = pages[name, lang]
        outline = Outline(text)
        assert outline.fetched == []
        assert outline.styled == []
        assert "<script" not in text
        block = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
        assert block is not None
        digest = base64.b64encode(hashlib.sha256(block.group(1).encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in text
        assert re.findall(r"url\((?!data:)", text) == []
        assert "default-src 'none'" in text

    def test_is_small(self, pages, name, lang):
        assert len(pages[name, lang].encode()) < LARGEST

    def test_every_drawing_is_named_and_described(self, pages, name, lang):
        for svg in drawings(pages[name, lang]):
            title, desc = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
            assert title is not None
            assert desc is not None
            assert title.text
            assert desc.text
            assert svg.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"

    def test_draws_only_what_the_stylesheet_knows(self, pages, name, lang):
        known = set(re.findall(r"\.([a-z][a-z0-9-]*)", style().partition("/* 1.")[2]))
        used = {c for svg in drawings(pages[name, lang]) for e in svg.iter() for c in (e.get("class") or "").split()}
        assert used - known - {"t", "mx"} == set()

    def test_every_figure_has_its_numbers_beside_it(self, pages, name, lang):
        figures = re.findall(r"<figure id=.*?</figure>", pages[name, lang], re.DOTALL)
        assert figures
        assert all("<table>" in f and "<figcaption>" in f for f in figures)

    def test_says_nothing_that_may_not_be_said(self, pages, banned, name, lang):
        said = " ".join(Outline(pages[name, lang]).said)
        for row in load().interactions:  # theirs speak of medicines: "These treat kidney patients"
            said = said.replace(row.action_en, "")
        assert re.findall(banned[lang], said, re.IGNORECASE) == []
        assert not re.search(r"\bNone\b|\bnan\b|[{}]", said)

    def test_names_every_withheld_thing_and_every_gate(self, reports, name, lang):
        report, shown = reports[name], page(reports[name], lang)
        words = Words(lang, report.gates)
        named = " ".join([*(d.name for d in shown.doses), *(w.name for w in shown.withheld)]).casefold()
        assert all(words.nutrient(w.nutrient).casefold() in named for w in report.plan.withheld)
        assert {g.id for g in shown.gates} - {"searched"} == {g.id for g in report.gates.gates} - {"G-P-NEVER"}


def test_both_languages_hold_the_same_figures_and_rules(reports):
    for report in reports.values():
        english, french = (page(report, lang) for lang in LANGUAGES)
        assert [g.id for g in english.gates] == [g.id for g in french.gates]
        for part in ("stands", "multiples"):
            assert [f.id for f in getattr(english, part)] == [f.id for f in getattr(french, part)]
        assert [len(e.said) for e in english.uncertain] == [len(e.said) for e in french.uncertain]


def test_a_source_from_memory_says_so(reports, pages):
    recalled = {s.text for r in reports.values() for s in r.sources if s.trust == "recall"}
    assert recalled
    assert "(from memory)" in pages["anna", "en"]
    assert "(de mémoire)" in pages["anna", "fr"]


def test_an_emergency_comes_first_and_leaves_no_plan(reports):
    calm = reports["anna"]
    gate = Gate("G-RED-CONFUSION", Level.STOP, ("*",))
    urgent = replace(calm, gates=GateResult((gate, *calm.gates.gates), calm.gates.spacings, calm.gates.searched))
    text = html(urgent, "en")
    assert text.index('role="alert"') < text.index('id="watch"')
    shown = page(urgent, "en")
    assert shown.emergency
    assert not shown.doses
    assert not shown.numbers
    assert shown.heading is None
    assert shown.day is None
    assert "emergency number" in text


def test_a_name_cannot_write_markup(reports):
    report = reports["anna"]
    person = replace(report.case.person, name="<b onload=x>Anna</b>")
    text = html(replace(report, case=replace(report.case, person=person)), "en")
    assert "<b onload" not in text
    assert "&lt;b onload" in text


# ------------------------------------------------------------------------------------------- numbers in drawings


def points_of(d: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]?(-?[\d.]+) (-?[\d.]+)", d)]


def scale_of(svg: ElementTree.Element) -> tuple[float, float]:
    """Offset and slope of the left axis (value = offset + slope * pixel), read off its lines and their labels."""
    lines = [e.get("d") or "" for e in svg.iter(f"{SVG}path") if e.get("class") == "gr"]
    heights = [float(m.group(1)) for d in lines if (m := re.match(r"M[\d.]+ ([\d.]+)H", d))]
    labels = [e for e in svg.iter(f"{SVG}text") if e.get("class") == "tk end" and re.fullmatch(r"[\d.]+", e.text or "")]
    values = [float(e.text or "") for e in labels][: len(heights)]
    slope = (values[-1] - values[0]) / (heights[-1] - heights[0])
    return values[0] - slope * heights[0], slope


@pytest.mark.parametrize("name", ["anna", "ckd4", "lille_winter"])
def test_the_bands_drawn_are_the_bands_computed(reports, pages, name):
    report = reports[name]
    svg = next(s for s in drawings(pages[name, "en"]) if s.find(f"{SVG}title").get("id") == "fig-25ohd-w-t")
    offset, slope = scale_of(svg)
    medians = [e for e in svg.iter(f"{SVG}path") if (e.get("class") or "").startswith("med")]
    areas = [e for e in svg.iter(f"{SVG}path") if (e.get("class") or "").startswith("b90")]
    unders = ["now", "plan"] if report.plan.items else ["now"]
    assert len(medians) == len(areas) == len(unders)
    for under, median, area in zip(unders, medians, areas, strict=True):
        bands = sorted((b for b in report.bands if (b.outcome, b.under) == ("25OHD", under)), key=lambda b: b.days)
        drawn = [offset + slope * y for _, y in points_of(median.get("d") or "")]
        assert drawn == pytest.approx([b.p50 for b in bands], abs=0.1)
        edge = [offset + slope * y for _, y in points_of((area.get("d") or "").rstrip("Z"))]
        assert edge == pytest.approx([b.p95 for b in bands] + [b.p05 for b in reversed(bands)], abs=0.1)


def test_labels_are_the_numbers_of_the_plan(reports, pages):
    for name, report in reports.items():
        for expected in (e for e in report.plan.expected if e.outcome == "25OHD"):
            if report.plan.items:
                assert f"{expected.p50:.0f}\N{NO-BREAK SPACE}nmol/L with the plan" in pages[name, "en"]


def test_lines_of_the_picture_grow_with_the_root_of_their_amount(reports):
    report = reports["anna"]
    then = {b.outcome: b for b in report.flows if (b.under, b.days) == ("plan", 84.0)}
    found = widths(then)
    assert all(2.5 <= w <= 12 for w in found.values())
    ratio = (then["Ca_excreted"].p50 / then["Ca_absorbed"].p50) ** 0.5
    assert found["Ca_excreted"] / found["Ca_absorbed"] == pytest.approx(ratio)


def test_a_needle_stands_in_the_middle_of_its_arc_for_the_middle_of_the_range():
    assert place(2.35, (2.15, 2.55)) == pytest.approx(0.5)
    assert place(2.15, (2.15, 2.55)) == pytest.approx(0.25)
    assert place(9.0, (2.15, 2.55)) == 1.0
