"""Bodies of the arms of trials before the first dose: at rest with the reported level, or after years of season."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from cofactor.engine.program import Program
from cofactor.engine.solve import Change, Event, Tolerance, solve
from cofactor.errors import EngineError
from cofactor.evidence.arms import Arm
from cofactor.evidence.layer import Array, Draws
from cofactor.evidence.rest import at_rest
from cofactor.person import sun
from cofactor.person.traits import calcium_absorption, covariate, usual_gfr
from cofactor.said import Said

YEARS_BEFORE = 4
"""Years of the season lived before the first dose; a fifth changes 25(OH)D by less than 0.1 nmol/L."""
PIECE_DAYS = 365 / 26
"""The season in fortnights: within 1 % of the daily course (exposure.md, section 3)."""
_MENOPAUSE_AGE = 51.0  # usual age at the last period (SWAN)
TOLERANCE = Tolerance(relative=3e-4)


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


@dataclass(eq=False)
class Bodies:
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
        """Place of a constant."""
        return self.program.index[name]


def start(arms: Sequence[Arm], given: Draws, apart: Deviations | None) -> Bodies:
    """Bodies at rest, with the level that each arm (or each body of it) has at the start as the trial reads it."""
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
    return Bodies(
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


def pieces(first: float, last: float, width: float) -> Array:
    """Days on which the pieces of a span of time begin."""
    return np.arange(first, last, width)


def sun_event(bodies: Bodies, rows: Sequence[int], day: float, width: float, dark_from: float) -> Event:
    """Departure of the sun from its yearly mean over a piece of the year."""
    supply = bodies.constants[:, rows, bodies.column("S_D3")]
    days = (np.arange(round(width)) + int(np.floor(day))) % sun.DAYS_IN_YEAR
    shape = np.array([0.0 if bodies.arms[r].dark and day >= dark_from else bodies.sky[r][days].mean() for r in rows])
    return Event(day, "sun_D3", Change.SET, (supply * bodies.shares * (shape - 1)).ravel())


def alike(arms: Sequence[Arm], *, drawn: bool) -> list[int]:
    """For each arm the first that starts with the same bodies: years of season need to be lived only once.

    Of drawn people those are the arm whose comparator it is; of means, any with the same start.
    """
    seen: dict[object, int] = {}
    found = []
    for i, a in enumerate(arms):
        start = (a.baseline, a.anchor, a.latitude, a.start_day, a.dark, a.age, a.female, a.bmi)
        who = (a.trial_id, a.name)
        found.append(seen.setdefault((start, who) if drawn else start, i))
    return found


def live_seasons(bodies: Bodies, first: Sequence[int]) -> None:
    """Let arms whose season is known live years of it, correcting the supply until the baseline is met on its day."""
    seasonal = [i for i, a in enumerate(bodies.arms) if a.start_day is not None and not a.dark]
    rows = [i for i in seasonal if first[i] == i]
    if not rows:
        return
    p, sets, at = bodies.program, len(bodies.constants), {n: i for i, n in enumerate(bodies.program.states)}
    anchors = [a.anchor % sun.DAYS_IN_YEAR for a in (bodies.arms[r] for r in rows)]
    times = sorted({*anchors, 365.0} - {0.0})
    looked = [times.index(x or 365.0) for x in anchors]
    supply = bodies.column("S_D3")
    for year in range(YEARS_BEFORE):
        events = [sun_event(bodies, rows, day, PIECE_DAYS, np.inf) for day in pieces(0.0, 365.0, PIECE_DAYS)]
        constants = bodies.constants[:, rows].reshape(sets * len(rows), -1)
        states = bodies.states[:, rows].reshape(sets * len(rows), -1)
        run = solve(p, constants, states, times=times, outcomes=["D25"], events=events, tolerance=TOLERANCE)
        if not run.ok:
            raise EngineError(Said("bodies of a trial could not be simulated through their seasons"))
        met = run["D25"].reshape(sets, len(rows), -1)[:, np.arange(len(rows)), looked]
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
            bodies.states[:, first[i]],
            bodies.constants[:, first[i], supply],
        )
