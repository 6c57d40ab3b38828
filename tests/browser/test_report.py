"""The report in a browser: readable by everyone in both languages, at three widths, in both schemes and on paper."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from cofactor.assess.types import Gate, GateResult, Level
from cofactor.person.case import load_case
from cofactor.report.build import build
from cofactor.report.render import html

from .conftest import NARROW, WIDE, Look, check_page, watch

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("anna", "warfarin", "ckd4", "pregnant")
MIDDLE = {"width": 1024, "height": 800}
LOOKS = [Look("en", "dark", MIDDLE), Look("fr", "light", NARROW), Look("en", "light", WIDE), Look("fr", "dark", WIDE)]
MOST_SHEETS = 5
"""A4 pages from a browser, which sets them wider than the PDF of --pdf."""


def named(look):
    return f"{look.lang}-{look.scheme}-{look.size['width']}"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Reports of four people and of an emergency, as files."""
    folder, found = tmp_path_factory.mktemp("reports"), {}
    reports = {name: build(load_case(EXAMPLES / f"{name}.yaml")) for name in NAMES}
    calm = reports["anna"]
    stop = Gate("G-RED-CONFUSION", Level.STOP, ("*",))
    gates = GateResult((stop, *calm.gates.gates), calm.gates.spacings, calm.gates.searched)
    for name, report in {**reports, "emergency": replace(calm, gates=gates)}.items():
        for lang in ("en", "fr"):
            found[name, lang] = folder / f"{name}.{lang}.html"
            found[name, lang].write_text(html(report, lang), encoding="utf-8")
    return found


@pytest.fixture
def opened(browser, written):
    """Open a report from the disk, as its reader does; it may say nothing in the console and ask for nothing."""
    contexts, wrong = [], []

    def open_(name, look):
        context = browser.new_context(viewport=look.size, color_scheme=look.scheme)
        contexts.append(context)
        page = context.new_page()
        watch(page, "file://", wrong)
        page.goto(written[name, look.lang].as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


EVERY = [("anna", look) for look in LOOKS]
SOME = [(name, look) for name in (*NAMES[1:], "emergency") for look in LOOKS[:2]]


@pytest.mark.parametrize(
    ("name", "look"), [*EVERY, *SOME], ids=lambda part: part if isinstance(part, str) else named(part)
)
def test_a_report_can_be_read_by_everyone(opened, name, look):
    page = opened(name, look)
    assert page.locator("html").get_attribute("lang") == look.lang
    if look.scheme == "dark":  # with every table open, too
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    check_page(page)


@pytest.mark.parametrize("name", [*NAMES, "emergency"])
def test_no_word_of_a_chart_leaves_its_drawing(opened, name):
    """Left and right: what runs over the edge of a drawing is cut on paper."""
    page = opened(name, Look("fr", "light", WIDE))
    out = page.evaluate(
        """() => [...document.querySelectorAll('svg.chart')].flatMap(svg => {
             const box = svg.getBoundingClientRect();
             if (!box.width) return [];
             return [...svg.querySelectorAll('text')].filter(t => {
               const b = t.getBoundingClientRect();
               return b.left < box.left - 2 || b.right > box.right + 2;
             }).map(t => svg.querySelector('title').textContent + ': ' + t.textContent);
           })"""
    )
    assert out == []


@pytest.mark.parametrize("name", ["anna", "ckd4"])
def test_it_prints_light_and_whole(opened, name):
    page = opened(name, Look("fr", "dark", WIDE))
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("nav").is_hidden()
    raw = page.pdf(format="A4", prefer_css_page_size=True)
    sheets = max(int(n) for n in re.findall(rb"/Type\s*/Pages[^>]*?/Count\s+(\d+)|/Count\s+(\d+)", raw) for n in n if n)
    assert 2 <= sheets <= MOST_SHEETS
