"""Gates: which nutrients a plan may not touch for this person, which it may touch only within tighter limits, and why.

Pure functions over the table ``facts/tables/gates.csv``. No face, forecast or optimiser stands between a case and its
gates, and no switch of a user overrides one.

How a missing answer is read
    Every rule says what the absence of its answer or result does. The questions whose absence closes a gate are those a
    person can answer and a plan depends on: kidney function (in a person at risk), kidney stones, a planned pregnancy,
    how long a proton pump inhibitor or a glucocorticoid has been taken, 25(OH)D before a bone medicine. Signs of an
    emergency close nothing when unanswered; every report prints them.
How age of a result is read
    The latest result counts. An abnormal one closes its gate whatever its age; a reassuring one opens it only while it
    is recent (:data:`cofactor.person.derived.RECENT`).
Strengthening facts only tighten
    Another medicine, condition, yes or abnormal result never loosens a gate. Only a reassuring known value opens what
    its absence had closed.
"""

from __future__ import annotations

from dataclasses import replace

from cofactor.assess.triggers import Finding, Setting, find
from cofactor.assess.types import Gate, GateResult, Level, Spacing
from cofactor.facts.gates import EVERY_NUTRIENT, PART, GateRule, Trigger, gate_rules, questions
from cofactor.facts.load import REGION_AUTHORITY, load
from cofactor.person.types import Case

NOT_CHECKED = ("G-MEDICINE-UNKNOWN", "G-CONDITION-UNKNOWN")
"""What could not be looked up is printed before everything but an emergency: it may hide anything."""


_LACTATING = "P-STATE-LACTATING"


def evaluate(case: Case) -> GateResult:
    """All gates that the case meets, strongest first, and the hours to keep between medicines and nutrients."""
    return judge(Setting(case, load(), gate_rules()))


def judge(setting: Setting) -> GateResult:
    """As :func:`evaluate`, with the tables given."""
    rules = setting.rules
    found = {id_: find(rule, setting) for id_, rule in rules.items() if rule.level != PART}
    met = {id_: finding for id_, finding in found.items() if finding.met}
    new = [id_ for id_ in met if not met.keys() & set(rules[id_].covered_by)]  # not said at least as strictly already
    gates = sorted((_gate(rules[id_], met[id_], setting) for id_ in new), key=lambda g: _urgency(g, rules[g.id]))
    spacings = [spacing for id_, finding in met.items() for spacing in _spacings(rules[id_], finding)]
    return GateResult(tuple(gates), tuple(spacings), len(setting.facts.interactions))


def unanswered(case: Case) -> tuple[str, ...]:
    """The gate questions that the case leaves open, in the order of the table."""
    return tuple(question for question in questions() if question not in case.answers)


def emergencies() -> tuple[str, ...]:
    """The questions whose yes stops everything: the signs that every report prints, answered or not."""
    rules = gate_rules().values()
    red = [r for r in rules if r.trigger == Trigger.ANSWER and r.level == Level.STOP and EVERY_NUTRIENT in r.nutrients]
    return tuple(rule.question for rule in red)


def open_questions(case: Case) -> tuple[str, ...]:
    """The unanswered questions of which yes and no lead to different gates for this person; emergencies apart."""
    asked = (question for question in unanswered(case) if question not in emergencies())
    return tuple(question for question in asked if _met(case, question, True) != _met(case, question, False))


def _met(case: Case, question: str, answer: bool) -> set[str]:
    answered = replace(case, answers={**case.answers, question: answer})
    return {gate.id for gate in evaluate(answered).gates}


def _gate(rule: GateRule, finding: Finding, setting: Setting) -> Gate:
    limits = {
        nutrient: _own_reference(nutrient, rule, setting) if amount is None else amount
        for nutrient, amount in rule.limits.items()
    }
    return Gate(
        rule.id,
        Level(rule.level),
        rule.nutrients,
        dict(finding.values),
        limits,
        of_reference=None in rule.limits.values(),
        missing=finding.missing,
        source=rule.source,
    )


def _own_reference(nutrient: str, rule: GateRule, setting: Setting) -> float:
    """The person's reference intake by the case's reference set, else by the region's body, else nothing at all.

    Asked for in pregnancy and lactation only; either that is known from a condition alone is read as that state.
    """
    person, facts = setting.case.person, setting.facts
    by_condition = "lactating" if _LACTATING in rule.parts else "pregnant"
    state = by_condition if person.state == "none" else person.state
    for authority in (setting.case.diet.reference, REGION_AUTHORITY[setting.case.place.region]):
        target = facts.target(nutrient, authority, person.sex, person.age, state)
        if target is not None:
            return target.value
    return 0.0


def _spacings(rule: GateRule, finding: Finding) -> tuple[Spacing, ...]:
    if rule.spacing_h is None:
        return ()
    return tuple(Spacing(rule.id, name, rule.nutrients, rule.spacing_h) for name in finding.takes)


def _urgency(gate: Gate, rule: GateRule) -> tuple[bool, bool, bool, int]:
    """Emergencies, then what could not be checked, then by level; a rule that holds for everyone comes last."""
    emergency = gate.level is Level.STOP and EVERY_NUTRIENT in gate.nutrients
    constant = rule.trigger == Trigger.ALWAYS
    return not emergency, gate.id not in NOT_CHECKED, constant, list(Level).index(gate.level)
