"""What becomes of a case: its versions and the way back to one, the files it leaves as, its name, its end."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from cofactor.errors import InputError, Problem
from cofactor.faces.studio.pages import Studio
from cofactor.faces.studio.shelf import Client
from cofactor.person.fhir_write import bundle
from cofactor.person.problems import NOTHING
from cofactor.person.store import LONGEST_NAME, Store, changed_keys
from cofactor.report import numbers
from cofactor.report.result import to_text
from cofactor.report.text import Text
from cofactor.said import Said

PAGES = ()
_PART = {"place": "sun", "conditions": "medicines", "goals": "more", "today": "more"}
"""Keys that stand in another part of the desk than their name says."""


class Named(BaseModel):
    """The name of a client."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=LONGEST_NAME, repr=False)


class Chosen(BaseModel):
    """A version."""

    model_config = ConfigDict(extra="forbid")
    number: int = Field(ge=1)


def routes(studio: Studio) -> APIRouter:
    """The routes of this group."""
    found = APIRouter()
    _versions(found, studio)
    _files(found, studio)
    _ends(found, studio)
    return found


def _versions(found: APIRouter, studio: Studio) -> None:
    @found.get("/case/{case}/history")
    async def history(request: Request, case: str) -> Response:
        client = await studio.shelf.client(case)
        rows = await studio.shelf.run(lambda store: _rows(store, client, studio.text(request)))
        return studio.show(request, "history.html", "case", client=client, values={"rows": rows})

    @found.post("/case/{case}/restore")
    async def restore(case: str, body: Chosen) -> dict[str, str]:
        client = await studio.shelf.client(case)
        await studio.shelf.run(lambda store: store.save(client.name, store.text(client.name, body.number)))
        return {"location": f"/case/{case}"}


def _files(found: APIRouter, studio: Studio) -> None:
    @found.get("/case/{case}/case.yaml")
    async def case_file(case: str, version: int | None = None) -> Response:
        client = await studio.shelf.client(case)
        text = await studio.shelf.run(lambda store: store.text(client.name, version))
        return _download(text, "application/yaml", "case.yaml")

    @found.get("/case/{case}/labs.fhir.json")
    async def labs(case: str) -> Response:
        client = await studio.shelf.client(case)
        found = await studio.work.run(lambda: bundle(client.case().labs))
        return _download(to_text(found), "application/fhir+json", "labs.fhir.json")


def _ends(found: APIRouter, studio: Studio) -> None:
    @found.post("/case/{case}/rename")
    async def rename(case: str, body: Named) -> dict[str, str]:
        client = await studio.shelf.client(case)
        await studio.shelf.run(lambda store: store.rename(client.name, body.name))
        return {"location": f"/case/{case}/history"}

    @found.post("/case/{case}/delete")
    async def delete(request: Request, case: str, body: Named) -> dict[str, str]:
        client = await studio.shelf.client(case)
        if body.name.strip().casefold() != client.name.casefold():
            do = studio.text(request)("desk.past.delete_sure")
            raise InputError([Problem("name", body.name or NOTHING, (client.name,), Said.quoted(f"{do}."))])
        await studio.shelf.run(lambda store: store.delete(client.name))
        return {"location": "/clients"}


def _rows(store: Store, client: Client, text: Text) -> list[dict[str, Any]]:
    """Versions, the newest first, with what each changed."""
    versions = store.history(client.name)
    changes = changed_keys(store, client.name, versions)
    return [
        {
            "number": version.number,
            "saved": numbers.day(version.day, text.lang),
            "changed": _parts(changes[version.number], text) or text("store.nothing_changed"),
        }
        for version in reversed(versions)
    ]


def _parts(keys: tuple[str, ...], text: Text) -> str:
    """Top-level keys of the file as the desk calls its parts, each once."""
    parts = (_PART.get(key, key) for key in keys)
    return ", ".join(dict.fromkeys(text(f"desk.part.{part}") for part in parts if f"desk.part.{part}" in text))


def _download(text: str, kind: str, name: str) -> Response:
    return Response(text, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})
