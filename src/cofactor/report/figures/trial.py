"""A finished trial in figures: distributions, what a dose does, who passes a limit; each with its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cofactor.evidence.formulae import OF_DOSE_ALONE, of_dose
from cofactor.facts.load import NUTRIENT_UNIT, load
from cofactor.report import numbers
from cofactor.report.charts import dots, response, ridges
from cofactor.report.charts.axes import Axis, Tick
from cofactor.report.charts.dots import Counted, Dots
from cofactor.report.charts.response import Formula, Response, Tried
from cofactor.report.charts.ridges import Ridge, Ridges
from cofactor.report.charts.svg import Pair
from cofactor.report.figures.types import COLOUR, NO_COLOUR, Figure, Table, likely, nice_ticks
from cofactor.report.names import Names
from cofactor.trial.findings import Count, Findings, Levels, Point, limit, usual
from cofactor.trial.findings import Response as Found
from cofactor.trial.types import Arm
from cofactor.units import convert

VITAMIN_D = "25OHD"
_TICKS, _FEW_TICKS = 6, 4
_FORMULA_POINTS = 25
_ROOM = 1.05
"""A scale ends so far above the highest value that it holds."""
_COLOURS = COLOUR | {"Ca_ionised": "ca", "Mg_urine": "mg", "Mg_cell": "mg", "FGF23": "fgf", "Zn_plasma": "zn"}
_LEAST_TOP = 20.0  # people in a thousand: a scale of fewer would make much of one


@dataclass(frozen=True)
class Shown:
    """What the figures of one outcome on one day are drawn from."""

    findings: Findings
    levels: Levels
    lang: str

    @property
    def names(self) -> Names:
        """The words of the language."""
        return Names(self.lang)

    @property
    def when(self) -> str:
        """The day as a reader counts it: weeks where they are whole."""
        weeks, rest = divmod(self.levels.day, 7)
        key, value = ("week", weeks) if not rest else ("day", self.levels.day)
        return self.names.text(f"workbench.when.{key}", number=numbers.short(value, self.lang))

    def plain(self, value: float) -> str:
        """A level without its unit."""
        return numbers.plain_level(value, self.levels.outcome, self.lang)

    def level(self, value: float) -> str:
        """A level with its unit."""
        return numbers.level(value, self.levels.outcome, self.lang)

    @property
    def unit(self) -> str:
        """The unit of the outcome, as written."""
        return numbers.level_unit(self.levels.outcome, self.lang)

    @property
    def name(self) -> str:
        """The outcome, as written."""
        return self.names.text(f"analyte.{self.levels.outcome}")


# ------------------------------------------------------------------------------------------------------ distributions


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
        axis=_level_axis(shown, float(levels.grid()[0]), float(levels.grid()[-1])),
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
        Ridge(arm.name, of, tuple(density.tolist()), spread[2], _css(arm), dashed=not _daily(arm))
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


def _css(arm: Arm) -> str:
    """The colour of what an arm gives first; that of nothing for one that gives nothing."""
    given = [*(give.nutrient for give in arm.give), *(i.nutrient for i in arm.infuse), *arm.diet]
    return COLOUR.get(given[0], NO_COLOUR) if given else "now"


def _daily(arm: Arm) -> bool:
    return all(not give.at and give.every <= 1 for give in arm.give)


def _level_axis(shown: Shown, low: float, high: float) -> Axis:
    percent = 100 if shown.unit == "%" and shown.levels.outcome.endswith("_absorption") else 1
    ticks = nice_ticks(low * percent, high * percent, _TICKS, shown.lang)
    return Axis(shown.unit, tuple(Tick(t.value / percent, t.label) for t in ticks))


def _second_axis(shown: Shown, high: float) -> Axis | None:
    """The scale of the unit that other laboratories print, if there is one."""
    outcome = shown.levels.outcome
    unit, top = numbers.CONVENTIONAL.get(outcome), numbers.conventional(high, outcome)
    if unit is None or top is None:
        return None
    factor = high / top
    return Axis(unit, tuple(Tick(t.value * factor, t.label) for t in nice_ticks(0, top, _TICKS, shown.lang)))


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


# ------------------------------------------------------------------------------------------------------- dose-response


def dose_response(shown: Shown) -> Figure | None:
    """The outcome by the dose of the nutrient in which arms differ; None where none differ in a dose alone."""
    found = shown.findings.response(shown.levels)
    if found is None or len({p.dose for p in found.daily}) < 2:
        return None
    text, names = shown.names.text, shown.names
    chart = _response_chart(shown, found)
    first, last = found.daily[0], found.daily[-1]
    told = {"outcome": shown.name, "when": shown.when}
    doses = {key: _dose(point.dose, found, shown.lang) for key, point in (("from", first), ("to", last))}
    medians = {"low": shown.level(first.spread[2]), "high": shown.level(last.spread[2])}
    notes = [
        "response.caption",
        *(["response.apart"] if found.apart else []),
        *(["response.dashed"] if chart.formulae else []),
    ]
    return Figure(
        id="fig-response-whole",
        title=text("workbench.response.title", nutrient=names.product(found.nutrient, found.form or ""), **told),
        note="",
        wide=response.draw(chart),
        narrow=response.draw(replace(chart, id="fig-response-n"), narrow=True),
        point=text("workbench.response.point", **doses, **medians),
        caption=" ".join(text(f"workbench.{note}") for note in notes),
        table=Table(
            text("workbench.response.table", **told),
            tuple(text(f"workbench.head.{name}") for name in ("arm", "dose", "level")),
            tuple(_response_row(shown, found, point) for point in (*found.daily, *found.apart)),
        ),
    )


def _response_row(shown: Shown, found: Found, point: Point) -> tuple[str, str, str]:
    level = likely(point.spread[2], point.spread[0], point.spread[4], shown.levels.outcome, shown.lang)
    return point.arm, _dose(point.dose, found, shown.lang), f"{level} {shown.unit}"


def _dose(dose: float, found: Found, lang: str) -> str:
    return numbers.amount(dose, found.nutrient, lang, both=True)


def _response_chart(shown: Shown, found: Found) -> Response:
    points = (*found.daily, *found.apart)
    highest = max(point.dose for point in points) * 1.02
    formulae = _formulae(shown, found)
    top = _ROOM * max(*(p.spread[4] for p in points), *(level for f in formulae for _, level in f.points), 0.0)
    return Response(
        id="fig-response-w",
        title=shown.names.text("workbench.response.table", outcome=shown.name, when=shown.when),
        desc="; ".join(": ".join(_response_row(shown, found, p)[1:]) for p in points),
        css=_COLOURS.get(shown.levels.outcome, NO_COLOUR),
        highest_dose=highest,
        top=top,
        level=_level_axis(shown, 0.0, top),
        dose=_dose_axis(highest, found, shown.lang, "IU" if found.nutrient == "vitamin_d" else ""),
        second=_dose_axis(highest, found, shown.lang, "") if found.nutrient == "vitamin_d" else None,
        goal=usual(shown.levels.outcome),
        limit=_upper(shown, found),
        doses=tuple(point.dose for point in found.daily),
        spread=tuple(point.spread for point in found.daily),
        apart=tuple(Tried(p.arm, p.dose, p.spread) for p in found.apart),
        formulae=formulae,
    )


def _dose_axis(highest: float, found: Found, lang: str, unit: str) -> Axis:
    """A scale of doses in a unit, or in the nutrient's own."""
    own = NUTRIENT_UNIT[found.nutrient]
    factor = convert(1.0, own, unit, found.nutrient) if unit else 1.0
    ticks = nice_ticks(0, highest * factor, _TICKS, lang)
    shown = numbers.unit(unit or own, lang) + numbers.PER_DAY[lang]
    return Axis(shown, tuple(Tick(t.value / factor, t.label) for t in ticks))


def _upper(shown: Shown, found: Found) -> tuple[float, str] | None:
    """The upper level that EFSA names for adults, where the dose itself is what it counts or a part of it."""
    age = shown.findings.trial.population.age.mean or 40.0  # adults share one level
    rows = load().upper_limits(found.nutrient, "EU", "female", age)
    row = next(iter(rows), None)
    return None if row is None else (row.value, shown.names.text("workbench.response.upper", body=row.authority))


def _formulae(shown: Shown, found: Found) -> tuple[Formula, ...]:
    """Published formulae for 25(OH)D under D3, from the mean at the start of the arm without a dose."""
    trial = shown.findings.trial
    without = next((p for p in found.daily if p.dose == 0), None)
    if shown.levels.outcome != VITAMIN_D or found.form not in ("D3", "-") or without is None or 0 not in trial.observed:
        return ()
    start = shown.findings.levels(VITAMIN_D, 0.0)
    before = float(start.values[start.arms.index(without.arm)].mean())
    doses = np.linspace(0, found.daily[-1].dose, _FORMULA_POINTS)
    points = [
        tuple((float(d), of_dose(name, before, convert(float(d), "µg", "IU", "vitamin_d"))) for d in doses)
        for name in OF_DOSE_ALONE
    ]
    labels = [shown.names.text(f"workbench.formula.{name}") for name in OF_DOSE_ALONE]
    return tuple(Formula(label, css, line) for label, css, line in zip(labels, ("now", "p"), points, strict=True))


# --------------------------------------------------------------------------------------------------------------- counts


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
        css=_COLOURS.get(shown.levels.outcome, NO_COLOUR),
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


def figures(shown: Shown) -> tuple[Figure, ...]:
    """All that there is to see of an outcome on a day; distributions first."""
    found: list[Pair | Figure | None] = [distribution(shown), dose_response(shown), counts(shown)]
    return tuple(figure for figure in found if isinstance(figure, Figure))
