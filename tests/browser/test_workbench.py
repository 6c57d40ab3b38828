"""The workbench in a browser: a trial built, run and cancelled, a model moved by its slider, and bad input refused."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import NARROW, WIDE, Look, check_page, sideways

LOOKS = [Look("en", "light", WIDE), Look("fr", "dark", NARROW)]
TRIAL = re.compile(r"/trials/[0-9a-f]{16}$")
MODEL = re.compile(r"/models/[0-9a-f]{16}$")
ORAL = "model oral\n  gut = 100; blood = 0; ka = 1.2; ke = 0.3\n  gut' = -ka*gut\n  blood' = ka*gut - ke*blood\nend\n"
CHART = "#figure svg.chart"


@pytest.fixture(scope="module")
def finished(open_once):
    """The address of a trial that was built in the form and has run."""
    page = open_once("/trials/new?start=winter")
    page.get_by_label("People in every arm").fill("150")
    page.get_by_label("Weeks", exact=True).fill("8")
    page.get_by_label("Read at weeks").fill("0, 4, 8")
    page.get_by_role("button", name="Remove 60 000 IU a month").click()
    page.get_by_role("button", name="Copy D3 4000 IU").click()
    expect(page.get_by_label("Name of the arm").last).to_be_focused()
    page.get_by_label("Name of the arm").last.fill("twice as much")
    page.get_by_label("Amount").last.fill("8000 IU")
    expect(page.locator("#size")).to_have_text("6 arms × 150 people = 900 virtual people, 8 weeks")
    expect(page.locator("#written")).to_contain_text("name: twice as much")
    page.get_by_role("button", name="Run the trial").click()
    page.wait_for_url(TRIAL)
    page.locator("#figures").wait_for(timeout=60_000)
    return page.url


@pytest.fixture(scope="module")
def oral(open_once):
    """The address of a model that was read."""
    page = open_once("/models")
    page.get_by_label("Antimony or SBML").fill(ORAL)
    page.get_by_role("button", name="Read it").click()
    page.wait_for_url(MODEL, timeout=60_000)
    return page.url


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.lang}-{look.scheme}-{look.size['width']}")
@pytest.mark.parametrize(
    "path", ["/trials", "/trials/new?start=calcium", "/models", "TRIAL", "MODEL", f"/trials/{'0' * 16}"]
)
def test_every_page_can_be_read_by_everyone(open_page, finished, oral, path, look):
    page = open_page({"TRIAL": finished, "MODEL": oral}.get(path, path), look)
    if path == "MODEL":
        page.locator(CHART).first.wait_for(state="attached")
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true })")
    check_page(page)


def test_a_finished_trial_shows_each_outcome_with_its_numbers(open_page, finished):
    page = open_page(finished)
    figures = page.locator("#figures figure")
    assert figures.count() == 4
    expect(figures.first).to_contain_text("25(OH)D at week 8, all arms")
    page.get_by_label("Outcome").select_option("Ca_urine")
    expect(figures.first).to_contain_text("calcium in urine at week 8, all arms")
    assert "outcome=Ca_urine" in page.url
    page.reload()
    expect(page.locator("#figures figure").first).to_contain_text("calcium in urine")
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV", exact=True).click()
    rows = taken.value.path().read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("arm,person,days,25OHD (nmol/L),")
    assert len(rows) == 1 + 6 * 150 * 3


def test_a_running_trial_outlives_its_page_and_is_cancelled_at_once(open_page):
    page = open_page("/trials/new?start=winter")
    page.get_by_label("People in every arm").fill("200000")
    page.get_by_role("button", name="Run the trial").click()
    page.wait_for_url(TRIAL)
    expect(page.locator("#far")).to_contain_text("of 200,000 people", timeout=30_000)
    page.reload()
    expect(page.locator("#far")).to_contain_text("200,000")
    with page.expect_navigation():
        page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#far")).to_have_text("cancelled")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete for good?").click()
    page.wait_for_url("**/trials")


def test_every_problem_of_a_trial_stands_beside_its_field(open_page):
    page = open_page("/trials/new?start=winter")
    page.get_by_label("People in every arm").fill("many")
    page.get_by_label("Amount").first.fill("900000 IU")
    expect(page.locator(".problem")).to_have_count(2)
    beside = page.locator(".field", has=page.get_by_label("People in every arm"))
    expect(beside.locator(".problem")).to_contain_text("many")
    assert page.get_by_label("Amount").first.get_attribute("aria-invalid") == "true"
    page.get_by_role("button", name="Run the trial").click()
    expect(page.get_by_label("People in every arm")).to_be_focused()
    page.get_by_label("People in every arm").fill("100")
    page.get_by_label("Amount").first.fill("900 IU")
    expect(page.locator(".problem")).to_have_count(0)


def test_a_trial_file_fills_the_form_and_keeps_what_the_form_does_not_know(open_page):
    page = open_page("/trials/new")
    arms = "arms: [{name: one, give: {nutrient: calcium, amount: 500 mg}}]"
    text = f"trial: 1\npopulation: {{people: 40, skin: {{2: 1}}}}\n{arms}\ndays: 30\n"
    page.locator("#open").set_input_files({"name": "t.yaml", "mimeType": "text/plain", "buffer": text.encode()})
    expect(page.get_by_label("Name of the arm")).to_have_count(1)
    expect(page.get_by_label("Name of the arm")).to_have_value("one")
    expect(page.get_by_label("population.skin.2")).to_have_value("1")
    expect(page.locator("#size")).to_have_text("1 arm × 40 people = 40 virtual people, 30 days")
    page.locator("#open").set_input_files({"name": "t.yaml", "mimeType": "text/plain", "buffer": b"[1, 2]"})
    expect(page.locator("#elsewhere")).to_contain_text("no keys and values")


def test_a_slider_moves_the_curves_of_a_model(open_page, oral):
    page = open_page(oral)
    page.locator(CHART).first.wait_for(state="attached")
    page.get_by_label("Until time").fill("24")
    expect(page.locator("#figure figcaption")).to_contain_text("blood from 0 to 0.09954")  # Bateman: 0.09954 at 24 h
    page.get_by_role("slider", name="ke").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#c-ke")).not_to_have_value("0.3")
    expect(page.locator("#figure figcaption")).not_to_contain_text("0.09954")
    page.get_by_role("button", name="As it came").click()
    expect(page.locator("#figure figcaption")).to_contain_text("0.09954")
    page.get_by_label("Until time").fill("-3")
    expect(page.locator("#problems .problem")).to_contain_text("-3")
    assert sideways(page) <= 0


def test_a_model_that_cannot_be_used_is_refused_with_its_reason(open_page):
    page = open_page("/models")
    page.get_by_label("Antimony or SBML").fill("model m\n x = 1; x' = -x\n at (time > 2): x = 3\nend")
    page.get_by_role("button", name="Read it").click()
    expect(page.locator("[data-problems] .problem")).to_contain_text("events", timeout=60_000)


def test_the_validation_is_shown_beside(open_page, finished):
    page = open_page(finished)
    page.get_by_role("link", name="Show the validation").click()
    page.wait_for_url("**/validation")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    check_page(page)
