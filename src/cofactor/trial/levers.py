"""What is moved in people so that they have a reported reading of an analyte other than 25(OH)D.

Each analyte has a lever (``facts/tables/matching.csv``): a person's own factor, such as the renal threshold for serum
magnesium. It is moved, for everybody at once, until the settled body has the level behind the reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cofactor.engine.generate import human
from cofactor.engine.solve import solve
from cofactor.facts.read import read_table
from cofactor.facts.types import Lever
from cofactor.model.tables import outcomes as outcome_table
from cofactor.person.body import SETTLE_DAYS
from cofactor.person.traits import between_people, covariate_log_sd
from cofactor.trial.supply import reference

Array = NDArray[np.float64]

VITAMIN_D = ("25OHD", "25OHD3")
"""Analytes that are matched through the supply of vitamin D."""
_ROUNDS = 5
_WIDEST = 3.0  # a lever goes to the edge of its spread between people; the assay takes the rest
_UNKNOWN_SPREAD = 0.5  # log-SD of levers that the model gives no spread: scales of readouts, mostly


@cache
def levers() -> dict[str, Lever]:
    """Levers by analyte, in the order of the table."""
    return {row.analyte: row for row in read_table(Lever, "matching")}


def study_reading(analyte: str, distance: float) -> float:
    """The part of the distance (of logarithms) between a study's mean and that of such people that is the assay's."""
    lever = levers()[analyte]
    return distance * lever.study_reading**2 / (lever.study_reading**2 + lever.study_body**2)


def assay_reaches(analyte: str) -> float:
    """How far (of logarithms) an assay may read off in a study: two of its spreads between studies."""
    spread = covariate_log_sd("study_assay") if analyte in VITAMIN_D else levers()[analyte].study_reading
    return 2 * spread


def moved(
    constants: Mapping[str, Array],
    targets: Mapping[str, Array],
    settle: Callable[[Mapping[str, Array]], Mapping[str, Array]],
) -> dict[str, Array]:
    """Constants with which people settle at the target levels, as near as their levers reach.

    ``settle`` gives the settled levels of constants. Steps follow each person's own secant.
    """
    logs = {analyte: np.zeros_like(target) for analyte, target in targets.items()}
    slope = {analyte: np.full_like(target, _effect(analyte)) for analyte, target in targets.items()}
    before: dict[str, tuple[Array, Array]] = {}
    for _ in range(_ROUNDS):
        levels = settle(_with(constants, logs))
        for analyte, target in targets.items():
            level = np.log(levels[analyte])
            if analyte in before:
                slope[analyte] = _secant(
                    analyte, slope[analyte], logs[analyte] - before[analyte][0], level - before[analyte][1]
                )
            before[analyte] = logs[analyte], level
            widest = _WIDEST * _log_sd(analyte)
            logs[analyte] = np.clip(logs[analyte] + (np.log(target) - level) / slope[analyte], -widest, widest)
    return _with(constants, logs)


def _with(constants: Mapping[str, Array], logs: Mapping[str, Array]) -> dict[str, Array]:
    found = dict(constants)
    for analyte, log in logs.items():
        name = levers()[analyte].constant
        found[name] = found.get(name, np.asarray(reference()[name])) * np.exp(log)
    return found


def _secant(analyte: str, slope: Array, step: Array, change: Array) -> Array:
    """Slope by the last step, within a factor of three of that of the reference adult."""
    usual = _effect(analyte)
    enough = np.abs(step) > 1e-6
    found = np.where(enough, change / np.where(enough, step, 1.0), slope)
    return np.asarray(np.sign(usual) * np.clip(found * np.sign(usual), abs(usual) / 3, abs(usual) * 3))


def _log_sd(analyte: str) -> float:
    return between_people().get(levers()[analyte].constant, _UNKNOWN_SPREAD)


@cache
def _effect(analyte: str) -> float:
    """d ln level / d ln constant in the reference adult, at rest."""
    program, name = human(), levers()[analyte].constant
    step = 0.2 * _log_sd(analyte)
    parameters = program.parameters(2, {name: reference()[name] * np.exp([0.0, step])})
    symbol = next(o.symbol for o in outcome_table() if o.id == analyte)
    levels = solve(program, parameters, times=[SETTLE_DAYS], outcomes=[symbol]).values[:, 0, 0]
    return float(np.log(levels[1] / levels[0]) / step)
