"""Formulas for a population: what can be made, how it is judged and searched, and that nothing is told as selected."""

from __future__ import annotations

import copy
import itertools
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from cofactor.errors import InputError
from cofactor.facts.types import Part
from cofactor.person.catalogue import compound_mass
from cofactor.person.yaml_text import read
from cofactor.trial.cohort import Cohort, Estimate
from cofactor.trial.formula import search as searching
from cofactor.trial.formula.candidates import Grid, made
from cofactor.trial.formula.front import GAIN, TIE, front_of, near_front, proposed
from cofactor.trial.formula.jury import Judged, Jury
from cofactor.trial.formula.search import search
from cofactor.trial.formula.spec import json_schema, load_spec, parse_spec
from cofactor.trial.formula.types import Against, Formula, Making
from cofactor.trial.study import Study

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "formulas").glob("*.yaml"))
MAKING = Making("tablet", 1200.0, 0.25, 4, (("dinner",),), ())
VITAMIN_D = {
    "formulate": 1,
    "population": {"people": 1000, "seed": 5, "country": "FR"},
    "start": "2026-10-15",
    "weeks": 22,
    "goals": {"25OHD": "[50, 125] nmol/L"},
    "product": {
        "moments": ["dinner"],
        "holds": [{"nutrient": "vitamin_d", "forms": "D3", "amount": ["0 IU", "4000 IU"], "step": "400 IU"}],
    },
}


def spec(**keys):
    return parse_spec({**copy.deepcopy(VITAMIN_D), **keys})


def mg(amount, form="citrate"):
    return Part("magnesium", form, amount)


def jury(of, people=256, sets=(1, 3)):
    numbers = np.arange(people * len(sets))
    return Jury(of, Cohort(Study(of.population, of.start), numbers, np.repeat(sets, people)), groups=len(sets))


@pytest.fixture(scope="module")
def found():
    return search(spec())


# ------------------------------------------------------------------------------------------------- what can be made


def test_mass_is_that_of_the_compound_and_decides_the_units():
    # Trimagnesium dicitrate: 3 x 24.305 of 451.11 g/mol.
    assert compound_mass(mg(200)) == pytest.approx(200 * 451.11 / (3 * 24.305), rel=2e-3)
    assert compound_mass(Part("vitamin_d", "D3", 25)) == pytest.approx(0.025)
    one = made((mg(140),), ("dinner",), MAKING)
    assert (one.units, made((mg(150),), ("dinner",), MAKING).units) == (1, 2)  # 900 mg of 1200 are left to hold
    assert made((mg(200),), ("breakfast", "dinner"), MAKING).units == 2
    assert made((Part("calcium", "citrate", 900),), ("breakfast", "dinner"), MAKING) is None  # 4.3 g in four tablets


def test_an_intake_holds_no_more_than_its_share_and_claims_have_to_be_borne():
    assert made((mg(175),), ("dinner",), MAKING) is None  # 150 mg at once, TM004
    assert made((Part("calcium", "carbonate", 600),), ("lunch",), MAKING) is None  # 500 mg at once, TM003
    asking = Making("tablet", 1200.0, 0.25, 4, (("dinner",),), ("magnesium",))
    assert made((mg(56),), ("dinner",), asking) is None  # 15 % of 375 mg is 56.25 mg
    assert made((mg(57),), ("dinner",), asking) is not None


def test_the_grid_names_every_formula_once():
    of = load_spec(next(path for path in EXAMPLES if path.stem == "winter_france"))
    grid = Grid(of)
    assert len(grid) == 21 * 1 * 13 * 3 * 2
    places = list(itertools.product(*(range(n) for n in grid.sizes)))
    formulas = [f for f in map(grid.formula, places) if f is not None]
    assert len(formulas) == len(set(formulas)) > 500
    assert set(grid.lattice(10_000)) == set(places)
    few = list(grid.lattice(200))
    assert 50 < len(few) <= 200
    assert few == list(grid.lattice(200))
    assert all(
        sum(a != b for a, b in zip(place, near, strict=True)) == 1 for place in few[:9] for near in grid.beside(place)
    )


# ------------------------------------------------------------------------------------------------------ the judgement


def test_shares_are_those_of_people_counted_by_hand():
    of = spec(goals={"25OHD": "[50, 125] nmol/L", "magnesium": "300 mg"}, limits={"levels": {"25OHD": "100 nmol/L"}})
    judges = jury(of)
    formula = Formula((Part("vitamin_d", "D3", 50.0), mg(100.0)), ("dinner",), 1, 0.0, None)
    one = judges.judge(formula)
    before = judges._end(Formula.nothing())[:, 0]
    after = judges._end(formula)[:, 0]
    within = (after >= 50) & (after <= 125)
    fed = judges.people.intake["magnesium"] + 100 >= 300
    assert one.share.value == pytest.approx((within & fed).mean())
    assert [g.value for g in one.goals] == pytest.approx([within.mean(), fed.mean()])
    assert one.over.value == pytest.approx(((after > 100) & (before <= 100)).mean())
    assert 0 < one.over.value < one.close < 1
    assert judges.without().goals[0].value == pytest.approx(((before >= 50) & (before <= 125)).mean())


def test_the_luck_of_small_groups_is_taken_out_of_an_interval():
    rng = np.random.default_rng(1)
    # Twenty sets that do not differ: what is left is the chance in the mean of 5,120 people.
    same = Estimate.of_shares(rng.binomial(256, 0.02, 20) / 256, 256)
    alone = 1.645 * np.sqrt(0.02 * 0.98 / 5120)
    assert same.high - same.value == pytest.approx(alone, rel=0.6)
    # Sets that differ by 5 points, seen in 256 people each (3 points of chance) and as they are.
    truth = rng.normal(0.5, 0.05, (200, 20))
    seen = [Estimate.of_shares(rng.binomial(256, shares) / 256, 256) for shares in truth]
    known = [Estimate.of(shares) for shares in truth]
    width = [np.mean([one.high - one.low for one in found]) for found in (seen, known)]
    assert width[0] == pytest.approx(width[1], rel=0.05)
    assert Estimate.of_shares(np.array([0.3]), 100) == Estimate(0.3, 0.3, 0.3)


def test_forms_count_towards_an_intake_by_their_absorption():
    of = spec(goals={"magnesium": "reference"}, population={"people": 1000, "intake": {"magnesium": "250 mg"}})
    judges = jury(of, 64)
    citrate, oxide = (
        judges.judge(Formula((mg(100.0, form),), ("dinner",), 1, 0.0, None)) for form in ("citrate", "oxide")
    )
    half = judges.judge(Formula((mg(50.0),), ("dinner",), 1, 0.0, None))
    assert oxide.share == half.share  # one half of oxide dissolves (exposure.csv)
    assert citrate.share.value > oxide.share.value > judges.without().share.value


def test_an_upper_level_of_intake_is_that_of_the_region():
    formula = Formula((mg(300.0),), ("breakfast", "dinner"), 2, 0.0, None)
    eu, us = (jury(spec(limits={"region": region}), 16) for region in ("EU", "US"))
    assert eu.passes_by_intake(formula) == 1  # 250 mg from supplements
    assert us.passes_by_intake(formula) == 0  # 350 mg
    assert eu.judge(formula).passing["magnesium", "supplement"].value == 1


# ------------------------------------------------------------------------------------------------------ the front


def judged(share, over, units):
    flat = Estimate(share, share, share), Estimate(over, over, over)
    return Judged(Formula((mg(share),), ("dinner",), units, 100.0 * units, None), *flat, (), {}, over)


def test_the_front_is_that_of_exhaustive_comparison():
    rng = np.random.default_rng(4)
    many = [
        judged(float(s), float(o), int(u))
        for s, o, u in zip(*rng.random((2, 300)), rng.integers(1, 5, 300), strict=True)
    ]
    of = spec(limits={"share": "30 %"})
    front = front_of(many, of)
    inside = [one for one in many if one.over.value < 3 * of.most_over]
    for one in inside:
        beaten = any(o.share.value > one.share.value - GAIN and o.over.value < one.over.value for o in inside)
        assert (one.formula in front) or beaten
    shares = [f.parts[0].amount for f in front]
    assert shares == sorted(shares)
    assert set(near_front(many, of, 0.05, 500)) >= set(front)
    assert len(near_front(many, of, 0.05, 12)) == 12


def test_the_proposal_keeps_the_limit_with_the_largest_share_and_the_fewest_units():
    of = spec(limits={"share": "5 %"})
    assert proposed([judged(0.9, 0.06, 1), judged(0.8, 0.04, 1), judged(0.7, 0.0, 1)], of).amounts == {"magnesium": 0.8}
    assert proposed([judged(0.9, 0.0, 3), judged(0.9 - TIE / 2, 0.0, 2), judged(0.8, 0.0, 1)], of).units == 2
    assert proposed([judged(0.9, 0.06, 1)], of) is None


# ------------------------------------------------------------------------------------------------------ the search


def test_what_is_told_comes_from_people_and_sets_that_took_no_part(found):
    mine, others = searching._halves()
    assert not set(mine.tolist()) & set(others.tolist())
    assert len(mine) == len(others) == found.sets == 20
    assert found.people == 1000
    fresh = jury(found.spec, 50, tuple(others.tolist()))
    assert fresh.judge(found.proposed).share == found.best.share


def test_the_search_finds_what_all_formulas_judged_in_many_people_would_give(found):
    grid = Grid(found.spec)
    judges = jury(found.spec, 1024, (0, 40, 80, 120))
    every = [judges.judge(f) for place in range(11) if (f := grid.formula((place, 0, 0))) is not None]
    best = max((one for one in every if one.over.high < found.spec.most_over), key=lambda one: one.share.value)
    mine = next(one for one in every if one.formula == found.proposed)
    assert mine.share.value > best.share.value - 2 * TIE
    assert mine.over.value < found.spec.most_over


def test_the_told_share_holds_in_a_label_of_the_same_product(found):
    from cofactor.report.formula_files import label_file
    from cofactor.trial.label_file import parse_label
    from cofactor.trial.product import live

    case = parse_label(label_file(found, found.proposed))
    (reading,) = case.product.readings
    assert case.product.amounts(reading) == pytest.approx(found.proposed.amounts)
    within = next(e for e in live(case).effects if e.measure.key == "within")
    assert within.taken[0].value == pytest.approx(found.best.share.value, abs=0.04)


def test_the_same_specification_gives_the_same_result(found):
    again = search(spec())
    assert again.front == found.front
    assert again.proposed == found.proposed


def test_a_stricter_limit_gives_no_larger_dose():
    doses = []
    for share in ("20 %", "5 %", "1 %"):
        one = search(
            spec(
                limits={"share": share, "levels": {"25OHD": "110 nmol/L"}}, population={"people": 400, "country": "FR"}
            )
        )
        doses.append(0.0 if one.proposed is None else one.proposed.amounts["vitamin_d"])
    assert doses[0] >= doses[1] >= doses[2]
    assert doses[0] > doses[2]


def test_where_nothing_keeps_the_limits_nothing_is_proposed():
    product = {"moments": ["dinner"], "holds": [{"nutrient": "vitamin_d", "forms": "D3", "amount": "4000 IU"}]}
    one = search(spec(product=product, limits={"levels": {"25OHD": "100 nmol/L"}}, population={"people": 200}))
    assert one.proposed is None
    assert one.best is None


def test_progress_ends_at_all():
    told = []
    search(spec(population={"people": 200}), lambda done, asked: told.append((done, asked)))
    assert all(done <= asked for done, asked in told)
    assert told[-1][0] == told[-1][1]


# ------------------------------------------------------------------------------------------------------- the file


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_fit_the_published_schema(path):
    of = load_spec(path)
    assert of.holds
    jsonschema.validate(read(path.read_text(encoding="utf-8")).value, json_schema())


def test_there_are_three_examples_and_each_weighs_against_something_else():
    assert {load_spec(path).against for path in EXAMPLES} == {Against.LIMITS, Against.UNITS, Against.MASS}


def test_all_problems_are_told_at_once():
    with pytest.raises(InputError) as caught:
        parse_spec(
            {
                "formulate": 2,
                "population": {"peeple": 3},
                "goals": {"25OHD": "[50, 125]", "iron": "reference"},
                "limits": {"region": "Mars", "share": "90 %"},
                "against": "taste",
                "product": {
                    "mass": "2 kg",
                    "holds": [
                        {"nutrient": "magnesium", "forms": ["marine"], "amount": ["300 mg", "100 mg"]},
                        {"nutrient": "x"},
                    ],
                },
            }
        )
    places = {problem.where for problem in caught.value.problems}
    assert places >= {
        "formulate",
        "population.peeple",
        "goals.25OHD",
        "goals.iron",
        "limits.region",
        "limits.share",
        "against",
        "product.mass",
        "product.holds[0].forms",
        "product.holds[0].amount",
        "product.holds[1].nutrient",
    }


@pytest.mark.parametrize(
    ("keys", "where"),
    [
        ({"population": {"people": 10}}, "population.people"),
        ({"product": {**VITAMIN_D["product"], "claims": ["zinc"]}}, "product.claims"),
        (
            {
                "against": "cost",
                "product": {"holds": [{"nutrient": "magnesium", "forms": "malate", "amount": "100 mg"}]},
            },
            "against",
        ),
        (
            {
                "product": {
                    "holds": [
                        {"nutrient": n, "forms": f, "amount": [f"0 {u}", f"60 {u}"], "step": f"1 {u}"}
                        for n, f, u in (
                            ("vitamin_d", "D3", "µg"),
                            ("magnesium", ["citrate", "oxide"], "mg"),
                            ("zinc", "citrate", "mg"),
                        )
                    ]
                }
            },
            "product.holds",
        ),
    ],
)
def test_what_parts_of_the_file_say_of_each_other(keys, where):
    with pytest.raises(InputError) as caught:
        spec(**keys)
    assert [problem.where for problem in caught.value.problems] == [where]
