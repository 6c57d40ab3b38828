"""How likely each intake is less than this person needs, or above its limit, as people out of ten."""

from __future__ import annotations

from collections.abc import Iterator

from cofactor.assess.types import StatusRow
from cofactor.report import numbers
from cofactor.report.charts import chances
from cofactor.report.charts.chances import OF, Chances, Row
from cofactor.report.figures.types import COLOUR, NO_COLOUR, Figure, Table
from cofactor.report.names import capital
from cofactor.report.types import Report
from cofactor.report.words import WORTH_SAYING, Words


def chances_figure(report: Report, words: Words) -> Figure | None:
    """One row per intake of which a chance can be told, or None where there is none."""
    found = tuple(_told(report))
    if not found:
        return None
    text = words.text
    heads = (text("chart.chances.short"), text("chart.chances.over"))
    rows = tuple(_row(short, over, words) for short, over in found)
    point = _point(found, words)
    return Figure(
        id="fig-chances",
        title=text("chart.chances.title"),
        note="",
        wide=chances.draw(Chances("fig-chances-c", text("chart.chances.title"), point, heads, rows)),
        narrow="",
        point=point,
        caption=text("chart.chances.caption"),
        table=Table(text("chart.chances.title"), (text("chart.chances.intake"), *heads), tuple(map(_cells, rows))),
    )


Told = tuple[StatusRow, StatusRow | None]
"""The intake as a whole, and what stands against the upper level: all of it, or supplements alone."""


def _told(report: Report) -> Iterator[Told]:
    """The rows of each nutrient, in the order of status; those without any chance are left out."""
    by_nutrient: dict[str, list[StatusRow]] = {}
    for row in report.status:
        if row.kind == "nutrient":
            by_nutrient.setdefault(row.id, []).append(row)
    for rows in by_nutrient.values():
        whole = next((r for r in rows if r.basis == "diet+supplements"), rows[0])
        against = max((r for r in rows if r.p_over is not None), key=lambda r: r.p_over or 0.0, default=None)
        tops = against is not None and (against.p_over or 0.0) >= WORTH_SAYING
        if whole.p_inadequate is not None or tops:
            yield whole, against


def _row(whole: StatusRow, against: StatusRow | None, words: Words) -> Row:
    amount = numbers.amount(whole.value, whole.id, words.lang)
    over = None if against is None else against.p_over
    return Row(
        label=words.text("chart.chances.row", nutrient=capital(words.nutrient(whole.id)), amount=amount),
        css=COLOUR.get(whole.id, NO_COLOUR),
        short=_of_ten(whole.p_inadequate),
        short_said=_said(whole.p_inadequate, words),
        over=_of_ten(over),
        over_said=_said(over, words),
    )


def _of_ten(chance: float | None) -> int | None:
    return None if chance is None else round(OF * chance)


def _said(chance: float | None, words: Words) -> str:
    return words.text("chart.chances.untold") if chance is None else numbers.percent(chance, words.lang)


def _point(found: tuple[Told, ...], words: Words) -> str:
    """The intakes that are likelier than not too little, or too much; else that there is none."""
    short = [words.nutrient(w.id) for w, _ in found if w.p_inadequate is not None and w.p_inadequate >= 0.5]
    over = [words.nutrient(a.id) for _, a in found if a is not None and (a.p_over or 0.0) >= 0.5]
    said = [words.text("chart.chances.point_short", what=words.join(short))] if short else []
    said += [words.text("chart.chances.point_over", what=words.join(over))] if over else []
    return " ".join(said) or words.text("chart.chances.point_none")


def _cells(row: Row) -> tuple[str, ...]:
    return row.label, row.short_said, row.over_said
