"""The shipped facts, read once: reference intakes, thresholds, forms, interactions, labs, published values, claims."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cofactor.facts.names import NameIndex, covers, fold
from cofactor.facts.read import read_table
from cofactor.facts.spread import log_sd_of
from cofactor.facts.types import (
    Claim,
    ConditionName,
    Form,
    Interaction,
    Lab,
    MedicineName,
    PopulationValue,
    PublishedValue,
    ReferenceIntake,
    TableOrigin,
    Threshold,
    UnsetIntake,
)
from cofactor.facts.vocabulary import ANALYTE_UNIT, ATC, ICD10, NUTRIENT_UNIT

__all__ = ["ANALYTE_UNIT", "NUTRIENT_UNIT", "Facts", "load"]

# Whose upper levels hold in a region. EFSA's rows include those of the former Scientific Committee on Food.
REGION_AUTHORITY: dict[str, str] = {"EU": "EFSA", "US": "NASEM"}
# Whose cut-offs say what a level should reach, and what it should not pass, where a person has no goal of their own.
LEVEL_AUTHORITY = "NASEM"
# What half of people need more than.
AVERAGE_MEASURES = ("AR", "EAR")
# The measures that serve as a personal target, best first: what covers nearly everyone, else an adequate intake.
TARGET_MEASURES = ("PRI", "RDA", "AI", "RI", "RNI")
# Not to be exceeded. EFSA could set no UL for iron and gives a safe level of intake in its place (EFSA 2024).
LIMIT_MEASURES = ("UL", "safe level of intake")
# Phytate intake (mg/d) for which EFSA's zinc values are read where the diet is not known: the level that lies nearest
# to a mixed European diet (EFSA 2014, 300-1400 mg/d across surveys).
DEFAULT_PHYTATE_MG_PER_DAY = 600.0


@dataclass(frozen=True)
class Facts:
    """Every shipped table, with the look-ups that the later stages use."""

    reference_intakes: tuple[ReferenceIntake, ...]
    unset_intakes: tuple[UnsetIntake, ...]
    thresholds: tuple[Threshold, ...]
    forms: tuple[Form, ...]
    interactions: tuple[Interaction, ...]
    labs: tuple[Lab, ...]
    published: tuple[PublishedValue, ...]
    population: tuple[PopulationValue, ...]
    claims: tuple[Claim, ...]
    medicines: tuple[MedicineName, ...]
    conditions: tuple[ConditionName, ...]
    provenance: tuple[TableOrigin, ...]

    def intakes(
        self,
        nutrient: str,
        *,
        sex: str,
        age: float,
        state: str = "none",
        authority: str | None = None,
        measure: str | None = None,
    ) -> tuple[ReferenceIntake, ...]:
        """The reference values that hold for this person: for each body and measure the most specific rows only.

        A row for the person's sex goes before one for both. For a pregnant or lactating woman, rows of that state
        stand alone: a body's value for other women is not its value for her (but see :meth:`upper_limits`).
        """
        return tuple(
            row
            for row in _for_person(self._intakes_by_nutrient.get(nutrient, ()), sex, age, state)
            if authority in (None, row.authority) and measure in (None, row.measure)
        )

    def target(
        self,
        nutrient: str,
        authority: str,
        sex: str,
        age: float,
        state: str = "none",
        phytate_mg_per_day: float = DEFAULT_PHYTATE_MG_PER_DAY,
    ) -> ReferenceIntake | None:
        """The body's value to aim for: PRI or RDA, else AI, else RI; None where it names none for this person.

        Where a body gives zinc by level of phytate, the lowest level that is not below ``phytate_mg_per_day`` is used,
        or the highest there is.
        """
        rows = self.intakes(nutrient, sex=sex, age=age, state=state, authority=authority)
        for measure in TARGET_MEASURES:
            found = [row for row in rows if row.measure == measure and row.applies_to == "total"]
            if found:
                return _at_phytate(found, phytate_mg_per_day)
        return None

    def average_requirement(
        self,
        nutrient: str,
        authority: str,
        sex: str,
        age: float,
        state: str = "none",
        phytate_mg_per_day: float = DEFAULT_PHYTATE_MG_PER_DAY,
    ) -> ReferenceIntake | None:
        """The body's average requirement (EAR, AR), which half of people like this one need more than; None without."""
        for measure in AVERAGE_MEASURES:
            rows = self.intakes(nutrient, sex=sex, age=age, state=state, authority=authority, measure=measure)
            found = [row for row in rows if row.applies_to == "total"]
            if found:
                return _at_phytate(found, phytate_mg_per_day)
        return None

    def upper_limits(
        self, nutrient: str, region: str, sex: str, age: float, state: str = "none"
    ) -> tuple[ReferenceIntake, ...]:
        """Every upper limit of the region's body; ``applies_to`` tells what each counts (total or supplement).

        Regions are never mixed. A pregnant or lactating woman without a row of her own falls under the limit for other
        women of her age, since no number would read as no limit (see :meth:`unset` for what a body left open).
        Raises KeyError for a region other than EU or US.
        """
        authority = REGION_AUTHORITY[region]
        rows: list[ReferenceIntake] = []
        for measure in LIMIT_MEASURES:
            found = self.intakes(nutrient, sex=sex, age=age, state=state, authority=authority, measure=measure)
            rows += found or self.intakes(nutrient, sex=sex, age=age, authority=authority, measure=measure)
        return tuple(rows)

    def unset(self, nutrient: str, region: str, sex: str, age: float, state: str = "none") -> tuple[UnsetIntake, ...]:
        """The upper levels for exactly this state that the region's body looked at and did not set."""
        return tuple(
            row
            for row in self.unset_intakes
            if row.nutrient == nutrient
            and row.authority == REGION_AUTHORITY[region]
            and row.measure == "UL"
            and row.state == state
            and row.sex in (sex, "both")
            and row.age_min <= age < row.age_max + 1
        )

    def thresholds_of(self, analyte: str) -> tuple[Threshold, ...]:
        """The cut-offs that bodies name for an analyte, current, proposed and withdrawn, in the table's order."""
        return tuple(row for row in self.thresholds if row.analyte == analyte)

    def enough_to_concern(self, analyte: str) -> tuple[float, float]:
        """The level from which NASEM calls it enough, and that above which it names reason for concern."""
        rows = [row for row in self.thresholds_of(analyte) if row.body == LEVEL_AUTHORITY and row.status == "current"]
        found = {row.role: row.low for row in rows if row.low is not None}
        return found["adequate"], found["concern"]

    def highest_goal(self, analyte: str) -> float:
        """The upper end of the highest band that a body gives as a goal today."""
        rows = (row for row in self.thresholds_of(analyte) if row.role == "adequate" and row.status == "current")
        return max(row.high for row in rows if row.high is not None)

    def form(self, nutrient: str, id: str) -> Form | None:  # noqa: A002 - the identifier's own name
        """A form of a nutrient by its id or by one of its names (case and accents do not matter), or None."""
        wanted = fold(id)
        of_nutrient = [row for row in self.forms if row.nutrient == nutrient]
        for row in of_nutrient:
            if fold(row.id) == wanted:
                return row
        for row in of_nutrient:
            if wanted in map(fold, (row.name, *row.names_en, *row.names_fr)):
                return row
        return None

    def interaction(self, id: str) -> Interaction:  # noqa: A002 - the identifier's own name
        """The interaction of this id. Raises KeyError where there is none."""
        return self._interactions_by_id[id]

    def lab(self, analyte: str, sex: str) -> Lab | None:
        """How an analyte is measured and its reference range for this sex, or None where the table has no row."""
        for row in self.labs:
            if row.analyte == analyte and row.sex in (sex, "both"):
                return row
        return None

    def reading_log_sd(self, analyte: str, sex: str) -> float | None:
        """Log-SD of one reading around the person's own usual level, or None where nothing is known of it.

        Scatter of the assay and of the person from day to day, independent and log-normal: s² = ln(1 + CV_a²) +
        ln(1 + CV_i²). One that the table does not give counts as none. Source: Fraser CG, Biological Variation, 2001
        (total variation of a result).
        """
        lab = self.lab(analyte, sex)
        parts = [cv for cv in (lab.assay_cv, lab.within_person_cv) if cv is not None] if lab else []
        return math.hypot(*map(log_sd_of, parts)) if parts else None

    def medicine(self, text: str) -> tuple[str | None, tuple[str, ...]]:
        """The ATC code of a medicine and the ids of the interactions that concern it.

        ``text`` is a name in English or French, alone or inside a longer text ("ramipril 5 mg"), or an ATC code or
        prefix. A text that names several medicines gives the first one's code and everyone's interactions.
        ``(None, ())`` where nothing is found, which does not mean that nothing is known elsewhere.
        """
        code = text.strip().upper()
        whole = self._medicine_names.whole(text)
        codes = (code,) if ATC.fullmatch(code) else (whole,) if whole else self._medicine_names.inside(text)
        return (codes[0], self._matching("drug-nutrient", codes)) if codes else (None, ())

    def condition(self, text: str) -> tuple[str | None, tuple[str, ...]]:
        """The ICD-10 code of a condition and the ids of the interactions that concern it.

        ``text`` is a name in English or French, an id of the conditions or interactions table, or an ICD-10 code.
        A code that leaves the case open (N18, N18.9) meets every row below it. ``(None, ())`` where nothing is found.
        """
        code = text.strip().upper()
        row = self._interactions_by_id.get(code)
        if row is not None and row.kind == "condition-nutrient":
            return (row.codes[0] if row.codes else None, (row.id,))
        if ICD10.fullmatch(code):
            return code, self._matching("condition-nutrient", (code.removesuffix(".9"),))
        named = self._conditions_by_id.get(self._condition_names.whole(text) or "")
        if named is None:
            return None, ()
        return named.icd10, named.interactions or self._matching("condition-nutrient", (named.icd10,))

    def _matching(self, kind: str, codes: Iterable[str]) -> tuple[str, ...]:
        wanted = tuple(codes)
        return tuple(
            row.id
            for row in self.interactions
            if row.kind == kind and any(covers(prefix, code) for prefix in row.codes for code in wanted)
        )

    @cached_property
    def _intakes_by_nutrient(self) -> dict[str, list[ReferenceIntake]]:
        found: dict[str, list[ReferenceIntake]] = defaultdict(list)
        for row in self.reference_intakes:
            found[row.nutrient].append(row)
        return found

    @cached_property
    def _interactions_by_id(self) -> dict[str, Interaction]:
        return {row.id: row for row in self.interactions}

    @cached_property
    def _conditions_by_id(self) -> dict[str, ConditionName]:
        return {row.id: row for row in self.conditions}

    @cached_property
    def _medicine_names(self) -> NameIndex:
        return NameIndex((n, row.atc) for row in self.medicines for n in (row.name_en, row.name_fr, *row.synonyms))

    @cached_property
    def _condition_names(self) -> NameIndex:
        return NameIndex(
            (n, row.id) for row in self.conditions for n in (row.id, row.name_en, row.name_fr, *row.synonyms)
        )


def _for_person(rows: Iterable[ReferenceIntake], sex: str, age: float, state: str) -> list[ReferenceIntake]:
    """Rows that hold for the person; a row of the person's own sex displaces those for both sexes."""
    fitting = [
        row for row in rows if row.state == state and row.sex in (sex, "both") and row.age_min <= age < row.age_max + 1
    ]
    own = {_what(row) for row in fitting if row.sex == sex}
    return [row for row in fitting if row.sex == sex or _what(row) not in own]


def _what(row: ReferenceIntake) -> tuple[str, str, str, float | None]:
    return (row.authority, row.measure, row.applies_to, row.phytate_mg_per_day)


def _at_phytate(rows: list[ReferenceIntake], phytate_mg_per_day: float) -> ReferenceIntake:
    by_level = sorted(rows, key=lambda row: row.phytate_mg_per_day or 0.0)
    enough = [row for row in by_level if (row.phytate_mg_per_day or 0.0) >= phytate_mg_per_day]
    return (enough or by_level[-1:])[0]


@lru_cache(maxsize=1)
def load() -> Facts:
    """The shipped facts. Read on first use and kept. Raises ``FactsError`` naming every cell that cannot be read."""
    return Facts(
        reference_intakes=read_table(ReferenceIntake, "reference_intakes"),
        unset_intakes=read_table(UnsetIntake, "unset_intakes"),
        thresholds=read_table(Threshold, "thresholds"),
        forms=read_table(Form, "forms"),
        interactions=read_table(Interaction, "interactions"),
        labs=read_table(Lab, "labs"),
        published=read_table(PublishedValue, "published"),
        population=read_table(PopulationValue, "population"),
        claims=read_table(Claim, "claims"),
        medicines=read_table(MedicineName, "medicines"),
        conditions=read_table(ConditionName, "conditions"),
        provenance=read_table(TableOrigin, "provenance"),
    )
