"""The exported SBML in other programs: libRoadRunner (CVODE) and COPASI (LSODA) go the same way as our kernel.

All three are given the file that ``cofactor export`` writes, the same changed inputs, and the same doses.
"""

from itertools import pairwise

import numpy as np
import pytest

from cofactor.engine.generate import human
from cofactor.engine.solve import Change, Event, Tolerance, solve
from cofactor.model.export import export
from cofactor.model.source import human as source

INPUTS = {"in_D3": 4000.0, "sup_Ca": 25.0, "n_sCa": 2.0, "sup_Mg": 14.4, "in_MK7": 180.0, "in_Zn": 0.3, "GFR": 100.0}
AGREE = 1e-6  # of the value, or of a thousandth of the state's typical size where that is more


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return str(export("sbml", tmp_path_factory.mktemp("export") / "human.xml"))


def ours(times, events):
    program = human()
    p = program.parameters(1, INPUTS)
    start = program.initial(program.parameters())
    return solve(
        program, p, start, times=times, outcomes=program.states, events=events, tolerance=Tolerance(1e-10)
    ).values[0]


def apart(mine, theirs):
    floor = 1e-3 * np.asarray(human().typical)
    return float(np.max(np.abs(mine - theirs) / np.maximum(np.abs(theirs), floor)))


def roadrunner_model(path):
    import roadrunner

    model = roadrunner.RoadRunner(path)
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-11, 1e-13
    model.timeCourseSelections = list(human().states)
    for name, value in INPUTS.items():
        model[name] = value
    return model


def test_libroadrunner_goes_the_same_way_through_boluses_and_changes(path):
    """Two years: changed inputs, a vitamin D bolus, another diet, an infusion that starts and stops."""
    boluses = {100.0: ("gD3", 15_000.0), 400.0: ("gCal", 1_000.0)}  # nmol: about 300,000 IU; about 0.5 mg
    settings = {200.0: ("in_Ca", 8.0), 300.0: ("MgIV", 30.0), 301.0: ("MgIV", 0.0), 500.0: ("in_D3", 0.0)}
    events = [Event(t, n, Change.ADD, v) for t, (n, v) in boluses.items()]
    events += [Event(t, n, Change.SET, v) for t, (n, v) in settings.items()]
    cuts = [0.0, *sorted({*boluses, *settings}), 730.0]
    model, theirs, times = roadrunner_model(path), [], []
    for start, end in pairwise(cuts):
        if start in boluses:
            name, amount = boluses[start]
            model[name] = model[name] + amount
        if start in settings:
            name, value = settings[start]
            model[name] = value
        model.integrator.restart(start)
        stretch = np.linspace(start, end, 12)
        theirs.append(np.array(model.simulate(times=list(stretch)))[1:])
        times.append(stretch[1:])
    assert apart(ours(np.concatenate(times), events), np.vstack(theirs)) < AGREE


def test_copasi_goes_the_same_way(path):
    import basico

    tables = source()
    called = {row.id: row.meaning for row in (*tables.parameters, *tables.states)}  # COPASI goes by names, not by ids
    times = np.linspace(0, 365, 27)
    model = basico.load_model(path)
    try:
        for name, value in INPUTS.items():
            basico.set_parameters(called[name], exact=True, initial_value=value, model=model)
        theirs = basico.run_time_course(
            start_time=0.0,
            duration=365.0,
            intervals=len(times) - 1,
            r_tol=1e-11,
            a_tol=1e-13,
            max_steps=1_000_000,
            use_initial_values=True,
            model=model,
        )
    finally:
        basico.remove_datamodel(model)
    assert apart(ours(times, []), theirs[[f"Values[{called[s]}]" for s in human().states]].to_numpy()) < AGREE


def test_libroadrunner_finds_every_readout_the_same(path):
    program = human()
    outputs = list(program.readouts)
    model = roadrunner_model(path)
    model.timeCourseSelections = outputs
    theirs = np.array(model.simulate(times=[0.0, 30.0, 365.0]))
    start = program.initial(program.parameters())
    mine = solve(
        program,
        program.parameters(1, INPUTS),
        start,
        times=[0.0, 30.0, 365.0],
        outcomes=outputs,
        tolerance=Tolerance(1e-10),
    ).values[0]
    np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-9)
