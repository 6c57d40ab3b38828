"""One line of a label as text: its name, what stands in brackets, its amounts and its percentage."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cofactor.person.problems import refusal
from cofactor.said import Said

_UNIT = r"(?:µg|μg|ug|mcg|mg|ng|kg|g|IU|UI|I\.U\.|U\.I\.|mmol|mEq)"
# "1 000", "1,000.5", "1.4" and "1,4"; a digit that is part of a name (B6, MK-7, D3) is not an amount.
_AMOUNT = re.compile(
    rf"(?<![\w.,-])(\d[\d\u00a0\u202f\u2009]*(?:[ ]\d{{3}})*(?:[.,]\d+)*)\s*({_UNIT})(?![A-Za-zµμ])"
    r"(?:\s*(RAE|ER|RE|DFE|NE|EN|AT|(?:α|alpha)-?TE|TE))?",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"(?<![\w.,-])(\d+(?:[.,]\d+)?)\s*%")
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_LEADERS = re.compile(r"[.·…_\-–—:=]{2,}|[:=*†‡]")
# What follows a compound's weight when the label also gives the element: "dont magnésium 65 mg".
ELEMENT = re.compile(
    r"\b(?:dont|soit|of which|providing|provides|yielding|apportant|fournissant|equivalent to|elemental"
    r"|[ée]l[ée]mentaire|[ée]l[ée]ment)\b",
    re.IGNORECASE,
)
_SPELT = {"µg": "µg", "μg": "µg", "ug": "µg", "mcg": "µg", "iu": "IU", "ui": "IU", "i.u.": "IU", "u.i.": "IU"}
_PARTS = re.compile(r"\s*(?:;|\+|,(?!\d))\s*")
LONGEST = 300
"""Characters of a line that are read."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as printed, with its unit."""

    text: str  # the number alone
    unit: str

    def __str__(self) -> str:
        return f"{self.text} {self.unit}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line taken apart.

    ``element`` is the amount that the label itself gives for the element of a compound; ``inside`` are amounts in
    brackets: the same in another unit ("25 µg (1000 IU)"), or the weight of the compound ("from 500 mg of citrate").
    """

    text: str
    name: str
    form: str
    amounts: tuple[Amount, ...]
    percent: float | None
    element: Amount | None = None
    inside: tuple[Amount, ...] = ()


def split(text: str) -> list[Line]:
    """Take a line apart; where it holds several nutrients, each with its amount, one :class:`Line` for each."""
    text = " ".join(text.split())
    if len(text) > LONGEST:
        do = Said("Write one line of the label, as it is printed.")
        raise refusal(text, do, (Said.quoted("Magnesium (as citrate) 100 mg"),))
    pieces = [piece for piece in _PARTS.split(_outside(text)) if piece]
    whole = len(pieces) < 2 or not all(_AMOUNT.search(piece) and _name_of(piece) for piece in pieces)
    return [_line(text)] if whole else [_line(piece.replace(_HELD, ",")) for piece in pieces]


def of_parts(name: str, form: str, amount: float | None, unit: str, percent: float | None) -> Line:
    """A line that a database has taken apart already. Amounts in the text of the form are kept for comparison."""
    also = tuple(_amount(match) for match in _AMOUNT.finditer(form))
    own = () if amount is None else (Amount(f"{amount:.10g}", unit),)
    text = f"{name} {own[0]}" if own else name
    return Line(text, name, form, own, percent, inside=also)


def _line(text: str) -> Line:
    percent = _PERCENT.search(text)
    brackets = [match[1] for match in _BRACKETS.finditer(text)]
    outside = _BRACKETS.sub(" ", text)
    amounts = [_amount(match) for match in _AMOUNT.finditer(outside)]
    inside = [_amount(match) for bracket in brackets for match in _AMOUNT.finditer(bracket)]
    element = _element(text)
    form = "; ".join(_PERCENT.sub(" ", _AMOUNT.sub(" ", bracket)) for bracket in brackets)
    shown = [amount for amount in amounts or inside if amount != element] or amounts or inside
    of_day = _number(percent[1]) if percent else None
    return Line(text, _name_of(outside), form, tuple(shown), of_day, element, tuple(inside if amounts else ()))


def _name_of(text: str) -> str:
    """What stands before the first amount or percentage; in "300 mg de magnésium" it stands behind."""
    outside = _BRACKETS.sub(" ", text).strip()
    first = _AMOUNT.match(outside)
    if first is not None:
        name = outside[first.end() :]
    else:
        ends = [match.start() for match in (_AMOUNT.search(outside), _PERCENT.search(outside)) if match is not None]
        name = outside[: min(ends, default=len(outside))]
    words = _LEADERS.sub(" ", name).strip(" ,.-–—/").split()
    return " ".join(words[1:] if first is not None and words[:1] in (["de"], ["of"]) else words)


def _element(text: str) -> Amount | None:
    """The amount after words such as "dont" or "providing"; "(65 mg elemental)" has it before."""
    word = ELEMENT.search(text)
    if word is None:
        return None
    every = list(_AMOUNT.finditer(text))
    after = [match for match in every if match.start() > word.start()]
    if after and len(every) > 1:
        return _amount(after[0])
    return _amount(every[-1]) if every else None


def _amount(match: re.Match[str]) -> Amount:
    number = re.sub(r"[ \u00a0\u202f\u2009]", "", match[1])
    unit = _SPELT.get(match[2].lower(), match[2] if match[2] == "mEq" else match[2].lower())
    return Amount(number, "mEq" if unit == "meq" else unit)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


_HELD = "\ue000"  # stands for a separator inside brackets while a line is split; of a private area of Unicode


def _outside(text: str) -> str:
    """The text with the separators inside brackets out of the way."""
    return _BRACKETS.sub(lambda match: re.sub(r"[;+,]", _HELD, match[0]), text)
