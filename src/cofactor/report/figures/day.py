"""The day: when each thing is taken, and the hours that a medicine keeps clear."""

from __future__ import annotations

from collections.abc import Iterator

from cofactor.assess.types import Spacing
from cofactor.person.occasions import MEALS
from cofactor.plan.schedule import TIME
from cofactor.plan.types import MEDICINE, Event
from cofactor.report import numbers
from cofactor.report.charts import day
from cofactor.report.charts.axes import Tick
from cofactor.report.charts.day import Block, Day, Moment
from cofactor.report.figures.types import COLOUR, NO_COLOUR, Figure, Table, acts
from cofactor.report.moments import entry_name, item_name
from cofactor.report.names import capital
from cofactor.report.types import Report
from cofactor.report.words import Words

_HOUR_STEP = 2


def day_figure(report: Report, words: Words) -> Figure | None:
    """The day as three lanes, or None where nothing is proposed: the day is then not for this page to lay out."""
    if not acts(report) or not report.plan.schedule:
        return None
    blocks = tuple(_blocks(report, words))
    caption = words.text("chart.day_lanes.calendar", file="schedule.ics")
    return Figure(
        id="fig-day",
        title="",
        note="",
        wide=day.draw(_lanes(report, words, blocks)),
        narrow="",
        point=words.text("chart.day_lanes.point" if blocks else "chart.day_lanes.point_free"),
        caption=caption,
        table=Table(
            words.text("chart.day_lanes.table"),
            tuple(words.text(f"chart.day_lanes.{column}") for column in ("time", "taken", "apart")),
            tuple(_row(event, words) for event in report.plan.schedule),
        ),
        table_when_narrow=True,
    )


def _lanes(report: Report, words: Words, blocks: tuple[Block, ...]) -> Day:
    text, lang = words.text, words.lang
    rows = [_row(event, words) for event in report.plan.schedule]
    hours = range(day.FIRST_HOUR, day.LAST_HOUR, _HOUR_STEP)
    return Day(
        id="fig-day-w",
        title=text("chart.day_lanes.table"),
        desc=" ".join(f"{time}{numbers.NBSP}: {what}." for time, what, _ in rows),
        lanes=(text("chart.day_lanes.meals"), text("chart.day_lanes.medicines"), text("chart.day_lanes.supplements")),
        hours=tuple(Tick(float(h), numbers.time(f"{h:02}:00", lang)) for h in hours),
        meals=tuple(Moment(hour(TIME[meal]), text(f"chart.day_lanes.meal.{meal}")) for meal in MEALS),
        medicines=tuple(_medicines(report, words)),
        supplements=tuple(_supplements(report, words)),
        blocks=blocks,
    )


def hour(time: str) -> float:
    """``12:30`` as 12.5."""
    hours, _, minutes = time.partition(":")
    return int(hours) + int(minutes) / 60


def _medicines(report: Report, words: Words) -> Iterator[Moment]:
    for event in report.plan.schedule:
        for entry in event.entries:
            if entry.is_medicine:
                yield Moment(hour(event.time), words.medicine(entry.of))


def _supplements(report: Report, words: Words) -> Iterator[Moment]:
    for event in report.plan.schedule:
        for entry in event.entries:
            if entry.is_medicine or entry.amount is None:
                continue
            label = words.product(entry.kind, entry.of)
            if entry.planned:
                label = f"{words.dosed(entry.kind, entry.of)} {numbers.amount(entry.amount, entry.kind, words.lang)}"
            elif report.gates.withheld(entry.kind):
                label = words.text("chart.day_lanes.ask_first", what=label)
            yield Moment(hour(event.time), label, COLOUR.get(entry.kind, NO_COLOUR), kept=not entry.planned)


def _blocks(report: Report, words: Words) -> Iterator[Block]:
    """The hours around each medicine in which something that is taken may not be."""
    taken = {entry.kind for event in report.plan.schedule for entry in event.entries}
    for event in report.plan.schedule:
        found = [s for s in report.gates.spacings if f"{MEDICINE}:{s.medicine}" in event.items]
        kept_clear = [s for s in found if taken & set(s.nutrients)]
        if kept_clear:
            yield _block(event, kept_clear, taken, words)


def _block(event: Event, found: list[Spacing], taken: set[str], words: Words) -> Block:
    hours = max(s.hours for s in found)
    nutrients = dict.fromkeys(words.nutrient(n) for s in found for n in s.nutrients if n in taken)
    label = words.text("chart.day_lanes.without", hours=numbers.short(hours, words.lang), what=", ".join(nutrients))
    at = hour(event.time)
    return Block(at, at - hours, at + hours, label)


def _row(event: Event, words: Words) -> tuple[str, ...]:
    taken = numbers.join([entry_name(entry, words) for entry in event.entries], words.lang)
    apart = numbers.join([item_name(item, words) for item in event.apart_from], words.lang)
    return numbers.time(event.time, words.lang), capital(taken), apart
