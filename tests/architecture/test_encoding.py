"""Text is read and written as UTF-8, whatever the locale: a library that a process loads may change that."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(p for folder in ("src", "tests", "tools", "bench", "docs") for p in (ROOT / folder).rglob("*.py"))


def unnamed(text: str) -> list[int]:
    """Lines that read or write the text of a file and leave its encoding to the locale."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        most = {"read_text": 0, "write_text": 1}.get(node.func.attr)
        if most is None or len(node.args) > most:
            continue
        if not any(keyword.arg == "encoding" for keyword in node.keywords):
            found.append(node.lineno)
    return found


def test_every_text_file_is_read_and_written_as_utf_8():
    found = {p.relative_to(ROOT).as_posix(): unnamed(p.read_text(encoding="utf-8")) for p in FILES}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("code", ["p.read_text()", "p.write_text('x')", "p.write_text('x', newline='')"])
def test_an_encoding_left_open_is_found(code):
    assert unnamed(code) == [1]


@pytest.mark.parametrize("code", ["p.read_text(encoding='utf-8')", "p.write_text('x', 'utf-8')", "read_text(p)"])
def test_a_named_encoding_is_fine(code):
    assert unnamed(code) == []
