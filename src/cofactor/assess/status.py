"""Where a person stands: daily intakes against reference values and upper levels, levels against cut-offs.

Bodies disagree, so every row carries every body's reading; ``judged`` is only that of the case's own reference set.
Verdicts are read on the central value; ``low`` and ``high`` say how far that value can be trusted, and for intakes two
probabilities say more than a cut: of needing more than that, and of lying above an upper level.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from cofactor.assess.adequacy import probability_inadequate, probability_over
from cofactor.assess.types import Band, Judgement, StatusRow
from cofactor.facts.load import ANALYTE_UNIT, NUTRIENT_UNIT, REGION_AUTHORITY, Facts, load
from cofactor.facts.spread import NORMAL_P95
from cofactor.facts.types import Lab, ReferenceIntake, Threshold
from cofactor.person.derived import Measured, measured
from cofactor.person.diet import Range
from cofactor.person.intake import Intake
from cofactor.person.traits import covariate_log_sd
from cofactor.person.types import Case

DIET, TOTAL, SUPPLEMENTS = "diet", "diet+supplements", "supplements"
LABORATORY = "laboratory"
COVERING = ("PRI", "RDA", "RI")
"""Measures that cover nearly everyone of the group, and so tell the spread of requirements."""
# Cut-offs of bodies are shown for these; other analytes are read on the range of the laboratory.
JUDGED_BY_BODIES = ("25OHD", "Mg_serum")
# The range of the laboratory is that of people who are not treated; whoever has it measured has a target of their own.
JUDGED_BY_PRESCRIBER = ("INR",)


# --- intakes


def nutrient_status(case: Case, intake: Intake) -> tuple[StatusRow, ...]:
    """Intake of each nutrient of which something is known, from food, with supplements, and from supplements alone.

    The row with supplements exists where one is taken; that of supplements alone where some body's upper level counts
    only them. Amounts are in the nutrient's canonical unit per day.
    """
    facts = load()
    return tuple(row for nutrient in NUTRIENT_UNIT for row in _rows_of_nutrient(nutrient, case, intake, facts))


def _rows_of_nutrient(nutrient: str, case: Case, intake: Intake, facts: Facts) -> Iterable[StatusRow]:
    taken = intake.from_supplements(nutrient)
    if nutrient in intake.food:
        yield _nutrient_row(nutrient, DIET, intake.food[nutrient], case, intake, facts)
    if nutrient in intake.total and taken > 0:
        yield _nutrient_row(nutrient, TOTAL, intake.total[nutrient], case, intake, facts)
    alone = _nutrient_row(nutrient, SUPPLEMENTS, Range(taken, taken, taken), case, intake, facts)
    if taken > 0 and alone.judgements:
        yield alone


def _nutrient_row(nutrient: str, basis: str, amount: Range, case: Case, intake: Intake, facts: Facts) -> StatusRow:
    eaten = intake.food[nutrient].mid if nutrient in intake.food else 0.0
    judgements = tuple(_judgements_of_intake(nutrient, basis, amount, eaten, case, facts))
    own = _own(judgements, case)
    return StatusRow(
        kind="nutrient",
        id=nutrient,
        value=amount.mid,
        low=amount.low,
        high=amount.high,
        unit=NUTRIENT_UNIT[nutrient],
        basis=basis,
        date=None,
        judged=own.verdict if own else "none",
        by=_named(own, case),
        judgements=judgements,
        p_inadequate=own.p_inadequate if own else None,
        p_over=own.p_over if own else None,
        unmeasured_share=0.0 if basis == SUPPLEMENTS else intake.unmeasured_share.get(nutrient, 0.0),
    )


def _judgements_of_intake(
    nutrient: str, basis: str, amount: Range, eaten: float, case: Case, facts: Facts
) -> Iterable[Judgement]:
    """Each body's target (not for supplements alone) and the upper level that it sets for what the basis counts."""
    person = case.person
    rows = facts.intakes(nutrient, sex=person.sex, age=person.age, state=person.state)
    for body in dict.fromkeys(row.authority for row in rows):
        target = None
        if basis != SUPPLEMENTS:
            target = facts.target(nutrient, body, person.sex, person.age, person.state)
        limit = _upper_level(rows, body, "supplement" if basis == SUPPLEMENTS else "total")
        low = target.value if target else None
        high = limit.value if limit else None
        verdict = verdict_of(amount.mid, low, high)
        named = limit if verdict == "above" else target or limit
        if named is not None:
            usual = amount if basis == SUPPLEMENTS else as_known(amount, eaten)
            short = None if basis == SUPPLEMENTS else _inadequate(usual, nutrient, body, target, case, facts)
            over = None if limit is None else probability_over(usual, limit.value)
            yield Judgement(body, named.year, low, high, verdict, "current", named.source, short, over)


def as_known(amount: Range, eaten: float) -> Range:
    """An intake with at least the error of a diet history on what is ``eaten``, even where one number was stated."""
    error = eaten * math.expm1(NORMAL_P95 * covariate_log_sd("intake_recall"))
    return Range(min(amount.low, amount.mid - error), amount.mid, max(amount.high, amount.mid + error))


def _inadequate(
    amount: Range, nutrient: str, body: str, target: ReferenceIntake | None, case: Case, facts: Facts
) -> float | None:
    """Probability that the intake is less than this person needs, where the body names an average requirement."""
    person = case.person
    average = facts.average_requirement(nutrient, body, person.sex, person.age, person.state)
    if average is None:
        return None
    covering = target.value if target is not None and target.measure in COVERING else None
    return probability_inadequate(amount, average.value, covering)


def _upper_level(rows: Iterable[ReferenceIntake], body: str, counted: str) -> ReferenceIntake | None:
    found = [r for r in rows if r.authority == body and r.measure == "UL" and r.applies_to == counted]
    return min(found, key=lambda r: r.value) if found else None


# --- levels


def analyte_status(case: Case, estimates: Mapping[str, Band]) -> tuple[StatusRow, ...]:
    """The latest result of each analyte and, where the model gives one, its estimate for today.

    ``estimates`` are bands of day 0 by analyte. Kidney function computed from creatinine has a row of its own.
    """
    facts = load()
    rows: list[StatusRow] = []
    for analyte in ANALYTE_UNIT:
        result = measured(case, analyte)
        if result is not None:
            rows.append(_lab_row(result, case, facts))
        if analyte in estimates:
            rows.append(_estimate_row(analyte, estimates[analyte], case, facts))
    return tuple(rows)


def _lab_row(result: Measured, case: Case, facts: Facts) -> StatusRow:
    low, high = likely_range(result, facts.reading_log_sd(result.analyte, case.person.sex))
    day = result.date.isoformat()
    row = _analyte_row(result.analyte, (low, result.value, high), "lab", day, case, facts)
    return replace(row, operator=result.operator)


def _estimate_row(analyte: str, band: Band, case: Case, facts: Facts) -> StatusRow:
    return _analyte_row(analyte, (band.p05, band.p50, band.p95), "estimate", None, case, facts)


def _analyte_row(
    analyte: str, spread: tuple[float, float, float], basis: str, day: str | None, case: Case, facts: Facts
) -> StatusRow:
    low, value, high = spread
    judgements = tuple(_judgements_of_level(analyte, value, case, facts))
    own = _own(judgements, case)
    return StatusRow(
        kind="analyte",
        id=analyte,
        value=value,
        low=low,
        high=high,
        unit=ANALYTE_UNIT[analyte],
        basis=basis,
        date=day,
        judged=own.verdict if own else "none",
        by=_named(own, case),
        judgements=judgements,
    )


def likely_range(result: Measured, log_sd: float | None) -> tuple[float, float]:
    """The 5th to 95th percentile of what the person's usual level may be, given one result and the scatter of such.

    A result beyond the range of its assay says nothing on its open side: from 0 below, the limit itself above. Where
    its scatter is not known the range is the value, which then tells nothing of it.
    """
    if result.operator != "=":
        return (0.0 if result.operator == "<" else result.value, result.value)
    factor = math.exp(NORMAL_P95 * (log_sd or 0.0))
    return result.value / factor, result.value * factor


def _judgements_of_level(analyte: str, value: float, case: Case, facts: Facts) -> Iterable[Judgement]:
    if analyte in JUDGED_BY_BODIES:
        yield from _judgements_of_bodies(facts.thresholds_of(analyte), value)
        return
    lab = None if analyte in JUDGED_BY_PRESCRIBER else facts.lab(analyte, case.person.sex)
    low, high = (None, None) if lab is None else _laboratory_range(lab)
    if lab is not None and (low is not None or high is not None):
        yield Judgement(LABORATORY, "", low, high, verdict_of(value, low, high), "current", lab.source)


def _laboratory_range(lab: Lab) -> tuple[float | None, float | None]:
    """The reference range; for eGFR the low cut, since 60 to 89 alone is no sign of kidney disease (KDIGO 2024)."""
    return (lab.low_cut if lab.analyte == "eGFR" else lab.reference_low), lab.reference_high


def _judgements_of_bodies(thresholds: Iterable[Threshold], value: float) -> Iterable[Judgement]:
    """One reading per body and year: enough from its ``adequate`` mark, too much from its first mark of concern."""
    groups: dict[tuple[str, str], list[Threshold]] = {}
    for row in thresholds:
        groups.setdefault((row.body, row.year), []).append(row)
    for (body, year), rows in groups.items():
        adequate = next((row for row in rows if row.role == "adequate"), None)
        concerns = [row.low for row in rows if row.role in ("concern", "toxicity") and row.low is not None]
        low = adequate.low if adequate else None
        high = adequate.high if adequate and adequate.high is not None else min(concerns, default=None)
        if low is not None or high is not None:
            chief = adequate or rows[0]
            yield Judgement(body, year, low, high, verdict_of(value, low, high), chief.status, chief.source)


# --- shared


def verdict_of(value: float, low: float | None, high: float | None) -> str:
    """``below``, ``within`` or ``above`` the band; ``none`` where there is no band. The ends belong to the band."""
    if low is None and high is None:
        return "none"
    if low is not None and value < low:
        return "below"
    return "above" if high is not None and value > high else "within"


def _own(judgements: tuple[Judgement, ...], case: Case) -> Judgement | None:
    """The reading of the case's reference set; else of the region's body; else the first that stands today."""
    wanted = (case.diet.reference, REGION_AUTHORITY[case.place.region])
    for body in wanted:
        for judgement in judgements:
            if judgement.body == body:
                return _too_much(judgement, judgements)
    others = [j for j in judgements if j.status == "current" and j.body in (LABORATORY, "Clinical practice")]
    return others[0] if others else None


def _too_much(own: Judgement, all_: tuple[Judgement, ...]) -> Judgement:
    """A body that names no upper end has not said that a value is within it: then the first that names one is asked."""
    if own.high is not None or own.verdict != "within":
        return own
    return next((j for j in all_ if j.status == "current" and j.verdict == "above"), own)


def _named(judgement: Judgement | None, case: Case) -> str:
    return case.diet.reference if judgement is None else f"{judgement.body} {judgement.year}".strip()
