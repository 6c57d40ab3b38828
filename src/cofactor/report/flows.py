"""What moves through a person's body in a day, and at which levels: the numbers of the system picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np

from cofactor.assess.forecast import QUANTILES, Trajectories, trajectories
from cofactor.assess.types import Band
from cofactor.assess.update import Posterior
from cofactor.engine.generate import human
from cofactor.person.body import Array, Regimen
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
class _Flow:
    """A readout of the model (or a sum of several) as an amount a day: ``factor`` turns its unit into ``unit``."""

    symbols: tuple[str, ...]
    unit: str
    factor: float = 1.0


def _milligrams(nutrient: str, *symbols: str) -> _Flow:
    return _Flow(symbols, "mg/d", MOLAR_MASS[nutrient])


def _phosphorus_of_bone(symbol: str) -> _Flow:
    """Phosphate goes in and out of bone mineral with calcium, at the ratio of the model."""
    ratio = dict(zip(human().constants, human().values, strict=True))["PperCa"]
    return _Flow((symbol,), "mg/d", MOLAR_MASS["phosphorus"] * ratio)


@cache
def _readouts() -> Mapping[str, _Flow]:
    """What is read off the model, by the id that a flow has in the report."""
    return {
        "25OHD_made": _Flow(("hyd3", "hyd2"), "nmol/d"),
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
        "Mg_on_calcitriol": _Flow(("m27",), "ratio"),
    }


_SWALLOWED: Mapping[str, tuple[str, str, str]] = {
    "Ca_swallowed": ("in_Ca", "sup_Ca", "calcium"),
    "Mg_swallowed": ("in_Mg", "sup_Mg", "magnesium"),
    "P_swallowed": ("in_P", "", "phosphorus"),
}


def flows(of: Posterior, regimen: Regimen, under: str, days: Sequence[float]) -> tuple[Band, ...]:
    """Levels and flows of every possible body on some ``days`` from today under a regimen.

    Flows are amounts a day; ``Mg_on_calcitriol`` is the action of cell magnesium on the kidney step, as a ratio to the
    reference adult.
    """
    symbols = dict.fromkeys(s for flow in _readouts().values() for s in flow.symbols)
    found = trajectories(of, [regimen], max(days), (*LEVELS, *symbols))
    rows = []
    for day in days:
        for name, unit in LEVELS.items():
            rows.append(_band(name, unit, day, found.on(name, day), under))
        for name, unit, values in _amounts(of, regimen, found, day):
            rows.append(_band(name, unit, day, values, under))
    return tuple(rows)


def _amounts(of: Posterior, regimen: Regimen, found: Trajectories, day: float) -> Iterator[tuple[str, str, Array]]:
    for name, flow in _readouts().items():
        yield name, flow.unit, flow.factor * np.sum([found.on(s, day) for s in flow.symbols], axis=0)
    inputs = regimen.inputs.values
    for name, (eaten, taken, nutrient) in _SWALLOWED.items():
        food = inputs[eaten] * of.members.diet[nutrient]
        yield name, "mg/d", (food + inputs.get(taken, 0.0)) * MOLAR_MASS[nutrient]
    yield "D_swallowed", "µg/d", _vitamin_d_swallowed(of, regimen)
    yield "D_skin", "µg/d", _skin(of, day)


def _vitamin_d_swallowed(of: Posterior, regimen: Regimen) -> Array:
    """Vitamin D of food and supplements; calcifediol and doses a week or more apart stand apart from the daily sum."""
    eaten = of.members.subject.intake.food.get("vitamin_d")
    food = (eaten.mid if eaten else 0.0) * of.members.diet["vitamin_d"]
    daily = regimen.inputs.values["in_D3"] + regimen.inputs.values["in_D2"]
    return food + convert(daily, "IU", "µg", "vitamin_d")


def _skin(of: Posterior, day: float) -> Array:
    """Vitamin D3 that skin hands to blood on that day, at home or elsewhere."""
    subject = of.members.subject
    on = subject.case.today + timedelta(days=int(day))
    supply = next((a.supply for a in subject.away if a.first <= on <= a.last), subject.skin)
    return convert(float(supply[day_of_year(on)]), "nmol", "µg", "D3") * of.members.sun


def _band(name: str, unit: str, day: float, values: Array, under: str) -> Band:
    p05, p25, p50, p75, p95 = (float(q) for q in np.percentile(values, QUANTILES))
    return Band(name, unit, float(day), p05, p25, p50, p75, p95, under)
