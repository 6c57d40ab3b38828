"""What if over HTTP: drawings, words, files and rows of one scenario are one array, and bad addresses are refused."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import socket
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import httpx
import pyarrow.parquet
import pytest
import schemathesis
from hypothesis import Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from cofactor.assess.forecast import forecast
from cofactor.assess.update import SHOWN, posterior
from cofactor.errors import InputError
from cofactor.faces.listen import listen
from cofactor.faces.studio import memory
from cofactor.faces.studio.app import create_studio
from cofactor.faces.studio.memory import MOST_SCENARIOS, Bounded, Held
from cofactor.faces.studio.scenarios import SLIDERS, scenario_of, text_of
from cofactor.person.case import parse_case
from cofactor.person.store import open_store
from cofactor.plan.whatif import Dose, Scenario
from cofactor.report import numbers

ANNA = (Path(__file__).parents[2] / "examples" / "anna.yaml").read_text(encoding="utf-8")
FULL = "d50-D3-1~mg200-citrate-2~ca500-carbonate-2~k90-MK7-1~sun45~fca100~fmg50"


def studio_in(folder):
    """A studio without its door, and Anna's id in its store."""
    with open_store(folder, create=True) as store:
        anna = store.save("Anna", ANNA)[0].case
    return create_studio("en", folder), anna


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """The studio of these tests."""
    return studio_in(tmp_path_factory.mktemp("live"))


def ask(studio, path, **query):
    app, anna = studio

    async def go():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.get(path.replace("ANNA", anna), params=query)

    return asyncio.run(go())


def test_a_scenario_is_read_as_it_is_written():
    scenario = scenario_of(FULL)
    assert scenario.dose("vitamin_k") == Dose("vitamin_k", 90, "MK-7", 1)
    assert scenario.outdoors == 45
    assert dict(scenario.food) == {"calcium": 100, "magnesium": 50}
    assert text_of(scenario) == FULL
    assert scenario_of("") == Scenario()


@pytest.mark.parametrize("bad", ["x25", "d", "d-5", "d9999", "mg200-gold-2", "mg200-citrate-4", "d25~", "d25 or 1=1"])
def test_what_is_no_scenario_is_refused(bad):
    with pytest.raises(InputError) as caught:
        scenario_of(bad)
    assert all(p.where == "scenario" and p.do for p in caught.value.problems)


def test_every_problem_of_a_scenario_is_named_at_once():
    with pytest.raises(InputError) as caught:
        scenario_of("x25~d50~mg9999")
    assert [p.got for p in caught.value.problems] == ["x25", "mg9999"]


def test_drawing_words_and_files_show_one_array(studio):
    query = {"v": 1, "s": "d100", "keep": ["d0"], "w": 900}
    shown = ask(studio, "/live/ANNA/view", **query).json()
    rows = list(csv.DictReader(io.StringIO(ask(studio, "/live/ANNA/levels.csv", **query).text)))
    assert {r["scenario"] for r in rows} == {"now", "A", "shown"}
    of = {(r["scenario"], r["outcome"], float(r["day"])): r for r in rows}
    median = numbers.plain_level(float(of["shown", "PTH", 84.0]["p50"]), "PTH", "en")
    assert f": {median} (" in shown["captions"]["PTH"]
    was = numbers.plain_level(float(of["now", "25OHD", 0.0]["p50"]), "25OHD", "en")
    assert f">{was} today</text>" in shown["main"]
    table = pyarrow.parquet.read_table(
        io.BytesIO(ask(studio, "/live/ANNA/levels.parquet", **query).content)
    ).to_pylist()
    assert [str(r["p50"]) for r in table] == [r["p50"] for r in rows]
    assert {r["unit"] for r in rows if r["outcome"] == "25OHD"} == {"nmol/L"}


def test_the_line_that_is_drawn_is_the_median(studio):
    """Read the drawing back: the last point of the median on the scale of the axis."""
    query = {"v": 1, "s": "d100", "w": 900}
    drawn = ask(studio, "/live/ANNA/view", **query).json()["main"]
    ticks = {
        float(label): float(y) - 4.5 for y, label in re.findall(r'class="tk end" x="33" y="([\d.]+)">(\d+)<', drawn)
    }
    (low, y0), (high, y1) = min(ticks.items()), max(ticks.items())
    last = float(re.search(r'class="med s-d" d="[^"]* ([\d.]+)"', drawn)[1])
    rows = csv.DictReader(io.StringIO(ask(studio, "/live/ANNA/levels.csv", **query).text))
    median = next(
        float(r["p50"]) for r in rows if (r["scenario"], r["outcome"], r["day"]) == ("shown", "25OHD", "364.0")
    )
    assert low + (last - y0) / (y1 - y0) * (high - low) == pytest.approx(median, abs=0.5)


def test_a_narrow_place_gets_a_drawing_of_its_own(studio):
    widths = [
        re.search(r'viewBox="0 0 (\d+) ', ask(studio, "/live/ANNA/view", v=1, w=w).json()["main"])[1]
        for w in (350, 1000)
    ]
    assert widths == ["360", "900"]


def test_only_what_is_in_sight_is_drawn_where_a_page_asks_so(studio):
    some = ask(studio, "/live/ANNA/view", v=1, s="d100", see="PTH,Ca_total").json()
    every = ask(studio, "/live/ANNA/view", v=1, s="d100").json()
    assert some["small"] == {o: every["small"][o] for o in ("Ca_total", "PTH")}
    assert some["captions"] == every["captions"]
    assert set(every["small"]) == set(every["captions"])


def test_gates_answer_the_dose(studio):
    stopped = ask(studio, "/live/ANNA/view", v=1, s="d125~mg400-citrate-1").json()
    assert "above 97 µg (3,880 IU) a day, the upper level" in stopped["pieces"]["gates"].replace("\u00a0", " ")
    assert stopped["pieces"]["bar"].count("g-stop") == 2
    assert "D3: STOP." in stopped["spoken"]
    within = ask(studio, "/live/ANNA/view", v=1, s="d25~mg0").json()
    assert within["pieces"]["bar"].count("g-stop") == 0


def test_the_picture_answers_doses_and_days(studio):
    today = ask(studio, "/system/ANNA/view", v=1, s="", day=0).json()
    later = ask(studio, "/system/ANNA/view", v=1, s="d100", day=84).json()
    assert (today["day"], later["day"]) == ("22\u00a0November\u00a02026", "14\u00a0February\u00a02027")
    assert "ar more2" in later["picture"]
    assert "ar more2" not in today["picture"]
    assert set(later["pieces"]) == {"bar", "arrows"}
    opened = ask(studio, "/system/ANNA/arrow/Ca_absorbed", v=1, s="d100", day=84).text
    assert "absCa := meal_Ca*withCa + (1 - meal_Ca)*aloneCa" in opened


def test_a_page_of_an_older_version_is_told_so(studio):
    answer = ask(studio, "/live/ANNA/view", v=7)
    assert answer.status_code == 409
    assert answer.json()["problems"][0]["do"]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/live/ANNA/view", {"v": 1, "s": "x9"}, 422),
        ("/live/ANNA/view", {"v": 1, "keep": ["d0"] * 5}, 422),
        ("/live/ANNA/view", {"v": 1, "s": "d1", "name": "Anna"}, 422),
        ("/live/ANNA/view", {}, 422),
        ("/live/ANNA/levels.xlsx", {"v": 1}, 404),
        ("/live/nobody", {}, 404),
        ("/system/ANNA/view", {"v": 1, "day": 400}, 422),
        ("/system/ANNA/view", {"v": 1, "keep": "d0"}, 422),
        ("/system/ANNA/view", {"v": 2}, 409),
        ("/system/ANNA/arrow/kidney", {"v": 2}, 409),
        ("/system/ANNA/arrow/heart", {"v": 1}, 404),
        ("/api/cases/nobody/forecast", {}, 404),
        ("/api/cases/ANNA/forecast", {"outcome": "iron"}, 422),
    ],
)
def test_what_cannot_be_answered_is_refused(studio, path, query, status):
    assert ask(studio, path, **query).status_code == status


def test_programs_get_the_forecast_of_the_command(studio):
    answer = ask(studio, "/api/cases/ANNA/forecast", fine=True).json()
    usual = {(b.outcome, b.days): b for b in forecast(posterior(parse_case(ANNA), bodies=SHOWN), 365)}
    rows = {(r["outcome"], r["days"]): r for r in answer["forecast"]}
    shared = rows.keys() & usual.keys()
    assert {outcome for outcome, _ in shared} == {outcome for outcome, _ in usual}
    for key in shared:
        assert rows[key]["unit"] == usual[key].unit
        assert rows[key]["p50"] == pytest.approx(usual[key].p50, rel=3e-3)
    fewer = ask(studio, "/api/cases/ANNA/forecast").json()["forecast"]
    assert [r["p50"] for r in fewer] == pytest.approx([r["p50"] for r in answer["forecast"]], rel=0.05)
    only = ask(studio, "/api/cases/ANNA/forecast", s="d100", outcome="25OHD").json()["forecast"]
    assert {r["outcome"] for r in only} == {"25OHD"}
    assert only[-1]["p50"] > rows["25OHD", 364.0]["p50"] + 10


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_to_a_program_is_one_that_the_description_names(tmp_path, mode):
    app, anna = studio_in(tmp_path)  # its own: who asks by the description starts a server, and ends it
    schema = schemathesis.openapi.from_dict(app.openapi())

    @settings(max_examples=10, derandomize=True, deadline=None, database=None, phases=[Phase.generate])
    @given(case=schema["/api/cases/{case}/forecast"]["GET"].as_strategy(generation_mode=mode))
    def answered(case):
        case.path_parameters = {"case": anna}
        assert case.call_and_validate(app=app, excluded_checks=[positive_data_acceptance]).status_code < 500

    answered()


def test_the_page_holds_nothing_of_the_person_in_an_address(studio):
    page = ask(studio, "/live/ANNA").text
    _, anna = studio
    inside = [a for a in re.findall(r'(?:href|data-plan|data-nothing)="([^"]*)"', page) if anna not in a]
    assert inside
    assert not any(re.search(r"Anna|58|48\.9|levothyroxine", a) for a in inside)


def test_scenarios_in_memory_are_bounded_and_made_once():
    made = []
    held: Bounded[int, int] = Bounded(MOST_SCENARIOS)
    for i in [*range(3 * MOST_SCENARIOS), 3 * MOST_SCENARIOS - 1]:
        held.get(i, lambda i=i: made.append(i) or i)
    assert len(held) == MOST_SCENARIOS
    assert len(made) == 3 * MOST_SCENARIOS

    def fails():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        held.get(-1, fails)
    assert held.get(-1, lambda: 5) == 5


def test_what_fails_after_it_made_way_leaves_the_one_in_its_place_alone():
    held: Bounded[int, int] = Bounded(1)
    made = []

    def fails():
        held.get(2, lambda: 2)  # now 1 has made way
        made.append(held.get(1, lambda: 5))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        held.get(1, fails)
    assert made == [held.get(1, lambda: 6)] == [5]


def test_a_case_is_laid_out_once_and_holds_up_no_other(monkeypatch):
    """Two ask for one case while another case, which is asked for before, takes its time."""
    begun, free, made = threading.Event(), threading.Event(), []

    def plan(case):
        made.append(case)
        if case == "slow":
            begun.set()
            free.wait(10)
        else:
            time.sleep(0.05)
        return object()

    monkeypatch.setattr(memory, "plan", plan)
    slow, quick = (Held(SimpleNamespace(case=lambda name=name: name)) for name in ("slow", "quick"))
    found = []
    held_up = threading.Thread(target=lambda: slow.document)
    held_up.start()
    assert begun.wait(10)
    asking = [threading.Thread(target=lambda: found.append(quick.document)) for _ in range(2)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(5)
    answered = len(found)
    free.set()
    for thread in [held_up, *asking]:
        thread.join()
    assert answered == 2
    assert found[0] is found[1]
    assert made == ["slow", "quick"]


def test_sliders_end_within_what_an_address_may_ask():
    assert all(slider.top <= slider.most for slider in SLIDERS)


def test_an_answer_in_two_writes_does_not_wait_for_the_first_to_be_acknowledged():
    async def sent_at_once():
        found = []

        class Answer(asyncio.Protocol):
            def connection_made(self, transport):
                accepted = transport.get_extra_info("socket")
                found.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                transport.close()

        with listen("127.0.0.1", 0) as listening:
            server = await asyncio.get_running_loop().create_server(Answer, sock=listening)
            with socket.create_connection(listening.getsockname()):
                while not found:
                    await asyncio.sleep(0.01)
            server.close()
            await server.wait_closed()
        return found[0]

    assert asyncio.run(sent_at_once())
