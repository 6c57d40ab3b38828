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
_LONGEST = 1 << 25  # characters of one object; the longest official one is below two million
_LIST = re.compile(r'\s*\{\s*"\w+"\s*:\s*\[\s*')
_SEPARATOR = re.compile(r"[\s,]*")


def objects(item: Item) -> Iterator[dict[str, Any]]:
    """The objects of a list, of a list under one key (``{"BrandedFoods": [...]}``), or the one object of a file."""
    chunks = _chunks(item)
    text = next(chunks, "").removeprefix("\ufeff")
    inside = _LIST.match(text)
    is_list = inside is not None or text.lstrip().startswith("[")
    text = text[inside.end() :] if inside else text.lstrip().removeprefix("[") if is_list else text
    decoder = json.JSONDecoder(parse_constant=_no_number)
    while True:
        text = text[_SEPARATOR.match(text).end() :]  # type: ignore[union-attr]
        if is_list and text.startswith("]"):
            return
        try:
            found, end = decoder.raw_decode(text)
        except (json.JSONDecodeError, RecursionError) as error:
            more = next(chunks, "") if not isinstance(error, RecursionError) else ""
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
        text = text[end:]


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
