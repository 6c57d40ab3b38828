"""The REST API: the commands' answers, every problem at once, bounded work, and a server for its owner alone."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from cofactor.faces.api import create_api
from cofactor.faces.cli import main
from cofactor.faces.work import BusyError, Work

ANNA = Path(__file__).parents[2] / "examples" / "anna.yaml"
CASE = {"case": ANNA.read_text(encoding="utf-8"), "lang": "en"}


@pytest.fixture(scope="module")
def api():
    return create_api()


def ask(api, method, path, **keys):
    async def go():
        transport = httpx.ASGITransport(api)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.request(method, path, **keys)

    return asyncio.run(go())


@pytest.mark.parametrize("question", ["check", "status", "plan"])
def test_an_answer_is_that_of_the_command(api, question, tmp_path):
    out = ["--out", str(tmp_path)] if question == "plan" else []
    printed = CliRunner().invoke(main, [question, str(ANNA), *out, "--json", "--lang", "en"])
    answer = ask(api, "POST", f"/api/{question}", json=CASE)
    assert answer.status_code == 200
    assert answer.json() == json.loads(printed.stdout)


def test_a_forecast_takes_doses(api):
    found = ask(api, "POST", "/api/forecast", json={**CASE, "days": 84, "add": ["vitamin_d D3 2000 IU"]}).json()
    assert {b["under"] for b in found["forecast"]} == {"now", "plan"}
    refused = ask(api, "POST", "/api/forecast", json={**CASE, "add": ["two white ones"]})
    assert refused.status_code == 422


def test_every_problem_of_a_case_comes_back_at_once(api):
    bad = {"cofactor": 1, "person": {"sex": "female", "age": 58, "wieght": "72 kg"}, "place": {"latitude": 48.9}}
    answer = ask(api, "POST", "/api/plan", json={"case": bad})
    assert answer.status_code == 422
    problems = answer.json()["problems"]
    assert len(problems) == 2
    assert all(p.keys() == {"where", "got", "expected", "do"} for p in problems)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'"x"', b'{"case": 3}', b'{"cas": {}}', b'{"case": "\\u0000"}', b'{"case": [[[]]]}'],
)
def test_what_is_no_question_is_refused(api, content):
    answer = ask(api, "POST", "/api/check", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["problems"]


def test_foods_are_found(api):
    found = ask(api, "GET", "/api/foods", params={"q": "œuf"}).json()["foods"]
    assert "oeuf" in found[0]["name_fr"].lower()
    assert ask(api, "GET", "/api/foods").status_code == 422
    assert ask(api, "GET", "/api/foods", params={"q": "x" * 300}).status_code == 422


def test_the_interface_is_described(api):
    described = ask(api, "GET", "/api/openapi.json").json()
    for path in ("/api/check", "/api/status", "/api/forecast", "/api/plan", "/api/foods"):
        assert path in described["paths"]
    for path in ("/api/check", "/api/plan"):
        assert {"200", "422", "429"} <= described["paths"][path]["post"]["responses"].keys()


def test_more_than_can_wait_is_told_to_come_back():
    async def go():
        work = Work(at_once=1, waiting=1)
        jobs = [asyncio.create_task(work.run(time.sleep, 0.05)) for _ in range(5)]
        return await asyncio.gather(*jobs, return_exceptions=True)

    found = asyncio.run(go())
    assert sum(isinstance(f, BusyError) for f in found) == 3
    assert sum(f is None for f in found) == 2


def test_work_goes_on_after_a_failure():
    async def go():
        work = Work(at_once=1, waiting=0)
        with pytest.raises(ZeroDivisionError):
            await work.run(lambda: 1 / 0)
        return await work.run(lambda: 7)

    assert asyncio.run(go()) == 7


def test_work_that_nobody_waits_for_any_more_keeps_its_place_until_it_is_done():
    async def go():
        work, free = Work(at_once=1, waiting=1), threading.Event()
        left = asyncio.create_task(work.run(free.wait, 10))
        await asyncio.sleep(0.01)
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
        next_one = asyncio.create_task(work.run(lambda: 7))
        await asyncio.sleep(0.05)
        begun_early = next_one.done()
        with pytest.raises(BusyError):
            await work.run(lambda: 8)
        free.set()
        return begun_early, await next_one, await work.run(lambda: 9)

    assert asyncio.run(go()) == (False, 7, 9)


def test_who_stops_waiting_for_a_place_gives_it_up():
    async def go():
        work, free = Work(at_once=1, waiting=1), threading.Event()
        first = asyncio.create_task(work.run(free.wait, 10))
        second = asyncio.create_task(work.run(lambda: 7))
        await asyncio.sleep(0.01)
        second.cancel()
        await asyncio.sleep(0.01)
        third = asyncio.create_task(work.run(lambda: 8))
        await asyncio.sleep(0.01)
        free.set()
        return await first, await third

    assert asyncio.run(go()) == (True, 8)


# --- the server as a process


@pytest.fixture(scope="module")
def server():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = "from cofactor.faces.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", "--port", str(port), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        first = [process.stdout.readline() for _ in range(4)]
        started = json.loads("".join(first))
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{started['url']}/api/health", timeout=5)
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.1)
        yield started, process
        process.terminate()
        process.wait(10)


def test_a_session_opens_once_and_answers_and_nothing_personal_is_logged(server):
    started, process = server
    with httpx.Client(base_url=started["url"]) as client:
        assert client.get("/api/health").status_code == 401
        assert client.post("/login", content=started["token"]).status_code == 204
        assert client.get("/api/health").status_code == 200
        assert client.post("/api/check", json=CASE).status_code == 200
    with httpx.Client(base_url=started["url"]) as other:
        assert other.post("/login", content=started["token"]).status_code == 401
        assert other.get("/api/health").status_code == 401
    process.terminate()
    assert process.wait(10) == 0
    logged = process.stdout.read() + process.stderr.read()
    for personal in ("Anna", "levothyroxine", started["token"], "case"):
        assert personal not in logged


def test_another_loopback_address_is_served_under_its_own_name():
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.2", 0))
        except OSError:
            pytest.skip("this system has one loopback address only")
        port = probe.getsockname()[1]
    code = "from cofactor.faces.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", "--host", "127.0.0.2", "--port", str(port), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        started = json.loads("".join(process.stdout.readline() for _ in range(4)))
        assert started["url"] == f"http://127.0.0.2:{port}"
        with httpx.Client(base_url=started["url"], timeout=60) as client:  # it listens; the application comes later
            assert client.post("/login", content=started["token"]).status_code == 204
            assert client.get("/api/health").status_code == 200
        process.terminate()
        assert process.wait(20) == 0


def test_a_port_that_is_taken_is_named_with_another():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        shown = CliRunner().invoke(main, ["serve", "--port", str(port), "--no-browser"])
    assert shown.exit_code == 2
    assert f"--port: got {port}" in shown.stderr


@pytest.mark.parametrize(
    "asked",
    [
        {"url": "/api/check", "json": {"case": {"person": 3}, "lang": "fr"}},
        {"url": "/api/check", "json": {"case": {"person": 3}}, "headers": {"accept-language": "fr-FR,fr;q=0.9"}},
        {"url": "/api/check", "json": {"case": 3, "lang": "fr"}},
        {"url": "/api/check", "content": b"{", "headers": {"accept-language": "fr"}},
        {"url": "/api/label", "json": {"label": {"product": 3}, "lang": "fr"}},
    ],
)
def test_a_refusal_is_told_in_the_language_that_was_asked_for(api, asked):
    found = ask(api, "POST", asked.pop("url"), **asked)
    assert found.status_code == 422
    told = " ".join(problem["do"] for problem in found.json()["problems"])
    assert any(word in told for word in ("Écrivez", "Ajoutez", "Envoyez", "écrivez"))
    assert not any(word in told for word in ("Write", "Add ", "Send", "Remove"))


def test_the_language_of_a_question_goes_before_that_of_the_browser(api):
    body = {"case": {"person": 3}, "lang": "en"}
    found = ask(api, "POST", "/api/check", json=body, headers={"accept-language": "fr"})
    assert "Write" in found.text
    unknown = ask(api, "GET", "/api/ask", params={"q": "x" * 300, "lang": "fr"})
    assert unknown.json()["problems"][0]["expected"] == ["200 caractères au plus"]


def test_an_address_that_others_reach_is_refused():
    shown = CliRunner().invoke(main, ["serve", "--host", "0.0.0.0"])
    assert shown.exit_code == 2
    assert "127.0.0.1" in shown.stderr
