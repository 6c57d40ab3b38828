"""A refusal as an answer over HTTP: every problem, in the language that the request asked for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from enum import StrEnum
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from cofactor.errors import Problem
from cofactor.report import refusals


class Lang(StrEnum):
    """Language of sentences; numbers are the same in both."""

    EN = "en"
    FR = "fr"


class SpokenRoute(APIRoute):
    """A route that, where it refuses, notes the ``lang`` of the request: in its address, or in its body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, which notes it for whoever answers the refusal."""
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await answer(request)
            except Exception:
                request.state.lang = request.query_params.get("lang") or await _in_body(request)
                raise

        return handle


def refusal(request: Request, status: int, problems: Iterable[Problem], lang: str = "") -> JSONResponse:
    """Problems in the language that was asked for, else in ``lang``, else in that of the reader's program."""
    by_reader = request.headers.get("accept-language", "")[:2]
    wanted = (getattr(request.state, "lang", ""), lang, by_reader)
    spoken = next((name for name in wanted if name in list(Lang)), Lang.EN)
    return JSONResponse({"problems": refusals.rows(problems, spoken)}, status)


async def _in_body(request: Request) -> object:
    try:
        body = await request.json()
    except (ValueError, RecursionError):  # no JSON, or none that can be read
        return None
    return body.get("lang") if isinstance(body, dict) else None
