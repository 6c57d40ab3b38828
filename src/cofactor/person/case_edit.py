"""Adding lab results to the text of a case file without touching anything else in it.

The place is found by the YAML parser's own marks; what is written is new lines, or new entries before a closing
bracket. Every comment, order, quote and line end stays. The new text is read again before it is given back: it must
hold exactly what the old one held, and the new results.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from cofactor.errors import InputError, Problem
from cofactor.person import yaml_text
from cofactor.said import Said

Entry = Mapping[str, object]
"""One result: date, analyte, value and unit, as a case file has them."""
_KEY = "labs"


def entry(date: str, analyte: str, number: float, operator: str, unit: str) -> dict[str, object]:
    """A result as it is written: a number, or a text where an operator stands before it."""
    plain = int(number) if math.isfinite(number) and number == int(number) else number
    value: object = plain if operator == "=" else f"{operator}{plain!r}"
    return {"date": date, "analyte": analyte, "value": value, **({"unit": unit} if unit else {})}


def with_labs(text: str, entries: Iterable[Entry]) -> str:
    """The text of a case with results added at the end of ``labs:``. Raises :class:`InputError` where it has no place.

    The text must be that of a case that can be read.
    """
    new = list(entries)
    if not new:
        return text
    found = _insert(text, new)
    _check(text, found, new)
    return found


def _check(old: str, new: str, added: list[Entry]) -> None:
    """The new text says what the old one said, and the added results after those that it had."""
    before = yaml_text.read(old).value
    assert isinstance(before, dict)
    expected = {**before, _KEY: [*(before.get(_KEY) or []), *map(dict, added)]}
    try:
        right = yaml_text.read(new).value == expected
    except InputError:
        right = False
    if not right:
        do = Said("Write `labs:` as a list, one result to a line after a dash, and import again.")
        raise InputError([Problem("labs", Said("a list that cannot be added to"), (Said("a list"),), do)])


@dataclass(frozen=True)
class _Place:
    """Where the value of ``labs`` stands, as positions in the parsed text; ``column`` is that of the dashes."""

    start: int
    end: int
    flow: bool
    empty: bool
    column: int


def _insert(text: str, entries: list[Entry]) -> str:
    parsed = yaml_text.quoted(text)
    place = _find(parsed)
    newline = "\r\n" if "\r\n" in text else "\n"
    if place is None:
        gap = "" if text.endswith(("\n", "\r")) or not text else newline
        return text + gap + f"{_KEY}:{newline}" + "".join(f"  - {_flow(e)}{newline}" for e in entries)
    start, end = _before_quotes(text, parsed, place.start), _before_quotes(text, parsed, place.end)
    if place.flow and not place.empty:
        head = text[: end - 1].rstrip()
        comma = " " if head.endswith(",") else ", "
        return head + comma + ", ".join(map(_flow, entries)) + text[len(head) :]
    if place.empty:  # `labs:`, `labs: []`: what stands for nothing goes, a comment behind it stays
        text, end = text[:start].rstrip(" ") + text[end:], len(text[:start].rstrip(" "))
    column = 2 if place.empty else place.column
    lines = "".join(f"{' ' * column}- {_flow(e)}{newline}" for e in entries)
    at = _line_after(text, end)
    return text[:at] + ("" if text[:at].endswith("\n") else newline) + lines + text[at:]


def _line_after(text: str, at: int) -> int:
    """The start of the line below a position."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _before_quotes(text: str, parsed: str, at: int) -> int:
    """The position in ``text`` of a position in ``parsed``, which has more quotes and nothing else."""
    i = 0
    for character in parsed[:at]:
        if i < len(text) and text[i] == character:
            i += 1
    return i


def _find(parsed: str) -> _Place | None:
    """The place of the value of the top-level key ``labs``, or None where there is no such key."""
    events = iter(YAML(typ="safe", pure=True).parse(parsed))
    depth, is_key = 0, True
    for event in events:
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
            continue
        depth -= isinstance(event, MappingEndEvent | SequenceEndEvent)
        if depth != 1:
            continue
        if is_key and isinstance(event, ScalarEvent) and event.value == _KEY:
            return _of_value(event, next(events), events)
        is_key = not is_key  # a value has ended, or a key
    return None


def _of_value(key: Event, event: Event, events: Iterator[Event]) -> _Place:
    start = event.start_mark.index
    if not isinstance(event, SequenceStartEvent):
        after_key = key.end_mark.index + 1  # the colon; nothing at all is said to stand at the next word of the file
        written = event.start_mark.index < event.end_mark.index
        return _Place(after_key, event.end_mark.index if written else after_key, flow=False, empty=True, column=2)
    column, depth, end, empty = event.start_mark.column, 1, event.end_mark.index, True
    for inner in events:
        if isinstance(inner, MappingStartEvent | SequenceStartEvent):
            depth += 1
        elif isinstance(inner, MappingEndEvent | SequenceEndEvent):
            depth -= 1
        if depth == 0:
            return _Place(
                start, inner.end_mark.index if event.flow_style else end, bool(event.flow_style), empty, column
            )
        empty, end = False, max(end, _true_end(inner, end))
    raise AssertionError("a sequence without its end")


def _true_end(event: Event, end: int) -> int:
    """The end of what an event stands for; the end of a block lies at the next token, which may be lines below."""
    if isinstance(event, MappingEndEvent | SequenceEndEvent) and event.start_mark.index == event.end_mark.index:
        return end
    return int(event.end_mark.index)


def _flow(entry: Entry) -> str:
    return "{" + ", ".join(f"{key}: {_scalar(value)}" for key, value in entry.items()) + "}"


def _scalar(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    plain = isinstance(value, str) and all(c.isalnum() or c in "-_/µ." for c in text)
    return text if plain or not isinstance(value, str) else f'"{text}"'
