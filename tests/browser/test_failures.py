"""What goes wrong on the way, in a browser: another tab, no server, a session that ended, too much at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from cofactor.faces.door import MOST_BODY

from .conftest import NARROW, Look, axe

LOOKS = {
    "gone": Look(fails=("net::ERR",)),
    "ended": Look(fails=("status of 401",)),
    "broken": Look(fails=("status of 500",)),
}
SAYS = {"gone": "No answer came", "ended": "another tab; what you typed", "broken": "could not answer"}
FIVE = {"person.age": "44", "person.weight": "64"}
CASE = {
    "person": {"sex": "female", "age": 45, "weight": "64 kg"},
    "place": {"latitude": 48.9, "country": "FR"},
}
POST = """([to, values]) => fetch(to, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(values),
}).then((answer) => answer.status)"""


def fail(page, how, where="**/*"):
    """From now on every question of a script fails in one way."""

    def answer(route):
        if route.request.resource_type != "fetch":
            route.fallback()
        elif how == "gone":
            route.abort()
        elif how == "ended":
            route.fulfill(status=401, content_type="text/plain", body="Open the address that was printed.")
        else:
            route.fulfill(status=500, content_type="text/plain", body="Internal Server Error")

    page.route(where, answer)


def new_client(page, name):
    """A client of the five answers; gives its id."""
    page.goto("/clients/new")
    page.locator("[name='person.sex'][value=female]").check()
    for field, value in FIVE.items():
        page.locator(f"[name='{field}']").fill(value)
    page.locator("#town").select_option("Europe/Paris")
    page.locator("[name=name]").fill(name)
    page.locator("button.main").click()
    page.wait_for_url(re.compile(r"/live/[0-9a-f]{16}"))
    return page.url.rsplit("/", 1)[1][:16]


def until(page, what):
    """Wait until a script finds something true; the page's policy lets no script wait inside of it."""
    for _ in range(1200):
        if page.evaluate(what):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"never: {what}")


def test_the_second_of_two_tabs_undoes_nothing(open_page):
    late = Look("en", size=NARROW, fails=("status of 409",))
    first, second = open_page("/clients"), open_page("/clients", late)
    case = f"/case/{new_client(first, 'Two tabs')}"
    second.goto(case)
    first.goto(case)
    first.locator("[name='person.height']").fill("170")
    first.locator("#save").click()
    expect(first.locator("#state")).to_contain_text("version 2")
    first.locator("[name='person.height']").fill("171")
    first.locator("#save").click()  # its own version counts as the one that it goes on from
    expect(first.locator("#state")).to_contain_text("version 3")

    second.locator("[name='person.weight']").fill("99")
    second.locator("#save").click()
    told = second.locator(".save-bar [data-failed]")
    expect(told).to_contain_text("saved elsewhere")
    second.wait_for_timeout(600)  # the check that follows what was typed
    expect(told).to_be_in_viewport()
    assert second.locator("[name='person.weight']").input_value() == "99"
    expect(second.locator("#save")).to_be_enabled()
    assert axe(second) == []
    with second.context.expect_page() as opened:
        told.get_by_role("link").click()
    expect(opened.value.locator("[name='person.height']")).to_have_value("171")
    expect(opened.value.locator("[name='person.weight']")).to_have_value("64")


@pytest.mark.parametrize("how", SAYS)
def test_the_desk_says_why_it_was_not_saved_and_can_be_tried_again(open_page, session, how):
    page = open_page(f"/case/{session.anna}", LOOKS[how])
    page.wait_for_load_state("networkidle")
    fail(page, how)
    page.locator("[name='person.weight']").fill("71")
    page.locator("#save").click()
    told = page.locator(".save-bar [data-failed]")
    expect(told).to_contain_text(SAYS[how])
    expect(page.locator("#save")).to_be_enabled()
    assert page.locator("[name='person.weight']").input_value() == "71"
    page.unroute_all()
    page.locator("[name='person.weight']").fill("72")
    expect(told).to_be_empty()


@pytest.mark.parametrize("how", SAYS)
def test_every_form_says_so_too(open_page, how):
    page = open_page("/clients/new", LOOKS[how])
    says = SAYS[how]
    fail(page, how)
    page.locator("button.main").click()
    expect(page.locator("#start [data-problems]")).to_contain_text(says)
    expect(page.locator("button.main")).to_be_focused()
    page.get_by_role("button", name="Français").click()
    expect(page.locator("#told")).to_contain_text(says)
    page.locator("#scheme").select_option("dark")
    expect(page.locator("#scheme")).to_have_value("auto")
    assert axe(page) == []

    page.goto("/clients")
    page.locator("#passphrase").fill("five words that nobody knows")
    page.locator("#again").fill("five words that nobody knows")
    page.locator("#protect button").click()
    expect(page.locator("#protect [data-problems]")).to_contain_text(says)
    expect(page.locator("#protect button")).to_be_enabled()

    page.goto("/trials/new")
    expect(page.locator("#elsewhere")).to_contain_text(says)
    page.locator("#begin").click()
    expect(page.locator("#begin")).to_be_enabled()
    expect(page.locator("#elsewhere .problem")).to_have_count(1)

    page.goto("/models")
    page.get_by_role("button", name="Read").click()
    expect(page.locator("#bring [data-problems]")).to_contain_text(says)
    expect(page.locator("#busy")).to_be_empty()


def test_it_is_said_in_french(open_page, session):
    page = open_page(f"/case/{session.anna}", Look("fr", fails=("status of 401",)))
    page.wait_for_load_state("networkidle")
    fail(page, "ended")
    page.locator("#save").click()
    expect(page.locator(".save-bar [data-failed]")).to_contain_text("Cette session est terminée.")


def test_what_is_too_large_is_not_sent(open_page):
    page = open_page("/models")
    page.locator("#text").evaluate("(box, size) => { box.value = 'x'.repeat(size) }", MOST_BODY)
    page.get_by_role("button", name="Read").click()
    expect(page.locator("#bring [data-problems]")).to_contain_text("at most 2 MB")
    page.unroute_all()
    page = open_page("/models", Look(fails=("status of 413",)))
    page.route("**/models", lambda route: route.fulfill(status=413, body="At most 2,097,152 bytes."))
    page.get_by_role("button", name="Read").click()
    expect(page.locator("#bring [data-problems]")).to_contain_text("at most 2 MB")


def test_a_refused_laboratory_file_stays_refused_until_the_next_is_read(open_page, session):
    page = open_page(f"/case/{session.anna}")
    page.locator("#bring-labs summary").click()
    page.locator("#labs-pasted").fill("nothing of a laboratory")
    page.locator("#labs-read").click()
    found = page.locator("#labs-found .problem")
    found.first.wait_for()
    page.locator("[name='person.weight']").fill("73")
    page.wait_for_timeout(900)  # the check of the desk has come back
    expect(found.first).to_be_visible()
    page.locator("#labs-pasted").fill("date,test,result,unit\n2026-11-02,PTH,5.4,pmol/L")
    page.locator("#labs-read").click()
    expect(page.locator("#labs-found")).to_contain_text("5.4 pmol/L")
    expect(found).to_have_count(0)


def test_a_client_is_made_once_however_often_one_clicks(open_page):
    page = open_page("/clients/new")
    asked = []

    def slow(route):
        asked.append(route.request.post_data)
        page.wait_for_timeout(300)
        route.fulfill(json={"location": "/clients"})

    page.route("**/clients/new", lambda route: slow(route) if route.request.method == "POST" else route.continue_())
    page.locator("button.main").dblclick()
    page.wait_for_url("**/clients")
    assert len(asked) == 1


@pytest.mark.parametrize(
    "state",
    ["s=d60-D3-1&keep=bogus", "s=mg200-plutonium-9", "s=mg200-plutonium-1", "s=d99999", "s=d1e400", "s=k-5", "s=d370"],
)
def test_a_link_that_cannot_be_read_is_said_and_the_plan_shown(open_page, session, state):
    page = open_page(f"/live/{session.anna}#{state}")
    until(page, "document.getElementById('live').dataset.shows")
    told = page.locator(".bar #state")
    expect(told).to_contain_text("This link cannot be read")
    expect(told).to_be_in_viewport()
    plan = page.locator("#live").get_attribute("data-plan")
    until(page, f"new URLSearchParams(document.getElementById('live').dataset.shows).get('s') === {plan!r}")
    page.get_by_label("Vitamin D3", exact=True).focus()
    page.keyboard.press("Home")
    until(page, "/^s=d0/.test(document.getElementById('live').dataset.shows)")
    expect(told).to_be_empty()


@pytest.mark.parametrize(("how", "says"), [("gone", "No answer came"), ("broken", "could not answer")])
def test_sliders_go_on_after_an_answer_that_failed(open_page, session, how, says):
    page = open_page(f"/live/{session.anna}#s=d25", LOOKS[how])
    until(page, "document.getElementById('live').dataset.shows")
    page.evaluate("scrollTo(0, 700)")
    fail(page, how)
    slider = page.get_by_label("Vitamin D3", exact=True)
    slider.press("End")
    told = page.locator(".bar #state")
    expect(told).to_contain_text(says)
    expect(told).to_be_in_viewport()
    page.wait_for_timeout(400)
    page.unroute_all()
    slider.press("Home")
    until(page, "/^s=d0/.test(document.getElementById('live').dataset.shows)")
    expect(told).to_be_empty()


def test_what_if_tells_that_a_case_changed_or_went(open_page):
    page = open_page("/clients", Look(fails=("status of 409", "status of 404")))
    case = new_client(page, "Soon gone")
    until(page, "document.getElementById('live').dataset.shows")
    assert page.evaluate(POST, [f"/case/{case}/save", {"case": CASE, "version": 1}]) == 200
    slider = page.get_by_label("Vitamin D3", exact=True)
    slider.press("End")
    told = page.locator(".bar #state")
    expect(told).to_contain_text("has changed since this page was opened. ")
    assert ".." not in told.inner_text()
    assert axe(page) == []
    with page.expect_navigation():
        told.get_by_role("button", name="Load the new version").click()
    until(page, "document.getElementById('live').dataset.shows?.startsWith('s=d125')")
    assert page.evaluate(POST, [f"/case/{case}/delete", {"name": "Soon gone"}]) == 200
    slider.press("Home")
    expect(told).to_contain_text("This client is no longer there.")
    slider.press("End")
    until(page, "location.hash.startsWith('#s=d125')")
