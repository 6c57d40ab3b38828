"""The ledger as a page: what a reader sees of every statement, in words, before it becomes HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cofactor import __version__
from cofactor.engine.generate import human
from cofactor.evidence.ledger import Claim, Reference, Verdict, claims
from cofactor.evidence.studies import Leaning, Result, leans_on, run, studies
from cofactor.facts.types import Trust
from cofactor.model.tables import parameters, shared_factors
from cofactor.report import numbers
from cofactor.report.charts import waffle
from cofactor.report.figures.experiment import experiment
from cofactor.report.figures.types import Figure
from cofactor.report.text import Text, typeset

QUESTIONS = "QA"
"""The section of the article that asks and does not state."""
CSS: Mapping[str, str] = {
    Verdict.SUPPORTED: "ok",
    Verdict.MIXED: "info",
    Verdict.WEAK: "caution",
    Verdict.MISATTRIBUTED: "refer",
    Verdict.WRONG: "stop",
    Verdict.NOT_TESTABLE: "mute",
}
"""The class of the stylesheet that colours each verdict, in the order in which verdicts are shown."""


@dataclass(frozen=True)
class Tried:
    """An experiment that was run, and the constants of the model on which its result hangs."""

    result: Result
    leanings: tuple[Leaning, ...]


def tried() -> dict[str, Tried]:
    """Every experiment of the ledger, run, by claim."""
    return {name: try_one(name) for name in studies()}


def try_one(claim: str) -> Tried:
    """The experiment of one claim, run. Raises KeyError where it has none."""
    study = studies()[claim]
    return Tried(run(study), leans_on(study))


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How many statements have a verdict, and how that is shown."""

    id: str
    css: str
    word: str
    count: int


@dataclass(frozen=True, slots=True)
class Hang:
    """A constant of the model, what it stands for (in the language of the table, English), and the correlation."""

    constant: str
    meaning: str
    correlation: str


@dataclass(frozen=True, slots=True)
class Rest:
    """A publication that a verdict rests on. ``mark`` says so where it is given from memory."""

    citation: str
    link: str
    grade: str
    mark: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement. ``first`` and ``second`` are the sentences of its answer."""

    id: str
    said: str
    verdict: Verdicts
    first: str
    second: str
    change: str
    figure: Figure | None
    hangs: tuple[Hang, ...]
    rests: tuple[Rest, ...]


@dataclass(frozen=True)
class Ledger:
    """The whole page."""

    lang: str
    title: str
    waffle: str
    verdicts: tuple[Verdicts, ...]
    questions: tuple[Entry, ...]
    entries: tuple[Entry, ...]
    footer: str


def ledger(found: Mapping[str, Tried], lang: str) -> Ledger:
    """The page in one language, from experiments that were run (:func:`tried`)."""
    text = Text(lang)
    verdicts = _verdicts(claims().values(), text)
    known = {verdict.id: verdict for verdict in verdicts}
    rows = tuple(claims().values())
    title = _title(verdicts, text)
    return Ledger(
        lang=lang,
        title=title,
        waffle=waffle.draw("waffle", text("evidence.page.waffle"), title, [(v.css, v.count) for v in verdicts]),
        verdicts=verdicts,
        questions=tuple(_entry(c, found.get(c.id), known, text, "q-") for c in rows if c.section == QUESTIONS),
        entries=tuple(_entry(c, found.get(c.id), known, text) for c in rows),
        footer=text(
            "evidence.page.footer",
            version=__version__,
            model=f"human {human().source[:12]}",
            day=numbers.day(date.fromisoformat(max(c.reviewed for c in rows)), lang),
        ),
    )


def _verdicts(of: Iterable[Claim], text: Text) -> tuple[Verdicts, ...]:
    counts = Counter(claim.verdict for claim in of)
    return tuple(Verdicts(v, css, text(f"verdict.{v}"), counts[v]) for v, css in CSS.items() if counts[v])


def _title(verdicts: tuple[Verdicts, ...], text: Text) -> str:
    """``Of 44 statements, 12 stand, ...``."""
    said = [text(f"evidence.page.{'one' if v.count == 1 else 'many'}.{v.id}", count=str(v.count)) for v in verdicts]
    total = str(sum(v.count for v in verdicts))
    return text("evidence.page.title", total=total, verdicts=numbers.join(said, text.lang))


def _entry(claim: Claim, found: Tried | None, verdicts: Mapping[str, Verdicts], text: Text, place: str = "") -> Entry:
    first, _, second = text(f"claim.{claim.id}.answer").partition(". ")
    return Entry(
        id=claim.id,
        said=typeset(claim.claim_fr if text.lang == "fr" else claim.claim_en, text.lang),
        verdict=verdicts[claim.verdict],
        first=f"{first}.",
        second=second,
        change=text(f"claim.{claim.id}.change"),
        figure=None if found is None else experiment(found.result, text, place),
        hangs=() if found is None else tuple(_hang(leaning, text) for leaning in found.leanings),
        rests=tuple(_rest(reference, text) for reference in claim.sources()),
    )


def _hang(leaning: Leaning, text: Text) -> Hang:
    meanings = {p.id: p.meaning for p in parameters()} | {f.id: f.meaning for f in shared_factors()}
    return Hang(leaning.constant, meanings[leaning.constant], numbers.number(leaning.correlation, text.lang, 2))


def _rest(reference: Reference, text: Text) -> Rest:
    source = reference.source
    mark = text("evidence.memory").lstrip(", ") if source.trust is Trust.RECALL else ""
    return Rest(source.text, source.detail or "", text(f"evidence.grade.{reference.grade}"), mark)
