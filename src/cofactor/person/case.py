"""A case file becomes a :class:`~cofactor.person.types.Case`, or all of its problems at once.

    file -> text -> plain values (yaml_text) -> CaseFile (schema) -> Case

Everything that can be wrong at one place of the file is refused in the schema. What is left for here is to join the
parts, to fill in what follows from another part (the region from the country, the reference set from the region), and
to take note of what was read with an assumption.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from pydantic_core import PydanticCustomError

from cofactor.errors import InputError, Problem
from cofactor.facts.load import Facts, load
from cofactor.facts.types import Product
from cofactor.person import documents, doses, notes
from cofactor.person.catalogue import doubles, load_catalogue, product_of
from cofactor.person.eaten import same_food
from cofactor.person.problems import where
from cofactor.person.quantities import iso_date
from cofactor.person.schema import CaseFile, DietIn, LabIn, MedicineIn, json_schema
from cofactor.person.schema_base import Reading
from cofactor.person.schema_person import HolidayIn, PersonIn, PlaceIn, SeasonIn, SunIn
from cofactor.person.schema_taken import ProductIn, SupplementIn
from cofactor.person.types import (
    Case,
    Condition,
    Diet,
    EatenFood,
    Holiday,
    LabResult,
    Medicine,
    Note,
    Person,
    Place,
    Sun,
    SunHabit,
    Supplement,
)
from cofactor.person.words import AMERICA, EUROPE
from cofactor.said import Said
from cofactor.units import DAYS_PER_YEAR

__all__ = ["json_schema", "load_case", "parse_case", "parse_dose"]

PROBABILITY = 0.9
"""Asked probability of reaching each goal, where the case does not say."""
# Years. Outside of these ages the menopause is taken as not reached, or as past, where the case does not say; between
# them it is left open. 95 % of women reach it between 45 and 55 (assumed round, and set wider here).
_BEFORE_MENOPAUSE, _AFTER_MENOPAUSE = 40.0, 60.0


def load_case(path: str | Path, *, today: date | None = None) -> Case:
    """Read a case file. ``today`` stands in where the file names no day (the default is the day of the call).

    Catalogues under ``products`` are looked for beside the file. Raises :class:`InputError` with every problem.
    """
    path = Path(path)
    return parse_case(documents.text_of(path, Said("a case file")), today=today, folder=path.parent)


def parse_case(case: Mapping[str, object] | str, *, today: date | None = None, folder: Path | None = None) -> Case:
    """Read a case from its YAML text or from plain values. Raises :class:`InputError` with every problem.

    Catalogues under ``products`` are looked for in ``folder``; without one, products can only be written out.
    """
    case_file, reading = _read(case, today)
    problems = list(_contradictions(case_file.labs))
    products = _products(case_file, folder, problems)
    if problems:
        raise InputError(problems)
    return _case(case_file, reading, products)


def _contradictions(results: Sequence[LabIn]) -> Iterator[Problem]:
    """Results that give another value than one of the same day: which of them gates judge by would be chance."""
    first: dict[tuple[str, date], LabIn] = {}
    for i, result in enumerate(results):
        other = first.setdefault((result.analyte, result.day), result)
        if (other.value.operator, other.value.value) != (result.value.operator, result.value.value):
            got = Said("{value}, and {other} on the same day", value=result.value.as_typed, other=other.value.as_typed)
            yield Problem(where(("labs", i)), got, (Said("one result of a day"),), Said("Keep one of the two."))


def _products(case_file: CaseFile, folder: Path | None, problems: list[Problem]) -> tuple[Product, ...]:
    """What a plan may choose from, of the catalogues named and of what is written out."""
    found: list[tuple[str, Product]] = []
    for i, entry in enumerate(case_file.products):
        where = f"products[{i}]"
        if not isinstance(entry, str):
            found.append((where, product_of(entry)))
        elif folder is None:
            do = Said("Write the products themselves here, each with its name and contents.")
            problems.append(Problem(where, entry, (Said("products written out"),), do))
        else:
            try:
                found += [(where, product) for product in load_catalogue(folder / entry)]
            except InputError as error:
                problems += [
                    replace(p, where=Said("{entry}: {where}", entry=where, where=p.where)) for p in error.problems
                ]
    problems += doubles(found)
    return tuple(product for _, product in found)


def parse_dose(text: str, *, today: date | None = None) -> Supplement:
    """Read a dose as one line: ``vitamin_d D3 2000 IU``, ``magnesium citrate 100 mg daily at dinner``.

    The words are those of a case: nutrient, form, amount with its unit, then ``every``, then ``at`` a moment. Raises
    :class:`InputError` with every problem.
    """
    written = documents.of(doses.entry_of(text), Said("Write nutrient, form, amount and unit."))
    return _supplement(documents.validated(SupplementIn, written, Reading(today or date.today())), [])


def _read(case: Mapping[str, object] | str, today: date | None) -> tuple[CaseFile, Reading]:
    how_to_start = Said("Start the file with `cofactor: 1`, then person: and place: (see the examples).")
    document = documents.of(case, how_to_start)
    reading = Reading(_today(document.values.get("today"), today))
    return documents.validated(CaseFile, document, reading), reading


def _today(said: object, otherwise: date | None) -> date:
    """Return the day that the file names; a name that is no day is reported where it stands."""
    try:
        return iso_date(said)
    except PydanticCustomError:
        return otherwise or date.today()


def _case(case_file: CaseFile, reading: Reading, products: tuple[Product, ...]) -> Case:
    facts, found = load(), reading.notes
    person = _person(case_file.person, reading.today, found)
    place = _place(case_file.place, found)
    return Case(
        person=person,
        place=place,
        sun=sun_habits(case_file.sun),
        diet=_diet(case_file.diet, place, found),
        supplements=_taken(case_file.supplements, found),
        medicines=tuple(one for m in case_file.medicines for one in _medicine(m, facts, found)),
        conditions=tuple(_condition(c, facts, found) for c in case_file.conditions),
        answers={key: value for key, value in case_file.answers.items() if value is not None},
        labs=tuple(_lab(result, facts, person.sex, found) for result in case_file.labs),
        goals=case_file.goals,
        products=products,
        today=reading.today,
        probability=PROBABILITY if case_file.probability is None else case_file.probability,
        notes=tuple(found),
    )


def _person(person: PersonIn, today: date, found: list[Note]) -> Person:
    assert person.age is not None
    past, years = _menopause(person, person.age, today, found)
    return Person(
        name=person.name,
        sex=person.sex,
        age=person.age,
        weight_kg=person.weight,
        height_cm=person.height,
        skin=person.skin,
        state=person.state,
        postmenopausal=past,
        years_since_menopause=years,
    )


def _menopause(person: PersonIn, age: float, today: date, found: list[Note]) -> tuple[bool | None, float | None]:
    """Whether the menopause is past, and for how many years; the middle of the year is taken for its day."""
    if person.sex == "male":
        return None, None
    said = person.menopause
    if isinstance(said, bool):
        return said, None
    if said is not None:
        return True, max(0.0, (today - date(said, 7, 1)).days / DAYS_PER_YEAR)
    if person.state != "none" or age < _BEFORE_MENOPAUSE:
        return False, None
    if age >= _AFTER_MENOPAUSE:
        found.append(notes.note("menopause_assumed", age))
        return True, None
    return None, None


def _place(place: PlaceIn, found: list[Note]) -> Place:
    region = "US" if place.country in AMERICA else "EU"
    if place.country not in EUROPE | AMERICA:
        found.append(notes.note("region_assumed", region, place.country or ""))
    return Place(latitude=place.latitude, country=place.country, region=region)


def sun_habits(sun: SunIn | str | None) -> Sun:
    """Join what is said of the sun for the year and for its seasons; ``none`` is a life indoors."""
    if sun is None:
        return Sun.unsaid()
    if not isinstance(sun, SunIn):
        return Sun(SunHabit(minutes_per_day=0.0), SunHabit(minutes_per_day=0.0), stated=True, indoors=True)
    said = [part is not None for part in (sun.outdoors, sun.exposed, sun.sunscreen, sun.summer, sun.winter)]
    away = tuple(_holiday(holiday) for holiday in sun.holidays)
    return Sun(_habit(sun.summer, sun), _habit(sun.winter, sun), stated=any(said) or not away, holidays=away)


def _holiday(entry: HolidayIn) -> Holiday:
    return Holiday(entry.first, entry.last, entry.latitude, _habit(entry, entry), beach=bool(entry.beach))


def _habit(season: SeasonIn | None, year: SeasonIn) -> SunHabit:
    """Join the habit of a season with what is said for the whole year."""
    own = season or SeasonIn()
    return SunHabit(
        minutes_per_day=own.outdoors if own.outdoors is not None else year.outdoors,
        exposed=own.exposed if own.exposed is not None else year.exposed,
        sunscreen=own.sunscreen or year.sunscreen or SunHabit().sunscreen,
    )


def _diet(diet: DietIn | None, place: Place, found: list[Note]) -> Diet:
    diet = diet or DietIn(totals={}, foods=[])
    reference = diet.reference
    if reference is None:
        reference = "NASEM" if place.region == "US" else "EFSA"
        found.append(notes.note("reference_assumed", reference))
    for entry in diet.foods:
        if entry.name is not None and not same_food(entry.name, entry.food):
            food = entry.food
            found.append(notes.note("food_name_differs", entry.name, food.id, food.name_en, food.name_fr))
    return Diet(
        reference=reference,
        totals=diet.totals,
        foods=tuple(EatenFood(e.food, e.amount.grams_per_day, e.amount.as_typed) for e in diet.foods),
        complete=bool(diet.totals or diet.foods),
    )


def _taken(entries: Iterable[SupplementIn | ProductIn], found: list[Note]) -> tuple[Supplement, ...]:
    """Every intake of the case; a product gives one for each nutrient that its label names."""
    taken: list[Supplement] = []
    for place, entry in enumerate(entries):
        if isinstance(entry, SupplementIn):
            taken.append(_supplement(entry, found))
        else:
            taken += _product(entry, place, found)
    found += notes.of_duplicates(taken)
    return tuple(taken)


def _product(entry: ProductIn, place: int, found: list[Note]) -> Iterator[Supplement]:
    name = entry.label or entry.read.name
    found += notes.of_product(name or "", entry.read.contents, entry.read.asides)
    beside = tuple(aside.text for aside in entry.read.asides if aside.taken_for)
    for content in entry.read.contents:
        yield Supplement(
            nutrient=content.nutrient,
            form=None if content.form is None else content.form.id,
            amount=content.amount * entry.servings,
            every_days=entry.every,
            slot=entry.when[0] if entry.when else None,
            since=entry.since,
            until=entry.until,
            label=name,
            as_typed=content.as_printed,
            times_per_day=max(1, len(entry.when)),
            slots=entry.when,
            beside=beside,
            product=place,
        )


def _supplement(entry: SupplementIn, found: list[Note]) -> Supplement:
    found += notes.of_amount(entry.nutrient, entry.form, entry.of, entry.amount)
    found += notes.of_label(entry.label or "", (entry.nutrient,))
    return Supplement(
        nutrient=entry.nutrient,
        form=None if entry.form is None else entry.form.id,
        amount=entry.amount.value,
        every_days=entry.every,
        slot=entry.when[0] if entry.when else None,
        since=entry.since,
        until=entry.until,
        label=entry.label,
        as_typed=entry.amount.as_typed,
        times_per_day=max(1, len(entry.when)),
        slots=entry.when,
    )


def _medicine(medicine: MedicineIn, facts: Facts, found: list[Note]) -> list[Medicine]:
    """A medicine, once for each moment at which it is taken."""
    atc, interactions = facts.medicine(medicine.name)
    if atc is None:
        found.append(notes.of_medicine(medicine.name, facts))
    found += notes.of_holding(medicine.name, atc)
    slots = tuple(dict.fromkeys(medicine.when)) or (None,)
    return [Medicine(medicine.name, atc, interactions, slot, medicine.every, medicine.since) for slot in slots]


def _condition(name: str, facts: Facts, found: list[Note]) -> Condition:
    icd10, interactions = facts.condition(name)
    if icd10 is None and not interactions:
        found.append(notes.of_condition(name, facts))
    return Condition(name, icd10, interactions)


def _lab(entry: LabIn, facts: Facts, sex: str, found: list[Note]) -> LabResult:
    value = entry.value
    result = LabResult(entry.day, entry.analyte, value.value, value.unit, value.operator, value.as_typed)
    found += notes.of_lab(result, value, facts, sex)
    return result
