"""The ledger as one HTML file for each language: style, fonts, drawings and a small script inside, no request.

The script only searches and counts; filters are the stylesheet's, and without the script the page holds everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from cofactor.files import write_whole
from cofactor.report.evidence_page import CSS, Tried, ledger
from cofactor.report.matrix import matrix
from cofactor.report.numbers import LANGUAGES
from cofactor.report.render import policy_hash, render, style

SHAPES = {
    "ok": "M1.5 8.8L3.6 6.6L6.3 9.4L12.6 2.6L14.7 4.7L6.3 13.8Z",
    "info": "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM8 3.2v9.6a4.8 4.8 0 0 1 0-9.6z",
    "caution": "M2 6.5h3.2v3H2zM6.4 6.5h3.2v3H6.4zM10.8 6.5H14v3h-3.2z",
    "refer": "M1 6.8h6.2L4.6 4.2L6.3 2.5L11.8 8L6.3 13.5L4.6 11.8L7.2 9.2H1zM12.6 2H15v12h-2.4z",
    "stop": "M3.4 1.7L8 6.3L12.6 1.7L14.3 3.4L9.7 8L14.3 12.6L12.6 14.3L8 9.7L3.4 14.3L1.7 12.6L6.3 8L1.7 3.4Z",
    "mute": "M2 6.6h12v2.8H2z",
}
"""The shape of each verdict: tick, half disc, broken line, arrow to a wall, cross, bar."""


def pages(found: Mapping[str, Tried], folder: Path) -> tuple[Path, ...]:
    """Write ``ledger.en.html`` and ``ledger.fr.html`` into a folder, which is made where there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(write_whole(folder / file_name(lang), html(found, lang)) for lang in LANGUAGES)


def file_name(lang: str) -> str:
    """The file of a language."""
    return f"ledger.{lang}.html"


def html(found: Mapping[str, Tried], lang: str) -> str:
    """The page in one language."""
    look, script = f"{style()}\n{_asset('evidence.css')}\n{filters()}", script_text()
    other = next(name for name in LANGUAGES if name != lang)
    return render(
        "evidence.html",
        lang,
        page=ledger(found, lang),
        matrix=matrix(lang),
        other=other,
        other_file=file_name(other),
        shapes=SHAPES,
        waiting=(),
        style=look,
        style_hash=policy_hash(look),
        script=script,
        script_hash=policy_hash(script),
    )


def script_text() -> str:
    """The script that searches and counts."""
    return _asset("evidence.js")


def _asset(name: str) -> str:
    return (files("cofactor.report") / "assets" / name).read_text(encoding="utf-8")


def filters() -> str:
    """A rule for each verdict: its radio button leaves only its statements."""
    return "\n".join(f'body:has(#f-{v}:checked) .claim:not([data-v="{v}"]) {{ display: none }}' for v in CSS)
