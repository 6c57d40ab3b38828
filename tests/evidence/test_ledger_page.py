"""The pages of the ledger: every statement, true to the experiments, whole in themselves, readable without script."""

from __future__ import annotations

import base64
import hashlib
import html as markup
import re
from collections import Counter
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from cofactor.evidence.ledger import claims
from cofactor.evidence.relations import relations
from cofactor.evidence.studies import Value, leans_on, studies
from cofactor.faces.cli import main
from cofactor.model.tables import parameters
from cofactor.report.arms import named, written
from cofactor.report.evidence_page import CSS, Tried, ledger
from cofactor.report.render_evidence import SHAPES, file_name, html, pages
from cofactor.report.text import Text, typeset

LANGUAGES = ("en", "fr")
LARGEST = 600_000  # bytes; fonts take 110,000
LEANING = "C18"  # one of them is asked for its constants: the search costs a second each


@pytest.fixture(scope="module")
def found(results):
    return {name: Tried(r, leans_on(r.study) if name == LEANING else ()) for name, r in results.items()}


@pytest.fixture(scope="module")
def made(found):
    return {lang: html(found, lang) for lang in LANGUAGES}


def words(text: str) -> str:
    """What a reader reads."""
    return markup.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL)))


def article(text: str, name: str) -> str:
    return re.search(rf'<article class="claim" id="{name}".*?</article>', text, re.DOTALL).group()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_statement_has_an_anchor_verdict_answer_sources_and_experiment(made, lang):
    text = Text(lang)
    assert re.findall(r'<article class="claim" id="(C\d\d)"', made[lang]) == list(claims())
    for claim in claims().values():
        said = words(article(made[lang], claim.id))
        assert text(f"verdict.{claim.verdict}") in said
        assert text(f"claim.{claim.id}.answer") in said
        assert text(f"claim.{claim.id}.change") in said
        assert all(reference.source.text in said for reference in claim.sources())
        assert (text("evidence.no_study") in said) == (claim.id not in studies())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_numbers_are_those_of_the_experiments(made, results, lang):
    for name, result in results.items():
        said = words(article(made[lang], name))
        for value in (result.contrast, result.switched, result.also):
            if value is not None:
                shown = written(value, result.contrast_unit, lang)
                assert shown["value"] in said, name
                assert shown["low"] in said, name
        assert all(named(row.label, result.study, Text(lang)) in said for row in result.rows), name


def test_a_changed_result_changes_the_page(found):
    other = Tried(type(found["C42"].result)(**{**vars(found["C42"].result), "contrast": Value("a - b", 7, 6, 8)}), ())
    changed = html({**found, "C42": other}, "en")
    assert "7.0 (6.0 to 8.0)" in words(article(changed, "C42"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_title_counts_the_verdicts(found, lang):
    counts = Counter(claim.verdict for claim in claims().values())
    shown = ledger(found, lang)
    assert [int(n) for n in re.findall(r"\d+", shown.title)] == [44, *(counts[v] for v in CSS if counts[v])]
    assert {v.css for v in shown.verdicts} <= SHAPES.keys()
    assert shown.waffle.count("<rect") == 44


@pytest.mark.parametrize("lang", LANGUAGES)
def test_constants_are_named_with_their_meaning(made, found, lang):
    meanings = {p.id: p.meaning for p in parameters()}
    assert found[LEANING].leanings
    for leaning in found[LEANING].leanings:
        assert f"{leaning.constant}, {meanings[leaning.constant]}" in words(article(made[lang], LEANING))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_matrix_stands_below_with_every_mechanism(made, lang):
    said = words(made[lang].partition('<section id="matrix">')[2])
    for relation in relations():
        assert f'id="m-{relation.id}"' in made[lang]
        assert typeset(relation.what_fr if lang == "fr" else relation.what_en, lang) in said
        assert relation.outside or relation.stands_on in said


def test_french_holds_no_english_arm(made):
    said = words(made["fr"])
    english, french = Text("en"), Text("fr")
    for arm in english.names("arm"):
        if french(f"arm.{arm}") != arm and len(arm) > len("apart"):
            assert arm not in said, arm


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_fetches_nothing_and_its_policy_names_what_it_holds(made, lang):
    page = made[lang]
    assert len(page.encode()) < LARGEST
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page).group(1)
    for block in ("style", "script"):
        (held,) = re.findall(rf"<{block}>(.*?)</{block}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(held.encode()).digest()).decode()
        assert f"{block}-src 'sha256-{digest}'" in policy
    body = page.partition("</head>")[2]
    assert not re.search(r'\sstyle="|\son\w+="|<link|\ssrc=', body)
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("lang", LANGUAGES)
def test_ids_are_unique_links_inside_are_whole_and_drawings_are_well_formed(made, lang):
    ids = re.findall(r'\sid="([^"]+)"', made[lang])
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', made[lang])) <= set(ids)
    for drawing in re.findall(r'<svg class="chart.*?</svg>', made[lang], re.DOTALL):
        svg = ElementTree.fromstring(drawing)
        width = float(svg.attrib["viewBox"].split()[2])
        places = [float(c.attrib["cx"]) for c in svg.iter("{http://www.w3.org/2000/svg}circle")]
        assert all(0 <= place <= width for place in places)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_script_everything_shows_and_filters_are_the_stylesheets(made, lang):
    page = made[lang]
    assert not re.search(r"<article[^>]* hidden", page)
    for claim in claims().values():
        assert f'id="f-{claim.verdict}"' in page
        assert f'body:has(#f-{claim.verdict}:checked) .claim:not([data-v="{claim.verdict}"])' in page


def test_both_pages_are_written_and_name_each_other(found, tmp_path):
    written_to = pages(found, tmp_path / "new" / "folder")
    assert [path.name for path in written_to] == ["ledger.en.html", "ledger.fr.html"]
    for path, other in zip(written_to, ("fr", "en"), strict=True):
        assert f'href="{file_name(other)}"' in path.read_text(encoding="utf-8")


def test_an_id_with_pages_is_refused_and_nothing_is_written(tmp_path):
    shown = CliRunner().invoke(main, ["evidence", "C18", "--html", str(tmp_path / "out")])
    assert shown.exit_code == 2
    assert "C18" in shown.output
    assert not (tmp_path / "out").exists()
