"""The validation in the studio: published trials, predicted and compared, computed when somebody first asks."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cofactor.faces.studio.pages import Page, Studio

PAGES = (Page("validation", "/validation"),)


def routes(studio: Studio) -> APIRouter:
    """The routes of this group."""
    found = APIRouter()

    @found.get("/validation")
    async def validation(request: Request) -> Response:
        return studio.show(request, "validation_wait.html", "validation")

    @found.get("/validation/page")
    async def judged(request: Request) -> Response:
        lang = studio.lang(request)
        found = await studio.bench.slow.run(studio.bench.validation, lang)
        return studio.show(request, "validation_part.html", values={"page": found["page"]})

    return found
