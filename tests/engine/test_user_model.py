"""Models that a user gives: equal to exact solutions and to libRoadRunner, refused by name, within limits."""

import itertools
import re
import sys

import numpy as np
import pytest

import cofactor as cf
from cofactor.engine.solve import Backend, Change, Code, Event, Tolerance, solve
from cofactor.engine.translate import read_antimony
from cofactor.engine.user_model import LARGEST_FILE, compile_model
from cofactor.errors import EngineError, InputError, ModelError

TIGHT = Tolerance(1e-9)

# Reaction networks of different kinds: (text, last time, changes)
NETWORKS = {
    "enzyme": (
        "compartment C = 0.5; species E in C = 0.2, S in C = 10, ES in C = 0, P in C = 0;"
        "bind: E + S -> ES; C*k1*E*S; free: ES -> E + S; C*k2*ES; make: ES -> E + P; C*k3*ES;"
        "k1 = 4; k2 = 0.3; k3 = 2",
        60.0,
        {"k3": 1.5},
    ),
    "brusselator": (
        "species X = 1.2, Y = 3; A = 1; B = 3; -> X; A; 2 X + Y -> 3 X; X^2*Y; X -> Y; B*X; X -> ; X",
        20.0,
        {"B": 2.8},
    ),
    "robertson": (
        "species a = 1, b = 0, c = 0; k1 = 0.04; k2 = 3e7; k3 = 1e4;"
        "a -> b; k1*a; 2 b -> b + c; k2*b^2; b + c -> a + c; k3*b*c",
        4000.0,
        {"k1": 0.05},
    ),
    "two compartments by amount": (
        "compartment V1 = 3, V2 = 20; substanceOnly species D in V1 = 100, T in V2 = 0; CL = 1.5; Q = 4; n = 1.3;"
        "D -> T; Q*D/V1; T -> D; Q*T/V2; D -> ; CL*(D/V1)^n; level := D/V1",
        30.0,
        {"CL": 2.0, "V1": 4.0},
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_agrees_with_libroadrunner_on_every_state_and_rate(name):
    import roadrunner

    text, until, changes = NETWORKS[name]
    model = compile_model(text)
    times = np.linspace(0, until, 41)
    ours = model.run(times, model.outcomes, changes=changes, tolerance=Tolerance(1e-10))
    theirs = roadrunner.RoadRunner(read_antimony(text))
    for constant, value in changes.items():
        theirs[constant] = value
    theirs.reset()  # amounts and concentrations follow a changed compartment
    theirs.integrator.relative_tolerance, theirs.integrator.absolute_tolerance = 1e-12, 1e-16
    species = {s for s in theirs.model.getFloatingSpeciesIds() if s not in ("D", "T")}
    theirs.timeCourseSelections = [f"[{o}]" if o in species else o for o in model.outcomes]
    expected = np.array(theirs.simulate(times=list(times)))
    np.testing.assert_allclose(ours.values[0], expected, rtol=1e-6, atol=1e-6 * 1e-6 * np.abs(expected).max())


def test_saturable_elimination_agrees_with_its_closed_form():
    """dS/dt = -V S / (K + S) has S = K W(S0/K exp((S0 - V t)/K)), W being Lambert's function (Schnell 1997)."""
    from scipy.special import lambertw

    model = compile_model("S = 8; V = 1.2; K = 2.5; S' = -V*S/(K + S)")
    times = np.linspace(0, 15, 31)
    exact = 2.5 * lambertw(8 / 2.5 * np.exp((8 - 1.2 * times) / 2.5)).real
    np.testing.assert_allclose(model.run(times, tolerance=TIGHT)["S"][0], exact, rtol=1e-8)


# What libRoadRunner is asked to confirm of formulas: (text, tolerance; a jump bears no tighter one)
FORMULAS = {
    "time and circles": (
        "x = 1; y = 0; x' = cos(x) - 0.3*x*(1 + 0.5*sin(2*time)); y' = atan(x) + asin(x/9) + acos(x/9) + tan(0.1*x)",
        1e-10,
    ),
    "steps": ("x = 1; y = 0; x' = -0.3*x*(1 + 0.5*sin(2*time)); y' = floor(time/3) + ceil(x)", 1e-8),
    "hyperbolas": (
        "a := sinh(x) + cosh(x) + sech(x) + csch(x) + coth(x) + arcsinh(x) + arccosh(x + 1) + arctanh(0.1*x);"
        "b := sec(x) + csc(x) + cot(x); x = 1; x' = -x + piecewise(1, time > 3, 0.2) + 0.3*exp(-time)",
        1e-8,
    ),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_every_function_that_is_understood_agrees_with_libroadrunner_on_both_back_ends(name):
    import roadrunner

    text, relative = FORMULAS[name]
    model = compile_model(text)
    times = np.linspace(0, 10, 41)
    theirs = roadrunner.RoadRunner(read_antimony(text))
    theirs.integrator.relative_tolerance, theirs.integrator.absolute_tolerance = 1e-11, 1e-14
    theirs.integrator.maximum_time_step = 0.01  # no step over a jump
    theirs.timeCourseSelections = list(model.outcomes)
    expected = np.array(theirs.simulate(times=list(times)))
    p = model.program.parameters()
    for backend in (Backend.LLVM, Backend.NUMPY):
        found = solve(
            model.program,
            p,
            model.program.initial(p),
            times=times,
            outcomes=model.outcomes,
            tolerance=Tolerance(relative),
            backend=backend,
        )
        np.testing.assert_allclose(found.values[0], expected, rtol=1e-6, atol=1e-6)


def test_the_clock_of_a_model_that_names_time_is_not_one_of_its_quantities():
    model = compile_model("x = 1; k = 2; x' = k*time")
    assert (model.outcomes, model.settable) == (("x",), ("k", "x"))
    assert model.run([0.0, 3.0], tolerance=TIGHT).values.shape == (1, 2, 1)
    assert model.run([3.0], tolerance=TIGHT)["x"][0, 0] == pytest.approx(10.0)


def test_a_value_of_constants_only_may_stand_behind_a_condition_on_time():
    model = compile_model("x = 0; k = 2; x' = piecewise(k, time < 1, 0.5*k)")
    assert model.run([2.0], tolerance=Tolerance(1e-8))["x"][0, 0] == pytest.approx(3.0, rel=1e-6)


def test_level_2_is_read_like_level_3(tmp_path):
    import libsbml

    document = libsbml.readSBMLFromString(read_antimony(NETWORKS["enzyme"][0]))
    assert document.setLevelAndVersion(2, 4, False)
    (tmp_path / "m.xml").write_text(libsbml.writeSBMLToString(document), encoding="utf-8")
    expected = compile_model(NETWORKS["enzyme"][0]).run([0, 5, 50])
    np.testing.assert_allclose(cf.load_model(tmp_path / "m.xml").run([0, 5, 50]).values, expected.values)


def test_copies_settings_events_and_starting_values():
    model = compile_model("k = 0.5; x = 4; half = k/2; x' = -half*x")
    found = model.run(
        [0.0, 1.0, 2.0],
        changes={"k": [1.0, 2.0], "x": 10.0},
        people=2,
        events=[Event(1.0, "x", Change.ADD, 5.0)],
        tolerance=TIGHT,
    )
    for row, rate in zip(found["x"], (0.5, 1.0), strict=True):
        after = 10 * np.exp(-rate)
        np.testing.assert_allclose(row, [10, after, (after + 5) * np.exp(-rate)], rtol=1e-8)


def test_a_file_of_either_kind_gives_the_same_run(tmp_path):
    text = NETWORKS["enzyme"][0]
    (tmp_path / "m.ant").write_text(text, encoding="utf-8")
    (tmp_path / "m.xml").write_text(read_antimony(text), encoding="utf-8")
    runs = [cf.load_model(tmp_path / name).run([0, 5, 50]).values for name in ("m.ant", "m.xml")]
    np.testing.assert_array_equal(*runs)


REFUSED = {
    "an event": ("x = 1; x' = -x; at (x < 0.5): x = 1", "1 events"),
    "a delay": ("x = 1; x' = -delay(x, 1)", "delay"),
    "a factorial": ("x = 1; x' = -factorial(x)", "factorial"),
    "a jumping compartment": ("compartment C; C := floor(1 + time); species S in C = 1; S -> ; S", "compartment 'C'"),
    "nothing that moves": ("x = 1", "no state"),
    "a missing value": ("x = 1; x' = -k*x", "k"),
    "an import": ('import "/etc/passwd"\nx = 1; x\' = -x', "import of another file"),
    "an import behind a comment": (
        'a = 1; /* "*/ import /* */ "/etc/passwd"; x = 1; x\' = -x',
        "import of another file",
    ),
    "all depending on all": (
        "s := "
        + "+".join(f"x{i}" for i in range(80))
        + ";"
        + "".join(f"x{i} = 1; x{i}' = -s*x{i};" for i in range(80)),
        "depend on one another",
    ),
    "a tower of powers": ("x = 1; x' = -x*9^9^9^9", "too large"),
    "a text that is no model": ("x = = 2", "line 1"),
    "too many states": ("".join(f"x{i} = 1; x{i}' = -x{i};" for i in range(501)), "501 states"),
    "functions of functions without end": (
        "function f0(a) a*a end;"
        + "".join(f"function f{i}(a) f{i - 1}(a)*f{i - 1}(a) end;" for i in range(1, 40))
        + "x = 1; x' = -f39(x)",
        "too large",
    ),
    "a circle of rules": ("a := b; b := a; x = 1; x' = -a", "circle|oop|circular"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_understood_is_refused_by_name(tmp_path, name):
    text, named = REFUSED[name]
    path = tmp_path / "m.ant"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=named) as caught:
        cf.load_model(path)
    assert all(problem.where == str(path) and problem.do for problem in caught.value.problems)


def sbml(model):
    """The smallest SBML document around the content of a model."""
    space = "http://www.sbml.org/sbml/level3/version1/core"
    head = f'<?xml version="1.0" encoding="UTF-8"?><sbml xmlns="{space}" level="3" version="1">'
    return f'{head}<model id="m">{model}</model></sbml>'


MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML">{}</math>'
X = '<listOfParameters><parameter id="x" value="1" constant="false"/></listOfParameters>'
RATE = f'<rateRule variable="x">{MATH.format("<cn>1</cn>")}</rateRule>'


def rules(*pairs):
    """Assignment rules, with their parameters and a state x that follows the last."""
    parameters = "".join(f'<parameter id="{name}" constant="false"/>' for name, _ in pairs)
    written = "".join(f'<assignmentRule variable="{n}">{MATH.format(body)}</assignmentRule>' for n, body in pairs)
    rate = f'<rateRule variable="x">{MATH.format(f"<ci>{pairs[-1][0]}</ci>")}</rateRule>'
    state = '<parameter id="x" value="1" constant="false"/>'
    return f"<listOfParameters>{state}{parameters}</listOfParameters><listOfRules>{written}{rate}</listOfRules>"


def twice(name):
    return f"<apply><plus/><ci>{name}</ci><ci>{name}</ci></apply>"


FAST = (
    '<listOfCompartments><compartment id="c" size="1" constant="true"/></listOfCompartments>'
    '<listOfSpecies><species id="s" compartment="c" initialAmount="1" hasOnlySubstanceUnits="false" '
    'boundaryCondition="false" constant="false"/></listOfSpecies>'
    '<listOfReactions><reaction id="r" fast="true" reversible="false"><listOfReactants>'
    '<speciesReference species="s" stoichiometry="1" constant="true"/></listOfReactants>'
    f"<kineticLaw>{MATH.format('<ci>s</ci>')}</kineticLaw></reaction></listOfReactions>"
)
ALGEBRAIC = f"{X}<listOfRules>{RATE}<algebraicRule>{MATH.format('<ci>x</ci>')}</algebraicRule></listOfRules>"
CONSTRAINT = f"{X}<listOfConstraints><constraint>{MATH.format('<true/>')}</constraint></listOfConstraints>"
ENDLESS = rules(("r0", twice("x")), *((f"r{i}", twice(f"r{i - 1}")) for i in range(1, 40)))

OUTSIDE = {
    "algebraic": (sbml(ALGEBRAIC), "algebraic rules"),
    "constraint": (sbml(CONSTRAINT), "constraints"),
    "fast": (sbml(FAST), "fast reactions"),
    "endless": (sbml(ENDLESS), "too large"),
    "entity": ('<!DOCTYPE x [<!ENTITY a "b">]>' + sbml(X), "document type"),
    "broken": ("<sbml", "cannot be read"),
}


@pytest.mark.parametrize(("text", "named"), OUTSIDE.values(), ids=OUTSIDE)
def test_sbml_outside_the_subset_is_refused_by_name(tmp_path, text, named):
    (tmp_path / "m.xml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=named):
        cf.load_model(tmp_path / "m.xml")


def test_everything_is_refused_at_once(tmp_path):
    import libsbml

    document = libsbml.readSBMLFromString(read_antimony("x = 1; x' = -x; at (x < 0.5): x = 1"))
    document.getModel().createConstraint().setMath(libsbml.parseL3Formula("x > -1"))
    (tmp_path / "m.xml").write_text(libsbml.writeSBMLToString(document), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        cf.load_model(tmp_path / "m.xml")
    assert len(caught.value.problems) == 2


def test_a_file_that_is_too_large_or_no_text_is_refused(tmp_path):
    (tmp_path / "m.ant").write_bytes(b"x" * (LARGEST_FILE + 1))
    with pytest.raises(InputError, match="at most 2,000,000 bytes"):
        cf.load_model(tmp_path / "m.ant")
    (tmp_path / "m.ant").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        cf.load_model(tmp_path / "m.ant")
    (tmp_path / "m.ant").write_bytes(b" \n")
    with pytest.raises(InputError, match="an empty file"):
        cf.load_model(tmp_path / "m.ant")


@pytest.mark.parametrize("rate", ["-1 + 0.1*x^n", "-1 + 1e-9*sqrt(x)", "-1 + 0.1*exp(-x)*(x^n)", "-1 - ln(x)/1e9"])
def test_a_power_root_or_logarithm_below_zero_is_not_returned_as_a_result(rate):
    """The engine clamps these at zero; a run in which that would matter is refused."""
    model = compile_model(f"n = 2; x = 1; x' = {rate}")
    assert model.guards == ("x",)
    model.run([0.0, 0.5])
    with pytest.raises(EngineError, match=r"of what falls below zero: x$"):
        model.run([0.0, 0.5, 3.0])
    with pytest.raises(EngineError, match=r"of what falls below zero: x$"):
        model.run([0.0, 0.5], changes={"x": -1.0})


def test_what_falls_below_zero_between_the_times_of_the_report_is_refused_too():
    model = compile_model("x = 1; v = 0; w = 0; x' = v; v' = -x; w' = x^1.5")
    model.run([0.0, 1.5], ["w"])
    with pytest.raises(EngineError, match=r"of what falls below zero: x$"):
        model.run([0.0, 2 * np.pi], ["w"])
    with pytest.raises(EngineError, match=r"of what falls below zero: x$"):
        model.run([0.5], ["w"], events=[Event(0.2, "x", Change.ADD, -2.0), Event(0.3, "x", Change.ADD, 2.0)])
    assert [int(c) for c in guarded(model, [[1.0, 0.0], [0.0, 1.0], [5.0, 0.0]], 2.0)] == [Code.BELOW_ZERO, 0, 3]


def guarded(model, starts, until):
    """Codes of people who start at these x and v, alike on both back ends."""
    program, x = model.program, np.array([[*start, 0.0] for start in starts])
    order = [("x", "v", "w").index(s) for s in program.states]
    codes = [
        solve(program, program.parameters(len(x)), x[:, order], times=[until], outcomes=["w"], backend=b).codes
        for b in (Backend.LLVM, Backend.NUMPY)
    ]
    np.testing.assert_array_equal(*codes)
    return codes[0]


@pytest.mark.parametrize("rate", ["-x^n", "-sqrt(x)", "-x*ln(x)*sqrt(x)", "-x^n/(1 + x^n)"])
@pytest.mark.parametrize("start", [0.0, 1e-9, 1.0, 1e6])
def test_what_runs_empty_is_no_fault(rate, start):
    """Errors of the integration around zero are not what falls below it."""
    model = compile_model(f"n = 0.7; x = {start!r}; x' = {rate}")
    for relative in (3e-4, 1e-6, 1e-10):
        x = model.run(np.linspace(0, 20, 7), tolerance=Tolerance(relative))["x"][0]
        assert (x >= -10 * relative * max(start, 1)).all()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a = -2; n = 3; x = a^n; x' = -x", "x"),
        ("a = -2; n = 3; b = a^n; x = 1; x' = b", "b"),
        ("a = -2; b = sqrt(a); x = 1; x' = b", "b"),
        ("a = -2; b = ln(a); c = b + 1; x = 1; x' = b*c", "b, c"),
        ("a = 0; b = 1/a; x = 1; x' = b", "b"),
    ],
)
def test_what_has_no_value_at_the_start_is_refused_by_name(text, named):
    model = compile_model(text)
    with pytest.raises(EngineError, match=f"gives no value to {named}: it divides by zero, or takes"):
        model.run([1.0])
    model.run([1.0], changes={"a": 2.0})
    model.run([1.0], changes=dict.fromkeys(named.split(", "), 2.0))


CONDITIONS = [
    ("!a", "not a"),
    ("a && b", "a and b"),
    ("a || b", "a or b"),
    ("xor(a, b)", "a != b"),
    ("!(a && b)", "not (a and b)"),
    ("!(a || b)", "not (a or b)"),
    ("!xor(a, b)", "a == b"),
    ("!!a", "a"),
    ("a && b && c", "a and b and c"),
    ("a || b || c", "a or b or c"),
    ("xor(a, b, c)", "a + b + c in (1, 3)"),
    ("!xor(a, b, c)", "a + b + c not in (1, 3)"),
    ("xor(a, !b, a && c, b || c, !c)", "(a + (not b) + (a and c) + (b or c) + (not c)) % 2 == 1"),
    ("!(a && !(b || !xor(a, b, !c)))", "not (a and not (b or (a + b + (not c)) % 2 != 1))"),
    ("xor(a, a)", "False"),
    ("a || true", "True"),
]


@pytest.mark.parametrize("backend", [Backend.LLVM, Backend.NUMPY])
@pytest.mark.parametrize(("moves"), [True, False], ids=["of states", "of constants"])
def test_logic_is_that_of_truth_tables(moves, backend):
    quantity = "x{0} = 0; x{0}' = 0*k; " if moves else "x{0} = 0; "
    text = "k = 1; y = 0; y' = k; " + "".join(quantity.format(name) for name in "abc")
    for i, (formula, _) in enumerate(CONDITIONS):
        written = re.sub(r"\b[abc]\b", lambda m: f"(x{m[0]} > 0.5)", formula)
        text += f"r{i} := piecewise(1, {written}, 0); "
    program = compile_model(text).program
    table = list(itertools.product([False, True], repeat=3))
    asked = [f"r{i}" for i in range(len(CONDITIONS))]
    values = {f"x{name}": [float(row[i]) for row in table] for i, name in enumerate("abc")}
    p = program.parameters(len(table), {} if moves else values)
    x = program.initial(p)
    for name in values if moves else ():
        x[:, program.states.index(name)] = values[name]
    found = solve(program, p, x, times=[1.0], outcomes=asked, backend=backend).values[:, 0]
    np.testing.assert_array_equal(
        found, [[float(eval(rule, dict(zip("abc", row, strict=True)))) for _, rule in CONDITIONS] for row in table]
    )


@pytest.mark.parametrize("condition", ["k", "!k", "x && k", "xor(x < 1, k)"])
def test_a_quantity_is_no_condition(condition):
    with pytest.raises(ModelError, match="is no truth value"):
        compile_model(f"k = 1; x = 1; x' = piecewise(1, {condition}, 0)")


def test_a_whole_power_of_a_negative_number_is_no_fault():
    model = compile_model("x = -2; x' = -x^3")
    exact = -2 / np.sqrt(1 + 2 * 4 * 1.5)
    assert model.run([1.5], tolerance=TIGHT)["x"][0, 0] == pytest.approx(exact, rel=1e-8)


def test_a_model_that_runs_away_says_when():
    with pytest.raises(EngineError, match=r"beyond time 0\.9 "):
        compile_model("x = 1; x' = x^2").run([0.5, 0.9, 1.5])


def test_missing_tools_are_named_with_the_way_to_get_them(tmp_path, monkeypatch):
    (tmp_path / "m.ant").write_text("x = 1; x' = -x", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "antimony", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "antimony" else object())
    with pytest.raises(ModelError, match=r"antimony must be installed: pip install 'cofactor\[model\]'"):
        cf.load_model(tmp_path / "m.ant")
