"""The words of an experiment of the ledger: names of its arms, numbers with their intervals, units."""

from __future__ import annotations

import re

from cofactor.evidence.studies import Study, Value
from cofactor.report import numbers
from cofactor.report.text import Text

_JOINTS = (" - ", " / ")
_PERCENT = 100.0
_NOTHING = 5e-4  # would be written as 0.000
_NUMBER = re.compile(r"\d+(\.\d+)?")


def named(label: str, study: Study, text: Text) -> str:
    """The name of an arm, or of two that are compared, in the language; doses and symbols are the same in both."""
    for joint in _JOINTS:
        if joint in label:
            of, _, against = label.partition(joint)
            return f"{named(of, study, text)}{joint.replace('-', numbers.MINUS)}{named(against, study, text)}"
    variant, colon, arm = label.rpartition(": ")
    if not colon and study.vary and _NUMBER.fullmatch(arm):
        return _variant(arm, study, text)
    key = f"arm.{arm}"
    said = text(key) if key in text else arm
    return f"{_variant(variant, study, text)}, {said}" if colon else said


def _variant(value: str, study: Study, text: Text) -> str:
    """A value of what varies between populations: a latitude, a level at the start."""
    (key,) = study.vary
    return text(f"evidence.vary.{key}", value=numbers.short(float(value), text.lang))


def written(value: Value, unit: str, lang: str) -> dict[str, str]:
    """A number and its interval with the decimals that its size deserves; fractions are shown as percentages."""
    shown = {"value": value.value, "low": value.low, "high": value.high}
    shown = {name: v * times(unit) for name, v in shown.items()}
    size = max(map(abs, shown.values()))
    digits = 0 if size >= 100 or size < _NOTHING else 1 if size >= 1 else 2 if size >= 0.1 else 3
    return {name: numbers.number(v, lang, digits) for name, v in shown.items()}


def times(unit: str) -> float:
    """What turns a value into the number shown."""
    return _PERCENT if unit == "fraction" else 1.0


def unit_shown(unit: str, text: Text) -> str:
    """The unit as a reader meets it."""
    if unit == "% of people":
        return text("evidence.unit.people")
    return "%" if unit == "fraction" else numbers.unit(unit, text.lang)
