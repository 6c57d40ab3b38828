"""Where a person stands on intakes: food, and the total under the plan, by every body's reference value."""

from __future__ import annotations

from collections.abc import Iterator

from cofactor.assess.status import DIET, SUPPLEMENTS
from cofactor.assess.types import StatusRow
from cofactor.facts.load import load
from cofactor.report import numbers
from cofactor.report.charts.strip import Marker, Row
from cofactor.report.figures import strips
from cofactor.report.figures.types import Figure, acts
from cofactor.report.types import Report
from cofactor.report.words import Words

SHOWN = (("magnesium", DIET), ("magnesium", SUPPLEMENTS), ("calcium", DIET), ("vitamin_d", DIET))
_BALANCE = {"magnesium": "mg_urine_zero_balance_intake", "calcium": "ca_zero_balance"}
"""Published intakes at which what enters and what leaves were equal."""


def intakes(report: Report, words: Words) -> Iterator[Figure]:
    """Magnesium (food, then supplements alone, for which bodies set other limits), calcium and vitamin D."""
    for nutrient, basis in SHOWN:
        row = next((r for r in report.status if (r.id, r.basis) == (nutrient, basis)), None)
        if row is not None and row.judgements:
            yield _figure(report, words, row)


def _figure(report: Report, words: Words, row: StatusRow) -> Figure:
    rows, markers = tuple(_rows(row, words)), tuple(_markers(report, words, row))
    named = [v for j in row.judgements for v in (j.low, j.high) if v is not None]
    largest = max([*named, *(m.high for m in markers), *(v for r in rows for v in r.marks)])
    return strips.figure(row, words, scale=(0.0, strips.AIR * largest), rows=rows, markers=markers)


def _rows(row: StatusRow, words: Words) -> Iterator[Row]:
    for judgement in strips.ordered(row.judgements):
        yield Row(strips.body(judgement, words), judgement.low, judgement.high, judgement.high, "", pale=False)
    balance = _BALANCE.get(row.id) if row.basis == DIET else None
    found = next((p for p in load().published if p.id == balance), None)
    if found is not None and found.value is not None:
        shown = numbers.amount(found.value, row.id, words.lang)
        yield Row(words.text("chart.strip.balance"), None, None, None, shown, pale=False, marks=(found.value,))


def _markers(report: Report, words: Words, row: StatusRow) -> Iterator[Marker]:
    """What food gives (or supplements, where only they count); then the same under the plan, or as it is in all."""
    yield Marker(row.value, row.low, row.high, _label(row, words))
    alone = row.basis == SUPPLEMENTS
    planned = [i.amount for i in report.plan.items if i.nutrient == row.id and not (alone and i.form == "food")]
    taken = report.intake.from_supplements(row.id)
    if planned:
        yield _other(row, "with_plan", sum(planned) + (0.0 if alone else row.value), words)
    elif not alone and not acts(report) and taken > 0:
        yield _other(row, "with_supplements", taken + row.value, words)


def _other(row: StatusRow, key: str, value: float, words: Words) -> Marker:
    label = words.text(f"chart.strip.{key}", value=numbers.amount(value, row.id, words.lang))
    return Marker(value, value, value, label, dashed=True)


def _label(row: StatusRow, words: Words) -> str:
    key = "chart.strip.supplements" if row.basis == SUPPLEMENTS else "chart.strip.diet"
    value = numbers.amount(row.value, row.id, words.lang)
    if row.low != row.high:
        low, high = (numbers.short(v, words.lang, 1 if row.value < 10 else 0) for v in (row.low, row.high))
        number, _, unit = value.partition(numbers.NBSP)
        value = f"{number} ({low}–{high}){numbers.NBSP}{unit}"
    return words.text(key, value=value)
