"""The solver against an independent one, its back ends against each other, and its promises one by one."""

import itertools

import numpy as np
import pytest

from cofactor.engine.compile import compile_antimony
from cofactor.engine.generate import human
from cofactor.engine.solve import Backend, Change, Code, Event, Tolerance, solve
from cofactor.errors import EngineError

DECAY = "k = 0.5; x = 8; x' = -k * x; half := x / 2"
DOUBLE = (Backend.LLVM, Backend.NUMPY)  # precision
YEAR = np.append(np.arange(0.0, 365.0, 7.0), 365.0)
REGIMEN = [
    Event(90.0, "in_D3", Change.SET, 2000.0),
    Event(90.0, "sup_Mg", Change.SET, 14.4),
    Event(90.0, "sup_Ca", Change.SET, 25.0),
    Event(120.0, "gD3", Change.ADD, 2600.0),
]


@pytest.fixture(scope="module")
def decay():
    return compile_antimony(DECAY)


def test_both_back_ends_run_the_same_method(people):
    program, p = human(), people(12, 0.25)
    results = [
        solve(
            program,
            p,
            times=YEAR,
            outcomes=(*program.states, *program.readouts),
            events=REGIMEN,
            tolerance=Tolerance(1e-8),
            backend=b,
        )
        for b in DOUBLE
    ]
    scale = np.abs(results[0].values).max(axis=(0, 1)) + 1e-9
    assert np.max(np.abs(results[0].values - results[1].values) / scale) < 1e-6


@pytest.mark.parametrize(
    ("backend", "tolerance", "error"),
    [
        (Backend.LLVM, None, 1e-3),
        (Backend.SINGLE, None, 1e-3),
        (Backend.SINGLE, Tolerance(1e-4), 2e-4),
    ],
)
def test_a_tolerance_keeps_its_error(people, backend, tolerance, error):
    program, p = human(), people(64, 0.25)
    outcomes = ["C25D3", "C125", "PTH", "Ca", "Phos", "Mg", "F23", "BoneT", "uCa", "uMg"]
    loose, tight = (
        solve(program, p, times=YEAR, outcomes=outcomes, events=REGIMEN, tolerance=t, backend=b).values
        for t, b in ((tolerance, backend), (Tolerance(1e-9), Backend.LLVM))
    )
    assert np.max(np.abs(loose - tight) / np.abs(tight)) < error


def test_who_does_not_fit_into_single_precision_is_run_in_double(decay):
    start = np.array([[8.0], [8e40], [2.0]])  # single precision ends at 3.4e38
    p = decay.parameters(3)
    run = solve(decay, p, start, times=[2.0], outcomes=["x"], backend=Backend.SINGLE)
    assert run.ok
    np.testing.assert_allclose(run["x"][:, 0], start[:, 0] * np.exp(-2 * p[:, decay.index["k"]]), rtol=1e-3)


@pytest.mark.parametrize("backend", DOUBLE)
def test_exact_solution_with_set_scale_and_add_per_person(decay, backend):
    events = [
        Event(2.0, "k", Change.SCALE, 2.0),
        Event(3.0, "x", Change.ADD, [1.0, 5.0, 0.0]),
        Event(4.0, "k", Change.SET, [0.0, 0.5, 1.0]),
        Event(5.0, "x", Change.SCALE, 0.5),
    ]
    solution = solve(
        decay,
        decay.parameters(3),
        times=[0, 2, 3, 3.5, 4, 5, 6],
        outcomes=["x", "half"],
        events=events,
        tolerance=Tolerance(1e-10),
        backend=backend,
    )
    for person, (added, k) in enumerate(zip([1.0, 5.0, 0.0], [0.0, 0.5, 1.0], strict=True)):
        at2 = 8 * np.exp(-1)
        at3 = at2 * np.exp(-1)
        at4 = (at3 + added) * np.exp(-1)
        at5 = at4 * np.exp(-k)
        expected = [8, at2, at3, (at3 + added) * np.exp(-0.5), at4, at5, at5 / 2 * np.exp(-k)]
        np.testing.assert_allclose(solution["x"][person], expected, rtol=1e-8)
        np.testing.assert_allclose(solution["half"][person], np.array(expected) / 2, rtol=1e-8)


def test_a_value_at_the_time_of_an_event_is_the_one_before_it(decay):
    solution = solve(decay, decay.parameters(), times=[1.0], outcomes=["x"], events=[Event(1.0, "x", Change.SET, 99.0)])
    assert solution["x"][0, 0] == pytest.approx(8 * np.exp(-0.5), rel=1e-3)


def test_a_run_can_be_continued_from_where_it_ended(people):
    program, p = human(), people(4, 0.25)
    whole = solve(program, p, times=[100, 200], outcomes=["PTH"], events=REGIMEN, tolerance=Tolerance(1e-9))
    first = solve(program, p, times=[100], outcomes=["PTH"], events=REGIMEN[:3], tolerance=Tolerance(1e-9))
    second = solve(
        program,
        first.parameters,
        first.final,
        times=[200],
        outcomes=["PTH"],
        events=REGIMEN[3:],
        start=100,
        tolerance=Tolerance(1e-9),
    )
    np.testing.assert_allclose(second["PTH"][:, 0], whole["PTH"][:, 1], rtol=1e-6)


def test_threads_do_not_change_a_bit(people):
    program, p = human(), people(50, 0.6)
    one, two = (
        solve(program, p, times=YEAR, outcomes=["PTH", "tCa"], events=REGIMEN, threads=n).values for n in (1, 2)
    )
    assert np.array_equal(one, two)


@pytest.mark.parametrize("backend", DOUBLE)
def test_one_person_who_fails_takes_nobody_along(backend):
    blows_up = compile_antimony("k = 1; x = 1; x' = k * x^2")
    p = blows_up.parameters(7, {"k": [0.1, 0.2, 0.3, 5.0, 0.1, 0.2, 0.3]})
    solution = solve(blows_up, p, times=[0.0, 0.1, 1.0], outcomes=["x"], backend=backend)
    assert [int(c) for c in np.flatnonzero(solution.codes)] == [3]
    assert solution.codes[3] == Code.STEP_TOO_SMALL
    assert not solution.ok
    np.testing.assert_allclose(solution["x"][3, :2], [1.0, 2.0], rtol=1e-3)
    assert np.isnan(solution["x"][3, 2])
    others = [0, 1, 2, 4, 5, 6]
    exact = 1 / (1 - p[others, 0])
    np.testing.assert_allclose(solution["x"][others, 2], exact, rtol=1e-3)


def test_a_bound_on_steps_ends_with_its_own_code(decay):
    solution = solve(decay, decay.parameters(), times=[50.0], outcomes=["x"], tolerance=Tolerance(1e-9, most_steps=3))
    assert solution.codes[0] == Code.TOO_MANY_STEPS


def test_the_observed_order_is_four():
    """Rodas4 converges with the fourth power of the step on a smooth problem (Hairer & Wanner 1996)."""
    logistic = compile_antimony("x = 0.1; x' = x * (1 - x)")
    exact = 1 / (1 + 9 * np.exp(-4))
    errors = []
    for step in (0.5, 0.25):
        t = Tolerance(relative=1e6, first_step=step, largest_step=step)
        x = solve(logistic, logistic.parameters(), times=[4.0], outcomes=["x"], tolerance=t)["x"][0, 0]
        errors.append(abs(x - exact))
    assert 3.5 < np.log2(errors[0] / errors[1]) < 5


def log_rate(x):
    return -0.1 * np.log(x + 1e-9) - 0.1 * x * np.log(np.maximum(x, 1e-300)) + 0.1


# A power below one, a root or a logarithm has an infinite slope at zero: (text, rate)
STEEP = {
    "a root": ("x' = 1 - sqrt(x)", lambda x: 1 - x**0.5),
    "a power below one": ("n = 0.7; x' = 1 - x^n", lambda x: 1 - x**0.7),
    "a power near zero": ("n = 0.1; x' = 1 - 0.5*x^n", lambda x: 1 - 0.5 * x**0.1),
    "a power above one": ("n = 1.5; x' = 1 - x^n", lambda x: 1 - x**1.5),
    "saturation, n = 2": ("n = 2; K = 2; x' = 1 - x^n/(K^n + x^n)", lambda x: 1 - x**2 / (4 + x**2)),
    "saturation, n = 1/2": ("n = 0.5; K = 2; x' = 1 - x^n/(K^n + x^n)", lambda x: 1 - x**0.5 / (2**0.5 + x**0.5)),
    "x log x": ("x' = 1 - x*ln(x + 1e-20)", lambda x: 1 - x * np.log(x + 1e-20)),
    "a logarithm": ("x' = -0.1*ln(x + k) - 0.1*x*ln(x) + 0.1; k = 1e-9", log_rate),
    "an angle": ("x' = 0.9 - acos(1 - x)/2", lambda x: 0.9 - np.arccos(np.clip(1 - x, -1, 1)) / 2),
    "fast": ("x' = 1000 - 2000*sqrt(x)", lambda x: 1000 - 2000 * x**0.5),
}


@pytest.mark.parametrize("name", STEEP)
@pytest.mark.parametrize("start", [0.0, 1e-25, 1e-12])
def test_where_a_slope_is_infinite_the_truth_is_found(name, start):
    """Against SciPy; once such a state stood still for ever, with no error and the code OK."""
    from scipy.integrate import solve_ivp

    text, rate = STEEP[name]
    times = [0.003, 0.01, 0.3, 1.0, 2.0]
    exact = solve_ivp(
        lambda _, x: rate(np.maximum(x, 0)), (0, 2), [start], "DOP853", times, rtol=1e-12, atol=1e-15, max_step=1e-3
    ).y[0]
    program = compile_antimony(f"x = 0; {text}")
    for relative, backend in itertools.product((3e-4, 1e-6, 1e-9), DOUBLE):
        found = solve(
            program,
            program.parameters(),
            np.array([[start]]),
            times=times,
            outcomes=["x"],
            tolerance=Tolerance(relative),
            backend=backend,
        )
        assert found.ok
        np.testing.assert_allclose(found["x"][0], exact, rtol=0, atol=20 * relative)
    single = solve(program, program.parameters(), times=times, outcomes=["x"], backend=Backend.SINGLE)
    np.testing.assert_allclose(single["x"][0], exact, rtol=0, atol=1e-2)


@pytest.mark.parametrize("backend", DOUBLE)
def test_what_has_run_empty_fills_again(backend):
    """At rest at zero the steps are long, and the first after the event would not move at all."""
    program = compile_antimony("u = 0; x = 1; x' = u - sqrt(x)")
    events = [Event(50.0, "u", Change.SET, 1.0)]
    found = solve(program, program.parameters(), times=[49, 51, 52, 60], outcomes=["x"], events=events, backend=backend)
    np.testing.assert_allclose(found["x"][0], [0, 0.48760953, 0.70796349, 0.99503634], atol=2e-3)


@pytest.mark.parametrize("backend", DOUBLE)
@pytest.mark.parametrize("rate", ["1/(x - 1)^2", "exp(-(x - 1)/y)", "1/sqrt(x - 1)", "sqrt((x - 1)/y)"])
def test_an_infinite_rate_is_a_failure_and_not_a_standstill(backend, rate):
    program = compile_antimony(f"x = 1; y = 0; x' = {rate}; y' = 0*x")
    found = solve(program, program.parameters(), times=[1.0], outcomes=["x"], backend=backend)
    assert found.codes[0] == Code.STEP_TOO_SMALL


def test_nobody_is_solved_alike_on_every_back_end(decay):
    runs = [solve(decay, decay.parameters(0), times=[0, 1], outcomes=["x"], backend=b) for b in Backend]
    assert [(r.values.shape, r.codes.shape, r.final.shape, r.ok) for r in runs] == [((0, 2, 1), (0,), (0, 1), True)] * 3


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"outcomes": ["y"]}, "reports no y"),
        ({"times": [2, 1]}, "times must rise"),
        ({"times": []}, "one or more"),
        ({"outcomes": []}, "at least one outcome"),
        ({"events": [Event(1, "q", Change.SET, 1.0)]}, "changes 'q'"),
        ({"events": [Event(-1, "k", Change.SET, 1.0)]}, "before the start"),
        ({"events": [Event(1, "k", Change.SET, float("nan"))]}, "finite"),
        ({"events": [Event(np.inf, "k", Change.SET, 1.0)]}, "finite time"),
        ({"events": [Event(np.nan, "k", Change.SET, 1.0)]}, "finite time"),
        ({"events": [Event(1, "k", Change.SET, [1.0, 2.0])]}, r"shape \(2,\)"),
        ({"events": [Event(1, "k", Change.SET, [[1.0]])]}, r"shape \(1, 1\)"),
        ({"start": np.nan}, "start is nan"),
        ({"start": -np.inf}, "start is -inf"),
        ({"tolerance": Tolerance(0.0)}, "relative is 0"),
        ({"tolerance": Tolerance(-1.0)}, "relative is -1"),
        ({"tolerance": Tolerance(np.nan)}, "relative is nan"),
        ({"tolerance": Tolerance(absolute=0.0)}, "absolute is 0"),
        ({"tolerance": Tolerance(first_step=0.0)}, "first_step is 0"),
        ({"tolerance": Tolerance(largest_step=np.inf)}, "largest_step is inf"),
        ({"tolerance": Tolerance(most_steps=0)}, "most_steps is 0"),
    ],
)
@pytest.mark.parametrize("backend", DOUBLE)
def test_a_call_that_cannot_be_meant_is_refused(decay, given, named, backend):
    call = {"times": [1.0], "outcomes": ["x"], "backend": backend, **given}
    with pytest.raises(EngineError, match=named):
        solve(decay, decay.parameters(), **call)


def test_not_a_number_among_the_people_is_refused_by_name(decay):
    p = decay.parameters(3)
    p[1, 0] = np.nan
    with pytest.raises(EngineError, match="constant k of person 1"):
        solve(decay, p, times=[1.0], outcomes=["x"])


@pytest.mark.parametrize(
    "regimen",
    [
        {},
        {"in_D3": 50_000.0, "sup_Mg": 41.0, "sup_Ca": 100.0},
        {"in_D3": 0.0, "in_Mg": 0.5, "in_Ca": 2.0},
        {"in_D3": 10_000.0, "GFR": 25.0},
    ],
    ids=["none", "everything", "starvation", "kidney failure"],
)
def test_2500_hard_people_for_each_extreme_regimen(people, regimen):
    """CV 60 % on 24 constants: nobody fails, and nothing that is a content or a level goes below zero."""
    program, p = human(), people(2500, 0.6, seed=7)
    events = [Event(90.0, name, Change.SET, value) for name, value in regimen.items()]
    events += [Event(120.0, "gD3", Change.ADD, 15_000.0)] if regimen else []  # nmol: about 300,000 IU at once
    solution = solve(program, p, times=[0, 90, 180, 365], outcomes=program.states, events=events)
    assert solution.ok
    assert np.isfinite(solution.values).all()
    typical = np.asarray(program.typical)
    assert (solution.values / typical > -1e-4).all()


def test_the_kernels_own_exp_and_log_are_right_to_the_last_digits():
    """Relative to the platform's own, over the whole range in which a model may use them."""
    program = compile_antimony("a = 1; b = 1; x = 0; x' = 0 * a * b; e := exp(a); l := ln(b)")
    rng = np.random.default_rng(5)
    a, b = rng.uniform(-690, 690, 4001), np.exp(rng.uniform(-69, 500, 4001))
    a[:9], b[:9] = np.linspace(-0.4, 0.4, 9), np.linspace(0.6, 1.5, 9)
    run = solve(program, program.parameters(4001, {"a": a, "b": b}), times=[0.0], outcomes=["e", "l"])
    np.testing.assert_allclose(run["e"][:, 0], np.exp(a), rtol=2e-15)
    np.testing.assert_allclose(run["l"][:, 0], np.log(b), rtol=2e-15, atol=2e-16)
    a, b = (x.astype(np.float32).astype(float) for x in (a / 8, b ** (1 / 8)))
    changes = {"a": a, "b": b}
    run = solve(program, program.parameters(4001, changes), times=[0.0], outcomes=["e", "l"], backend=Backend.SINGLE)
    np.testing.assert_allclose(run["e"][:, 0], np.exp(a), rtol=3e-7)
    np.testing.assert_allclose(run["l"][:, 0], np.log(b), rtol=3e-7, atol=1e-7)
