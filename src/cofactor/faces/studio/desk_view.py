"""What the template of the desk is given: the case as the form shows it, and what each field offers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cofactor.faces.studio.choices import Choice, choices
from cofactor.faces.studio.desk_form import as_shown
from cofactor.facts.food_lookup import find_food
from cofactor.facts.types import Food
from cofactor.person import words
from cofactor.person.labs import ASSAYS
from cofactor.report.text import Text

Values = Mapping[str, object]


def view(values: Values, lang: str) -> dict[str, Any]:
    """Everything the template needs."""
    text, offered = Text(lang), choices(lang)
    forms = dict(offered.forms)
    units = {analyte: _units(assay.units, text) for analyte, assay in ASSAYS.items()}

    def named(section: str, keys: tuple[str, ...]) -> tuple[Choice, ...]:
        return tuple(Choice(key, text(f"desk.{section}.{key}")) for key in keys)

    return {
        "choices": offered,
        "v": as_shown(values),
        "today": date.today().isoformat(),
        "forms_of": lambda nutrient: forms.get(nutrient, ()),
        "units_of": lambda analyte: units.get(analyte, ()),
        "lines_of": _lines,
        "food_name": lambda row: _food_name(row, lang),
        "skins": named("skin", tuple("123456")),
        "states": named("person", ("pregnant", "lactating")),
        "sunscreens": named("sun", words.first_spelling(words.SUNSCREEN)),
        "yes_no": named("answers", ("yes", "no", "unknown")),
        "references": tuple(Choice(name, name) for name in offered.references),
        "levels": ("STOP", "REFER", "CAUTION", "INFO"),
        "options": {"forms": _pairs(forms), "units": _pairs(units)},
    }


def _units(units: tuple[str, ...], text: Text) -> tuple[Choice, ...]:
    return tuple(Choice(unit, unit or text("desk.lab.no_unit")) for unit in units)


def _pairs(given: Mapping[str, tuple[Choice, ...]]) -> dict[str, list[tuple[str, str]]]:
    return {key: [(one.value, one.name) for one in of] for key, of in given.items()}


def _food_name(row: Values, lang: str) -> str:
    """What a food of the case is called: in the words of the case, else by the name of its id."""
    said, text = str(row.get("name") or ""), str(row.get("food") or "")
    found = find_food(text) if ":" in text and not said else ()
    if isinstance(found, Food):
        return found.name_fr if lang == "fr" else found.name_en
    return said or text


def _lines(row: Values) -> str:
    """The lines of a label as a person typed them."""
    lines = row.get("contents") or []
    found = lines if isinstance(lines, list) else [lines]
    return "\n".join(str(line.get("line", "")) if isinstance(line, Mapping) else str(line) for line in found)
