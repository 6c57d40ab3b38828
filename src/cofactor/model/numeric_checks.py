"""Checks that compute: unit consistency, the reference adult at rest, and conservation of each element."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cofactor.model.findings import Check, Subject
from cofactor.model.interpret import Environment, Interpreter, Value
from cofactor.model.source import Human
from cofactor.model.tables import Kind

Wrong = Iterator[tuple[str, str]]

STEADY = 1e-12  # largest |dx/dt| per day relative to the state
CONSERVED = 1e-10  # largest error of a balance relative to its throughput
_CALIBRATED = (Kind.CONSTANT, Kind.TARGET, Kind.SWITCH)
_COPY = (Kind.REFERENCE,)
_POINTS = 200
_SEED = 20260


@dataclass(frozen=True, slots=True)
class Balance:
    """The readouts that say what enters and leaves the body of one element."""

    element: str
    gain: str
    leave: str


BALANCES = (
    Balance("Ca", "gainCa", "leaveCa"),
    Balance("Mg", "gainMg", "leaveMg"),
    Balance("P", "absP", "leaveP"),
    Balance("Zn", "absZn", "lossZn"),
    Balance("D", "gainD", "leaveD"),
)


def _sbml_findings(subject: Subject, units: bool) -> Wrong:
    """What libsbml says of the document: about units, or about everything else."""
    import libsbml

    document = libsbml.readSBMLFromString(subject.sbml)
    document.checkConsistency()
    for index in range(document.getNumErrors()):
        error = document.getError(index)
        if (error.getCategory() == libsbml.LIBSBML_CAT_UNITS_CONSISTENCY) is units:
            yield f"SBML line {error.getLine()}", " ".join(error.getMessage().split())


def _units_agree(subject: Subject) -> Wrong:
    yield from _sbml_findings(subject, units=True)


def _sbml_is_valid(subject: Subject) -> Wrong:
    yield from _sbml_findings(subject, units=False)


def _reference_is_steady(subject: Subject) -> Wrong:
    drift = _drift(subject, {})
    for name, relative in drift.items():
        if not relative <= STEADY:
            yield name, f"the reference adult drifts by {relative:.2g} of it per day; expected at most {STEADY:g}"


def _calibration_keeps_the_reference(subject: Subject) -> Wrong:
    """Change each constant, target and switch in turn: what is derived has to follow, so that the rest holds."""
    copied = {row.id.removesuffix("0").removesuffix("_") for row in subject.source.parameters if row.kind in _COPY}
    names = [row.id for row in subject.source.parameters if row.kind in _CALIBRATED and row.id not in copied]
    rest = subject.interpreter.start()
    lanes = np.arange(len(names))
    changed = {name: rest[name] * 1.1 + (rest[name] == 0) * 0.1 for name in names}
    changes = {name: np.where(lanes == i, changed[name], rest[name]) for i, name in enumerate(names)}
    for state, relative in _drift(subject, changes).items():
        for i in np.flatnonzero(~(relative <= STEADY)):
            yield (
                names[int(i)],
                f"changed by a tenth, {state} of the reference adult drifts by {relative[i]:.2g} per day",
            )


def _drift(subject: Subject, changes: Environment) -> Environment:
    """Rate of change per day of each state at rest, relative to the state or, where that is 0, to its typical size."""
    at = subject.interpreter.start(changes)
    typical = {row.id: row.typical for row in subject.source.states}
    rates = subject.interpreter.rates(at)
    return {name: abs(rate) / np.where(at[name] == 0, typical[name], abs(at[name])) for name, rate in rates.items()}


def random_points(source: Human, interpreter: Interpreter, count: int = _POINTS, seed: int = _SEED) -> Environment:
    """Values far from rest: every state, input and switch drawn anew, ``count`` times.

    Values are multiplied by a log-normal factor; what rests at 0 becomes a positive number of its typical size.
    """
    rng = np.random.default_rng(seed)
    rest = interpreter.start()
    sizes = {row.id: row.typical for row in source.states}
    sizes.update({row.id: 1.0 for row in source.parameters if row.kind in (Kind.INPUT, Kind.SWITCH)})
    draw: Environment = {}
    for name, size in sizes.items():
        centre = float(rest[name]) or size * rng.uniform(0.1, 1.0)
        draw[name] = centre * np.exp(0.3 * rng.standard_normal(count))
    draw["meal_Ca"], draw["meal_Mg"] = rng.uniform(size=(2, count))
    return interpreter.start(draw)


def _coefficient(text: str, at: Environment) -> Value:
    """A product of parameter names, or 1."""
    return math.prod((at[name] for name in text.split("*") if name != "1"), start=np.asarray(1.0))


def _elements_are_conserved(subject: Subject) -> Wrong:
    interpreter = subject.interpreter
    at = random_points(subject.source, interpreter)
    full, rates = interpreter.readouts(at), interpreter.rates(at)
    for balance in BALANCES:
        change, pools = np.zeros(_POINTS), 0
        for row in subject.source.states:
            for element, coefficient in row.balance:
                if element == balance.element:
                    change, pools = change + _coefficient(coefficient, at) * rates[row.id], pools + 1
        gain, leave = full[balance.gain], full[balance.leave]
        worst = float(np.max(np.abs(change - (gain - leave)) / (np.abs(gain) + np.abs(leave))))
        if not pools:
            yield balance.element, "no state counts for it"
        elif not worst <= CONSERVED:
            yield balance.element, f"{worst:.2g} of the throughput appears or vanishes; expected at most {CONSERVED:g}"


NUMERIC_CHECKS = (
    Check("SBML is valid", _sbml_is_valid),
    Check("units agree", _units_agree),
    Check("the reference adult is steady", _reference_is_steady),
    Check("calibration keeps the reference adult", _calibration_keeps_the_reference),
    Check("elements are conserved", _elements_are_conserved),
)
