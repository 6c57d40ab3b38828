"""A figure as a page shows it, and what all figures share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import ceil, floor, log10

from cofactor.assess.types import Band
from cofactor.report import numbers
from cofactor.report.charts.axes import Tick
from cofactor.report.charts.band import Curve
from cofactor.report.types import Report
from cofactor.report.words import Words

COLOUR: dict[str, str] = {
    "vitamin_d": "d",
    "magnesium": "mg",
    "calcium": "ca",
    "phosphorus": "p",
    "vitamin_k": "k",
    "zinc": "zn",
    "25OHD": "d",
    "calcitriol": "d",
    "Mg_serum": "mg",
    "Ca_total": "ca",
    "Ca_urine": "ca",
    "phosphate": "p",
    "PTH": "pth",
}
"""The colour of each substance, the same everywhere: a class name of the stylesheet."""
NO_COLOUR = "ink"


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a figure. The first cell of a row names it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing, at two widths where text would shrink, with what it says and its numbers.

    ``narrow`` is empty where one drawing serves all widths; ``table_when_narrow`` puts the table in its place.
    """

    id: str
    title: str
    note: str
    wide: str
    narrow: str
    point: str  # what the figure shows, in bold
    caption: str
    table: Table
    table_when_narrow: bool = False
    scrolls: bool = False


def band_of(bands: Sequence[Band], outcome: str, under: str, days: float) -> Band:
    """The band nearest to a day."""
    return min((b for b in bands if (b.outcome, b.under) == (outcome, under)), key=lambda b: abs(b.days - days))


def curve(bands: Sequence[Band], outcome: str, under: str, css: str, label: str) -> Curve:
    """The course of an outcome under one of the two futures; the one in which nothing changes is dashed."""
    rows = sorted((b for b in bands if (b.outcome, b.under) == (outcome, under)), key=lambda b: b.days)
    spread = tuple((b.p05, b.p25, b.p50, b.p75, b.p95) for b in rows)
    return Curve(css, label, tuple(b.days for b in rows), spread, dashed=under == "now")


def curves(report: Report, outcome: str, names: tuple[str, str]) -> tuple[Curve, ...]:
    """Now and, where there is a plan, the plan: ``names`` are their labels."""
    found = [curve(report.bands, outcome, "now", "now", names[0])]
    if acts(report):
        found.append(curve(report.bands, outcome, "plan", COLOUR[outcome], names[1]))
    return tuple(found)


def acts(report: Report) -> bool:
    """Whether the plan proposes anything, so that there are two futures to compare."""
    return bool(report.plan.items)


def likely(middle: float, low: float, high: float, analyte: str, lang: str) -> str:
    """A level with its likely range, without a unit: ``42 (35–50)``."""
    shown = [numbers.plain_level(v, analyte, lang) for v in (middle, low, high)]
    return f"{shown[0]} ({shown[1]}–{shown[2]})"


def of_band(band: Band, lang: str) -> str:
    """A band's median with its 90 % interval."""
    return likely(band.p50, band.p05, band.p95, band.outcome, lang)


@lru_cache
def month_ticks(today: date, first: int, last: int, lang: str) -> tuple[Tick, ...]:
    """The first of every month between two days, counted from today."""
    days = range(first, last - 12)  # a name that starts later would leave the drawing
    firsts = [d for d in days if (today + timedelta(days=d)).day == 1]
    return tuple(Tick(float(d), numbers.month(today + timedelta(days=d), lang)) for d in firsts)


def nice_step(span: float, most: int) -> float:
    """A step of 1, 2, 2.5 or 5 times a power of ten that cuts ``span`` into at most ``most`` pieces."""
    rough = span / most
    power = 10.0 ** floor(log10(rough))
    return next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * (1 - 1e-9))


def nice_ticks(low: float, high: float, most: int, lang: str) -> tuple[Tick, ...]:
    """Round values between ``low`` and ``high`` with their labels."""
    step = nice_step(high - low, most)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return tuple(Tick(i * step, numbers.short(i * step, lang, 2)) for i in range(first, last + 1))


def in_days(report: Report, days: float, words: Words) -> str:
    """The date that lies some days ahead: ``14 February``'s short form."""
    return numbers.day(report.case.today + timedelta(days=days), words.lang)
