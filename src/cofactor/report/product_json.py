"""A product and what it does as plain values, for ``cofactor label --json``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cofactor.facts.load import NUTRIENT_UNIT, load
from cofactor.facts.types import ConditionName, MedicineName, Source
from cofactor.person.catalogue import absorbed_factor, compound_mass
from cofactor.person.label import Content
from cofactor.report import numbers
from cofactor.report.text import Text
from cofactor.trial.label_file import LabelCase, Product, Reading
from cofactor.trial.product import Effect, Lived, followed, form_of, part_of
from cofactor.trial.product_facts import (
    Limit,
    NutrientRow,
    allowed_claims,
    own_interactions,
    referrals,
    rows,
)


def product_document(case: LabelCase, lived: Lived, lang: str) -> dict[str, Any]:
    """Everything about a product; sentences and names are those of the language."""
    product, text = case.product, Text(lang)
    return {
        "label": 1,
        "name": product.name,
        "start": None if case.start is None else case.start.isoformat(),
        "days": case.days,
        "readings": [_reading(product, reading, lang) for reading in product.readings],
        "aside": [aside.text for aside in product.asides],
        "population": {
            "people": lived.people,
            "sets": lived.sets,
            "lost": lived.lost,
            "effects": [_effect(effect, lang) for effect in lived.effects],
            "reaching": [asdict(row) for row in lived.reaching],
            "passing": [asdict(row) for row in lived.passing],
        },
        "referrals": [
            {
                "rule": row.rule,
                "level": row.level.value,
                "nutrients": list(row.nutrients),
                "who": [name_of(one, lang) for one in row.who],
                "do": action(row.rule, text),
                **_source(row.source),
            }
            for row in referrals(product)
        ],
    }


def name_of(one: MedicineName | ConditionName, lang: str) -> str:
    """A medicine or a condition in the language."""
    return one.name_fr if lang == "fr" else one.name_en


def action(rule: str, text: Text) -> str:
    """What to do where a gate acts: its own sentence, or that of the interaction it stands for."""
    if f"gate.{rule}.do" in text:
        return text(f"gate.{rule}.do")
    row = load().interaction(rule)
    return row.action_fr if text.lang == "fr" else row.action_en


def _reading(product: Product, reading: Reading, lang: str) -> dict[str, Any]:
    french = lang == "fr"
    return {
        "reads": reading.reads.value,
        "nutrients": [_nutrient(row) for row in rows(product, reading)],
        "interactions": [
            {
                "id": row.id,
                "severity": row.severity,
                "nutrients": list(row.nutrients),
                "dose": row.dose_threshold,
                "do": row.action_fr if french else row.action_en,
                **_source(row.source),
            }
            for row in own_interactions(product, reading)
        ],
        "claims": [
            {
                "text": allowed.claim.text_fr if french else allowed.claim.text_en,
                "least": dict(allowed.least),
                "condition": allowed.claim.condition,
                "status": allowed.claim.status,
                **_source(allowed.claim.source),
            }
            for allowed in allowed_claims(product.amounts(reading))
        ],
    }


def _nutrient(row: NutrientRow) -> dict[str, Any]:
    return {
        "nutrient": row.nutrient,
        "amount": row.amount,
        "at_once": row.at_once,
        "unit": NUTRIENT_UNIT[row.nutrient],
        "followed": any(followed(line) for line in row.lines),
        "lines": [_line(line) for line in row.lines],
        "references": [
            {"system": one.system, "value": one.value, "share": row.amount / one.value, **_source(one.source)}
            for one in row.references
        ],
        "limits": [_limit(row, limit) for limit in row.limits],
    }


def _line(line: Content) -> dict[str, Any]:
    part = part_of(line)
    return {
        "printed": line.as_printed,
        "form": form_of(line),
        "serving": line.amount,
        "compound_mg": compound_mass(part),
        "absorbed_against_reference": absorbed_factor(part),
    }


def _limit(row: NutrientRow, limit: Limit) -> dict[str, Any]:
    held = row.to_limit if limit.counts == "preformed" else row.amount
    share = held / limit.amount
    return {
        "region": limit.region,
        "value": limit.amount,
        "counts": limit.counts,
        "share": share,
        **_source(limit.source),
    }


def _effect(effect: Effect, lang: str) -> dict[str, Any]:
    measure = effect.measure
    return {
        **asdict(measure),
        "unit": "fraction" if measure.is_share else numbers.level_unit(measure.analyte, lang),
        "start": asdict(effect.start),
        "without": asdict(effect.without),
        "with": [asdict(one) for one in effect.taken],
        "difference": [asdict(one) for one in effect.difference],
    }


def _source(source: Source) -> dict[str, str]:
    return {"source": source.text, "trust": source.trust.value}
