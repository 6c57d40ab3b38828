"""A report as one HTML file that needs nothing else: style, fonts and drawings inside, no script, no request."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import BaseLoader, DictLoader, Environment, StrictUndefined

from cofactor.report.page import Page, page
from cofactor.report.text import Text
from cofactor.report.types import Report

PARTS = ("plan", "options", "watch", "heading", "stands", "day", "test", "choices", "why", "uncertain", "sources")
"""Ids of the parts of the page, in order."""
FONTS = {"Source Sans 3": "source-sans-3.woff2", "Source Serif 4": "source-serif-4.woff2"}
SHAPES = {
    "STOP": "M5 1h6l4 4v6l-4 4H5l-4-4V5z",
    "REFER": "M8 1a3.4 3.4 0 1 1 0 6.8A3.4 3.4 0 0 1 8 1zM1.5 15c0-4 2.8-6 6.5-6s6.5 2 6.5 6z",
    "CAUTION": "M8 1l7.5 14H.5z",
    "INFO": "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z",
}
"""The shape of each gate level: octagon, person, triangle, dot."""


def html(report: Report, lang: str) -> str:
    """The page of a report in English or French."""
    made = page(report, lang)
    return render("report.html", lang, page=made, parts=parts_of(made), shapes=SHAPES)


def render(template: str, lang: str, **values: object) -> str:
    """A template of this package filled in, with sentences, style and the style's hash for the security policy."""
    inside = {"t": Text(lang), "style": style(), "style_hash": policy_hash(style()), "shapes": SHAPES}
    return _environment().get_template(template).render(**(inside | values))


def parts_of(made: Page) -> tuple[str, ...]:
    """The parts that a page has, in order."""
    shown = {
        "options": made.options,
        "heading": made.heading,
        "day": made.day,
        "test": made.test,
        "choices": made.compared,
        "why": made.picture,
    }
    return tuple(part for part in PARTS if part not in shown or shown[part] is not None)


@cache
def style() -> str:
    """The stylesheet with its fonts inside."""
    assets = files("cofactor.report") / "assets"
    faces = []
    for family, name in FONTS.items():
        data = base64.b64encode((assets / "fonts" / name).read_bytes()).decode("ascii")
        source = f'src:url(data:font/woff2;base64,{data}) format("woff2")'
        faces.append(f'@font-face{{font-family:"{family}";{source};font-weight:200 900;font-display:swap}}')
    return "\n".join([*faces, sheet()])


@cache
def sheet() -> str:
    """The stylesheet without its fonts."""
    return (files("cofactor.report") / "assets" / "style.css").read_text(encoding="utf-8")


def policy_hash(text: str) -> str:
    """What the security policy calls this block of style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


@cache
def _environment() -> Environment:
    folder = files("cofactor.report") / "templates"
    pages = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.name.endswith(".html")}
    loader: BaseLoader = DictLoader(pages)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)


__all__ = ["html", "parts_of", "policy_hash", "render", "sheet", "style"]
