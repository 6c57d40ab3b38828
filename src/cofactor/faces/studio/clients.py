"""The clients of the studio: the cases of the store, a case file brought in, and a client taken out."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from cofactor.errors import InputError, Problem
from cofactor.faces.studio.entrance import LONGEST_PASSPHRASE, Passphrase
from cofactor.faces.studio.pages import Page, Studio
from cofactor.person.case import parse_case
from cofactor.person.store import LONGEST_NAME, Store, proper_name
from cofactor.person.store_seal import SHORTEST
from cofactor.person.yaml_text import MAX_CHARACTERS
from cofactor.report import numbers
from cofactor.report.text import Text
from cofactor.said import Said

PAGES = (Page("clients", "/clients"),)


class Brought(BaseModel):
    """A case file, and the name that the client goes by here."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=LONGEST_NAME)
    text: str = Field(max_length=MAX_CHARACTERS, repr=False)


class Chosen(Passphrase):
    """A new passphrase, typed twice: a slip would lock the cases away for good."""

    again: str = Field(max_length=LONGEST_PASSPHRASE, repr=False)


def routes(studio: Studio) -> APIRouter:
    """The routes of this group."""
    found = APIRouter()

    @found.get("/clients")
    async def clients(request: Request) -> Response:
        saved, sealed = await studio.shelf.run(lambda store: (store.cases(), store.sealed))
        days = {s.id: numbers.day(s.last.day, studio.lang(request)) for s in saved}
        return studio.show(request, "clients.html", "clients", values={"saved": saved, "days": days, "sealed": sealed})

    @found.post("/clients")
    async def bring(body: Brought) -> dict[str, str]:
        await studio.work.run(parse_case, body.text)
        return {"location": f"/case/{await studio.shelf.run(lambda store: new_client(store, body.name, body.text))}"}

    @found.post("/clients/protect")
    async def protect(request: Request, body: Chosen) -> dict[str, str]:
        text = studio.text(request)
        if len(body.passphrase) < SHORTEST:
            do = text("studio.protect.longer", count=str(SHORTEST))
            raise InputError([Problem("passphrase", f"{len(body.passphrase)}", (), Said.quoted(do))])
        if body.again != body.passphrase:
            got, do = text("studio.protect.other"), text("studio.protect.same")
            raise InputError([Problem("again", got, (), Said.quoted(do))])
        await studio.shelf.run(lambda store: store.protect(body.passphrase))
        return {"location": "/clients"}

    return found


def new_client(store: Store, name: str, text: str) -> str:
    """Save the first version of a client; returns its id. A name that is taken is refused: it would add a version."""
    wanted = proper_name(name)
    if any(s.name.casefold() == wanted.casefold() for s in store.cases()):
        do = Said("Choose another name or code, or open that client.")
        raise InputError([Problem("name", wanted, (Said("a name that is not taken"),), do)])
    return store.save(wanted, text)[0].case


def unnamed(store: Store, text: Text) -> str:
    """A name for a client who was given none, which no other has."""
    taken = {s.name.casefold() for s in store.cases()}
    names = (text("desk.start.unnamed", number=str(number)) for number in range(1, len(taken) + 2))
    return next(name for name in names if name.casefold() not in taken)
