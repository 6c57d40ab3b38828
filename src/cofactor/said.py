"""Sentences that can be told in another language: English text that remembers its pattern and its values.

What is refused is said deep inside, where nobody knows the language of the reader. So it is written once, as
``Said("{value} without a unit", value=shown)``: ordinary English text to everyone, and at a face
``report.refusals.told`` puts the same values into the pattern of another language.

The patterns of French stand in ``report/text/refusals``, by package; a test finds those that are missing or left over.
"""

from __future__ import annotations

from typing import Any, Self


class Said(str):
    """A sentence: ``pattern`` is its English with ``{name}`` for each value.

    A value may be a sentence itself, or a tuple, which is written with commas. A pattern without values is taken as it
    is, so that braces may stand in it.
    """

    pattern: str
    values: dict[str, Any]

    def __new__(cls, pattern: str, /, **values: Any) -> Self:  # noqa: ANN401 - whatever can be formatted
        """Fill the pattern in. Raises :class:`KeyError` where a value is missing."""
        made = super().__new__(cls, pattern.format_map(listed(values)) if values else pattern)
        made.pattern, made.values = pattern, values
        return made

    @classmethod
    def quoted(cls, text: object) -> Said:
        """Words of somebody else (a user, a system, another program), which are told as they are."""
        return text if isinstance(text, Said) else cls("{quoted}", quoted=str(text))

    def __str__(self) -> str:
        """Itself: ``str(error)`` of an error that was given a sentence is that sentence."""
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.pattern,), self.values


def listed(values: dict[str, Any]) -> dict[str, Any]:
    """Values with commas in what is a tuple."""
    return {name: ", ".join(map(str, v)) if isinstance(v, tuple) else v for name, v in values.items()}


def packed(said: object) -> object:
    """A sentence as values of JSON, for another process of ours."""
    if isinstance(said, Said):
        return {"pattern": said.pattern, "values": {name: packed(value) for name, value in said.values.items()}}
    return [packed(part) for part in said] if isinstance(said, tuple | list) else said


def unpacked(value: Any) -> Any:  # noqa: ANN401 - whatever was packed
    """What :func:`packed` made, as it was."""
    if isinstance(value, dict):
        return Said(value["pattern"], **{name: unpacked(part) for name, part in value["values"].items()})
    return tuple(unpacked(part) for part in value) if isinstance(value, list) else value
