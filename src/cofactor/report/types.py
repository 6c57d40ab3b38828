"""The one value that every page, file and summary is made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cofactor.assess.types import Band, GateResult, StatusRow
from cofactor.assess.update import Posterior
from cofactor.facts.types import Source
from cofactor.files import write_whole
from cofactor.person.intake import Intake
from cofactor.person.types import Case
from cofactor.plan.types import Plan, Reason


@dataclass(frozen=True, eq=False)
class Report:
    """A case, what is known of it, where it is heading, and what is proposed.

    ``bands`` holds both futures (``under`` is ``now`` or ``plan``), weekly. ``unknown`` are the things that were not
    known, each with what was taken for granted in its place; ``sources`` are those of this run, each once. ``flows``
    are the numbers of the system picture (:mod:`cofactor.report.flows`), for both futures.
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

    def to_json(self, path: str | Path, lang: str = "en") -> Path:
        """Write every number of the report; sentences in ``lang`` (``en`` or ``fr``)."""
        from cofactor.report.result import result, to_text

        return write_whole(path, to_text(result(self, lang)))

    def to_ics(self, path: str | Path, lang: str = "en") -> Path:
        """Write the schedule for a calendar."""
        from cofactor.report.calendar import schedule

        return write_whole(path, schedule(self, lang))
