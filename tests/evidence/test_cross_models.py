"""Other models of the same physiology, as published values: our equations must behave as theirs did."""

import numpy as np
import pytest

from cofactor.engine.generate import human
from cofactor.engine.solve import Change, Event, Tolerance, solve
from cofactor.evidence.rest import at_rest


def test_pth_clamp_as_in_shrestha_2010():
    """Shrestha 2010 (BIOMD0000000276): calcium from 1.255 down by 0.1817 mmol/L at 0.0442 /min; PTH from 6.63 pmol/L.

    Their people peak within the hour and fall back to about twice the basal level (14.04 pmol/L) as the store empties;
    in hypercalcaemia secretion bottoms at a tenth (0.67 of 6.63).
    """
    program = human()
    p = program.parameters(2, {"clamp": 400.0})
    minutes = np.arange(0.0, 121.0, 2.0)
    fall = 0.1817 / 1.255 * 1.2 * (1 - np.exp(-0.0442 * minutes))
    events = [
        Event(float(m) / 1440, "Caclamp", Change.SET, np.array([1.2 - f, 1.2 + f]))
        for m, f in zip(minutes, fall, strict=True)
    ]
    run = (
        solve(program, p, times=minutes / 1440, outcomes=["PTH"], events=events, tolerance=Tolerance(1e-6))["PTH"] / 4.0
    )
    low, high = run
    assert low.max() == pytest.approx(4, rel=0.5)  # 2 to 6 times, within the hour
    assert minutes[low.argmax()] < 60
    assert low[-1] < low.max()  # the store is spent
    assert 0.1 < high[-1] < 0.45
    assert (np.diff(high[:15]) < 0.02).all()


def test_dose_response_bends_as_in_huang_2021():
    """Huang & You 2021 (PMC8302240), 126 arms, 10 to 1250 µg/d: 25(OH)D rises ever less per dose, and never stops."""
    program = human()
    doses = np.array([0.0, 400.0, 1000.0, 2000.0, 4000.0, 10_000.0, 50_000.0])
    start, p = at_rest(program, program.parameters(len(doses)), np.full(len(doses), 50.0))
    p[:, program.index["in_D3"]] = doses
    level = solve(program, p, start, times=[365.0], outcomes=["D25"])["D25"][:, 0]
    slope = np.diff(level) / np.diff(doses) * 1000  # nmol/L per 1000 IU/d
    assert (np.diff(slope[:5]) < 0).all()
    assert (slope > 0).all()
    assert 25 < slope[0] < 60  # 1.96 nmol/L per µg up to 600 IU/d (Cashman 2008) is 49
    assert 8 < slope[4] < 20  # 0.7 nmol/L per µg (Heaney 2003) is 17.5
