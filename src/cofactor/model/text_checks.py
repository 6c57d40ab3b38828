"""Checks of the text and its tables that need no computation of the model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from cofactor.facts.findings import Severity
from cofactor.facts.load import load
from cofactor.facts.types import Trust
from cofactor.model.findings import Check, Subject
from cofactor.model.source import Statement, unit_id
from cofactor.model.tables import Kind, Parameter, State, ids

Wrong = Iterator[tuple[str, str]]

# Squares, halves and the roots of quadratics; every other number has to have a name, a unit and a source.
STRUCTURAL_NUMBERS = frozenset({"0", "1", "2", "4"})
_FUNCTIONS = frozenset({"exp", "ln", "sqrt"})
_NUMBER = re.compile(r"(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_NAME = re.compile(r"\b[A-Za-z_]\w*")
_YEAR = re.compile(r"\b(19|20)\d\d\b")
_UNIT_DEFINITION = re.compile(r"^\s*unit\s+(\w+)\s*=", re.MULTILINE)


def _place(statement: Statement) -> str:
    return f"{statement.file}.ant line {statement.line}, {statement.symbol}"


def _used(formula: str) -> set[str]:
    return set(_NAME.findall(formula)) - _FUNCTIONS


def _lines_are_understood(subject: Subject) -> Wrong:
    if not subject.parsed[0]:  # a line that is not understood raises here
        yield "model", "the text holds no equation"


def _numbers_have_names(subject: Subject) -> Wrong:
    for statement in subject.parsed[0]:
        for number in _NUMBER.findall(statement.formula):
            if number not in STRUCTURAL_NUMBERS:
                yield _place(statement), f"got the number {number}; expected a parameter with unit and source"


def _symbols_are_known(subject: Subject) -> Wrong:
    known = set(ids(subject.source.parameters) + ids(subject.source.states)) | {s.id for s in subject.signals}
    for statement in subject.parsed[0]:
        for name in sorted(_used(statement.formula) - known):
            yield _place(statement), f"{name} is in no table and defined nowhere in the text"


def _symbols_are_defined_once(subject: Subject) -> Wrong:
    tables = Counter(ids(subject.source.parameters) + ids(subject.source.states))
    yield from ((name, f"stands in {count} table rows") for name, count in tables.items() if count > 1)
    written = Counter((s.symbol, s.kind == "rate") for s in subject.parsed[0])
    yield from ((name, f"is set {count} times in the text") for (name, _), count in written.items() if count > 1)
    states = set(ids(subject.source.states))
    for statement in subject.parsed[0]:
        if statement.symbol in states and statement.kind == "rule":
            yield _place(statement), "a state has a start and a rate, not a rule"
        if statement.kind == "rate" and statement.symbol not in states:
            yield _place(statement), "has a rate but no row in states.csv"
    for row in subject.source.parameters:
        if (row.id, False) in written and row.value is not None:
            yield row.id, "is set in the text and in parameters.csv"


def _rows_are_used(subject: Subject) -> Wrong:
    statements = subject.parsed[0]
    used = set().union(*(_used(s.formula) for s in statements))
    yield from ((row.id, "is used by no equation") for row in subject.source.parameters if row.id not in used)
    for state in subject.source.states:
        kinds = {s.kind for s in statements if s.symbol == state.id}
        if kinds != {"start", "rate"}:
            yield state.id, f"a state needs a start and a rate in the text; got {sorted(kinds) or 'neither'}"


def _signals_have_unit_and_name(subject: Subject) -> Wrong:
    _, units, names = subject.parsed
    defined = set(_UNIT_DEFINITION.findall(subject.source.units)) | {"dimensionless"}
    for signal in subject.signals:
        if signal.unit not in defined:
            yield signal.id, f"got the unit {signal.unit or 'none'!r}; expected one of units.ant"
        if not signal.meaning:
            yield signal.id, 'has no name; write: symbol is "what it is"'
    for name in sorted((set(units) | set(names)) - {s.id for s in subject.signals}):
        yield name, "has a unit or name in the text but is not defined there"
    rows: tuple[Parameter | State, ...] = subject.source.parameters + subject.source.states
    for row in rows:
        if unit_id(row.unit) not in defined:
            yield row.id, f"got the unit {row.unit!r}; expected one of units.ant"


def _rows_are_complete(subject: Subject) -> Wrong:
    for row in subject.source.parameters:
        if not (row.unit and row.meaning and row.source.text):
            yield row.id, "needs a unit, a meaning and a source"
        if '"' in row.meaning or "\n" in row.meaning:
            yield row.id, "the meaning becomes a name in the text and may hold no quote or line break"
        yield from ((row.id, message) for message in _prior_faults(row))
    for state in subject.source.states:
        if not state.meaning or state.typical <= 0:
            yield state.id, "needs a meaning and a typical size above 0"


def _prior_faults(row: Parameter) -> Iterator[str]:
    given = [p for p in (row.prior_log_sd, row.prior_sd) if p is not None]
    if len(given) > 1:
        yield "has two priors"
    if any(p <= 0 for p in given):
        yield "a prior width must be above 0"
    if row.prior_log_sd is not None and not (row.value and row.value > 0):
        yield "a log prior needs a value above 0"
    if row.kind in (Kind.CONSTANT, Kind.SWITCH) and not given and row.source.trust is not Trust.DERIVED:
        yield "a constant needs a prior width, unless it is derived"
    if row.kind is Kind.REFERENCE and row.between_person_cv is not None:
        yield "the reference adult does not vary between people"


def _reference_copies_agree(subject: Subject) -> Wrong:
    values = {row.id: row.value for row in subject.source.parameters}
    for row in subject.source.parameters:
        original = row.id.removesuffix("0").removesuffix("_")
        if row.kind is Kind.REFERENCE and original in values and values[original] != row.value:
            yield row.id, f"got {row.value}; expected {values[original]}, the value of {original}"


def _derived_constants_ignore_the_person(subject: Subject) -> Wrong:
    inputs = {row.id for row in subject.source.parameters if row.kind is Kind.INPUT}
    formulas = {s.symbol: s for s in subject.parsed[0] if s.kind == "start"}
    for statement in formulas.values():
        reached: set[str] = set()
        waiting = [statement.symbol]
        while waiting:
            step = formulas.get(waiting.pop())
            new = _used(step.formula) - reached if step else set()
            reached |= new
            waiting += new
        for name in sorted(reached & inputs):
            yield _place(statement), f"is derived from the input {name}; use the reference adult's copy"


def _outcomes_resolve(subject: Subject) -> Wrong:
    rows: tuple[Parameter | State, ...] = subject.source.parameters + subject.source.states
    units = {row.id: unit_id(row.unit) for row in rows}
    units.update({s.id: s.unit for s in subject.signals})
    for row in subject.source.outcomes:
        if row.symbol not in units:
            yield row.id, f"its symbol {row.symbol} is not in the text"
        elif units[row.symbol] != unit_id(row.unit):
            yield row.id, f"got the unit {row.unit}; the symbol {row.symbol} has {units[row.symbol]}"


def _facts_exist(subject: Subject) -> Wrong:
    published = {row.id for row in load().published}
    for row in subject.source.parameters:
        yield from ((row.id, f"no published value has the id {fact}") for fact in row.fact_ids if fact not in published)


def _verified_values_name_their_source(subject: Subject) -> Wrong:
    for row in subject.source.parameters:
        if row.source.trust is Trust.VERIFIED and not (row.fact_ids or _YEAR.search(row.source.text)):
            yield row.id, "is called verified but names neither a published value nor a publication with its year"


TEXT_CHECKS = (
    Check("lines are understood", _lines_are_understood),
    Check("numbers have names", _numbers_have_names),
    Check("symbols are known", _symbols_are_known),
    Check("symbols are defined once", _symbols_are_defined_once),
    Check("table rows are used", _rows_are_used),
    Check("signals have unit and name", _signals_have_unit_and_name),
    Check("table rows are complete", _rows_are_complete),
    Check("reference copies agree", _reference_copies_agree),
    Check("derived constants ignore the person", _derived_constants_ignore_the_person),
    Check("outcomes resolve", _outcomes_resolve),
    Check("facts exist", _facts_exist),
    Check("verified values name their source", _verified_values_name_their_source, Severity.WARNING),
)
