"""The page that ``cofactor validate --out`` writes: scores, the figure, every number, the acceptance tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cofactor import __version__
from cofactor.evidence.acceptance import Verdict
from cofactor.evidence.observed import UNITS, Measure
from cofactor.evidence.validate import Judged, Validation
from cofactor.report import numbers
from cofactor.report.charts import scatter
from cofactor.report.charts.scatter import Point, Scatter
from cofactor.report.figures.types import Figure, Table, nice_ticks
from cofactor.report.render import render
from cofactor.report.text import Text
from cofactor.report.validation import (
    analyte,
    covered,
    lede,
    outcome,
    people_spread,
    readable,
    rule,
    score_cell,
    score_rows,
    title,
    vitamin_d,
    why,
)

_TOP_MARGIN = 1.06  # of the largest number on the figure
_MOST_TICKS = 6


@dataclass(frozen=True)
class Part:
    """A table under its heading, with sentences before it."""

    id: str
    title: str
    said: tuple[str, ...]
    table: Table


@dataclass(frozen=True)
class ValidationPage:
    """Everything that the template shows, in finished words."""

    lang: str
    title: str
    lede: str
    figure: Figure | None
    parts: tuple[Part, ...]
    footer: str


def html(found: Validation, lang: str, files: Sequence[str] = ()) -> str:
    """The page in English or French: one file that needs nothing else."""
    return render("validation.html", lang, page=page(found, lang, files))


def page(found: Validation, lang: str, files: Sequence[str] = ()) -> ValidationPage:
    """The page's words and drawings."""
    say = Text(lang)
    parts = [_scores(found, say), _numbers(found, say), _ranges(found, say), _doses(found, say)]
    parts += [_acceptance(found, say), _unread(found, say)]
    return ValidationPage(
        lang=lang,
        title=title(found, say),
        lede=lede(found, say, files),
        figure=_figure(found, say),
        parts=tuple(part for part in parts if part.table.rows),
        footer=say("validation.footer", version=__version__, model=found.model),
    )


def _figure(found: Validation, say: Text) -> Figure | None:
    """Levels of 25(OH)D under D3 or nothing; changes are drawn as the levels that they lead to."""
    shown = [j for j in found.judged if j.core and j.measure == Measure.LEVEL]
    if not shown:
        return None
    top = _TOP_MARGIN * max(max(j.observed, j.high) for j in shown)
    chart = Scatter(
        id="predicted-observed",
        title=say("validation.figure"),
        desc=say("validation.figure_desc"),
        observed=say("validation.axis_observed"),
        predicted=say("validation.axis_predicted"),
        top=top,
        ticks=nice_ticks(0.0, top, _MOST_TICKS, say.lang),
        points=tuple(Point(j.observed, j.predicted, j.low, j.high, not j.recall) for j in shown),
    )
    return Figure(
        id="figure",
        title=chart.title,
        note="",
        wide=scatter.draw(chart),
        narrow=scatter.draw(chart, narrow=True),
        point="",
        caption=say("validation.figure_caption"),
        table=_table(shown, say, f"25(OH)D, {UNITS['25OHD']}"),
    )


def _table(rows: Sequence[Judged], say: Text, caption: str) -> Table:
    words = ("arm", "outcome", "week", "observed", "predicted", "band", "left_out")
    return Table(caption, tuple(say(f"validation.{w}") for w in words), tuple(_row(j, say) for j in rows))


def _row(j: Judged, say: Text) -> tuple[str, ...]:
    """One number with its marks: from memory, and what was filled in."""
    marks = [say("validation.from_memory")] if j.recall else []
    marks += [rule(f, say) for f in j.filled]
    arm = f"{j.row.text('trial_id')}: {j.row.text('arm')}" + (f" ({'; '.join(marks)})" if marks else "")
    week = "" if j.row.time_days is None else readable(j.row.time_days / 7, say)
    unit = numbers.unit(j.unit, say.lang)
    band = f"{readable(j.low, say)}–{readable(j.high, say)}"
    left_out = "" if j.left_out is None else readable(j.left_out, say)
    return arm, outcome(j, say), week, f"{readable(j.observed, say)} {unit}", readable(j.predicted, say), band, left_out


def _scores(found: Validation, say: Text) -> Part:
    group = vitamin_d(found)
    if group is None:
        return Part("scores", say("validation.by_dose"), (), Table("", (), ()))
    head = ("", *(f"{say(f'validation.band_{s.band}')} ({s.n})" for s in group.by_dose))
    bands = [s.band for s in group.by_dose]
    rows = []
    for name, scores in score_rows(group, say):
        cells = {s.band: score_cell(s, say) for s in scores}
        rows.append((name, *(cells.get(band, "–") for band in bands)))
    said = [covered(group, say), people_spread(found, say) or ""]
    return Part("scores", say("validation.by_dose"), tuple(filter(None, said)), Table("", head, tuple(rows)))


def _numbers(found: Validation, say: Text) -> Part:
    heading = say("validation.arms")
    return Part("numbers", heading, (), _table(found.judged, say, ""))


def _ranges(found: Validation, say: Text) -> Part:
    rows = []
    for r in found.ranges:
        ends = "–".join("" if x is None else readable(x, say) for x in (r.reference_low, r.reference_high))
        name = f"{analyte(r.analyte, say)}, {numbers.unit(r.unit, say.lang)}"
        rows.append((name, f"{readable(r.low, say)}–{readable(r.high, say)}", readable(r.middle, say), ends))
    head = ("", say("validation.drawn"), "50 %", say("validation.laboratory"))
    return Part("people", say("validation.ranges_title"), (), Table("", head, tuple(rows)))


def _doses(found: Validation, say: Text) -> Part:
    rows = tuple(
        (
            numbers.with_unit(numbers.number(d.iu_per_day, say.lang), "IU/d", say.lang),
            numbers.level(d.level, "25OHD", say.lang),
            numbers.percent(d.hypercalcaemia, say.lang),
            numbers.percent(d.hypercalciuria, say.lang),
        )
        for d in found.doses
    )
    head = ("", "25(OH)D", analyte("Ca_total", say), analyte("Ca_urine", say))
    return Part("doses", say("validation.doses_title"), (say("validation.at_doses"),), Table("", head, rows))


def _acceptance(found: Validation, say: Text) -> Part:
    held = sum(v.holds for v in found.acceptance)
    heading = say("validation.acceptance", held=str(held), count=str(len(found.acceptance)))
    words = ("test", "range", "value", "source")
    head = tuple(say(f"validation.{w}") for w in words)
    return Part("tests", heading, (), Table("", head, tuple(_verdict(v, say) for v in found.acceptance)))


def _verdict(v: Verdict, say: Text) -> tuple[str, ...]:
    test = v.test
    read = test.readout.split() or [test.statistic]
    named = numbers.join([analyte(name, say) for name in read], say.lang)
    what = f"{say(f'experiment.{test.experiment}')}: {named}, {say(f'compare.{test.compare}')}"
    source = test.source.text + (f" · {say('validation.from_memory')}" if test.source.trust == "recall" else "")
    mark = "" if v.holds else f" · {say('validation.does_not_hold')}"
    return what, f"{readable(test.low, say)}–{readable(test.high, say)}", f"{readable(v.value, say)}{mark}", source


def _unread(found: Validation, say: Text) -> Part:
    heading = say("validation.not_simulated", count=str(len(found.unread)))
    rows = tuple(
        (f"{u.row.text('trial_id')}: {u.row.text('arm')}", u.row.text("outcome"), why(u, say)) for u in found.unread
    )
    head = (say("validation.arm"), say("validation.outcome"), "")
    return Part("unread", heading, (), Table("", head, rows))
