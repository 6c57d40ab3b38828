"""Ciqual's XML: foods, components and contents in files of flat records.

The official files hold bare ``<`` in their values (``< 0,2``) and are therefore no XML. They are read record by record
and tag by tag, which also leaves no room for entities.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

from cofactor.facts.food_files.cells import CellError, factor, possible, read_cell
from cofactor.facts.food_files.items import AGAIN, FileError, Item
from cofactor.facts.food_files.kinds import Kind
from cofactor.facts.food_files.nutrients import ALTERNATIVE, CIQUAL_HEADERS, UNIT
from cofactor.facts.food_files.records import FoodRow, NameRow, Reading, Refused, Release, Row
from cofactor.facts.names import fold
from cofactor.facts.types import FoodValue
from cofactor.said import Said

Record = dict[str, str]

_FIELD = re.compile(r"<(\w+)>\s*(.*?)\s*</\1>", re.DOTALL)
_EMPTY_FIELD = re.compile(r"<\w+\s*/>|<\w+\s+missing=.*?/>")
_UNIT = re.compile(r"\(\s*([µμ]g|ug|mg|g)\s*/\s*100\s*g\s*\)\s*$", re.IGNORECASE)
_LONGEST_RECORD = 1 << 16  # characters
_MOST_FOODS = 1 << 16
_ONE_FOLDER = Said("Put all XML files in one folder.")


def records(item: Item, tag: str) -> Iterator[Record]:
    """The records ``<tag>...</tag>`` of a file, as texts by field."""
    begin, end = f"<{tag}>", f"</{tag}>"
    kept = ""
    for line in item.lines():
        if not kept and begin not in line:
            continue
        kept += line
        while end in kept:
            record, _, kept = kept.partition(end)
            inner = _EMPTY_FIELD.sub("", record.partition(begin)[2])
            yield {name.lower(): html.unescape(" ".join(text.split())) for name, text in _FIELD.findall(inner)}
            kept = kept if begin in kept else ""
        if len(kept) > _LONGEST_RECORD:
            raise FileError(Said("a record {tag} without an end", tag=tag), (Said("Ciqual's XML"),), AGAIN)
    if kept:
        raise FileError(Said("a file that ends within a record {tag}", tag=tag), (Said("a whole file"),), AGAIN)


def read_xml(parts: Mapping[Kind, Item], ceilings: Mapping[str, float]) -> Reading:
    """Read the files that are there; without the contents (compo) only names come of it."""
    files = tuple(item.name for item in parts.values())
    for item in parts.values():
        item.check()
    if Kind.CIQUAL_FOODS not in parts:
        raise FileError(", ".join(files), (Said("the file of foods (alim) beside it"),), _ONE_FOLDER)
    if Kind.CIQUAL_VALUES not in parts:
        return Reading(Release.CIQUAL_2020, _names(parts[Kind.CIQUAL_FOODS]), files, ("names_only",))
    if Kind.CIQUAL_COMPONENTS not in parts:
        raise FileError(", ".join(files), (Said("the file of components (const) beside it"),), _ONE_FOLDER)
    components = _components(parts[Kind.CIQUAL_COMPONENTS])
    known = {nutrient for nutrient, _ in components.values()}
    release = Release.CIQUAL_2025 if {"vitamin_d2", "vitamin_d3"} <= known else Release.CIQUAL_2020
    return Reading(release, _foods(parts, components, release, ceilings), files)


def _names(item: Item) -> Iterator[Row]:
    for number, record in enumerate(_some(records(item, "ALIM"))):
        code, name_fr, name_en = (record.get(k, "") for k in ("alim_code", "alim_nom_fr", "alim_nom_eng"))
        if not code.isdigit() or not (name_fr or name_en):
            yield Refused(Said("record {n}", n=number + 1), Said("no code or no name"))
        else:
            yield NameRow(Release.CIQUAL_2020, code, name_en, name_fr)


def _components(item: Item) -> dict[str, tuple[str, float]]:
    """Code of a component -> the nutrient (perhaps as an alternative) and the factor to its unit."""
    found = {}
    for record in records(item, "CONST"):
        for key in ("const_nom_fr", "const_nom_eng"):
            name = record.get(key, "")
            unit = _UNIT.search(name)
            nutrient = CIQUAL_HEADERS.get(fold(name[: unit.start()])) if unit else None
            if unit is not None and nutrient is not None:
                own = UNIT[nutrient.removeprefix(ALTERNATIVE)]
                found[record.get("const_code", "")] = nutrient, factor(unit[1].replace("μ", "µ"), own)
    if not {"calcium", "magnesium"} <= {nutrient for nutrient, _ in found.values()}:
        got = Said("components without calcium or magnesium")
        raise FileError(got, (Said("Ciqual's const file"),), AGAIN)
    return found


def _foods(
    parts: Mapping[Kind, Item],
    components: Mapping[str, tuple[str, float]],
    release: Release,
    ceilings: Mapping[str, float],
) -> Iterator[Row]:
    values: dict[str, dict[str, FoodValue]] = {}
    broken: dict[str, str] = {}
    for record in records(parts[Kind.CIQUAL_VALUES], "COMPO"):
        known = components.get(record.get("const_code", ""))
        if known is None:
            continue
        code, (nutrient, by) = record.get("alim_code", ""), known
        proper = nutrient.removeprefix(ALTERNATIVE)
        own = values.setdefault(code, {})
        if len(values) > _MOST_FOODS:
            raise FileError(Said("too many foods"), (Said("the table of Ciqual"),), Said("Check the file."))
        flag = "alt" if proper != nutrient else ""
        try:
            value = read_cell(record.get("teneur", ""), by, ceilings.get(proper), flag)
        except CellError as error:
            broken.setdefault(code, Said("{nutrient}: {fault}", nutrient=proper, fault=str(error)))
            continue
        if not possible(value, UNIT[proper]):
            broken.setdefault(code, Said("{nutrient}: more than 100 g in 100 g", nutrient=proper))
        elif value.known and (not flag or proper not in own) and (flag or proper not in own or _alt(own[proper])):
            own[proper] = value
    for number, record in enumerate(_some(records(parts[Kind.CIQUAL_FOODS], "ALIM"))):
        code, name_fr, name_en = (record.get(k, "") for k in ("alim_code", "alim_nom_fr", "alim_nom_eng"))
        if not code.isdigit() or not (name_fr or name_en):
            yield Refused(Said("record {n}", n=number + 1), Said("no code or no name"))
        elif code in broken:
            yield Refused(code, broken[code])
        else:
            group = next((g for key in _GROUPS if (g := record.get(key, "")).strip("0-")), "")
            yield FoodRow(release, code, name_en, name_fr, group, values.get(code, {}))


_GROUPS = ("alim_ssssgrp_code", "alim_ssgrp_code", "alim_grp_code")


def _alt(value: FoodValue) -> bool:
    return "alt" in value.qualifier.split()


def _some(found: Iterator[Record]) -> Iterator[Record]:
    for number, record in enumerate(found):
        if number >= _MOST_FOODS:
            raise FileError(Said("too many foods"), (Said("the table of Ciqual"),), Said("Check the file."))
        yield record
