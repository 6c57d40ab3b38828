"""What is known of a person -> constants of the model, and how far each remains open.

A person changes the model's inputs and personal factors, never its targets. Every number stands in
``facts/tables/covariates.csv`` with its source; spreads between people stand beside each parameter of the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cofactor.facts.load import load
from cofactor.facts.read import read_table
from cofactor.facts.spread import log_sd_of
from cofactor.facts.types import Covariate, MedicineEffect
from cofactor.model.posterior import ensemble
from cofactor.model.tables import Kind, parameters, shared_factors
from cofactor.person.derived import measured
from cofactor.person.habits import bmi
from cofactor.person.types import Case

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Traits:
    """Constants of one person: ``centre`` where they differ from the reference adult, ``log_sd`` what stays open.

    ``shared`` are traits that move several constants together: (log-SD, the constants they multiply).
    """

    centre: Mapping[str, float]
    log_sd: Mapping[str, float]
    shared: Mapping[str, tuple[float, tuple[str, ...]]]


def traits(case: Case) -> Traits:
    """Traits of a case on its ``today``: kidney function, albumin, size, menopause, age and medicines."""
    absorption = calcium_absorption(case.person.age, case.person.postmenopausal or False)
    centre = {"GFR": _kidney(case)[0], "size": _size(case)[0], "gutCa": float(absorption)}
    albumin = measured(case, "albumin")
    if albumin is not None:
        centre["alb"] = albumin.value
    if case.person.postmenopausal:
        centre["est"] = covariate("oestrogen_after_menopause")
    for name, factor in medicines([m.atc for m in case.medicines if m.atc]).items():
        centre[name] = centre.get(name, _reference(name)) * factor
    spread = {**between_people(), "GFR": _kidney(case)[1], "size": _size(case)[1]}
    if albumin is not None:
        spread.pop("alb", None)
    return Traits(centre, {n: sd for n, sd in spread.items() if sd}, shared_traits())


def covariate(name: str) -> float:
    """Value of a row of ``covariates.csv``."""
    value = _covariates()[name].value
    if value is None:
        raise KeyError(f"covariate {name} has a spread but no value")
    return value


def covariate_log_sd(name: str) -> float:
    """What stays open of a row of ``covariates.csv``."""
    return _covariates()[name].log_sd or 0.0


@cache
def _covariates() -> dict[str, Covariate]:
    return {row.id: row for row in read_table(Covariate, "covariates")}


@cache
def _reference(constant: str) -> float:
    """Value of a constant in the reference adult."""
    return next(p.value for p in parameters() if p.id == constant and p.value is not None)


def _kidney(case: Case) -> tuple[float, float]:
    """GFR in L/d with its log-SD: as measured, else the mean of the age (NHANES III) with its spread."""
    known = measured(case, "eGFR")
    if known is not None:
        return known.value * covariate("gfr_per_day"), covariate_log_sd("gfr_measured")
    mean, sd = (float(x) for x in usual_gfr(case.person.age))
    return mean * covariate("gfr_per_day"), log_sd_of(sd / mean)


def usual_gfr(age: ArrayLike) -> tuple[Array, Array]:
    """Mean and SD of eGFR (mL/min per 1.73 m²) at an age, from the population table, linear between its age groups."""
    rows = [r for r in load().population if r.quantity == "estimated GFR"]
    groups = [((r.age_min + min(r.age_max, 85)) / 2, r.mean, r.sd) for r in rows if r.mean and r.sd]
    ages, means, sds = (np.array(column) for column in zip(*groups, strict=True))
    years = np.asarray(age, float)
    return np.asarray(np.interp(years, ages, means)), np.asarray(np.interp(years, ages, sds))


def _size(case: Case) -> tuple[float, float]:
    """The size factor of the vitamin D equations, and its log-SD where the height is not known."""
    known = case.person.height_cm is not None
    size = bmi(case.person, case.place) / covariate("bmi_reference")
    return size, 0.0 if known else covariate_log_sd("bmi_unknown")


def calcium_absorption(age: ArrayLike, postmenopausal: ArrayLike) -> Array:
    """Factor on active calcium absorption by age (years) and menopause (true or false)."""
    years = np.maximum(0.0, np.asarray(age, float) - covariate("calcium_absorption_from_age"))
    fall = years * covariate("calcium_absorption_per_year")
    fall = fall + covariate("calcium_absorption_menopause") * np.asarray(postmenopausal, float)
    return np.maximum(covariate("calcium_absorption_floor"), 1 - fall)


def medicines(codes: Sequence[str]) -> dict[str, float]:
    """Factors of medicines (ATC codes) on constants of the model (``facts/tables/medicine_effects.csv``)."""
    found: dict[str, float] = {}
    for effect in _medicine_effects():
        if any(code.startswith(effect.atc) for code in codes):
            found[effect.constant] = found.get(effect.constant, 1.0) * effect.factor
    return found


@cache
def _medicine_effects() -> tuple[MedicineEffect, ...]:
    return read_table(MedicineEffect, "medicine_effects")


@cache
def between_people() -> dict[str, float]:
    """Log-SD between people of each constant of the model that has one (log-normal, mean-log 0).

    The supply of vitamin D is left out: a person's is built from diet, sun and the rest (:mod:`cofactor.person.body`).
    """
    moved = [p for p in parameters() if p.kind in (Kind.CONSTANT, Kind.INPUT) and p.id != "S_D3"]
    rows = [p for p in moved if p.between_person_cv]
    return {p.id: log_sd_of(p.between_person_cv or 0.0) for p in rows}


@cache
def shared_traits() -> dict[str, tuple[float, tuple[str, ...]]]:
    """Traits that move several constants together: (log-SD, the constants they multiply)."""
    found = {}
    for factor in shared_factors():
        moved = tuple(p.id for p in parameters() if p.shared_factor == factor.id)
        found[factor.id] = (log_sd_of(factor.between_person_cv), moved)
    return found


def model_factors(people: NDArray[np.int64]) -> dict[str, Array]:
    """What calibration left open about the model, as factors on its constants: one shipped set for each person.

    ``people`` are numbers of people (or of possible bodies), shape (n,); the same number always gets the same set.
    """
    sets = ensemble()
    rows = np.asarray(sets.factors)[people % len(sets)]
    return {name: rows[:, i] for i, name in enumerate(sets.names)}
