"""Checks of the numbers of the tables: units, bounds, order, ages, and what can be computed another way.

Each check yields (where, what is wrong) for every row that breaks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cofactor import units
from cofactor.facts import vocabulary as words
from cofactor.facts.load import REGION_AUTHORITY, TARGET_MEASURES, Facts
from cofactor.facts.types import Form, ReferenceIntake

Found = Iterator[tuple[str, str]]

# Least and largest value a day that any body could name for anyone from 1 year on, in the canonical unit. A slip of a
# unit (µg for mg, IU for µg) falls outside.
INTAKE_BOUNDS: dict[str, tuple[float, float]] = {
    "vitamin_d": (4, 110),
    "magnesium": (40, 600),
    "calcium": (300, 3200),
    "phosphorus": (150, 4500),
    "potassium": (600, 5000),
    "zinc": (1.5, 50),
    "copper": (0.2, 11),
    "vitamin_k": (8, 150),
    "vitamin_c": (10, 2500),
    "vitamin_a": (150, 3300),
    "vitamin_e": (3, 1100),
    "vitamin_b6": (0.3, 110),
    "iron": (2, 50),
    "sodium": (600, 3000),
}
# The same for cut-offs of analytes, in the canonical unit.
THRESHOLD_BOUNDS: dict[str, tuple[float, float]] = {
    "25OHD": (15, 500),
    "Mg_serum": (0.4, 2.5),
    "Ca_urine": (1, 12),
    "eGFR": (5, 130),
}
# Standard atomic weights (IUPAC 2021, abridged), g/mol.
ATOMIC_WEIGHT: dict[str, float] = {
    "H": 1.008,
    "C": 12.011,
    "N": 14.007,
    "O": 15.999,
    "Na": 22.990,
    "Mg": 24.305,
    "P": 30.974,
    "S": 32.06,
    "Cl": 35.45,
    "K": 39.098,
    "Ca": 40.078,
    "Zn": 65.38,
}
ELEMENT: dict[str, str] = {
    "magnesium": "Mg",
    "calcium": "Ca",
    "zinc": "Zn",
    "potassium": "K",
    "phosphorus": "P",
    "sodium": "Na",
}
ADULT_AGES = range(18, 101)
# The tables' open end of age, in years.
OLDEST = 120
# Two days: the longest pause that a row asks for between two things taken (biotin before a blood test).
LONGEST_SEPARATION_H = 48
# Coefficient of variation above which a figure is a percentage that was not divided by 100.
LARGEST_CV = 0.5
# Relative (masses, factors) or absolute (fractions) difference that rounding in the sources explains.
ROUNDING = 1e-3
# Labs whose cuts run the other way (a low value is the flag) or stand inside the reference range.
UNORDERED_LABS = frozenset({"eGFR", "dp_ucMGP"})
# What a plan may propose: for these a missing limit would read as no limit.
DOSED_NUTRIENTS = ("vitamin_d", "magnesium", "calcium", "zinc")
_PART = re.compile(r"(\d*)([A-Z].*)")
_TOKEN = re.compile(r"([A-Z][a-z]?|\(|\))(\d*)")


def _of(row: ReferenceIntake) -> str:
    return f"{row.authority} {row.nutrient} {row.measure} {row.sex} {row.age_min:g}-{row.age_max:g} {row.state}"


def units_canonical(facts: Facts) -> Found:
    """Values stand in the one unit of their nutrient or analyte."""
    for intake in facts.reference_intakes:
        yield from _unit(_of(intake), intake.unit, f"{words.NUTRIENT_UNIT.get(intake.nutrient)}/d")
    for threshold in facts.thresholds:
        expected = words.ANALYTE_UNIT.get(threshold.analyte)
        yield from _unit(f"thresholds {threshold.body}", threshold.unit, expected)
    for lab in facts.labs:
        expected = words.LAB_ONLY_UNIT.get(lab.analyte, words.ANALYTE_UNIT.get(lab.analyte))
        yield from _unit(f"labs {lab.analyte}", lab.unit, expected)


def _unit(where: str, got: str, expected: str | None) -> Found:
    if got != expected:
        yield where, f"unit: got {got!r}, expected {expected!r}"


def intakes_plausible(facts: Facts) -> Found:
    """A reference value lies within what any body could name."""
    for row in facts.reference_intakes:
        low, high = INTAKE_BOUNDS.get(row.nutrient, (0.0, float("inf")))
        if not low <= row.value <= high:
            yield _of(row), f"value: got {row.value:g}, expected {low:g} to {high:g} {row.unit}"
        if not 0 <= row.age_min <= row.age_max <= OLDEST:
            yield _of(row), f"ages: got {row.age_min:g} to {row.age_max:g}"


def thresholds_plausible(facts: Facts) -> Found:
    """A cut-off lies within the range of its analyte, and a band has its ends in order."""
    for row in facts.thresholds:
        least, most = THRESHOLD_BOUNDS.get(row.analyte, (0.0, float("inf")))
        ends = [end for end in (row.low, row.high) if end is not None]
        if not ends or ends != sorted(ends) or not all(least <= end <= most for end in ends):
            yield f"thresholds {row.body} {row.role}", f"got {ends}, expected {least:g} to {most:g} {row.unit}"


def labs_plausible(facts: Facts) -> Found:
    """Ranges and cuts are in order, and coefficients of variation are fractions."""
    for row in facts.labs:
        ends = [x for x in (row.low_cut, row.reference_low, row.reference_high, row.high_cut) if x is not None]
        if row.reference_low is not None and row.analyte not in UNORDERED_LABS and ends != sorted(ends):
            yield f"labs {row.analyte} {row.sex}", f"cuts and range out of order: {ends}"
        for name in ("assay_cv", "within_person_cv"):
            value = getattr(row, name)
            if value is not None and not 0 < value < LARGEST_CV:
                yield f"labs {row.analyte}", f"{name}: got {value:g}, expected a fraction below {LARGEST_CV}"


def lab_factors_agree(facts: Facts) -> Found:
    """The factor between units is the one that the molar masses give."""
    for row in facts.labs:
        try:
            computed = units.convert(1.0, row.conventional_unit, row.unit, row.analyte)
        except units.UnitError:
            continue
        if abs(row.to_unit / computed - 1) > ROUNDING:
            yield f"labs {row.analyte}", f"to_unit: got {row.to_unit:g}, computed {computed:g}"


def interactions_plausible(facts: Facts) -> Found:
    """Hours apart are hours of one or two days, and a row that asks for spacing names a nutrient."""
    for row in facts.interactions:
        if row.min_separation_h is not None and not 0 < row.min_separation_h <= LONGEST_SEPARATION_H:
            yield row.id, f"min_separation_h: got {row.min_separation_h:g}, expected at most {LONGEST_SEPARATION_H}"
        if row.kind in ("drug-nutrient", "condition-nutrient") and not row.nutrients:
            yield row.id, f"nutrients: none found in {row.b!r}"


def published_ordered(facts: Facts) -> Found:
    """A published value lies within its own range, and there is a value, a range or the words of the source."""
    for row in facts.published:
        known = [end for end in (row.low, row.value, row.high) if end is not None]
        if known != sorted(known):
            yield f"published {row.id}", f"low, value, high: got {known}"
        if not known and not (row.as_written or row.note):
            yield f"published {row.id}", "neither a number nor words"


def population_ordered(facts: Facts) -> Found:
    """Percentiles rise, spreads are not negative, and ages are in order."""
    for row in facts.population:
        where = f"population {row.quantity} {row.country} {row.sex} {row.age_min:g}"
        known = [value for value in (row.p05, row.p50, row.p95) if value is not None]
        if known != sorted(known):
            yield where, f"percentiles: got {known}"
        if (row.sd is not None and row.sd < 0) or row.age_min > row.age_max:
            yield where, f"sd {row.sd}, ages {row.age_min:g} to {row.age_max:g}"


def formula_masses(formula: str) -> dict[str, float]:
    """Mass (g) of each element in one mole of ``Mg3(C6H5O7)2.9H2O``. Raises KeyError for an unknown element."""
    masses: dict[str, float] = {}
    for part in formula.split("."):
        match = _PART.fullmatch(part)
        if match is None:
            raise KeyError(part)
        times = int(match[1] or 1)
        for element, count in _counts(match[2]).items():
            masses[element] = masses.get(element, 0.0) + times * count * ATOMIC_WEIGHT[element]
    return masses


def _counts(part: str) -> dict[str, int]:
    stack: list[dict[str, int]] = [{}]
    tokens = _TOKEN.findall(part)
    for symbol, count in tokens:
        if symbol == "(":
            stack.append({})
            continue
        found = stack.pop() if symbol == ")" else {symbol: 1}
        for element, number in found.items():
            stack[-1][element] = stack[-1].get(element, 0) + number * int(count or 1)
    return stack[0]


def forms_agree_with_formula(facts: Facts) -> Found:
    """Molar mass and share of the element are those of the formula; bioavailability is a ratio one can believe."""
    for form in facts.forms:
        where = f"forms {form.nutrient} {form.id}"
        if form.formula:
            yield from ((where, message) for message in _formula_problems(form))
        if form.elemental_fraction is not None and not 0 < form.elemental_fraction <= 1:
            yield where, f"elemental_fraction: got {form.elemental_fraction:g}"
        if form.relative_bioavailability is not None and not 0.1 <= form.relative_bioavailability <= 3:
            yield where, f"relative_bioavailability: got {form.relative_bioavailability:g}, expected 0.1 to 3"


def _formula_problems(form: Form) -> Iterator[str]:
    masses = formula_masses(form.formula)
    total = sum(masses.values())
    if form.molar_mass is None or abs(form.molar_mass / total - 1) > ROUNDING:
        yield f"molar_mass: got {form.molar_mass}, computed {total:.2f} from {form.formula}"
    element = ELEMENT.get(form.nutrient)
    if element is None or form.elemental_fraction is None:
        return
    share = masses.get(element, 0.0) / total
    if abs(form.elemental_fraction - share) > ROUNDING:
        yield f"elemental_fraction: got {form.elemental_fraction:g}, computed {share:.4f} from {form.formula}"


def groups_disjoint(facts: Facts) -> Found:
    """No person falls under two rows of the same body, measure and kind of intake."""
    seen: dict[tuple[object, ...], list[ReferenceIntake]] = {}
    for row in facts.reference_intakes:
        what = (row.authority, row.nutrient, row.measure, row.applies_to, row.phytate_mg_per_day, row.sex, row.state)
        for other in seen.setdefault(what, []):
            if row.age_min <= other.age_max and other.age_min <= row.age_max:
                yield _of(row), f"the ages overlap those of {_of(other)}"
        seen[what].append(row)


def targets_cover_adults(facts: Facts) -> Found:
    """A body that names a target for some adult names one for every adult of that sex."""
    for authority in words.REFERENCE_SETS:
        for nutrient in words.NUTRIENT_UNIT:
            if not _has_adult_target(facts, authority, nutrient):
                continue
            for sex in ("female", "male"):
                without = [age for age in ADULT_AGES if facts.target(nutrient, authority, sex, age) is None]
                if without:
                    yield f"{authority} {nutrient} {sex}", f"no target at {without[0]} to {without[-1]} years"


def _has_adult_target(facts: Facts, authority: str, nutrient: str) -> bool:
    return any(
        row.authority == authority
        and row.nutrient == nutrient
        and row.measure in TARGET_MEASURES
        and row.state == "none"
        and row.age_max >= ADULT_AGES[0]
        for row in facts.reference_intakes
    )


def limits_cover_adults(facts: Facts) -> Found:
    """What a plan may propose has an upper limit for every adult in every region, in every state."""
    for region in REGION_AUTHORITY:
        for nutrient in DOSED_NUTRIENTS:
            for sex, state in (("female", "none"), ("male", "none"), ("female", "pregnant"), ("female", "lactating")):
                without = [age for age in ADULT_AGES if not facts.upper_limits(nutrient, region, sex, age, state)]
                if without:
                    yield f"{region} {nutrient} {sex} {state}", f"no limit at {without[0]} to {without[-1]} years"


def limits_above_targets(facts: Facts) -> Found:
    """A limit of total intake is not below what the same body tells the same person to reach."""
    for region, authority in REGION_AUTHORITY.items():
        for nutrient in words.NUTRIENT_UNIT:
            for sex in ("female", "male"):
                for age in ADULT_AGES:
                    target = facts.target(nutrient, authority, sex, age)
                    for limit in facts.upper_limits(nutrient, region, sex, age):
                        if target is not None and limit.applies_to == "total" and limit.value < target.value:
                            yield _of(limit), f"limit {limit.value:g} is below the target {target.value:g}"


CHECKS: tuple[Callable[[Facts], Found], ...] = (
    units_canonical,
    intakes_plausible,
    thresholds_plausible,
    labs_plausible,
    lab_factors_agree,
    interactions_plausible,
    published_ordered,
    population_ordered,
    forms_agree_with_formula,
    groups_disjoint,
    targets_cover_adults,
    limits_cover_adults,
    limits_above_targets,
)
