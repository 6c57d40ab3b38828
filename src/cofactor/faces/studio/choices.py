"""What the desk offers to choose from, in one language: names beside the ids of the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from babel import Locale

from cofactor.assess.gates import emergencies
from cofactor.facts.gates import questions
from cofactor.facts.load import NUTRIENT_UNIT, load
from cofactor.facts.names import fold
from cofactor.facts.towns import towns
from cofactor.person import words
from cofactor.person.labs import ASSAYS
from cofactor.report.names import Names, capital

PERIODS = ("day", "2 days", "week", "2 weeks", "month", "3 months")
LONGEST_LIST = 8
"""Suggestions of a search: what can be taken in at a glance."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of the file and what it is called; ``more`` is what a script needs to know of it."""

    value: str
    name: str
    more: str = ""


@dataclass(frozen=True)
class Choices:
    """Everything that the form offers."""

    nutrients: tuple[Choice, ...]
    forms: tuple[tuple[str, tuple[Choice, ...]], ...]  # by nutrient
    analytes: tuple[Choice, ...]  # more: its units, with | between them
    slots: tuple[Choice, ...]
    periods: tuple[Choice, ...]
    countries: tuple[Choice, ...]
    towns: tuple[tuple[str, tuple[Choice, ...]], ...]  # by country; more: latitude and country with | between them
    references: tuple[str, ...]
    flags: tuple[Choice, ...]
    questions: tuple[Choice, ...]


@cache
def choices(lang: str) -> Choices:
    """What can be chosen, in one language."""
    names = Names(lang)
    asked = tuple(Choice(q, names.text(f"question.{q}")) for q in questions())
    return Choices(
        nutrients=tuple(Choice(n, capital(names.nutrient(n)), unit) for n, unit in NUTRIENT_UNIT.items()),
        forms=tuple((n, _forms(n, names)) for n in NUTRIENT_UNIT),
        analytes=tuple(Choice(a, names.analyte(a), "|".join(assay.units)) for a, assay in ASSAYS.items()),
        slots=tuple(Choice(s, names.text(f"desk.slot.{s}")) for s in words.first_spelling(words.SLOTS)),
        periods=tuple(Choice(p, names.text(f"desk.period.{p.replace(' ', '_')}")) for p in PERIODS),
        countries=_countries(words.COUNTRIES, lang),
        towns=_towns(lang),
        references=words.REFERENCES,
        flags=tuple(one for one in asked if one.value in emergencies()),
        questions=tuple(one for one in asked if one.value not in emergencies()),
    )


def _forms(nutrient: str, names: Names) -> tuple[Choice, ...]:
    return tuple(Choice(f.id, names.form(nutrient, f.id)) for f in load().forms if f.nutrient == nutrient)


def _countries(codes: Iterable[str], lang: str) -> tuple[Choice, ...]:
    territories = Locale(lang).territories
    found = (Choice(code, str(territories.get(code, code))) for code in codes)
    return tuple(sorted(found, key=lambda choice: fold(choice.name)))


def _towns(lang: str) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """Towns by country, both in the order of the language's alphabet."""
    cities = Locale(lang).time_zones
    by_country: dict[str, list[Choice]] = {}
    for town in towns():
        if town.country in words.COUNTRIES:
            plain = town.zone.rpartition("/")[-1].replace("_", " ")
            name = str(dict(cities.get(town.zone, {})).get("city", plain))
            by_country.setdefault(town.country, []).append(Choice(town.zone, name, f"{town.latitude}|{town.country}"))
    for of_country in by_country.values():
        of_country.sort(key=lambda town: fold(town.name))
    return tuple((country.name, tuple(by_country[country.value])) for country in _countries(by_country, lang))


def medicines(text: str, lang: str) -> list[Choice]:
    """Medicines and their classes whose names hold what was typed, those that begin with it first."""
    rows = [
        (m.name_fr if lang == "fr" else m.name_en, (m.name_en, m.name_fr, *m.synonyms), m.atc) for m in load().medicines
    ]
    return _found(text, rows)


def conditions(text: str, lang: str) -> list[Choice]:
    """Conditions whose names hold what was typed, those that begin with it first."""
    rows = [
        (c.name_fr if lang == "fr" else c.name_en, (c.name_en, c.name_fr, *c.synonyms), c.icd10)
        for c in load().conditions
    ]
    return _found(text, rows)


def _found(text: str, rows: Iterable[tuple[str, tuple[str, ...], str]]) -> list[Choice]:
    wanted = fold(text)
    ranked = [
        (not begins, len(name), Choice(name, name, code))
        for name, known, code in rows
        if wanted and (places := [fold(k) for k in known if wanted in fold(k)])
        for begins in [any(place.startswith(wanted) for place in places)]
    ]
    return [choice for *_, choice in sorted(ranked, key=lambda found: found[:2])][:LONGEST_LIST]
