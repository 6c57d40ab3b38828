"""What a finished trial shows, as the REST API gives it: the numbers that the charts of the studio are drawn from."""

from __future__ import annotations

import numpy as np

from cofactor.errors import InputError, Problem
from cofactor.faces.workbench.shapes import ArmOut, CountOut, PointOut, ResponseOut, ResultsOut
from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.said import Said
from cofactor.trial.findings import Findings, Levels, Response, limit, usual
from cofactor.trial.whole import unit_of


def results(found: Findings, outcome: str | None, days: float | None) -> ResultsOut:
    """An outcome on a day; by default the first outcome on the last day. Raises :class:`InputError` for any other."""
    levels = chosen(found, outcome, days)
    line, top = usual(levels.outcome), limit(levels.outcome)
    grid = levels.grid()
    above = levels.above(line[0]) if line else (None,) * len(levels.arms)
    ever = found.highest(levels.outcome).above(top) if top else (None,) * len(levels.arms)
    rows = zip(levels.arms, levels.values, levels.percentiles(), levels.densities(grid), above, ever, strict=True)
    arms = [
        ArmOut(
            arm=arm,
            n=len(values),
            **_spread(spread),
            density=np.round(density, 9).tolist(),
            above=None if over is None else CountOut.of_count(over),
            ever_above=None if once is None else CountOut.of_count(once),
        )
        for arm, values, spread, density, over, once in rows
    ]
    response = found.response(levels)
    return ResultsOut(
        outcome=levels.outcome,
        unit=unit_of(levels.outcome),
        days=levels.day,
        line=line[0] if line else None,
        limit=top,
        grid=grid.tolist(),
        arms=arms,
        response=None if response is None else _response(response),
    )


def chosen(found: Findings, outcome: str | None, days: float | None) -> Levels:
    """The levels that are asked for. Raises :class:`InputError`."""
    trial = found.trial
    wanted = trial.outcomes[0] if outcome is None else outcome
    day = trial.observed[-1] if days is None else days
    problems = []
    if wanted not in trial.outcomes:
        problems.append(Problem("outcome", wanted, trial.outcomes, Said("Choose one that this trial read.")))
    if day not in trial.observed:
        known = tuple(f"{d:g}" for d in trial.observed)
        problems.append(Problem("days", f"{day:g}", known, Said("Choose a day on which this trial read.")))
    if problems:
        raise InputError(problems)
    return found.levels(wanted, day)


def _spread(of: tuple[float, ...]) -> dict[str, float]:
    return dict(zip(("p05", "p25", "p50", "p75", "p95"), of, strict=True))


def _response(of: Response) -> ResponseOut:
    points = [
        PointOut(arm=p.arm, dose=p.dose, daily=daily, **_spread(p.spread))
        for daily, group in ((True, of.daily), (False, of.apart))
        for p in group
    ]
    return ResponseOut(nutrient=of.nutrient, unit=NUTRIENT_UNIT[of.nutrient], form=of.form, points=points)
