"""From nothing to a plan that is taken away, as a new user would go, in both languages."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import Look
from .test_desk import start

NAMES = {"en": ("New client", "Plan", "Data (JSON)"), "fr": ("Nouveau client", "Plan", "Données (JSON)")}
TWO_MINUTES = 120
"""Seconds in which a new user should have a forecast; a program that types at once must be far below."""


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_new_user_sees_a_forecast_then_a_plan_and_takes_it_away(open_page, lang):
    new, plan, data = NAMES[lang]
    page = open_page("/clients", Look(lang))
    begun = time.monotonic()
    page.get_by_role("link", name=new).click()
    start(page, lang, f"Journey {lang}")
    expect(page.locator("main svg.chart").first).to_be_visible()
    assert time.monotonic() - begun < TWO_MINUTES / 4
    page.locator(".tabs").get_by_role("link", name=plan).click()
    expect(page.locator("#plan .rx-item").first).to_be_visible()
    assert page.locator("#heading svg").count() >= 1
    with page.expect_download() as taken:
        page.get_by_role("link", name=data).click()
    result = json.loads(Path(taken.value.path()).read_text(encoding="utf-8"))
    shown = page.locator("#plan .rx-item:not(.closed)").count()
    assert shown == len(result["plan"]["items"])


def test_nothing_personal_stands_in_an_address(open_page):
    page = open_page("/clients")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("link", name="Anna").click()
    page.locator(".tabs").get_by_role("link", name="Plan").click()
    page.locator("#plan").wait_for()
    page.locator(".tabs").get_by_role("link", name="Case").click()
    page.locator("[data-add='medicines']").click()
    page.locator("[data-place='medicines[1]'] [role=combobox]").press_sequentially("warf")
    page.locator("[role=option]").first.wait_for()
    assert len(asked) > len(("case", "plan", "search"))
    for word in ("anna", "warf", "levothyroxine"):
        assert not [url for url in asked if word in url.lower()]
