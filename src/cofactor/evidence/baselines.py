"""25(OH)D at the start of an arm, and what stands in where its table gives none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cofactor.evidence import dosing
from cofactor.evidence.observed import Measure, analyte_of, scale
from cofactor.evidence.published import Row
from cofactor.evidence.reasons import Filled, Rule
from cofactor.facts.read import parse_rows
from cofactor.facts.types import Source
from cofactor.units import convert

USUAL = 55.0
"""25(OH)D (nmol/L) where nothing in the trial tells one: usual level of trial populations. Assumption."""


@dataclass(frozen=True, slots=True)
class ArmDetail:
    """What a table does not say of an arm, from elsewhere."""

    trial_id: str
    arm: str
    baseline_25OHD: float | None  # noqa: N815 - the analyte's own name
    supervised: float | None
    scored: float | None
    source: Source


@dataclass(frozen=True, slots=True)
class Baseline:
    """25(OH)D in nmol/L, the day it holds on (0, or that of an untreated arm), and the rule that filled it, if any."""

    level: float
    day: float = 0.0
    rule: Rule | None = None

    @property
    def filled(self) -> tuple[Filled, ...]:
        """The rule as something filled in; nothing where the table gives the level."""
        return () if self.rule is None else (Filled(self.rule, self.level),)


@cache
def _details() -> dict[tuple[str, str], ArmDetail]:
    text = files("cofactor.evidence").joinpath("tables", "arm_details.csv").read_text(encoding="utf-8")
    return {(d.trial_id, d.arm): d for d in parse_rows(ArmDetail, "arm_details", text.splitlines())}


def detail(trial: str, arm: str) -> ArmDetail | None:
    """What is known from elsewhere of an arm, or of all arms of a trial."""
    return _details().get((trial, arm)) or _details().get((trial, ""))


def is_25ohd(row: Row) -> bool:
    """Whether a row is about 25(OH)D."""
    return (analyte_of(row.text("outcome")) or "").startswith("25OHD")


def nmol_per_unit(row: Row) -> float:
    """Factor from the row's unit to nmol/L of 25(OH)D."""
    return scale(row.text("unit"), "25OHD", Measure.LEVEL) or 1.0


def baseline(rows: Sequence[Row], table: Sequence[Row]) -> Baseline:
    """The level at the start of an arm (its ``rows``): as given, or by the first rule that finds one in ``table``."""
    trial, arm = rows[0].text("trial_id"), rows[0].text("arm")
    same = [r for r in table if r.text("trial_id") == trial]
    own = _given(rows) or _given([r for r in same if r.text("arm") == arm])
    known = detail(trial, arm)
    if own is not None:
        return Baseline(own)
    if known and known.baseline_25OHD is not None:
        return Baseline(known.baseline_25OHD, 0.0, Rule.ELSEWHERE)
    if (other := _given(same)) is not None:
        return Baseline(other, 0.0, Rule.OTHER_ARM)
    if (untreated := _untreated(same)) is not None:
        return untreated
    if (said := said_of_people(rows[0].text("population"))) is not None:
        return Baseline(said, 0.0, Rule.ADMITTED)
    return Baseline(USUAL, 0.0, Rule.USUAL)


def _given(rows: Sequence[Row]) -> float | None:
    """The first level at the start that rows about 25(OH)D give, nmol/L."""
    for row in (r for r in rows if is_25ohd(r)):
        if (start := row.number("baseline_mean")) is not None:
            return start * nmol_per_unit(row)
    return None


def _untreated(rows: Sequence[Row]) -> Baseline | None:
    """The level of the arm without a dose, on its own day."""
    for row in rows:
        level = is_25ohd(row) and not re.search("change|minus|percent|cmax|auc", row.text("outcome").lower())
        idle = (
            level
            and dosing.forms_of(row.text("form")) == ()
            and not row.text("form").lower().startswith(("mg", "magn", "ca"))
        )
        end, day = row.number("value_mean"), row.time_days
        if idle and end is not None and day is not None and "comparison" not in row.text("arm"):
            return Baseline(end * nmol_per_unit(row), day, Rule.UNTREATED_ARM)
    return None


def said_of_people(population: str) -> float | None:
    """25(OH)D (nmol/L) that the words about who was let in suggest: the middle of a range, four fifths of a limit."""
    match = re.search(
        r"25-?\(?oh\)?d\s*(<=?|below|under)?\s*(\d+)(?:\s*-\s*(\d+))?\s*(ng/ml|nmol/l)?", population.lower()
    )
    if match is None or not (match[1] or match[3]):
        return None
    level = (float(match[2]) + float(match[3])) / 2 if match[3] else 0.8 * float(match[2])
    return level * (convert(1.0, "ng/mL", "nmol/L", "25OHD") if match[4] == "ng/ml" else 1.0)
