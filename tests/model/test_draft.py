"""The text of the human against the draft it was made from: the same rates of change, read by another program."""

import csv
from pathlib import Path

import numpy as np
import pytest

from cofactor.model.compose import sbml
from cofactor.model.interpret import Interpreter
from cofactor.model.tables import parameters

HERE = Path(__file__).parent
# Where the text has gone beyond the draft: transcription is a step of its own, which the draft takes as settled.
SETTLED = {"Gen": "vdr", "GenO": "vl"}
STILL = {"season_D3"}  # moves only where a season is given; the draft has it in steps


def rows(name):
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return list(csv.reader(line for line in lines if not line.startswith("#")))[1:]


@pytest.fixture(scope="module")
def points():
    """Given values and rates of the draft at its 50 points, by symbol of the draft."""
    table = {"given": {}, "rate": {}}
    for role, symbol, *values in rows("draft_rates.csv"):
        table[role][symbol] = np.array(values, float)
    return table["given"], table["rate"]


@pytest.fixture(scope="module")
def ours(points):
    """Rates of the text at the same points, with the draft's constants."""
    given, _ = points
    names = {row.draft_name: row.id for row in parameters() if row.draft_name}
    at = {names[n]: float(value) for n, value in rows("draft_constants.csv") if n in names}
    at |= given | {"meal_Ca": given["with_meal"], "meal_Mg": given["with_meal"]}
    del at["with_meal"]
    human = Interpreter(sbml())
    start = human.start(at)
    signals = human.readouts(start)
    return human.rates(start | {state: signals[signal] for state, signal in SETTLED.items()})


def test_every_constant_of_the_draft_has_its_place_in_the_table():
    draft = {name for name, _ in rows("draft_constants.csv")}
    assert draft == {row.draft_name for row in parameters() if row.draft_name and row.value is not None}


def test_rates_of_change_are_those_of_the_draft(points, ours):
    given, rates = points
    assert len(rates) == 40
    wrong = {
        state: worst
        for state, rate in rates.items()
        if not (worst := np.max(np.abs(ours[state] - rate) / (np.abs(rate) + 1e-9 * given[state]))) < 1e-9
    }
    assert not wrong


def test_what_the_text_adds_to_the_draft_is_settled_there(points, ours):
    _, rates = points
    assert set(ours) - set(rates) == {*SETTLED, *STILL}
    assert all(np.max(np.abs(ours[state])) < 1e-12 for state in {*SETTLED, *STILL})
