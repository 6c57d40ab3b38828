"""Text that can be shown anywhere: nothing in it steers a terminal, or turns the direction of what stands beside it."""

from __future__ import annotations

import re

_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LETTERS = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RIGHT_TO_LEFT = re.compile(f"[{_LETTERS}]+(?:[\\s'\u2019.-]+[{_LETTERS}]+)*")
_ISOLATE, _END = "\u2068", "\u2069"
"""FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE of Unicode: what is between them turns nothing outside."""


def harmless(text: str) -> str:
    """Text for a terminal: control characters and turns of direction written out, words from right to left isolated."""
    return isolated(_STEERING.sub(_written_out, text))


def isolated(text: str) -> str:
    """Text in which words that run from right to left do not turn the numbers and signs beside them."""
    return _RIGHT_TO_LEFT.sub(lambda match: f"{_ISOLATE}{match[0]}{_END}", text)


def harmless_json(text: str) -> str:
    """JSON for a terminal: the same value, with what could steer it as JSON's own escapes."""
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _written_out(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")
