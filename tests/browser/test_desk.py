"""The desk in a browser: a case from nothing, every refusal beside its field, and all of it with the keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import NARROW, Look, check_page

WORDS = {
    "en": ("Female", "Age", "Weight", "Nearest town", "Create the case"),
    "fr": ("Femme", "Âge", "Poids", "Ville la plus proche", "Créer le dossier"),
}


def start(page, lang, name):
    """Fill in the first page of a new client and send it."""
    female, age, weight, town, create = WORDS[lang]
    page.get_by_label(female).check()
    page.get_by_label(age, exact=True).fill("44")
    page.get_by_label(weight).fill("64")
    page.get_by_label(town).select_option("Europe/Paris")
    page.locator("[name=name]").fill(name)
    page.get_by_role("button", name=create).click()
    page.wait_for_url(re.compile(r"/live/[0-9a-f]{16}"))


@pytest.mark.parametrize(("lang", "look"), [("en", Look("en")), ("fr", Look("fr", "dark", NARROW))])
def test_a_case_is_built_from_nothing(open_page, lang, look):
    page = open_page("/clients/new", look)
    check_page(page)
    start(page, lang, f"New {lang}")
    page.locator(".tabs a").first.click()
    page.locator("[data-add='diet.foods']").click()
    food = page.locator("[data-place='diet.foods[0]']")
    food.get_by_role("combobox").first.press_sequentially("sardine")
    food.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("100")
    expect(food.locator(".read")).to_contain_text("100 g")

    page.locator("[data-add='supplements']:not([data-kind])").click()
    page.locator("[name='supplements[0].nutrient']").select_option("vitamin_d")
    page.locator("[name='supplements[0].form']").select_option("D3")
    page.locator("[name='supplements[0].amount']").fill("1000 IU")
    expect(page.locator("[data-read='supplements[0]']")).to_contain_text("25 µg")

    page.locator("#save").click()
    expect(page.locator("#state")).to_contain_text("2")
    page.reload()
    assert "ciqual" not in page.get_by_role("combobox").first.input_value()
    assert page.locator("[name='diet.foods[0].food']").input_value().startswith(("ciqual:", "usda:"))
    check_page(page)


def test_a_slip_is_told_beside_its_field_and_nothing_is_saved(open_page, session):
    page = open_page(f"/case/{session.anna}")
    weight = page.locator("[name='person.weight']")
    weight.fill("7200")
    expect(page.locator("#state")).to_contain_text("not saved")
    assert weight.get_attribute("aria-invalid") is None  # what is being typed is not judged yet
    page.keyboard.press("Tab")
    expect(page.locator("#person .problem")).to_contain_text("25 to 400 kg")
    assert weight.get_attribute("aria-invalid") == "true"
    assert page.locator(f"[id='{weight.get_attribute('aria-describedby')}']").is_visible()
    page.locator("#save").click()
    expect(weight).to_be_focused()
    expect(page.locator("#state")).to_contain_text("not saved")
    check_page(page)
    weight.fill("72")
    expect(page.locator("#person .problem")).to_have_count(0)
    expect(page.locator("#state")).to_contain_text("Saved")


def test_a_slip_is_told_in_french(open_page, session):
    page = open_page(f"/case/{session.anna}", Look("fr"))
    weight = page.locator("[name='person.weight']")
    weight.fill("7200")
    page.keyboard.press("Tab")
    expect(page.locator("#person .problem")).to_contain_text("de 25 à 400 kg")
    assert page.locator("#person .problem").get_attribute("lang") is None  # it is in the language of the page
    check_page(page)


def test_the_signs_of_an_emergency_are_answered_at_once_or_stop_everything(open_page, session):
    page = open_page(f"/case/{session.anna}")
    page.locator("[name='answers.seizures'][value=yes]").check()
    expect(page.locator("#gates")).to_contain_text("STOP")
    page.get_by_role("button", name="None of these").click()
    assert page.locator("[name='answers.fainting'][value=no]").is_checked()
    assert page.locator("[name='answers.seizures'][value=yes]").is_checked()
    assert not page.locator("[name='answers.diabetes'][value=no]").is_checked()


def test_a_medicine_that_is_not_known_is_told_in_the_colour_of_caution(open_page, session):
    page = open_page(f"/case/{session.anna}")
    page.locator("[data-add='medicines']").click()
    row = page.locator("[data-rows='medicines'] > li").last
    row.get_by_role("combobox").first.fill("unobtainium")
    page.keyboard.press("Tab")
    expect(row.locator(".read .doubt")).to_contain_text("unobtainium")
    expect(row.locator(".read p:not(.doubt)")).to_have_count(0)
    check_page(page)


def test_rows_that_go_leave_the_others_their_places(open_page, session):
    page = open_page(f"/case/{session.anna}")
    page.locator("[data-place='labs[0]'] [data-remove]").click()
    assert page.locator("[name='labs[0].analyte']").input_value() == "Mg_serum"
    assert page.locator("[name='labs[0]._was']").input_value() == "1"
    expect(page.locator("[data-read='labs[0]']")).to_contain_text("0.78 mmol/L")


def test_a_laboratory_file_is_read_back_before_it_enters_the_sheet(open_page, session):
    page = open_page(f"/case/{session.anna}")
    page.locator("#bring-labs summary").click()
    page.locator("#labs-pasted").fill(
        "date,test,result,unit\n2026-11-02,PTH,5.4,pmol/L\n2026-11-02,creatinine,71,µmol/L"
    )
    page.locator("#labs-read").click()
    found = page.locator("#labs-found")
    expect(found).to_contain_text("5.4 pmol/L")
    found.get_by_role("button").last.click()
    expect(page.locator("[data-read='labs[3]']")).to_contain_text("71 µmol/L")
    check_page(page)


def test_a_start_without_answers_says_what_is_needed(open_page):
    page = open_page("/clients/new", Look("fr"))
    page.get_by_role("button", name="Créer le dossier").click()
    for name in ("person.sex", "person.age", "person.weight"):
        expect(page.locator(f"[name='{name}']").first).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#town")).to_have_attribute("aria-invalid", "true")
    assert page.locator(".problem").all_text_contents() == ["À remplir."] * 4
    check_page(page)
