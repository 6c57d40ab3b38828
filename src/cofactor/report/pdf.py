"""A report as a PDF on A4: the page of the report set by Typst, with the same drawings in their light colours.

The file is tagged (PDF/UA-1), names its language and title, and is the same to the byte for the same report. Typst
comes as one wheel, the extra ``pdf``; no library of the system is needed.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from cofactor.errors import InputError, Problem
from cofactor.report.page import page
from cofactor.report.render import SHAPES, sheet
from cofactor.report.text import catalogue, placeholders, typeset
from cofactor.report.types import Report
from cofactor.said import Said

STANDARD = "ua-1"
"""PDF/UA-1 (ISO 14289-1): every heading, list, table and picture can be read aloud, and the language is named."""
MOST_PAGES = 3
FITS = (1.0, 0.96, 0.92, 0.88, 0.85)
"""Sizes of letters and drawings that are tried until a report fits its pages; at the last, letters are 7.3 points."""
SANS = "Cofactor Sans"
"""Fixed weights of Source Sans 3, which drawings in a PDF need (tools/make_fonts.py)."""
_WORDS = ("page.", "chart.band.", "chart.week.", "options.", "clashes.", "next_test.")
_TOKEN = re.compile(r"(--[\w-]+):\s*([^;}]+)")
_USED = re.compile(r"var\((--[\w-]+)(?:,\s*([^()]+))?\)")
_COUNT = re.compile(rb"/Type\s*/Pages\s*/Count\s+(\d+)")
_ALT = re.compile(r"<desc[^>]*>(.*?)</desc>", re.DOTALL)


def pdf(report: Report, lang: str) -> bytes:
    """The report in English or French. Raises :class:`InputError` where Typst is not installed."""
    typeset_by = _typst()
    day = datetime.combine(report.case.today, time(), UTC)
    options = {
        "format": "pdf",
        "font_paths": [str(files("cofactor.report") / "assets" / "fonts")],
        "ignore_system_fonts": True,
        "pdf_standards": [STANDARD],
        "timestamp": int(day.timestamp()),
    }
    given = _values(report, lang)
    raw = b""
    for fit in FITS:
        raw = typeset_by(_files(given, fit), **options)
        if pages(raw) <= MOST_PAGES:
            break
    return raw


def pages(raw: bytes) -> int:
    """How many pages a file has."""
    return max(int(count) for count in _COUNT.findall(raw))


def require() -> None:
    """Raise :class:`InputError` where Typst is not installed: to be asked before a long computation."""
    _typst()


def _typst() -> Callable[..., Any]:
    try:
        compiled: Callable[..., Any] = import_module("typst").compile
    except ImportError:
        do = Said("Install it, in a clone: .venv/bin/pip install '.[pdf]'. Without --pdf everything else is written.")
        got, expected = Said("no typst, which sets the PDF"), Said("the extra cofactor[pdf]")
        raise InputError([Problem("--pdf", got, (expected,), do)]) from None
    return compiled


def _values(report: Report, lang: str) -> dict[str, Any]:
    """Everything that the template shows."""
    return {"page": _drawn(asdict(page(report, lang))), "words": _words(lang), "tokens": tokens(), "shapes": SHAPES}


def _files(values: Mapping[str, Any], fit: float) -> dict[str, bytes]:
    """What Typst is given: the template and its values."""
    template = (files("cofactor.report") / "templates" / "report.typ").read_bytes()
    return {"main.typ": template, "report.json": json.dumps({**values, "fit": fit}, ensure_ascii=False).encode()}


def _words(lang: str) -> dict[str, str]:
    """The sentences of the page that hold no values."""
    known = catalogue(lang)
    return {
        key: typeset(sentence, lang)
        for key, sentence in known.items()
        if key.startswith(_WORDS) and not placeholders(sentence)
    }


# ------------------------------------------------------------------------------------------------------- drawings


def _drawn(value: Any) -> Any:  # noqa: ANN401 - whatever the page holds
    """Every drawing in it with its style inside, and with its description as alternative text."""
    if isinstance(value, Mapping):
        found = {name: _drawn(part) for name, part in value.items()}
        if "wide" in found:
            found["alt"] = _alternative(found["wide"])
        return found
    if isinstance(value, (list, tuple)):
        return [_drawn(part) for part in value]
    return on_paper(value) if isinstance(value, str) and value.startswith("<svg") else value


def _alternative(drawing: str) -> str:
    described = _ALT.search(drawing)
    return html.unescape(described[1]) if described else ""


def on_paper(drawing: str) -> str:
    """A drawing that needs no stylesheet: its rules inside, in the light colours."""
    return drawing.replace(">", f"><style>{_rules()}</style>", 1)


@cache
def tokens() -> dict[str, str]:
    """The light colours of the stylesheet by name, on white paper, and the letters cut for it."""
    light = sheet().partition("@media")[0]
    found = {name.removeprefix("--"): value.strip() for name, value in _TOKEN.findall(light)}
    return {**found, "paper": found["surface"], "sans": f'"{SANS}"'}


@cache
def _rules() -> str:
    """The rules for charts and for the system picture, with every colour written out."""
    rules = sheet().partition("/* 7.")[2].partition("*/")[2].partition("/* 9.")[0]
    known = tokens()
    return _USED.sub(lambda used: known.get(used[1].removeprefix("--"), used[2] or ""), rules)
