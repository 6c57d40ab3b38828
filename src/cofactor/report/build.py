"""From a case to the report: every stage in order, and what is gathered of each."""

from __future__ import annotations

from collections.abc import Iterator

from cofactor import __version__
from cofactor.assess import gates as gating
from cofactor.assess.forecast import bands
from cofactor.assess.status import analyte_status, nutrient_status
from cofactor.assess.types import Band, GateResult, StatusRow
from cofactor.assess.update import Posterior, posterior
from cofactor.engine.generate import human
from cofactor.facts.types import Source
from cofactor.person.body import present
from cofactor.person.derived import ADULT, measured
from cofactor.person.intake import Intake, intake, model_inputs
from cofactor.person.types import Case
from cofactor.plan.optimise import Planned, plan
from cofactor.plan.outlook import JUDGED_ON
from cofactor.plan.types import Reason
from cofactor.report import flows
from cofactor.report.types import Report

ASKED_LABS = ("25OHD", "Mg_serum", "Ca_total", "creatinine")
"""Results that narrow a plan most; each that a case lacks is named."""
MAIN_NUTRIENTS = ("vitamin_d", "magnesium", "calcium", "phosphorus")
"""Nutrients whose intake the model runs on."""
PICTURE_DAYS = (0.0, JUDGED_ON)
"""Days that the system picture can show: today, and the day on which the plan is judged."""
KIDNEY_TRIALS = 60.0
"""mL/min per 1.73 m²; the trials that the model is held to took people with kidneys that work (their own criteria)."""


def build(case: Case, seed: int = 1) -> Report:
    """Assess, forecast and plan for a case. The same case and seed give the same report."""
    eaten, gates, of = intake(case), gating.evaluate(case), posterior(case, seed)
    planned = plan(case, eaten, gates, of)
    futures = (*bands(planned.now, "now"), *bands(planned.then, "plan"))
    status = _status(case, eaten, futures)
    return Report(
        case=case,
        version=__version__,
        model=f"human {human().source[:12]}",
        intake=eaten,
        status=status,
        gates=gates,
        posterior=of,
        bands=futures,
        plan=planned.plan,
        unknown=tuple(_unknown(case, eaten, of)),
        sources=_sources(case, planned, gates, status),
        flows=(
            *flows.flows(of, present(of.members.subject), "now", PICTURE_DAYS),
            *flows.flows(of, planned.regimen, "plan", PICTURE_DAYS),
        ),
    )


def _status(case: Case, eaten: Intake, futures: tuple[Band, ...]) -> tuple[StatusRow, ...]:
    """Every nutrient, then every level; today's estimates are those of the forecast's first day."""
    today = {band.outcome: band for band in futures if band.under == "now" and band.days == 0}
    return (*nutrient_status(case, eaten), *analyte_status(case, today))


def _unknown(case: Case, eaten: Intake, of: Posterior) -> Iterator[Reason]:
    """What the case leaves open, in the order in which it matters, with what was taken for granted instead."""
    for result in ASKED_LABS:
        if measured(case, result) is None:
            yield Reason("unknown.lab", {"analyte": result})
    for question in gating.unanswered(case):
        yield Reason("unknown.question", {"question": question})
    person = case.person
    said = {"height": person.height_cm, "skin": person.skin, "menopause": person.postmenopausal}
    for name, value in said.items():
        if value is None and not (name == "menopause" and person.sex == "male"):
            yield Reason(f"unknown.{name}", {})
    if not case.sun.stated:
        yield Reason("unknown.sun", {})
    for nutrient in MAIN_NUTRIENTS:
        if eaten.assumed(nutrient):
            yield Reason("unknown.diet", {"nutrient": nutrient})
        share = eaten.unmeasured_share.get(nutrient, 0.0)
        if share > 0:
            yield Reason("unknown.unmeasured", {"nutrient": nutrient, "share": share})
    for name in model_inputs(eaten).unmodelled:
        yield Reason("unknown.not_in_model", {"what": name})
    if of.disagrees:
        yield Reason("unknown.labs_disagree", {"probability": of.surprise})
    for found in _outside_of_validation(case):
        yield Reason(f"unknown.not_validated.{found}", {})


def _outside_of_validation(case: Case) -> Iterator[str]:
    """States and ages in which no trial that the model was held to took place."""
    if case.person.age < ADULT:
        yield "child"
    if case.person.state != "none":
        yield case.person.state
    kidney = measured(case, "eGFR")
    if kidney is not None and kidney.value < KIDNEY_TRIALS:
        yield "kidney"


def _sources(case: Case, planned: Planned, gates: GateResult, status: tuple[StatusRow, ...]) -> tuple[Source, ...]:
    """Everything that decided something in this run, each source once: plan, gates, status, tables of foods."""
    found: dict[Source, None] = {}
    for item in planned.plan.items:
        found.update(dict.fromkeys(item.sources))
    for gate in gates.gates:
        if gate.source is not None:
            found[gate.source] = None
    for row in status:
        found.update(dict.fromkeys(j.source for j in row.judgements))
    found.update(dict.fromkeys(eaten.food.source for eaten in case.diet.foods))
    return tuple(found)
