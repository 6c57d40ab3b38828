"""What the studio answers where something cannot be had: a page to a person, problems to a script or a program."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import cast

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from cofactor.errors import InputError, Problem, SealedError, StoreError
from cofactor.faces.api import BUSY, REFUSED
from cofactor.faces.refused import refusal
from cofactor.faces.studio.pages import Studio
from cofactor.faces.studio.shelf import NoClientError
from cofactor.faces.work import BusyError
from cofactor.faces.workbench.jobs import NoTrialError
from cofactor.faces.workbench.models import NoModelError
from cofactor.person.problems import NOTHING
from cofactor.report.refusals import problem_in, told
from cofactor.said import Said

_Handler = Callable[[Request, Exception], Awaitable[Response]]
NOT_THERE, SEALED, STORE_FAILED = 404, 423, 503
_JSON = "application/json"
"""What scripts of the pages accept, `send.js`."""
_OF_CLIENT = re.compile(r"(/case/[^/]+)/.+")


def answer_refusals(app: FastAPI, studio: Studio) -> None:
    """Register an answer for each; those of the API stay as they are for programs."""
    _of_input(app, studio)
    _of_store(app, studio)
    for kind, what in ((NoTrialError, "no_trial"), (NoModelError, "no_model")):
        _of_bench(app, studio, kind, what)


def _of_input(app: FastAPI, studio: Studio) -> None:
    @app.exception_handler(InputError)
    async def refused(request: Request, error: InputError) -> Response:
        """A case that cannot be read is mended at its desk, which tells what is wrong with it."""
        if not _is_page(request):
            return _problems(studio, request, REFUSED, error.problems)
        client = _OF_CLIENT.fullmatch(request.url.path)
        if client is not None:
            return RedirectResponse(client[1], 303)
        said = " ".join(told(str(problem), studio.lang(request)) for problem in error.problems)
        return _page(studio, request, REFUSED, "refused", said)

    for_programs = cast(_Handler, app.exception_handlers[BusyError])

    @app.exception_handler(BusyError)
    async def busy(request: Request, error: BusyError) -> Response:
        if _is_page(request):
            return _page(studio, request, BUSY, "busy")
        return await for_programs(request, error)


def _of_store(app: FastAPI, studio: Studio) -> None:
    @app.exception_handler(SealedError)
    async def sealed(request: Request, error: SealedError) -> Response:
        if _is_page(request):
            return RedirectResponse("/unlock", 303)
        return _problems(studio, request, SEALED, [Problem("store", str(error), (), Said(""))])

    @app.exception_handler(StoreError)
    async def failed(request: Request, error: StoreError) -> Response:
        if _is_page(request):
            return _page(studio, request, STORE_FAILED, "store", told(str(error), studio.lang(request)))
        return _problems(studio, request, STORE_FAILED, [Problem("store", str(error), (), Said(""))])

    @app.exception_handler(NoClientError)
    async def gone(request: Request, _error: Exception) -> Response:
        """A client who was deleted, perhaps in another tab, while a page of theirs stays open."""
        if _is_page(request) or request.url.path.startswith("/api/"):
            return await missing(request, _error)
        text = studio.text(request)
        do = Said.quoted(text("studio.error.no_client_do"))
        return _problems(studio, request, NOT_THERE, [Problem("", text("studio.error.no_client"), (), do)])

    @app.exception_handler(NOT_THERE)
    async def missing(request: Request, _error: Exception) -> Response:
        if _is_page(request):
            return _page(studio, request, NOT_THERE, "missing")
        problem = Problem("address", request.url.path, (), Said("There is no such page."))
        return _problems(studio, request, NOT_THERE, [problem])


def _of_bench(app: FastAPI, studio: Studio, kind: type[Exception], what: str) -> None:
    for_programs = cast(_Handler, app.exception_handlers[kind])

    @app.exception_handler(kind)
    async def gone(request: Request, error: Exception) -> Response:
        return _page(studio, request, NOT_THERE, what) if _is_page(request) else await for_programs(request, error)


def _is_page(request: Request) -> bool:
    """Whether a person asked for a page, and not a program or a script for an answer."""
    accepted = request.headers.get("accept", "")
    by_script = _JSON in accepted and "text/html" not in accepted
    return request.method == "GET" and not request.url.path.startswith("/api/") and not by_script


def _page(studio: Studio, request: Request, status: int, what: str, said: str = "") -> Response:
    text = studio.text(request)
    values = {"title": text(f"studio.error.{what}"), "said": said or text(f"studio.error.{what}_do")}
    return studio.show(request, "error.html", values=values, status=status)


def _problems(studio: Studio, request: Request, status: int, problems: Iterable[Problem]) -> JSONResponse:
    lang = studio.lang(request)
    if request.url.path.startswith("/api/"):
        return refusal(request, status, problems, lang)
    return JSONResponse({"problems": problem_rows(problems, lang)}, status)


def problem_rows(problems: Iterable[Problem], lang: str) -> list[dict[str, object]]:
    """Problems in a language for the scripts of a form, which tell what is missing in words of their page."""
    return [{**problem_in(problem, lang).as_dict(), "missing": problem.got == NOTHING} for problem in problems]
