"""Interactions among nutrients, and rules of timing, that this person's doses bring into play.

Pure: an intake and a table of conditions (``facts/tables/interplay.csv``), whose numbers are those of the interactions
table. What to do is that table's own sentence, in both languages. Interactions with medicines and conditions are
gates; these are not, since no dose here is forbidden by them that a limit does not forbid already.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from cofactor.facts.load import NUTRIENT_UNIT, load
from cofactor.facts.read import read_table
from cofactor.facts.types import Interaction, InterplayRule
from cofactor.person.derived import measured
from cofactor.person.exposure import value
from cofactor.person.inputs import form_family
from cofactor.person.intake import Intake
from cofactor.person.types import Case, Supplement
from cofactor.units import DAYS_PER_MONTH, MOLAR_MASS

SPACED_DAYS = 14.0  # doses of vitamin D this far apart count as large and spaced (interactions table, TM007)
_WITHOUT_MEAL = ("waking", "bedtime")
_OPS: Mapping[str, Callable[[float, float], bool]] = {">": operator.gt, ">=": operator.ge, "<": operator.lt}


@dataclass(frozen=True, slots=True)
class Interplay:
    """An interaction or rule of timing that the present doses bring into play.

    ``values`` are the amounts that met it, by nutrient, in its canonical unit (``phytate`` in mg/d).
    """

    interaction: Interaction
    values: Mapping[str, float]

    @property
    def amounts(self) -> Mapping[str, float]:
        """Those of the values that are amounts of a nutrient, in its canonical unit."""
        rows = {r.nutrient: r.unit for groups in _rules()[self.interaction.id] for r in groups}
        return {n: v for n, v in self.values.items() if n in NUTRIENT_UNIT and rows.get(n) == NUTRIENT_UNIT[n]}

    def action(self, lang: str) -> str:
        """What to do about it, in English or French."""
        return self.interaction.action_fr if lang == "fr" else self.interaction.action_en


def interplay(case: Case, intake: Intake) -> tuple[Interplay, ...]:
    """What the present intake brings into play, the graver first, then in the order of the table."""
    found: dict[str, Interplay] = {}
    for name, groups in _rules().items():
        for rules in groups:
            met = [_met(rule, case, intake) for rule in rules]
            if all(v is not None for v in met):
                values = {r.nutrient or r.what: v for r, v in zip(rules, met, strict=True) if v is not None}
                found.setdefault(name, Interplay(load().interaction(name), values))
    grave = ("avoid", "refer", "caution", "info")
    return tuple(sorted(found.values(), key=lambda i: grave.index(i.interaction.severity)))


@cache
def _rules() -> Mapping[str, tuple[tuple[InterplayRule, ...], ...]]:
    """Conditions by interaction, in groups."""
    found: dict[str, dict[str, list[InterplayRule]]] = {}
    for row in read_table(InterplayRule, "interplay"):
        found.setdefault(row.interaction, {}).setdefault(row.group, []).append(row)
    return {name: tuple(tuple(rows) for rows in groups.values()) for name, groups in found.items()}


def _met(rule: InterplayRule, case: Case, intake: Intake) -> float | None:
    """The amount that meets a condition, or None where it does not hold or is not known."""
    if rule.region and rule.region != case.place.region:
        return None
    amount = MEASURES[rule.what](rule, case, intake)
    return amount if amount is not None and _OPS[rule.op](amount, rule.amount) else None


def _total(rule: InterplayRule, case: Case, intake: Intake) -> float | None:
    """From all sources; where food is not known, supplements alone can pass a limit but not fall short of one."""
    if rule.nutrient in intake.total:
        return intake.total[rule.nutrient].mid
    return None if rule.op == "<" else _supplement(rule, case, intake)


def _supplement(rule: InterplayRule, _case: Case, intake: Intake) -> float:
    return sum(s.per_day for s in _taken(rule, intake))


def _per_intake(rule: InterplayRule, _case: Case, intake: Intake) -> float:
    """The largest amount at one moment; products without a moment are taken apart."""
    moments: dict[str, float] = {}
    for i, s in enumerate(_taken(rule, intake)):
        for slot in s.slots or (f"{i}",):
            moments[slot] = moments.get(slot, 0.0) + s.amount
    return max(moments.values(), default=0.0)


def _without_meal(rule: InterplayRule, _case: Case, intake: Intake) -> float:
    return sum(s.amount for s in _taken(rule, intake) if s.slots and set(s.slots) <= set(_WITHOUT_MEAL))


def _spaced(rule: InterplayRule, _case: Case, intake: Intake) -> float:
    return sum(s.per_day * DAYS_PER_MONTH for s in _taken(rule, intake) if s.every_days >= SPACED_DAYS)


def _below_reference(rule: InterplayRule, case: Case, intake: Intake) -> float | None:
    """Intake as a share of the reference value of the case's set."""
    person = case.person
    target = load().target(rule.nutrient, case.diet.reference, person.sex, person.age, person.state)
    if target is None or rule.nutrient not in intake.total:
        return None
    return intake.total[rule.nutrient].mid / target.value


def _phytate(_rule: InterplayRule, _case: Case, intake: Intake) -> float:
    return intake.phytate_per_meal * value("meals") * MOLAR_MASS["phytic_acid"]


def _since_start(rule: InterplayRule, case: Case, intake: Intake) -> float | None:
    """Days since the youngest start of a supplement, where a 25(OH)D was measured after it: too early to tell."""
    starts = [s.since for s in _taken(rule, intake) if s.since is not None]
    result = measured(case, "25OHD")
    if not starts or result is None or result.date <= max(starts):
        return None
    return float((result.date - max(starts)).days)


def _taken(rule: InterplayRule, intake: Intake) -> list[Supplement]:
    return [
        s
        for s in intake.taken
        if s.nutrient == rule.nutrient and (not rule.form or form_family(s.nutrient, s.form) == rule.form)
    ]


MEASURES: Mapping[str, Callable[[InterplayRule, Case, Intake], float | None]] = {
    "total": _total,
    "supplement": _supplement,
    "per_intake": _per_intake,
    "without_meal": _without_meal,
    "spaced_per_month": _spaced,
    "total_below_reference": _below_reference,
    "phytate": _phytate,
    "days_since_start": _since_start,
}
"""What a condition can look at: amounts per day unless the name says otherwise."""
