"""What a case leaves open, with what was taken for granted in its place, in the order in which it matters."""

from __future__ import annotations

from collections.abc import Iterator

from cofactor.assess.gates import open_questions
from cofactor.assess.types import StatusRow
from cofactor.assess.update import Posterior, Unused
from cofactor.person.derived import measured
from cofactor.person.intake import Intake, model_inputs
from cofactor.person.measures import ADULT
from cofactor.person.types import Case
from cofactor.plan.schedule import medicine_moments
from cofactor.plan.types import Reason

ASKED_LABS = ("25OHD", "Mg_serum", "Ca_total", "creatinine")
"""Results that narrow a plan most; each that a case lacks is named."""
MAIN_NUTRIENTS = ("vitamin_d", "magnesium", "calcium", "phosphorus")
"""Nutrients whose intake the model runs on."""
KIDNEY_TRIALS = 60.0
"""mL/min per 1.73 m²; the trials that the model is held to took people with kidneys that work (their own criteria)."""
LEAST_UNMEASURED = 0.05
"""Share of the listed food below which a gap in the tables is not worth a line."""
POOR_ABSORPTION = ("CN019", "CN020")
"""Interactions for conditions and surgery after which less is absorbed."""


def unknown(case: Case, eaten: Intake, of: Posterior, status: tuple[StatusRow, ...]) -> Iterator[Reason]:
    """Everything that was not known, or lies outside of what the model was held to."""
    yield from _about_the_model(case, of)
    yield from _labs(case, of)
    for question in open_questions(case):
        yield Reason("unknown.question", {"question": question})
    yield from _about_the_person(case)
    yield from _about_the_diet(case, eaten, status)
    yield from _about_what_is_taken(case, eaten)


def _about_the_model(case: Case, of: Posterior) -> Iterator[Reason]:
    for analyte in of.doubtful:
        yield Reason("unknown.labs_disagree", {"analyte": analyte, "probability": of.surprise})
    for found in _outside_of_validation(case):
        yield Reason(f"unknown.not_validated.{found}", {})


def _outside_of_validation(case: Case) -> Iterator[str]:
    """States, ages and conditions in which no trial that the model was held to took place."""
    if case.person.age < ADULT:
        yield "child"
    if case.person.state != "none":
        yield case.person.state
    kidney = measured(case, "eGFR")
    if kidney is not None and kidney.value < KIDNEY_TRIALS:
        yield "kidney"
    named = {id_ for condition in case.conditions for id_ in condition.interactions}
    if named & set(POOR_ABSORPTION) or case.answers.get("bariatric_surgery") is True:
        yield "absorption"


def _labs(case: Case, of: Posterior) -> Iterator[Reason]:
    """What was not measured, and what was but could not count. What the model does not report is no loss to it."""
    for result in ASKED_LABS:
        if measured(case, "eGFR" if result == "creatinine" else result) is None:
            yield Reason("unknown.lab", {"analyte": result})
    for unused, reason in of.unused:
        if reason is not Unused.NOT_MODELLED:
            yield Reason(f"unknown.unused.{reason}", {"analyte": unused.analyte, "date": unused.date.isoformat()})


def _about_the_person(case: Case) -> Iterator[Reason]:
    person = case.person
    said = {"height": person.height_cm, "skin": person.skin, "menopause": person.postmenopausal}
    for name, value in said.items():
        if value is None and not (name == "menopause" and person.sex == "male"):
            yield Reason(f"unknown.{name}", {})
    if not case.sun.stated:
        yield Reason("unknown.sun", {})


def _about_the_diet(case: Case, eaten: Intake, status: tuple[StatusRow, ...]) -> Iterator[Reason]:
    for nutrient in MAIN_NUTRIENTS:
        if eaten.assumed(nutrient):
            yield Reason("unknown.diet", {"nutrient": nutrient})
    for nutrient in MAIN_NUTRIENTS:
        share = eaten.unmeasured_share.get(nutrient, 0.0)
        if share >= LEAST_UNMEASURED:
            yield Reason("unknown.unmeasured", {"nutrient": nutrient, "share": share})
    elsewhere = {row.by: None for row in status if row.id in MAIN_NUTRIENTS and row.basis == "diet"}
    for body in elsewhere:
        if not body.startswith(case.diet.reference):
            yield Reason("unknown.reference", {"reference": case.diet.reference, "body": body})


def _about_what_is_taken(case: Case, eaten: Intake) -> Iterator[Reason]:
    for moment in medicine_moments(case.medicines):
        if not moment.said:
            values: dict[str, str | float] = {"medicine": moment.medicine.as_typed, "to": moment.slot}
            yield Reason("unknown.medicine_moment", values)
    unmodelled = model_inputs(eaten).unmodelled
    for s in eaten.taken:
        named = f"{s.nutrient}:{s.form}" if s.form else s.nutrient
        if s.since is None and named not in unmodelled:
            yield Reason("unknown.since", {"nutrient": s.nutrient, "form": s.form or "unknown", "label": s.label or ""})
    for name in unmodelled:
        yield Reason("unknown.not_in_model", {"what": name})
