"""A browser, a studio to look at, and what holds for every page: no error, no other host, nothing hidden from anyone.

``page`` is a page of Chromium that is logged in to a running ``cofactor serve`` with its real door. When a test ends,
the page must have logged no error and asked no other host. A machine without Chromium fails these tests.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from cofactor.person.store import open_store

CHROMIUM = "/usr/bin/chromium"
ANNA = Path(__file__).parents[2] / "examples" / "anna.yaml"
NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Served:
    """A running studio: its address, the cookie of its one session, and the id of Anna's case."""

    url: str
    token: str
    anna: str
    cookies: list = field(default_factory=list)


@pytest.fixture(scope="package")
def served(tmp_path_factory):
    """``cofactor serve`` on a free port, with Anna's case in its store; it stops when asked, and logs nothing.

    Everything that the browser did went through it, so nothing of a case may stand in what it wrote.
    """
    folder = tmp_path_factory.mktemp("studio")
    with open_store(folder / "cases", create=True) as store:
        anna = store.save("Anna", ANNA.read_text(encoding="utf-8"))[0].case
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = "from cofactor.faces.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", "--no-browser", "--json", "--lang", "en", "--port", str(port)]
    environment = {**os.environ, "COFACTOR_DATA": str(folder)}
    errors = folder / "errors.txt"
    with (
        errors.open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment) as server,
    ):
        said = []
        while (not said or said[-1] != "}\n") and (line := server.stdout.readline()):
            said.append(line)
        yield Served(anna=anna, **json.loads("".join(said)))
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == 0
        logged = server.stdout.read() + errors.read_text(encoding="utf-8")
    for personal in ("Anna", "levothyroxine", "Journey", "ng/mL"):
        assert personal not in logged


@pytest.fixture(scope="package")
def browser():
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


@pytest.fixture(scope="package")
def session(served, browser):
    """The login, once: a token opens one session."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{served.url}/login#{served.token}")
    page.wait_for_url(f"{served.url}/clients")
    served.cookies = context.cookies()
    context.close()
    return served


@dataclass
class Look:
    """How a page is looked at."""

    lang: str = "en"
    scheme: str = "light"
    size: dict = field(default_factory=lambda: WIDE)
    fails: tuple[str, ...] = ()  # what the browser logs of failures that the test brings about: "status of 401"


@pytest.fixture
def open_page(session, browser):
    """Open pages: ``open_page("/clients", Look("fr", "dark", NARROW))``. Each is watched until the test ends."""
    yield from opener(session, browser)


@pytest.fixture(scope="module")
def open_once(session, browser):
    """The same, watched until the last test of the module ends."""
    yield from opener(session, browser)


def opener(session, browser):
    contexts, wrong = [], []

    def opened(path: str, look: Look | None = None) -> Page:
        look = look or Look()
        context = browser.new_context(
            base_url=session.url, viewport=look.size, color_scheme=look.scheme, reduced_motion="reduce"
        )
        context.add_cookies([*session.cookies, {"name": "cofactor_lang", "value": look.lang, "url": session.url}])
        contexts.append(context)
        page = context.new_page()
        watch(page, session.url, wrong, look.fails)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def watch(page: Page, ours: str, wrong: list[str], fails: tuple[str, ...] = ()) -> None:
    """Note errors of scripts and requests to other hosts.

    A refusal (422, 429) is an answer, and so is a page that says that there is no such page; the browser logs them.
    """

    def said(message):
        refused = any(f"status of {code}" in message.text for code in (422, 429))
        answered = refused or message.location["url"] == page.url or any(told in message.text for told in fails)
        if message.type == "error" and not answered:
            wrong.append(f"console: {message.text}")

    def asked(request):
        if not request.url.startswith((ours, "data:", "blob:")):
            wrong.append(f"another host: {request.url}")

    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    page.on("request", asked)


def axe(page: Page) -> list[str]:
    """What axe finds on a page, one line for each element."""
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [f"{v['id']}: {n['html'][:120]}" for v in found.response["violations"] for n in v["nodes"]]


def sideways(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def check_page(page: Page) -> None:
    """What holds for every page in every language, scheme and width."""
    assert axe(page) == []
    assert sideways(page) <= 0


__all__ = ["Browser", "Look", "axe", "check_page", "sideways", "watch"]
