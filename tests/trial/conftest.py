"""Small populations, made once."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from cofactor.trial.design import parse_population
from cofactor.trial.match import ready
from cofactor.trial.population import draw
from cofactor.trial.study import Study


@pytest.fixture(scope="session")
def start_of():
    """People on the day of the start, by keys of ``population``, day and number."""

    def make(count: int = 256, start: date | None = None, dark: bool = False, **keys: object):
        design = parse_population(keys)
        return ready(Study(design, start, dark), draw(design, np.arange(count)))

    return make


def baseline(mean: float, sd: float) -> dict[str, object]:
    return {"25OHD": {"mean": mean, "sd": sd, "unit": "nmol/L"}}
