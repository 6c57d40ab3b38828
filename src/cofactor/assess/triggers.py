"""What makes a gate act: one small pure function per kind of trigger.

A trigger answers with a :class:`Finding`. Nothing here reads a clock, a file or a text to be interpreted.

Missing facts: a rule whose ``if_missing`` is ``closed`` acts when its answer or result is absent, and names what is
absent. A result that is known only as "below" or "above" the range of its assay meets a cut-off that it may lie beyond.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cofactor.facts.gates import GateRule, Trigger
from cofactor.facts.load import Facts
from cofactor.facts.names import covers, fold
from cofactor.person.derived import Measured, measured
from cofactor.person.exposure import value
from cofactor.person.intake import in_use
from cofactor.person.types import Case, Condition, Medicine


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a rule is met.

    ``values`` are what a sentence may show: ``value``, ``unit``, ``date`` (labs), ``medicine``, ``condition``,
    ``supplement`` (as the user wrote them), ``age``, ``bmi``. ``missing`` are the questions and analytes whose absence
    met the rule. ``takes`` are the medicines or supplements that met it.
    """

    met: bool
    values: Mapping[str, str | float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


NOT_MET = Finding(False)
_INTERACTION = re.compile(r"(DN|CN|NN|TM)\d{3}")


@dataclass(frozen=True, slots=True)
class Setting:
    """A case together with the tables it is judged by."""

    case: Case
    facts: Facts
    rules: Mapping[str, GateRule]


def find(rule: GateRule, setting: Setting) -> Finding:
    """Whether the case meets the rule's trigger, and with which values."""
    return _TRIGGERS[Trigger(rule.trigger)](rule, setting)


# --- laboratory results


def _lab(rule: GateRule, setting: Setting) -> Finding:
    """A cut-off or a band: open at the low end for ``lab_above``, closed there for the others."""
    at_low = rule.trigger != Trigger.LAB_ABOVE
    return _lab_between(rule, setting, rule.low, rule.high, low_included=at_low)


def _lab_between(
    rule: GateRule, setting: Setting, low: float | None, high: float | None, *, low_included: bool
) -> Finding:
    result = measured(setting.case, rule.analyte)
    if result is not None and _may_lie_between(result, low, high, low_included=low_included):
        return Finding(True, _shown(result, rule.unit))
    reassures = result is not None and result.is_recent(setting.case.today)
    return Finding(True, missing=(rule.analyte,)) if rule.closes_when_missing and not reassures else NOT_MET


def _may_lie_between(result: Measured, low: float | None, high: float | None, *, low_included: bool) -> bool:
    """Whether the true value can lie in the band; a censored result spans everything beyond its limit."""
    from_below = result.operator == "<"
    from_above = result.operator == ">"
    above_low = low is None or from_above or result.value > low
    above_low = above_low or (low_included and not from_below and result.value == low)
    below_high = high is None or from_below or result.value < high
    return above_low and below_high


def _shown(result: Measured, unit: str) -> dict[str, str | float]:
    value = f"{result.operator} {result.value:.4g}" if result.operator != "=" else float(f"{result.value:.4g}")
    return {"value": value, "unit": unit, "date": result.date.isoformat()}


def _lab_outside_range(rule: GateRule, setting: Setting) -> Finding:
    low, high = _range(rule, setting)
    below = NOT_MET if low is None else _lab_between(rule, setting, None, low, low_included=True)
    above = NOT_MET if high is None else _lab_between(rule, setting, high, None, low_included=False)
    return below if below.met else above


def _lab_above_range(rule: GateRule, setting: Setting) -> Finding:
    high = _range(rule, setting)[1]
    return NOT_MET if high is None else _lab_between(rule, setting, high, None, low_included=False)


def _range(rule: GateRule, setting: Setting) -> tuple[float | None, float | None]:
    """The laboratory range; adjusted calcium is read on the range of total calcium."""
    analyte = "Ca_total" if rule.analyte == "Ca_adjusted" else rule.analyte
    lab = setting.facts.lab(analyte, setting.case.person.sex)
    return (None, None) if lab is None else (lab.reference_low, lab.reference_high)


def _lab_missing(rule: GateRule, setting: Setting) -> Finding:
    result = measured(setting.case, rule.analyte)
    known = result is not None and result.is_recent(setting.case.today)
    return NOT_MET if known else Finding(True, missing=(rule.analyte,))


# --- medicines, conditions, supplements


def _medicine(rule: GateRule, setting: Setting) -> Finding:
    found = [m.as_typed for m in setting.case.medicines if _is_meant(m, m.atc, rule, setting.facts)]
    return _of("medicine", found)


def _condition(rule: GateRule, setting: Setting) -> Finding:
    found = [c.as_typed for c in setting.case.conditions if _is_meant(c, c.icd10, rule, setting.facts)]
    return _of("condition", found)


def _is_meant(thing: Medicine | Condition, code: str | None, rule: GateRule, facts: Facts) -> bool:
    """By id of the interactions table or by code; by that table's codes where nobody looked the ids up."""
    if any(id_ in rule.codes for id_ in thing.interactions):
        return True
    if code is None:
        return False
    look_up = not thing.interactions
    codes = [c for name in rule.codes for c in _codes_of(name, facts, look_up=look_up)]
    return any(covers(c, code.removesuffix(".9")) for c in codes)


def _codes_of(name: str, facts: Facts, *, look_up: bool) -> tuple[str, ...]:
    """The code that a rule names, or those of the interaction that it names."""
    if not _INTERACTION.fullmatch(name):
        return (name,)
    return facts.interaction(name).codes if look_up else ()


def _medicine_unknown(_rule: GateRule, setting: Setting) -> Finding:
    return _of("medicine", [m.as_typed for m in setting.case.medicines if m.atc is None and not m.interactions])


def _condition_unknown(_rule: GateRule, setting: Setting) -> Finding:
    return _of("condition", [c.as_typed for c in setting.case.conditions if c.icd10 is None and not c.interactions])


def _supplement(rule: GateRule, setting: Setting) -> Finding:
    case = setting.case
    taken = [s for s in case.supplements if s.nutrient in rule.codes and in_use(s, case.today)]
    return _of("supplement", [s.label or s.nutrient for s in taken])


def _taken_above(rule: GateRule, setting: Setting) -> Finding:
    """Calcifediol counts at its equivalent of vitamin D, as in limits."""
    case, (nutrient,) = setting.case, rule.codes
    taken = [s for s in case.supplements if s.nutrient == nutrient and in_use(s, case.today)]
    amount = sum(s.per_day * (value("calcifediol.equivalent") if s.form == "calcifediol" else 1.0) for s in taken)
    met = rule.low is not None and amount > rule.low
    return Finding(True, {"value": amount, "unit": rule.unit}) if met else NOT_MET


def _of(kind: str, names: list[str]) -> Finding:
    """What met a rule, each once as it is shown: what is taken twice a day stands twice in a case."""
    shown: dict[str, str] = {}
    for name in names:
        shown.setdefault(fold(name), name)
    return Finding(True, {kind: ", ".join(shown.values())}, takes=tuple(dict.fromkeys(names))) if names else NOT_MET


# --- answers and the person


def _answer(rule: GateRule, setting: Setting) -> Finding:
    answer = setting.case.answers.get(rule.question)
    if answer is None:
        return Finding(True, missing=(rule.question,)) if rule.closes_when_missing else NOT_MET
    return Finding(answer is not False)


def _unanswered(rule: GateRule, setting: Setting) -> Finding:
    return NOT_MET if rule.question in setting.case.answers else Finding(True, missing=(rule.question,))


def _age(rule: GateRule, setting: Setting) -> Finding:
    age = setting.case.person.age
    met = (rule.low is None or age >= rule.low) and (rule.high is None or age < rule.high)
    return Finding(True, {"age": int(age)}) if met else NOT_MET


def _bmi(rule: GateRule, setting: Setting) -> Finding:
    bmi = setting.case.person.bmi
    met = bmi is not None and rule.low is not None and bmi >= rule.low
    return Finding(True, {"bmi": round(bmi, 1)}) if met and bmi is not None else NOT_MET


def _state(rule: GateRule, setting: Setting) -> Finding:
    return Finding(setting.case.person.state in rule.codes)


def _may_be_pregnant(rule: GateRule, setting: Setting) -> Finding:
    person = setting.case.person
    possible = person.sex == "female" and person.state == "none" and person.postmenopausal is not True
    return _age(rule, setting) if possible else NOT_MET


# --- combinations


def _all(rule: GateRule, setting: Setting) -> Finding:
    found = [find(setting.rules[part], setting) for part in rule.parts]
    return _joined(found) if all(f.met for f in found) else NOT_MET


def _any(rule: GateRule, setting: Setting) -> Finding:
    """Met by what is known where something known meets it; by what is missing only where nothing else does."""
    found = [f for f in (find(setting.rules[part], setting) for part in rule.parts) if f.met]
    known = [f for f in found if not f.missing]
    return _joined(known or found) if found else NOT_MET


def _joined(found: list[Finding]) -> Finding:
    values: dict[str, str | float] = {}
    for one in reversed(found):
        values.update(one.values)
    missing = dict.fromkeys(name for one in found for name in one.missing)
    takes = dict.fromkeys(name for one in found for name in one.takes)
    return Finding(True, values, tuple(missing), tuple(takes))


def _always(_rule: GateRule, _setting: Setting) -> Finding:
    return Finding(True)


_TRIGGERS: Mapping[Trigger, Callable[[GateRule, Setting], Finding]] = {
    Trigger.LAB_ABOVE: _lab,
    Trigger.LAB_FROM: _lab,
    Trigger.LAB_BELOW: _lab,
    Trigger.LAB_BAND: _lab,
    Trigger.LAB_OUTSIDE_RANGE: _lab_outside_range,
    Trigger.LAB_ABOVE_RANGE: _lab_above_range,
    Trigger.LAB_MISSING: _lab_missing,
    Trigger.MEDICINE: _medicine,
    Trigger.MEDICINE_UNKNOWN: _medicine_unknown,
    Trigger.CONDITION: _condition,
    Trigger.CONDITION_UNKNOWN: _condition_unknown,
    Trigger.SUPPLEMENT: _supplement,
    Trigger.TAKEN_ABOVE: _taken_above,
    Trigger.ANSWER: _answer,
    Trigger.UNANSWERED: _unanswered,
    Trigger.AGE: _age,
    Trigger.BMI: _bmi,
    Trigger.STATE: _state,
    Trigger.MAY_BE_PREGNANT: _may_be_pregnant,
    Trigger.ALL: _all,
    Trigger.ANY: _any,
    Trigger.ALWAYS: _always,
}
