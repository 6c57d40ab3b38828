"""A trial as the later steps see it: checked, with every quantity in one fixed unit.

Units: years, kg/m², kg, degrees, days from the start; nutrients in the unit of ``facts.load.NUTRIENT_UNIT`` per day;
analytes in the SI unit of ``facts.load.ANALYTE_UNIT``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cofactor.person.types import Sun

UNSAID_SUN = Sun.unsaid()
"""Habits of an ordinary indoor worker, by latitude."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A quantity between people: ``sd`` is None where only the mean is said. ``low`` and ``high`` cut it off."""

    mean: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Population:
    """Who takes part. ``None`` and empty ask for the defaults."""

    people: int = 1000
    seed: int = 1
    female: float = 0.5
    age: Spread = Spread()
    bmi: Spread | None = None  # kg/m²
    weight: Spread | None = None  # kg
    latitude: float | None = None
    country: str | None = None
    skin: Mapping[int, float] = field(default_factory=dict)  # Fitzpatrick type -> share
    postmenopausal: float | None = None  # share of the women; by age where not said
    gfr: Spread | None = None  # mL/min per 1.73 m²
    baseline: Mapping[str, Spread] = field(default_factory=dict)  # analyte -> reading at the start
    intake: Mapping[str, Spread] = field(default_factory=dict)  # nutrient -> habitual intake from food per day
    medicines: tuple[str, ...] = ()  # ATC codes
    sun: Sun = UNSAID_SUN


@dataclass(frozen=True, slots=True)
class Give:
    """Something given by mouth: ``amount`` elemental, per intake, in the nutrient's unit.

    Either repeated, ``every`` so many days from day ``begin`` until just before day ``end`` (None: to the end of the
    trial), ``moments`` naming the intakes of a day; or on the days ``at``.
    """

    nutrient: str
    form: str | None
    amount: float
    every: float = 1.0
    at: tuple[float, ...] = ()
    moments: tuple[str, ...] = ()
    begin: float = 0.0
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Infusion:
    """``mmol`` of magnesium or calcium into a vein over ``hours``, beginning at each of the days ``at``.

    A negative amount of calcium is taken away (citrate, EDTA).
    """

    nutrient: str
    mmol: float
    at: tuple[float, ...]
    hours: float


@dataclass(frozen=True, slots=True)
class Arm:
    """One treatment. ``diet`` replaces the habitual intake from day 0 on; ``adherence`` None asks for the default."""

    name: str
    give: tuple[Give, ...] = ()
    diet: Mapping[str, float] = field(default_factory=dict)
    infuse: tuple[Infusion, ...] = ()
    adherence: float | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """A whole trial file, checked. ``start`` None is recruitment all through the year: no season."""

    name: str
    population: Population
    arms: tuple[Arm, ...]
    days: float  # length
    outcomes: tuple[str, ...]
    observed: tuple[float, ...]  # days on which outcomes are read, rising
    start: date | None = None
    dark: bool = False  # no UVB from the start on
