"""What the model expects in the arms of trials: many sets of constants, or many people, through every arm at once.

An arm starts with the 25(OH)D that was reported: the supply that holds it is found, and the rest of the body follows
from the model at rest, or from years of the season at its latitude. Sharing a mean baseline out between supply,
clearance and assay was tried and left: it does not predict better (leave one trial out). What belongs to trials and
never to a person (adherence, share of the sun in the supply) stands in ``tables/trial_layer.csv``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cofactor.engine.solve import Change, Event, solve
from cofactor.errors import EngineError
from cofactor.evidence.arms import Arm
from cofactor.evidence.bodies import (
    PIECE_DAYS,
    TOLERANCE,
    Bodies,
    Deviations,
    alike,
    live_seasons,
    pieces,
    start,
    sun_event,
)
from cofactor.evidence.layer import Array, Draws
from cofactor.evidence.observed import Measure, Observation
from cofactor.model.tables import outcomes
from cofactor.person import sun
from cofactor.said import Said
from cofactor.units import MOLAR_MASS

_LONG_DAYS = 400.0  # beyond, the season is cut twice as coarsely
_MID_INTERVAL_DAYS = 60.0  # rarer doses: the time since the last one is not in the tables, so the interval is averaged
_SYMBOL = {row.id: row.symbol for row in outcomes()}
_REPORT = (*dict.fromkeys(_SYMBOL.values()), "D3f")
_FAT_L_PER_KG = 20.0  # litres of blood equivalent per kg of fat (VD028), for D3 in a biopsy
_GUT = {
    "D3": ("gD3", "in_D3"),
    "D2": ("gD2", "in_D2"),
    "calcifediol": ("gCal", "in_cal"),
    "calcitriol": ("", "in_C125"),
}
_CALCITRIOL_PMOL_L_PER_UG = 210.0  # parameters.csv, in_C125


def predict(arms: Sequence[Arm], given: Draws, apart: Deviations | None = None) -> list[Array]:
    """What is expected of every observation of every arm, in order: arrays of shape (sets,)."""
    every, pairs = _with_comparators(arms)
    if apart is not None and len(every) > len(arms):
        apart = _for_comparators(apart, every, arms)
    bodies = start(every, given, apart)
    live_seasons(bodies, alike(every, drawn=apart is not None))
    courses = _courses(bodies)
    found = []
    for i, arm in enumerate(arms):
        for o in arm.observations:
            other = None if o.comparator is None else courses[pairs[i, o.comparator]]
            found.append(_read(o, arm, courses[i], other, bodies, i))
    return found


def _with_comparators(arms: Sequence[Arm]) -> tuple[list[Arm], dict[tuple[int, str], int]]:
    """The arms, and behind them those they are compared with: the same people, without doses or with another form."""
    every, pairs = list(arms), dict[tuple[int, str], int]()
    for i, arm in enumerate(arms):
        for name in {o.comparator for o in arm.observations if o.comparator}:
            regimen = replace(arm.regimen, doses=()) if name == "placebo" else arm.regimen.with_form(name)
            pairs[i, name] = len(every)
            every.append(replace(arm, regimen=regimen, beside=() if name == "placebo" else arm.beside))
    return every, pairs


def _for_comparators(apart: Deviations, every: Sequence[Arm], arms: Sequence[Arm]) -> Deviations:
    """Deviations extended to comparators: these are the same people."""
    key = [(a.trial_id, a.name) for a in arms]
    column = [key.index((a.trial_id, a.name)) if i >= len(arms) else i for i, a in enumerate(every)]

    def take(array: Array) -> Array:
        return np.asarray(array[:, column])

    return Deviations(
        take(apart.baseline),
        take(apart.clearance),
        take(apart.conversion),
        take(apart.linear),
        take(apart.assay),
        take(apart.size),
        None if apart.adherence is None else take(apart.adherence),
        None if apart.others is None else {n: take(v) for n, v in apart.others.items()},
    )


# ----------------------------------------------------------------------------------------------------- the trial


@dataclass(frozen=True, eq=False)
class _Course:
    """Levels of one arm from the start on: days (times) and values (sets, times, reported symbols)."""

    days: Array
    values: Array

    def of(self, symbol: str) -> Array:
        return np.asarray(self.values[:, :, _REPORT.index(symbol)])

    def on(self, symbol: str, day: float) -> Array:
        return np.asarray(self.of(symbol)[:, int(np.argmin(np.abs(self.days - day)))])


def _courses(bodies: Bodies) -> dict[int, _Course]:
    """Every arm lived through its doses. Arms whose doses fall on the same days run side by side."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for i, arm in enumerate(bodies.arms):
        rare = tuple(sorted({(d.first_day, d.every_days) for d in arm.regimen.doses if d.every_days != 1}))
        length = 0 if arm.last_day <= 200 else 1 if arm.last_day <= _LONG_DAYS else 2
        groups.setdefault((rare, length, arm.regimen.lead_days, arm.start_day is None), []).append(i)
    found: dict[int, _Course] = {}
    for rows in groups.values():
        found.update(_run(bodies, rows))
    return found


def _run(bodies: Bodies, rows: list[int]) -> dict[int, _Course]:
    arms, sets = [bodies.arms[r] for r in rows], len(bodies.constants)
    end = max(a.last_day for a in arms) + 0.5
    lead = max(a.regimen.lead_days for a in arms)
    times = np.array(sorted({-lead, 0.0, *(t for a in arms for o in a.observations for t in _looked_at(a, o))}))
    run = solve(
        bodies.program,
        bodies.constants[:, rows].reshape(sets * len(rows), -1),
        bodies.states[:, rows].reshape(sets * len(rows), -1),
        times=times[times <= end],
        outcomes=_REPORT,
        events=_events(bodies, rows, -lead, end),
        start=-lead,
        tolerance=TOLERANCE,
    )
    if not run.ok:
        trials = tuple(a.trial_id for a in arms)
        raise EngineError(Said("bodies of {trials} could not be simulated", trials=trials))
    values = run.values.reshape(sets, len(rows), len(run.times), -1)
    return {r: _Course(run.times, values[:, i]) for i, r in enumerate(rows)}


def _looked_at(arm: Arm, o: Observation) -> list[float]:
    """Days on which levels are needed for an observation."""
    if o.measure is Measure.HIGHEST:
        return [float(d) for d in range(61)]  # a peak comes within two months
    if o.measure is Measure.AREA:
        return [float(d) for d in range(int(o.day) + 1)]
    if o.measure is Measure.RATIO:
        return [max(o.day - 1, 0.0), o.day, o.day + 0.25] if o.day > 7 else [0.25 * k for k in range(17)]
    if arm.regimen.longest_interval > _MID_INTERVAL_DAYS and o.day > arm.regimen.longest_interval:
        return [o.day - arm.regimen.longest_interval * k / 8 for k in range(9)]
    return [o.day]


def _events(bodies: Bodies, rows: list[int], start: float, end: float) -> list[Event]:
    arms = [bodies.arms[r] for r in rows]
    width = PIECE_DAYS * (2 if end > _LONG_DAYS else 1)
    events: list[Event] = []
    seasonal = any(a.start_day is not None for a in arms)
    drifting = bool((bodies.drift[:, rows] != 0).any()) and any(
        d.every_days == 1 for a in arms for d in a.regimen.doses
    )
    daily = any(d.every_days == 1 for a in arms for d in a.regimen.doses)
    for day in pieces(start, end, width):
        if seasonal:
            events.append(sun_event(bodies, rows, float(day), width, start))
        if daily and (drifting or day == start):
            events += _daily(bodies, rows, float(day), width)
    switches = {d.first_day for a in arms for d in a.regimen.doses if d.every_days == 1} - {start}
    for day in switches if daily else ():
        events += _daily(bodies, rows, float(day), width)
    return events + _rare(bodies, rows, start, end) + _beside(bodies, rows)


def _beside(bodies: Bodies, rows: Sequence[int]) -> list[Event]:
    """Minerals and vitamin K that arms get beside vitamin D, from the first day on."""
    events = []
    for name in {name for r in rows for name, _ in bodies.arms[r].beside}:
        amount = bodies.constants[:, rows, bodies.column(name)].copy()
        for i, r in enumerate(rows):
            amount[:, i] = dict(bodies.arms[r].beside).get(name, amount[:, i])
        events.append(Event(0.0, name, Change.SET, amount.ravel()))
    return events


def _taken(bodies: Bodies, rows: Sequence[int], day: float) -> Array:
    """Share of the doses that is taken on a day, (sets, arms)."""
    taken: Array = bodies.adherence[:, rows] * np.exp(-bodies.drift[:, rows] * max(day, 0.0) / sun.DAYS_IN_YEAR)
    return taken


def _daily(bodies: Bodies, rows: Sequence[int], day: float, width: float) -> list[Event]:
    taken, events = _taken(bodies, rows, day + width / 2), []
    for form, (_, target) in _GUT.items():
        amount = np.zeros(len(rows))
        for i, r in enumerate(rows):
            for d in bodies.arms[r].regimen.doses:
                if d.form == form and d.every_days == 1 and d.first_day <= day < d.until:
                    amount[i] += d.on(day)
        if form == "calcitriol":
            amount = amount * _CALCITRIOL_PMOL_L_PER_UG
        if amount.any() or any(
            d.form == form and d.every_days == 1 for r in rows for d in bodies.arms[r].regimen.doses
        ):
            events.append(Event(day, target, Change.SET, (taken * amount).ravel()))
    return events


def _rare(bodies: Bodies, rows: Sequence[int], start: float, end: float) -> list[Event]:
    """Doses that are not daily, as additions to the gut."""
    per_unit = {
        "gD3": bodies.constants[:, rows, bodies.column("F_D")] * bodies.constants[:, rows, bodies.column("IUD3")],
        "gD2": bodies.constants[:, rows, bodies.column("F_D")] * bodies.constants[:, rows, bodies.column("IUD2")],
        "gCal": bodies.constants[:, rows, bodies.column("F_cal")] * bodies.constants[:, rows, bodies.column("UG25")],
    }
    amounts: dict[tuple[float, str], Array] = {}
    for i, r in enumerate(rows):
        for d in bodies.arms[r].regimen.doses:
            target = _GUT[d.form][0]
            if d.every_days == 1 or not target:
                continue
            for day in d.days(end):
                at = amounts.setdefault((max(day, start), target), np.zeros(len(rows)))
                at[i] += d.on(day)
    return [
        Event(day, target, Change.ADD, (per_unit[target] * _taken(bodies, rows, day) * amount).ravel())
        for (day, target), amount in amounts.items()
    ]


# ------------------------------------------------------------------------------------------------- what is read


def _read(o: Observation, arm: Arm, course: _Course, other: _Course | None, bodies: Bodies, i: int) -> Array:
    level = _level(o, arm, course, bodies, i)
    if other is not None:
        against = _level(o, arm, other, bodies, i)
        return level / against if o.measure is Measure.RATIO else level - against
    if o.measure in (Measure.CHANGE, Measure.PERCENT):
        start = _scaled(o, course.on(_symbol(o), 0.0), course, bodies, i)
        return level - start if o.measure is Measure.CHANGE else (level / start - 1) * 100
    return level


def _symbol(o: Observation) -> str:
    return "D3f" if o.analyte in ("fat_D3", "store_D3") else _SYMBOL[o.analyte]


def _level(o: Observation, arm: Arm, course: _Course, bodies: Bodies, i: int) -> Array:
    """The level that an observation reads: on its day, or highest, or as an area."""
    values, days = course.of(_symbol(o)), course.days
    looked = [int(np.argmin(np.abs(days - t))) for t in _looked_at(arm, o)]
    if o.measure is Measure.HIGHEST:
        return _scaled(o, values[:, looked].max(axis=1), course, bodies, i)
    if o.measure is Measure.AREA:
        above = values[:, looked] - course.on(_symbol(o), 0.0)[:, None]
        return _scaled(o, np.asarray(np.trapezoid(above, days[looked], axis=1)), course, bodies, i)
    return _scaled(o, values[:, looked].mean(axis=1), course, bodies, i)


def _scaled(o: Observation, values: Array, course: _Course, bodies: Bodies, i: int) -> Array:
    """As the trial reads it: by its assay for 25(OH)D, by the reported level at the start for other analytes."""
    if o.analyte in ("25OHD", "25OHD3", "25OHD2"):
        return np.asarray(values * bodies.assay[:, i])
    if o.analyte == "fat_D3":
        return np.asarray(values * _FAT_L_PER_KG * MOLAR_MASS["D3"] * 1e-3)
    if o.analyte == "store_D3":
        litres = bodies.constants[:, i, bodies.column("KfD")] * bodies.constants[:, i, bodies.column("size")]
        return np.asarray(values * litres * MOLAR_MASS["D3"] * 1e-6)
    if o.start is not None and o.measure is Measure.LEVEL:
        return np.asarray(values / course.on(_symbol(o), 0.0) * o.start)
    return values
