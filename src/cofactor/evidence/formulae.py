"""Formulae that others use to foretell 25(OH)D from a dose of D3: published rules, and a regression refitted here.

Each gives the level at rest (nmol/L) from the level before, the daily dose (IU) and, for one, the weight. Food is taken
as 150 IU a day where a formula asks for the whole intake (mean of European adults, assumed). Sources stand with each.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from cofactor.evidence.arms import Arm
from cofactor.evidence.dosing import Regimen
from cofactor.evidence.observed import Measure, Observation
from cofactor.evidence.problem import data
from cofactor.facts.types import Source, Trust
from cofactor.units import UG_PER_IU

FOOD_IU = 150.0
"""Vitamin D of food, IU a day: mean of European adults, assumed for formulae that ask for the whole intake."""
_IU_PER_UG = 1 / UG_PER_IU["vitamin_d"]
_NMOL_PER_NG = 2.496  # 25(OH)D, nmol/L per ng/mL, rounded
_USUAL_BMI, _USUAL_WEIGHT, _USUAL_AGE, _USUAL_ALBUMIN = (
    27.0,
    80.0,
    60.0,
    4.2,
)  # taken for arms that give none (vitamin_d.md)

Rule = Callable[[float, float, Arm], float]


@dataclass(frozen=True)
class Formula:
    """A formula with its id, whose it is and how that is known."""

    id: str
    rule: Rule
    source: Source


def _per_ug(slope: float) -> Rule:
    return lambda before, iu, _: before + slope * iu / _IU_PER_UG


def _per_100_iu(slope: float) -> Rule:
    return lambda before, iu, _: before + slope * iu / 100


def _drincic(before: float, iu: float, arm: Arm) -> float:
    weight = _USUAL_WEIGHT if arm.bmi is None else _USUAL_WEIGHT * arm.bmi / _USUAL_BMI
    return before + iu / weight


def _efsa(_: float, iu: float, __: Arm) -> float:
    return 16.3 * math.log((iu + FOOD_IU) / _IU_PER_UG) + 23.5  # EFSA 2016, as remembered


def _iom(_: float, iu: float, __: Arm) -> float:
    return 9.9 * math.log(iu + FOOD_IU)  # IOM 2011, winter above 49.5 N, as remembered


def _calculator(before: float, iu: float, arm: Arm) -> float:
    age, bmi = arm.age or _USUAL_AGE, arm.bmi or _USUAL_BMI
    before_ng = before / _NMOL_PER_NG
    # Singh & Bonham 2014 as met in public code: rise in ng/mL
    rise = 8.52 + 0.074 * age - 0.20 * bmi + 1.74 * _USUAL_ALBUMIN - 0.62 * before_ng + 0.002 * iu
    return before + rise * _NMOL_PER_NG


def _formula(name: str, rule: Rule, text: str, trust: Trust) -> Formula:
    return Formula(name, rule, Source(text, trust))


FORMULAE: tuple[Formula, ...] = (
    _formula("heaney2003", _per_ug(0.70), "Heaney 2003 Am J Clin Nutr 77:204", Trust.RECALL),
    _formula("rupprecht2023", _per_100_iu(1.77), "Rupprecht 2023", Trust.VERIFIED),
    _formula("ekwaru2014", _per_100_iu(1.2), "Ekwaru 2014, slope up to 1000 IU/d", Trust.VERIFIED),
    _formula("drincic2013", _drincic, "Drincic 2013, by weight", Trust.VERIFIED),
    _formula("efsa2016", _efsa, "EFSA 2016 (doi 10.2903/j.efsa.2016.4547)", Trust.RECALL),
    _formula("iom2011", _iom, "IOM 2011, winter above 49.5 N", Trust.RECALL),
    _formula("clinic", _per_100_iu(2.5), "rule of the clinic: 1 ng/mL per 100 IU", Trust.RECALL),
    _formula("singh2014", _calculator, "Singh & Bonham 2014, as met in public code", Trust.RECALL),
    _formula(
        "cashman2008", _per_ug(1.96), "Cashman 2008 Am J Clin Nutr 88:1535, made for up to 600 IU/d", Trust.VERIFIED
    ),
    _formula("autier2012", _per_ug(1.95), "Autier 2012, second-hand", Trust.RECALL),
    _formula("no_change", lambda before, _, __: before, "the level before, unchanged", Trust.TARGET),
)
OF_DOSE_ALONE = ("heaney2003", "efsa2016")
"""Formulae that ask for nothing of the people but their level before."""
REGRESSION = "regression"
"""Level = a before + b dose + c, fitted to the core arm-times of the shipped trials without the trial in question."""


def of_dose(name: str, before: float, iu: float) -> float:
    """What one of :data:`OF_DOSE_ALONE` gives for a level before (nmol/L) and a daily dose."""
    nobody = Arm("", "", (), Regimen(()), iu, before, None, 0.0, 0.0, None, False, None, None, None, False, False, ())
    return next(f for f in FORMULAE if f.id == name).rule(before, iu, nobody)


def applies(arm: Arm, o: Observation) -> bool:
    """Whether formulae answer an observation: 25(OH)D under D3 or nothing, taken day by day or nearly so."""
    levels = o.measure in (Measure.LEVEL, Measure.CHANGE, Measure.DIFFERENCE) and o.comparator in (None, "placebo")
    regular = arm.iu_per_day > 0 or not arm.regimen.doses
    plain = o.analyte == "25OHD" or (o.analyte == "25OHD3" and "D2" not in arm.forms)
    return plain and levels and regular and set(arm.forms) <= {"D3"}


def answers(arm: Arm, o: Observation) -> dict[str, float]:
    """What each formula gives for an observation; empty where they do not apply."""
    if not applies(arm, o):
        return {}
    found = {f.id: f.rule(arm.baseline, arm.iu_per_day, arm) for f in FORMULAE}
    slope, per_iu, rest = regression(arm.trial_id)
    found[REGRESSION] = slope * arm.baseline + per_iu * arm.iu_per_day + rest
    return {name: level - (0.0 if o.measure is Measure.LEVEL else arm.baseline) for name, level in found.items()}


@cache
def regression(without: str) -> tuple[float, float, float]:
    """Coefficients of the level before, the daily dose and 1, from the core arm-times of all other trials."""
    d = data()
    keep = d.core & (d.trial != without)
    rows = [d.observations[i] for i in np.flatnonzero(keep)]
    level = [o.value + (0.0 if o.measure is Measure.LEVEL else a.baseline) for a, o in rows]
    matrix = np.array([[a.baseline, a.iu_per_day, 1.0] for a, _ in rows])
    slope, per_iu, rest = np.linalg.lstsq(matrix, np.array(level), rcond=None)[0]
    return float(slope), float(per_iu), float(rest)
