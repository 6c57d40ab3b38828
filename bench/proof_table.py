"""The figures of docs/proof.md: every proof ends in one line, and with ``--write`` in its own row of that table.

A command says what it tried and how much of it held; nothing here needs to know it:

    given = asked(__doc__, "kills", 1000)  # python bench/NAME.py [KILLS] [SEED] [--write]
    ...
    conclude(given, Proof("kill_save", "No acknowledged save is lost", held, given.count, "kills", seconds, given.seed))
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import shlex
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cofactor
from cofactor.files import write_whole

PAGE = Path(__file__).parents[1] / "docs" / "proof.md"
BEGIN, END = "<!-- figures: written by the commands in the last column, with --write -->", "<!-- end of figures -->"
FENCE = (":::{table}", ":class: shipped", "")
HEAD = (
    "| proof | what is shown | held / tried | s | seed | besides | measured | command |",
    "|---|---|--:|--:|--:|---|---|---|",
)


@dataclass(frozen=True)
class Proof:
    """One figure: of so many things tried, how many held."""

    id: str  # of its row: the command's name, with more behind a dash where a command has several rows
    shown: str
    done: int
    tried: int
    of: str  # what was tried, as a plural: "kills"
    seconds: float
    seed: int | None = None
    besides: str = ""  # what else was counted

    @property
    def held(self) -> bool:
        """Whether all that was tried held; nothing tried proves nothing."""
        return 0 < self.tried == self.done

    def line(self) -> str:
        """The figure as a command prints it."""
        seed = "" if self.seed is None else f", seed {self.seed}"
        besides = f"; {self.besides}" if self.besides else ""
        return f"{self.id}: {self.done:,} of {self.tried:,} {self.of} held, {self.seconds:.1f} s{seed}{besides}"

    def row(self, command: str) -> str:
        """The figure as a row of the table."""
        cells = (
            f"`{self.id}`",
            self.shown,
            f"{self.done:,} / {self.tried:,} {self.of}",
            f"{self.seconds:.1f}" if self.seconds < 10 else f"{self.seconds:,.0f}",
            "" if self.seed is None else str(self.seed),
            self.besides,
            f"{datetime.now(UTC):%Y-%m-%d}, {cofactor.__version__}, {machine()}",
            f"`{command}`",
        )
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def asked(about: str | None, of: str, count: int, seed: int = 1) -> argparse.Namespace:
    """Read ``[COUNT] [SEED] [--write]``, with the defaults that the table is made with."""
    parser = argparse.ArgumentParser(description=(about or "").partition("\n")[0])
    parser.add_argument("count", type=int, nargs="?", default=count, metavar=of.upper())
    parser.add_argument("seed", type=int, nargs="?", default=seed, metavar="SEED")
    given = read(parser)
    given.command = _command(str(given.count), str(given.seed))
    return given


def read(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Read the arguments of a command that takes others than a count and a seed, and ``--write`` beside them."""
    parser.add_argument("--write", action="store_true", help="write the figures to docs/proof.md")
    given = parser.parse_args()
    given.command = _command(*(argument for argument in sys.argv[1:] if argument != "--write"))
    return given


def conclude(given: argparse.Namespace, *proofs: Proof) -> None:
    """Print the figures, write them where asked, and end the program: with 1 where anything did not hold."""
    for proof in proofs:
        sys.stdout.write(proof.line() + "\n")
    if given.write:
        write(proofs, given.command, PAGE)
    sys.exit(0 if all(proof.held for proof in proofs) else 1)


def write(proofs: Iterable[Proof], command: str, page: Path) -> None:
    """Put the rows in the place of those of the same ids; the others stay as they are."""
    before, found, after = split(page.read_text(encoding="utf-8"))
    found |= {proof.id: proof.row(command) for proof in proofs}
    rows = [found[id_] for id_ in sorted(found)]
    write_whole(page, before + "\n".join((BEGIN, *FENCE, *HEAD, *rows, ":::", END)) + after)


def split(text: str) -> tuple[str, dict[str, str], str]:
    """What stands before the table, its rows by id, and what stands after it."""
    before, _, rest = text.partition(BEGIN)
    table, end, after = rest.partition(END)
    assert end, f"docs/proof.md has lost its marks: {BEGIN} ... {END}"
    return before, {m[1]: m[0] for m in re.finditer(r"^\| `([\w-]+)` \|.*$", table, re.MULTILINE)}, after


def machine() -> str:
    """The processor, how many of its cores there are, and the Python."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = re.search(r"^model name\s*:\s*(.+)$", info.read_text(encoding="utf-8"), re.MULTILINE)
        model = named[1] if named else model
    model = re.sub(r"\((?:R|TM)\)|\bCPU\b|\bProcessor\b|@.*", "", model)
    return f"{' '.join(model.split())}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _command(*arguments: str) -> str:
    """How to run it again, from the root of the project."""
    return shlex.join(["python", f"bench/{Path(sys.argv[0]).name}", *arguments])
