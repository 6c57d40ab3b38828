"""The matrix as data: every relation is in the model with its sign, and every coupling of the model is in the table.

Derivatives are taken with the interpreter of the text's SBML, which shares no code with the engine.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from cofactor.evidence.relations import OUTSIDE, STATES, relations, strength
from cofactor.model.compose import sbml, states
from cofactor.model.interpret import Interpreter
from cofactor.model.tables import parameters

STEP = 1e-4
NOTHING = 1e-9  # rate per day relative to the state's typical size, for a doubling: no coupling
OF_STATE = {state: entity for entity, names in STATES.items() for state in names.split()}
SUPPLIES = {"food"}  # it acts through inputs, which are no states
MAGNESIUM_SWITCHES = {"etaMg25": 0.15, "etaMgCL": 0.25, "swMg24": 1.0}
INSIDE = [r for r in relations() if not r.outside]


@pytest.fixture(scope="module")
def model():
    return Interpreter(sbml())


def rest(model, changes):
    """The reference adult, with a little of each substance that this adult has none of, so that it can act."""
    at = {name: np.asarray(value, float) for name, value in model.start(changes).items()}
    for row in states():
        if at[row.id] == 0:
            at[row.id] = np.asarray(0.1 * row.typical)
    return at


def slope(model, at, cause, effect):
    size = at[cause] if at[cause] > 0 else np.asarray(1.0)  # an input that is 0 is tried at 1 of its unit
    high, low = ({**at, cause: size * (1 + side * STEP)} for side in (1, -1))
    if effect in model.states:
        return (model.rates(high)[effect] - model.rates(low)[effect]) / (2 * STEP)
    return (model.readouts(high)[effect] - model.readouts(low)[effect]) / (2 * STEP)


def couplings(model, changes):
    """Which group of states moves which other, with the states that do it."""
    at, sizes = rest(model, changes), {row.id: row.typical for row in states()}
    found = defaultdict(list)
    for cause in model.states:
        high, low = (model.rates({**at, cause: at[cause] * (1 + side * STEP)}) for side in (1, -1))
        for effect in model.states:
            if abs(high[effect] - low[effect]) / (2 * STEP * sizes[effect]) > NOTHING:
                found[OF_STATE[cause], OF_STATE[effect]].append(f"{cause}>{effect}")
    return {pair: names for pair, names in found.items() if pair[0] != pair[1]}


def test_every_state_belongs_to_one_group(model):
    assert set(OF_STATE) == set(model.states)
    assert sum(len(names.split()) for names in STATES.values()) == len(model.states)


@pytest.mark.parametrize("relation", INSIDE, ids=lambda r: r.id)
def test_the_model_has_it_with_that_sign(model, relation):
    at = rest(model, relation.switched)
    found = slope(model, at, relation.cause, relation.effect)
    assert np.sign(found) == {"+": 1, "-": -1}[relation.sign]
    if relation.of in SUPPLIES:
        assert relation.cause in {p.id for p in parameters()}
    else:
        assert OF_STATE[relation.cause] == relation.of
    if relation.effect in OF_STATE:
        assert OF_STATE[relation.effect] == relation.on


@pytest.mark.parametrize("relation", [r for r in INSIDE if r.switch], ids=lambda r: r.id)
def test_what_a_switch_turns_on_adds_nothing_without_it(model, relation):
    (name,) = relation.switched
    off = slope(model, rest(model, {name: 0.0}), relation.cause, relation.effect)
    on = slope(model, rest(model, relation.switched), relation.cause, relation.effect)
    assert off == pytest.approx(0.0, abs=1e-6 * abs(on))


@pytest.mark.parametrize("changes", [{}, MAGNESIUM_SWITCHES], ids=["as shipped", "magnesium switches on"])
def test_every_coupling_of_the_model_is_in_the_table(model, changes):
    told = {(r.of, r.on) for r in INSIDE}
    missing = {pair: names for pair, names in couplings(model, changes).items() if pair not in told}
    assert missing == {}


def test_what_is_outside_is_not_in_the_model(model):
    pairs = set(couplings(model, MAGNESIUM_SWITCHES))
    outside = [r for r in relations() if r.outside]
    assert outside
    assert all((r.of, r.on) not in pairs for r in outside)
    assert all(r.references and r.stands_on == OUTSIDE for r in outside)


def test_every_row_is_told_in_both_languages_and_rests_on_something():
    assert len({r.id for r in relations()}) == len(relations())
    for relation in relations():
        constant, shown_by = relation.rests_on()
        assert constant or shown_by, relation.id
        assert relation.what_en != relation.what_fr
        assert "" not in (relation.what_en, relation.what_fr)


@pytest.mark.parametrize("relation", INSIDE, ids=lambda r: r.id)
def test_strength_is_the_elasticity_that_the_text_gives(model, relation):
    found = strength(relation)
    at = {name: np.asarray(v, float) for name, v in model.start(relation.switched).items()}
    if at[relation.cause] == 0:
        assert found is None
        return
    moved = slope(model, at, relation.cause, relation.effect)
    own = -slope(model, at, relation.effect, relation.effect) if relation.effect in OF_STATE else None
    expected = moved / (own if own is not None else model.readouts(at)[relation.effect])
    assert found == pytest.approx(float(expected), rel=1e-3)
