"""Plans for random people on few bodies: what a plan may not do does not depend on how many there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cofactor.person.case import parse_case
from plan_people import BODIES, Run, draw, run_of


@pytest.fixture(scope="session")
def drawn() -> Callable[[int], dict[str, Any]]:
    """Random case files by seed."""
    return draw


@pytest.fixture(scope="session")
def planned() -> Callable[..., Run]:
    """Plans on sixteen possible bodies, or on as many as a test of probabilities needs."""

    def of(value: Mapping[str, Any] | str, bodies: int = BODIES) -> Run:
        return run_of(parse_case(value), bodies)

    return of
