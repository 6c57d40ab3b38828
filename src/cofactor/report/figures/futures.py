"""Levels under a scenario beside those of today: drawings that keep their scale while a slider moves."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from cofactor.plan.whatif import Future, Ground
from cofactor.report import numbers
from cofactor.report.charts import band, multiple
from cofactor.report.charts.axes import Axis
from cofactor.report.charts.band import BandChart, Curve, Kept, Point
from cofactor.report.charts.svg import Pair
from cofactor.report.figures import heading, multiples
from cofactor.report.figures.types import month_ticks, nice_ticks
from cofactor.report.names import capital
from cofactor.report.words import Words

MAIN = heading.ANALYTE
GROUPS: dict[str, tuple[str, ...]] = {
    "vitamin_d": ("D3", "calcitriol", "24_25OH2D"),
    "calcium": ("Ca_total", "Ca_absorption", "Ca_urine"),
    "magnesium": ("Mg_serum", "Mg_absorption", "Mg_urine"),
    "hormones": ("PTH", "FGF23", "phosphate"),
    "cells": ("Ca_ionised", "Mg_cell", "Zn_plasma"),
    "bone": ("bone_mineral", "ucOC", "dp_ucMGP"),
}
"""Every level but 25(OH)D, which has the large chart, and its two parts."""
SMALL = tuple(outcome for group in GROUPS.values() for outcome in group)
COLOURS: dict[str, str] = {
    **dict.fromkeys((MAIN, *GROUPS["vitamin_d"]), "d"),
    **dict.fromkeys((*GROUPS["calcium"], "Ca_ionised", "bone_mineral"), "ca"),
    **dict.fromkeys((*GROUPS["magnesium"], "Mg_cell"), "mg"),
    **{"PTH": "pth", "FGF23": "fgf", "phosphate": "p", "Zn_plasma": "zn", "ucOC": "k", "dp_ucMGP": "k"},
}
NARROW_BELOW = 640
"""Pixels of width below which a chart has its narrow drawing, as on the page of the report."""
_FEWER = 2  # a small drawing shows every second of the days: a step of eight pixels
_STEP_OF_TOP = 50.0  # nmol/L: the large chart's scale grows by steps, so that it rests while a slider moves a little


def main(of: Ground, now: Future, then: Future, kept: Sequence[Future], words: Words, width: int) -> str:
    """25(OH)D over a year: as now, under the scenario, and the medians of scenarios kept."""
    text, lang = words.text, words.lang
    drawn = (
        _curve(now, MAIN, "now", text("live.now_curve")),
        _curve(then, MAIN, COLOURS[MAIN], text("live.these")),
    )
    goal = of.goals.levels[MAIN]
    top = _STEP_OF_TOP * ceil(max(heading.LEAST_TOP, *(float(f.of(MAIN)[4].max()) for f in (now, then))) / _STEP_OF_TOP)
    size = band.NARROW if width < NARROW_BELOW else band.WIDE
    return band.draw(
        BandChart(
            id="live-25ohd",
            title=words.analyte(MAIN),
            desc=text("chart.band.desc"),
            first_day=0.0,
            last_day=heading.LAST_DAY,
            top=top,
            left=Axis("nmol/L", nice_ticks(0, top, 6, lang)),
            right=Axis("ng/mL", heading.other_ticks(top, lang)),
            months=month_ticks(of.case.today, 0, heading.LAST_DAY, lang),
            goal=(goal[0], top if goal[1] is None else goal[1]),
            marks=tuple(heading.marks(words, goal, top)),
            low_uvb=heading.low_uvb(of.of.members.subject, 0.0),
            low_uvb_label=text("chart.band.little_uvb"),
            curves=drawn,
            points=(_today(now, words),),
            kept=tuple(_kept(future, letter) for letter, future in zip("ABCD", kept, strict=False)),
        ),
        size,
    )


def _curve(future: Future, outcome: str, css: str, label: str, every: int = 1) -> Curve:
    """The course of a level, of which a small drawing shows every so many days and the last."""
    shown = sorted({*range(0, len(future.days), every), len(future.days) - 1})
    spread = tuple(tuple(row) for row in future.of(outcome)[:, shown].T.tolist())
    return Curve(css, label, tuple(future.days[shown].tolist()), spread, dashed=css == "now")


def _today(now: Future, words: Words) -> Point:
    p05, _, p50, _, p95 = (float(q) for q in now.on(MAIN, 0.0))
    label = words.text("chart.band.today", value=numbers.plain_level(p50, MAIN, words.lang))
    return Point(0.0, p50, p05, p95, label, measured=False)


def _kept(future: Future, letter: str) -> Kept:
    return Kept(letter, tuple(future.days.tolist()), tuple(future.of(MAIN)[2].tolist()))


# ------------------------------------------------------------------------------------------------ small multiples


def small(of: Ground, outcome: str, now: Future, then: Future, words: Words, said: str) -> str:
    """Another level, with its value at the end of the year."""
    last = [numbers.plain_level(float(f.of(outcome)[2, -1]), outcome, words.lang) for f in (now, then)]
    before = _curve(now, outcome, "now", last[0], _FEWER)
    after = _curve(then, outcome, COLOURS[outcome], last[1], _FEWER)
    resting = multiples.extent([before], multiples.laboratory_range(of.case, outcome))
    ends = _grown(resting, multiples.extent([after], None))
    return multiple.draw(multiples.chart(of.case, outcome, (before, after), ends, said, words))


def _grown(resting: Pair, reached: Pair) -> Pair:
    """A scale that grows by halves of what it shows at rest, so that it mostly stands still; never below nothing."""
    step = (resting[1] - resting[0]) / 2 or abs(resting[0]) / 10 or 1.0
    low = resting[0] - step * ceil(max(0.0, resting[0] - reached[0]) / step)
    floor = min(0.0, resting[0], reached[0])
    return max(low, floor), resting[1] + step * ceil(max(0.0, reached[1] - resting[1]) / step)


def title(outcome: str, words: Words) -> tuple[str, str]:
    """The name of a level and its unit."""
    return capital(words.analyte(outcome)), numbers.level_unit(outcome, words.lang)
