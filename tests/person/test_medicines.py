"""What medicines do to the constants of a person, and through them to what was seen in people."""

import numpy as np
import pytest

from cofactor.engine.generate import human
from cofactor.engine.solve import solve
from cofactor.model.tables import Kind, parameters
from cofactor.person.traits import medicines


def after(codes, days, outcomes):
    """Ratio of outcomes on medicines to those of the reference adult."""
    program = human()
    values = dict(zip(program.constants, program.parameters()[0], strict=True))
    changed = {name: np.array([values[name] * f]) for name, f in medicines(codes).items()}
    p = program.parameters(1)
    for name, value in changed.items():
        p[:, program.index[name]] = value
    run = solve(program, p, program.initial(program.parameters(1)), times=[0.0, days], outcomes=outcomes)
    rest = solve(program, program.parameters(1), times=[days], outcomes=outcomes)
    return {o: float(run[o][0, -1] / rest[o][0, -1]) for o in outcomes}


def test_every_effect_acts_on_an_input_or_a_constant():
    known = {p.id for p in parameters() if p.kind in (Kind.INPUT, Kind.CONSTANT)}
    for code in ("C03AA03", "C03CA01", "A02BC01", "H02AB06", "N03AB02", "A08AB01", "B01AA03", "M05BA04", "N05AN01"):
        found = medicines([code])
        assert found
        assert found.keys() <= known


def test_two_of_a_class_count_once_and_none_for_others():
    assert medicines(["C03AA03", "C09BA04"]) == medicines(["C03AA03"])
    assert medicines(["C10AA05"]) == {}  # a statin


def test_thiazide_and_loop_diuretic_pull_apart():
    assert 0.55 < after(["C03AA03"], 7.0, ["uCa"])["uCa"] < 0.85
    assert 1.1 < after(["C03CA01"], 7.0, ["uCa"])["uCa"] < 2


@pytest.mark.parametrize(
    ("code", "outcome", "low", "high"),
    [
        ("N03AB02", "D25", 0.65, 0.85),  # a fifth to a third lower on enzyme inducers (recalled)
        ("M05BA04", "OC", 0.3, 0.6),  # resorption down by half to 70 % (recalled)
        ("H02AB06", "OB", 0.4, 0.85),
        ("B01AA03", "dpucMGP", 2, 4),  # two- to fourfold (recalled)
        ("A02BC01", "sMgmM", 0.96, 1.0),  # a small mean shift
    ],
)
def test_after_a_year(code, outcome, low, high):
    assert low < after([code], 365.0, [outcome])[outcome] < high


def test_orlistat_takes_a_third_of_a_dose():
    assert medicines(["A08AB01"])["F_D"] == pytest.approx(0.7)
