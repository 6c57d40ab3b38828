"""A healthy population drawn from the model: its range of every level beside that of laboratories, and what doses do.

People differ by the spreads of ``model/parameters.csv``, by what they eat, and by what calibration left open. What a
laboratory prints is a reading: assay and variation within a person come on top of a person's own level.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cofactor.engine.generate import human
from cofactor.engine.solve import solve
from cofactor.errors import EngineError
from cofactor.evidence.layer import Array
from cofactor.evidence.people import spreads
from cofactor.facts.load import load
from cofactor.facts.spread import log_sd_of
from cofactor.model.tables import outcomes
from cofactor.person.traits import calcium_absorption, covariate, model_factors, shared_traits, usual_gfr
from cofactor.said import Said
from cofactor.units import MOLAR_MASS

PEOPLE = 5000
_REST_DAYS = 2000.0  # at constant habits: the slowest pool but bone comes to rest
_EATEN = ("in_Ca", "in_Mg", "in_P", "in_Zn")
INTAKE_CV = 0.25
"""Spread of usual intakes between adults: about 0.3 for minerals in national surveys (exposure.csv, usual_intake)."""
DOSES = (0.0, 400.0, 1000.0, 4000.0, 10_000.0)
"""Vitamin D3, IU a day, for a year."""
READINGS, CALCIUM_MG, AGE = 5, 1300.0, 67.0
"""As in Gallagher 2014: women of 57-90 years, five readings in a year, calcium made up to 1200-1400 mg a day."""


@dataclass(frozen=True)
class Range:
    """2.5, 50 and 97.5 % of a drawn population, as read by a laboratory, beside that laboratory's own range."""

    analyte: str
    unit: str
    low: float
    middle: float
    high: float
    reference_low: float | None
    reference_high: float | None


@dataclass(frozen=True)
class AtDose:
    """After a year of a daily dose: median 25(OH)D, and shares of people with any reading above the limits."""

    iu_per_day: float
    level: float
    hypercalcaemia: float
    hypercalciuria: float


@dataclass(frozen=True, eq=False)
class People:
    """Drawn people at rest: constants (people, constants), states (people, states)."""

    constants: Array
    states: Array


def draw(count: int = PEOPLE, seed: int = 1, *, old: bool = False) -> People:
    """Healthy adults of the reference person's age and habits, at rest; or women past the menopause (``old``)."""
    program, rng = human(), np.random.default_rng(seed)
    reference = dict(zip(program.constants, program.parameters()[0], strict=True))
    own = {n: sd for n, sd in spreads().items() if n in reference}
    factor: dict[str, Array] = {n: np.exp(sd * rng.standard_normal(count)) for n, sd in own.items()}
    for sd, moved in shared_traits().values():
        shared = np.exp(sd * rng.standard_normal(count))
        for name in moved:
            factor[name] = factor.get(name, np.ones(count)) * shared
    eating = log_sd_of(INTAKE_CV)
    hunger = rng.standard_normal(count)  # half of the variance is shared: who eats more eats more of all (assumed)
    for name in _EATEN:
        factor[name] = np.exp(eating * (hunger + rng.standard_normal(count)) / np.sqrt(2))
    for name, left_open in model_factors(np.arange(count)).items():
        factor[name] = factor.get(name, np.ones(count)) * left_open
    if old:
        factor["GFR"] = factor["GFR"] * float(usual_gfr(AGE)[0]) * covariate("gfr_per_day") / reference["GFR"]
        factor["gutCa"] = factor["gutCa"] * float(calcium_absorption(AGE, True))
    supply = reference["S_D3"] * factor.pop("S_D3")
    constants = program.parameters(count, {n: reference[n] * f for n, f in factor.items()})
    constants[:, program.index["S_D3"]] = supply
    run = solve(program, constants, times=[_REST_DAYS], outcomes=["D25"])
    if not run.ok:
        failed = int((run.codes != 0).sum())
        raise EngineError(Said("{failed} of {n} drawn people could not be simulated", failed=failed, n=count))
    return People(run.parameters, run.final)


def ranges(people: People, seed: int = 2) -> tuple[Range, ...]:
    """Every level that laboratories give a range for."""
    known = {o.id: o for o in outcomes()}
    labs = {n: lab for n in known if (lab := load().lab(n, "female")) and lab.reference_high is not None}
    symbols = list(dict.fromkeys(known[n].symbol for n in labs))
    run = solve(human(), people.constants, people.states, times=[0.0], outcomes=symbols)
    rng, found = np.random.default_rng(seed), []
    for name, lab in labs.items():
        noise = load().reading_log_sd(name, "female") or 0.0
        read = run[known[name].symbol][:, 0] * np.exp(noise * rng.standard_normal(len(people.states)))
        low, middle, high = (float(x) for x in np.percentile(read, [2.5, 50, 97.5]))
        found.append(Range(name, known[name].unit, low, middle, high, lab.reference_low, lab.reference_high))
    return tuple(found)


def at_doses(people: People, doses: Sequence[float] = DOSES, seed: int = 3) -> tuple[AtDose, ...]:
    """What a year of vitamin D3 does to the same people, with calcium made up as in Gallagher 2014."""
    return tuple(_at_dose(people, dose, np.random.default_rng(seed)) for dose in doses)


def _at_dose(people: People, dose: float, rng: np.random.Generator) -> AtDose:
    program, constants = human(), people.constants.copy()
    constants[:, program.index["in_D3"]] = dose
    wanted = CALCIUM_MG / MOLAR_MASS["calcium"]  # mmol/d
    constants[:, program.index["sup_Ca"]] = np.maximum(wanted - constants[:, program.index["in_Ca"]], 0.0)
    run = solve(program, constants, people.states, times=np.linspace(0, 365, READINGS), outcomes=["D25", "tCa", "uCa"])
    return AtDose(
        iu_per_day=dose,
        level=float(np.median(run["D25"][:, -1])),
        hypercalcaemia=_any_above(run["tCa"], "Ca_total", rng),
        hypercalciuria=_any_above(run["uCa"], "Ca_urine", rng),
    )


def _any_above(level: Array, analyte: str, rng: np.random.Generator) -> float:
    """Share of people with any reading above the laboratory's range."""
    lab = load().lab(analyte, "female")
    if lab is None or lab.reference_high is None:
        raise KeyError(f"labs.csv gives no range for {analyte}")
    noise = load().reading_log_sd(analyte, "female") or 0.0
    read = level * np.exp(noise * rng.standard_normal(level.shape))
    return float((read > lab.reference_high).any(axis=1).mean())
