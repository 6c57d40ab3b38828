"""The ways in: the login page, the passphrase of a sealed store, language and scheme, and the first page."""

from __future__ import annotations

from contextlib import suppress
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from cofactor.errors import InputError, Problem, SealedError, StoreError
from cofactor.faces.door import SESSION_SECONDS
from cofactor.faces.studio.pages import LANG_COOKIE, SCHEME_COOKIE, Studio
from cofactor.said import Said

LONGEST_PASSPHRASE = 1000
FIRST = "/clients"
_SEE_OTHER, _DONE = 303, 204


class Passphrase(BaseModel):
    """What opens a sealed store."""

    model_config = ConfigDict(extra="forbid")
    passphrase: str = Field(max_length=LONGEST_PASSPHRASE, repr=False)


class Preferences(BaseModel):
    """How a person wants to read."""

    model_config = ConfigDict(extra="forbid")
    lang: Literal["en", "fr"] | None = None
    scheme: Literal["auto", "light", "dark"] | None = None


def routes(studio: Studio) -> APIRouter:
    """The routes of this group."""
    found = APIRouter()

    @found.get("/")
    async def first() -> Response:
        return RedirectResponse(FIRST, _SEE_OTHER)

    @found.get("/login")
    async def login(request: Request) -> Response:
        return studio.show(request, "login.html")

    @found.get("/unlock")
    async def locked(request: Request) -> Response:
        with suppress(SealedError, StoreError):
            await studio.shelf.run(lambda store: store.sealed)
            return RedirectResponse(FIRST, _SEE_OTHER)
        return studio.show(request, "unlock.html")

    @found.post("/unlock")
    async def unlock(request: Request, body: Passphrase) -> dict[str, str]:
        try:
            await studio.shelf.unlock(body.passphrase)
        except StoreError as error:
            text = studio.text(request)
            problem = Problem("passphrase", text("studio.unlock.wrong"), (), Said.quoted(str(error)))
            raise InputError([problem]) from None
        return {"location": FIRST}

    @found.post("/preferences")
    async def prefer(body: Preferences) -> Response:
        answer = Response(status_code=_DONE)
        for cookie, chosen in ((LANG_COOKIE, body.lang), (SCHEME_COOKIE, body.scheme)):
            if chosen is not None:
                answer.set_cookie(cookie, chosen, max_age=365 * SESSION_SECONDS, httponly=True, samesite="strict")
        return answer

    return found
