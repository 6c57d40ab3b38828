"""Make the fonts of the report on paper: `python tools/make_fonts.py` cuts fixed weights out of the page's fonts.

A page uses the variable fonts as they are. Drawings inside a PDF are set by a renderer that knows fixed weights only.
What is cut is a modified version, which by the licence of the fonts may not bear their reserved name.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FONTS = Path(__file__).parents[1] / "src" / "cofactor" / "report" / "assets" / "fonts"
WEIGHTS = {("source-sans-3", "Cofactor Sans"): (400, 600), ("source-serif-4", "Cofactor Serif"): (600,)}
"""Regular for reading, semibold for names and values; titles and doses are semibold serif."""
STYLES = {400: "Regular", 600: "SemiBold"}


def cut(name: str, family: str, weight: int) -> TTFont:
    """One fixed weight of a font, under a name of its own."""
    font = instantiateVariableFont(TTFont(FONTS / f"{name}.woff2"), {"wght": weight}, inplace=True)
    font.flavor = None
    style = STYLES[weight]
    post = f"{family.replace(' ', '')}-{style}"
    for key, value in {1: family, 2: style, 3: post, 4: f"{family} {style}", 6: post, 16: family, 17: style}.items():
        font["name"].setName(value, key, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    font["head"].modified = font["head"].created  # the same bytes whenever this is run
    font.recalcTimestamp = False
    return font


if __name__ == "__main__":
    for (name, family), weights in WEIGHTS.items():
        for weight in weights:
            path = FONTS / f"{family.replace(' ', '-').lower()}-{weight}.ttf"
            cut(name, family, weight).save(path)
            print(path)
