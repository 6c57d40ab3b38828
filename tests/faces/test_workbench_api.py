"""Trials and models over HTTP: what the description promises, the same refusals, 429 under overload, and recovery."""

from __future__ import annotations

import asyncio
import io
import json
import time
import zipfile

import httpx
import pytest
import schemathesis
from click.testing import CliRunner

from cofactor.faces.api import RETRY_SECONDS, create_api
from cofactor.faces.cli import main
from cofactor.faces.work import AT_ONCE, WAITING, BusyError
from cofactor.faces.workbench.bench import Bench
from cofactor.faces.workbench.child import Child
from cofactor.faces.workbench.jobs import WAITING as TRIALS_WAITING

TRIAL = {
    "trial": 1,
    "name": "été 1/2",
    "population": {"people": 64, "seed": 9, "latitude": 52},
    "arms": [
        {"name": "placebo"},
        {"name": "D3", "give": [{"nutrient": "vitamin_d", "form": "D3", "amount": "1000 IU"}]},
    ],
    "weeks": 8,
}
LONG = {**TRIAL, "population": {"people": 1_000_000}}
ORAL = "model oral\n gut = 100; blood = 0; ka = 1.2\n gut' = -ka*gut\n blood' = ka*gut\nend"
NOBODY = "0" * 16
SOON = 2.0  # seconds: it takes one at most, and tests share their machine


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    found = Bench(tmp_path_factory.mktemp("trials"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def ask(bench):
    """Ask, and hold every answer against the description of the API."""
    api = create_api(bench=bench)
    described = schemathesis.openapi.from_dict(api.openapi())

    def asked(method, path, like=None, **keys):
        async def go():
            transport = httpx.ASGITransport(api)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
                return await client.request(method, path, **keys)

        answer = asyncio.run(go())
        described[like or path][method].validate_response(answer)
        return answer

    return asked


@pytest.fixture(scope="module")
def done(ask):
    """The id of a finished trial."""
    begun = ask("POST", "/api/trials", json={"trial": TRIAL})
    assert begun.status_code == 202
    id_ = begun.json()["id"]
    end = time.monotonic() + 30
    while (now := ask("GET", f"/api/trials/{id_}", "/api/trials/{id}").json())["state"] != "done":
        assert now["state"] in ("waiting", "running")
        assert time.monotonic() < end
        time.sleep(0.05)
    return id_


def test_a_trial_runs_and_its_files_can_be_taken(ask, done, tmp_path):
    path = tmp_path / "trial.yaml"
    files = {
        name: ask("GET", f"/api/trials/{done}/files/{name}", "/api/trials/{id}/files/{name}")
        for name in ("trial.yaml", "trial.py", "summary.json", "manifest.json", "readings.csv", "readings.parquet")
    }
    assert all(answer.status_code == 200 for answer in files.values())
    assert all(f'filename="{name}"' in answer.headers["content-disposition"] for name, answer in files.items())
    path.write_bytes(files["trial.yaml"].content)
    printed = CliRunner().invoke(main, ["trial", str(path), "--out", str(tmp_path / "out"), "--json"])
    assert files["summary.json"].json() == json.loads(printed.stdout)
    assert files["readings.parquet"].content[:4] == b"PAR1"
    compile(files["trial.py"].text, "trial.py", "exec")


def test_results_are_asked_by_outcome_and_day(ask, done):
    where = f"/api/trials/{done}/results", "/api/trials/{id}/results"
    found = ask("GET", *where).json()
    assert (found["outcome"], found["days"], found["line"], found["limit"]) == ("25OHD", 56, 50, 125)
    assert [p["dose"] for p in found["response"]["points"]] == [0, 25]
    refused = ask("GET", *where, params={"outcome": "PTH", "days": 3})
    assert refused.status_code == 422
    assert [p["where"] for p in refused.json()["problems"]] == ["outcome", "days"]


def test_a_trial_that_cannot_be_read_is_refused_with_every_problem(ask):
    bad = {**TRIAL, "people": 3, "arms": [{"name": "x", "give": [{"nutrient": "iron", "amount": "1 mg"}]}]}
    answer = ask("POST", "/api/trials", json={"trial": bad})
    assert answer.status_code == 422
    assert [p["where"] for p in answer.json()["problems"]] == ["arms[0].give[0].nutrient", "people"]


def test_trials_beyond_the_queue_get_429_and_a_cancelled_one_makes_room(ask, bench):
    taken = [ask("POST", "/api/trials", json={"trial": LONG}).json()["id"] for _ in range(1 + TRIALS_WAITING)]
    refused = ask("POST", "/api/trials", json={"trial": LONG})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, str(RETRY_SECONDS))
    for id_ in taken:
        begun = time.monotonic()
        cancelled = ask("POST", f"/api/trials/{id_}/cancel", "/api/trials/{id}/cancel")
        assert cancelled.json()["state"] == "cancelled"
        assert time.monotonic() - begun < SOON
    again = ask("POST", "/api/trials", json={"trial": LONG})
    assert again.status_code == 202
    assert ask("DELETE", f"/api/trials/{again.json()['id']}", "/api/trials/{id}").status_code == 204
    assert [p.name for p in bench.jobs.folder.glob(".*")] == []


def test_what_is_not_there_is_said_so(ask):
    for method, path, like in (
        ("GET", f"/api/trials/{NOBODY}", "/api/trials/{id}"),
        ("GET", f"/api/trials/{NOBODY}/results", "/api/trials/{id}/results"),
        ("POST", f"/api/trials/{NOBODY}/cancel", "/api/trials/{id}/cancel"),
        ("GET", f"/api/models/{NOBODY}", "/api/models/{id}"),
    ):
        answer = ask(method, path, like)
        assert answer.status_code == 404
        assert answer.json()["problems"][0]["do"]


def test_a_model_is_read_once_and_run(ask):
    model = ask("POST", "/api/models", json={"text": ORAL, "file": "oral.ant"}).json()
    assert model["constants"] == {"ka": 1.2}
    run = {"settings": {"ka": 2.0}, "until": 3.0, "outputs": ["gut"]}
    found = ask("POST", f"/api/models/{model['id']}/run", "/api/models/{id}/run", json=run).json()
    assert found["values"]["gut"][-1] == pytest.approx(100 * 2.718281828**-6, rel=1e-4)
    table = ask("POST", f"/api/models/{model['id']}/table.csv", "/api/models/{id}/table.csv", json=run).text
    assert table.splitlines()[0] == "time,gut"
    sbml = ask("GET", f"/api/models/{model['id']}/model.xml", "/api/models/{id}/model.xml")
    assert b"<sbml" in sbml.content
    refused = ask("POST", f"/api/models/{model['id']}/run", "/api/models/{id}/run", json={"settings": {"kb": 1}})
    assert [p["where"] for p in refused.json()["problems"]] == ["settings"]
    assert ask("POST", "/api/models", json={"text": "no model"}).status_code == 422


def test_the_human_can_be_run_and_taken(ask):
    found = ask("POST", "/api/simulate", json={"settings": {"in_D3": 2000}, "until": 30, "outputs": ["D25"]}).json()
    assert found["values"]["D25"][-1] > found["values"]["D25"][0]
    assert b"<sbml" in ask("GET", "/api/model/human.xml", "/api/model/{name}").content
    archive = zipfile.ZipFile(io.BytesIO(ask("GET", "/api/model/petab.zip", "/api/model/{name}").content))
    assert "petab/problem.yaml" in archive.namelist()


def test_ten_times_too_many_requests_are_told_to_come_back_and_then_all_is_well(bench):
    api = create_api(bench=bench)
    run = {"until": 200, "every": 0.1, "outputs": ["D25"]}

    async def go():
        transport = httpx.ASGITransport(api)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            sent = [client.post("/api/simulate", json=run) for _ in range(10 * (AT_ONCE + WAITING))]
            answers = await asyncio.gather(*sent)
            begun = time.monotonic()
            after = await client.post("/api/simulate", json=run)
            return answers, after, time.monotonic() - begun

    answers, after, waited = asyncio.run(go())
    codes = [answer.status_code for answer in answers]
    assert set(codes) == {200, 429}
    assert codes.count(200) >= AT_ONCE + WAITING
    assert all(answer.json()["problems"] for answer in answers if answer.status_code == 429)
    assert after.status_code == 200
    assert waited < 5


def test_a_validation_is_broken_off_when_the_server_stops(tmp_path):
    bench = Bench(tmp_path)

    async def go():
        asked = asyncio.create_task(asyncio.to_thread(bench.validation, "en"))
        await asyncio.sleep(0.5)
        begun = time.monotonic()
        bench.close()
        with pytest.raises(BusyError):
            await asked
        return time.monotonic() - begun

    assert asyncio.run(go()) < 2


def test_a_compilation_is_broken_off_when_the_server_stops(tmp_path):
    bench = Bench(tmp_path)

    async def go():
        asked = asyncio.create_task(asyncio.to_thread(bench.models.add, ORAL, "oral.ant"))
        await asyncio.sleep(0.2)
        bench.close()
        with pytest.raises(BusyError):
            await asked

    asyncio.run(go())


def test_a_validation_that_waited_for_its_turn_is_not_begun_when_the_server_stops(tmp_path):
    bench = Bench(tmp_path)
    bench.close()
    begun = time.monotonic()
    with pytest.raises(BusyError):
        bench.validation("en")
    assert time.monotonic() - begun < 0.2


def test_a_validation_that_failed_is_computed_anew(tmp_path, monkeypatch):
    bench, said = Bench(tmp_path), [{"failed": "MemoryError"}, {"en": {"result": 1}, "fr": {"result": 2}}]
    monkeypatch.setattr(Child, "receive", lambda *_: said.pop(0))
    with pytest.raises(BusyError):
        bench.validation("fr")
    assert bench.validation("fr") == {"result": 2}
    assert bench.validation("en") == {"result": 1}
    bench.close()
