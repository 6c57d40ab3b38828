"""The page as a reader sees it: every part of a report in words, in the order in which it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from cofactor.assess.gates import emergencies
from cofactor.assess.types import Gate, Level
from cofactor.facts.gates import Trigger, gate_rules
from cofactor.report import numbers
from cofactor.report.card import Dose, card
from cofactor.report.choices import Choice, choices
from cofactor.report.figures.chances import chances_figure
from cofactor.report.figures.choices import choices_figure
from cofactor.report.figures.day import day_figure
from cofactor.report.figures.heading import vitamin_d
from cofactor.report.figures.intakes import intakes
from cofactor.report.figures.levels import levels
from cofactor.report.figures.multiples import multiples
from cofactor.report.figures.picture import picture
from cofactor.report.figures.types import Figure, acts, in_days
from cofactor.report.figures.week import Week, week
from cofactor.report.key_numbers import KeyNumber, key_numbers
from cofactor.report.names import capital
from cofactor.report.options import Options, Retest, Unmet, next_test, options, unmet
from cofactor.report.plain import isolated
from cofactor.report.references import Reference, of_model, references
from cofactor.report.terminal import expected_sentence
from cofactor.report.types import Report
from cofactor.report.words import Words, is_left


@dataclass(frozen=True, slots=True)
class GateLine:
    """A gate: what to do first, then why."""

    id: str
    level: str  # a value of Level, for shape and colour
    word: str
    first: str
    then: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing and what is said of it; several sentences stand below each other."""

    name: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the page shows. Parts that an emergency leaves out are empty."""

    lang: str
    head: str
    kicker: str
    title: str
    lede: str
    emergency: tuple[Entry, ...]
    doses: tuple[Dose, ...]
    numbers: tuple[KeyNumber, ...]
    unmet: tuple[Unmet, ...]
    options: Options | None
    test: Retest | None
    gates: tuple[GateLine, ...]
    withheld: tuple[Entry, ...]
    taken: tuple[str, ...]
    together: tuple[Entry, ...]
    stands: tuple[Figure, ...]
    chances: Figure | None
    heading: Figure | None
    two_futures: bool
    multiples: tuple[Figure, ...]
    day: Figure | None
    week: Week | None
    choices: tuple[Choice, ...]
    compared: Figure | None
    choices_sub: str
    picture: Figure | None
    uncertain: tuple[Entry, ...]
    sources: tuple[Reference, ...]
    constants: str
    alarm: str
    footer: str


def page(report: Report, lang: str) -> Page:
    """The page of a report in one language. In an emergency there is no plan and no forecast, only what to do."""
    words = Words(lang, report.gates)
    urgent = [g for g in report.gates.gates if g.level is Level.STOP and "*" in g.nutrients]
    calm = not urgent
    return Page(
        lang=lang,
        head=_head(report, words),
        kicker=_kicker(report, words),
        title=words.title(report),
        lede=expected_sentence(report, words) if calm else "",
        emergency=tuple(_emergency(urgent, words)),
        doses=card(report, words) if calm else (),
        numbers=tuple(key_numbers(report, words)) if calm else (),
        unmet=unmet(report, words) if calm else (),
        options=options(report, words) if calm else None,
        test=next_test(report, words) if calm else None,
        gates=tuple(_gates([g for g in report.gates.gates if g not in urgent and not for_everyone(g)], report, words)),
        withheld=tuple(_withheld(report, words)) if calm else (),
        taken=tuple(words.reason(r) for r in report.plan.stopped) if calm else (),
        together=tuple(_together(report, words)) if calm else (),
        stands=(*levels(report, words), *intakes(report, words)),
        chances=chances_figure(report, words),
        heading=vitamin_d(report, words) if calm else None,
        two_futures=acts(report),
        multiples=multiples(report, words) if calm else (),
        day=day_figure(report, words) if calm else None,
        week=week(report, words) if calm else None,
        choices=choices(report, words) if calm else (),
        compared=choices_figure(report, words) if calm else None,
        choices_sub=words.text("page.sub.choices", day=in_days(report, report.plan.retest_days, words)),
        picture=picture(report, words) if calm else None,
        uncertain=tuple(_uncertain(report, words)),
        sources=references(report.sources, words),
        constants=of_model(report.sources, words),
        alarm=_alarm(report, words),
        footer=_footer(report, words),
    )


# ---------------------------------------------------------------------------------------------------------- head


def _head(report: Report, words: Words) -> str:
    day = numbers.day(report.case.today, words.lang)
    name = isolated(report.case.person.name or "")
    return words.text("page.head", name=name, day=day) if name else words.text("page.head_nobody", day=day)


def _kicker(report: Report, words: Words) -> str:
    """Who, where, judged by which references, when."""
    case, text = report.case, words.text
    who = [isolated(case.person.name)] if case.person.name else []
    who += [text("page.years", age=numbers.number(int(case.person.age), words.lang))]
    who += [numbers.with_unit(numbers.short(case.person.weight_kg, words.lang, 1), "kg", words.lang)]
    latitude = numbers.short(case.place.latitude, words.lang, 1).rstrip("0").rstrip(",.")
    parts = [
        ", ".join(who),
        text("page.place", latitude=latitude) + (f", {case.place.country}" if case.place.country else ""),
        text("page.references", reference=case.diet.reference),
        numbers.day(case.today, words.lang),
    ]
    return " · ".join(parts)


def _alarm(report: Report, words: Words) -> str:
    """The signs for which nobody should wait."""
    signs = words.join(words.text(f"sign.{question}") for question in emergencies())
    return words.text("summary.red_flags", signs=signs, number=words.text(f"emergency.{report.case.place.region}"))


def _footer(report: Report, words: Words) -> str:
    count = numbers.number(len(report.posterior.members), words.lang)
    return words.text("page.footer", version=report.version, model=report.model, count=count)


# --------------------------------------------------------------------------------------------------------- gates


def _gates(gates: list[Gate], report: Report, words: Words) -> Iterator[GateLine]:
    """The gates that the case meets, and how far the table of interactions was searched."""
    yield from (gate_line(g, words) for g in gates)
    found = any(g.id.startswith(("DN", "NN", "CN")) for g in gates)
    count = numbers.number(report.gates.searched, words.lang)
    said = words.text("summary.searched_more" if found else "summary.searched", count=count)
    yield GateLine("searched", Level.INFO.value, words.level(Level.INFO), "", said)


def _emergency(urgent: list[Gate], words: Words) -> Iterator[Entry]:
    """What to do now, and below it everything that asks for it."""
    together: dict[str, list[str]] = {}
    for gate in urgent:
        together.setdefault(words.do(gate), []).append(words.why(gate))
    yield from (Entry(do, tuple(why)) for do, why in together.items())


def for_everyone(gate: Gate) -> bool:
    """Whether a gate holds whoever asks: it then stands among what is not proposed, and alarms nobody."""
    return gate_rules()[gate.id].trigger == Trigger.ALWAYS


def gate_line(gate: Gate, words: Words) -> GateLine:
    """A gate in words."""
    return GateLine(gate.id, gate.level.value, words.level(gate.level), words.do(gate), words.why(gate))


# -------------------------------------------------------------------------------------------- not given, not known


def _withheld(report: Report, words: Words) -> Iterator[Entry]:
    """What is not proposed and has no row in the card; entries with the same reason share a line."""
    together: dict[str, list[str]] = {}
    for entry in report.plan.withheld:
        if not is_left(entry):
            together.setdefault(words.withheld(entry), []).append(words.nutrient(entry.nutrient))
    for why, names in together.items():
        yield Entry(capital(numbers.join(names, words.lang)), (why,))


def _together(report: Report, words: Words) -> Iterator[Entry]:
    """What the present doses bring into play among nutrients and in timing."""
    for found in report.interplay:
        action = found.action(words.lang)
        yield Entry(capital(words.in_play(found)), (action,))


def _uncertain(report: Report, words: Words) -> Iterator[Entry]:
    text = words.text
    yield Entry(text("page.uncertain.bands"), (_bands(report, words),))
    outside = [r for r in report.unknown if r.key.startswith("unknown.not_validated")]
    unknown = words.unknown(r for r in report.unknown if r not in outside)
    if unknown:
        yield Entry(text("page.uncertain.unknown"), unknown)
    if report.case.notes:
        yield Entry(text("page.uncertain.read"), tuple(words.note(n) for n in report.case.notes))
    own = tuple(words.reason(r) for r in outside)
    yield Entry(text("page.uncertain.outside"), (*own, text("page.uncertain.outside_all")))


def _bands(report: Report, words: Words) -> str:
    count = numbers.number(len(report.posterior.members), words.lang)
    used = report.posterior.used
    if not used:
        return words.text("page.uncertain.bands_none", count=count)
    labs = [f"{words.analyte(r.analyte)} ({_short(r.date, words)})" for r in used]
    return words.text("page.uncertain.bands_labs", count=count, labs=numbers.join(labs, words.lang))


def _short(day: date, words: Words) -> str:
    return numbers.short_day(day, words.lang)
