"""The ledger as rows for programs and as lines for people."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from cofactor.evidence.ledger import Claim, Reference, claims
from cofactor.evidence.personal import Personal
from cofactor.evidence.studies import Result, Study, Value, leans_on
from cofactor.facts.load import ANALYTE_UNIT
from cofactor.facts.types import Trust
from cofactor.report import numbers
from cofactor.report.arms import named, unit_shown, written
from cofactor.report.text import Text

Row = dict[str, Any]
WIDTH = 92  # columns, as the summary


def claim_row(claim: Claim, result: Result | None) -> Row:
    """A statement in both languages, its verdict and sources, and what the model shows (null: nothing to compute)."""
    english, french = Text("en"), Text("fr")
    return {
        "id": claim.id,
        "section": claim.section,
        "kind": claim.kind,
        "claim_en": claim.claim_en,
        "claim_fr": claim.claim_fr,
        "verdict": claim.verdict,
        "reviewed": claim.reviewed,
        "answer_en": english(f"claim.{claim.id}.answer"),
        "answer_fr": french(f"claim.{claim.id}.answer"),
        "changes_en": english(f"claim.{claim.id}.change"),
        "changes_fr": french(f"claim.{claim.id}.change"),
        "sources": [_source_row(reference) for reference in claim.sources()],
        "experiment": None if result is None else _experiment(result),
    }


def _source_row(reference: Reference) -> Row:
    source = reference.source
    return {
        "citation": source.text,
        "design": reference.design,
        "grade": reference.grade,
        "link": source.detail or None,
        "known": source.trust.value,
    }


def _experiment(result: Result) -> Row:
    measure = result.study.measure
    return {
        "result": result.contrast.value,
        "low": result.contrast.low,
        "high": result.contrast.high,
        "unit": result.contrast_unit,
        "contrast": result.contrast.label,
        "outcome": measure.outcome,
        "statistic": measure.statistic.value,
        "day": measure.day,
        "rows": [_number(row) | {"unit": result.unit} for row in result.rows],
        "also": None if result.also is None else _number(result.also),
        "leans_on": [
            {"constant": leaning.constant, "correlation": leaning.correlation} for leaning in leans_on(result.study)
        ],
        "weak_effects_on": None if result.switched is None else _number(result.switched),
        "about_en": Text("en")(f"study.{result.study.claim}"),
        "about_fr": Text("fr")(f"study.{result.study.claim}"),
    }


def _number(value: Value) -> Row:
    return {"label": value.label, "value": value.value, "low": value.low, "high": value.high}


def claim_lines(claim: Claim, result: Result | None, lang: str) -> str:
    """A statement with its verdict, answer, experiment and sources, to read."""
    text = Text(lang)
    said = claim.claim_fr if lang == "fr" else claim.claim_en
    lines = [f"{claim.id}  {said}", ""]
    verdict = text(f"verdict.{claim.verdict}").upper()
    lines += [f"{verdict}. {text(f'claim.{claim.id}.answer')}", ""]
    lines += list(result_lines(result, text)) if result is not None else [text("evidence.no_study")]
    lines += ["", text("evidence.changes", change=text(f"claim.{claim.id}.change")), text("evidence.sources")]
    lines += [f"  {_source_line(reference, text)}" for reference in claim.sources()]
    return "\n".join(_wrapped(line) for line in lines) + "\n"


def result_lines(result: Result, text: Text) -> Iterator[str]:
    """What the model showed."""
    yield text("evidence.study", about=text(f"study.{result.study.claim}"))
    study, unit = result.study, unit_shown(result.unit, text)
    for row in result.rows:
        shown = written(row, result.unit, text.lang)
        yield f"  {text('evidence.row', label=named(row.label, study, text), **shown)} {unit}"
    for contrast in (result.contrast, result.also):
        if contrast is not None and contrast.label not in {row.label for row in result.rows}:
            shown = written(contrast, result.contrast_unit, text.lang)
            label = named(contrast.label, study, text)
            yield f"  {text('evidence.contrast', label=label, unit=unit_shown(result.contrast_unit, text), **shown)}"
    if result.switched is not None:
        shown = written(result.switched, result.contrast_unit, text.lang)
        yield f"  {text('evidence.switched', unit=unit_shown(result.contrast_unit, text), **shown)}"
    yield f"  {text('evidence.interval')}"
    leanings = leans_on(result.study)
    if leanings:
        names = ", ".join(f"{x.constant} ({numbers.number(x.correlation, text.lang, 2)})" for x in leanings)
        yield f"  {text('evidence.leans', names=names)}"


def personal_row(found: Personal) -> Row:
    """The same experiment for one person."""
    rows = [_number(row) | {"unit": ANALYTE_UNIT[found.outcome]} for row in found.rows]
    return {"outcome": found.outcome, "day": found.day, "rows": rows}


def personal_lines(found: Personal, study: Study, lang: str) -> str:
    """The same experiment for one person, to read."""
    text = Text(lang)
    lines = [text("evidence.for_you", analyte=text(f"analyte.{found.outcome}"), day=numbers.number(found.day, lang))]
    for row in found.rows:
        low, high = (numbers.plain_level(v, found.outcome, lang) for v in (row.low, row.high))
        value = numbers.level(row.value, found.outcome, lang, both=True)
        lines.append(
            f"  {text('evidence.for_you_row', label=named(row.label, study, text), value=value, low=low, high=high)}"
        )
    return "\n".join(_wrapped(line) for line in lines) + "\n"


def _source_line(reference: Reference, text: Text) -> str:
    memory = text("evidence.memory") if reference.source.trust is Trust.RECALL else ""
    grade = text(f"evidence.grade.{reference.grade}")
    shown = text("evidence.source", citation=reference.source.text, grade=grade, memory=memory, link="").rstrip()
    return f"{shown}  {reference.source.detail}".rstrip()


def index_lines(lang: str) -> str:
    """One line per statement, and the count of verdicts."""
    text = Text(lang)
    lines = [_index_line(claim, text) for claim in claims().values()]
    counts = Counter(claim.verdict for claim in claims().values())
    verdicts = ", ".join(f"{n} {text(f'verdict.{name}').lower()}" for name, n in counts.items())
    lines += ["", text("evidence.counts", count=str(len(claims())), verdicts=verdicts)]
    return "\n".join(lines) + "\n"


def _index_line(claim: Claim, text: Text) -> str:
    said = claim.claim_fr if text.lang == "fr" else claim.claim_en
    return textwrap.shorten(f"{claim.id}  {text(f'verdict.{claim.verdict}'):<14}  {said}", WIDTH, placeholder=" …")


def _wrapped(line: str) -> str:
    indent = len(line) - len(line.lstrip())
    return textwrap.fill(
        line,
        WIDTH,
        subsequent_indent=" " * (indent + 2 if indent else 0),
        break_on_hyphens=False,
        break_long_words=False,
    )


def rows(results: Iterable[tuple[Claim, Result | None]]) -> Row:
    """``{"claims": [...]}``."""
    return {"claims": [claim_row(claim, result) for claim, result in results]}
