"""Six other levels as small multiples: now and under the plan, each against the range of laboratories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cofactor.assess.types import Band
from cofactor.facts.load import load
from cofactor.person.types import Case
from cofactor.report import numbers
from cofactor.report.charts import multiple
from cofactor.report.charts.axes import Tick
from cofactor.report.charts.band import Curve
from cofactor.report.charts.multiple import Multiple
from cofactor.report.charts.svg import Pair
from cofactor.report.figures.types import (
    Figure,
    Table,
    acts,
    band_of,
    curves,
    in_days,
    month_ticks,
    of_band,
)
from cofactor.report.names import capital
from cofactor.report.types import Report
from cofactor.report.words import Words

OUTCOMES = ("Mg_serum", "Ca_total", "PTH", "calcitriol", "phosphate", "Ca_urine")
LAST_DAY = 365.0
HARDLY = 0.05
"""Share of the 90 % band below which a difference is said to hardly exist; only the words of a caption rest on it."""
_AIR = 0.04  # of the scale, above and below what is drawn
_WORTH_A_TICK = 0.15  # of the scale: how far beyond the range a band must reach for its end to be labelled


def multiples(report: Report, words: Words) -> tuple[Figure, ...]:
    """The six figures."""
    return tuple(_figure(report, words, outcome) for outcome in OUTCOMES)


def _figure(report: Report, words: Words, outcome: str) -> Figure:
    text, lang = words.text, words.lang
    return Figure(
        id=f"fig-{outcome.replace('_', '-').lower()}",
        title=capital(words.analyte(outcome)),
        note=numbers.level_unit(outcome, lang),
        wide=multiple.draw(_chart(report, words, outcome)),
        narrow="",
        point="",
        caption=_caption(report, words, outcome),
        table=Table(
            f"{capital(words.analyte(outcome))}, {numbers.level_unit(outcome, lang)}",
            (text("chart.day"), *_futures(report, words)),
            tuple(_rows(report, words, outcome)),
        ),
    )


def _chart(report: Report, words: Words, outcome: str) -> Multiple:
    drawn = _labelled(report, words, outcome)
    reference = laboratory_range(report.case, outcome)
    return chart(report.case, outcome, drawn, extent(drawn, reference), _caption(report, words, outcome), words)


def chart(case: Case, outcome: str, drawn: tuple[Curve, ...], ends: Pair, said: str, words: Words) -> Multiple:
    """A small multiple of curves whose scale runs between two ends."""
    bottom, top = ends
    air = _AIR * (top - bottom)
    reference = laboratory_range(case, outcome)
    return Multiple(
        id=f"fig-{outcome.replace('_', '-').lower()}-m",
        title=capital(words.analyte(outcome)),
        desc=said,
        last_day=LAST_DAY,
        bottom=bottom - air,
        top=top + air,
        reference=reference,
        marks=tuple(_marks(reference, bottom, top, outcome, words.lang)),
        months=_few_months(case, words),
        curves=drawn,
    )


def extent(drawn: Iterable[Curve], reference: Pair | None) -> Pair:
    """What the bands and the reference range reach over."""
    spreads = [spread for curve in drawn for spread in curve.spread]
    low, high = min(s[0] for s in spreads), max(s[4] for s in spreads)
    return (low, high) if reference is None else (min(low, reference[0]), max(high, reference[1]))


def laboratory_range(case: Case, outcome: str) -> Pair | None:
    """The reference range of laboratories for this person, where there is one."""
    sheet = load().lab(outcome, case.person.sex)
    if sheet is None or sheet.reference_low is None or sheet.reference_high is None:
        return None
    return sheet.reference_low, sheet.reference_high


def _labelled(report: Report, words: Words, outcome: str) -> tuple[Curve, ...]:
    """The curves, each with its last median as label."""
    ends = [numbers.plain_level(band_of(report.bands, outcome, u, LAST_DAY).p50, outcome, words.lang) for u in _UNDER]
    return curves(report, outcome, (ends[0], ends[1]))


_UNDER = ("now", "plan")


def _marks(reference: tuple[float, float] | None, bottom: float, top: float, outcome: str, lang: str) -> Iterator[Tick]:
    """The ends of the range; where a band reaches far beyond it, the end of the band too."""
    ends = {bottom, top} if reference is None else set(reference)
    for value in (bottom, top):
        if all(abs(value - end) > _WORTH_A_TICK * (top - bottom) for end in ends):
            ends.add(value)
    for value in sorted(ends):
        yield Tick(value, numbers.plain_level(value, outcome, lang))


def _few_months(case: Case, words: Words) -> tuple[Tick, ...]:
    """The first, a middle and the last month of the year ahead."""
    every = month_ticks(case.today, 4, int(LAST_DAY), words.lang)
    return (every[0], every[len(every) // 2], every[-1])


# ------------------------------------------------------------------------------------------------------- in words


def _caption(report: Report, words: Words, outcome: str) -> str:
    """What the plan does to a level, in at most ten words, and what holds it."""
    held = words.text(f"chart.held.{outcome}")
    if not acts(report):
        return f"{capital(held)}."
    now, then = (band_of(report.bands, outcome, under, LAST_DAY) for under in _UNDER)
    return words.text(f"chart.moves.{moves(now, then)}", held=held)


def moves(now: Band, then: Band) -> str:
    """How a level differs between the futures: a difference inside the middle half of people is little."""
    difference = then.p50 - now.p50
    if abs(difference) < HARDLY * (now.p95 - now.p05):
        return "hardly"
    way = "rises" if difference > 0 else "falls"
    return f"{way}_little" if now.p25 <= then.p50 <= now.p75 else way


def _futures(report: Report, words: Words) -> Iterator[str]:
    yield words.text("chart.band.now").replace("|", " ")
    if acts(report):
        yield words.text("chart.band.plan").replace("|", " ")


def _rows(report: Report, words: Words, outcome: str) -> Iterator[tuple[str, ...]]:
    for day in (0.0, float(report.plan.retest_days), LAST_DAY):
        found = [band_of(report.bands, outcome, under, day) for under in (_UNDER if acts(report) else _UNDER[:1])]
        yield (in_days(report, day, words), *(of_band(b, words.lang) for b in found))
