"""The one value that every page, file and summary is made from."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.assess.interplay import Interplay
from cofactor.assess.types import Band, GateResult, StatusRow
from cofactor.assess.update import Posterior
from cofactor.facts.types import Source
from cofactor.person.intake import Intake
from cofactor.person.types import Case
from cofactor.plan.counterfactual import Counterfactual
from cofactor.plan.types import Plan, Reason


@dataclass(frozen=True, eq=False)
class Report:
    """A case, what is known of it, where it is heading, and what is proposed.

    ``bands`` holds both futures (``under`` is ``now`` or ``plan``), weekly. ``unknown`` are the things that were not
    known, each with what was taken for granted in its place; ``sources`` are those of this run, each once. ``flows``
    are the numbers of the system picture (:mod:`cofactor.report.flows`), for both futures.
    ``counterfactuals`` are the choices of the plan, each against another.
    ``interplay`` is what the present doses bring into play among nutrients and in timing.
    """

    case: Case
    version: str
    model: str
    intake: Intake
    status: tuple[StatusRow, ...]
    gates: GateResult
    posterior: Posterior
    bands: tuple[Band, ...]
    plan: Plan
    unknown: tuple[Reason, ...]
    sources: tuple[Source, ...]
    flows: tuple[Band, ...] = ()
    interplay: tuple[Interplay, ...] = ()
    counterfactuals: tuple[Counterfactual, ...] = ()
