"""The look of the studio: one stylesheet made of the report's and its own, and the dark colours apart from it.

The report follows the reader's system alone, so its dark colours stand in a media query. In the studio a person may
choose: what that query holds is served as a stylesheet of its own, which a page links for every screen, for dark
systems only, or not at all.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from cofactor.report.render import FONTS
from cofactor.report.render_evidence import filters

_DARK = re.compile(r"@media screen and \(prefers-color-scheme: dark\) \{\s*(:root \{[^}]*\})\s*\}")
MEDIA = {"auto": "screen and (prefers-color-scheme: dark)", "dark": "screen", "light": ""}
"""Where the dark colours hold, by the scheme that a person chose; nowhere for light."""


@cache
def light() -> str:
    """Fonts, then the report's style, then the studio's, without their dark colours."""
    faces = [
        f'@font-face {{ font-family: "{family}"; src: url(/static/fonts/{name}) format("woff2");'
        " font-weight: 200 900; font-display: swap }"
        for family, name in FONTS.items()
    ]
    return "\n".join([*faces, _DARK.sub("", _sheets())])


@cache
def dark() -> str:
    """The dark colours."""
    return "\n".join([*_DARK.findall(_sheets()), ":root { color-scheme: dark }"])


def font(name: str) -> bytes | None:
    """A font of the report, or None where it has no such one."""
    known = name in FONTS.values()
    return (files("cofactor.report") / "assets" / "fonts" / name).read_bytes() if known else None


@cache
def _sheets() -> str:
    report, own = files("cofactor.report") / "assets", files("cofactor.faces.studio") / "style"
    named = sorted((path for path in own.iterdir() if path.name.endswith(".css")), key=lambda path: path.name)
    paths = [report / "style.css", report / "evidence.css", *named]
    return "\n".join([*(path.read_text(encoding="utf-8") for path in paths), filters()])
