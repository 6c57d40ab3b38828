"""The report on A4: whole, tagged, the same to the byte, three pages at most; it says what the page says."""

from __future__ import annotations

import json
import re
import sys
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from cofactor.faces.cli import main
from cofactor.facts.load import load
from cofactor.report.page import page
from cofactor.report.pdf import MOST_PAGES, _values, on_paper, pages, pdf, tokens
from cofactor.report.render import sheet

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))
LANGUAGES = ("en", "fr")


@pytest.fixture(scope="module")
def written(reports):
    return {(name, lang): pdf(report, lang) for name, report in reports.items() for lang in LANGUAGES}


def readable(raw: bytes) -> str:
    """The file with its compressed streams opened."""
    parts = [raw]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(parts).decode("latin-1")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", LANGUAGES)
class TestEveryFile:
    def test_is_tagged_and_names_its_language_and_title(self, reports, written, name, lang):
        text = readable(written[name, lang])
        assert text.startswith("%PDF-1.7")
        assert "/MarkInfo" in text
        assert f"/Lang ({lang})" in text or f"/Lang({lang})" in text
        assert "<pdfuaid:part>1</pdfuaid:part>" in text
        title = re.search(r"<dc:title>.*?<rdf:li[^>]*>(.*?)</rdf:li>", text, re.DOTALL)
        assert title is not None
        assert title[1].encode("latin-1").decode("utf-8") == page(reports[name], lang).head

    def test_is_three_pages_at_most(self, written, name, lang):
        assert 1 <= pages(written[name, lang]) <= MOST_PAGES == 3

    def test_says_what_the_page_says_and_nothing_banned(self, reports, banned, name, lang):
        given = _values(reports[name], lang)
        shown = page(reports[name], lang)
        assert given["page"]["title"] == shown.title
        assert [dose["amount"] for dose in given["page"]["doses"]] == [dose.amount for dose in shown.doses]
        said = json.dumps([given["page"], given["words"]], ensure_ascii=False)
        for row in load().interactions:  # theirs speak of medicines: "These treat kidney patients"
            said = said.replace(row.action_en, "")
        assert re.findall(banned[lang], said, re.IGNORECASE) == []


def test_the_same_report_gives_the_same_bytes(reports, written):
    assert pdf(reports["anna"], "fr") == written["anna", "fr"]


def test_every_colour_of_a_drawing_is_written_out(reports):
    drawing = page(reports["anna"], "en").picture
    assert drawing is not None
    alone = on_paper(drawing.wide)
    assert "var(" not in alone
    assert tokens()["d"] in alone
    assert "prefers-color-scheme" not in alone


def test_colours_are_the_light_ones_of_the_page():
    light = sheet().partition("@media")[0]
    assert all(f"--{name}: {value}" in light for name, value in tokens().items() if name not in ("paper", "sans"))


def test_the_command_writes_it_beside_the_page(tmp_path):
    case = EXAMPLES / "lille_winter.yaml"
    shown = CliRunner().invoke(main, ["plan", str(case), "--out", str(tmp_path), "--pdf", "--lang", "fr"])
    assert shown.exit_code == 0, shown.output
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert str(tmp_path / "report.pdf") in shown.output


def test_without_the_extra_it_is_refused_in_one_sentence_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    case, out = EXAMPLES / "lille_winter.yaml", tmp_path / "out"
    shown = CliRunner().invoke(main, ["plan", str(case), "--out", str(out), "--pdf"])
    assert shown.exit_code == 2
    assert len(shown.stderr.splitlines()) == 1
    assert "cofactor[pdf]" in shown.stderr
    assert not out.exists()
