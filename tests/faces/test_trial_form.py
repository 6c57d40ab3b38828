"""The form of a trial: taken apart and put together it says the same, and its places are those that problems name."""

from __future__ import annotations

from pathlib import Path

import pytest

from cofactor.errors import InputError
from cofactor.faces.studio import trial_form as form
from cofactor.faces.studio.trial_words import Told, results_values
from cofactor.person.yaml_text import read
from cofactor.person.yaml_write import yaml_text
from cofactor.trial.design import parse_trial

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "trials").glob("*.yaml"))
TEXTS = {
    **{path.stem: path.read_text(encoding="utf-8") for path in EXAMPLES},
    **{f"start-{name}": form.start(name) for name in form.STARTS},
}


def put(fields):
    return form.put_together(list(fields.items()))


@pytest.mark.parametrize("name", TEXTS)
def test_a_file_taken_apart_and_put_together_is_the_same_trial(name):
    written = yaml_text(put(form.taken_apart(TEXTS[name])))
    assert parse_trial(written, "x") == parse_trial(TEXTS[name], "x")
    assert list(read(written).value)[:1] == ["trial"]


def test_what_the_form_has_no_field_for_is_kept_apart():
    found = form.others(form.taken_apart("trial: 1\npopulation: {skin: {2: 1}}\narms: [{name: a}]\ndays: 3"))
    assert found == {"population.skin.2": "1", "days": "3"}


def test_places_are_those_that_problems_name():
    fields = form.taken_apart(form.start("winter")) | {
        "population.age.mean": "old",
        "arms[1].give[0].amount": "400 kg",
        "observe.weeks[]": "0, 99",
        "arms[0].name": "",
    }
    with pytest.raises(InputError) as refused:
        parse_trial(yaml_text(put(fields)))
    named = [problem.where for problem in refused.value.problems]
    assert named == ["population.age.mean", "arms[0].name", "arms[1].give[0].amount"]
    assert {place.removesuffix(form.LIST) for place in fields} >= set(named)


def test_an_arm_without_a_name_keeps_its_place():
    fields, focus = form.changed(form.taken_apart(form.start("winter")), "arm+")
    assert focus == "arms[6].name"
    assert put(fields)["arms"][6] == {"name": None}


@pytest.mark.parametrize(
    ("action", "arms", "focus"),
    [
        ("arm- 0", ["D3 400 IU", "D3 1000 IU", "D3 2000 IU", "D3 4000 IU", "60 000 IU a month"], ""),
        (
            "copy 1",
            ["placebo", "D3 400 IU", "D3 1000 IU", "D3 2000 IU", "D3 4000 IU", "60 000 IU a month", None],
            "arms[6].name",
        ),
        (
            "no such thing",
            ["placebo", "D3 400 IU", "D3 1000 IU", "D3 2000 IU", "D3 4000 IU", "60 000 IU a month"],
            "",
        ),
    ],
)
def test_arms_come_and_go_and_stay_numbered(action, arms, focus):
    fields, found = form.changed(form.taken_apart(form.start("winter")), action)
    assert [arm["name"] for arm in put(fields)["arms"]] == arms
    assert found == focus
    assert form.numbered(fields) == fields


def test_doses_come_and_go_and_stay_numbered():
    fields, focus = form.changed(form.taken_apart(form.start("calcium")), "give+ 0")
    assert focus == "arms[0].give[0].amount"
    fields, _ = form.changed(fields, "give- 4.0")
    assert [give["nutrient"] for give in put(fields)["arms"][4]["give"]] == ["calcium"]
    assert form.numbered(fields) == fields


def test_a_unit_alone_says_nothing():
    assert form.put_together([("population.baseline.25OHD.unit", "nmol/L"), ("weeks", "4")]) == {"weeks": 4}


@pytest.mark.parametrize(
    "place", ["", "[]", "a.b.c.d.e.f.g.h.i", "arms[9999].name", "...", "[[1]]", "[0].name", "a[x]"]
)
def test_a_place_that_is_none_is_refused(place):
    with pytest.raises(InputError, match="no place"):
        form.put_together([(place, "x")])


def test_fields_that_contradict_each_other_break_nothing():
    found = form.put_together([("a", "1"), ("a.b", "2"), ("a[0]", "3"), ("c.d", "1"), ("c", "2")])
    assert found == {"a": 1, "c": 2}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_trial_is_told_in_words(lang, tmp_path):
    trial = parse_trial(TEXTS["magnesium"])
    (tmp_path / "manifest.json").write_text('{"failed": 0}', encoding="utf-8")

    class Job:
        seconds, asked = 2.0, trial.population.people

    Job.trial = trial
    told = results_values(Job, tmp_path, lang)
    assert told["arms_table"].rows[0][1] in ("nothing", "rien")
    assert any("mmol" in row[1] for row in told["arms_table"].rows)  # 97 mg of magnesium into a vein
    assert Told(lang).title(trial).startswith("500")
