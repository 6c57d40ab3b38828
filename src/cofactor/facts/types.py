"""What the shipped tables hold, as frozen values. One class per table; one field per column."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    EAR, AR, RDA, PRI, AI, RI or UL; ``applies_to`` tells what a UL counts: ``total``, ``supplement`` or another named
    part of intake.
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


@dataclass(frozen=True, slots=True)
class Threshold:
    """A cut-off that a body names for a measured quantity (25(OH)D, serum Mg, ...)."""

    body: str
    year: str
    analyte: str
    low: float | None  # the value or the lower end of the band
    high: float | None  # the upper end of the band, where it is one
    unit: str
    meaning: str
    status: str  # current | withdrawn | proposed
    source: Source


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

    Not measured is ``low is None and high is None``; it is never zero.
    """

    low: float | None
    high: float | None
    qualifier: str = ""  # "" | traces | <x | imputed | assumed_zero | label | alt

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
    """A food of a composition table, per 100 g edible part as described in its name."""

    id: str  # source:code, e.g. ciqual:26036 or usda:15088
    name_en: str
    name_fr: str
    group: str
    values: dict[str, FoodValue]  # by nutrient id, in the nutrient's canonical unit per 100 g
    phytate: str  # none | refined | mixed | wholegrain | bran
    oxalate: str  # none | high
    portions: tuple[Portion, ...]
    source: Source
