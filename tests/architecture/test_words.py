"""What may not stand in a tracked file: paths of one machine, addresses of package indexes, keys."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Patterns are written with a class for one letter, so that this file does not match itself.
BANNED = {
    "a path of one machine": r"(?<![\w.])/(?:[h]ome|[r]oot|[U]sers|[w]ork|[t]mp/\w+|[o]pt)/\w|\b[A-Z]:\\{1,2}[U]sers",
    "an address of a package index": r"[p]ypi\.org|[p]ythonhosted|[r]egistry\.npmjs|[i]ndex-url|//[^ \"']+/[s]imple/",
    "how it was made": r"(?i)\b(?:[l]anguage model|[c]hatbot|[s]ub-?agent|[a]s an ai|[h]elper session)\b",
    "a key": r"BEGIN [A-Z ]*[P]RIVATE KEY|\b[g]hp_\w{20}|\b[A]KIA[0-9A-Z]{16}\b",
    "unfinished work": r"\b(?:[T]ODO|[F]IXME|[X]XX|[H]ACK)\b",
    "a trace of a merge": r"^(?:<{7}|>{7}) ",
}
# Conventional names that look like paths of a machine.
FINE = re.compile(r"/[t]mp/pytest-|#!/usr/bin/env")


def found(text: str) -> list[str]:
    """Each offending line, with why."""
    return [
        f"{number}: {why}: {line.strip()[:120]}"
        for number, line in enumerate(text.splitlines(), 1)
        for why, pattern in BANNED.items()
        if re.search(pattern, FINE.sub("", line))
    ]


def tracked() -> list[Path]:
    """The files of the repository as git lists them: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


def readable(path: Path) -> str:
    """The text of a file; empty for fonts, pictures and other bytes."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_tracked_file_holds_a_banned_word():
    files = tracked()
    assert ROOT / "pyproject.toml" in files
    offending = {p.relative_to(ROOT).as_posix(): rows for p in files if (rows := found(readable(p)))}
    assert offending == {}


@pytest.mark.parametrize(
    "line",
    [
        "data = open('/" + "home/anna/foods.csv')",
        "cd /" + "work/main",
        "C:" + "\\Users\\anna",
        "--index" + "-url https://example.org/",
        '"https://example.org/' + 'simple/numpy/"',
        "written by a lang" + "uage model",
        "# TO" + "DO: later",
        "<<<<<<" + "< HEAD",
        "-----BEGIN RSA PRI" + "VATE KEY-----",
    ],
)
def test_a_banned_word_is_caught(line):
    assert len(found(line)) == 1


def test_ordinary_lines_are_not_caught():
    assert found("home/away, root/stem, simple/plain words, ./opt/in, a prompt answer") == []
    assert found("https://doi.org/10.1210/jc.2011-0385 and #!/usr/bin/env bash") == []
