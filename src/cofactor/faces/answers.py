"""What the commands and the REST API answer, as plain values: one function per question, from a case that was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cofactor.assess import forecast as assess_forecast
from cofactor.assess.gates import evaluate
from cofactor.assess.types import GateResult
from cofactor.assess.update import SHOWN, posterior
from cofactor.errors import InputError, Problem
from cofactor.evidence.ask import matching
from cofactor.evidence.ledger import claim, claims
from cofactor.evidence.studies import run, studies
from cofactor.facts.food_lookup import search_foods as search
from cofactor.person.case import parse_dose
from cofactor.person.types import Case
from cofactor.report.build import build
from cofactor.report.foods import food_row
from cofactor.report.ledger import claim_row
from cofactor.report.ledger import rows as claim_rows
from cofactor.report.product_json import product_document
from cofactor.report.result import band_row, gate_row, result, source_row, status_row
from cofactor.report.text import Text
from cofactor.report.words import Words
from cofactor.said import Said
from cofactor.trial.label_file import parse_label
from cofactor.trial.product import live

Answer = dict[str, Any]
MOST_PEOPLE = 2_000
"""People of a label whose effects are asked of a server: some seconds."""


def check(case: Case, lang: str) -> Answer:
    """How a case was read, and the gates that it meets."""
    gates = evaluate(case)
    notes = [Words(lang, gates).note(note) for note in case.notes]
    return {"problems": [], "notes": notes, "gates": _gates(gates, lang)}


def status(case: Case, lang: str) -> Answer:
    """Every intake and level, the gates, and what was not known."""
    report = build(case)
    words = Words(lang, report.gates)
    return {
        "status": [status_row(row) for row in report.status],
        "gates": _gates(report.gates, lang),
        "unknown": [words.reason(reason) for reason in report.unknown],
    }


def forecast(case: Case, lang: str, days: float, add: Sequence[str]) -> Answer:
    """Bands as things are and with what is added, and the gates."""
    doses = [parse_dose(text, today=case.today) for text in add]
    bands = assess_forecast.forecast(posterior(case, bodies=SHOWN), days, doses)
    return {"forecast": [band_row(band) for band in bands], "gates": _gates(evaluate(case), lang)}


def plan(case: Case, lang: str) -> Answer:
    """The whole report, as ``result.json``."""
    return result(build(case), lang)


def search_foods(text: str, most: int) -> Answer:
    """Foods by name, the likeliest first."""
    return {"foods": [food_row(food) for food in search(text, most)]}


def cite(case: Case) -> Answer:
    """The sources that a plan used."""
    return {"sources": [source_row(source) for source in build(case).sources]}


def evidence(name: str | None) -> Answer:
    """One statement of the ledger with its experiment, which is run; or all of them without.

    Raises :class:`InputError` for an id that the ledger does not have.
    """
    if name is None:
        return claim_rows((found, None) for found in claims().values())
    found = claim(name)
    return claim_rows([(found, run(studies()[found.id]) if found.id in studies() else None)])


def ask(question: str, lang: str) -> Answer:
    """The statement that a question is about. Raises :class:`InputError` for one outside of the ledger."""
    found = matching(question)
    if found is None:
        raise InputError([Problem("question", question[:100], (), Said.quoted(Text(lang)("evidence.not_in_ledger")))])
    return {"claim": claim_row(found, run(studies()[found.id]) if found.id in studies() else None)}


def label(text: str | Mapping[str, object], lang: str) -> Answer:
    """What a product holds, does in a population, must not meet, and may claim. Raises :class:`InputError`."""
    case = parse_label(text)
    if case.population.people > MOST_PEOPLE:
        got, most = Said("{n:,} people", n=case.population.people), Said("at most {most:,}", most=MOST_PEOPLE)
        do = Said("Ask for fewer, or use `cofactor label`.")
        raise InputError([Problem("population.people", got, (most,), do)])
    return product_document(case, live(case), lang)


def _gates(gates: GateResult, lang: str) -> list[Answer]:
    words = Words(lang, gates)
    return [row for gate in gates.gates for row in gate_row(gate, words)]
