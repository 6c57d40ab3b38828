"""Where a person is heading: bands of every outcome over the coming days, under what is taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cofactor.assess.types import Band
from cofactor.assess.update import Posterior
from cofactor.model.tables import outcomes as outcome_table
from cofactor.person.body import Array, Regimen, live, present
from cofactor.person.intake import model_inputs
from cofactor.person.types import Supplement

OUTCOMES = (
    "25OHD",
    "calcitriol",
    "PTH",
    "Ca_total",
    "phosphate",
    "Mg_serum",
    "Mg_cell",
    "Ca_urine",
    "Mg_urine",
    "Ca_absorption",
    "Mg_absorption",
)
QUANTILES = (5, 25, 50, 75, 95)
EVERY_DAYS = 7


@dataclass(frozen=True, eq=False)
class Trajectories:
    """Values of each possible body: shape (bodies, days, outcomes)."""

    days: Array
    outcomes: tuple[str, ...]
    values: Array

    def of(self, outcome: str) -> Array:
        """One outcome, shape (bodies, days)."""
        return self.values[:, :, self.outcomes.index(outcome)]

    def on(self, outcome: str, day: float) -> Array:
        """One outcome on the reported day nearest to ``day``, shape (bodies,)."""
        return self.of(outcome)[:, int(np.argmin(np.abs(self.days - day)))]


def trajectories(
    of: Posterior, regimens: Sequence[Regimen], days: float, outcomes: Sequence[str] = OUTCOMES
) -> Trajectories:
    """Run every body of a posterior for ``days`` from today, reporting weekly and on the last day."""
    when = np.unique(np.append(np.arange(0.0, days, EVERY_DAYS), days))
    values, _ = live(of.members, of.state, regimens, float(when[-1]), when, outcomes)
    return Trajectories(when, tuple(outcomes), values)


def forecast(of: Posterior, days: float, added: Sequence[Supplement] = ()) -> tuple[Band, ...]:
    """Bands of every outcome for ``days``: ``now`` as things are and, where something is added, ``plan`` with it."""
    subject = of.members.subject
    futures = bands(trajectories(of, [present(subject)], days), "now")
    if not added:
        return futures
    more = model_inputs(subject.intake, [*subject.intake.taken, *added])
    return (*futures, *bands(trajectories(of, [Regimen(0.0, more)], days), "plan"))


def spread(values: NDArray[np.floating]) -> Array:
    """The quantiles of :data:`QUANTILES` over the first axis, as ``np.percentile`` gives them.

    It sorts instead of selecting, since sorting is what NumPy does with whole vector registers: four times as fast.
    """
    ordered = np.sort(np.ascontiguousarray(np.moveaxis(values, 0, -1)), axis=-1)
    at = np.asarray(QUANTILES) / 100 * (ordered.shape[-1] - 1)
    below = at.astype(int)
    above = np.minimum(below + 1, ordered.shape[-1] - 1)
    low, high = (ordered[..., i].astype(np.float64) for i in (below, above))
    return np.moveaxis(low + (at - below) * (high - low), -1, 0)


def bands(found: Trajectories, under: str, days: Iterable[float] | None = None) -> tuple[Band, ...]:
    """5, 25, 50, 75 and 95 % of the bodies, for each outcome and day. ``under`` is ``now`` or ``plan``."""
    units = {o.id: "ratio" if o.unit == "1" and o.id in ("Mg_cell", "FGF23") else o.unit for o in outcome_table()}
    wanted = found.days if days is None else np.asarray(list(days), float)
    rows = []
    for outcome in found.outcomes:
        unit = "fraction" if units[outcome] == "1" else units[outcome]
        quantiles = spread(found.of(outcome))
        for i, day in enumerate(found.days):
            if day in wanted:
                p05, p25, p50, p75, p95 = (float(q) for q in quantiles[:, i])
                rows.append(Band(outcome, unit, float(day), p05, p25, p50, p75, p95, under))
    return tuple(rows)
