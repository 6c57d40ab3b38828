"""The ledger of evidence: what stands of an article's statements, with the experiments that are run when asked for."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from cofactor.evidence.studies import studies
from cofactor.faces.studio.pages import Page, Studio
from cofactor.faces.studio.shelf import NoClientError
from cofactor.report.evidence_page import Tried, ledger, try_one
from cofactor.report.matrix import matrix
from cofactor.report.render_evidence import SHAPES

PAGES = (Page("evidence", "/evidence"),)


def routes(studio: Studio) -> APIRouter:
    """The routes of this group. Results are the same whoever asks, so they are kept until the program ends."""
    found = APIRouter()
    kept: dict[str, Tried] = {}

    def values(lang: str) -> dict[str, object]:
        return {
            "page": ledger(kept, lang),
            "matrix": matrix(lang),
            "shapes": SHAPES,
            "waiting": [claim for claim in studies() if claim not in kept],
            "total": str(len(studies())),
        }

    @found.get("/evidence")
    async def evidence(request: Request) -> Response:
        shown = await studio.work.run(values, studio.lang(request))
        return studio.show(request, "evidence_page.html", "evidence", values=shown)

    @found.post("/evidence/{claim}/run")
    async def run(request: Request, claim: str) -> Response:
        """Run the experiment of a statement; the answer is the statement with its result, as HTML."""
        if claim not in studies():
            raise NoClientError
        if claim not in kept:
            kept[claim] = await studio.work.run(try_one, claim)
        lang = studio.lang(request)
        entry = next(entry for entry in ledger(kept, lang).entries if entry.id == claim)
        return HTMLResponse(studio.piece(request, "claim.html", {"of": entry, "shapes": SHAPES, "waiting": ()}))

    return found
