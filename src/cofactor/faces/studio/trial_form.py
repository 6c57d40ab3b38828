"""A trial as a form: every field is named by the place in the trial file that it stands for.

``arms[0].give[1].amount`` is a field, and the place that a problem names; ``observe.weeks[]`` holds a list with commas.
A file is taken apart into such fields and put together from them again, so that whatever a file says stands somewhere
on the page, also where the form has no field of its own for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from pydantic import BaseModel

from cofactor.errors import InputError, Problem
from cofactor.facts.load import load
from cofactor.model.tables import outcomes
from cofactor.person.words import COUNTRIES
from cofactor.person.yaml_text import read, scalar
from cofactor.said import Said
from cofactor.trial.schema import ObserveIn, TrialFile
from cofactor.trial.written import MODELLED

Fields = dict[str, str]
"""Text of each field, by its place."""
STARTS = ("winter", "calcium", "magnesium")
"""The trials that a new one may begin with."""
LIST = "[]"
_TEXTS = ("name", "about")  # what a person calls things stays text, also where it looks like a number
_LISTED = ("give", "infuse")
_PLACE = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[\d{1,3}\])*(?:\[\])?")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_ARM, _GIVE = re.compile(r"arms\[(\d+)\]"), re.compile(r"arms\[(\d+)\]\.give\[(\d+)\]")
_UNIT = ".unit"
_NAME_OF_ARM = re.compile(r"arms\[\d+\]\.name")
_MOST_STEPS, _MOST_INDEX = 8, 200


def start(name: str) -> str:
    """The text of a trial to begin with."""
    return (files("cofactor.faces.studio") / "starts" / f"{name}.yaml").read_text(encoding="utf-8")


def taken_apart(text: str) -> Fields:
    """The fields of a trial file. Raises :class:`InputError` where the text has no keys and values."""
    value = read(text).value
    if not isinstance(value, Mapping):
        do = Said("Open a file that begins with `trial: 1`.")
        raise InputError([Problem(Said("file"), Said("no keys and values"), (Said("a trial file"),), do)])
    return dict(_flat("", value))


def _flat(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, entry in value.items():
            alone = key in _LISTED and isinstance(entry, Mapping)  # one entry may stand without the dash of a list
            yield from _flat(f"{place}.{key}" if place else str(key), [entry] if alone else entry)
    elif isinstance(value, list) and any(isinstance(entry, Mapping | list) for entry in value):
        for i, entry in enumerate(value):
            yield from _flat(f"{place}[{i}]", entry)
    elif isinstance(value, list):
        yield place + LIST, ", ".join(_text(entry) for entry in value)
    else:
        yield place, _text(value)


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else f"{value}"


def put_together(pairs: Sequence[tuple[str, str]]) -> dict[str, object]:
    """The values of a trial file from fields. An empty field says nothing; entries of lists close up."""
    found: dict[str, object] = {}
    said = {place.rpartition(".")[0] for place, text in pairs if text.strip() and not place.endswith(_UNIT)}
    for place, text in pairs:
        if place.endswith(_UNIT) and place.removesuffix(_UNIT) not in said:
            continue  # a unit is chosen always, and says nothing without a number
        steps = [key or int(index) for key, index in _STEP.findall(place.removesuffix(LIST))]
        if not _is_place(place, steps):
            got, do = Said("no place of a trial file"), Said("Reload the page.")
            raise InputError([Problem(place[:80], got, (), do)])
        if text.strip() or _NAME_OF_ARM.fullmatch(place):  # an arm stands in its place while it has no name yet
            _put(found, steps, _value(place, text.strip()) if text.strip() else None)
    closed = _closed(found)
    assert isinstance(closed, dict)
    return _in_order(closed)


def _is_place(place: str, steps: Sequence[str | int]) -> bool:
    few = 0 < len(steps) <= _MOST_STEPS
    return few and _PLACE.fullmatch(place) is not None and all(s <= _MOST_INDEX for s in steps if isinstance(s, int))


def _value(place: str, text: str) -> object:
    if place.endswith(LIST):
        return [scalar(entry.strip()) for entry in text.split(",") if entry.strip()]
    return text if place.rpartition(".")[2] in _TEXTS else scalar(text)


def _put(into: dict[str, object], steps: Sequence[str | int], value: object) -> None:
    """Lists are mappings by number here; :func:`_closed` makes them lists."""
    held: dict[str | int, object] = into  # type: ignore[assignment]
    for step in steps[:-1]:
        inner = held.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        held = inner
    last, before = steps[-1], held.get(steps[-1])
    held[last] = [*before, *value] if isinstance(before, list) and isinstance(value, list) else value


def _closed(value: object) -> object:
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(key, int) for key in value):
        return [_closed(value[key]) for key in sorted(value)]
    return {key: _closed(entry) for key, entry in value.items()}


def _in_order(values: dict[str, object]) -> dict[str, object]:
    """The same in the order in which the format lists its keys, whatever the order of the fields on the page."""
    observe = values.get("observe")
    if isinstance(observe, dict):
        values = {**values, "observe": _by(observe, ObserveIn)}
    return _by(values, TrialFile)


def _by(values: dict[str, object], model: type[BaseModel]) -> dict[str, object]:
    known = list(model.model_fields)
    return {key: values[key] for key in sorted(values, key=lambda key: (*known, key).index(key))}


# ------------------------------------------------------------------------------------------------- arms and their doses


@dataclass(frozen=True, slots=True)
class ArmRows:
    """The numbers of an arm and of what it gives, as they stand in the names of its fields."""

    index: int
    gives: tuple[int, ...]


def arm_rows(fields: Fields) -> tuple[ArmRows, ...]:
    """The arms that a form shows."""
    arms = sorted({int(found[1]) for place in fields if (found := _ARM.match(place))})
    gives = {(int(found[1]), int(found[2])) for place in fields if (found := _GIVE.match(place))}
    return tuple(ArmRows(arm, tuple(sorted(g for a, g in gives if a == arm))) for arm in arms)


def changed(fields: Fields, action: str) -> tuple[Fields, str]:
    """The fields after an action, numbered anew, and the place to stand in then.

    ``arm+`` adds an arm, ``copy 2`` one like the third, ``arm- 2`` takes it out; ``give+ 2`` adds a dose to it, and
    ``give- 2.0`` takes its first dose out.
    """
    verb, _, rest = action.partition(" ")
    arm, _, give = rest.partition(".")
    rows = {str(row.index): row for row in arm_rows(fields)}
    new = f"arms[{len(rows)}]"
    if verb == "arm+":
        return {**fields, f"{new}.name": ""}, f"{new}.name"
    if arm not in rows:
        return fields, ""
    place = f"arms[{arm}]"
    if verb == "copy":
        copied = {p.replace(place, new, 1): text for p, text in fields.items() if p.startswith(place)}
        return {**fields, **copied, f"{new}.name": ""}, f"{new}.name"
    if verb == "give+":
        dose = f"{place}.give[{len(rows[arm].gives)}]"
        return {**fields, **_dose(dose)}, f"{dose}.amount"
    gone = f"{place}.give[{give}]" if verb == "give-" else place
    kept = {p: text for p, text in fields.items() if not p.startswith(gone)}
    return numbered(kept), f"{place}.name" if verb == "give-" else ""


def numbered(fields: Fields) -> Fields:
    """The same with arms, and the doses of each, numbered without gaps, as the file will number them."""
    found: Fields = {}
    rows = {row.index: (new, row) for new, row in enumerate(arm_rows(fields))}
    for place, text in fields.items():
        given, arm = _GIVE.match(place), _ARM.match(place)
        if arm is None:
            found[place] = text
            continue
        new, row = rows[int(arm[1])]
        moved = place.replace(arm[0], f"arms[{new}]", 1)
        if given is not None:
            moved = moved.replace(f".give[{given[2]}]", f".give[{row.gives.index(int(given[2]))}]", 1)
        found[moved] = text
    return found


def _dose(place: str) -> Fields:
    return {f"{place}.nutrient": "vitamin_d", f"{place}.form": "D3", f"{place}.amount": "", f"{place}.every": "day"}


# ------------------------------------------------------------------------------------------------- what the form offers

POPULATION = (
    ("people", "population.people"),
    ("seed", "population.seed"),
    ("female", "population.female"),
    ("latitude", "population.latitude"),
    ("country", "population.country"),
    ("age", "population.age.mean", "population.age.sd", "population.age.min", "population.age.max"),
    ("bmi", "population.bmi.mean", "population.bmi.sd"),
    ("baseline", "population.baseline.25OHD.mean", "population.baseline.25OHD.sd", "population.baseline.25OHD.unit"),
    ("intake_d", "population.intake.vitamin_d"),
    ("intake_mg", "population.intake.magnesium"),
    ("intake_ca", "population.intake.calcium"),
    ("medicines", "population.medicines[]"),
)
"""Groups of fields about people: a word for the group, then the places of its fields."""
COURSE = (("start", "start"), ("weeks", "weeks"), ("reads", "observe.weeks[]"))
_GIVEN = ("nutrient", "form", "amount", "every", "when[]", "at[]", "from", "until")
_OF_ARM = ("name", "adherence", "diet.magnesium", "diet.calcium")
OUTCOMES = "observe.outcomes[]"


def others(fields: Fields) -> Fields:
    """Fields that the form has no place of its own for."""
    shown = {"trial", "name", OUTCOMES, *(place for group in (*POPULATION, *COURSE) for place in group[1:])}
    for row in arm_rows(fields):
        shown |= {f"arms[{row.index}].{name}" for name in _OF_ARM}
        shown |= {f"arms[{row.index}].give[{give}].{name}" for give in row.gives for name in _GIVEN}
    return {place: text for place, text in fields.items() if place not in shown}


def choices() -> dict[str, Sequence[str]]:
    """What may be chosen: nutrients, forms (``nutrient form``), outcomes, countries, units."""
    return {
        "nutrients": MODELLED,
        "forms": [f"{form.nutrient} {form.id}" for form in load().forms if form.nutrient in MODELLED],
        "outcomes": [outcome.id for outcome in outcomes()],
        "countries": sorted(COUNTRIES),
        "units": ("nmol/L", "ng/mL"),
    }
