"""How the desk reads what was typed: each row by itself, so that a slip in one place hides nothing of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from pydantic_core import PydanticCustomError

from cofactor.assess.gates import evaluate
from cofactor.errors import InputError
from cofactor.person.case import parse_case
from cofactor.person.label import Aside, read_line
from cofactor.person.types import Case, Condition, EatenFood, LabResult, Medicine, Note, Supplement
from cofactor.report import numbers
from cofactor.report.page import GateLine, for_everyone, gate_line
from cofactor.report.words import Words

Values = Mapping[str, object]

_SOMEBODY: Values = {
    "cofactor": 1,
    "person": {"sex": "female", "age": 40, "weight": "65 kg", "menopause": "no"},
    "place": {"latitude": 48.9, "country": "FR"},
    "diet": {"reference": "EFSA"},
}
"""Anyone at all: a row is read beside this where the person is not known yet. None of it is shown."""
_GENERAL = ("menopause_assumed", "reference_assumed", "region_assumed", "nutrient_in_several")
"""Notes that belong to no row."""
_NOT_UNDERSTOOD = ("medicine_unknown", "condition_unknown", "hidden_source", "label_no_amount")
"""Notes on what was typed and not counted."""
_FOOD_SHOWN = ("vitamin_d", "magnesium", "calcium")


def read_back(values: Values, lang: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Sentences by place (``labs[0]``): what each row was understood as, where it can be; and what of it was not."""
    about = _about(values)
    empty = parse_case(about)
    found: dict[str, list[str]] = {}
    doubtful: dict[str, list[str]] = {}
    for place, alone in _rows(values):
        try:
            case = parse_case({**about, **alone})
        except InputError:
            continue
        words = Words(lang, evaluate(case))
        notes = _notes(case, empty)
        plain = [words.note(note) for note in notes if note.key not in _NOT_UNDERSTOOD]
        found[place] = [*_sentences(place, case, words), *plain]
        unknown = [words.note(note) for note in notes if note.key in _NOT_UNDERSTOOD]
        doubtful[place] = [*unknown, *(words.text("desk.read.other_line", line=line) for line in _other_lines(alone))]
    return found, doubtful


def general_notes(case: Case, lang: str) -> list[str]:
    """What was taken for granted about the person: notes that belong to no row."""
    words = Words(lang, evaluate(case))
    return [words.note(note) for note in case.notes if note.key in _GENERAL]


def gate_lines(case: Case, lang: str) -> list[GateLine]:
    """The gates that the case meets, the strictest first; those that hold for everyone are left out."""
    gates = evaluate(case)
    words = Words(lang, gates)
    return [gate_line(gate, words) for gate in gates.gates if not for_everyone(gate)]


def _about(values: Values) -> dict[str, object]:
    """Person and place as they stand, where they can be read; the day, so that dates can be judged."""
    day = {"today": values["today"]} if values.get("today") else {}
    for person in (values.get("person"), _SOMEBODY["person"]):
        about = {**_SOMEBODY, **day, "person": person, "place": values.get("place") or _SOMEBODY["place"]}
        try:
            parse_case(about)
        except InputError:
            continue
        return about
    return dict(_SOMEBODY)


def _rows(values: Values) -> Iterator[tuple[str, dict[str, object]]]:
    """Each row with its place, as the one row of its section."""
    for key in ("supplements", "medicines", "conditions", "labs"):
        for place, row in _entries(values.get(key)):
            yield f"{key}[{place}]", {key: [row]}
    diet = values.get("diet")
    if isinstance(diet, Mapping):
        for place, row in _entries(diet.get("foods")):
            yield f"diet.foods[{place}]", {"diet": {"reference": "EFSA", "foods": [row]}}


def _entries(rows: object) -> Iterator[tuple[int, object]]:
    yield from enumerate(rows if isinstance(rows, Sequence) and not isinstance(rows, str) else ())


def _other_lines(alone: Mapping[str, object]) -> Iterator[str]:
    """Lines of a label that name nothing of what is followed here, as typed."""
    for _, row in _entries(alone.get("supplements")):
        for _, entry in _entries(row.get("contents") if isinstance(row, Mapping) else None):
            line = entry.get("line") if isinstance(entry, Mapping) else entry
            with suppress(PydanticCustomError):
                read = read_line(str(line), "elemental")
                yield from (aside.text for aside in read if isinstance(aside, Aside) and not aside.nutrients)


def _notes(case: Case, empty: Case) -> list[Note]:
    return [note for note in case.notes if note not in empty.notes]


def _sentences(place: str, case: Case, words: Words) -> list[str]:
    if place.startswith("labs"):
        return [_lab(result, words) for result in case.labs]
    if place.startswith("supplements"):
        return [_taken(supplement, words) for supplement in case.supplements]
    if place.startswith("diet"):
        return [_eaten(eaten, words) for eaten in case.diet.foods]
    if place.startswith("medicines"):
        found = (_medicine(medicine, words) for medicine in case.medicines)  # one for each moment
        return list(dict.fromkeys(said for said in found if said))
    return [said for condition in case.conditions if (said := _condition(condition, words))]


def _lab(result: LabResult, words: Words) -> str:
    shown = numbers.level(result.value, result.analyte, words.lang, both=True)
    return words.text(
        "desk.read.lab",
        what=words.analyte(result.analyte),
        value=shown if result.operator == "=" else f"{result.operator}{numbers.NBSP}{shown}",
        day=numbers.day(result.date, words.lang),
    )


def _taken(supplement: Supplement, words: Words) -> str:
    return words.text(
        "desk.read.supplement",
        product=words.product(supplement.nutrient, supplement.form or ""),
        amount=words.amount(supplement.per_day, supplement.nutrient),
    )


def _eaten(eaten: EatenFood, words: Words) -> str:
    food = eaten.food
    held = []
    for nutrient in _FOOD_SHOWN:
        value = food.values.get(nutrient)
        if value is not None and value.high:
            amount = ((value.low or 0.0) + value.high) / 2 * eaten.grams_per_day / 100
            held.append(f"{words.nutrient(nutrient)} {numbers.amount(amount, nutrient, words.lang)}")
    return words.text(
        "desk.read.food",
        food=food.name_fr if words.lang == "fr" else food.name_en,
        grams=numbers.with_unit(numbers.number(eaten.grams_per_day, words.lang), "g", words.lang),
        held=words.join(held) if held else words.text("desk.read.nothing"),
    )


def _medicine(medicine: Medicine, words: Words) -> str:
    if medicine.atc is None:
        return ""
    count = len(medicine.interactions)
    return words.text("desk.read.medicine" if count else "desk.read.medicine_none", code=medicine.atc, count=str(count))


def _condition(condition: Condition, words: Words) -> str:
    if condition.icd10 is None and not condition.interactions:
        return ""
    code = condition.icd10 or words.text("desk.read.no_code")
    count = len(condition.interactions)
    return words.text("desk.read.condition" if count else "desk.read.condition_none", code=code, count=str(count))
