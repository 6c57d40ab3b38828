"""What if, as a person uses it: sliders by keyboard, gates that answer, the link, and scenarios kept."""

from __future__ import annotations

import re

import pytest

from .conftest import NARROW, WIDE, Look, check_page

LOOKS = [Look("en", "light", WIDE), Look("fr", "dark", NARROW), Look("fr", "light", WIDE), Look("en", "dark", NARROW)]


def until(page, what):
    """Wait until a script finds something true. The page's policy lets no script wait inside of it."""
    for _ in range(1200):  # half a minute: the first look at a case computes a thousand bodies
        if page.evaluate(what):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"never: {what}")


def opened(open_page, session, state="#s=d25", look=None):
    """The page, once it shows the state of the link."""
    page = open_page(f"/live/{session.anna}{state}", look)
    until(page, "document.getElementById('live').dataset.shows")
    return page


AT_REST = "location.hash && document.getElementById('live').dataset.shows?.startsWith(location.hash.slice(1))"


def moved(page, act):
    """Do something, and wait until the page rests and shows what its link says: an earlier answer may still come in."""
    rest(page)
    page.evaluate("history.replaceState(null, '', location.pathname)")
    act()
    rest(page)


def rest(page):
    """Wait until nothing comes in for a while: the answer to the move before may be on its way."""
    still = 0
    for _ in range(1200):
        still = still + 1 if page.evaluate(AT_REST) else 0
        if still == 10:
            return
        page.wait_for_timeout(25)
    raise AssertionError("the page never rests")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.lang}-{look.scheme}-{look.size['width']}")
def test_everyone_can_read_and_move_it(open_page, session, look):
    page = opened(open_page, session, "#s=d100~mg400-citrate-1&keep=d0", look)
    page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true })")
    check_page(page)
    widest = "360" if look.size is NARROW else "900"
    assert page.locator("#main-chart svg").get_attribute("viewBox").split()[2] == widest


def test_a_slider_by_keyboard_moves_bands_words_and_gates(open_page, session):
    page = opened(open_page, session)
    slider = page.get_by_label("Vitamin D3", exact=True)
    assert slider.get_attribute("aria-valuetext").replace("\u00a0", " ") == "25 µg = 1,000 IU"
    line = "document.querySelector('#main-chart .med.s-d').getAttribute('d')"
    before, said = page.evaluate(line), page.locator("[data-caption='25OHD'], #chance").inner_text()
    slider.focus()
    moved(page, lambda: page.keyboard.press("End"))
    assert slider.get_attribute("aria-valuetext").replace("\u00a0", " ") == "125 µg = 5,000 IU"
    until(page, f"{line} !== {before!r}")
    assert page.locator("#chance").inner_text() != said
    assert page.locator("#bar .g-stop").count() == 2  # her 300 mg of magnesium stand above a limit as they are
    assert "No dose in a plan" in page.locator("#gates li").first.inner_text()
    until(page, "document.getElementById('spoken').textContent.includes('D3: STOP')")


def test_the_newest_move_wins_and_few_requests_are_made(open_page, session):
    page = opened(open_page, session)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/view?" in request.url else None)
    page.evaluate(
        "() => { const s = document.getElementById('s-d'); for (let i = 1; i <= 40; i++) {"
        " s.value = i * 2.5; s.dispatchEvent(new Event('input', { bubbles: true })) } }"
    )
    until(page, "/s=d100.*see=all/.test(document.getElementById('live').dataset.shows)")
    assert 1 <= len(asked) <= 4  # one on its way, the newest, and what is out of sight at rest


def test_the_link_holds_the_doses_and_nothing_else(open_page, session):
    page = opened(open_page, session)
    moved(page, lambda: page.get_by_label("Intakes of Magnesium").select_option("2"))
    moved(page, lambda: page.get_by_label("Form of Magnesium").select_option("citrate"))
    moved(page, page.get_by_role("button", name="Keep this scenario").click)
    state = page.evaluate("decodeURIComponent(location.hash)")
    assert re.fullmatch(r"#s=d25-D3-1~mg300-citrate-2&keep=d25-D3-1~mg300-citrate-2", state)
    again = opened(open_page, session, page.evaluate("location.hash"))
    assert again.get_by_label("Form of Magnesium").input_value() == "citrate"
    assert again.locator("#compared tbody tr").count() == 3
    assert again.locator("#main-chart .kept").count() == 1
    again.get_by_role("button", name="Forget A").click()
    until(again, "!document.querySelector('#compared tbody tr') && !location.hash.includes('keep')")


def test_presets_and_files(open_page, session):
    page = opened(open_page, session)
    moved(page, page.get_by_role("button", name="Nothing").click)
    assert page.get_by_label("Vitamin D3", exact=True).input_value() == "0"
    moved(page, page.get_by_role("button", name="As now").click)
    assert page.get_by_label("Vitamin D3", exact=True).input_value() == "25"
    moved(page, page.get_by_role("button", name="The plan").click)
    until(page, "document.getElementById('csv').href.includes('s=d')")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export CSV").click()
    assert waiting.value.suggested_filename == "levels.csv"


def test_a_busy_server_is_asked_again(open_page, session):
    page = opened(open_page, session)
    refused = []

    def once(route):
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.fulfill(status=429, headers={"retry-after": "0.2"}, json={"problems": []})

    page.route("**/view?*", once)
    moved(page, lambda: page.get_by_label("Vitamin D3", exact=True).press("ArrowRight"))
    assert len(refused) == 1
