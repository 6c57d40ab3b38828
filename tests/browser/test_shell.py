"""The frame of the studio: every page in both languages, both schemes and two widths, and what every page offers."""

from __future__ import annotations

import pytest

from .conftest import NARROW, WIDE, Look, check_page

LOOKS = [Look("en", "light", WIDE), Look("fr", "dark", NARROW)]
PAGES = ["/clients", "/clients/new", "/case/ANNA", "/case/ANNA/history", "/case/ANNA/plan"]
PAGES += ["/evidence", "/case/0000", "/unlock", "/login"]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.lang}-{look.scheme}-{look.size['width']}")
@pytest.mark.parametrize("path", PAGES)
def test_every_page_can_be_read_by_everyone(open_page, session, path, look):
    page = open_page(path.replace("ANNA", session.anna), look)
    check_page(page)
    assert page.locator("html").get_attribute("lang") == look.lang
    assert page.locator("h1").count() == 1


def test_language_and_colours_are_chosen_once_for_every_page(open_page, session):
    page = open_page("/clients")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    with page.expect_navigation():
        page.get_by_role("button", name="Français").click()
    assert page.locator("html").get_attribute("lang") == "fr"
    with page.expect_navigation():
        page.get_by_label("Couleurs").select_option("dark")
    assert page.locator("html").get_attribute("data-scheme") == "dark"
    page.goto(f"/case/{session.anna}")
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.evaluate(ground) != light


def test_a_token_opens_one_session_and_leaves_the_address(browser, served, session):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{served.url}/login#{served.token}")
    page.get_by_text("It works once").wait_for()
    assert served.token not in page.url
    context.close()
    assert session.cookies[0]["httpOnly"]
    assert session.cookies[0]["sameSite"] == "Strict"
