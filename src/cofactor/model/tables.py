"""The tables that stand beside the text of the human, as frozen values.

``parameters.csv`` gives every number of the model with its unit, spread and source; ``states.csv`` what the state
variables are; ``outcomes.csv`` which symbol answers to which analyte id of the file formats; ``shared_factors.csv`` the
traits of a person that move several parameters together. Only the standard library is needed to read them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TypeVar

from cofactor.errors import ModelError
from cofactor.facts.types import Source, Trust

__all__ = [
    "Kind",
    "Outcome",
    "Parameter",
    "SharedFactor",
    "State",
    "outcomes",
    "parameters",
    "read_outcomes",
    "read_parameters",
    "read_shared_factors",
    "read_states",
    "shared_factors",
    "states",
]

Row = dict[str, str]
T = TypeVar("T")


class Kind(StrEnum):
    """What a parameter is for, and so who may change it."""

    CONSTANT = "constant"  # physiology; calibration and between-person spread may change it
    INPUT = "input"  # a person's body, diet, medicine or experiment
    TARGET = "target"  # a level or flux that the reference adult must have; constants are derived from it
    REFERENCE = "reference"  # the reference adult's copy of an input or constant; never changed for a person
    SWITCH = "switch"  # strength of an effect whose evidence is weak


@dataclass(frozen=True, slots=True)
class Parameter:
    """One named number of the model.

    ``value`` is in ``unit``; it is ``None`` where the text derives the starting value of an input. ``prior_value`` is
    given where calibration moves the parameter: what was known before, while ``value`` is the most probable after. The
    prior is centred on it, or on the value: ``prior_log_sd`` is the standard deviation of its logarithm, ``prior_sd``
    of the value itself (where that may be 0 or negative). ``between_person_cv`` is the coefficient of variation of a
    log-normal factor with median 1 and log-SD sqrt(ln(1 + cv²)); ``shared_factor`` names a trait in
    :func:`shared_factors` that multiplies it as well. ``draft_class`` and ``draft_name`` tell where the value stood in
    the draft of the model, if it did.
    """

    id: str
    value: float | None
    unit: str
    kind: Kind
    prior_value: float | None
    prior_log_sd: float | None
    prior_sd: float | None
    between_person_cv: float | None
    shared_factor: str | None
    meaning: str
    source: Source
    fact_ids: tuple[str, ...]
    draft_class: str
    draft_name: str


@dataclass(frozen=True, slots=True)
class State:
    """One state variable. ``typical`` is a size for absolute tolerances, positive also where the state rests at 0.

    ``balance`` lists (element, coefficient): the amount of the element in this pool is coefficient x state, where the
    coefficient is a product of parameter names or 1.
    """

    id: str
    unit: str
    typical: float
    balance: tuple[tuple[str, str], ...]
    meaning: str
    draft_name: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """An analyte id of the file formats, the symbol of the text that holds it, and its unit."""

    id: str
    symbol: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class SharedFactor:
    """A trait of a person that multiplies several parameters by one log-normal factor."""

    id: str
    between_person_cv: float
    meaning: str
    source: Source


def _number(text: str) -> float | None:
    return float(text) if text.strip() else None


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _source(row: Row) -> Source:
    return Source(text=row["source"], trust=Trust(row["trust"]))


def _balance(text: str) -> tuple[tuple[str, str], ...]:
    """``"Ca:1 P:PperCa"`` -> (("Ca", "1"), ("P", "PperCa"))."""
    pairs = [part.partition(":") for part in text.split()]
    return tuple((element, coefficient) for element, _, coefficient in pairs)


def _parameter(row: Row) -> Parameter:
    return Parameter(
        id=row["id"],
        value=_number(row["value"]),
        unit=row["unit"],
        kind=Kind(row["kind"]),
        prior_value=_number(row["prior_value"]),
        prior_log_sd=_number(row["prior_log_sd"]),
        prior_sd=_number(row["prior_sd"]),
        between_person_cv=_number(row["between_person_cv"]),
        shared_factor=row["shared_factor"] or None,
        meaning=row["meaning"],
        source=_source(row),
        fact_ids=_names(row["fact_ids"]),
        draft_class=row["draft_class"],
        draft_name=row["draft_name"],
    )


def _state(row: Row) -> State:
    return State(
        row["id"], row["unit"], float(row["typical"]), _balance(row["balance"]), row["meaning"], row["draft_name"]
    )


def _outcome(row: Row) -> Outcome:
    return Outcome(row["id"], row["symbol"], row["unit"], row["meaning"])


def _shared_factor(row: Row) -> SharedFactor:
    return SharedFactor(row["id"], float(row["between_person_cv"]), row["meaning"], _source(row))


def _read(name: str, text: str, build: Callable[[Row], T]) -> tuple[T, ...]:
    """All rows of one table. Raises :class:`ModelError` naming the table and every row that cannot be read."""
    found: list[T] = []
    faults: list[str] = []
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        try:
            found.append(build(row))
        except (ValueError, KeyError, AttributeError) as error:
            faults.append(f"{name} line {number} ({row.get('id')}): {error}")
    if faults:
        raise ModelError("\n".join(faults))
    return tuple(found)


def read_parameters(text: str) -> tuple[Parameter, ...]:
    """The rows of a ``parameters.csv`` given as text."""
    return _read("parameters.csv", text, _parameter)


def read_states(text: str) -> tuple[State, ...]:
    """The rows of a ``states.csv`` given as text."""
    return _read("states.csv", text, _state)


def read_outcomes(text: str) -> tuple[Outcome, ...]:
    """The rows of an ``outcomes.csv`` given as text."""
    return _read("outcomes.csv", text, _outcome)


def read_shared_factors(text: str) -> tuple[SharedFactor, ...]:
    """The rows of a ``shared_factors.csv`` given as text."""
    return _read("shared_factors.csv", text, _shared_factor)


def _shipped(name: str) -> str:
    return (resources.files("cofactor.model") / name).read_text(encoding="utf-8")


@cache
def parameters() -> tuple[Parameter, ...]:
    """Every parameter of the human, in the order of the table."""
    return read_parameters(_shipped("parameters.csv"))


@cache
def states() -> tuple[State, ...]:
    """Every state variable of the human, in the order of the table, which is the order of the composed model."""
    return read_states(_shipped("states.csv"))


@cache
def outcomes() -> tuple[Outcome, ...]:
    """Every outcome that can be asked for by its id."""
    return read_outcomes(_shipped("outcomes.csv"))


@cache
def shared_factors() -> tuple[SharedFactor, ...]:
    """The traits that move several parameters of a person together."""
    return read_shared_factors(_shipped("shared_factors.csv"))


def ids(rows: Iterable[Parameter | State | Outcome | SharedFactor]) -> tuple[str, ...]:
    """The ids of table rows, in order."""
    return tuple(row.id for row in rows)
