"""Make the picture of the system that the README shows: `python tools/make_picture.py` writes docs/matrix.svg.

The drawing is that of the report without a person. Its style is taken from the report's stylesheet, light and dark, and
the letters it uses are cut out of the shipped font, so that the file needs nothing else.
"""

from __future__ import annotations

import base64
import io
import re
from importlib.resources import files
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from cofactor.report.figures.picture import blank

PICTURE = Path(__file__).parents[1] / "docs" / "matrix.svg"
ASSETS = files("cofactor.report") / "assets"
WEIGHTS = (400, 700)  # regular to bold: the weights that the drawing uses lie between


def picture() -> str:
    """The whole file."""
    drawing = blank("en")
    words = "".join(re.findall(r"<text[^>]*>([^<]*)", drawing))
    style = f"<style>{font_face(words)}{rules(drawing)}</style>"
    head, _, rest = drawing.partition("</desc>")
    return f"{head}</desc>{style}{rest}\n"


def rules(drawing: str) -> str:
    """The tokens of the stylesheet, and those rules for classes that the drawing uses."""
    text = re.sub(r"/\*.*?\*/", "", (ASSETS / "style.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    light, dark = re.findall(r":root \{(.*?)\}", text, re.DOTALL)
    used = set(" ".join(re.findall(r'class="([^"]*)"', drawing)).split())
    screen = text.partition("@media screen and (max-width")[0]
    kept = [
        f"{selector.strip()}{{{body.strip()}}}"
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", screen)
        if (classes := re.findall(r"\.([a-z][a-z0-9-]*)", selector)) and set(classes) <= used
    ]
    tokens = f":root{{{_tight(light)}}}@media (prefers-color-scheme:dark){{:root{{{_tight(dark)}}}}}"
    return tokens + "".join(kept)


def _tight(body: str) -> str:
    return re.sub(r"\s+", " ", body).strip()


def font_face(words: str) -> str:
    """The letters of the drawing as a font inside the file."""
    shipped = io.BytesIO((ASSETS / "fonts" / "source-sans-3.woff2").read_bytes())
    font = TTFont(shipped, recalcTimestamp=False)  # the same bytes on any day
    options = Options(flavor="woff2", layout_features=["kern", "lnum", "tnum"], notdef_outline=True)
    cut = Subsetter(options)
    cut.populate(text=words)
    cut.subset(font)
    font = instantiateVariableFont(font, {"wght": WEIGHTS})
    font.flavor = "woff2"
    data = io.BytesIO()
    font.save(data)
    source = base64.b64encode(data.getvalue()).decode("ascii")
    face = f'font-family:"Source Sans 3";font-weight:{WEIGHTS[0]} {WEIGHTS[1]}'
    return f'@font-face{{{face};src:url(data:font/woff2;base64,{source}) format("woff2")}}'


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    print(f"{PICTURE.name}: {PICTURE.stat().st_size:,} bytes")
