"""The plan of a client: the report, section by section, and the files that it can be taken away as."""

from __future__ import annotations

from importlib.util import find_spec

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cofactor.faces.studio.pages import Page, Studio
from cofactor.faces.studio.shelf import Client
from cofactor.report.document import PDF, Document
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


def routes(studio: Studio) -> APIRouter:
    """The routes of this group."""
    found = APIRouter()
    files = [name for name in KINDS if name != PDF or find_spec("typst") is not None]

    async def of(client: Client) -> Document:
        return await studio.work.run(lambda: studio.memory.of(client).document)

    @found.get("/case/{case}/plan")
    async def show(request: Request, case: str) -> Response:
        client = await studio.shelf.client(case)
        report = await of(client)
        made = await studio.work.run(page, report, studio.lang(request))
        values = {"page": made, "parts": parts_of(made), "files": files}
        return studio.show(request, "plan.html", "plan", client=client, values=values)

    @found.get("/case/{case}/plan/{name}")
    async def take(request: Request, case: str, name: str) -> Response:
        if name not in files:
            return Response(status_code=404)
        client = await studio.shelf.client(case)
        report = await of(client)
        content = await studio.work.run(report.content, name, studio.lang(request))
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=KINDS[name], headers=headers)

    return found
