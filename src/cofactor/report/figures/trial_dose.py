"""What the dose of one nutrient does in a finished trial, beside published formulae."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cofactor.evidence.formulae import OF_DOSE_ALONE, of_dose
from cofactor.facts.load import NUTRIENT_UNIT, load
from cofactor.report import numbers
from cofactor.report.charts import response
from cofactor.report.charts.axes import Axis, Tick
from cofactor.report.charts.response import Formula, Response, Tried
from cofactor.report.figures.trial_shown import ROOM, TICKS, VITAMIN_D, Shown, level_axis
from cofactor.report.figures.types import Figure, Table, likely, nice_ticks
from cofactor.trial.findings import Point, usual
from cofactor.trial.findings import Response as Found
from cofactor.units import convert

_FORMULA_POINTS = 25


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
    top = ROOM * max(*(p.spread[4] for p in points), *(level for f in formulae for _, level in f.points), 0.0)
    return Response(
        id="fig-response-w",
        title=shown.names.text("workbench.response.table", outcome=shown.name, when=shown.when),
        desc="; ".join(": ".join(_response_row(shown, found, p)[1:]) for p in points),
        css=shown.css,
        highest_dose=highest,
        top=top,
        level=level_axis(shown, 0.0, top),
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
    ticks = nice_ticks(0, highest * factor, TICKS, lang)
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
