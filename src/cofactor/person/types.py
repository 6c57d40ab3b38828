"""A person as the later stages see one: checked, with every quantity in one fixed unit.

Canonical units: years, kg, cm, degrees; nutrients in the unit of ``facts.load.NUTRIENT_UNIT`` per day; analytes in the
SI unit of ``facts.load.ANALYTE_UNIT``. ``None`` is "not said", which is never the same as zero or no.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from cofactor.facts.types import Food, Product


@dataclass(frozen=True, slots=True)
class Note:
    """Something of the file that was read with an assumption, or that its owner should look at again.

    A sentence by key, with the values it shows; the sentence itself lives in ``report/text``. The keys are
    ``person.notes.NOTES``.
    """

    key: str
    values: dict[str, str | float]


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is."""

    name: str | None
    sex: str  # female | male
    age: float  # years, on the case's ``today``
    weight_kg: float
    height_cm: float | None
    skin: int | None  # Fitzpatrick 1-6
    state: str  # none | pregnant | lactating
    postmenopausal: bool | None  # None for men and where it is not said and the age leaves it open
    years_since_menopause: float | None

    @property
    def bmi(self) -> float | None:
        """kg/m², where the height is known."""
        return None if self.height_cm is None else self.weight_kg / (self.height_cm / 100) ** 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where the person lives. ``region`` chooses the table of limits and is never mixed with another."""

    latitude: float
    country: str | None  # ISO 3166-1 alpha-2
    region: str  # EU | US


@dataclass(frozen=True, slots=True)
class SunHabit:
    """Time outdoors in one season; ``None`` asks for the default habit of the latitude."""

    minutes_per_day: float | None = None
    exposed: float | None = None  # fraction of the body surface
    sunscreen: str = "sometimes"  # never | sometimes | usually | always


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days elsewhere, from the first to the last, both included."""

    first: date
    last: date
    latitude: float
    habit: SunHabit
    beach: bool  # most of the time outdoors on open ground: beach, water, snow-free slopes


@dataclass(frozen=True, slots=True)
class Sun:
    """Sun habits. Where only one season was given, both are the same."""

    summer: SunHabit
    winter: SunHabit
    stated: bool  # whether the case says anything at all
    indoors: bool = False  # `sun: none`
    holidays: tuple[Holiday, ...] = ()

    @classmethod
    def unsaid(cls) -> Sun:
        """The habits of an ordinary indoor worker, where nothing is said."""
        return cls(SunHabit(), SunHabit(), stated=False)


@dataclass(frozen=True, slots=True)
class EatenFood:
    """A food of the case with its amount."""

    food: Food
    grams_per_day: float
    as_typed: str


@dataclass(frozen=True, slots=True)
class Diet:
    """What is eaten. ``totals`` (low, high per day) replace the sum over foods for their nutrient."""

    reference: str  # EFSA | NASEM | ANSES | NNR2023
    totals: dict[str, tuple[float, float]]
    foods: tuple[EatenFood, ...]
    complete: bool  # whether the foods are said to be the whole diet (totals or foods given at all)


@dataclass(frozen=True, slots=True)
class Supplement:
    """A supplement as taken: ``amount`` is elemental, per intake, in the canonical unit of the nutrient."""

    nutrient: str
    form: str | None  # id of facts.Form, None where the case names none
    amount: float
    every_days: float
    slot: str | None  # waking | breakfast | lunch | dinner | bedtime
    since: date | None
    until: date | None
    label: str | None
    as_typed: str  # the amount as it stood in the file, read back to the user
    times_per_day: int = 1
    slots: tuple[str, ...] = ()  # every moment it is taken at, in the order of the file; ``slot`` is the first
    beside: tuple[str, ...] = ()  # lines of its label, as printed, of what is not followed here: folic acid, iodine
    product: int | None = None  # entries that one label gives share a number; None for an entry of one nutrient

    @property
    def per_day(self) -> float:
        """Mean elemental amount per day."""
        return self.amount * self.times_per_day / self.every_days


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine, found in the tables or not."""

    as_typed: str
    atc: str | None  # code or prefix, None where the name is not in our tables
    interactions: tuple[str, ...]  # ids in the interactions table
    slot: str | None = None  # when it is taken, if said
    every_days: float = 1.0
    since: date | None = None  # a day on which it is taken, for what is not daily


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition, by id of the interactions table or by ICD-10."""

    as_typed: str
    icd10: str | None
    interactions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LabResult:
    """One measurement in the SI unit of its analyte. ``operator`` keeps ``<`` and ``>``."""

    date: date
    analyte: str
    value: float
    unit: str
    operator: str  # "=" | "<" | ">"
    as_typed: str


@dataclass(frozen=True, slots=True)
class Case:
    """A whole case file, checked."""

    person: Person
    place: Place
    sun: Sun
    diet: Diet
    supplements: tuple[Supplement, ...]
    medicines: tuple[Medicine, ...]
    conditions: tuple[Condition, ...]
    answers: dict[str, bool | str | float]  # only what was answered
    labs: tuple[LabResult, ...]
    goals: dict[str, tuple[float, float | None]]  # only what the case asks for
    products: tuple[Product, ...]  # to choose from, in place of the generic ones
    today: date
    probability: float = 0.9  # asked probability of reaching each goal
    notes: tuple[Note, ...] = field(default=())  # what was read with an assumption, shown back to the user

    def lab(self, analyte: str) -> LabResult | None:
        """The latest result of an analyte, or None."""
        found = [r for r in self.labs if r.analyte == analyte]
        return max(found, key=lambda r: r.date) if found else None
