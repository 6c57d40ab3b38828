"""The desk: building and changing a case, with every problem and every reading beside its field."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from cofactor.errors import InputError, Problem
from cofactor.faces.studio import desk_labs
from cofactor.faces.studio.choices import LONGEST_LIST, Choice, choices, conditions, medicines
from cofactor.faces.studio.clients import new_client, unnamed
from cofactor.faces.studio.desk_form import merged
from cofactor.faces.studio.desk_read import gate_lines, general_notes, read_back
from cofactor.faces.studio.desk_view import view
from cofactor.faces.studio.pages import CHANGED, Page, Studio
from cofactor.faces.studio.refusals import problem_rows
from cofactor.faces.studio.shelf import Client
from cofactor.facts.food_lookup import search_foods
from cofactor.person import yaml_text
from cofactor.person.case import parse_case
from cofactor.person.case_text import with_values, written
from cofactor.person.store import LONGEST_NAME, Store
from cofactor.person.store_chain import Version
from cofactor.report.foods import food_hint
from cofactor.report.text import Text
from cofactor.said import Said

PAGES = (Page("case", "/case/{case}"),)

FIRST_SHOWN = "/live/{case}"
"""What a new client's few answers lead to: the forecast."""
_LONGEST_SEARCH = 100
_Kind = Literal["foods", "medicines", "conditions"]
Values = dict[str, Any]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Sent(_Body):
    """What the form holds, by place of the file."""

    case: Values = Field(repr=False)


class Changed(Sent):
    """What the form holds, and the version of the case that its page was made from."""

    version: int = Field(ge=1)


class Started(Sent):
    """A new client: the name it goes by here, and the little that a forecast needs."""

    name: Annotated[str, Field(max_length=LONGEST_NAME)] = ""


class Looked(_Body):
    """What a person types to find something."""

    q: str = Field(max_length=_LONGEST_SEARCH, repr=False)


class Sheet(Sent):
    """A laboratory's file: pasted, or as bytes; with the units that its reader vouches for."""

    pasted: str = Field("", max_length=desk_labs.MAX_CHARACTERS, repr=False)
    file: str = Field("", max_length=2 * desk_labs.MAX_CHARACTERS, repr=False, description="base64")
    units: dict[str, str] = Field(default_factory=dict)
    dates: Literal["", "dmy", "mdy"] = ""


def routes(studio: Studio) -> APIRouter:
    """The routes of this group."""
    found = APIRouter()
    _starting(found, studio)
    _editing(found, studio)
    _finding(found, studio)
    return found


def _starting(found: APIRouter, studio: Studio) -> None:
    @found.get("/clients/new")
    async def start(request: Request) -> Response:
        values = {"choices": choices(studio.lang(request))}
        return studio.show(request, "start.html", "clients", values=values)

    @found.post("/clients/new")
    async def begin(request: Request, body: Started) -> dict[str, str]:
        name = body.name.strip()
        given = {**body.case, "person": {**({"name": name} if name else {}), **body.case.get("person", {})}}
        text, words = await studio.work.run(_written, given), studio.text(request)
        case = await studio.shelf.run(lambda store: new_client(store, name or unnamed(store, words), text))
        return {"location": FIRST_SHOWN.replace("{case}", case)}


def _editing(found: APIRouter, studio: Studio) -> None:
    @found.get("/case/{case}")
    async def desk(request: Request, case: str) -> Response:
        client = await studio.shelf.client(case)
        values = view(_values(client), studio.lang(request))
        return studio.show(request, "case.html", "case", client=client, values=values)

    @found.post("/case/{case}/check")
    async def check(request: Request, case: str, body: Changed) -> dict[str, Any]:
        client = await studio.shelf.client(case)
        found = await studio.work.run(_checked, merged(_values(client), body.case), studio.lang(request))
        if client.number != body.version:
            found["problems"].insert(0, _newer(studio.text(request), client))
        return found

    @found.post("/case/{case}/save", response_model=None)
    async def save(request: Request, case: str, body: Changed) -> dict[str, Any] | Response:
        client = await studio.shelf.client(case)
        saved = None
        if client.number == body.version:
            text = await studio.work.run(_rewritten, client, body.case)
            saved = await studio.shelf.run(lambda store: _saved(store, client, text))
        if saved is None:
            return JSONResponse({"problems": [_newer(studio.text(request), client)]}, CHANGED)
        return {"number": saved[0].number, "new": saved[1]}

    @found.post("/case/{case}/labs")
    async def labs(request: Request, case: str, body: Sheet) -> dict[str, Any]:
        client = await studio.shelf.client(case)
        content = body.pasted.encode() if body.pasted else _bytes(body.file)
        values = merged(_values(client), body.case)
        return await studio.work.run(desk_labs.read, content, values, body.units, body.dates, studio.lang(request))


def _finding(found: APIRouter, studio: Studio) -> None:
    """Searches. They go by POST, since what a person takes or has must not stand in an address."""

    @found.post("/search/{kind}")
    async def search(request: Request, kind: _Kind, body: Looked) -> dict[str, Any]:
        lang = studio.lang(request)
        find = {"foods": _foods, "medicines": medicines, "conditions": conditions}[kind]
        rows = await studio.work.run(find, body.q, lang)
        return {"found": [{"value": row.value, "name": row.name, "more": row.more} for row in rows]}


def _foods(text: str, lang: str) -> list[Choice]:
    found = search_foods(text, LONGEST_LIST)
    return [Choice(f.id, f.name_fr if lang == "fr" else f.name_en, food_hint(f, lang)) for f in found]


def _values(client: Client) -> Values:
    found = yaml_text.read(client.text).value
    return found if isinstance(found, dict) else {}


def _written(sent: Values) -> str:
    """The text of a new case. Raises :class:`InputError` with every problem of what was sent."""
    values = merged({}, sent)
    parse_case(values)
    return written(values)


def _newer(text: Text, client: Client) -> dict[str, Any]:
    """The case was saved elsewhere since the page was made: saving what it holds would undo that."""
    problem = Problem("", text("desk.stale"), (), Said.quoted(text("desk.stale_do")))
    return {**problem.as_dict(), "open": {"address": f"/case/{client.id}", "said": text("desk.stale_open")}}


def _saved(store: Store, client: Client, text: str) -> tuple[Version, bool] | None:
    """Add a version after the one that a client was read with; None where there is a newer one by now."""
    last = store.saved(client.id)
    return store.save(last.name, text) if last is not None and last.last.number == client.number else None


def _rewritten(client: Client, sent: Values) -> str:
    values = merged(_values(client), sent)
    parse_case(values)
    return with_values(client.text, values)


def _checked(values: Values, lang: str) -> dict[str, Any]:
    """What is wrong, how each row was read, and which gates the case meets where all of it can be read."""
    problems: tuple[Problem, ...] = ()
    notes: list[str] = []
    gates: list[dict[str, str]] = []
    try:
        case = parse_case(values)
        notes = general_notes(case, lang)
        gates = [{"level": g.level, "word": g.word, "first": g.first, "then": g.then} for g in gate_lines(case, lang)]
    except InputError as error:
        problems = error.problems
    read, doubts = read_back(values, lang)
    return {"problems": problem_rows(problems, lang), "read": read, "doubts": doubts, "notes": notes, "gates": gates}


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        do = Said("Choose the file again.")
        raise InputError([Problem(Said("file"), Said("no file"), (Said("a file"),), do)]) from None
