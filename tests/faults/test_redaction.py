"""A full run with a case of planted values: none of them is anywhere but in the results that were asked for."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys

import httpx
import pytest

from cofactor.faces.api import create_api

PLANTED = ("Zebulina", "71.375", "48.8125", "19.4375", "1968-07-13", "levothyroxine", "Quagga 1317")
CASE = """\
cofactor: 1
person: {name: Zebulina, sex: female, born: 1968-07-13, weight: 71.375 kg, height: 165 cm, menopause: 2019}
place: {latitude: 48.8125, country: FR}
medicines: [levothyroxine]
supplements:
  - {label: Quagga 1317, nutrient: magnesium, form: citrate, amount: 150 mg, of: elemental, every: day}
labs:
  - {date: 2026-10-02, analyte: 25OHD, value: 19.4375, unit: ng/mL}
today: 2026-11-22
"""
TRIAL = """\
trial: 1
population: {people: 8, seed: 1, latitude: 48.8125, age: {mean: 40, sd: 8, min: 20, max: 64}}
start: 2026-10-15
arms: [{name: placebo}]
weeks: 1
observe: {outcomes: [25OHD], weeks: [1]}
"""
LOUD = "import logging, sys; logging.basicConfig(level=logging.DEBUG); from cofactor.faces.cli import main; main()"


def planted_in(text: str | bytes) -> list[str]:
    found = text if isinstance(text, bytes) else text.encode()
    return [value for value in PLANTED if value.encode() in found]


def test_a_run_leaves_nothing_personal_outside_its_results(tmp_path):
    """Everything logs as loudly as it can; the user's whole home is searched afterwards."""
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    (work / "a.yaml").write_text(CASE, encoding="utf-8")
    (work / "t.yaml").write_text(TRIAL, encoding="utf-8")
    places = {
        name: str(home) for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
    }
    env = os.environ | places | {"COFACTOR_PASSPHRASE": "a passphrase to try", "PYTHONDONTWRITEBYTECODE": "1"}
    env.pop("COFACTOR_DATA", None)
    commands = (
        ("plan", "a.yaml", "--out", "out"),
        ("trial", "t.yaml", "--out", "trial", "-q"),
        ("case", "save", "a.yaml", "--as", "one", "--seal"),
        ("check", "a.yaml", "-q"),
    )
    for command in commands:
        ran = subprocess.run(
            [sys.executable, "-c", LOUD, *command], cwd=work, env=env, capture_output=True, check=False
        )
        assert ran.returncode in (0, 3), ran.stderr
        assert planted_in(ran.stderr) == [], command
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len([path for path in left if home in path.parents]) > 1  # the store, and what the engine keeps
    with_values = {str(p.relative_to(tmp_path)) for p in left if planted_in(p.read_bytes()) or planted_in(p.name)}
    results = {"work/a.yaml", "work/t.yaml", "work/out/report.html", "work/out/result.json", "work/out/schedule.ics"}
    assert with_values <= results
    assert "Zebulina" in (work / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("question", ["check", "status", "forecast", "plan"])
@pytest.mark.parametrize("spoilt", [False, True])
def test_nothing_personal_is_logged_by_the_interface(caplog, capfd, question, spoilt):
    """Answered or refused: no log line, no output of the program and no address holds a planted value."""
    case = CASE.replace("labs:", "labbs:") if spoilt else CASE

    async def asked():
        transport = httpx.ASGITransport(create_api())
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post(f"/api/{question}", json={"case": case}, timeout=60)

    with caplog.at_level(logging.DEBUG):
        answer = asyncio.run(asked())
    assert answer.status_code == (422 if spoilt else 200)
    assert planted_in(str(answer.request.url)) == []
    assert caplog.records, "the request itself is logged by the client"
    assert planted_in(caplog.text) == []
    assert planted_in("".join(capfd.readouterr())) == []
    assert spoilt or planted_in(json.dumps(answer.json())) != [] or question in ("check", "forecast")
