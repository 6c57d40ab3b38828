"""What the commands and the REST API answer, as plain values: one function per question, from a case that was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cofactor.assess import forecast as assess_forecast
from cofactor.assess.gates import evaluate
from cofactor.assess.types import GateResult
from cofactor.assess.update import SHOWN, posterior
from cofactor.facts.food_lookup import search_foods as search
from cofactor.person.case import parse_dose
from cofactor.person.types import Case
from cofactor.report.build import build
from cofactor.report.foods import food_row
from cofactor.report.result import band_row, gate_row, result, status_row
from cofactor.report.words import Words

Answer = dict[str, Any]


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


def _gates(gates: GateResult, lang: str) -> list[Answer]:
    words = Words(lang, gates)
    return [row for gate in gates.gates for row in gate_row(gate, words)]
