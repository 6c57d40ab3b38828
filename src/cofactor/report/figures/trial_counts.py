"""Who passes a limit in a finished trial, counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cofactor.report import numbers
from cofactor.report.charts import dots
from cofactor.report.charts.axes import Axis
from cofactor.report.charts.dots import Counted, Dots
from cofactor.report.figures.trial_shown import Shown
from cofactor.report.figures.types import Figure, Table, nice_ticks
from cofactor.trial.findings import Count, limit

_FEW_TICKS = 4
_LEAST_TOP = 20.0  # people in a thousand: a scale of fewer would make much of one


def counts(shown: Shown) -> Figure | None:
    """Who passes the limit in any reading after the start; None where no table names one."""
    text, line = shown.names.text, limit(shown.levels.outcome)
    if line is None:
        return None
    found = shown.findings.highest(shown.levels.outcome).above(line)
    arms = shown.levels.arms
    top = max(_LEAST_TOP, *(1000 * count.interval[1] for count in found if count.of))
    ticks = nice_ticks(0, top, _FEW_TICKS, shown.lang)
    rows = tuple(_counted_row(shown, arm, count) for arm, count in zip(arms, found, strict=True) if count.of)
    told = {"outcome": shown.name, "line": shown.level(line)}
    chart = Dots(
        id="fig-counts-w",
        title=text("workbench.counts.title", **told),
        desc="; ".join(f"{row.label}: {row.shown}" for row in rows),
        css=shown.css,
        top=top,
        axis=Axis(text("workbench.counts.axis"), ticks),
        rows=rows,
    )
    return Figure(
        id="fig-counts-whole",
        title=chart.title,
        note="",
        wide=dots.draw(chart),
        narrow=dots.draw(replace(chart, id="fig-counts-n"), narrow=True),
        point=_counts_point(shown, arms, found),
        caption=text("workbench.counts.caption", **told),
        table=_counts_table(shown, chart.title, arms, found),
    )


def _counted_row(shown: Shown, arm: str, count: Count) -> Counted:
    low, high = count.interval
    return Counted(arm, _per_thousand(count, shown.lang), 1000 * count.share, 1000 * low, 1000 * high)


def _per_thousand(count: Count, lang: str) -> str:
    return numbers.short(1000 * count.share, lang, 1 if 1000 * count.share < 10 else 0)


def _counts_point(shown: Shown, arms: Sequence[str], found: Sequence[Count]) -> str:
    text = shown.names.text
    known = [(count, arm) for arm, count in zip(arms, found, strict=True) if count.of]
    most, arm = max(known, key=lambda pair: pair[0].share)
    if not most.count:
        return text("workbench.counts.nobody", people=numbers.number(most.of, shown.lang))
    low, high = (numbers.number(1000 * end, shown.lang) for end in most.interval)
    return text("workbench.counts.point", arm=arm, number=_per_thousand(most, shown.lang), low=low, high=high)


def _counts_table(shown: Shown, caption: str, arms: Sequence[str], found: Sequence[Count]) -> Table:
    text, lang = shown.names.text, shown.lang
    rows = []
    for arm, count in zip(arms, found, strict=True):
        low, high = (numbers.number(1000 * end, lang, 1) for end in count.interval)
        whole = [numbers.number(n, lang) for n in (count.count, count.of)]
        rows.append((arm, *whole, f"{_per_thousand(count, lang)} ({low}{numbers.TO}{high})" if count.of else "–"))
    head = tuple(text(f"workbench.head.{name}") for name in ("arm", "counted", "people", "thousand"))
    return Table(caption, head, tuple(rows))
