"""A label file becomes a product and the people who are to take it, or all of its problems at once.

Where a line can be read two ways (the weight of an element or of its compound), nothing is guessed: the product is kept
in both readings, and everything is worked out for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PlainValidator
from pydantic import field_validator as validator
from pydantic_core import PydanticCustomError

from cofactor.errors import InputError, Problem
from cofactor.person import documents
from cofactor.person.label import Aside, Content, read_line
from cofactor.person.quantities import iso_date
from cofactor.person.schema_base import NUMBER, nothing
from cofactor.person.schema_taken import PrintedIn
from cofactor.said import Said
from cofactor.trial.design import population_of
from cofactor.trial.schema_people import PopulationIn
from cofactor.trial.types import Population
from cofactor.trial.written import DAY, length_in

_HOW_TO_START = Said("Write the lines of the label under `contents:`, as printed (see examples/labels).")
LATITUDE = 48.0
"""Degrees north where neither latitude nor country is said: Paris, Munich, Vienna; a target of this tool."""
START = date(2026, 10, 1)
"""Where no start is said: the half of the year in which skin makes least. Only the day of the year counts."""
WEEKS = 26.0
MOST_PEOPLE = 20_000
"""Everybody lives once for each of some twenty sets of constants: 400,000 bodies, a minute or two on two cores."""


class Reads(StrEnum):
    """How the lines that can be read two ways are read."""

    PRINTED = "printed"  # no line is in doubt
    ELEMENTAL = "elemental"  # as weights of the element
    COMPOUND = "compound"  # as weights of the compound


class LabelFile(PrintedIn):
    """A product as printed, and who is to take it."""

    population: Annotated[PopulationIn, Field(default_factory=lambda: PopulationIn.model_validate({}))]
    start: Annotated[date | None, DAY, Field(description="Day of the start; none: all through the year.")] = START
    weeks: Annotated[float | None, NUMBER, PlainValidator(length_in(7.0)), Field(description="Length in weeks.")] = None

    @validator("start", mode="plain")
    @classmethod
    def _start(cls, value: object) -> date | None:
        return START if value is None else None if nothing(value) else iso_date(value)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one serving holds, in one way of reading the label."""

    reads: Reads
    contents: tuple[Content, ...]


@dataclass(frozen=True)
class Product:
    """A product as its label tells: servings at once, every so many days, at these moments."""

    name: str
    readings: tuple[Reading, ...]
    asides: tuple[Aside, ...]
    servings: float
    every: float  # days
    moments: tuple[str, ...]

    @cached_property
    def daily(self) -> float:
        """Servings a day, on average."""
        return self.servings * max(1, len(self.moments)) / self.every

    @property
    def doubtful(self) -> tuple[str, ...]:
        """The lines, as printed, that differ between the readings."""
        first, last = self.readings[0].contents, self.readings[-1].contents
        return tuple(content.as_printed for content in first if content not in last)

    def amounts(self, reading: Reading) -> dict[str, float]:
        """Elemental amount a day of each nutrient, in its own unit."""
        found: dict[str, float] = {}
        for content in reading.contents:
            found[content.nutrient] = found.get(content.nutrient, 0.0) + content.amount * self.daily
        return found


@dataclass(frozen=True, slots=True)
class LabelCase:
    """A product, the people who are to take it, when they begin and for how many days."""

    product: Product
    population: Population
    start: date | None
    days: float


def load_label(path: str | Path) -> LabelCase:
    """Read a label file. Raises :class:`InputError` with every problem."""
    path = Path(path)
    return parse_label(documents.text_of(path, Said("a label file")), name=path.stem)


def parse_label(label: Mapping[str, object] | str, name: str = "product") -> LabelCase:
    """Read a label from its YAML text or from plain values; ``name`` is for one that has none.

    Raises :class:`InputError` with every problem.
    """
    written = documents.of(label, _HOW_TO_START)
    problems = list(_missing(written))
    files: dict[Reads, LabelFile] = {}
    for reads, variant in _variants(written).items():
        try:
            files[reads] = documents.validated(LabelFile, variant)
        except InputError as error:
            problems += error.problems
    first = next(iter(files.values()), None)
    if first is not None:
        problems += _problems_of(first)
    if problems or first is None:
        raise InputError(dict.fromkeys(problems))
    return LabelCase(
        _product(files, name), placed(population_of(first.population)), first.start, first.weeks or WEEKS * 7
    )


def _missing(written: documents.Written) -> list[Problem]:
    if written.values.get("contents") is not None or written.values.get("product") is not None:
        return []
    expected = (Said("the lines of the label"), Said("or product: dsld:..."))
    return [Problem("contents", Said("nothing"), expected, _HOW_TO_START)]


def _problems_of(file: LabelFile) -> list[Problem]:
    found = []
    if (file.product or file.contents) is not None and not file.read.contents:
        do = Said("Add a line such as `Magnesium (citrate) 100 mg`.")
        found.append(Problem("contents", Said("no amount of a vitamin or mineral that is followed"), (), do))
    people = file.population.people
    if people > MOST_PEOPLE:
        do = Said("Ask for fewer people; `cofactor trial` takes more.")
        most = Said("at most {most:,}", most=MOST_PEOPLE)
        found.append(Problem("population.people", Said("{n:,}", n=people), (most,), do))
    return found


def _variants(written: documents.Written) -> dict[Reads, documents.Written]:
    """The file as written; or, where lines can be read two ways, the file in each."""
    contents = written.values.get("contents")
    lines = contents if isinstance(contents, list | tuple) else [contents]
    doubtful = {place: text for place, line in enumerate(lines) if (text := _in_doubt(line))}
    if not doubtful:
        return {Reads.PRINTED: written}
    found = {}
    for reads in (Reads.ELEMENTAL, Reads.COMPOUND):
        settled: list[Any] = [
            {"line": doubtful[place], "of": reads.value} if place in doubtful else line
            for place, line in enumerate(lines)
        ]
        found[reads] = replace(written, values={**written.values, "contents": settled})
    return found


def _in_doubt(line: object) -> str:
    """The text of a line that is refused as it is and taken either way; empty for any other."""
    text = line.get("line") if isinstance(line, Mapping) and set(line) == {"line"} else line
    if not isinstance(text, str) or _taken(text, None):
        return ""
    return text if all(_taken(text, of.value) for of in (Reads.ELEMENTAL, Reads.COMPOUND)) else ""


def _taken(text: str, of: str | None) -> bool:
    try:
        read_line(text, of)
    except PydanticCustomError:
        return False
    return True


def _product(files: Mapping[Reads, LabelFile], name: str) -> Product:
    first = next(iter(files.values()))
    return Product(
        name=first.label or first.read.name or name,
        readings=tuple(Reading(reads, file.read.contents) for reads, file in files.items()),
        asides=first.read.asides,
        servings=first.servings,
        every=first.every,
        moments=first.when,
    )


def placed(design: Population) -> Population:
    """The population, at :data:`LATITUDE` where neither latitude nor country is said."""
    return replace(design, latitude=LATITUDE) if design.latitude is None and design.country is None else design
