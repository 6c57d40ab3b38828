"""YAML 1.2 text to plain values: nothing but mappings, lists, text and numbers can come out.

The text is read event by event, so that a hostile file is refused before it has grown: too long, too deep, too many
values, an alias (the means of a "billion laughs" file), a tag (the means of making objects), or one key twice. Dates
and times stay text, and so do ``no`` and ``NO`` (Norway), as YAML 1.2 has it.

One thing is read that YAML itself refuses, because the case format prints it: a list with a unit after it
(``{25OHD: [50, 125] nmol/L}``), and with it a decimal comma inside braces (``{value: 18,5}``). Both are put in quotes
before the text is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from cofactor.errors import InputError, Problem
from cofactor.said import Said

MAX_CHARACTERS = 250_000
"""A case is 1 to 20 kB; this much is refused or read in well under a second."""
MAX_LINE = 2_000
MAX_DEPTH = 12
MAX_VALUES = 10_000
_FILE, _FEWER, _SHORTEN = Said("file"), Said("fewer"), Said("Split or shorten the file.")

Path = tuple[str | int, ...]

_LIST_WITH_UNIT = r"\[[\d.,\s]+\][ \t]*[^\s,\[\]{}#\"'][^,\[\]{}#\"'\n]*"
_DECIMAL_COMMA = r"[<>≤≥]?\s*\d+,\d+(?!\d*,\d)[^,\[\]{}#\"'\n]*"
_TO_QUOTE = re.compile(rf"(?<=:)([ \t]+)({_LIST_WITH_UNIT}|{_DECIMAL_COMMA})")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9]\d{0,14})")
_NUMBER = re.compile(r"[-+]?(?:\.\d{1,15}|\d{1,15}(?:\.\d{0,15})?)(?:[eE][-+]?\d{1,3})?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSEEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Signs without width, and those that turn the direction of what follows: copied along from pages, meant by nobody."""
_CONSTANTS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True)
class Document:
    """A value read from text, and the line on which each part of it stands (for the order of problems)."""

    value: object
    lines: dict[Path, int]


def read(text: str) -> Document:
    """The one value that ``text`` holds. Raises :class:`InputError` where the text is not plain YAML 1.2."""
    if len(text) > MAX_CHARACTERS:
        got, most = Said("{n:,} characters", n=len(text)), Said("at most {most:,}", most=MAX_CHARACTERS)
        raise _refusal(_FILE, got, most, _SHORTEN)
    too_long = next((n for n, line in enumerate(text.splitlines(), 1) if len(line) > MAX_LINE), None)
    if too_long is not None:
        got = Said("more than {most:,} characters", most=MAX_LINE)
        do = Said("Break the line: a list may stand on several, one entry to each.")
        raise _refusal(_line(too_long), got, Said("a shorter line"), do)
    control = _CONTROL.search(text)
    if control is not None:
        raise _controlled(control[0], text.count("\n", 0, control.start()) + 1)
    reader = _Reader(iter(YAML(typ="safe", pure=True).parse(quoted(text))))
    try:
        return reader.document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = _FILE
        if mark is not None:
            where = Said("line {line}, column {column}", line=mark.line + 1, column=mark.column + 1)
        said = error.problem or ""
        raise _refusal(where, said or Said("unreadable text"), "YAML", _advice(said)) from None
    except (YAMLError, ValueError, OverflowError) as error:
        raise _refusal(_FILE, _first_line(error), "YAML", Said("Check the text near there.")) from None


def quoted(text: str) -> str:
    """Put in quotes what the case format allows and YAML does not, outside of what is quoted already."""

    def replace(match: re.Match[str]) -> str:
        line_so_far = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if line_so_far.count('"') % 2 or " #" in line_so_far or line_so_far.lstrip().startswith("#"):
            return match[0]
        value = match[2].rstrip()
        return f'{match[1]}"{value}"{match[2][len(value) :]}'

    return _TO_QUOTE.sub(replace, text)


@dataclass
class _Reader:
    """Builds values from events; counts them on the way."""

    events: Iterator[Event]
    lines: dict[Path, int] = field(default_factory=dict)
    count: int = 0
    documents: int = 0

    def document(self) -> Document:
        value: object = None
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    do = Said("Put the second one in a file of its own.")
                    raise _refusal(_FILE, Said("two documents"), Said("one document"), do)
                value = self.value(next(self.events), (), 0)
        return Document(value, self.lines)

    def value(self, event: Event, path: Path, depth: int) -> object:
        line = event.start_mark.line + 1
        self.lines[path] = line
        self.count += 1
        if self.count > MAX_VALUES:
            raise _refusal(_FILE, Said("more than {most:,} values", most=MAX_VALUES), _FEWER, _SHORTEN)
        if depth > MAX_DEPTH:
            got = Said("more than {most} levels", most=MAX_DEPTH)
            raise _refusal(_line(line), got, _FEWER, Said("Write the value flat."))
        if isinstance(event, AliasEvent):
            got = Said("the alias *{name}", name=str(event.anchor)[:69])
            raise _refusal(_line(line), got, Said("a value"), Said("Write the value out."))
        tag = getattr(event, "tag", None)
        if tag is not None:
            got = Said("the tag {tag}", tag=str(tag)[:72])
            raise _refusal(_line(line), got, Said("a plain value"), Said("Leave the tag out."))
        if isinstance(event, MappingStartEvent):
            return self.mapping(path, depth)
        if isinstance(event, SequenceStartEvent):
            return self.sequence(path, depth)
        assert isinstance(event, ScalarEvent)
        return self.text(event) if event.style else scalar(self.text(event))

    def text(self, event: ScalarEvent) -> str:
        """What a scalar says; quotes can hold by escapes what the text itself may not."""
        if control := _CONTROL.search(event.value):
            raise _controlled(control[0], event.start_mark.line + 1)
        return _UNSEEN.sub("", event.value)

    def mapping(self, path: Path, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            line = event.start_mark.line + 1
            if not isinstance(event, ScalarEvent):
                got = Said("a list or a mapping as a key")
                raise _refusal(_line(line), got, Said("a word"), Said("Write `key: value`."))
            key = self.text(event)
            if key in found:
                first = self.lines[(*path, key)]
                got = Said("`{key}` twice (lines {first} and {line})", key=key[:80], first=first, line=line)
                raise _refusal(_line(line), got, Said("each key once"), Said("Keep one of the two."))
            found[key] = self.value(next(self.events), (*path, key), depth + 1)
            self.lines[(*path, key)] = line
        return found

    def sequence(self, path: Path, depth: int) -> list[object]:
        found: list[object] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            found.append(self.value(event, (*path, len(found)), depth + 1))
        return found


def scalar(text: str) -> object:
    """A plain scalar by the core schema of YAML 1.2, without its octal, hexadecimal and infinite numbers."""
    if text.lower() in _CONSTANTS and text in (text.lower(), text.capitalize(), text.upper()):
        return _CONSTANTS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text) and not (text.isdigit() and text.startswith("0")):
        return float(text)
    return text


def _refusal(where: Said, got: str, expected: str, do: Said) -> InputError:
    return InputError([Problem(where, got, (expected,), do)])


def _controlled(sign: str, line: int) -> InputError:
    got, do = Said("the control character {sign}", sign=ascii(sign)), Said("Save the file as plain text.")
    return _refusal(_line(line), got, Said("text"), do)


def _line(line: int) -> Said:
    return Said("line {line}", line=line)


def _advice(problem: str) -> Said:
    if "tab" in problem or "\\t" in problem:
        return Said("Indent with spaces, not with tabs.")
    if "mapping values are not allowed" in problem:
        return Said("Put text that holds `: ` in quotes, and check the indent of this line.")
    return Said("Check the indent, the brackets and the quotes of this line and of the one before.")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
