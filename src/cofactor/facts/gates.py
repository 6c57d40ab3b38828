"""The table of gates: when a nutrient is withheld or limited, one row per rule.

A rule is a *trigger* (what has to be true of a person) and a consequence (a level, limits, hours apart from a
medicine). Rows of level ``PART`` have no consequence of their own: they name facts that ``all`` and ``any`` rules
combine. The rules are evaluated in ``assess.gates``; they are read here so that the case parser knows the questions.

A rule whose id is that of a row of the interactions table carries that row's source, and its advice is that row's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from cofactor.errors import FactsError
from cofactor.facts.read import read_table
from cofactor.facts.types import Source

LEVELS = ("STOP", "REFER", "CAUTION", "INFO")
PART = "PART"
EVERY_NUTRIENT = "*"
REFERENCE = "reference"
"""A limit that is the person's own reference intake instead of a number."""


class Trigger(StrEnum):
    """What kind of fact a rule looks at, and which columns it reads."""

    LAB_ABOVE = "lab_above"  # latest result > low
    LAB_FROM = "lab_from"  # latest result >= low
    LAB_BELOW = "lab_below"  # latest result < high
    LAB_BAND = "lab_band"  # low <= latest result < high
    LAB_OUTSIDE_RANGE = "lab_outside_range"  # latest result outside the laboratory range for the sex
    LAB_ABOVE_RANGE = "lab_above_range"  # latest result above that range
    LAB_MISSING = "lab_missing"  # no recent result
    MEDICINE = "medicine"  # codes: ATC prefixes and ids of the interactions table
    MEDICINE_UNKNOWN = "medicine_unknown"  # a medicine that no table knows
    CONDITION = "condition"  # codes: ICD-10 prefixes or ranges and ids of the interactions table
    CONDITION_UNKNOWN = "condition_unknown"  # a condition that no table knows
    SUPPLEMENT = "supplement"  # codes: nutrients that are taken as a supplement
    TAKEN_ABOVE = "taken_above"  # codes: a nutrient of which supplements bring more than low a day
    ANSWER = "answer"  # question answered with yes
    UNANSWERED = "unanswered"  # question not answered
    AGE = "age"  # low <= age < high, years
    BMI = "bmi"  # low <= body mass index, kg/m²
    STATE = "state"  # codes: pregnant, lactating
    MAY_BE_PREGNANT = "may_be_pregnant"  # a woman of low <= age < high who is not past menopause
    ALL = "all"  # every one of parts
    ANY = "any"  # at least one of parts
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class GateRule:
    """One row of the table. Units: ``low`` and ``high`` in ``unit``, limits in the nutrient's unit per day."""

    id: str
    level: str  # one of LEVELS, or PART
    trigger: str  # a value of Trigger
    nutrients: tuple[str, ...]
    analyte: str
    low: float | None
    high: float | None
    unit: str
    codes: tuple[str, ...]
    question: str
    parts: tuple[str, ...]  # ids of other rules
    if_missing: str  # open | closed: what an absent answer or result does; empty where nothing can be absent
    limits_per_day: tuple[str, ...]  # nutrient=amount or nutrient=reference: largest supplement dose a day
    spacing_h: float | None  # hours between the medicine and the nutrients
    covered_by: tuple[str, ...]  # rules that say the same at least as strictly; this one is then not repeated
    source: Source
    note: str
    reviewed: str  # ISO date of the last review of the row

    @property
    def closes_when_missing(self) -> bool:
        """Whether an absent answer or result counts as the worse one."""
        return self.if_missing == "closed"

    @property
    def limits(self) -> dict[str, float | None]:
        """Limit per nutrient; None stands for the person's own reference intake."""
        pairs = (limit.split("=") for limit in self.limits_per_day)
        return {nutrient: None if amount == REFERENCE else float(amount) for nutrient, amount in pairs}


@lru_cache(maxsize=1)
def gate_rules() -> Mapping[str, GateRule]:
    """The shipped rules by id, in the order of the table. Raises ``FactsError`` naming everything that is wrong."""
    rules = read_table(GateRule, "gates")
    problems = list(problems_of(rules))
    if problems:
        raise FactsError("\n".join(problems))
    return {rule.id: rule for rule in rules}


def questions() -> tuple[str, ...]:
    """The ids of all questions that some rule asks, in the order of the table: the keys of ``answers`` in a case."""
    return tuple(dict.fromkeys(rule.question for rule in gate_rules().values() if rule.question))


# The columns that a trigger cannot do without.
_NEEDS: dict[Trigger, tuple[str, ...]] = {
    Trigger.LAB_ABOVE: ("analyte", "low", "unit"),
    Trigger.LAB_FROM: ("analyte", "low", "unit"),
    Trigger.LAB_BELOW: ("analyte", "high", "unit"),
    Trigger.LAB_BAND: ("analyte", "low", "high", "unit"),
    Trigger.LAB_OUTSIDE_RANGE: ("analyte", "unit"),
    Trigger.LAB_ABOVE_RANGE: ("analyte", "unit"),
    Trigger.LAB_MISSING: ("analyte",),
    Trigger.MEDICINE: ("codes",),
    Trigger.CONDITION: ("codes",),
    Trigger.SUPPLEMENT: ("codes",),
    Trigger.TAKEN_ABOVE: ("codes", "low", "unit"),
    Trigger.ANSWER: ("question", "if_missing"),
    Trigger.UNANSWERED: ("question",),
    Trigger.BMI: ("low",),
    Trigger.STATE: ("codes",),
    Trigger.MAY_BE_PREGNANT: ("low", "high"),
    Trigger.ALL: ("parts",),
    Trigger.ANY: ("parts",),
}


def problems_of(rules: Iterable[GateRule]) -> Iterable[str]:
    """Everything wrong with a table of rules: unknown words, missing columns, dangling or circular references."""
    by_id: dict[str, GateRule] = {}
    for rule in rules:
        if rule.id in by_id:
            yield f"gates: {rule.id} stands twice"
        by_id[rule.id] = rule
    for rule in by_id.values():
        yield from (f"gates: {rule.id}: {problem}" for problem in _problems_of_row(rule, by_id))


def _problems_of_row(rule: GateRule, by_id: Mapping[str, GateRule]) -> Iterable[str]:
    if rule.level not in (*LEVELS, PART):
        yield f"got level {rule.level!r}, expected one of {', '.join((*LEVELS, PART))}"
    if rule.trigger not in list(Trigger):
        yield f"got trigger {rule.trigger!r}, expected one of {', '.join(Trigger)}"
        return
    for column in _NEEDS.get(Trigger(rule.trigger), ()):
        if getattr(rule, column) in (None, "", ()):
            yield f"a rule of trigger {rule.trigger} needs {column}"
    if rule.if_missing not in ("", "open", "closed"):
        yield f"got if_missing {rule.if_missing!r}, expected open or closed"
    if (rule.level == PART) == bool(rule.nutrients):
        yield "a gate names its nutrients, a part names none"
    if rule.spacing_h is not None and rule.trigger not in (Trigger.MEDICINE, Trigger.SUPPLEMENT):
        yield "hours apart need a medicine or a supplement"
    for other in (*rule.parts, *rule.covered_by):
        if other not in by_id:
            yield f"names {other}, which is not in the table"
    if _reaches_itself(rule, by_id):
        yield "is part of itself"


def _reaches_itself(rule: GateRule, by_id: Mapping[str, GateRule]) -> bool:
    seen: set[str] = set()
    waiting = list(rule.parts)
    while waiting:
        part = waiting.pop()
        if part == rule.id:
            return True
        if part not in seen and part in by_id:
            seen.add(part)
            waiting += by_id[part].parts
    return False
