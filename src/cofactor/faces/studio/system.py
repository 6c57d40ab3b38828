"""The system: the picture with a person's own flows, on any day of a year and at any doses, and its arrows opened."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from cofactor.faces.studio.live import at_hand, changed
from cofactor.faces.studio.memory import Held
from cofactor.faces.studio.pages import Page, Studio
from cofactor.faces.studio.scenarios import LONGEST, scenario_of
from cofactor.plan.outlook import JUDGED_ON
from cofactor.plan.whatif import NOW, Scenario
from cofactor.report import numbers
from cofactor.report.arrows import opened
from cofactor.report.charts.loop_types import ARROWS
from cofactor.report.figures import system
from cofactor.report.whatif import view
from cofactor.report.words import Words

PAGES = (Page("system", "/system/{case}"),)
LAST_DAY = 364


class Asked(BaseModel):
    """What a slider asks: the version of the case, the scenario, and the day."""

    model_config = ConfigDict(extra="forbid")
    v: int = Field(ge=1)
    s: str = Field("", max_length=LONGEST)
    day: float = Field(JUDGED_ON, ge=0, le=LAST_DAY)


def routes(studio: Studio) -> APIRouter:
    """The routes of this group."""
    found = APIRouter()

    @found.get("/system/{case}")
    async def page(request: Request, case: str) -> Response:
        client = await studio.shelf.client(case)
        lang = studio.lang(request)
        values = await studio.work.run(lambda: _page(studio.memory.of(client), lang))
        return studio.show(request, "system.html", "system", client=client, values=values)

    @found.get("/system/{case}/view")
    async def moved(request: Request, case: str, asked: Annotated[Asked, Query()]) -> Response:
        of = await studio.held(case, asked.v)
        if of is None:
            return changed(studio.text(request))
        return await studio.work.run(lambda: _answer(studio, request, of, asked))

    @found.get("/system/{case}/arrow/{arrow}")
    async def arrow(request: Request, case: str, arrow: str, asked: Annotated[Asked, Query()]) -> Response:
        of = await studio.held(case, asked.v)
        if of is None:
            return changed(studio.text(request))
        if arrow not in ARROWS:
            return Response(status_code=404)
        return await studio.work.run(lambda: _opened(studio, request, of, asked, arrow))

    return found


def _page(of: Held, lang: str) -> dict[str, Any]:
    words = Words(lang, of.ground.gates)
    return {**at_hand(of, words), **_shown(of, of.planned, JUDGED_ON, words), "day": int(JUDGED_ON)}


def _shown(of: Held, scenario: Scenario, day: float, words: Words) -> dict[str, Any]:
    now, then, tried = of.courses(NOW), of.courses(scenario), of.tried(scenario)
    return {
        "view": view(of.ground, of.now, tried, (), words),
        "picture": system.draw(of.ground, now, then, day, words),
        "table": system.table(now, then, day, words),
        "day_said": numbers.day(of.ground.case.today + timedelta(days=day), words.lang),
    }


def _answer(studio: Studio, request: Request, of: Held, asked: Asked) -> JSONResponse:
    shown = _shown(of, scenario_of(asked.s), asked.day, Words(studio.lang(request), of.ground.gates))
    pieces = studio.pieces(request, "live_pieces.html", ("bar",), shown["view"])
    pieces |= studio.pieces(request, "live_pieces.html", ("arrows",), shown["table"])
    return JSONResponse({"pieces": pieces, "picture": shown["picture"], "day": shown["day_said"]})


def _opened(studio: Studio, request: Request, of: Held, asked: Asked, arrow: str) -> Response:
    words = Words(studio.lang(request), of.ground.gates)
    today, then = of.courses(NOW).on(0.0, "now"), of.courses(scenario_of(asked.s)).on(asked.day, "plan")
    return studio.part(request, "arrow.html", of=opened(arrow, today, then, words))
