"""Between a case file and the form on the desk: what the form shows of it, and what becomes of what it sends.

Fields have the names of their places in the file (``labs[0].unit``), so that a problem finds its field. What the form
does not show stays as it is: other keys of a section, and of a row by its ``_was``, the place that it had.
"""

from __future__ import annotations

from collections.abc import Mapping

from cofactor.facts.names import fold
from cofactor.person import words
from cofactor.person.case_text import plain

Values = Mapping[str, object]

WAS = "_was"
_SEASON = ("outdoors", "exposed", "sunscreen")
_TAKEN = ("nutrient", "form", "amount", "of", "label", "contents", "serving", "take", "every", "when", "since")
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "person": ("name", "sex", "age", "born", "weight", "height", "skin", "state", "menopause"),
    "place": ("latitude", "country"),
    "sun": (*_SEASON, "summer", "winter"),
    "diet": ("reference", "totals", "foods"),
    "diet.foods": ("food", "name", "amount", "per"),
    "supplements": _TAKEN,
    "medicines": ("name", "when"),
    "labs": ("date", "analyte", "value", "unit"),
}
"""The keys that the form shows of each part of a case."""
SECTIONS = (
    *("person", "place", "sun", "diet", "supplements", "medicines", "conditions", "answers", "labs", "goals", "today"),
)
"""The top-level keys that the form shows, in the order in which a new file has them."""
_LONGEST_WORD = 40
_NEEDED = ("person", "place")
"""Sections that stay when they are empty, so that what they lack is told in its place."""
_NUMBERS = frozenset({"age", "skin", "menopause", "latitude", "value"})
_WORDS: Mapping[str, Mapping[str, object]] = {
    "sex": words.SEX,
    "state": words.STATE,
    "sunscreen": words.SUNSCREEN,
    "when": words.SLOTS,
}


def merged(old: Values, sent: Values) -> dict[str, object]:
    """The values of a case after the form was sent: what it shows is replaced, what it does not show is kept."""
    found = dict(old) or {"cofactor": 1}
    for key in SECTIONS:
        new = _merged(key, old.get(key), sent.get(key))
        if _same(old.get(key), new) and (key in old or key not in _NEEDED):
            continue
        if new in (None, "", [], {}) and key not in _NEEDED:
            found.pop(key, None)
        else:
            found[key] = new
    return found


def _merged(place: str, old: object, new: object) -> object:
    if isinstance(new, list):
        return [_row(place, _list(old), entry) for entry in new]
    if place in ("answers", "goals"):
        return _numbered(new)
    if place not in _SHOWN:
        return _numbered(new)
    if new is None and isinstance(old, str):
        return old  # `sun: none`, which the form shows as nothing said
    kept = {k: v for k, v in (old if isinstance(old, Mapping) else {}).items() if k not in _SHOWN[place]}
    sent = new if isinstance(new, Mapping) else {}
    inside = {k: _merged(f"{place}.{k}", _of(old, k), sent[k]) for k in _SHOWN[place] if k in sent}
    return {**{k: _numbered(v, k) for k, v in inside.items()}, **kept}


def _row(place: str, old: list[object], sent: object) -> object:
    """A row with what the form did not show of it; a medicine without a moment, and a condition, are plain names."""
    if not isinstance(sent, Mapping):
        return sent
    row = {k: _numbered(v, k) for k, v in sent.items() if k != WAS}
    was = str(sent.get(WAS, ""))
    before = old[int(was)] if was.isdigit() and int(was) < len(old) else None
    if isinstance(before, Mapping):
        row |= {"contents": _lines(before.get("contents"), row["contents"])} if "contents" in row else {}
        row |= {k: v for k, v in before.items() if k not in _SHOWN.get(place, ())}
    return row["name"] if place in ("medicines", "conditions") and set(row) == {"name"} else row


def _lines(before: object, sent: object) -> object:
    """The lines of a label; one that did not change keeps whether it is of the element or of the compound."""
    known = {entry["line"]: entry for entry in _list(before) if isinstance(entry, Mapping) and "line" in entry}
    return [known.get(line, line) for line in sent] if isinstance(sent, list) else sent


def _of(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, Mapping) else None


def _numbered(value: object, key: str = "") -> object:
    """Numbers as numbers, where the file has one."""
    return plain(value) if key in _NUMBERS and isinstance(value, str) else value


def _same(old: object, new: object) -> bool:
    """Whether two values say the same, in whichever of the words that the file allows."""
    return _said(old) == _said(new)


def _said(value: object, key: str = "") -> object:
    if isinstance(value, Mapping):
        inside = {k: _said(v, str(k)) for k, v in value.items()}
        return {k: v for k, v in inside.items() if v not in (None, "", [], {})} or None
    if isinstance(value, list):
        return [_said(v, key) for v in value] or None
    if isinstance(value, bool):
        return value
    text = "" if value is None or (key, value) == ("state", "none") else str(value)
    known: Mapping[str, object] = _WORDS.get(key, words.YES_NO)
    return known.get(fold(text[:_LONGEST_WORD]), text) or None


def as_shown(values: Values) -> dict[str, object]:
    """The values of a case as the form shows them: one spelling of each word, rows as mappings, nothing missing."""
    found: dict[str, object] = {key: _shown(values.get(key)) for key in SECTIONS}
    for key in ("person", "place", "sun", "diet", "answers", "goals"):
        found[key] = found[key] if isinstance(found[key], Mapping) else {}
    for key in ("medicines", "conditions"):
        found[key] = [row if isinstance(row, Mapping) else {"name": row} for row in _list(found[key])]
    for key in ("supplements", "labs"):
        found[key] = _list(found[key])
    return found


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _shown(value: object, key: str = "") -> object:
    if isinstance(value, Mapping):
        return {k: _shown(v, str(k)) for k, v in value.items()}
    if isinstance(value, list):
        return [_shown(v, key) for v in value]
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None or (key, value) == ("state", "none") else str(value)
    known = _WORDS.get(key)
    return text if known is None else str(known.get(fold(text), text))
