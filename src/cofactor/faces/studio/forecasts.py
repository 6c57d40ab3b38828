"""What if, for programs: where the levels of a stored case are heading under a scenario, as the rows of a forecast.

The case is named by its id and laid out once for each saved version, so an answer costs one run of its bodies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from cofactor.assess.forecast import OUTCOMES
from cofactor.errors import InputError, Problem
from cofactor.faces.api import RESPONSES, Refusal
from cofactor.faces.refused import Lang
from cofactor.faces.studio.pages import Studio
from cofactor.faces.studio.scenarios import LONGEST, scenario_of
from cofactor.facts.load import ANALYTE_UNIT
from cofactor.plan.whatif import ALL, Future, Ground, future
from cofactor.report.result import gate_row
from cofactor.report.words import Words
from cofactor.said import Said

_NO_CASE: dict[int | str, dict[str, Any]] = {404: {"model": Refusal, "description": "The store has no such case."}}


class ForecastRow(BaseModel):
    """One level on one day."""

    outcome: str
    unit: str
    days: float
    p05: float
    p25: float
    p50: float
    p75: float
    p95: float
    under: str


class Forecast(BaseModel):
    """Bands of the levels that were asked for, and the gates of the case."""

    forecast: list[ForecastRow]
    gates: list[dict[str, Any]]


class Asked(BaseModel):
    """A scenario as it stands in the addresses of the studio, and the levels wanted."""

    model_config = ConfigDict(extra="forbid")
    s: str = Field("", max_length=LONGEST, examples=["d50~mg200-citrate-2"])
    outcome: list[Annotated[str, Field(max_length=LONGEST)]] = Field(
        default_factory=lambda: list(OUTCOMES), min_length=1, max_length=len(ALL)
    )
    fine: bool = Field(
        False, description="With the thousand bodies of a report instead of two hundred: five times the work."
    )
    lang: Lang = Lang.EN


def routes(studio: Studio) -> APIRouter:
    """The one route."""
    found = APIRouter()

    @found.get("/api/cases/{case}/forecast", response_model=Forecast, responses={**RESPONSES, **_NO_CASE})
    async def what_if(case: str, asked: Annotated[Asked, Query()]) -> Response:
        """Where a stored case is heading under a scenario. What the scenario does not name stays as in the case."""
        of = studio.memory.of(await studio.shelf.client(case))
        return Response(
            await studio.work.run(lambda: _answer(of.ground if asked.fine else of.few, asked)),
            media_type="application/json",
        )

    return found


def _answer(of: Ground, asked: Asked) -> str:
    unknown = [name for name in asked.outcome if name not in ALL]
    if unknown:
        raise InputError([Problem("outcome", name[:60], ALL, Said("Use the id of a level.")) for name in unknown])
    found = future(of, scenario_of(asked.s), tuple(dict.fromkeys(asked.outcome)))
    words = Words(asked.lang, of.gates)
    gates = [row for gate in of.gates.gates for row in gate_row(gate, words)]
    return json.dumps({"forecast": list(_rows(found)), "gates": gates}, ensure_ascii=False)


def _rows(found: Future) -> Iterator[dict[str, Any]]:
    days = found.days.tolist()
    for outcome in found.outcomes:
        unit = ANALYTE_UNIT[outcome]
        for day, (p05, p25, p50, p75, p95) in zip(days, found.of(outcome).T.tolist(), strict=True):
            spread = {"p05": p05, "p25": p25, "p50": p50, "p75": p75, "p95": p95}
            yield {"outcome": outcome, "unit": unit, "days": day, **spread, "under": "plan"}
