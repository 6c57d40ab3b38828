"""Make the French of the command line: `python tools/make_help.py` turns faces/help/fr.toml into the .mo beside it.

gettext reads the .mo when help is shown; people read and write the .toml. Run it after every change there. ``--check``
changes nothing and exits with 1 where the two disagree.
"""

from __future__ import annotations

import io
import re
import sys
import tomllib
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from cofactor.report.text import typeset

HELP = Path(__file__).resolve().parents[1] / "src" / "cofactor" / "faces" / "help"
SOURCE, MADE = HELP / "fr.toml", HELP / "fr" / "LC_MESSAGES" / "messages.mo"
COUNTED = "counted"
_AS_IS = re.compile(r"(\"[^\"]*\"|`[^`]*`|%\(\w+\)s)")

Entries = dict[str | tuple[str, ...], str | tuple[str, ...]]


class _Bare(Catalog):  # type: ignore[misc]  # Babel is untyped
    """A catalogue that says of itself what gettext needs, and no date or version: the same source, the same bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [("Content-Type", f"text/plain; charset={self.charset}"), ("Plural-Forms", self.plural_forms)]


def entries(source: str) -> Entries:
    """English -> French, both typeset, of every section. What depends on a count is a pair of each."""
    found: Entries = {}
    sections = tomllib.loads(source)
    counted = sections.pop(COUNTED)
    pairs = [*((en, fr) for section in sections.values() for en, fr in section.items())]
    for english, french in [*pairs, *((tuple(entry["en"]), tuple(entry["fr"])) for entry in counted)]:
        if english in found:
            raise SystemExit(f"{SOURCE.name}: in two sections: {english}")
        found[english] = composed(french) if isinstance(french, str) else tuple(map(composed, french))
    return found


def composed(sentence: str) -> str:
    """A sentence as French sets it, but for values and what is quoted: users type that as it stands."""
    parts = _AS_IS.split(sentence)
    return "".join(part if _AS_IS.fullmatch(part) else typeset(part, "fr") for part in parts)


def made(source: str) -> bytes:
    """The bytes that gettext reads."""
    catalogue = _Bare(locale="fr")
    for english, french in entries(source).items():
        catalogue.add(english, french)
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def main() -> None:
    """Write the file, or tell whether it is that of its source."""
    new = made(SOURCE.read_text(encoding="utf-8"))
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if MADE.is_file() and MADE.read_bytes() == new else "run python tools/make_help.py")
    MADE.parent.mkdir(parents=True, exist_ok=True)
    MADE.write_bytes(new)


if __name__ == "__main__":
    main()
