"""Which constants and habits move a level: variance-based indices of Sobol, with their intervals.

Each factor is log-normal around the reference adult: constants of the model by what calibration and people leave open
about them (``calibration.csv``, spreads between people of ``parameters.csv``), habits by their usual spread between
people. Bodies come to rest at their habits, take a dose, and are read after so many days. First-order indices say how
much of the variance one factor explains alone, total indices how much it has a part in.

Source: Saltelli 2010, Comput Phys Commun 181:259; the sampling and the estimators are SALib's (extra ``sensitivity``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cofactor.engine.generate import human
from cofactor.engine.solve import Change, Event, solve
from cofactor.errors import CofactorError, InputError, Problem
from cofactor.model.posterior import ensemble
from cofactor.model.tables import outcomes as outcome_table
from cofactor.model.tables import parameters
from cofactor.person.body import SETTLE_DAYS
from cofactor.person.exposure import constants as exposures
from cofactor.person.inputs import absorbed_nmol, of_day
from cofactor.person.occasions import lay_out
from cofactor.person.sun import SUN_LOG_SD
from cofactor.person.traits import between_people, covariate_log_sd, shared_traits
from cofactor.person.types import Supplement
from cofactor.said import Said

Array = NDArray[np.float64]

OUTCOMES = ("25OHD", "Mg_serum", "PTH", "Ca_urine")
LEAST_SHARE = 0.005
"""Total index below which a factor is left out of what is shown: half a percent of the variance."""
HABITS: Mapping[str, tuple[str, str]] = {
    "sun": ("S_D3", "yearly mean of vitamin D from skin"),
    "food_vitamin_d": ("S_D3", "vitamin D in food"),
    "residual_supply": ("S_D3", "vitamin D from neither food nor sun"),
    "food_calcium": ("in_Ca", "calcium in food"),
    "food_magnesium": ("in_Mg", "magnesium in food"),
    "food_phosphorus": ("in_P", "phosphorus in food"),
}
"""Habits: the input of the model that each moves, and what it is."""
# Parts of the supply of vitamin D in a typical adult, about a third each: food 3 µg absorbed, skin and the rest.
_FOOD_UG = 3.0  # µg/d, mean of French adults (exposure table, usual_intake)
_HABIT_SPREAD = 0.35  # log-SD of usual intakes between people (exposure table: coefficients of variation 0.3 to 0.4)


class MissingExtraError(CofactorError):
    """SALib is not installed."""


@dataclass(frozen=True, slots=True)
class Index:
    """What one factor does to the variance of an outcome: first-order and total index with 95 % half-widths."""

    factor: str
    kind: str  # constant | person | habit
    meaning: str
    first: float
    first_error: float
    total: float
    total_error: float


@dataclass(frozen=True, slots=True)
class _Factor:
    name: str
    kind: str
    moves: tuple[str, ...]
    log_sd: float
    meaning: str


@cache
def factors() -> tuple[_Factor, ...]:
    """Everything that is varied: habits, what differs between people, and what calibration leaves open."""
    meaning = {p.id: p.meaning for p in parameters()}
    habits = [_Factor(n, "habit", (moved,), _habit_log_sd(n), what) for n, (moved, what) in HABITS.items()]
    people = [_Factor(n, "person", (n,), sd, meaning[n]) for n, sd in between_people().items()]
    people += [_Factor(n, "person", moved, sd, f"trait of a person: {n}") for n, (sd, moved) in shared_traits().items()]
    if "size" not in between_people():
        people.append(_Factor("size", "person", ("size",), covariate_log_sd("bmi_unknown"), meaning["size"]))
    sets, logs = ensemble(), np.log(np.asarray(ensemble().factors))
    known = {f.name for f in people}
    names = [f"{n} (model)" if n in known else n for n in sets.names]
    model = [
        _Factor(name, "constant", (n,), float(logs[:, i].std()), meaning[n])
        for i, (n, name) in enumerate(zip(sets.names, names, strict=True))
    ]
    return (*habits, *people, *model)


def _habit_log_sd(name: str) -> float:
    if name == "sun":
        return SUN_LOG_SD
    if name == "residual_supply":
        return exposures()["residual_supply"].log_sd or 0.0
    return _HABIT_SPREAD


def sobol(
    outcomes: Sequence[str] = OUTCOMES, dose: Supplement | None = None, days: float = 182.0, samples: int = 256
) -> dict[str, tuple[Index, ...]]:
    """Indices of every factor for each outcome, the largest total first.

    ``samples`` is the base sample of Saltelli's scheme (a power of two): samples x (factors + 2) bodies are solved.
    Raises :class:`InputError` for an unknown outcome and :class:`MissingExtraError` without SALib.
    """
    known = {o.id for o in outcome_table()}
    unknown = [o for o in outcomes if o not in known]
    if unknown:
        raise InputError(Problem("outcome", o, tuple(sorted(known)), Said("Use one of those.")) for o in unknown)
    if samples < 2 or samples & (samples - 1):
        expected = Said("a power of two, such as 256")
        raise InputError([Problem("samples", str(samples), (expected,), Said("Choose one."))])
    sample, analyse = _salib()
    rows = factors()
    problem = {
        "num_vars": len(rows),
        "names": [f.name for f in rows],
        "dists": ["norm"] * len(rows),
        "bounds": [[0.0, f.log_sd] for f in rows],
    }
    drawn = sample(problem, samples, calc_second_order=False, seed=1)
    levels = _levels(np.asarray(drawn), rows, outcomes, dose, days)
    found = {}
    for i, outcome in enumerate(outcomes):
        indices = analyse(problem, np.log(np.maximum(levels[:, i], 1e-12)), calc_second_order=False, seed=1)
        found[outcome] = tuple(sorted(_indices(rows, indices), key=lambda x: -x.total))
    return found


def _salib() -> tuple[Any, Any]:
    try:
        from SALib.analyze import sobol as analyze
        from SALib.sample import sobol as sample
    except ImportError as error:
        missing = Said("SALib is missing: install the extra, `pip install cofactor[sensitivity]`")
        raise MissingExtraError(missing) from error
    return sample.sample, analyze.analyze


def _indices(rows: Sequence[_Factor], found: Mapping[str, Array]) -> list[Index]:
    return [
        Index(
            f.name,
            f.kind,
            f.meaning,
            *(float(found[key][i]) for key in ("S1", "S1_conf", "ST", "ST_conf")),
        )
        for i, f in enumerate(rows)
    ]


def _levels(
    drawn: Array, rows: Sequence[_Factor], outcomes: Sequence[str], dose: Supplement | None, days: float
) -> Array:
    """Levels after ``days`` of a dose, from rest at each body's habits: shape (bodies, outcomes)."""
    program = human()
    reference = dict(zip(program.constants, program.parameters()[0], strict=True))
    factor = {f.name: np.exp(drawn[:, i]) for i, f in enumerate(rows)}
    values: dict[str, Array] = {}
    for f in rows:
        for name in f.moves:
            if name != "S_D3":
                values[name] = values.get(name, np.full(len(drawn), reference[name])) * factor[f.name]
    values["S_D3"] = _supply(factor, reference["S_D3"])
    rest = solve(program, program.parameters(len(drawn), values), times=[SETTLE_DAYS], outcomes=program.states[:1])
    symbol = {o.id: o.symbol for o in outcome_table()}
    after = solve(
        program,
        rest.parameters,
        rest.final,
        times=[days],
        outcomes=[symbol[o] for o in outcomes],
        events=list(_events(dose)),
    )
    return after.values[:, 0]


def _supply(factor: Mapping[str, Array], reference: float) -> Array:
    """Supply of vitamin D, nmol/d, of a body whose habits are those of the reference adult times their factors."""
    food = absorbed_nmol("D3", _FOOD_UG, with_meal=True)
    rest = exposures()["residual_supply"].value
    skin = max(reference - food - rest, 0.0)
    return np.asarray(
        food * factor["food_vitamin_d"] + rest * factor["residual_supply"] + skin * factor["sun"], np.float64
    )


def _events(dose: Supplement | None) -> list[Event]:
    """A daily dose as an input of the model from day 0."""
    if dose is None:
        return []
    day = lay_out({}, [dose], "FR", lambda _: 0.0)
    given = of_day(day, phytate_per_meal=0.0, low_acid=False).values
    moved = {n: v for n, v in given.items() if n.startswith(("in_D", "in_cal", "sup_", "n_s", "F_", "meal_", "in_MK7"))}
    return [Event(0.0, n, Change.SET, v) for n, v in moved.items() if not math.isnan(v)]
