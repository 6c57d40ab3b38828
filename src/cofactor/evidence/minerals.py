"""What the model expects in mineral trials: each row an experiment on the people that it names.

People come to rest on their own constants (kidney, age, oestrogen, and at the 25(OH)D that the trial reported), go
through what the row says was done before, and then through the trial. Levels are read relative to the reported start,
so that assays cancel; rows that say too little are handed back with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cofactor.engine.solve import Change, Event, Solution, Tolerance, solve
from cofactor.errors import EngineError
from cofactor.evidence.baselines import said_of_people
from cofactor.evidence.dosing import Dose
from cofactor.evidence.layer import Array, Draws
from cofactor.evidence.mineral_words import Constants, Plan, Reading, plan, reading
from cofactor.evidence.published import Kind, Row
from cofactor.evidence.reasons import CannotBeSimulatedError, Unread
from cofactor.evidence.rest import at_rest
from cofactor.said import Said
from cofactor.units import UnitError, convert

_SETTLE_DAYS = 2000.0  # at constant habits, until glands and slow magnesium rest
_USUAL_25OHD = 50.0  # nmol/L, the reference adult's, where a trial reports none
_ORAL = {"D3": "in_D3", "D2": "in_D2", "calcifediol": "in_cal"}
_TOLERANCE = Tolerance(relative=1e-5)


@dataclass(frozen=True, slots=True)
class Read:
    """A row that can be simulated: what is done and what is read."""

    row: Row
    plan: Plan
    reading: Reading

    @property
    def analyte(self) -> str:
        """The analyte id, or the model's symbol where it has none."""
        return self.reading.analyte

    @property
    def value(self) -> float:
        """As printed."""
        return self.row.number("value_mean") or 0.0


def read(rows: Iterable[Row]) -> tuple[tuple[Read, ...], tuple[Unread, ...]]:
    """The rows of a mineral table that can be simulated, and those that cannot."""
    table = [r for r in rows if r.kind is Kind.MINERAL]
    found: list[Read] = []
    unread: list[Unread] = []
    for row in table:
        try:
            what = reading(row)
            found.append(Read(row, plan(row, _level_of_vitamin_d(row, table)), what))
        except CannotBeSimulatedError as error:
            unread.append(Unread(row, error.why, error.got))
    return tuple(found), tuple(unread)


def _level_of_vitamin_d(row: Row, table: Sequence[Row]) -> float | None:
    """25(OH)D at the start as another row of the same arm or trial reports it, nmol/L."""
    same = [
        r for r in table if r.text("trial_id") == row.text("trial_id") and r.text("outcome").lower().startswith("25")
    ]
    for other in sorted(same, key=lambda r: r.text("arm") != row.text("arm")):
        start = other.number("baseline_mean")
        if start is not None:
            try:
                return convert(start, other.text("unit"), "nmol/L", "25OHD")
            except UnitError:
                continue
    return said_of_people(row.text("population"))


@dataclass(frozen=True, eq=False)
class Expected:
    """What is expected of a row, and the level it starts from, in the row's unit: arrays of shape (sets,)."""

    value: Array
    start: Array


def predict(rows: Sequence[Read], given: Draws) -> list[Expected]:
    """What is expected of each row. Rows of one plan share its run."""
    plans: dict[Plan, list[int]] = {}
    for i, row in enumerate(rows):
        plans.setdefault(row.plan, []).append(i)
    found: dict[int, Expected] = {}
    for of, which in plans.items():
        symbols = list(dict.fromkeys(rows[i].reading.symbol for i in which))
        before, after = _run(of, given, symbols)
        for i in which:
            start, end = before[rows[i].reading.symbol], after[rows[i].reading.symbol]
            scale = 100 / np.abs(start) if rows[i].reading.measure == "percent" else rows[i].reading.scale
            found[i] = Expected(_value(rows[i], start, end), np.abs(start) * scale)
    return [found[i] for i in range(len(rows))]


def _value(row: Read, before: Array, after: Array) -> Array:
    start, what = row.row.number("baseline_mean"), row.reading
    if what.measure == "ratio":
        return np.asarray(after / before * (1.0 if start is None else start))
    if what.measure == "percent":
        return np.asarray(100 * (after / before - 1))
    if what.measure == "change":
        return np.asarray((after - before) * what.scale)
    return np.asarray(after * what.scale if start is None else after / before * start)


Levels = dict[str, Array]


def _run(of: Plan, given: Draws, symbols: list[str]) -> tuple[Levels, Levels]:
    """Levels before and after, by symbol, shape (sets,)."""
    program, sets = given.program, given.count
    own = program.parameters(sets, given.constants)
    own = _with(given, own, of.of)
    level = np.full(sets, _USUAL_25OHD if of.rest_at is None else of.rest_at)
    if of.rest_at is None and not of.of:
        state = program.initial(own)
    else:
        state, own = at_rest(program, own, level)
        settled = solve(program, own, state, times=[_SETTLE_DAYS], outcomes=symbols, tolerance=_TOLERANCE)
        state = _finished(settled).final
    if of.before_days:
        changed = _with(given, own, of.before)
        run = solve(program, changed, state, times=[of.before_days], outcomes=symbols, tolerance=_TOLERANCE)
        state, at_start = _finished(run).final, changed
    else:
        at_start = own
    before = _finished(solve(program, at_start, state, times=[0.0], outcomes=symbols, tolerance=_TOLERANCE))
    during = _with(given, own, of.during)
    run = solve(
        program,
        during,
        state,
        times=[of.days],
        outcomes=symbols,
        events=_events(of, given, during, own),
        tolerance=_TOLERANCE,
    )
    after = _finished(run)
    return {s: before[s][:, 0] for s in symbols}, {s: after[s][:, 0] for s in symbols}


def _with(given: Draws, constants: Array, changes: Constants) -> Array:
    """Constants with some set; personal factors multiply, so that what came before stays."""
    found = constants.copy()
    for name, value in changes:
        column = given.program.index[name]
        found[:, column] = found[:, column] * value if name == "gutMg" else value
    return found


def _events(of: Plan, given: Draws, during: Array, own: Array) -> list[Event]:
    """The end of a pulse, and doses of vitamin D."""
    index, events = given.program.index, list[Event]()
    if of.pulse_days:
        events += [Event(of.pulse_days, name, Change.SET, own[:, index[name]]) for name, _ in of.during]
    for dose in of.regimen.doses:
        if dose.every_days == 1:
            events.append(Event(0.0, _ORAL[dose.form], Change.SET, dose.amount))
        else:
            events += [_bolus(dose, day, during, given) for day in dose.days(of.days)]
    return events


def _bolus(dose: Dose, day: float, during: Array, given: Draws) -> Event:
    absorbed, per_unit = ("F_cal", "UG25") if dose.form == "calcifediol" else ("F_D", f"IU{dose.form}")
    column = given.program.index
    nmol = dose.on(day) * during[:, column[absorbed]] * during[:, column[per_unit]]
    state = "gCal" if dose.form == "calcifediol" else f"g{dose.form}"
    return Event(day, state, Change.ADD, nmol)


def _finished(solution: Solution) -> Solution:
    if not solution.ok:
        raise EngineError(Said("the people of a mineral trial could not be simulated"))
    return solution
