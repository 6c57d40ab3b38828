"""Checks of the words of the tables: ids, closed vocabularies, codes, keys, languages, sources and marks of trust.

Each check yields (where, what is wrong) for every row that breaks it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator

from cofactor.facts import vocabulary as words
from cofactor.facts.load import Facts
from cofactor.facts.names import covers, fold
from cofactor.facts.types import ConditionName, MedicineName, ReferenceIntake, Source, Trust, UnsetIntake

Found = Iterator[tuple[str, str]]
_ADDRESS = re.compile(r"https?://\S+")


def _tables(facts: Facts) -> Iterator[tuple[str, tuple[object, ...]]]:
    for name, rows in vars(facts).items():
        if isinstance(rows, tuple):
            yield name, rows


def _sourced(facts: Facts) -> Iterator[tuple[str, Source]]:
    """Where each source of the tables stands (table and line of the file), and the source."""
    for name, rows in _tables(facts):
        for line, row in enumerate(rows, start=2):
            source = getattr(row, "source", None)
            if isinstance(source, Source):
                yield f"{name}:{line}", source


def _outside(where: str, column: str, got: str, allowed: Collection[str]) -> Found:
    if got not in allowed:
        yield where, f"{column}: got {got!r}, expected one of {', '.join(sorted(allowed))}"


def ids_known(facts: Facts) -> Found:
    """Nutrients and analytes are those of the vocabulary."""
    nutrients, analytes = words.NUTRIENT_UNIT, words.ANALYTE_UNIT
    for intake in facts.reference_intakes:
        yield from _outside("reference_intakes", "nutrient", intake.nutrient, nutrients)
    for unset in facts.unset_intakes:
        yield from _outside("unset_intakes", "nutrient", unset.nutrient, nutrients)
    for form in facts.forms:
        yield from _outside(f"forms {form.id}", "nutrient", form.nutrient, nutrients)
    for claim in facts.claims:
        yield from _outside("claims", "nutrient", claim.nutrient, nutrients)
    for row in facts.interactions:
        for nutrient in row.nutrients:
            yield from _outside(row.id, "nutrients", nutrient, nutrients)
    for threshold in facts.thresholds:
        yield from _outside(f"thresholds {threshold.body}", "analyte", threshold.analyte, analytes)
    for lab in facts.labs:
        yield from _outside("labs", "analyte", lab.analyte, {*analytes, *words.LAB_ONLY_UNIT})


def words_closed(facts: Facts) -> Found:
    """Every word of a closed vocabulary is in it."""
    intakes: tuple[ReferenceIntake | UnsetIntake, ...] = (*facts.reference_intakes, *facts.unset_intakes)
    for intake in intakes:
        where = f"{intake.authority} {intake.nutrient} {intake.measure}"
        yield from _outside(where, "authority", intake.authority, words.AUTHORITIES)
        yield from _outside(where, "measure", intake.measure, words.MEASURES)
        yield from _outside(where, "sex", intake.sex, words.SEXES)
        yield from _outside(where, "state", intake.state, words.STATES)
        yield from _outside(where, "applies_to", intake.applies_to, words.APPLIES_TO)
    for threshold in facts.thresholds:
        where = f"thresholds {threshold.body} {threshold.year}"
        yield from _outside(where, "role", threshold.role, words.THRESHOLD_ROLES)
        yield from _outside(where, "status", threshold.status, words.THRESHOLD_STATUS)
    for row in facts.interactions:
        yield from _outside(row.id, "kind", row.kind, words.INTERACTION_KINDS)
        yield from _outside(row.id, "severity", row.severity, words.SEVERITIES)
        yield from _outside(row.id, "evidence_grade", row.evidence_grade, words.EVIDENCE_GRADES)
    for lab in facts.labs:
        yield from _outside(f"labs {lab.analyte}", "sex", lab.sex, words.SEXES)
    for claim in facts.claims:
        yield from _outside(f"claims {claim.text_en[:40]}", "status", claim.status, words.CLAIM_STATUS)


def codes_formed(facts: Facts) -> Found:
    """Codes look like codes of their index: ATC, ICD-10, LOINC."""
    patterns = {"drug-nutrient": words.ATC, "condition-nutrient": words.ICD10_OR_RANGE}
    for row in facts.interactions:
        pattern = patterns.get(row.kind)
        for code in row.codes:
            if pattern is None or not pattern.fullmatch(code):
                yield row.id, f"codes: got {code!r}, expected {'none' if pattern is None else pattern.pattern}"
    for medicine in facts.medicines:
        if not words.ATC.fullmatch(medicine.atc):
            yield f"medicines {medicine.name_en}", f"atc: got {medicine.atc!r}"
    for condition in facts.conditions:
        if not words.ICD10.fullmatch(condition.icd10):
            yield f"conditions {condition.id}", f"icd10: got {condition.icd10!r}"
    for lab in facts.labs:
        for code in lab.loinc:
            if not words.LOINC.fullmatch(code):
                yield f"labs {lab.analyte}", f"loinc: got {code!r}"


def keys_unique(facts: Facts) -> Found:
    """No two rows of a table have the same key."""
    yield from _repeated("interactions", (row.id for row in facts.interactions))
    yield from _repeated("published", (row.id for row in facts.published))
    yield from _repeated("conditions", (row.id for row in facts.conditions))
    yield from _repeated("forms", ((row.nutrient, row.id) for row in facts.forms))
    yield from _repeated("labs", ((row.analyte, row.sex) for row in facts.labs))
    yield from _repeated("claims", ((row.nutrient, row.text_en) for row in facts.claims))
    yield from _repeated(
        "thresholds", ((row.body, row.year, row.analyte, row.role, row.low, row.high) for row in facts.thresholds)
    )
    yield from _repeated("provenance", (row.table for row in facts.provenance))


def _repeated(table: str, keys: Iterable[Hashable]) -> Found:
    seen: set[Hashable] = set()
    for key in keys:
        if key in seen:
            yield table, f"two rows with the key {key}"
        seen.add(key)


def names_lead_to_one_code(facts: Facts) -> Found:
    """A name of a medicine or a condition, as people type it, stands for one thing only."""
    medicines = ((name, row.atc) for row in facts.medicines for name in (row.name_en, row.name_fr, *row.synonyms))
    conditions = (
        (name, row.id) for row in facts.conditions for name in (row.id, row.name_en, row.name_fr, *row.synonyms)
    )
    for table, pairs in (("medicines", medicines), ("conditions", conditions)):
        meanings: dict[str, set[str]] = defaultdict(set)
        for name, key in pairs:
            meanings[fold(name)].add(key)
        for name, keys in meanings.items():
            if len(keys) > 1:
                yield table, f"{name!r} stands for {', '.join(sorted(keys))}"


def conditions_point_to_rows(facts: Facts) -> Found:
    """The interactions that a condition names exist and are about conditions."""
    known = {row.id for row in facts.interactions if row.kind == "condition-nutrient"}
    for condition in facts.conditions:
        for wanted in condition.interactions:
            if wanted not in known:
                yield f"conditions {condition.id}", f"interactions: got {wanted!r}, no such row about a condition"


def both_languages(facts: Facts) -> Found:
    """What is shown to people exists in English and in French."""
    for row in facts.interactions:
        yield from _missing(row.id, action_en=row.action_en, action_fr=row.action_fr)
    for claim in facts.claims:
        yield from _missing(f"claims {claim.nutrient}", text_en=claim.text_en, text_fr=claim.text_fr)
    names: tuple[MedicineName | ConditionName, ...] = (*facts.medicines, *facts.conditions)
    for name in names:
        yield from _missing(name.name_en or name.name_fr, name_en=name.name_en, name_fr=name.name_fr)
    for form in facts.forms:
        yield from _missing(f"forms {form.id}", name=form.name, names_fr="".join(form.names_fr))


def _missing(where: str, **columns: str) -> Found:
    for column, text in columns.items():
        if not text.strip():
            yield where, f"{column}: is empty"


def sources_given(facts: Facts) -> Found:
    """Every row says where it comes from, and a verified one where that was read."""
    for where, source in _sourced(facts):
        if not (source.text.strip() or source.detail.strip()):
            yield where, "source: neither a text nor a detail"
        if source.trust is Trust.VERIFIED and not source.detail.strip():
            yield where, "detail: a verified value must say where it was read"


def recall_marks_kept(facts: Facts) -> Found:
    """A source that speaks of recall is not marked as better known than recall."""
    for where, source in _sourced(facts):
        text = _ADDRESS.sub(" ", f"{source.text} {source.detail}")
        if re.search(r"\brecall(?:ed)?\b", text) and source.trust is not Trust.RECALL:
            yield where, f"trust: got {source.trust}, but the source says recall"


def medicines_reach_every_row(facts: Facts) -> Found:
    """Every interaction with a medicine can be reached by some name that a person may type."""
    known = [row.atc for row in facts.medicines]
    for row in facts.interactions:
        if row.kind == "drug-nutrient" and not any(covers(code, atc) for code in row.codes for atc in known):
            yield row.id, f"no name in the medicines table leads to {', '.join(row.codes)} ({row.a})"


def provenance_complete(facts: Facts) -> Found:
    """Every table has a row of origin, with the number of its rows."""
    counted = {row.table: row.rows for row in facts.provenance}
    for name, rows in _tables(facts):
        if name != "provenance" and counted.get(name) != len(rows):
            yield name, f"provenance says {counted.get(name)} rows, the table has {len(rows)}"


CHECKS: tuple[Callable[[Facts], Found], ...] = (
    ids_known,
    words_closed,
    codes_formed,
    keys_unique,
    names_lead_to_one_code,
    conditions_point_to_rows,
    both_languages,
    sources_given,
    recall_marks_kept,
    provenance_complete,
)
WARNINGS: tuple[Callable[[Facts], Found], ...] = (medicines_reach_every_row,)
