"""The studio without a browser: what the form of the desk does to a case, and what its addresses answer."""

from __future__ import annotations

import asyncio
import base64
import re
from pathlib import Path

import httpx
import pytest

from cofactor.faces.studio.app import create_studio
from cofactor.faces.studio.choices import choices, conditions, medicines
from cofactor.faces.studio.desk_form import as_shown, merged
from cofactor.faces.studio.desk_read import read_back
from cofactor.facts.towns import towns
from cofactor.person import yaml_text
from cofactor.person.case import parse_case

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
ANNA = (Path(__file__).parents[2] / "examples" / "anna.yaml").read_text(encoding="utf-8")
START = {"person": {"sex": "female", "age": "58", "weight": "72 kg"}, "place": {"latitude": "48.9", "country": "FR"}}


def sent_back(values):
    """What the form would send of what it shows, with nothing changed."""
    shown = as_shown(values)
    for key in ("supplements", "labs"):
        shown[key] = [{**row, "_was": str(i)} for i, row in enumerate(shown[key])]
    return {key: value for key, value in shown.items() if value}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_a_form_that_is_not_touched_changes_nothing(path):
    values = yaml_text.read(path.read_text(encoding="utf-8")).value
    assert merged(values, sent_back(values)) == values


def test_what_the_form_does_not_show_stays():
    old = yaml_text.read(ANNA).value
    old["supplements"][0]["until"] = "2027-01-01"
    old["sun"]["holidays"] = [{"from": "2026-07-11", "to": "2026-07-25", "latitude": 43.3}]
    old["products"] = ["own.yaml"]
    sent = sent_back(old)
    sent["supplements"] = [{**sent["supplements"][0], "amount": "2000 IU"}]
    sent["sun"] = {"outdoors": "10 min/day"}
    new = merged(old, sent)
    assert new["supplements"] == [{**old["supplements"][0], "amount": "2000 IU"}]
    assert new["sun"] == {"outdoors": "10 min/day", "holidays": old["sun"]["holidays"]}
    assert new["products"] == ["own.yaml"]


def test_what_is_emptied_is_taken_out():
    new = merged(
        yaml_text.read(ANNA).value, {k: v for k, v in sent_back(yaml_text.read(ANNA).value).items() if k != "labs"}
    )
    assert "labs" not in new
    assert parse_case(new).labs == ()


def test_a_row_is_read_back_beside_a_slip_elsewhere():
    values = {
        **START,
        "supplements": [
            {"nutrient": "vitamin_d", "form": "D3", "amount": "1000 IU"},
            {"nutrient": "magnesium", "amount": "300 kg"},
            {"contents": ["Magnesium (citrate) 100 mg", "Zinc 10 mg"]},
        ],
        "labs": [{"analyte": "25OHD", "value": "18", "unit": "ng/mL", "date": "2026-10-02"}],
    }
    read, _ = read_back(values, "en")
    assert "25 µg (1,000 IU)" in read["supplements[0]"][0].replace("\u00a0", " ")
    assert "supplements[1]" not in read
    assert len(read["supplements[2]"]) >= 2
    assert "45 nmol/L (18 ng/mL)" in read["labs[0]"][0].replace("\u00a0", " ")


def test_what_was_not_understood_is_named_apart():
    values = {
        **START,
        "supplements": [{"contents": ["Magnesium (citrate) 100 mg", "kryptonite 3 g"]}],
        "medicines": ["levothyroxine", "unobtainium"],
    }
    read, doubts = read_back(values, "en")
    assert ["kryptonite" in said for said in doubts["supplements[0]"]] == [True]
    assert not any("kryptonite" in said for said in read["supplements[0]"])
    assert doubts["medicines[0]"] == []
    assert "unobtainium" in doubts["medicines[1]"][0]
    assert read["medicines[1]"] == []
    assert "kryptonite" in read_back(values, "fr")[1]["supplements[0]"][0]


def test_searches_find_in_both_languages():
    assert medicines("lévothyr", "fr")[0].more == "H03AA01"
    assert medicines("levothyr", "en")[0].more == "H03AA01"
    assert any(one.more.startswith("D86") for one in conditions("sarcoid", "fr"))
    assert medicines("   ", "en") == []


def test_towns_have_the_latitudes_of_the_atlas():
    known = {town.zone: (town.latitude, town.country) for town in towns()}
    assert known["Europe/Paris"] == (48.9, "FR")  # 48° 52' N
    assert known["Australia/Sydney"] == (-33.9, "AU")  # 33° 52' S
    names = {name: [town.name for town in of] for name, of in choices("fr").towns}
    assert "Athènes" in names["Grèce"]


# --- over HTTP


@pytest.fixture
def ask(tmp_path):
    """Ask a studio with a store of its own, one question after another."""
    app = create_studio("en", tmp_path)

    def asked(method, path, **keys):
        async def go():
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
                return await client.request(method, path, **keys)

        return asyncio.run(go())

    return asked


def started(ask, name="Zoé"):
    """A new client; gives the address of its desk. The answers lead to the forecast first."""
    forecast = ask("POST", "/clients/new", json={"name": name, "case": START}).json()["location"]
    assert forecast.startswith("/live/")
    return forecast.replace("/live/", "/case/")


def test_five_answers_make_a_case(ask):
    place = started(ask)
    text = ask("GET", f"{place}/case.yaml").text
    assert parse_case(text).person.weight_kg == 72
    assert "Zoé" in text
    assert "Zoé" not in place


def test_every_problem_of_a_start_comes_back_and_nothing_is_saved(ask):
    answer = ask("POST", "/clients/new", json={"name": "", "case": {"person": {"sex": "?"}}})
    assert answer.status_code == 422
    assert {p["where"] for p in answer.json()["problems"]} == {
        *("person.sex", "person.age", "person.weight", "place.latitude")
    }
    assert "No client yet" in ask("GET", "/clients").text


def test_a_name_is_used_once(ask):
    started(ask)
    answer = ask("POST", "/clients/new", json={"name": "zoé", "case": START})
    assert [p["where"] for p in answer.json()["problems"]] == ["name"]


def test_a_save_adds_a_version_and_the_way_back_another(ask):
    place = started(ask)
    changed = {**START, "medicines": [{"name": "levothyroxine"}]}
    assert ask("POST", f"{place}/save", json={"case": changed, "version": 1}).json() == {"number": 2, "new": True}
    assert ask("POST", f"{place}/save", json={"case": changed, "version": 2}).json() == {"number": 2, "new": False}
    assert "Medicines" in ask("GET", f"{place}/history").text
    ask("POST", f"{place}/restore", json={"number": 1})
    assert parse_case(ask("GET", f"{place}/case.yaml").text).medicines == ()
    assert parse_case(ask("GET", f"{place}/case.yaml?version=2").text).medicines


def test_a_save_from_a_page_of_an_older_version_undoes_nothing(ask):
    place = started(ask)
    assert (
        ask("POST", f"{place}/save", json={"case": {**START, "today": "2026-11-22"}, "version": 1}).status_code == 200
    )
    late = {"case": {**START, "medicines": [{"name": "levothyroxine"}]}, "version": 1}
    answer = ask("POST", f"{place}/save", json=late, headers={"cookie": "cofactor_lang=fr"})
    assert answer.status_code == 409
    (problem,) = answer.json()["problems"]
    assert problem["got"].startswith("Ce dossier a été enregistré ailleurs")
    assert problem["open"]["address"] == place
    assert "levothyroxine" not in ask("GET", f"{place}/case.yaml").text
    assert ask("POST", f"{place}/check", json=late).json()["problems"][0]["open"]  # told before anyone saves
    assert ask("POST", f"{place}/save", json={**late, "version": 2}).json() == {"number": 3, "new": True}


def test_a_page_of_a_deleted_client_is_told_so_and_not_of_an_address(ask):
    place = started(ask)
    ask("POST", f"{place}/delete", json={"name": "Zoé"})
    answer = ask("POST", f"{place}/save", json={"case": START, "version": 1})
    assert answer.status_code == 404
    assert answer.json()["problems"][0]["got"] == "This client is no longer there"
    assert answer.json()["problems"][0]["where"] == ""
    shown = ask("GET", f"{place.replace('/case/', '/live/')}/view?v=1", headers={"accept": "application/json"})
    assert shown.json()["problems"] == answer.json()["problems"]
    assert "<h1>There is no such page" in ask("GET", place).text


def test_pages_speak_of_no_command_where_a_name_is_missing_or_cases_are_open(ask):
    refused = ask("POST", "/clients", json={"name": "  ", "text": ANNA}).json()["problems"]
    assert [(p["where"], p["missing"]) for p in refused] == [("name", True)]
    assert "--as" not in refused[0]["do"]
    assert ask("GET", "/unlock").headers["location"] == "/clients"  # nothing is sealed


def test_a_refused_save_keeps_what_was_there(ask):
    place = started(ask)
    before = ask("GET", f"{place}/case.yaml").text
    sent = {"case": {**START, "labs": [{"analyte": "25OHD", "value": "18"}]}, "version": 1}
    answer = ask("POST", f"{place}/save", json=sent)
    assert answer.status_code == 422
    assert ask("GET", f"{place}/case.yaml").text == before


def test_a_laboratory_file_is_shown_before_it_is_kept(ask):
    place = started(ask)
    sheet = "date,test,result,unit\n2026-10-02,25OHD,45,nmol/L\n2026-10-02,Mg_serum,0.78,mmol/L\n"
    body = {"case": {**START, "today": "2026-11-22"}, "pasted": sheet, "units": {}}
    found = ask("POST", f"{place}/labs", json=body).json()
    asked = {one["analyte"] for one in found["asked"]}
    assert "25OHD" in asked  # 45 is as ordinary in ng/mL
    found = ask("POST", f"{place}/labs", json={**body, "units": {"25OHD": "nmol/L"}}).json()
    assert {(row["analyte"], row["value"], row["unit"]) for row in found["taken"]} >= {("25OHD", "45", "nmol/L")}
    assert "labs" not in ask("GET", f"{place}/case.yaml").text


def test_results_that_left_as_fhir_come_back_as_a_file(ask):
    place = started(ask)
    labs = [{"analyte": "PTH", "value": "5.4", "unit": "pmol/L", "date": "2026-10-02"}]
    ask("POST", f"{place}/save", json={"case": {**START, "labs": labs}, "version": 1})
    left = ask("GET", f"{place}/labs.fhir.json").content
    body = {"case": {**START, "labs": []}, "file": base64.b64encode(left).decode()}
    found = ask("POST", f"{place}/labs", json=body).json()
    assert [(row["analyte"], row["value"], row["date"]) for row in found["taken"]] == [("PTH", "5.4", "2026-10-02")]
    assert ask("POST", f"{place}/labs", json={**body, "file": "???"}).status_code == 422


def test_a_client_is_renamed_and_deleted_by_name(ask):
    place = started(ask)
    ask("POST", f"{place}/rename", json={"name": "Z-1"})
    assert "Z-1" in ask("GET", "/clients").text
    refused = ask("POST", f"{place}/delete", json={"name": "Zoé"})
    assert refused.status_code == 422
    assert ask("POST", f"{place}/delete", json={"name": "Z-1"}).json() == {"location": "/clients"}
    assert ask("GET", place).status_code == 404


def test_a_sealed_store_asks_for_its_passphrase(ask, tmp_path):
    from cofactor.person.store import open_store

    with open_store(tmp_path, create=True) as store:
        store.save("Anna", ANNA)
        store.protect("five words that nobody knows")
    assert ask("GET", "/clients").headers["location"] == "/unlock"
    assert "cofactor case" not in ask("GET", "/unlock").text
    assert ask("POST", "/unlock", json={"passphrase": "another one altogether"}).status_code == 422
    assert ask("POST", "/unlock", json={"passphrase": "five words that nobody knows"}).status_code == 200
    assert "Anna" in ask("GET", "/clients").text


def test_a_store_that_another_program_seals_is_asked_for_its_passphrase(ask, tmp_path):
    from cofactor.person.store import open_store

    place = started(ask)
    words = "five words that nobody knows"
    with open_store(tmp_path) as store:
        store.protect(words)
    refused = ask("POST", "/clients", json={"name": "Bernard", "text": ANNA})
    assert refused.status_code == 423
    assert ask("GET", place).headers["location"] == "/unlock"
    assert ask("POST", "/unlock", json={"passphrase": "another one altogether"}).status_code == 422
    assert ask("POST", "/unlock", json={"passphrase": words}).status_code == 200
    assert ask("POST", "/clients", json={"name": "Bernard", "text": ANNA}).status_code == 200
    assert "Zoé" in ask("GET", place).text
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or b"Bernard" not in file.read_bytes()


def test_a_store_is_sealed_from_the_page(ask, tmp_path):
    place = started(ask)
    words = "five words that nobody knows"
    for given, where in (("short", "passphrase"), (words, "again")):
        refused = ask("POST", "/clients/protect", json={"passphrase": given, "again": "short"})
        assert [p["where"] for p in refused.json()["problems"]] == [where]
    assert ask("POST", "/clients/protect", json={"passphrase": words, "again": words}).status_code == 200
    assert "Zoé" in ask("GET", place).text
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or "Zoé".encode() not in file.read_bytes()


def test_the_plan_of_the_page_is_that_of_the_files(ask):
    place = started(ask)
    page = ask("GET", f"{place}/plan").text
    result = ask("GET", f"{place}/plan/result.json").json()
    assert result["plan"]["items"]
    assert "unknown" in result
    report = ask("GET", f"{place}/plan/report.html")
    assert "attachment" in report.headers["content-disposition"]
    title = re.search(r"<h1>(.*?)</h1>", page)[1]
    assert f"<h1>{title}</h1>" in report.text
    assert ask("GET", f"{place}/plan/schedule.ics").text.startswith("BEGIN:VCALENDAR")
    assert ask("GET", f"{place}/plan/report.pdf").content.startswith(b"%PDF")
    assert ask("GET", f"{place}/plan/secrets.txt").status_code == 404


def test_a_case_that_cannot_be_read_leads_to_its_desk(ask, tmp_path):
    from cofactor.person.store import open_store

    place = started(ask)
    with open_store(tmp_path) as store:
        store.save("Zoé", "cofactor: 1\nperson: {sex: female, age: 580, weight: 72 kg}\nplace: {latitude: 48.9}\n")
    answer = ask("GET", f"{place}/plan")
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    assert 'value="580"' in ask("GET", place).text


def test_an_experiment_is_run_when_asked_for(ask):
    assert 'data-run="C01"' in ask("GET", "/evidence").text
    made = ask("POST", "/evidence/C01/run")
    assert made.text.count("<article") == 1
    assert "<figure" in made.text
    assert 'data-run="C01"' not in ask("GET", "/evidence").text
    assert ask("POST", "/evidence/C99/run").status_code == 404
