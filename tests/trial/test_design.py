"""The trial file: what it may say, in every key of the contract, and what is refused, all at once."""

from __future__ import annotations

from datetime import date

import pytest

from cofactor.errors import InputError
from cofactor.trial.design import json_schema, parse_trial
from cofactor.trial.types import Give, Infusion, Spread

CONTRACT = """
trial: 1
name: winter-dose-response
population:
  people: 2000
  seed: 7
  female: 0.5                   # fraction
  age: {mean: 40, sd: 8, min: 20, max: 64}
  bmi: {mean: 26, sd: 4}        # or weight: {...} in kg
  latitude: 52
  skin: {2: 0.6, 3: 0.4}        # fractions; default by latitude
  baseline: {25OHD: {mean: 48, sd: 18, unit: nmol/L}}
  intake: {vitamin_d: 4 µg, magnesium: 320 mg, calcium: 900 mg}
start: 2026-10-15               # season of the start; `sun: none` for a stay without UVB
arms:
  - {name: placebo}
  - {name: D3 1000 IU, give: [{nutrient: vitamin_d, form: D3, amount: 1000 IU, every: day}]}
  - {name: monthly,   give: [{nutrient: vitamin_d, form: D3, amount: 60000 IU, every: 30 days}]}
  - {name: bolus,     give: [{nutrient: vitamin_d, form: D3, amount: 100000 IU, at: [0]}]}
  - {name: Mg low,    diet: {magnesium: 12 mg}}
  - {name: iv Mg,     infuse: [{nutrient: magnesium, amount: 97 mg, at: [21], hours: 0.2}]}
weeks: 22                       # or days:
observe: {outcomes: [25OHD, PTH], weeks: [0, 8, 22]}
"""
SMALL = "trial: 1\nweeks: 8\narms: [{name: placebo}]\n"


def test_the_example_of_the_contract_is_read_whole():
    trial = parse_trial(CONTRACT)
    assert (trial.name, trial.days, trial.start, trial.dark) == ("winter-dose-response", 154, date(2026, 10, 15), False)
    assert trial.outcomes == ("25OHD", "PTH")
    assert trial.observed == (0, 56, 154)
    who = trial.population
    assert (who.people, who.seed, who.female, who.latitude) == (2000, 7, 0.5, 52)
    assert (who.age, who.bmi, who.weight) == (Spread(40, 8, 20, 64), Spread(26, 4), None)
    assert who.skin == {2: 0.6, 3: 0.4}
    assert who.baseline == {"25OHD": Spread(48, 18)}
    assert who.intake == {"vitamin_d": Spread(4), "magnesium": Spread(320), "calcium": Spread(900)}
    arms = {arm.name: arm for arm in trial.arms}
    assert list(arms) == ["placebo", "D3 1000 IU", "monthly", "bolus", "Mg low", "iv Mg"]
    assert arms["D3 1000 IU"].give == (Give("vitamin_d", "D3", 25.0),)
    assert arms["monthly"].give == (Give("vitamin_d", "D3", 1500.0, every=30),)
    assert arms["bolus"].give == (Give("vitamin_d", "D3", 2500.0, at=(0,)),)
    assert arms["Mg low"].diet == {"magnesium": 12}
    # 97 mg / 24.305 g/mol
    assert arms["iv Mg"].infuse == (Infusion("magnesium", pytest.approx(3.991, abs=1e-3), (21,), 0.2),)


@pytest.mark.parametrize(
    ("entry", "read"),
    [
        ("{mean: 20, sd: 8, unit: ng/mL}", Spread(49.92, 19.97)),
        ("{mean: 20 µg/L}", Spread(49.92)),
        ("{mean: 48 nmol/L, sd: 18}", Spread(48, 18)),
    ],
)
def test_readings_come_in_any_unit_of_the_analyte(entry, read):
    # 1 ng/mL of 25(OH)D is 2.496 nmol/L (400.64 g/mol)
    found = parse_trial(SMALL + f"population: {{baseline: {{25OHD: {entry}}}}}\n").population.baseline["25OHD"]
    assert found.mean == pytest.approx(read.mean, abs=0.01)
    assert (found.sd is None) == (read.sd is None)
    assert found.sd is None or found.sd == pytest.approx(read.sd, abs=0.01)


def test_other_ways_to_write_the_same():
    trial = parse_trial(
        """
        trial: 1
        population: {age: 70 years, weight: {mean: 75 kg, sd: 12}, skin: 2, female: 100 %, latitude: 33.9 S}
        sun: none
        start: none
        days: 28
        arms:
          - name: weekly
            adherence: 90 %
            give: {nutrient: vitamin_d, amount: 1250 µg, every: weekly, when: dinner, from: 7, until: 21}
          - name: salt
            give: [{nutrient: magnesium, form: oxide, amount: 500 mg, of: compound, when: [lunch, dinner]}]
          - {name: nothing, give: [{nutrient: calcium, amount: 0 mg}]}
          - {name: citrate, infuse: [{nutrient: calcium, amount: -4 mmol, at: 1, hours: 30 min}]}
        """
    )
    assert trial.dark
    assert trial.start is None
    assert (trial.population.latitude, trial.population.female, trial.population.age.mean) == (-33.9, 1, 70)
    assert trial.population.weight == Spread(75, 12)
    weekly, salt, nothing, citrate = trial.arms
    assert weekly.adherence == 0.9
    assert weekly.give == (Give("vitamin_d", None, 1250, 7, (), ("dinner",), 7, 21),)
    # magnesium is 60.3 % of its oxide
    assert salt.give[0].amount == pytest.approx(301.5, abs=0.5)
    assert nothing.give == ()
    assert citrate.infuse == (Infusion("calcium", -4, (1,), 0.5),)
    assert trial.observed == (0, 28)


def test_the_length_may_follow_from_the_readings():
    trial = parse_trial("trial: 1\narms: [{name: a}]\nobserve: {days: [0, 10.5, 3]}")
    assert (trial.days, trial.observed, trial.outcomes) == (10.5, (0, 3, 10.5), ("25OHD",))


def refused(text: str) -> dict[str, str]:
    with pytest.raises(InputError) as caught:
        parse_trial(text)
    return {p.where: f"{p.got} | {', '.join(p.expected)} | {p.do}" for p in caught.value.problems}


def test_every_problem_is_told_at_once_with_what_to_do():
    found = refused(
        """
        trial: 2
        nam: x
        population:
          people: 2.5
          female: 1.5
          age: {mean: 40, sdd: 8}
          bmi: {mean: 26, sd: 4}
          weight: 80 kg
          skin: {2: 0.6, 7: 0.4}
          baseline:
            {25OHD: {mean: 48, unit: nmol/dL}, PTHX: {mean: 3}, PTH: {mean: 4}, bone_mineral: {mean: 1, unit: "%"}}
          intake: {vitamin_d: 4, magnesum: 320 mg, vitamin_c: 3 mg}
        start: 2026-13-15
        weeks: 22
        days: 20
        arms:
          - {name: a, give: [{nutrient: vitamin_d, form: D4, amount: 1000, at: [3], every: day}]}
          - {give: {nutrient: vitamin_k, form: K1, amount: 90 µg}, adherence: 2, diet: {magnesium: 12}}
          - {name: c, give: [{nutrient: vitamin_d, amount: 5000 µg}, {nutrient: iron, amount: 3 mg}]}
          - {name: d, infuse: [{nutrient: zinc, amount: 3 mg, at: [0], hours: 1}]}
        observe: {outcomes: [25OHDD, PTH], weeks: [0, 8]}
        """
    )
    assert found.keys() == {
        "trial",
        "nam",
        "population.people",
        "population.female",
        "population.age.sdd",
        "population.weight",
        "population.skin.7",
        "population.baseline.25OHD.unit",
        "population.baseline.PTHX",
        "population.baseline.PTH",
        "population.baseline.bone_mineral",
        "population.intake.vitamin_d",
        "population.intake.magnesum",
        "population.intake.vitamin_c",
        "start",
        "days",
        "arms[0].give[0].form",
        "arms[0].give[0].every",
        "arms[1].name",
        "arms[1].give[0].form",
        "arms[1].adherence",
        "arms[1].diet.magnesium",
        "arms[2].give[0].amount",
        "arms[2].give[1].nutrient",
        "arms[3].infuse[0].nutrient",
        "observe.outcomes",
    }
    assert "Did you mean `name`?" in found["nam"]
    assert "Did you mean `sd`?" in found["population.age.sdd"]
    assert "nmol/L, ng/mL, µg/L" in found["population.baseline.25OHD.unit"]
    assert "Did you mean `magnesium`?" in found["population.intake.magnesum"]
    assert "200000 IU" in found["arms[2].give[0].amount"].replace(",", "")
    assert "Did you mean `25OHD`?" in found["observe.outcomes"]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("observe: {weeks: [9]}", "observe.weeks"),
        ("observe: {days: [57]}", "observe.days"),
    ],
)
def test_what_lies_after_the_end_is_refused(change, where):
    assert list(refused(SMALL + change)) == [where]


def test_doses_and_infusions_after_the_end_are_refused():
    found = refused(
        """
        trial: 1
        days: 20
        arms:
          - {name: a, give: [{nutrient: vitamin_d, amount: 1000 IU, at: [0, 21]}]}
          - {name: b, give: [{nutrient: vitamin_d, amount: 1000 IU, from: 30}]}
          - {name: c, infuse: [{nutrient: magnesium, amount: 10 mg, at: [22], hours: 1}]}
          - {name: d, give: [{nutrient: vitamin_d, amount: 1000 IU, until: 200}]}
        """
    )
    assert list(found) == [
        "arms[0].give[0].at",
        "arms[1].give[0].from",
        "arms[2].infuse[0].at",
        "arms[3].give[0].until",
    ]


def test_doses_until_the_last_day_are_taken():
    trial = parse_trial(
        "trial: 1\ndays: 20\narms: [{name: a, give: [{nutrient: vitamin_d, amount: 1000 IU, until: 20}]}]"
    )
    assert trial.arms[0].give[0].end == 20


def test_a_day_named_twice_is_refused_since_nobody_knows_what_is_meant():
    found = refused(
        """
        trial: 1
        days: 20
        arms:
          - {name: a, give: [{nutrient: vitamin_d, amount: 1000 IU, at: [1, 0, 1]}]}
          - {name: b, infuse: [{nutrient: magnesium, amount: 10 mg, at: [2, 2.0], hours: 1}]}
        observe: {days: [0, 20, 20]}
        """
    )
    assert list(found) == ["arms[0].give[0].at", "arms[1].infuse[0].at"]
    assert all(told.startswith("day") and "twice" in told for told in found.values())


@pytest.mark.parametrize(
    ("infusions", "mmol"),
    [
        ("[{amount: -40 mmol, at: [1], hours: 2}]", "40"),
        ("[{amount: -10 mmol, at: [1], hours: 2}, {amount: -6 mmol, at: [1.5], hours: 2}]", "16"),
        ("[{amount: -8 mmol, at: [1, 1.9], hours: 1}]", "16"),
        ("[{amount: -8 mmol, at: [1, 2], hours: 12}]", None),
        ("[{amount: -60 mmol, at: [1], hours: 120}]", None),
        ("[{amount: -100 mmol, at: [1], hours: 120}]", "20"),
        ("[{amount: -15 mmol, at: [1], hours: 0.1}, {amount: 40 mmol, at: [1], hours: 2}]", None),
    ],
)
def test_no_more_calcium_is_taken_away_in_a_day_than_a_body_can_lose(infusions, mmol):
    text = "trial: 1\nweeks: 8\narms: [{name: a, infuse: " + infusions.replace("{", "{nutrient: calcium, ") + "}]\n"
    if mmol is None:
        assert parse_trial(text).arms[0].infuse
        return
    found = refused(text)
    assert list(found) == ["arms[0].infuse"]
    assert f"{mmol} mmol" in found["arms[0].infuse"]
    assert "15 mmol" in found["arms[0].infuse"]


@pytest.mark.parametrize(
    "text",
    [
        "trial: 1\nweeks: 8\narms: []",
        "trial: 1\nweeks: 8",
        "trial: 1\narms: [{name: a}]",
        "trial: 1\nweeks: 8\narms: [{name: a}, {name: a}]",
        "trial: 1\nweeks: -8\narms: [{name: a}]",
        "trial: 1\nweeks: .inf\narms: [{name: a}]",
        "weeks: 8\narms: [{name: a}]",
        "[1, 2]",
        "",
    ],
)
def test_nonsense_is_refused_politely(text):
    assert all(do for do in refused(text).values())


def test_the_schema_is_published_with_the_keys_of_the_contract():
    schema = json_schema()
    assert {"trial", "name", "population", "start", "sun", "arms", "weeks", "days", "observe"} <= set(
        schema["properties"]
    )
    arm = schema["$defs"]["ArmIn"]["properties"]
    assert {"name", "give", "diet", "infuse", "adherence"} <= set(arm)
    assert {"nutrient", "form", "amount", "every", "at", "from", "until"} <= set(
        schema["$defs"]["GiveIn"]["properties"]
    )
