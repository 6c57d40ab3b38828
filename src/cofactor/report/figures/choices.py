"""What each choice of the plan changes, on one scale: percent of the value under the plan. Small looks small."""

from __future__ import annotations

from math import ceil, floor

from cofactor.plan.counterfactual import Counterfactual, Size
from cofactor.report import choices, numbers
from cofactor.report.charts import interval
from cofactor.report.charts.axes import Axis
from cofactor.report.charts.interval import Intervals, Row
from cofactor.report.figures.types import COLOUR, NO_COLOUR, Figure, Table, in_days, nice_step, nice_ticks
from cofactor.report.names import capital
from cofactor.report.types import Report
from cofactor.report.words import Words

_TICKS = 5


def choices_figure(report: Report, words: Words) -> Figure | None:
    """One row per choice, or None where nothing is proposed."""
    if not report.counterfactuals:
        return None
    rows = tuple(_row(of, report, words) for of in report.counterfactuals)
    day = in_days(report, report.counterfactuals[0].days, words)
    ends = [0.0, *(end for row in rows for end in (row.low, row.high))]
    step = nice_step(max(ends) - min(ends), _TICKS)
    bottom, top = floor(min(ends) / step) * step, ceil(max(ends) / step) * step
    return Figure(
        id="fig-choices",
        title="",
        note="",
        wide=interval.draw(
            Intervals(
                id="fig-choices-c",
                title=words.text("choices.title", day=day),
                desc="; ".join(f"{row.label}: {row.shown}" for row in rows),
                css=NO_COLOUR,
                bottom=bottom,
                top=top,
                axis=Axis(words.text("choices.axis"), nice_ticks(bottom, top, _TICKS, words.lang)),
                rows=rows,
                zero=True,
            )
        ),
        narrow="",
        point=words.text("choices.point"),
        caption=words.text("choices.caption"),
        table=_table(report, words),
    )


def _row(of: Counterfactual, report: Report, words: Words) -> Row:
    """A choice: hollow where its difference lies within the uncertainty."""
    share = 100 / of.plan
    what = choices.label(of, report, words)
    shown = numbers.with_unit(choices.change(of.difference, of, words), of.unit, words.lang)
    low, middle, high = (share * value for value in (of.low, of.difference, of.high))
    return Row(what, shown, middle, low, high, of.size is Size.NONE, COLOUR.get(of.nutrient, NO_COLOUR))


def _table(report: Report, words: Words) -> Table:
    head = tuple(words.text(f"choices.head.{column}") for column in ("choice", "plan", "otherwise", "difference"))
    return Table(words.text("choices.table"), head, tuple(_cells(of, report, words) for of in report.counterfactuals))


def _cells(of: Counterfactual, report: Report, words: Words) -> tuple[str, ...]:
    what = words.text(
        "choices.label", choice=capital(choices.name(of, report, words)), outcome=choices.outcome(of, words)
    )
    levels = (numbers.with_unit(choices.value(v, of, words), of.unit, words.lang) for v in (of.plan, of.otherwise))
    low, middle, high = (choices.change(v, of, words) for v in (of.low, of.difference, of.high))
    return what, *levels, f"{middle} ({low} {words.text('choices.to')} {high})"
