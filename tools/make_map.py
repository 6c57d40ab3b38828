"""Fill the file lists of MAP.md from the first sentence of each file: ``python tools/make_map.py`` (or ``make map``).

The prose of the map is written by hand. A list stands between ``<!-- files: FOLDER -->`` and ``<!-- end -->``; its
lines are the first docstring line of each Python file, and the first comment line of each model file and example.
``--check`` changes nothing and exits with 1 where the map no longer fits.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(<!-- files: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
COMMENT = {".ant": "//", ".yaml": "#", ".sh": "#"}


def first_line(path: Path) -> str:
    """What a file says of itself in its first line."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        said = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
        said = re.sub(r":[a-z:]+:`~?([^`]+)`", lambda m: f"`{m[1].rpartition('.')[2]}`", said).replace("``", "`")
    else:
        mark = COMMENT[path.suffix]
        said = next((line for line in text.splitlines() if line.startswith(mark + " ")), "").removeprefix(mark).strip()
    if not said:
        raise SystemExit(f"{path.relative_to(ROOT)} does not say in its first line what it is")
    return said


def listing(folder: str) -> str:
    """One line per file of a folder and of those below it, but for package markers and generated files."""
    base = ROOT / folder
    files = sorted(
        path
        for path in base.rglob("*")
        if path.suffix in {".py", *COMMENT} and path.name != "__init__.py" and "_generated" not in path.parts
    )
    return "".join(f"- `{path.relative_to(base).as_posix()}`: {first_line(path)}\n" for path in files)


def filled(text: str) -> str:
    """The map with its lists made anew."""
    return BLOCK.sub(lambda match: f"{match[1]}{listing(match[2])}{match[3]}", text)


def main() -> int:
    """Write the map, or say whether it fits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    path = ROOT / "MAP.md"
    old = path.read_text(encoding="utf-8")
    new = filled(old)
    if check:
        return int(new != old)
    path.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
