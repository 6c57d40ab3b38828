"""What the model expects in the arms of trials: many sets of constants, or many people, through every arm at once.

An arm starts with the 25(OH)D that was reported: the supply that holds it is found, and the rest of the body follows
from the model at rest, or from years of the season at its latitude. Sharing a mean baseline out between supply,
clearance and assay was tried and left: it does not predict better (leave one trial out). What belongs to trials and
never to a person (adherence, share of the sun in the supply) stands in ``tables/trial_layer.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from cofactor.engine.generate import human
from cofactor.engine.program import Program
from cofactor.engine.solve import Change, Event, Tolerance, solve
from cofactor.errors import EngineError
from cofactor.evidence.arms import Arm, Measure, Observation
from cofactor.evidence.rest import at_rest
from cofactor.facts.read import parse_rows
from cofactor.facts.types import Source
from cofactor.model.tables import outcomes
from cofactor.person import sun
from cofactor.person.traits import calcium_absorption, covariate, usual_gfr

Array = NDArray[np.float64]

YEARS_BEFORE = 4
"""Years of the season lived before the first dose; a fifth changes 25(OH)D by less than 0.1 nmol/L."""
_PIECE_DAYS = 365 / 26  # the season in fortnights: within 1 % of the daily course (exposure.md, section 3)
_LONG_DAYS = 400.0  # beyond, the season is cut twice as coarsely
_MID_INTERVAL_DAYS = 60.0  # rarer doses: the time since the last one is not in the tables, so the interval is averaged
_MENOPAUSE_AGE = 51.0  # usual age at the last period (SWAN)
_SYMBOL = {row.id: row.symbol for row in outcomes()}
_REPORT = (*dict.fromkeys(_SYMBOL.values()), "D3f")
_FAT_L_PER_KG = 20.0  # litres of blood equivalent per kg of fat (VD028), for D3 in a biopsy
_D3_G_PER_MOL = 384.64  # molar mass of D3
_GUT = {
    "D3": ("gD3", "in_D3"),
    "D2": ("gD2", "in_D2"),
    "calcifediol": ("gCal", "in_cal"),
    "calcitriol": ("", "in_C125"),
}
_CALCITRIOL_PMOL_L_PER_UG = 210.0  # parameters.csv, in_C125
TOLERANCE = Tolerance(relative=3e-4)


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One number of the trial layer with its prior: ``scale`` is that on which the prior is normal."""

    id: str
    value: float
    unit: str
    scale: str
    prior_value: float
    prior_sd: float | None
    moved: float | None  # 1 where calibration moves it
    meaning: str
    source: Source


@cache
def layer() -> dict[str, LayerRow]:
    """The trial layer by id."""
    text = files("cofactor.evidence").joinpath("tables", "trial_layer.csv").read_text(encoding="utf-8")
    return {row.id: row for row in parse_rows(LayerRow, "trial_layer", text.splitlines())}


@dataclass(frozen=True, eq=False)
class Draws:
    """Sets of constants of the model and numbers of the trial layer, one entry per set in every array."""

    constants: Mapping[str, Array]
    layer: Mapping[str, Array]
    program: Program

    @property
    def count(self) -> int:
        """How many sets there are."""
        return max((len(v) for v in (*self.constants.values(), *self.layer.values())), default=1)

    def of(self, name: str) -> Array:
        """A number of the trial layer, shape (sets, 1)."""
        given = self.layer.get(name)
        return np.full((self.count, 1), layer()[name].value) if given is None else np.asarray(given)[:, None]


def draws(values: Mapping[str, Array] | None = None, program: Program | None = None) -> Draws:
    """Sets from values by name, whether of the model or of the trial layer."""
    values = values or {}
    mine = {n: np.atleast_1d(np.asarray(v, float)) for n, v in values.items() if n in layer()}
    rest = {n: np.atleast_1d(np.asarray(v, float)) for n, v in values.items() if n not in layer()}
    return Draws(rest, mine, program or human())


@dataclass(frozen=True, eq=False)
class Deviations:
    """How the bodies of an arm differ from its mean: factors on constants and numbers, each of shape (sets, arms).

    ``baseline`` replaces the arm's; ``conversion`` acts on both limbs of 25-hydroxylation, ``linear`` on one.
    """

    baseline: Array
    clearance: Array
    conversion: Array
    linear: Array
    assay: Array
    size: Array
    adherence: Array | None = None
    others: Mapping[str, Array] | None = None


def predict(arms: Sequence[Arm], given: Draws, apart: Deviations | None = None) -> list[Array]:
    """What is expected of every observation of every arm, in order: arrays of shape (sets,)."""
    every, pairs = _with_comparators(arms)
    if apart is not None and len(every) > len(arms):
        apart = _for_comparators(apart, every, arms)
    bodies = _bodies(every, given, apart)
    _live_seasons(bodies, _alike(every, drawn=apart is not None))
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
            every.append(replace(arm, regimen=regimen))
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


# ----------------------------------------------------------------------------------------------------- the start


@dataclass(eq=False)
class _Bodies:
    """Bodies of all arms: arrays of shape (sets, arms, ...). ``assay`` is what the trial reads over what is there."""

    arms: Sequence[Arm]
    program: Program
    constants: Array
    states: Array
    level: Array
    assay: Array
    adherence: Array
    drift: Array
    shares: Array  # of the sun in the supply, (sets, 1)
    sky: list[Array]  # per arm: sun of the day of the year over its yearly mean

    def column(self, name: str) -> int:
        return self.program.index[name]


def _bodies(arms: Sequence[Arm], given: Draws, apart: Deviations | None) -> _Bodies:
    program, sets, count = given.program, given.count, len(arms)
    base = program.parameters(sets, given.constants)
    constants = np.repeat(base[:, None, :], count, axis=1)
    column = program.index
    size = np.array([1.0 if a.bmi is None else a.bmi / covariate("bmi_reference") for a in arms])
    baseline = np.array([a.baseline for a in arms])
    for i, arm in enumerate(arms):
        for name, value in _covariates(arm).items():
            constants[:, i, column[name]] = value
    constants[:, :, column["size"]] = size
    level = np.broadcast_to(baseline, (sets, count))
    adherence = np.where([a.supervised for a in arms], 1.0, given.of("adherence"))
    drift = np.where([a.supervised for a in arms], 0.0, given.of("drift"))
    assay = np.ones((sets, count))
    if apart is not None:
        constants[:, :, column["size"]] *= apart.size
        constants[:, :, column["CL25"]] *= apart.clearance
        constants[:, :, column["Vmax25"]] *= apart.conversion
        constants[:, :, column["klin25"]] *= apart.conversion * apart.linear
        for name, factor in (apart.others or {}).items():
            constants[:, :, column[name]] *= factor
        level, assay = apart.baseline, apart.assay
        if apart.adherence is not None:
            adherence = np.where([a.supervised for a in arms], 1.0, apart.adherence)
    level = np.asarray(level / assay)
    flat = constants.reshape(sets * count, -1)
    states, flat = at_rest(program, flat, level.ravel())
    return _Bodies(
        arms,
        program,
        flat.reshape(sets, count, -1),
        states.reshape(sets, count, -1),
        level,
        assay,
        adherence,
        drift,
        given.of("sun_share"),
        [_sky(a) for a in arms],
    )


def _covariates(arm: Arm) -> dict[str, float]:
    """Kidney function, calcium absorption and oestrogen by age and sex, as :mod:`cofactor.person.traits` sets them."""
    if arm.age is None:
        return {}
    women = (arm.female or 0.0) if arm.age > _MENOPAUSE_AGE else 0.0
    return {
        "GFR": float(usual_gfr(arm.age)[0]) * covariate("gfr_per_day"),
        "gutCa": float(calcium_absorption(arm.age, women)),  # of a mean arm: the share of women past the menopause
        "est": 1 - women * (1 - covariate("oestrogen_after_menopause")),
    }


@cache
def _sun_shape(latitude: float) -> Array:
    """D3 made by the skin of an ordinary indoor worker on each day of the year, over its yearly mean."""
    habit = sun.habit_of_year(latitude, *sun.default_habit(latitude))
    daily = sun.skin_dose(latitude, habit)[1] * habit.exposed
    return np.asarray(daily / daily.mean())


def _sky(arm: Arm) -> Array:
    """The sun of each day since the start over its yearly mean, for a year; flat where the season is not known."""
    if arm.start_day is None or arm.dark:
        return np.ones(sun.DAYS_IN_YEAR)
    return np.roll(_sun_shape(arm.latitude), -arm.start_day)


def _pieces(first: float, last: float, width: float) -> Array:
    return np.arange(first, last, width)


def _sun_event(bodies: _Bodies, rows: Sequence[int], day: float, width: float, dark_from: float) -> Event:
    """Departure of the sun from its yearly mean over a piece of the year."""
    supply = bodies.constants[:, rows, bodies.column("S_D3")]
    days = (np.arange(round(width)) + int(np.floor(day))) % sun.DAYS_IN_YEAR
    shape = np.array([0.0 if bodies.arms[r].dark and day >= dark_from else bodies.sky[r][days].mean() for r in rows])
    return Event(day, "sun_D3", Change.SET, (supply * bodies.shares * (shape - 1)).ravel())


def _alike(arms: Sequence[Arm], *, drawn: bool) -> list[int]:
    """For each arm the first that starts with the same bodies: years of season need to be lived only once.

    Of drawn people those are the arm whose comparator it is; of means, any with the same start.
    """
    first: dict[object, int] = {}
    found = []
    for i, a in enumerate(arms):
        start = (a.baseline, a.anchor, a.latitude, a.start_day, a.dark, a.age, a.female, a.bmi)
        who = (a.trial_id, a.name)
        found.append(first.setdefault((start, who) if drawn else start, i))
    return found


def _live_seasons(bodies: _Bodies, alike: Sequence[int]) -> None:
    """Let arms whose season is known live years of it, correcting the supply until the baseline is met on its day."""
    seasonal = [i for i, a in enumerate(bodies.arms) if a.start_day is not None and not a.dark]
    rows = [i for i in seasonal if alike[i] == i]
    if not rows:
        return
    p, sets, at = bodies.program, len(bodies.constants), {n: i for i, n in enumerate(bodies.program.states)}
    anchors = [a.anchor % sun.DAYS_IN_YEAR for a in (bodies.arms[r] for r in rows)]
    times = sorted({*anchors, 365.0} - {0.0})
    seen = [times.index(x or 365.0) for x in anchors]
    supply = bodies.column("S_D3")
    for year in range(YEARS_BEFORE):
        events = [_sun_event(bodies, rows, day, _PIECE_DAYS, np.inf) for day in _pieces(0.0, 365.0, _PIECE_DAYS)]
        constants = bodies.constants[:, rows].reshape(sets * len(rows), -1)
        states = bodies.states[:, rows].reshape(sets * len(rows), -1)
        run = solve(p, constants, states, times=times, outcomes=["D25"], events=events, tolerance=TOLERANCE)
        if not run.ok:
            raise EngineError("bodies of a trial could not be simulated through their seasons")
        met = run["D25"].reshape(sets, len(rows), -1)[:, np.arange(len(rows)), seen]
        final = run.final.reshape(sets, len(rows), -1)
        if year < YEARS_BEFORE - 1:
            grow = np.clip((bodies.level[:, rows] / met) ** 1.5, 0.6, 1.7)  # elasticity of a level on supply: about 2/3
            bodies.constants[:, rows, supply] *= grow
            for name in ("D3b", "D3t", "D3f"):
                final[:, :, at[name]] *= grow
        bodies.states[:, rows] = final
    exact = [r for r, x in zip(rows, anchors, strict=True) if not x]
    bodies.states[:, exact, at["C25D3"]] = bodies.level[:, exact]
    for i in seasonal:
        bodies.states[:, i], bodies.constants[:, i, supply] = (
            bodies.states[:, alike[i]],
            bodies.constants[:, alike[i], supply],
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


def _courses(bodies: _Bodies) -> dict[int, _Course]:
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


def _run(bodies: _Bodies, rows: list[int]) -> dict[int, _Course]:
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
        raise EngineError(f"bodies of {', '.join(a.trial_id for a in arms)} could not be simulated")
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


def _events(bodies: _Bodies, rows: list[int], start: float, end: float) -> list[Event]:
    arms = [bodies.arms[r] for r in rows]
    width = _PIECE_DAYS * (2 if end > _LONG_DAYS else 1)
    events: list[Event] = []
    seasonal = any(a.start_day is not None for a in arms)
    drifting = bool((bodies.drift[:, rows] != 0).any()) and any(
        d.every_days == 1 for a in arms for d in a.regimen.doses
    )
    daily = any(d.every_days == 1 for a in arms for d in a.regimen.doses)
    for day in _pieces(start, end, width):
        if seasonal:
            events.append(_sun_event(bodies, rows, float(day), width, start))
        if daily and (drifting or day == start):
            events += _daily(bodies, rows, float(day), width)
    switches = {d.first_day for a in arms for d in a.regimen.doses if d.every_days == 1} - {start}
    for day in switches if daily else ():
        events += _daily(bodies, rows, float(day), width)
    return events + _rare(bodies, rows, start, end)


def _taken(bodies: _Bodies, rows: Sequence[int], day: float) -> Array:
    """Share of the doses that is taken on a day, (sets, arms)."""
    taken: Array = bodies.adherence[:, rows] * np.exp(-bodies.drift[:, rows] * max(day, 0.0) / sun.DAYS_IN_YEAR)
    return taken


def _daily(bodies: _Bodies, rows: Sequence[int], day: float, width: float) -> list[Event]:
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


def _rare(bodies: _Bodies, rows: Sequence[int], start: float, end: float) -> list[Event]:
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


def _read(o: Observation, arm: Arm, course: _Course, other: _Course | None, bodies: _Bodies, i: int) -> Array:
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


def _level(o: Observation, arm: Arm, course: _Course, bodies: _Bodies, i: int) -> Array:
    """The level that an observation reads: on its day, or highest, or as an area."""
    values, days = course.of(_symbol(o)), course.days
    looked = [int(np.argmin(np.abs(days - t))) for t in _looked_at(arm, o)]
    if o.measure is Measure.HIGHEST:
        return _scaled(o, values[:, looked].max(axis=1), course, bodies, i)
    if o.measure is Measure.AREA:
        above = values[:, looked] - course.on(_symbol(o), 0.0)[:, None]
        return _scaled(o, np.asarray(np.trapezoid(above, days[looked], axis=1)), course, bodies, i)
    return _scaled(o, values[:, looked].mean(axis=1), course, bodies, i)


def _scaled(o: Observation, values: Array, course: _Course, bodies: _Bodies, i: int) -> Array:
    """As the trial reads it: by its assay for 25(OH)D, by the reported level at the start for other analytes."""
    if o.analyte in ("25OHD", "25OHD3", "25OHD2"):
        return np.asarray(values * bodies.assay[:, i])
    if o.analyte == "fat_D3":
        return np.asarray(values * _FAT_L_PER_KG * _D3_G_PER_MOL * 1e-3)
    if o.analyte == "store_D3":
        litres = bodies.constants[:, i, bodies.column("KfD")] * bodies.constants[:, i, bodies.column("size")]
        return np.asarray(values * litres * _D3_G_PER_MOL * 1e-6)
    if o.start is not None and o.measure is Measure.LEVEL:
        return np.asarray(values / course.on(_symbol(o), 0.0) * o.start)
    return values
