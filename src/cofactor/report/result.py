"""``result.json``: every number of a report for programs, in the fields that the file formats fix."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from cofactor.assess.types import Band, Gate, Judgement, StatusRow
from cofactor.facts.types import Source
from cofactor.plan.types import Alternative, Clash, Event, Expected, NextTest, PlanItem, Turn
from cofactor.report import choices
from cofactor.report.rhythm import WEEK, on
from cofactor.report.types import Report
from cofactor.report.words import Words

Row = dict[str, Any]


def result(report: Report, lang: str = "en") -> Row:
    """The report as plain values. Sentences are in ``lang``; everything else is the same in every language."""
    words = Words(lang, report.gates)
    plan = report.plan
    return {
        "case": report.case.person.name,
        "version": report.version,
        "model": report.model,
        "reference": report.case.diet.reference,
        "today": report.case.today.isoformat(),
        "lang": lang,
        "title": words.title(report),
        "status": [status_row(row) for row in report.status],
        "gates": gate_rows(report, words),
        "interactions": interplay_rows(report, lang),
        "forecast": [band_row(band) for band in report.bands],
        "plan": {
            "items": [_item(item, words) for item in plan.items],
            "withheld": [
                {"nutrient": w.nutrient, "gates": list(w.gates), "why": words.withheld(w)} for w in plan.withheld
            ],
            "stopped": [words.reason(reason) for reason in plan.stopped],
            "expected": {e.outcome: _expected(e) for e in plan.expected},
            "risks": plan.risks,
            "risks_now": plan.risks_now,
            "probability_asked": plan.probability_asked,
            "retest_days": plan.retest_days,
            "cost_per_month": plan.cost_per_month,
            "pills_per_day": plan.pills_per_day,
            "clashes": [_clash(clash, words) for clash in plan.clashes],
            "alternatives": [_alternative(other, words) for other in plan.alternatives],
            "next_test": None if plan.next_test is None else _next_test(plan.next_test, words),
        },
        "choices": [choices.row(of, report, words) for of in report.counterfactuals],
        "schedule": [event_row(event) for event in plan.schedule],
        "week": week_rows(report),
        "labs_used": len(report.posterior.used),
        "effective_bodies": report.posterior.effective,
        "unknown": [words.reason(reason) for reason in report.unknown],
        "sources": [source_row(source) for source in report.sources],
    }


def to_text(value: Row) -> str:
    """JSON text. Raises ``ValueError`` for what is not a finite number, which no reader could take back."""
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def status_row(row: StatusRow) -> Row:
    """A row of ``status``."""
    return {
        row.kind: row.id,
        "value": row.value,
        "unit": row.unit,
        "low": row.low,
        "high": row.high,
        "judged": row.judged,
        "by": row.by,
        "basis": row.basis,
        "date": row.date,
        "operator": row.operator,
        "p_inadequate": row.p_inadequate,
        "p_over": row.p_over,
        "bodies": [_body_row(judgement) for judgement in row.judgements],
    }


def _body_row(judgement: Judgement) -> Row:
    return {
        "body": judgement.body,
        "year": judgement.year,
        "low": judgement.low,
        "high": judgement.high,
        "judged": judgement.verdict,
        "status": judgement.status,
        "p_inadequate": judgement.p_inadequate,
        "p_over": judgement.p_over,
    }


def interplay_rows(report: Report, lang: str) -> list[Row]:
    """What the present doses bring into play among nutrients and in timing."""
    return [
        {"id": i.interaction.id, "severity": i.interaction.severity, "do": i.action(lang), "values": dict(i.values)}
        for i in report.interplay
    ]


def gate_rows(report: Report, words: Words) -> list[Row]:
    """The rows of ``gates``: one per gate and nutrient, strongest first."""
    return [row for gate in report.gates.gates for row in gate_row(gate, words)]


def gate_row(gate: Gate, words: Words) -> list[Row]:
    """A gate as rows, one per nutrient that it acts on."""
    shown = {"id": gate.id, "level": gate.level.value}
    sentences = {"why": words.why(gate), "do": words.do(gate), "limits": gate.limits, "missing": list(gate.missing)}
    return [{**shown, "nutrient": nutrient, **sentences} for nutrient in gate.nutrients]


def band_row(band: Band) -> Row:
    """A row of ``forecast``."""
    return {name: getattr(band, name) for name in Band.__dataclass_fields__}


def source_row(source: Source) -> Row:
    """A row of ``sources``; ``known`` says how well the source was seen."""
    return {"text": source.text, "known": source.trust.value, "detail": source.detail}


def event_row(event: Event) -> Row:
    """A row of ``schedule``."""
    return {
        "time": event.time,
        "slot": event.slot,
        "items": list(event.items),
        "amounts": [entry.amount for entry in event.entries],
        "apart_from": list(event.apart_from),
    }


def week_rows(report: Report) -> list[Row]:
    """The coming week, from tomorrow: what is taken on each day at each moment. What has no known day is left out."""
    days = [report.case.today + timedelta(days=i + 1) for i in range(WEEK)]
    return [
        {
            "date": day.isoformat(),
            "time": event.time,
            "slot": event.slot,
            "items": [entry.id for entry in entries],
            "amounts": [entry.amount for entry in entries],
        }
        for day in days
        for event in report.plan.schedule
        if (entries := on(event, day))
    ]


def _item(item: PlanItem, words: Words) -> Row:
    return {
        "nutrient": item.nutrient,
        "form": item.form,
        "amount": item.amount,
        "unit": item.unit,
        "elemental_mg": item.elemental_mg,
        "product": item.product,
        "when": list(item.slots),
        "per_intake": item.per_intake,
        "compound_mg": item.compound_mg,
        "why": [words.reason(reason) for reason in item.why],
        "sources": [source_row(source) for source in item.sources],
        "units": item.units,
        "name": item.name,
        "cost_per_month": item.cost_per_month,
    }


def _clash(clash: Clash, words: Words) -> Row:
    frees = [words.reason(reason) for reason in clash.frees]
    return {"nutrient": clash.nutrient, "why": words.reason(clash.why), "frees": frees}


def _alternative(other: Alternative, words: Words) -> Row:
    return {
        "kind": other.kind.value,
        "items": [_item(item, words) for item in other.items],
        "schedule": [event_row(event) for event in other.schedule],
        "expected": {e.outcome: _expected(e) for e in other.expected},
        "risks": other.risks,
        "pills_per_day": other.pills_per_day,
        "cost_per_month": other.cost_per_month,
        "differs": [words.reason(reason) for reason in other.differs],
    }


def _next_test(test: NextTest, words: Words) -> Row:
    return {
        "days": test.days,
        "date": test.date,
        "analytes": list(test.analytes),
        "why": [words.reason(reason) for reason in test.why],
        "turns": [_turn(turn, words) for turn in test.turns],
    }


def _turn(turn: Turn, words: Words) -> Row:
    numbers = {name: getattr(turn, name) for name in Turn.__dataclass_fields__ if name != "why"}
    return {**numbers, "why": words.reason(turn.why)}


def _expected(e: Expected) -> Row:
    return {
        "p50": e.p50,
        "p05": e.p05,
        "p95": e.p95,
        "p_in_goal": e.p_in_goal,
        "p_in_goal_now": e.p_in_goal_now,
        "unit": e.unit,
        "days": e.days,
        "goal": list(e.goal),
        "p50_now": e.p50_now,
        "p05_now": e.p05_now,
        "p95_now": e.p95_now,
    }
