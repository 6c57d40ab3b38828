"""The objects of a JSON file one by one: a list of three gigabytes needs no more memory than its longest member."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from cofactor.facts.food_files.items import AGAIN, FileError, Item
from cofactor.said import Said

_CHUNK = 1 << 20
_LONGEST = 1 << 23  # characters of one object; the longest official one is below two million
_LIST = re.compile(r'\s*\{\s*"\w+"\s*:\s*\[\s*')
_SEPARATOR = re.compile(r"[\s,]*")


def objects(item: Item) -> Iterator[dict[str, Any]]:
    """The objects of a list, of a list under one key (``{"BrandedFoods": [...]}``), or the one object of a file."""
    chunks = _chunks(item)
    text = next(chunks, "").removeprefix("\ufeff")
    inside = _LIST.match(text)
    is_list = inside is not None or text.lstrip().startswith("[")
    at = inside.end() if inside else text.index("[") + 1 if is_list else 0
    decoder = json.JSONDecoder(parse_constant=_no_number)
    while True:
        at = _SEPARATOR.match(text, at).end()  # type: ignore[union-attr]
        if is_list and text.startswith("]", at):
            return
        try:
            found, at = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            text, at = text[at:], 0
            # As much again as there is: an object that is read anew each time takes twice its own time in all.
            more = "" if isinstance(error, RecursionError) else "".join(_some(chunks, len(text)))
            if not more or len(text) > _LONGEST:
                raise FileError(Said("JSON that is broken or cut off"), (Said("whole JSON"),), AGAIN) from None
            text += more
            continue
        except ValueError as error:
            raise FileError(Said("JSON with {fault}", fault=str(error)), ("JSON",), AGAIN) from None
        if not isinstance(found, dict):
            got = Said("a {kind} where an object belongs", kind=type(found).__name__)
            raise FileError(got, (Said("foods or labels"),), Said("Check it."))
        yield found
        if not is_list:
            return


def _some(chunks: Iterator[str], least: int) -> Iterator[str]:
    for chunk in chunks:
        yield chunk
        least -= len(chunk)
        if least <= 0:
            return


def _chunks(item: Item) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with item.open() as file:
        try:
            while data := file.read(_CHUNK):
                yield decoder.decode(data)
        except UnicodeDecodeError:
            raise FileError(Said("bytes that are not UTF-8"), ("JSON",), AGAIN) from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(Said("the number {name}", name=name))
