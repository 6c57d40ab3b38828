"""Sensitivity indices as a table to read."""

from __future__ import annotations

from collections.abc import Mapping

from cofactor.evidence.sensitivity import LEAST_SHARE, Index, factors
from cofactor.report import numbers
from cofactor.report.text import Text


def lines(found: Mapping[str, tuple[Index, ...]], days: float, samples: int, lang: str) -> str:
    """One table per outcome, the largest total index first, and what was varied."""
    text = Text(lang)
    parts = []
    for outcome, rows in found.items():
        title = text("sensitivity.title", analyte=text(f"analyte.{outcome}"), days=numbers.number(days, lang))
        shown = [_row(row, text) for row in rows if row.total >= LEAST_SHARE]
        parts.append("\n".join([title, text("sensitivity.head"), *shown]))
    bodies = numbers.number(samples * (len(factors()) + 2), lang)
    parts.append(text("sensitivity.note", bodies=bodies, least=numbers.short(LEAST_SHARE, lang)))
    return "\n\n".join(parts) + "\n"


def _row(row: Index, text: Text) -> str:
    total, total_error, first, first_error = (
        numbers.number(value, text.lang, 2) for value in (row.total, row.total_error, row.first, row.first_error)
    )
    return f"{row.factor:<24}{total:>6} ± {total_error:<6} {first:>6} ± {first_error:<6} {row.meaning}"
