"""The picture of the system as a person uses it: time, doses, colours, and arrows by pointer, keyboard and list."""

from __future__ import annotations

import pytest

from .conftest import NARROW, WIDE, Look, check_page
from .test_live import moved, until

LOOKS = [Look("en", "light", WIDE), Look("fr", "dark", NARROW), Look("fr", "light", WIDE), Look("en", "dark", WIDE)]
STROKE = "getComputedStyle(document.querySelector('#picture [data-arrow={}] .flow')).stroke"


def opened(open_page, session, state="#s=d100&day=84", look=None):
    page = open_page(f"/system/{session.anna}{state}", look)
    until(page, "document.getElementById('live').dataset.shows")
    return page


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.lang}-{look.scheme}-{look.size['width']}")
def test_everyone_can_read_it_and_open_an_arrow(open_page, session, look):
    page = opened(open_page, session, look=look)
    check_page(page)
    page.locator("#arrows [data-arrow=kidney]").click()
    page.locator("#arrow[open] h2").wait_for()
    check_page(page)


def test_an_arrow_opens_by_keyboard_and_gives_the_place_back(open_page, session):
    page = opened(open_page, session)
    arrow = page.locator("#picture [data-arrow=Ca_absorbed]")
    assert "calcium absorbed" in arrow.get_attribute("aria-label")
    arrow.focus()
    page.keyboard.press("Enter")
    page.locator("#arrow[open]").wait_for()
    assert "absCa :=" in page.locator("#arrow").inner_text()
    page.keyboard.press("Escape")
    until(page, "!document.getElementById('arrow').open")
    assert page.evaluate("document.activeElement.dataset.arrow") == "Ca_absorbed"


def test_an_arrow_opens_by_pointer(open_page, session):
    page = opened(open_page, session)
    page.locator("#picture [data-arrow=swallowed]").click()
    page.get_by_role("heading", name="Vitamin D swallowed").wait_for()
    page.get_by_role("button", name="Close").click()
    until(page, "!document.getElementById('arrow').open")


def test_arrows_follow_time_doses_and_the_choice_of_colour(open_page, session):
    page = opened(open_page, session, "#s=&day=0")
    width = "Number(document.querySelector('#picture [data-arrow=swallowed] .flow').getAttribute('stroke-width'))"
    unchanged, before = page.evaluate(STROKE.format("swallowed")), page.evaluate(width)
    moved(page, lambda: page.get_by_label("Vitamin D3", exact=True).press("End"))
    moved(page, lambda: page.get_by_label("Day", exact=True).press("End"))
    until(page, "location.hash.endsWith('day=364')")
    assert page.get_by_label("Day", exact=True).get_attribute("aria-valuetext").endswith("2027")
    until(page, f"{width} > {before}")
    until(page, f"{STROKE.format('swallowed')} !== {unchanged!r}")
    page.wait_for_timeout(300)  # colours fade
    changed = page.evaluate(STROKE.format("swallowed"))
    page.get_by_label("substance").check()
    until(page, f"{STROKE.format('swallowed')} !== {changed!r}")
    page.get_by_role("link", name="Every level over the year").click()
    page.wait_for_url("**/live/**")
    until(page, "document.getElementById('live')?.dataset.shows")
    assert page.get_by_label("Vitamin D3", exact=True).input_value() == "125"
