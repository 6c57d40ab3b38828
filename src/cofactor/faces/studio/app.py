"""The studio as an application: the pages, their style and scripts, and the REST API beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

from cofactor.errors import InputError, Problem, SealedError, StoreError
from cofactor.faces.api import create_api
from cofactor.faces.studio import clients, desk, entrance, forecasts, live, past
from cofactor.faces.studio.look import dark, font, light
from cofactor.faces.studio.pages import Studio
from cofactor.faces.studio.shelf import NoClientError, Shelf
from cofactor.faces.work import Work
from cofactor.faces.workbench.bench import Bench

GROUPS = (clients, desk, live, past)
"""The modules of pages, in the order of the navigation: each has its ``PAGES`` and ``routes``."""
NOT_THERE, SEALED, STORE_FAILED = 404, 423, 503


def create_studio(lang: str = "en", folder: Path | None = None) -> FastAPI:
    """The whole application, without the door. ``folder`` holds the store (by default the user's own)."""
    work, shelf, bench = Work(), Shelf(folder), Bench(None if folder is None else folder / "trials")
    studio = Studio(work, shelf, [page for group in GROUPS for page in group.PAGES], lang)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        bench.close()
        shelf.close()

    app = create_api(work, life, bench)
    _refusals(app, studio)
    _style(app)
    for group in (entrance, *GROUPS):
        app.include_router(group.routes(studio), include_in_schema=False)
    app.include_router(forecasts.routes(studio))
    app.mount("/static", StaticFiles(packages=[("cofactor.faces.studio", "static")]))
    return app


def _refusals(app: FastAPI, studio: Studio) -> None:
    """What a page answers where the store is sealed or fails, or the client is not there."""

    @app.exception_handler(SealedError)
    async def sealed(request: Request, error: SealedError) -> Response:
        return RedirectResponse("/unlock", 303) if _is_page(request) else _refused(SEALED, error)

    @app.exception_handler(StoreError)
    async def failed(request: Request, error: StoreError) -> Response:
        values = {"title": studio.text(request)("studio.error.store"), "said": str(error)}
        return (
            studio.show(request, "error.html", values=values, status=STORE_FAILED)
            if _is_page(request)
            else _refused(STORE_FAILED, error)
        )

    @app.exception_handler(NoClientError)
    @app.exception_handler(NOT_THERE)
    async def missing(request: Request, _error: Exception) -> Response:
        text = studio.text(request)
        values = {"title": text("studio.error.missing"), "said": text("studio.error.missing_do")}
        if _is_page(request):
            return studio.show(request, "error.html", values=values, status=NOT_THERE)
        return _refused(NOT_THERE, values["title"])


def _is_page(request: Request) -> bool:
    """Whether a person asked for a page, and not a program or a script for an answer."""
    return request.method == "GET" and not request.url.path.startswith("/api/")


def _refused(status: int, why: object) -> JSONResponse:
    problem = why.problems[0] if isinstance(why, InputError) else Problem("store", str(why), (), "")
    return JSONResponse({"problems": [problem.as_dict()]}, status)


def _style(app: FastAPI) -> None:
    @app.get("/static/look.css", include_in_schema=False)
    async def look() -> Response:
        return Response(light(), media_type="text/css")

    @app.get("/static/dark.css", include_in_schema=False)
    async def dark_colours() -> Response:
        return Response(dark(), media_type="text/css")

    @app.get("/static/fonts/{name}", include_in_schema=False)
    async def fonts(name: str) -> Response:
        found = font(name)
        return Response(status_code=NOT_THERE) if found is None else Response(found, media_type="font/woff2")
