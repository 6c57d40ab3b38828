"""What the shipped tables hold, as frozen values. One class per table; one field per column."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

NO_COLUMN = {"column": False}
"""Mark of a field that no shipped table has: it keeps its default there."""


class Trust(StrEnum):
    """How a value is known. The mark travels with the value into every report."""

    VERIFIED = "verified"  # read in a source that is named
    DERIVED = "derived"  # computed from verified values; the rule is named
    FITTED = "fitted"  # set so that a named test or data set comes out
    TARGET = "target"  # a choice: the reference adult, a working value
    ASSUMED = "assumed"  # an assumption that nobody has checked
    RECALL = "recall"  # from memory, not checked against a source


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from, and how well that is known."""

    text: str
    trust: Trust
    detail: str = ""  # the address that was read, or what exactly was and was not verified


@dataclass(frozen=True, slots=True)
class ReferenceIntake:
    """One dietary reference value of one body for one group of people.

    ``value`` is in the canonical unit of the nutrient (µg/d or mg/d, see ``facts.load.NUTRIENT_UNIT``). ``measure`` is
    one of ``facts.checks.MEASURES``; ``applies_to`` tells what the value counts: ``total``, ``supplement`` (supplements
    and medicines, and what is added to food), ``preformed`` (retinol) or ``label`` (a labelling reference).
    ``age_min`` and ``age_max`` are completed years, both ends included: 18 to 50 covers 18.0 <= age < 51.
    """

    authority: str
    nutrient: str
    measure: str
    sex: str  # female | male | both
    age_min: float
    age_max: float
    state: str  # none | pregnant | lactating
    value: float
    unit: str
    applies_to: str
    year: str
    note: str
    source: Source
    phytate_mg_per_day: float | None = None  # EFSA and ANSES give zinc values per level of phytate intake


@dataclass(frozen=True, slots=True)
class UnsetIntake:
    """A reference value that a body looked at and set no number for. No upper level does not mean no risk."""

    authority: str
    nutrient: str
    measure: str
    sex: str
    age_min: float
    age_max: float
    state: str
    applies_to: str
    year: str
    note: str
    source: Source


@dataclass(frozen=True, slots=True)
class Threshold:
    """A cut-off that a body names for a measured quantity (25(OH)D, serum Mg, ...).

    ``role`` tells how to read it: ``adequate`` (enough from ``low``, up to ``high`` where given), ``deficiency`` (below
    ``low``), ``inadequate`` (the band between), ``requirement`` (covers half of people), ``no_added_benefit``,
    ``concern``, ``toxicity`` and ``stop`` (above ``low``), ``symptoms`` (at or below ``low``), ``loading`` (a fast rise
    is wanted below ``low``), ``stage`` (a class begins below ``low``).
    """

    body: str
    year: str
    analyte: str
    low: float | None  # the value or the lower end of the band
    high: float | None  # the upper end of the band, where it is one
    unit: str
    meaning: str
    status: str  # current | withdrawn | proposed
    source: Source
    role: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A chemical form of a nutrient, as sold."""

    nutrient: str
    id: str
    name: str
    names_en: tuple[str, ...]
    names_fr: tuple[str, ...]
    elemental_fraction: float | None  # g of the nutrient per g of compound
    relative_bioavailability: float | None
    solubility: str
    tolerance: str
    source: Source
    molar_mass: float | None = None  # g/mol, water of crystallisation included
    formula: str = ""
    note: str = ""  # what the relative bioavailability rests on


@dataclass(frozen=True, slots=True)
class Interaction:
    """A medicine, a condition or another nutrient that changes what may be taken, when, or whether at all."""

    id: str
    kind: str  # drug-nutrient | condition-nutrient | nutrient-nutrient | timing
    a: str
    b: str
    codes: tuple[str, ...]  # ATC prefixes (drug-nutrient) or ICD-10 prefixes (condition-nutrient)
    effect: str
    severity: str  # stop | avoid | refer | caution | info
    min_separation_h: float | None
    dose_threshold: str
    evidence_grade: str
    action_en: str
    action_fr: str
    source: Source
    nutrients: tuple[str, ...] = ()  # the nutrient ids that ``b`` (and ``a``, between nutrients) names


@dataclass(frozen=True, slots=True)
class Lab:
    """How an analyte is measured, and how far one measurement can be trusted."""

    analyte: str  # contract id where there is one (25OHD, Mg_serum, ...), else a plain id
    name: str
    sex: str  # female | male | both
    loinc: tuple[str, ...]
    unit: str
    conventional_unit: str
    to_unit: float  # unit = to_unit x conventional unit
    reference_low: float | None
    reference_high: float | None
    low_cut: float | None  # the table's deficiency_cut
    high_cut: float | None  # the table's toxicity_cut
    assay_cv: float | None  # fraction
    within_person_cv: float | None  # fraction
    note: str
    source: Source


@dataclass(frozen=True, slots=True)
class InterplayRule:
    """One condition under which an interaction among nutrients, or a rule of timing, concerns a person.

    All rows of one interaction and group have to hold; any group is enough.
    """

    interaction: str
    group: str
    what: str  # see assess.interplay
    nutrient: str
    form: str  # of the supplement; empty for any
    op: str  # > | >= | <
    amount: float
    unit: str
    region: str  # EU | US; empty for both
    source: Source


@dataclass(frozen=True, slots=True)
class LabCode:
    """A LOINC code of an analyte. A code fixes the kind of quantity, and so the kind of unit, that stands beside it."""

    loinc: str
    analyte: str
    kind: str  # mass | substance | activity | volume_rate | mass_rate | substance_rate | relative
    name: str
    source: Source


@dataclass(frozen=True, slots=True)
class PublishedValue:
    """A number from the physiological literature (what a parameter's prior leans on)."""

    id: str
    quantity: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    population: str
    reference: str  # DOI or PMID, where known
    note: str
    source: Source
    as_written: str = ""  # the source's own figure, where it is not one number


@dataclass(frozen=True, slots=True)
class PopulationValue:
    """How a quantity (an intake, a body measure, a habit) is spread in a country, by sex and age."""

    quantity: str
    country: str
    sex: str
    age_min: float
    age_max: float
    mean: float | None
    sd: float | None
    p05: float | None
    p50: float | None
    p95: float | None
    unit: str
    source: Source


@dataclass(frozen=True, slots=True)
class Lever:
    """What is moved so that people of a trial have a reported reading of an analyte.

    ``constant`` of the model is a person's own factor. ``study_reading`` and ``study_body`` are the log-SDs between
    studies of what an assay reads over what is there, and of the level itself: a study's mean is shared out between the
    two. ``person_cv`` is the spread between people where a study gives none.
    """

    analyte: str
    constant: str
    study_reading: float
    study_body: float
    person_cv: float
    source: Source


@dataclass(frozen=True, slots=True)
class MedicineEffect:
    """What a class of medicines does to a constant of the model: a factor, given once however many of them are taken.

    ``atc`` are the beginnings of the ATC codes of the class (WHO).
    """

    medicine: str
    atc: tuple[str, ...]
    constant: str
    factor: float
    meaning: str
    source: Source


@dataclass(frozen=True, slots=True)
class Covariate:
    """How something known of a person moves a constant of the model.

    ``log_sd`` is what remains uncertain of it, as the standard deviation of a natural logarithm.
    """

    id: str
    value: float | None
    unit: str
    log_sd: float | None
    meaning: str
    source: Source


@dataclass(frozen=True, slots=True)
class MedicineName:
    """A medicine or a class of medicines as people write it, with its ATC code (a prefix for a class)."""

    name_en: str
    name_fr: str
    synonyms: tuple[str, ...]
    atc: str
    source: Source


@dataclass(frozen=True, slots=True)
class ConditionName:
    """A condition as people write it, with its ICD-10 code.

    ``interactions`` names the rows that hold for it where its code is broader than the condition; empty means every
    row whose code covers ``icd10``.
    """

    id: str
    name_en: str
    name_fr: str
    synonyms: tuple[str, ...]
    icd10: str
    interactions: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class TableOrigin:
    """Which input a shipped table was made from. ``rows`` counts the rows shipped."""

    table: str
    input: str
    sha256: str
    date: str  # ISO: when this input was first turned into the table
    rows_read: int
    rows: int
    licence: str
    compiled_from: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one unit of a product holds of one nutrient: elemental, in the nutrient's canonical unit."""

    nutrient: str
    form: str  # empty where the label names none
    amount: float


@dataclass(frozen=True, slots=True)
class Product:
    """A product by the unit (capsule, tablet): what it holds first, and what else where it holds more than one thing.

    A row of ``products.csv`` holds one nutrient; rows of one id are one product, whose price stands with the first.
    """

    id: str
    nutrient: str
    form: str
    amount: float
    unit: str  # of the amount
    kind: str
    price_eur: float | None  # of one unit
    source: Source
    name: str = field(default="", metadata=NO_COLUMN)  # as the person calls it; empty for a generic one
    tested: str = field(default="", metadata=NO_COLUMN)  # who tested it, independently of who makes it
    more: tuple[Part, ...] = field(default=(), metadata=NO_COLUMN)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Everything that one unit holds."""
        return (Part(self.nutrient, self.form, self.amount), *self.more)


@dataclass(frozen=True, slots=True)
class Claim:
    """An authorised or refused health claim of the EU register, with its condition of use."""

    nutrient: str
    text_en: str
    text_fr: str
    condition: str
    status: str
    source: Source


@dataclass(frozen=True, slots=True)
class FoodValue:
    """The content of a nutrient per 100 g of a food: an interval, since tables hold traces and limits too.

    Not measured is ``low is None and high is None``; it is never zero. ``<x`` is [0, x]; ``traces`` is [0, ceiling]
    with the ceiling of the nutrient in ``food_traces.csv``.
    """

    low: float | None
    high: float | None
    qualifier: str = ""  # words of: traces, <x, imputed, assumed_zero, label, manufacturer, alt ("<0.08 alt")

    @property
    def known(self) -> bool:
        """Whether the table says anything at all."""
        return self.low is not None


@dataclass(frozen=True, slots=True)
class Portion:
    """A household measure and its weight."""

    name_en: str
    name_fr: str
    grams: float
    assumed: bool  # our own estimate, not the source's


@dataclass(frozen=True, slots=True)
class Food:
    """A food of a composition table, per 100 g edible part as described in its name.

    ``values`` has every nutrient of the table, measured or not: the ids of ``facts.load.NUTRIENT_UNIT`` and the parts
    ``vitamin_d2``, ``vitamin_d3``, ``vitamin_k1``, ``vitamin_k2`` (Ciqual: menaquinones of unstated form) and
    ``vitamin_k2_mk4`` (USDA: menaquinone-4 only). ``vitamin_k`` is vitamin K1, which is what the reference intakes
    count.
    A total is never computed from its parts.
    """

    id: str  # source:code, e.g. ciqual:26034 or usda:15088
    name_en: str
    name_fr: str
    group: str
    values: dict[str, FoodValue]  # by nutrient id, in the nutrient's canonical unit per 100 g
    phytate: str  # none | refined | mixed | wholegrain | bran
    oxalate: str  # none | high
    portions: tuple[Portion, ...]
    source: Source
    aliases: tuple[str, ...] = ()  # everyday names in either language; two foods may share one
