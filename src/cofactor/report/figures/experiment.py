"""An experiment of the ledger as a figure: its rows, then what is compared, each on its own scale, and the table."""

from __future__ import annotations

from math import ceil, floor

from cofactor.evidence.studies import Comparison, Result, Value
from cofactor.report import numbers
from cofactor.report.arms import named, times, unit_shown, written
from cofactor.report.charts import interval
from cofactor.report.charts.axes import Axis
from cofactor.report.charts.interval import Intervals, Row
from cofactor.report.figures.types import COLOUR, NO_COLOUR, Figure, Table, nice_step, nice_ticks
from cofactor.report.text import Text

_COLOUR = COLOUR | {
    "bone_mineral": "ca",
    "Ca_absorption": "ca",
    "Mg_absorption": "mg",
    "Mg_urine": "mg",
    "dp_ucMGP": "k",
}
_TICKS = 4


def experiment(result: Result, text: Text, place: str = "") -> Figure:
    """What a study found. ``place`` makes the ids of a second copy on one page its own."""
    study = result.study
    name, about, outcome = f"{place}{study.claim}", text(f"study.{study.claim}"), _outcome(result, text)
    css = _COLOUR.get(study.measure.outcome, NO_COLOUR)
    unit, compared_unit = unit_shown(result.unit, text), unit_shown(result.contrast_unit, text)
    rows = tuple(_row(value, result.unit, result, text) for value in result.rows)
    compared = _compared(result, text)
    drawings = [_drawn(f"{name}-r", outcome, css, unit, rows, text, zero=False)] if rows else []
    title = text("evidence.page.compared", outcome=outcome)
    is_difference = study.compare.how is not Comparison.SPREAD
    drawings.append(_drawn(f"{name}-d", title, css, compared_unit, compared, text, zero=is_difference))
    return Figure(
        id=f"fig-{name}",
        title="",
        note="",
        wide="".join(drawings),
        narrow="",
        point=about,
        caption=text("evidence.page.shown", outcome=outcome),
        table=_table(about, ((unit, rows), (compared_unit, compared)), text),
    )


def _outcome(result: Result, text: Text) -> str:
    """What is shown, as a reader calls it."""
    measure = result.study.measure
    level = numbers.plain_level(measure.level, measure.outcome, text.lang)
    unit = numbers.level_unit(measure.outcome, text.lang)
    return text(
        f"evidence.page.statistic.{measure.statistic.value}",
        analyte=text(f"analyte.{measure.outcome}"),
        level=numbers.with_unit(level, unit, text.lang),
        share=numbers.short(100 * measure.share, text.lang, 1),
        day=numbers.number(measure.day, text.lang),
    )


def _compared(result: Result, text: Text) -> tuple[Row, ...]:
    unit = result.contrast_unit
    found = [_row(result.contrast, unit, result, text)]
    if result.switched is not None:
        found.append(_row(result.switched, unit, result, text, text("evidence.page.weak_on"), hollow=True))
    if result.also is not None:
        found.append(_row(result.also, unit, result, text))
    return tuple(found)


def _row(value: Value, unit: str, result: Result, text: Text, label: str = "", *, hollow: bool = False) -> Row:
    says = written(value, unit, text.lang)
    shown = says["value"] if says["low"] == says["high"] else text("evidence.page.number", **says)
    middle, low, high = (v * times(unit) for v in (value.value, value.low, value.high))
    return Row(label or named(value.label, result.study, text), shown, middle, low, high, hollow)


def _drawn(name: str, title: str, css: str, unit: str, rows: tuple[Row, ...], text: Text, *, zero: bool) -> str:
    """A drawing whose scale holds every interval, and zero where the rows are differences."""
    ends = [end for row in rows for end in (row.low, row.high)] + ([0.0] if zero else [])
    step = nice_step((max(ends) - min(ends)) or abs(max(ends)) or 1.0, _TICKS)
    bottom, top = (floor(min(ends) / step) * step, ceil(max(ends) / step) * step)
    top = top if top > bottom else bottom + step
    chart = Intervals(
        id=name,
        title=title,
        desc="; ".join(f"{row.label}: {row.shown} {unit}" for row in rows),
        css=css,
        bottom=bottom,
        top=top,
        axis=Axis(unit, nice_ticks(bottom, top, _TICKS, text.lang)),
        rows=rows,
        zero=zero,
    )
    return interval.draw(chart)


def _table(about: str, parts: tuple[tuple[str, tuple[Row, ...]], ...], text: Text) -> Table:
    head = tuple(text(f"evidence.page.head.{name}") for name in ("row", "number", "unit"))
    rows = tuple((row.label, row.shown, unit) for unit, rows in parts for row in rows)
    return Table(about, head, rows)
