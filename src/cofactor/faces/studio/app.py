"""The studio as an application: the pages, their style and scripts, and the REST API beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles

from cofactor.faces.api import create_api
from cofactor.faces.studio import (
    clients,
    desk,
    entrance,
    evidence,
    forecasts,
    live,
    models,
    past,
    plans,
    system,
    trials,
    validation,
)
from cofactor.faces.studio.look import dark, font, light
from cofactor.faces.studio.pages import Studio
from cofactor.faces.studio.refusals import NOT_THERE, answer_refusals
from cofactor.faces.studio.shelf import Shelf
from cofactor.faces.work import Work
from cofactor.faces.workbench.bench import Bench
from cofactor.report.render_evidence import script_text

GROUPS = (clients, trials, models, validation, evidence, desk, live, system, past, plans)
"""The modules of pages, in the order of the navigation: each has its ``PAGES`` and ``routes``."""


def create_studio(lang: str = "en", folder: Path | None = None) -> FastAPI:
    """The whole application, without the door. ``folder`` holds the store (by default the user's own)."""
    work, shelf, bench = Work(), Shelf(folder), Bench(None if folder is None else folder / "trials")
    studio = Studio(work, shelf, bench, [page for group in GROUPS for page in group.PAGES], lang)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        bench.close()
        shelf.close()

    app = create_api(work, life, bench)
    app.state.bench = bench  # for whoever stops the server: what runs there is ended first
    answer_refusals(app, studio)
    _style(app)
    for group in (entrance, *GROUPS):
        app.include_router(group.routes(studio), include_in_schema=False)
    app.include_router(forecasts.routes(studio))
    app.mount("/static", StaticFiles(packages=[("cofactor.faces.studio", "static")]))
    return app


def _style(app: FastAPI) -> None:
    @app.get("/static/look.css", include_in_schema=False)
    async def look() -> Response:
        return Response(light(), media_type="text/css")

    @app.get("/static/dark.css", include_in_schema=False)
    async def dark_colours() -> Response:
        return Response(dark(), media_type="text/css")

    @app.get("/static/ledger.js", include_in_schema=False)
    async def ledger() -> Response:
        return Response(script_text(), media_type="text/javascript")

    @app.get("/static/fonts/{name}", include_in_schema=False)
    async def fonts(name: str) -> Response:
        found = font(name)
        return Response(status_code=NOT_THERE) if found is None else Response(found, media_type="font/woff2")
