"""The picture of the system as it moves: on any day of a scenario, against today, with arrows that can be opened.

It is the drawing of the report. What differs is what it is compared with: the widths of all days are those of today's
largest flows, each arrow is marked with its change since today as things are, and each has a name to open it by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cofactor.assess.types import Band
from cofactor.plan.whatif import Ground
from cofactor.report import numbers
from cofactor.report.charts import loop
from cofactor.report.charts.loop_types import ARROWS, Loop
from cofactor.report.figures.picture import MEASURE, References, gauges, notes, signs, widths, words_of
from cofactor.report.figures.types import Table
from cofactor.report.flows import Courses
from cofactor.report.names import capital
from cofactor.report.words import Words

SAME = 0.05
"""A change smaller than this is not written beside a number."""
_LEVELS = ("PTH", "FGF23", "calcitriol", "Mg_serum")

Numbers = Mapping[str, Band]


def folds(then: Numbers, today: Numbers) -> dict[str, float]:
    """How much each arrow carries, as a multiple of what it carries today as things are."""
    pairs = {arrow: (then[name].p50, today[name].p50) for arrow, name in MEASURE.items()}
    return {arrow: value / was for arrow, (value, was) in pairs.items() if was > 0}


def draw(of: Ground, now: Courses, then: Courses, day: float, words: Words) -> str:
    """The picture on a day."""
    today, shown = now.on(0.0, "now"), then.on(day, "plan")
    changed = folds(shown, today)
    text = words.text
    return loop.draw(
        Loop(
            id="mx",
            title=text("picture.title"),
            desc=text("picture.desc"),
            words={**words_of(text), "key_needle": text("system.key.needle"), "key_was": text("system.key.was")},
            gauges=gauges(References(of.case, of.goals.levels["25OHD"]), words, shown, today),
            signs=signs(),
            widths=widths(shown, today),
            notes={place: _marked(place, said, changed, words.lang) for place, said in notes(shown, words)},
            folds=changed,
            names={arrow: name(arrow, shown, changed, words) for arrow in ARROWS},
        )
    )


def _marked(place: str, said: str, changed: Mapping[str, float], lang: str) -> str:
    """A note with the change of its arrow on a line of its own, where there is one worth writing."""
    fold = changed.get({"D_swallowed": "swallowed"}.get(place, place), 1.0)
    if abs(fold - 1) < SAME:
        return said
    first, bar, rest = said.partition("|")
    return f"{first}|{rest} · {times(fold, lang)}" if bar else f"{first}|{times(fold, lang)}"


def times(fold: float, lang: str) -> str:
    """A multiple: ``×1.4``."""
    return f"×{numbers.number(fold, lang, 1 if fold < 10 else 0)}"


def name(arrow: str, then: Numbers, changed: Mapping[str, float], words: Words) -> str:
    """What an arrow is called, with what it carries and how that has changed."""
    said = [words.text(f"system.arrow.{arrow}")]
    if arrow in MEASURE:
        said.append(amount(then[MEASURE[arrow]], words))
    if arrow in changed:
        said.append(words.text("system.of_today", fold=times(changed[arrow], words.lang)))
    return ", ".join(said)


def amount(band: Band, words: Words) -> str:
    """What an arrow carries: the median with its unit."""
    if band.outcome in _LEVELS:
        return numbers.level(band.p50, band.outcome, words.lang)
    digits = 1 if band.p50 < 10 else 0
    return numbers.with_unit(numbers.short(band.p50, words.lang, digits), band.unit, words.lang)


def table(now: Courses, then: Courses, day: float, words: Words) -> Table:
    """The same as text: every arrow with a number, today and on the day. The first cell of a row is its arrow's id."""
    text = words.text
    head = (text("system.arrow_of"), text("picture.today"), text("system.then"), text("system.change"))
    return Table(text("system.table"), head, tuple(_rows(now.on(0.0, "now"), then.on(day, "plan"), words)))


def _rows(today: Numbers, then: Numbers, words: Words) -> Iterator[tuple[str, ...]]:
    changed = folds(then, today)
    for arrow in ARROWS:
        called = capital(words.text(f"system.arrow.{arrow}"))
        if arrow not in MEASURE:
            yield arrow, called, "", "", ""
            continue
        measure = MEASURE[arrow]
        fold = times(changed[arrow], words.lang) if arrow in changed else ""
        yield arrow, called, amount(today[measure], words), amount(then[measure], words), fold
