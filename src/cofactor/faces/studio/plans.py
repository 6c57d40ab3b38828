"""The plan of a client: the report, section by section, and the files that it can be taken away as."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from importlib.util import find_spec

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cofactor.faces.studio.pages import Page, Studio
from cofactor.faces.studio.shelf import Client
from cofactor.faces.work import Work
from cofactor.report.document import PDF, Document, plan
from cofactor.report.page import page
from cofactor.report.render import parts_of

PAGES = (Page("plan", "/case/{case}/plan"),)
KINDS = {
    "report.html": "text/html; charset=utf-8",
    PDF: "application/pdf",
    "schedule.ics": "text/calendar; charset=utf-8",
    "result.json": "application/json",
}
"""What a plan can be taken away as."""
MOST_KEPT = 8
"""Plans kept in memory, each some megabytes: those of the clients that a person goes to and fro between."""


class Plans:
    """The plans of the versions that were asked for last, so that a page and its files show the same one."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._kept: OrderedDict[tuple[str, int, date], Document] = OrderedDict()

    async def of(self, client: Client) -> Document:
        """The plan of a client's last version, as of today."""
        key = (client.id, client.number, date.today())
        if key not in self._kept:
            self._kept[key] = await self._work.run(lambda: plan(client.case()))
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def routes(studio: Studio) -> APIRouter:
    """The routes of this group."""
    found, plans = APIRouter(), Plans(studio.work)
    files = [name for name in KINDS if name != PDF or find_spec("typst") is not None]

    @found.get("/case/{case}/plan")
    async def show(request: Request, case: str) -> Response:
        client = await studio.shelf.client(case)
        report = await plans.of(client)
        made = await studio.work.run(page, report, studio.lang(request))
        values = {"page": made, "parts": parts_of(made), "files": files}
        return studio.show(request, "plan.html", "plan", client=client, values=values)

    @found.get("/case/{case}/plan/{name}")
    async def take(request: Request, case: str, name: str) -> Response:
        if name not in files:
            return Response(status_code=404)
        client = await studio.shelf.client(case)
        report = await plans.of(client)
        content = await studio.work.run(report.content, name, studio.lang(request))
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=KINDS[name], headers=headers)

    return found
