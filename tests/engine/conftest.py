"""People for the engine's tests: varied bodies, and the human's program with its ledgers."""

import numpy as np
import pytest

from cofactor.engine.generate import human

VARIED = [
    *("Vmax25", "klin25", "CLoD", "CL25", "S_D3", "k125", "K1", "V27", "GFR", "in_Ca", "in_Mg", "in_P"),
    *("gutCa", "gutMg", "fTP", "fPTH", "rT", "kOC", "kF", "aF_V", "aTP_PTH", "aS_V", "kM6", "KfD"),
]


def varied_people(count, cv, seed=1):
    """Constants of ``count`` people with log-normal factors of the given CV on the constants of VARIED."""
    program = human()
    base = program.parameters()[0]
    rng, sd = np.random.default_rng(seed), np.sqrt(np.log1p(cv**2))
    changes = {n: base[program.index[n]] * np.exp(sd * rng.standard_normal(count) - sd**2 / 2) for n in VARIED}
    return program.parameters(count, changes)


@pytest.fixture
def people():
    return varied_people


@pytest.fixture
def varied():
    """Names of the constants that differ between the people."""
    return VARIED
