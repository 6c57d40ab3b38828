"""What a report says, for every example in both languages: every sentence exists, and text and numbers agree."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from icalendar import Calendar

from cofactor.assess.gates import evaluate
from cofactor.assess.update import posterior
from cofactor.person.case import parse_case
from cofactor.person.intake import intake
from cofactor.plan.optimise import plan
from cofactor.report import numbers
from cofactor.report.calendar import schedule
from cofactor.report.result import result, to_text
from cofactor.report.terminal import WIDTH, status_summary, summary
from cofactor.report.words import Words

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
LANGUAGES = ("en", "fr")


@pytest.mark.parametrize("name", [path.stem for path in EXAMPLES])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_example_can_be_said(reports, name, lang):
    for text in (summary(reports[name], lang), status_summary(reports[name], lang)):
        assert not re.search(r"[{}]|\bNone\b|\bnan\b", text)
        assert max(map(len, text.splitlines())) <= WIDTH


@pytest.mark.parametrize("name", [path.stem for path in EXAMPLES])
def test_the_summary_says_the_numbers_of_the_result(reports, name):
    report = reports[name]
    said = summary(report, "en")
    found = result(report, "en")
    expected = found["plan"]["expected"]["25OHD"]
    shown = numbers.plain_level(expected["p50"], "25OHD", "en")
    assert shown in said
    for item in found["plan"]["items"]:
        assert numbers.short(item["per_intake"], "en", 1) in said


@pytest.mark.parametrize("name", [path.stem for path in EXAMPLES])
def test_the_result_is_as_the_contract_says(reports, name):
    found = json.loads(to_text(result(reports[name])))
    top = {
        "case",
        "version",
        "model",
        "reference",
        "status",
        "gates",
        "forecast",
        "plan",
        "schedule",
        "unknown",
        "sources",
    }
    assert top <= found.keys()
    for row in found["gates"]:
        assert {"id", "level", "nutrient", "why", "do"} <= row.keys()
    for row in found["forecast"]:
        assert {"outcome", "unit", "days", "p05", "p25", "p50", "p75", "p95", "under"} <= row.keys()
    assert {"items", "withheld", "expected", "cost_per_month"} <= found["plan"].keys()
    item = {"nutrient", "form", "amount", "unit", "elemental_mg", "product", "when", "why", "sources"}
    assert all(item <= row.keys() for row in found["plan"]["items"])
    assert all({"p50", "p05", "p95", "p_in_goal"} <= row.keys() for row in found["plan"]["expected"].values())
    assert all({"time", "items", "apart_from"} <= row.keys() for row in found["schedule"])


def test_numbers_do_not_depend_on_the_language(reports):
    english, french = (result(reports["anna"], lang) for lang in LANGUAGES)
    for key in ("status", "forecast", "schedule", "sources"):
        assert english[key] == french[key]
    assert [g["id"] for g in english["gates"]] == [g["id"] for g in french["gates"]]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_calendar_reads_back_and_holds_nothing_personal(reports, lang):
    report = reports["anna"]
    raw = schedule(report, lang)
    entries = list(Calendar.from_ical(raw).walk("VEVENT"))
    taken = [e for e in report.plan.schedule if any(not i.startswith("medicine:") for i in e.items)]
    assert [e["dtstart"].dt.strftime("%H:%M") for e in entries] == [e.time for e in taken]
    assert all(e["dtstart"].dt.tzinfo is None for e in entries)
    text = raw.decode()
    for personal in ("Anna", "58", "18 ng", "0.78", "ng/mL"):
        assert personal not in text


def test_the_same_schedule_has_the_same_entries(reports):
    first, second = (Calendar.from_ical(schedule(reports["anna"], lang)) for lang in LANGUAGES)
    uids = [[str(e["uid"]) for e in c.walk("VEVENT")] for c in (first, second)]
    assert uids[0] == uids[1]


@pytest.mark.parametrize("name", [path.stem for path in EXAMPLES])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_calendar_names_no_medicine_and_no_condition(reports, name, lang):
    report = reports[name]
    text = schedule(report, lang).decode().replace("\r\n ", "").lower()
    told = (*report.case.medicines, *report.case.conditions)
    assert [thing.as_typed for thing in told if thing.as_typed.lower() in text] == []
    if report.case.person.name:
        assert report.case.person.name.lower() not in text


def test_two_people_of_one_household_keep_their_entries_apart(reports):
    def uids(name):
        return {str(e["uid"]) for e in Calendar.from_ical(schedule(reports[name], "en")).walk("VEVENT")}

    assert len(uids("anna")) == 2
    assert uids("anna").isdisjoint(uids("warfarin"))


def test_an_entry_recurs_every_day_until_the_next_test_and_reminds(reports):
    for entry in Calendar.from_ical(schedule(reports["anna"], "en")).walk("VEVENT"):
        assert entry["rrule"] == {"FREQ": ["DAILY"], "COUNT": [84]}
        assert entry["dtstart"].dt.date().isoformat() == "2026-11-23"
        assert [alarm["action"] for alarm in entry.walk("VALARM")] == ["DISPLAY"]


TAKEN = {
    "cofactor": 1,
    "person": {"sex": "female", "age": 29, "weight": "60 kg", "height": "166 cm", "skin": 3, "state": "pregnant"},
    "place": {"latitude": 50.6, "country": "FR"},
    "diet": {"reference": "EFSA", "totals": {"magnesium": "250 mg", "calcium": "480 mg", "vitamin_d": "3 µg"}},
    "today": "2026-12-10",
}
# What is taken, and what must be read of it in each language.
SAID = {
    "iron": (
        [{"nutrient": "iron", "amount": "30 mg"}],
        {"en": "Go on as prescribed: the reference intake (16 mg) is no ceiling", "fr": "Continuez comme prescrit"},
    ),
    "more iron": (
        [{"nutrient": "iron", "amount": "80 mg"}],
        {"en": "go on as prescribed and ask whoever prescribed it", "fr": "demandez à qui l’a prescrit"},
    ),
    "prenatal": (
        [{"label": "Multi", "contents": ["Vitamine D3 20 µg", "Fer 14 mg", "Acide folique 400 µg"]}],
        {
            "en": "do not stop this product without asking, for it also holds: iron and Acide folique 400 µg",
            "fr": "n’arrêtez pas ce produit sans l’avoir demandé, car il apporte aussi : fer et Acide folique 400 µg",
        },
    ),
    "above": (
        [{"label": "Multi", "contents": ["Magnésium 300 mg", "Zinc 5 mg"]}],
        {"en": "Ask before you go on with it; do not stop", "fr": "Demandez avis avant de continuer ; n’arrêtez pas"},
    ),
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", SAID)
def test_what_goes_on_as_prescribed_is_said_so(name, lang):
    supplements, said = SAID[name]
    case = parse_case({**TAKEN, "supplements": supplements})
    eaten, gates, of = intake(case), evaluate(case), posterior(case, 1, 16)
    words = Words(lang, gates)
    found = " ".join(words.reason(r) for r in plan(case, eaten, gates, of).plan.stopped)
    assert said[lang] in re.sub(r"[\u00a0\u202f]", " ", found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_medicine_typed_in_two_languages_is_named_once(lang):
    both = [{"name": "ciprofloxacin", "when": "breakfast"}, {"name": "ciprofloxacine", "when": "dinner"}]
    gates = evaluate(parse_case({**TAKEN, "medicines": both}))
    why = next(Words(lang, gates).why(g) for g in gates.gates if g.id == "DN002")
    assert why.lower().count("ciprofloxacin") == 1
