"""Foods as rows and lines."""

from __future__ import annotations

from typing import Any

from cofactor.facts.food_files.nutrients import UNIT
from cofactor.facts.food_store import StoredLabel
from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.facts.types import Food
from cofactor.report import numbers
from cofactor.report.text import Text

SHOWN = ("vitamin_d", "magnesium", "calcium")
"""Nutrients that a line shows, per 100 g."""


def food_row(food: Food) -> dict[str, Any]:
    """A row of ``foods search``: names, and the content per 100 g as an interval (null: not measured)."""
    values = {
        nutrient: {"low": value.low, "high": value.high, "unit": UNIT[nutrient], "qualifier": value.qualifier}
        for nutrient, value in food.values.items()
    }
    return {
        "id": food.id,
        "name_en": food.name_en,
        "name_fr": food.name_fr,
        "group": food.group,
        "per_100g": values,
        "portions": [{"name_en": p.name_en, "name_fr": p.name_fr, "grams": p.grams} for p in food.portions],
        "phytate": food.phytate,
        "oxalate": food.oxalate,
        "source": food.source.text,
        "source_detail": food.source.detail,
    }


def food_line(food: Food, lang: str) -> str:
    """A line for people: id, name, and what 100 g hold."""
    name = food.name_fr if lang == "fr" else food.name_en
    return f"{food.id:<14}{name}  ({food_hint(food, lang)})"


def food_hint(food: Food, lang: str) -> str:
    """What 100 g hold."""
    text = Text(lang)
    held = [f"{text(f'nutrient.{nutrient}')} {_content(food, nutrient, lang)}" for nutrient in SHOWN]
    return text("food.per_100_g", contents=", ".join(held))


def label_row(label: StoredLabel) -> dict[str, Any]:
    """A row of ``foods search --labels``: the label as printed, per serving (null: no amount is printed)."""
    row = label.row
    lines = [
        {"name": line.name, "form": line.form, "amount": line.amount, "unit": line.unit, "percent": line.percent}
        for line in row.ingredients
    ]
    return {
        "id": f"dsld:{row.code}",
        "name": row.name,
        "brand": row.brand,
        "serving": row.serving,
        "serving_unit": row.serving_unit,
        "lines": lines,
        "source": label.source.text,
        "source_detail": label.source.detail,
    }


def _content(food: Food, nutrient: str, lang: str) -> str:
    value = food.values.get(nutrient)
    if value is None or value.low is None or value.high is None:
        return Text(lang)("food.not_measured")
    low, high = (numbers.short(v, lang, 1) for v in (value.low, value.high))
    shown = low if low == high else f"{low}–{high}"
    return numbers.with_unit(shown, NUTRIENT_UNIT[nutrient], lang)
