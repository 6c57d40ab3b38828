"""The text of the human: its files, and what each statement in them says.

A file holds four kinds of Antimony statement, one symbol each::

    absD3 has nmol_per_d; absD3 is "D3 entering blood from the gut";    unit and name
    D3_0 = ...;        derived constant or state at rest (initial assignment)
    absD3 := ...;      signal or flux (assignment rule)
    gD3' = ...;        rate of change of a state (rate rule)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from cofactor.errors import ModelError
from cofactor.model.tables import Outcome, Parameter, State, ids, outcomes, parameters, states

# The order of a walk through the body: what is heard, what is supplied, the organs, the pools, what is reported.
FILES = (
    "signals",
    "vitamin_d",
    "calcitriol",
    "gut",
    "kidney",
    "bone",
    "parathyroid",
    "fgf23",
    "calcium",
    "magnesium",
    "phosphate",
    "vitamin_k",
    "zinc",
    "readouts",
)
_PURE_NUMBERS = {"1": "dimensionless", "ratio": "dimensionless", "fraction": "dimensionless", "%": "percent"}
_ASSIGNMENT = re.compile(r"^(\w+)('?)\s*(:?=)\s*(.+)$", re.DOTALL)
_UNIT = re.compile(r"^(\w+)\s+has\s+(\w+)$")
_NAME = re.compile(r'^(\w+)\s+is\s+"([^"]+)"$')


@dataclass(frozen=True, slots=True)
class Statement:
    """One equation of the text: ``symbol`` is set by ``formula``; ``kind`` is start, rule or rate."""

    file: str
    line: int
    kind: str
    symbol: str
    formula: str


@dataclass(frozen=True, slots=True)
class Signal:
    """A symbol that the text defines itself: a derived constant (``start``) or a signal or flux (``rule``)."""

    id: str
    unit: str  # unit id of units.ant
    meaning: str
    file: str
    kind: str
    formula: str


@dataclass(frozen=True, slots=True)
class Human:
    """Everything the model is made of: units, files (name, text) in order, and the tables."""

    units: str
    files: tuple[tuple[str, str], ...]
    parameters: tuple[Parameter, ...]
    states: tuple[State, ...]
    outcomes: tuple[Outcome, ...]

    def text(self, name: str) -> str:
        """The text of one file."""
        return dict(self.files)[name]


@cache
def human() -> Human:
    """The human as shipped."""
    folder = resources.files("cofactor.model") / "human"
    read = {name: (folder / f"{name}.ant").read_text(encoding="utf-8") for name in ("units", *FILES)}
    return Human(read["units"], tuple((n, read[n]) for n in FILES), parameters(), states(), outcomes())


def unit_id(unit: str) -> str:
    """The unit id in the text for a unit as the tables write it: ``mmol/L`` -> ``mmol_per_L``, ``1/d`` -> ``per_d``."""
    if unit in _PURE_NUMBERS:
        return _PURE_NUMBERS[unit]
    return unit.replace("µ", "u").replace("/", "_per_").removeprefix("1_")


def parse(files: tuple[tuple[str, str], ...]) -> tuple[tuple[Statement, ...], dict[str, str], dict[str, str]]:
    """Statements, units and names of the files, in order. Raises :class:`ModelError` listing lines not understood."""
    statements: list[Statement] = []
    units: dict[str, str] = {}
    names: dict[str, str] = {}
    faults: list[str] = []
    for file, text in files:
        for line, piece in _pieces(text):
            if match := _UNIT.match(piece):
                units[match[1]] = match[2]
            elif match := _NAME.match(piece):
                names[match[1]] = match[2]
            elif match := _ASSIGNMENT.match(piece):
                kind = "rate" if match[2] else "rule" if match[3] == ":=" else "start"
                statements.append(Statement(file, line, kind, match[1], match[4]))
            else:
                faults.append(f"{file}.ant line {line}: got {piece!r}; expected has, is, =, := or '=")
    if faults:
        raise ModelError("\n".join(faults))
    return tuple(statements), units, names


def signals(source: Human | None = None) -> tuple[Signal, ...]:
    """The symbols that the text defines itself, in the order of the text."""
    source = source or human()
    statements, units, names = parse(source.files)
    known = set(ids(source.parameters) + ids(source.states))
    return tuple(
        Signal(s.symbol, units.get(s.symbol, ""), names.get(s.symbol, ""), s.file, s.kind, s.formula)
        for s in statements
        if s.kind != "rate" and s.symbol not in known
    )


def _pieces(text: str) -> list[tuple[int, str]]:
    """Statements between semicolons with the line on which each starts; comments are dropped."""
    found: list[tuple[int, str]] = []
    pending, start = "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        for index, part in enumerate(raw.partition("//")[0].split(";")):
            if index:
                found.append((start or number, " ".join(pending.split())))
                pending, start = "", 0
            if part.strip():
                start = start or number
                pending += f" {part}"
    if pending.strip():
        found.append((start, " ".join(pending.split())))
    return [(line, piece) for line, piece in found if piece]
