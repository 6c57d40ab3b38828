"""The sources of one run: what set its targets and limits, its gates, how it was judged, what the model leaned on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cofactor.assess.forecast import Trajectories
from cofactor.assess.types import GateResult, StatusRow
from cofactor.assess.update import Posterior
from cofactor.facts.load import load
from cofactor.facts.types import Source
from cofactor.model.tables import parameters, shared_factors
from cofactor.person.types import Case
from cofactor.plan.optimise import Planned
from cofactor.plan.outlook import JUDGED_ON

JUDGED_LEVELS = ("25OHD", "Mg_serum", "Ca_total", "PTH")
"""Levels whose spread says which constants mattered."""
MATTERS = 0.05
"""Share of the variance of a logarithm from which on a constant counts as one that mattered."""


def sources(
    case: Case, planned: Planned, gates: GateResult, status: tuple[StatusRow, ...], of: Posterior
) -> tuple[Source, ...]:
    """Everything that decided something in this run, each source once."""
    found: dict[Source, None] = {}
    for item in planned.plan.items:
        found.update(dict.fromkeys(item.sources))
    found.update(dict.fromkeys(gate.source for gate in gates.gates if gate.source is not None))
    for row in status:
        found.update(dict.fromkeys(j.source for j in row.judgements))
    found.update(dict.fromkeys(_laboratory(case, of)))
    found.update(dict.fromkeys(eaten.food.source for eaten in case.diet.foods))
    found.update(dict.fromkeys(_model(of, planned.then)))
    return tuple(found)


def _laboratory(case: Case, of: Posterior) -> Iterator[Source]:
    """How far a result that entered can be trusted."""
    for result in of.used:
        lab = load().lab(result.analyte, case.person.sex)
        if lab is not None:
            yield lab.source


def _model(of: Posterior, then: Trajectories) -> Iterator[Source]:
    """The constants of the model that decide most of the spread under the plan."""
    known = {p.id: p.source for p in parameters()} | {f.id: f.source for f in shared_factors()}
    for trait in dict.fromkeys(t for level in JUDGED_LEVELS for t in mattering(of, then, level)):
        if trait in known:
            yield known[trait]


def mattering(of: Posterior, then: Trajectories, level: str) -> tuple[str, ...]:
    """The open traits that explain a level's spread on the day it is judged, most first.

    Squared correlation of each trait with the logarithm of the level over the possible bodies.
    """
    traits = of.members.vectors - of.members.vectors.mean(axis=0)
    spread = np.log(then.on(level, JUDGED_ON))
    spread = spread - spread.mean()
    norms = np.sqrt((traits**2).sum(axis=0) * (spread**2).sum())
    shares = (traits.T @ spread / np.maximum(norms, 1e-12)) ** 2
    order = np.argsort(-shares)
    return tuple(of.members.subject.names[i] for i in order if shares[i] >= MATTERS)
