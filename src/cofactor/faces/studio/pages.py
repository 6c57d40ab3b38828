"""What every page of the studio shares: its place in the navigation, language and scheme, and how it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from cofactor import __version__
from cofactor.faces.door import MOST_BODY
from cofactor.faces.studio.look import MEDIA
from cofactor.faces.studio.memory import Held, Memory
from cofactor.faces.studio.shelf import Client, Shelf
from cofactor.faces.work import Work
from cofactor.faces.workbench.bench import Bench
from cofactor.report.numbers import LANGUAGES
from cofactor.report.render import SHAPES
from cofactor.report.text import Text

LANG_COOKIE, SCHEME_COOKIE = "cofactor_lang", "cofactor_scheme"
_CASE = "{case}"
CHANGED = 409
"""The case has a newer version than the page that asks."""
FAILURES = ("unreachable", "ended", "large", "busy", "broken")
"""What a script may have to say when no answer can be read: `studio.failed.NAME`."""


@dataclass(frozen=True, slots=True)
class Page:
    """An entry of the navigation. ``{case}`` in the path stands for the id of the client whose case it shows."""

    name: str  # studio.nav.NAME is its word
    path: str

    @property
    def of_case(self) -> bool:
        """Whether the page belongs to a client: it then stands among the tabs below the client's name."""
        return _CASE in self.path

    def address(self, client: Client | None = None) -> str:
        """Where the page is."""
        return self.path if client is None else self.path.replace(_CASE, client.id)


class Studio:
    """What the routes of a page are given: bounded work, the store, and a way to draw."""

    def __init__(self, work: Work, shelf: Shelf, bench: Bench, pages: Sequence[Page], lang: str) -> None:
        self.work, self.shelf, self.bench, self.memory = work, shelf, bench, Memory()
        self._pages, self._lang = tuple(pages), lang

    async def held(self, case: str, version: int) -> Held | None:
        """What is held of the version of a case that a page was made from, where that is still the last."""
        client = await self.shelf.client(case)
        return self.memory.of(client) if client.number == version else None

    def lang(self, request: Request) -> str:
        """The language of a request: the one chosen in the browser, else that of the server's start."""
        chosen = request.cookies.get(LANG_COOKIE, "")
        return chosen if chosen in LANGUAGES else self._lang

    def text(self, request: Request) -> Text:
        """The sentences in the language of a request."""
        return Text(self.lang(request))

    def show(
        self,
        request: Request,
        template: str,
        here: str = "",
        *,
        client: Client | None = None,
        values: Mapping[str, object] | None = None,
        status: int = 200,
    ) -> HTMLResponse:
        """A page from its template. ``here`` is its name in the navigation; ``client`` brings the client's tabs."""
        chosen = request.cookies.get(SCHEME_COOKIE, "")
        scheme = chosen if chosen in MEDIA else "auto"
        frame = {
            "languages": LANGUAGES,
            "scheme": scheme,
            "schemes": tuple(MEDIA),
            "dark_on": MEDIA[scheme],
            "version": __version__,
            "most_bytes": MOST_BODY,
            "failures": FAILURES,
            "here": here,
            "client": client,
            "main_pages": [page for page in self._pages if not page.of_case],
            "tabs": [page for page in self._pages if page.of_case] if client else [],
        }
        return HTMLResponse(self.piece(request, template, frame | dict(values or {})), status)

    def piece(self, request: Request, template: str, values: Mapping[str, object]) -> str:
        """A template filled in: a page, or a part of one for a script to put in its place."""
        return _environment().get_template(template).render(self._words(request) | dict(values))

    def pieces(self, request: Request, template: str, names: Iterable[str], *values: object) -> dict[str, str]:
        """The macros of a template by name, each given ``values``: to be put in place of those that a page holds."""
        module = _environment().get_template(template).make_module(self._words(request))
        return {name: getattr(module, name)(*values) for name in names}

    def part(self, request: Request, template: str, **values: object) -> HTMLResponse:
        """A part of a page from a template of its own, without the frame."""
        return HTMLResponse(_environment().get_template(template).render(**self._words(request), **values))

    def _words(self, request: Request) -> dict[str, object]:
        """What a template says everything with."""
        return {"t": self.text(request), "lang": self.lang(request), "shapes": SHAPES}


@cache
def _environment() -> Environment:
    """Templates of the studio, and those of the report for what both show."""
    loader = ChoiceLoader([PackageLoader("cofactor.faces.studio"), PackageLoader("cofactor.report")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
