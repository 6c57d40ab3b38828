"""SBML read into symbols: equal to an independent simulator inside the subset, refused by name outside it."""

import numpy as np
import pytest

from cofactor.engine.compile import compile_antimony
from cofactor.engine.solve import Tolerance, solve
from cofactor.engine.translate import read_antimony, read_sbml
from cofactor.errors import ModelError

# Reactions, compartments, amounts and concentrations, function definitions, initial assignments, rules, piecewise.
FEATURES = """
function hill(x, k, n)
  x^n / (k^n + x^n)
end
model features()
  compartment C = 2; compartment G = 0.5;
  species S in C = 3; species P in C = 0.2; substanceOnly species A in G = 4; species $F in C = 1.5;
  k1 = 0.7; k2 = 0.3; km = 0.9; n = 2.5; start = k1 + 1; top := max(S, 0.4) + min(P, 1);
  J1: S -> 2 P; C * k1 * hill(S, km, n);
  J2: P -> ; C * k2 * P * sqrt(F);
  J3: A -> S; k2 * A;
  W = start * 2; W' = piecewise(1, W < 5, 0.1 * W) * exp(-0.1 * top) + abs(S - P) * log10(F + 1);
end
"""


def test_the_supported_features_agree_with_libroadrunner():
    import roadrunner

    program = compile_antimony(FEATURES)
    times = np.linspace(0, 12, 25)
    ours = solve(program, program.parameters(), times=times, outcomes=program.states, tolerance=Tolerance(1e-9)).values[
        0
    ]
    model = roadrunner.RoadRunner(read_antimony(FEATURES))
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-11, 1e-13
    model.timeCourseSelections = [f"[{s}]" if s in ("S", "P") else s for s in program.states]
    theirs = np.array(model.simulate(times=list(times)))
    assert set(program.states) == {"S", "P", "A", "W"}
    np.testing.assert_allclose(ours, theirs, rtol=2e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("x = 1; x' = -x; at (x < 0.5): x = 1", "event"),
        ("compartment C; C := piecewise(1, time < 2, 2); species S in C = 1; S -> ; S", "'C', whose size may jump"),
        ("x = 1; x' = -delay(x, 1)", "delay"),
        ("x = 1; x' = -x + quotient(x, 2)", "quotient"),
    ],
)
def test_what_lies_outside_the_subset_is_refused_by_name(text, named):
    with pytest.raises(ModelError, match=named):
        read_sbml(read_antimony(text))


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("compartment C = 0.5; C' = 0.2; species S in C = 3; S' = 0.4", "S", lambda t: 3 + 0.4 * t),
        ("compartment C = 0.5; C' = 0.2; species S in C = 3; -> S; 0", "S", lambda t: 1.5 / (0.5 + 0.2 * t)),
        ("compartment C; C := 1 + time/2; species S in C = 3; -> S; 0.7", "S", lambda t: (3 + 0.7 * t) / (1 + t / 2)),
        ("compartment C; C := 1 + x; x = 0; x' = 0.5; species S in C = 3; -> S; 0", "S", lambda t: 3 / (1 + t / 2)),
        ("species S = 1; n = 2; n' = 0.5; J: -> n S; 0.3", "S", lambda t: 1 + 0.3 * (2 * t + t**2 / 4)),
    ],
)
def test_sizes_and_stoichiometries_may_change(text, name, expected):
    """The rate of a concentration is its own, whatever its compartment does; an amount is diluted by what grows."""
    times = np.linspace(0, 4, 9)
    program = compile_antimony(text)
    found = solve(program, program.parameters(), times=times, outcomes=(name,), tolerance=Tolerance(1e-9))
    np.testing.assert_allclose(found.values[0, :, 0], expected(times), rtol=1e-7)


def test_a_size_that_follows_from_what_it_holds_is_refused():
    """Antimony takes this for a loop; SBML can say it."""
    sbml = read_antimony("compartment C; C := 1 + x; x = 1; x' = -x; species S in C = 1; S -> ; S")
    assert sbml.count("<ci> x </ci>") == 2
    with pytest.raises(ModelError, match="'C', whose size follows from what it holds"):
        read_sbml(sbml.replace("<ci> x </ci>", "<ci> S </ci>"))


def test_a_missing_value_is_refused_and_named():
    with pytest.raises(ModelError, match="no value is given for k"):
        read_sbml(read_antimony("x = 1; x' = -k * x"))


def test_a_text_that_is_not_antimony_is_refused_with_its_line():
    with pytest.raises(ModelError, match="line 1"):
        read_antimony("x = = 2")


def test_a_circle_of_rules_is_refused():
    import libsbml

    document = libsbml.readSBMLFromString(read_antimony("a = 1; b := a; x = 1; x' = -b"))
    model = document.getModel()
    model.getParameter("a").setConstant(False)
    rule = model.createAssignmentRule()
    rule.setVariable("a")
    rule.setMath(libsbml.parseL3Formula("b"))
    with pytest.raises(ModelError, match="circle"):
        read_sbml(libsbml.writeSBMLToString(document))


def test_an_initial_assignment_follows_what_it_is_made_of():
    program = compile_antimony("k = 2; double = 2 * k; x = double; x' = -k * x; y := x + k")
    p = program.parameters(2, {"k": [2.0, 5.0]})
    assert p[:, program.index["double"]].tolist() == [4.0, 10.0]
    assert program.initial(p)[:, 0].tolist() == [4.0, 10.0]
    kept = program.parameters(1, {"k": 5.0, "double": 3.0})
    assert kept[0, program.index["double"]] == 3.0
