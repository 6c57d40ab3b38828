"""What moves through a person's body in a day, and at which levels: the numbers of the system picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np

from cofactor.assess.forecast import Trajectories, spread
from cofactor.assess.types import Band
from cofactor.assess.update import Posterior
from cofactor.engine.generate import human
from cofactor.engine.solve import Backend
from cofactor.person.body import Array, Regimen, live
from cofactor.person.sun import day_of_year
from cofactor.units import MOLAR_MASS, convert

LEVELS: Mapping[str, str] = {
    "D3": "nmol/L",
    "25OHD": "nmol/L",
    "calcitriol": "pmol/L",
    "phosphate": "mmol/L",
    "Mg_serum": "mmol/L",
    "Ca_total": "mmol/L",
    "PTH": "pmol/L",
    "FGF23": "ratio",
}
"""Analytes whose level the picture shows in blood, from left to right."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A readout of the model (or a sum of several) as an amount a day: ``factor`` turns its unit into ``unit``."""

    symbols: tuple[str, ...]
    unit: str
    factor: float = 1.0


def _milligrams(nutrient: str, *symbols: str) -> Flow:
    return Flow(symbols, "mg/d", MOLAR_MASS[nutrient])


def _phosphorus_of_bone(symbol: str) -> Flow:
    """Phosphate goes in and out of bone mineral with calcium, at the ratio of the model."""
    ratio = dict(zip(human().constants, human().values, strict=True))["PperCa"]
    return Flow((symbol,), "mg/d", MOLAR_MASS["phosphorus"] * ratio)


@cache
def readouts() -> Mapping[str, Flow]:
    """What is read off the model, by the id that a flow has in the report."""
    return {
        "25OHD_made": Flow(("hyd3", "hyd2"), "nmol/d"),
        "25OHD_cleared": Flow(("loss25_3", "loss25_2"), "nmol/d"),
        "calcitriol_made": Flow(("prodC",), "pmol/L/d"),
        "Ca_absorbed": _milligrams("calcium", "absCa"),
        "Mg_absorbed": _milligrams("magnesium", "absMg"),
        "P_absorbed": _milligrams("phosphorus", "absP"),
        "Ca_excreted": _milligrams("calcium", "uCa"),
        "Mg_excreted": _milligrams("magnesium", "uMg"),
        "P_excreted": _milligrams("phosphorus", "uP"),
        "Ca_to_bone": _milligrams("calcium", "depB"),
        "Ca_from_bone": _milligrams("calcium", "resB"),
        "Mg_to_bone": _milligrams("magnesium", "depMg"),
        "Mg_from_bone": _milligrams("magnesium", "resMg"),
        "P_to_bone": _phosphorus_of_bone("depB"),
        "P_from_bone": _phosphorus_of_bone("resB"),
        "Mg_on_calcitriol": Flow(("m27",), "ratio"),
    }


_SWALLOWED: Mapping[str, tuple[str, str, str]] = {
    "Ca_swallowed": ("in_Ca", "sup_Ca", "calcium"),
    "Mg_swallowed": ("in_Mg", "sup_Mg", "magnesium"),
    "P_swallowed": ("in_P", "", "phosphorus"),
}


@dataclass(frozen=True, eq=False)
class Courses:
    """Levels and flows of a person over some days: ``spread`` has shape (quantiles, days, names)."""

    names: tuple[str, ...]
    units: tuple[str, ...]
    days: Array
    spread: Array

    def on(self, day: float, under: str) -> dict[str, Band]:
        """All of them on the day nearest to ``day``, as if it were that day."""
        i = int(np.argmin(np.abs(self.days - day)))
        rows = zip(self.names, self.units, self.spread[:, i].T.tolist(), strict=True)
        return {
            name: Band(name, unit, float(day), p05, p25, p50, p75, p95, under)
            for name, unit, (p05, p25, p50, p75, p95) in rows
        }


def flows(of: Posterior, regimen: Regimen, under: str, days: Sequence[float]) -> tuple[Band, ...]:
    """Levels and flows of every possible body on some ``days`` from today under a regimen.

    Flows are amounts a day; ``Mg_on_calcitriol`` is the action of cell magnesium on the kidney step, as a ratio to the
    reference adult.
    """
    found = courses(of, regimen, np.array(sorted(days), float))
    return tuple(band for day in days for band in found.on(day, under).values())


def courses(of: Posterior, regimen: Regimen, days: Array, backend: Backend = Backend.LLVM) -> Courses:
    """Levels and flows over ``days``, which rise."""
    symbols = dict.fromkeys(s for flow in readouts().values() for s in flow.symbols)
    wanted = (*LEVELS, *symbols)
    values, _ = live(of.members, of.state, [regimen], float(days[-1]), days, wanted, backend)
    found = Trajectories(days, wanted, values)
    rows = [(name, unit, found.of(name)) for name, unit in LEVELS.items()]
    rows += _amounts(of, regimen, found)
    names, units, every = zip(*rows, strict=True)
    return Courses(names, units, days, spread(np.stack(every, axis=-1)))


def _amounts(of: Posterior, regimen: Regimen, found: Trajectories) -> Iterator[tuple[str, str, Array]]:
    """Amounts a day of each body on each day, shape (bodies, days)."""
    for name, flow in readouts().items():
        yield name, flow.unit, flow.factor * np.sum([found.of(s) for s in flow.symbols], axis=0)
    inputs, every_day = regimen.inputs.values, np.ones(len(found.days))
    for name, (eaten, taken, nutrient) in _SWALLOWED.items():
        food = inputs[eaten] * of.members.diet[nutrient]
        yield name, "mg/d", np.outer((food + inputs.get(taken, 0.0)) * MOLAR_MASS[nutrient], every_day)
    yield "D_swallowed", "µg/d", np.outer(_vitamin_d_swallowed(of, regimen), every_day)
    yield "D_skin", "µg/d", np.outer(of.members.sun, _skin(of, regimen, found.days))


def _vitamin_d_swallowed(of: Posterior, regimen: Regimen) -> Array:
    """Vitamin D of food and supplements; calcifediol and doses a week or more apart stand apart from the daily sum."""
    eaten = of.members.subject.intake.food.get("vitamin_d")
    food = (eaten.mid if eaten else 0.0) * of.members.diet["vitamin_d"]
    daily = regimen.inputs.values["in_D3"] + regimen.inputs.values["in_D2"]
    return food + convert(daily, "IU", "µg", "vitamin_d")


def _skin(of: Posterior, regimen: Regimen, days: Array) -> Array:
    """Vitamin D3 that skin hands to blood on each day, at home or elsewhere, for a body that makes what is expected."""
    subject = of.members.subject
    home = subject.skin if regimen.skin is None else regimen.skin
    found = []
    for day in days:
        on = subject.case.today + timedelta(days=int(day))
        supply = next((a.supply for a in subject.away if a.first <= on <= a.last), home)
        found.append(convert(float(supply[day_of_year(on)]), "nmol", "µg", "D3"))
    return np.array(found)
