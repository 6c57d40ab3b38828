"""How the people of every arm of a finished trial are distributed, on one scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cofactor.report import numbers
from cofactor.report.charts import ridges
from cofactor.report.charts.axes import Axis, Tick
from cofactor.report.charts.ridges import Ridge, Ridges
from cofactor.report.figures.trial_shown import TICKS, VITAMIN_D, Shown, css_of, day_by_day, level_axis
from cofactor.report.figures.types import Figure, Table, nice_ticks
from cofactor.trial.findings import Count, Levels, usual


def distribution(shown: Shown) -> Figure:
    """Every arm's people on one scale, with their median and how many lie above the line."""
    text, levels = shown.names.text, shown.levels
    rows = _ridges(shown)
    chart = Ridges(
        id="fig-arms",
        title=text("workbench.arms.title", outcome=shown.name, when=shown.when),
        desc="; ".join(
            f"{row.label}: {text('workbench.median')} {shown.level(row.median)}, {row.said}" for row in rows
        ),
        values=tuple(levels.grid().tolist()),
        axis=level_axis(shown, float(levels.grid()[0]), float(levels.grid()[-1])),
        second=_second_axis(shown, float(levels.grid()[-1])),
        goal=usual(levels.outcome),
        rows=rows,
    )
    return Figure(
        id="fig-arms-whole",
        title=chart.title,
        note=_range_note(shown),
        wide=ridges.draw(replace(chart, id="fig-arms-w")),
        narrow=ridges.draw(replace(chart, id="fig-arms-n"), narrow=True),
        point=_distribution_point(shown),
        caption=text(
            "workbench.arms.caption", people=numbers.number(shown.findings.trial.population.people, shown.lang)
        ),
        table=_distribution_table(shown, chart.title),
    )


def _ridges(shown: Shown) -> tuple[Ridge, ...]:
    levels, arms = shown.levels, shown.findings.trial.arms
    said = [_said(shown, count) for count in _counted(levels)]
    rows = zip(arms, said, levels.densities(levels.grid()), levels.percentiles(), strict=True)
    return tuple(
        Ridge(arm.name, of, tuple(density.tolist()), spread[2], css_of(arm), dashed=not day_by_day(arm))
        for arm, of, density, spread in rows
    )


def _counted(levels: Levels) -> tuple[Count | None, ...]:
    """Above the lower end of the usual range for 25(OH)D, inside of the range for others; nothing without one."""
    ends = usual(levels.outcome)
    if ends is None:
        return (None,) * len(levels.arms)
    return levels.above(ends[0]) if levels.outcome == VITAMIN_D else levels.within(*ends)


def _said(shown: Shown, count: Count | None) -> str:
    ends = usual(shown.levels.outcome)
    if count is None or ends is None or not count.of:
        return ""
    key = "above" if shown.levels.outcome == VITAMIN_D else "within"
    low, high = (shown.plain(end) for end in ends)
    return shown.names.text(f"workbench.arms.{key}", share=_share(count, shown.lang), low=low, high=high)


def _share(count: Count, lang: str) -> str:
    """The share that was counted: none or all only where it is so."""
    if 0 < count.count < count.of:
        return numbers.percent(count.share, lang)
    return f"{numbers.number(100 * count.share, lang)}{numbers.NBSP}%"


def _second_axis(shown: Shown, high: float) -> Axis | None:
    """The scale of the unit that other laboratories print, if there is one."""
    outcome = shown.levels.outcome
    unit, top = numbers.CONVENTIONAL.get(outcome), numbers.conventional(high, outcome)
    if unit is None or top is None:
        return None
    factor = high / top
    return Axis(unit, tuple(Tick(t.value * factor, t.label) for t in nice_ticks(0, top, TICKS, shown.lang)))


def _range_note(shown: Shown) -> str:
    ends = usual(shown.levels.outcome)
    if ends is None:
        return ""
    key = "goal" if shown.levels.outcome == VITAMIN_D else "usual"
    return shown.names.text(f"workbench.arms.{key}", low=shown.plain(ends[0]), high=shown.plain(ends[1]))


def _distribution_point(shown: Shown) -> str:
    """The arms that lie furthest apart, by their medians."""
    text, levels = shown.names.text, shown.levels
    middles = [spread[2] for spread in levels.percentiles()]
    low, high = int(np.argmin(middles)), int(np.argmax(middles))
    values = {"low": levels.arms[low], "high": levels.arms[high], "when": shown.when}
    ends = usual(levels.outcome)
    if levels.outcome == VITAMIN_D and ends is not None and low != high:
        shares = [_share(count, shown.lang) for count in levels.above(ends[0])]
        line = shown.level(ends[0])
        return text("workbench.arms.point_share", **values, line=line, low_share=shares[low], high_share=shares[high])
    medians = {"low_median": shown.level(middles[low]), "high_median": shown.level(middles[high])}
    return text("workbench.arms.point_median", **values, **medians)


def _distribution_table(shown: Shown, caption: str) -> Table:
    text, levels = shown.names.text, shown.levels
    head = [text(f"workbench.head.{name}") for name in ("arm", "people", "median", "half", "most")]
    counts = _counted(levels)
    asked = any(count is not None for count in counts)
    rows = []
    for arm, values, (p05, p25, p50, p75, p95), count in zip(
        levels.arms, levels.values, levels.percentiles(), counts, strict=True
    ):
        half, most = (f"{shown.plain(a)}{numbers.TO}{shown.plain(b)}" for a, b in ((p25, p75), (p05, p95)))
        row = [arm, numbers.number(len(values), shown.lang), shown.plain(p50), half, most]
        rows.append(tuple([*row, _with_interval(shown, count)] if asked else row))
    if asked:
        key = "above" if levels.outcome == VITAMIN_D else "within"
        head.append(text(f"workbench.head.{key}"))
    return Table(f"{caption}, {shown.unit}" if shown.unit else caption, tuple(head), tuple(rows))


def _with_interval(shown: Shown, count: Count | None) -> str:
    if count is None:
        return "–"
    low, high = (numbers.number(100 * end, shown.lang, 1) for end in count.interval)
    return f"{_share(count, shown.lang)} ({low}{numbers.TO}{high})"
