"""The picture of the system with the person's own numbers: levels, daily amounts, and both futures side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

from cofactor.assess.types import Band
from cofactor.evidence.relations import Relation, on_arrow
from cofactor.person.types import Case
from cofactor.plan.goals import Goal
from cofactor.report import numbers
from cofactor.report.charts import loop
from cofactor.report.charts.loop_shapes import PLACES
from cofactor.report.charts.loop_types import SIGNALS, THINNEST, Gauge, Loop
from cofactor.report.figures.multiples import laboratory_range
from cofactor.report.figures.types import Figure, Table, acts, band_of, in_days
from cofactor.report.names import capital
from cofactor.report.text import Text
from cofactor.report.types import Report
from cofactor.report.words import Words
from cofactor.units import MOLAR_MASS

LEVEL: dict[str, str] = {"P": "phosphate", "Mg": "Mg_serum", "Ca": "Ca_total"}
"""The analyte of a ring, where its name differs."""
WIDEST = 12.0
"""Width of the largest flow of a substance, px; the others follow by the square root of their amount."""
_SUBSTANCES: dict[str, tuple[str, ...]] = {
    "D": ("D_swallowed", "D_skin", "25OHD_made", "25OHD_cleared"),
    **{m: tuple(f"{m}_{what}" for what in ("absorbed", "excreted", "from_bone")) for m in ("P", "Mg", "Ca")},
}
MEASURE: dict[str, str] = {
    **{"sun": "D_skin", "swallowed": "D_swallowed", "liver": "25OHD_made", "cleared": "25OHD_cleared"},
    **{f"{m}_{what}": f"{m}_{what}" for m in ("P", "Mg", "Ca") for what in ("absorbed", "excreted")},
    **{f"{m}_bone": f"{m}_from_bone" for m in ("P", "Mg", "Ca")},
    **{"kidney": "calcitriol_made", "Mg_at_kidney": "Mg_on_calcitriol", "Mg_at_parathyroid": "Mg_serum"},
    **{"PTH": "PTH", "PTH_kidney": "PTH", "PTH_bone": "PTH", "FGF23": "FGF23", "FGF23_brake": "FGF23"},
    **{"calcitriol_brake": "calcitriol", "calcitriol_gates": "calcitriol"},
}
"""What tells how much an arrow carries: a flow, or the level of what acts. The other arrows have no number."""
_ARROW = {flow: arrow for arrow, flow in MEASURE.items()}
_NUTRIENT = {"P": "phosphorus", "Mg": "magnesium", "Ca": "calcium", "D": "vitamin_d"}
_SENDER = {"calcitriol_gates": "receptor"}  # what calcitriol switches on opens the gates
_STILL_DRAWN = 22.0  # px: a flow that has grown more than that is drawn no wider; its number says the rest
_ARC_START, _ARC_END = 0.25, 0.75  # where the reference range lies on a ring

_NO_RANGE = ("D3", "FGF23")  # levels for which our tables hold no laboratory range in these units

Numbers = Mapping[str, Band]


def blank(lang: str) -> str:
    """The picture without a person, as the project shows it."""
    text = Text(lang)
    gauges = {key: Gauge(_name(key, text), reference=_usual_arc(key)) for key in PLACES}
    return loop.draw(Loop("mx", text("picture.title"), text("picture.desc"), words_of(text), gauges, signs()))


def signs() -> dict[str, str]:
    """The sign at the end of each signal, as the table of relations has it of what sends the signal."""
    return {name: "+" if _sent(name).sign == "+" else numbers.MINUS for name in SIGNALS}


def _sent(signal: str) -> Relation:
    sender = _SENDER.get(signal, signal.partition("_")[0])
    return next(relation for relation in on_arrow(signal) if relation.of == sender)


def picture(report: Report, words: Words) -> Figure:
    """The picture on the day that the plan is judged, or of today where nothing is proposed."""
    text = words.text
    day = float(report.plan.retest_days) if acts(report) else 0.0
    then = _on(report, "plan" if acts(report) else "now", day)
    now = _on(report, "now", day) if acts(report) else None
    key = "point" if now else "point_now"
    return Figure(
        id="fig-loop",
        title="",
        note="",
        wide=loop.draw(_loop(report, words, then, now)),
        narrow="",
        point=text(f"picture.{key}", day=in_days(report, day, words)),
        caption=_caption(then, words),
        table=Table(text("picture.table"), tuple(_head(words, now)), tuple(_rows(then, now, words))),
        scrolls=True,
    )


def _on(report: Report, under: str, day: float) -> Numbers:
    names = dict.fromkeys(b.outcome for b in report.flows)
    return {name: band_of(report.flows, name, under, day) for name in names}


def _loop(report: Report, words: Words, then: Numbers, now: Numbers | None) -> Loop:
    text = words.text
    goal = next(e.goal for e in report.plan.expected if e.outcome == "25OHD")
    return Loop(
        id="mx",
        title=text("picture.title"),
        desc=text("picture.desc"),
        words=words_of(text),
        gauges=gauges(References(report.case, goal), words, then, now),
        signs=signs(),
        widths=widths(then),
        notes=dict(notes(then, words)),
    )


def words_of(text: Text) -> dict[str, str]:
    """The fixed labels."""
    return {name: text(f"picture.word.{name}") for name in text.names("picture.word")}


def _name(key: str, text: Text) -> str:
    return capital(text("analyte.calcitriol")) if key == "calcitriol" else "25(OH)D" if key == "25OHD" else key


def _usual_arc(key: str) -> tuple[float, float] | None:
    return None if key in _NO_RANGE else (_ARC_START, _ARC_END)


@dataclass(frozen=True, slots=True)
class References:
    """By what levels are read: the goal of 25(OH)D, the range of laboratories for the others."""

    case: Case
    goal: Goal

    def of(self, analyte: str) -> tuple[float, float] | None:
        """The range of a level, None where there is none with two ends."""
        if analyte == "25OHD":
            low, high = self.goal
            return None if high is None else (low, high)
        return laboratory_range(self.case, analyte)


def gauges(references: References, words: Words, then: Numbers, now: Numbers | None) -> dict[str, Gauge]:
    """Every ring."""
    return {key: _gauge(key, references, words, then, now) for key in PLACES}


def _gauge(key: str, references: References, words: Words, then: Numbers, now: Numbers | None) -> Gauge:
    """A ring: its arc is the reference range, and its ends lie half a range beyond. No range, no arc and no needle."""
    analyte = LEVEL.get(key, key)
    reference = references.of(analyte)
    shown = numbers.plain_level(then[analyte].p50, analyte, words.lang)
    text = f"×{numbers.NBSP}{shown}" if analyte == "FGF23" else shown
    if reference is None:
        return Gauge(_name(key, words.text), text)
    at = place(then[analyte].p50, reference)
    was = None if now is None else place(now[analyte].p50, reference)
    return Gauge(_name(key, words.text), text, at, was, (_ARC_START, _ARC_END))


def place(value: float, reference: tuple[float, float]) -> float:
    """Where a value stands on a ring (0 to 1) whose middle half is the reference range."""
    low, high = reference
    found = _ARC_START + (value - low) / (high - low) * (_ARC_END - _ARC_START)
    return min(max(found, 0.0), 1.0)


# -------------------------------------------------------------------------------------------------------- flows


def widths(then: Numbers, largest_of: Numbers | None = None) -> dict[str, float]:
    """Width of each arrow that has an amount, px: by its square root, within one substance.

    The largest flow of a substance is as wide as any may be; where ``largest_of`` is given, it is the largest there, so
    that pictures drawn one after another can be compared.
    """
    found = {}
    for flows in _SUBSTANCES.values():
        largest = max(_amount(name, (largest_of or then)[name].p50) for name in flows)
        for name in flows:
            amount = max(_amount(name, then[name].p50), 0.0)
            width = WIDEST * sqrt(amount / largest) if largest > 0 else THINNEST
            found[_ARROW[name]] = min(max(THINNEST, width), _STILL_DRAWN)
    return found


def _amount(flow: str, value: float) -> float:
    """In mg or µg a day: 25(OH)D made and cleared is counted as the vitamin D3 that it takes."""
    return value * MOLAR_MASS["D3"] / 1000 if flow.startswith("25OHD_") else value


def notes(then: Numbers, words: Words) -> Iterator[tuple[str, str]]:
    """The person's own amounts, by place in the drawing."""
    text = words.text
    for mineral in ("P", "Mg", "Ca"):
        yield f"{mineral}_excreted", _per_day(then[f"{mineral}_excreted"].p50, mineral, words)
        absorbed, swallowed = then[f"{mineral}_absorbed"].p50, then[f"{mineral}_swallowed"].p50
        share = numbers.percent(absorbed / swallowed, words.lang) if swallowed > 0 else ""
        yield f"{mineral}_absorbed", f"{_per_day(absorbed, mineral, words)}|{share}"
    yield "sun", _per_day(then["D_skin"].p50, "D", words)
    iu = numbers.international_units(round(then["D_swallowed"].p50), words.lang)
    yield "D_swallowed", f"{_per_day(then['D_swallowed'].p50, 'D', words)}|({iu})"
    amounts = {m: numbers.short(then[f"Ca_{m}_bone"].p50, words.lang, 0) for m in ("to", "from")}
    yield "bone", text("picture.bone_turnover", released=amounts["from"], taken=amounts["to"])
    eaten = {m: numbers.amount(then[f"{m}_swallowed"].p50, _NUTRIENT[m], words.lang) for m in ("Ca", "Mg", "P", "D")}
    yield "food", text("picture.swallowed", ca=eaten["Ca"], mg=eaten["Mg"], p=eaten["P"], d=eaten["D"])


def _per_day(value: float, substance: str, words: Words) -> str:
    return words.text("picture.per_day", amount=numbers.amount(value, _NUTRIENT[substance], words.lang))


# ------------------------------------------------------------------------------------------------------- in words


def _caption(then: Numbers, words: Words) -> str:
    shown = {name: _whole(value, words) for name, value in _of(then["Mg_on_calcitriol"])}
    return f"{words.text('picture.reading')} {words.text('picture.magnesium', **shown)}"


def _of(band: Band) -> tuple[tuple[str, float], ...]:
    return ("middle", band.p50), ("low", band.p05), ("high", band.p95)


def _whole(ratio: float, words: Words) -> str:
    """A ratio as a percentage."""
    return numbers.with_unit(numbers.number(100 * ratio, words.lang), "%", words.lang)


def _head(words: Words, now: Numbers | None) -> Iterator[str]:
    yield words.text("picture.measure")
    yield words.text("chart.band.now").replace("|", " ") if now else words.text("picture.today")
    if now:
        yield words.text("chart.band.plan").replace("|", " ")


def _rows(then: Numbers, now: Numbers | None, words: Words) -> Iterator[tuple[str, ...]]:
    both = (then,) if now is None else (now, then)
    for key in PLACES:
        analyte = LEVEL.get(key, key)
        unit = numbers.level_unit(analyte, words.lang)
        cells = [_likely([numbers.plain_level(v, analyte, words.lang) for _, v in _of(b[analyte])]) for b in both]
        yield (f"{capital(words.analyte(analyte))}, {unit}", *cells)
    for flow in then:
        if f"picture.flow.{flow}" in words.text:
            cells = [_likely([numbers.short(v, words.lang, _digits(flow)) for _, v in _of(b[flow])]) for b in both]
            yield (f"{words.text(f'picture.flow.{flow}')}, {numbers.unit(then[flow].unit, words.lang)}", *cells)


def _digits(flow: str) -> int:
    return 1 if flow.startswith("D_") or flow.startswith("Mg_") else 0


def _likely(shown: list[str]) -> str:
    return f"{shown[0]} ({shown[1]}–{shown[2]})"
