"""What the strips share: rows of bodies, axes in both units, and the figure around a strip."""

from __future__ import annotations

from collections.abc import Callable

from cofactor.assess.status import LABORATORY
from cofactor.assess.types import Judgement, StatusRow
from cofactor.report import numbers
from cofactor.report.charts import strip
from cofactor.report.charts.axes import Axis, Tick
from cofactor.report.charts.strip import Marker, Row, Strip
from cofactor.report.figures.types import COLOUR, Figure, Table, nice_ticks
from cofactor.report.names import capital
from cofactor.report.words import Words
from cofactor.units import convert

AIR = 1.06
"""A scale ends this much beyond the largest value on it."""
_SHORT = {
    "Endocrine Society": "endocrine",
    "Clinical practice": "practice",
    "Mayo Clinic Labs": "mayo",
    "NNR2023": "nordic",
}
_MOST_TICKS = 7


def ordered(judgements: tuple[Judgement, ...]) -> list[Judgement]:
    """The bodies by where they start to say sufficient; last those that only name a limit."""
    return sorted(judgements, key=lambda j: (j.low is None, j.low or 0.0, j.high or 0.0))


def body(judgement: Judgement, words: Words) -> str:
    """A body with its year, short enough for the column of names."""
    if judgement.body == LABORATORY:
        return words.text("chart.body.laboratory")
    short = _SHORT.get(judgement.body)
    if short is None:
        return words.body(f"{judgement.body} {judgement.year}")
    return f"{words.text(f'chart.body.{short}')} {judgement.year}"


def figure(
    row: StatusRow,
    words: Words,
    *,
    note: str = "",
    scale: tuple[float, float],
    rows: tuple[Row, ...],
    markers: tuple[Marker, ...],
) -> Figure:
    """The strip of one row of status at both widths, with what it says and its numbers."""
    name = f"fig-now-{row.id}-{row.basis}".replace("_", "-").replace("+", "-").lower()
    title = capital(_what(row, words))
    point = f"{capital(words.verdict(row))}."
    wide, narrow = (
        Strip(
            id=f"{name}-{size}",
            title=title,
            desc=f"{words.text('chart.strip.desc')} {capital(words.status(row))}.",
            css=COLOUR[row.id],
            first=scale[0],
            last=scale[1],
            axes=_axes(row, scale, words.lang),
            rows=rows,
            markers=markers,
        )
        for size in ("w", "n")
    )
    return Figure(
        id=name,
        title=title,
        note=note,
        wide=strip.draw(wide, strip.WIDE),
        narrow=strip.draw(narrow, strip.NARROW),
        point=point,
        caption=_disagreement(row, words),
        table=_table(row, title, rows, markers, words),
    )


def _what(row: StatusRow, words: Words) -> str:
    if row.kind == "nutrient":
        return words.text(f"status.basis.{row.basis}", nutrient=words.nutrient(row.id))
    return words.analyte(row.id)


def _axes(row: StatusRow, scale: tuple[float, float], lang: str) -> tuple[Axis, ...]:
    per_day = numbers.PER_DAY[lang] if row.kind == "nutrient" else ""
    first = Axis(numbers.unit(row.unit, lang) + per_day, nice_ticks(*scale, _MOST_TICKS, lang))
    if row.id == "vitamin_d":
        shown = _also(first, lambda v: numbers.number(convert(v, "µg", "IU", "vitamin_d"), lang))
        return (first, Axis(numbers.unit("IU", lang) + per_day, shown))
    other = numbers.CONVENTIONAL.get(row.id)
    if other is None:
        return (first,)
    return (first, Axis(other, _also(first, lambda v: numbers.plain_conventional(v, row.id, lang))))


def _also(axis: Axis, label: Callable[[float], str]) -> tuple[Tick, ...]:
    """The same places in another unit."""
    return tuple(Tick(tick.value, label(tick.value)) for tick in axis.ticks)


def _disagreement(row: StatusRow, words: Words) -> str:
    """How many bodies start higher, since they do not agree; for supplements alone, how many set a limit below."""
    if row.basis == "supplements":
        limits = [j.high for j in row.judgements if j.high is not None]
        passed = sum(row.value > limit for limit in limits)
        return words.text("chart.strip.limits", count=str(passed), total=str(len(limits)))
    starts = [j.low for j in row.judgements if j.low is not None]
    higher = sum(low > row.value for low in starts)
    key = "chart.strip.higher" if higher else "chart.strip.higher_none"
    sentence = words.text(key, count=str(higher), total=str(len(starts)))
    fact = f"chart.strip.fact.{row.id}"
    return f"{sentence} {words.text(fact)}" if fact in words.text else sentence


def _table(row: StatusRow, title: str, rows: tuple[Row, ...], markers: tuple[Marker, ...], words: Words) -> Table:
    """Every row and the person's own values, in the unit of the first axis."""

    def plain(value: float | None) -> str:
        if value is None:
            return "–"
        if row.kind == "nutrient":
            return numbers.short(value, words.lang, 1)
        return numbers.plain_level(value, row.id, words.lang)

    unit = _axes(row, (0.0, 1.0), words.lang)[0].unit
    lines = [(r.label, plain(r.low if not r.marks else r.marks[0]), plain(r.excess or r.high), r.note) for r in rows]
    lines += [(words.text("chart.strip.you"), plain(m.value), "", m.label) for m in markers]
    head = tuple(words.text(f"chart.strip.{column}") for column in ("body", "from", "until", "remark"))
    return Table(words.text("chart.strip.table", what=title, unit=unit), head, tuple(lines))
