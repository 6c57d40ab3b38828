"""The summary of a trial: mean, SD and percentiles of every outcome, by arm and day.

Percentiles are exact: the values of all people are read back from the parts, a bounded number of days and columns at
a time. The sums run over people in the order of their numbers, so the summary does not depend on how the
trial was cut into parts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cofactor import __version__
from cofactor.assess.forecast import QUANTILES, spread
from cofactor.engine.generate import human
from cofactor.model.tables import outcomes as outcome_table
from cofactor.trial.levers import VITAMIN_D, assay_reaches
from cofactor.trial.parts import Plan, names

_MEMORY = 200_000_000  # bytes of values read at once, while the last of those before may still be held


def summary(folder: Path, plan: Plan) -> dict[str, Any]:
    """The summary of a trial whose parts are all in the folder, as in the contract of formats."""
    trial = plan.trial
    rows: dict[str, list[dict[str, Any]]] = {arm.name: [] for arm in trial.arms}
    counts = dict.fromkeys(rows, trial.population.people)
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for arm, outcome, days, values in _columns(folder, plan):
        for day, column in zip(days, values, strict=True):
            known = column[~np.isnan(column)]
            counts[arm] = min(counts[arm], len(known))
            row = {"outcome": outcome, "unit": _units()[outcome], "days": day, **statistics(known)}
            found.setdefault((arm, outcome), []).append(row)
    for (arm, _), of_days in found.items():
        rows[arm] += of_days
    return {
        "trial": trial.name,
        "seed": trial.population.seed,
        "people": trial.population.people,
        "version": __version__,
        "model": human().hash,
        "not_reached": list(_not_reached(folder, plan)),
        "arms": [{"arm": name, "n": counts[name], "outcomes": found} for name, found in rows.items()],
    }


def _not_reached(folder: Path, plan: Plan) -> Iterator[dict[str, Any]]:
    """Readings asked for at the start that these bodies have only by an assay further off than assays are.

    ``level`` is what is in their blood where the reading is ``asked``.
    """
    for analyte, start in plan.trial.population.baseline.items():
        column = f"{'25OHD' if analyte in VITAMIN_D else analyte}_assay"
        total, count = 0.0, 0
        for part in range(plan.count):
            with np.errstate(invalid="ignore"):
                logs = np.log(pq.read_table(folder / names(part)[1], columns=[column])[column].to_numpy())
            known = logs[np.isfinite(logs)]
            total, count = total + float(known.sum()), count + len(known)
        if start.mean is not None and count and abs(total / count) > assay_reaches(analyte):
            level = start.mean / math.exp(total / count)
            shown = {"asked": float(f"{start.mean:.6g}"), "level": float(f"{level:.6g}")}
            yield {"outcome": analyte, "unit": _units()[analyte], **shown}


def statistics(values: NDArray[np.floating]) -> dict[str, float | None]:
    """Mean, SD (of a sample) and percentiles, to six digits; nothing where there are no values, no SD of one."""
    keys = ("mean", "sd", *(f"p{p:02d}" for p in QUANTILES))
    if not len(values):
        return dict.fromkeys(keys)
    sd = values.std(ddof=1, dtype=np.float64) if len(values) > 1 else None
    found = (values.mean(dtype=np.float64), sd, *spread(values))
    return {key: None if number is None else float(f"{number:.6g}") for key, number in zip(keys, found, strict=True)}


def _units() -> dict[str, str]:
    return {o.id: o.unit for o in outcome_table()}


def _columns(folder: Path, plan: Plan) -> Iterator[tuple[str, str, Sequence[float], NDArray[np.float32]]]:
    """Values (days, people) of each arm and outcome, of some days at a time where all of them are too many.

    The files are read again for each slice; of a part, one column of one arm is held.
    """
    trial = plan.trial
    people, days = trial.population.people, len(trial.observed)
    wanted = [(i, outcome) for i in range(len(trial.arms)) for outcome in trial.outcomes]
    days_at_once = min(days, max(1, _MEMORY // (4 * people)))
    at_once = max(1, _MEMORY // (4 * people * days_at_once))
    for begin in range(0, len(wanted), at_once):
        some = wanted[begin : begin + at_once]
        for first in range(0, days, days_at_once):
            of = slice(first, min(first + days_at_once, days))
            held = _read(folder, plan, some, of)
            for i, outcome in some:
                yield trial.arms[i].name, outcome, trial.observed[of], held.pop((i, outcome))


def _read(
    folder: Path, plan: Plan, some: Sequence[tuple[int, str]], of: slice
) -> dict[tuple[int, str], NDArray[np.float32]]:
    """Values (days, people) of these arms and outcomes."""
    people, days = plan.trial.population.people, len(plan.trial.observed)
    held = {key: np.empty((of.stop - of.start, people), np.float32) for key in some}
    for part in range(plan.count):
        who = plan.people(part)
        with pq.ParquetFile(folder / names(part)[0]) as file:
            for i in dict.fromkeys(arm for arm, _ in some):
                outcomes = [outcome for arm, outcome in some if arm == i]
                group = file.read_row_group(i, columns=outcomes)
                for outcome in outcomes:
                    column = group.column(outcome).to_numpy().reshape(days, len(who))
                    held[i, outcome][:, who.start : who.stop] = column[of]
    return held
