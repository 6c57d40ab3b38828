"""Values of a case as the text of its file; a section that did not change keeps its very lines, comments included.

A section is a top-level key with everything below it, up to the next one. What is written is read again before it is
given back: it must hold exactly the values that were asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from cofactor.errors import InputError, Problem
from cofactor.person import yaml_text
from cofactor.said import Said

Values = Mapping[str, object]

LONGEST_LINE = 120
"""Characters of a line that holds a whole list or mapping; longer ones are written one entry to a line."""
_PLAIN = re.compile(r"[A-Za-zÀ-ÿµ_][\wÀ-ÿ%./°'’+-]*(?: [\wÀ-ÿ%./°'’(+-][\wÀ-ÿ%./°'’()+-]*)*")
_AMOUNT = re.compile(r"\d+(?:\.\d+)? [A-Za-zµ%][\w/%µ]*|\d{4}-\d{2}-\d{2}|[<>]\d+(?:\.\d+)?")
_MEANT = frozenset({"true", "false", "null", "~"})


def written(values: Values) -> str:
    """The text of a new case file."""
    return with_values("", values)


def with_values(text: str, values: Values) -> str:
    """The text of a case with other values. Raises :class:`InputError` where they cannot be written.

    ``text`` must be that of a case that can be read, or empty.
    """
    old = yaml_text.read(text).value if text.strip() else {}
    assert isinstance(old, dict)
    sections = dict(_sections(text)) if old else {}
    head = sections.pop("", "")
    parts = [
        sections[key] if key in sections and key in old and old[key] == value else _section(key, value)
        for key, value in values.items()
    ]
    new = head + "".join(part if part.endswith("\n") else part + "\n" for part in parts)
    if yaml_text.read(new).value != values:
        do = Said("Shorten or simplify what was written there.")
        expected = (Said("plain text and numbers"),)
        raise InputError([Problem(Said("file"), Said("values that cannot be written"), expected, do)])
    return new


def plain(value: str) -> object:
    """What a text means in a case file: a number where it is one, else the text."""
    found = yaml_text.scalar(value.strip())
    return value.strip() if found is None or isinstance(found, bool) else found


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """The top-level keys with their lines, in order; lines before the first stand under an empty key.

    A comment at the margin belongs to the key below it. A file that is one mapping in braces has no sections.
    """
    document = yaml_text.read(text)
    starts = {line: str(path[0]) for path, line in document.lines.items() if len(path) == 1}
    lines = text.splitlines(keepends=True)
    if any(not lines[start - 1].lstrip("\ufeff\"'").startswith(key) for start, key in starts.items()):
        return
    begins = {_with_comments(lines, start, first=start == min(starts)): key for start, key in starts.items()}
    places = [*sorted(begins), len(lines) + 1]
    yield "", "".join(lines[: places[0] - 1])
    for begin, end in pairwise(places):
        yield begins[begin], "".join(lines[begin - 1 : end - 1])


def _with_comments(lines: list[str], start: int, *, first: bool) -> int:
    """The line on which the comments right above a key begin; those above the first key head the file."""
    while not first and start > 1 and lines[start - 2].startswith("#"):
        start -= 1
    return start


def _section(key: str, value: object) -> str:
    flow = f"{key}: {_flow(value)}\n"
    if isinstance(value, list) and value and any(isinstance(entry, Mapping | list) for entry in value):
        return f"{key}:\n" + "".join(f"  - {_flow(entry)}\n" for entry in value)
    if isinstance(value, list) and len(flow) > LONGEST_LINE:
        return f"{key}:\n" + "".join(f"  - {_flow(entry)}\n" for entry in value)
    if isinstance(value, Mapping) and value and (len(flow) > LONGEST_LINE or _is_deep(value)):
        return f"{key}:\n" + "".join(_indented(name, entry) for name, entry in value.items())
    return flow


def _is_deep(value: Values) -> bool:
    return any(isinstance(entry, list) and any(isinstance(e, Mapping) for e in entry) for entry in value.values())


def _indented(key: str, value: object) -> str:
    return "".join(f"  {line}\n" for line in _section(key, value).splitlines())


def _flow(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(str(key))}: {_flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    return repr(value)


def _text(value: str) -> str:
    """A text as it is written: plain where it can be read back only as itself, else in quotes."""
    is_plain = _PLAIN.fullmatch(value) and value.casefold() not in _MEANT
    if is_plain or _AMOUNT.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
