"""Where a person stands on levels in blood, by every body's reading."""

from __future__ import annotations

from collections.abc import Iterator

from cofactor.assess.types import Judgement, StatusRow
from cofactor.facts.load import load
from cofactor.report import numbers
from cofactor.report.charts.strip import Marker, Row
from cofactor.report.figures import strips
from cofactor.report.figures.types import Figure
from cofactor.report.types import Report
from cofactor.report.words import Words

ANALYTES = ("25OHD", "Mg_serum")
_FIRST = {"25OHD": 0.0, "Mg_serum": 0.5}  # where a scale starts: below every value that a body names
_LAST = {"25OHD": 160.0, "Mg_serum": 1.1}  # where it ends at least: beyond what bodies still call sufficient


def levels(report: Report, words: Words) -> Iterator[Figure]:
    """25(OH)D and serum magnesium: today's estimate, which holds every result, else the latest result."""
    for analyte in ANALYTES:
        rows = [r for r in report.status if r.id == analyte]
        row = next((r for r in rows if r.basis == "estimate"), rows[0] if rows else None)
        if row is not None:
            yield _figure(report, words, row)


def _figure(report: Report, words: Words, row: StatusRow) -> Figure:
    return strips.figure(
        row,
        words,
        note=_note(report, words, row.id),
        scale=(min(_FIRST[row.id], 0.9 * row.low), max(_LAST[row.id], strips.AIR * row.high)),
        rows=tuple(_rows(row, words, report.case.person.sex)),
        markers=(Marker(row.value, row.low, row.high, _label(row, words)),),
    )


def _rows(row: StatusRow, words: Words, sex: str) -> Iterator[Row]:
    """One row per body, by where it starts; then what is no threshold but belongs beside them."""
    for judgement in strips.ordered(row.judgements):
        pale = judgement.status != "current"
        note = words.text(f"chart.strip.{judgement.status}") if pale else ""
        excess = _excess(row.id, judgement)
        yield Row(strips.body(judgement, words), judgement.low, judgement.high, excess, note, pale=pale)
    if row.id == "25OHD":
        # Demay 2024, J Clin Endocrinol Metab 109:1907: no level is endorsed, which is a reading too
        name = f"{words.text('chart.body.endocrine')} 2024"
        yield Row(name, None, None, None, words.text("chart.strip.none"), pale=False)
    sheet = load().lab(row.id, sex)
    if row.id == "Mg_serum" and sheet is not None and sheet.reference_low is not None:
        name = words.text("chart.body.laboratory")
        yield Row(name, sheet.reference_low, sheet.reference_high, None, "", pale=False)
    for sign in load().thresholds_of(row.id):
        if sign.role == "symptoms" and sign.low is not None:
            note = words.text("chart.strip.or_below", value=numbers.plain_level(sign.low, row.id, words.lang))
            yield Row(words.text("chart.strip.signs"), None, None, None, note, pale=False, marks=(sign.low,))


def _excess(analyte: str, judgement: Judgement) -> float | None:
    """Where this body warns of too much, by its own rows of concern and toxicity."""
    warned = [
        t.low
        for t in load().thresholds_of(analyte)
        if (t.body, t.year) == (judgement.body, judgement.year) and t.role in ("concern", "toxicity")
    ]
    return min((low for low in warned if low is not None), default=None)


def _label(row: StatusRow, words: Words) -> str:
    low, value, high = (numbers.plain_level(v, row.id, words.lang) for v in (row.low, row.value, row.high))
    label = numbers.with_unit(f"{value} ({low}–{high})", row.unit, words.lang)
    if row.id != "25OHD":
        return label
    other = numbers.plain_conventional(row.value, row.id, words.lang)
    return f"{label} · {numbers.with_unit(other, numbers.CONVENTIONAL[row.id], words.lang)}"


def _note(report: Report, words: Words, analyte: str) -> str:
    used = [r.date for r in report.posterior.used if r.analyte == analyte]
    if not used:
        return words.text("chart.strip.no_result")
    return words.text("chart.strip.from_result", day=numbers.day(max(used), words.lang))
