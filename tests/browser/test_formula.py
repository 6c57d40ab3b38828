"""The page of a designed product in a browser: readable by everyone, and its table scrolls inside itself."""

from __future__ import annotations

import pytest

from cofactor.report.formula_page import html
from cofactor.trial.formula.search import formulate

from .conftest import NARROW, WIDE, Look, check_page, watch

SPEC = {
    "formulate": 1,
    "population": {"people": 200, "seed": 3, "country": "FR"},
    "goals": {"25OHD": "[50, 125] nmol/L"},
    "product": {
        "moments": [["breakfast", "dinner"]],
        "holds": [
            {"nutrient": "vitamin_d", "forms": "D3", "amount": ["0 IU", "2000 IU"], "step": "400 IU"},
            {"nutrient": "magnesium", "forms": "citrate", "amount": "100 mg"},
        ],
    },
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder, found = tmp_path_factory.mktemp("formula"), formulate(SPEC)
    made = {lang: folder / f"formula.{lang}.html" for lang in ("en", "fr")}
    for lang, path in made.items():
        path.write_text(html(found, lang), encoding="utf-8")
    return made


@pytest.mark.parametrize(
    "look", [Look("en", "light", WIDE), Look("fr", "dark", NARROW)], ids=lambda look: f"{look.lang}-{look.scheme}"
)
def test_everyone_can_read_it(browser, pages, look):
    context, wrong = browser.new_context(viewport=look.size, color_scheme=look.scheme), []
    page = context.new_page()
    watch(page, "file://", wrong)
    page.goto(pages[look.lang].as_uri())
    check_page(page)
    assert page.locator("figure svg:visible").count() == 1
    assert wrong == []
    context.close()
