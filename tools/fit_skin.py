"""Fit the two numbers of vitamin D supply that nobody has measured: skin yield and residual supply.

    python tools/fit_skin.py            prints the fit
    python tools/fit_skin.py --write    and writes it into src/cofactor/facts/tables/exposure.csv

**Skin yield** is the vitamin D3 entering blood per vitamin-D-weighted SED and whole body (type II, 20 years, BMI 22).
It is fitted to the difference between summer and winter 25(OH)D of published cohorts and to the rise in a UV-cabinet
trial, in the kinetics of the human model (saturable 25-hydroxylation, lean tissue and fat as stores; constants from
``model/parameters.csv``). The level of a cohort is no evidence about the sun: each cohort gets the constant residual
supply that puts its mean where it was seen. Every source then has its own yield and standard error; they are pooled on
the log scale with a random effect between sources (DerSimonian and Laird 1986): habits differ more than assays do.

**Residual supply** is what diet and sun leave unexplained, nmol/d of D3, at the pooled yield: a mean of cohorts. Its
spread between people is what remains of the spread of total supply (log-sd 0.40, fitted to trial arms) once diet and
sun have had theirs.

The year is solved by Fourier collocation (one Newton solve gives the periodic course and the residual supply together),
and checked against LSODA. Cohorts are described with the product's own defaults: habit of the latitude, skin mix of
Europe.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from cofactor.person import habits, sun
from cofactor.person.exposure import log_sd, value
from cofactor.person.types import SunHabit
from cofactor.units import convert

Array = NDArray[np.float64]

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "cofactor"
TABLE = PACKAGE / "facts" / "tables" / "exposure.csv"
PIECE_DAYS = 5
POINTS = sun.DAYS_IN_YEAR // PIECE_DAYS
REFERENCE_BMI = 26.5  # size 1 of the model
INDUCTION = 0.24  # d ln(24-hydroxylase) / d ln(25(OH)D) of the whole model at rest, calcitriol being held
LEAST_LOG_SD = 0.20  # nobody's unexplained supply is known better than this (assumption), whatever sun and diet leave
SUPPLY_LOG_SD = 0.40  # between people, all sources together: fitted with the vitamin D block to spreads of trial arms
MONTH_STARTS = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True)
class Cohort:
    """Seasonal 25(OH)D (nmol/L) of a group: windows are first and last month, ``sd`` that of each mean or median."""

    name: str
    latitude: float
    age: float
    bmi: float
    diet_ug: float
    mix: str
    outdoor_time: str
    windows: tuple[tuple[int, int], ...]
    seen: tuple[float, ...]
    sd: tuple[float, ...]
    source: str


COHORTS = (
    Cohort(
        "Manchester adults, Sep / Feb",
        latitude=53.5, age=40, bmi=25, diet_ug=3.3, mix="EU", outdoor_time="north",
        windows=((9, 9), (2, 2)), seen=(70.9, 45.7), sd=(3, 3),
        source="Webb 2010, means; diet 3.27 µg",
    ),
    Cohort(
        "UK 1958 cohort, Jun-Nov / Dec-May",
        latitude=52.5, age=45, bmi=27, diet_ug=3.5, mix="EU", outdoor_time="north",
        windows=((6, 11), (12, 5)), seen=(65.6, 41.8), sd=(3, 3),
        source="Hypponen and Power 2007, medians derived from shares; months assumed",
    ),
    Cohort(
        "women 62 y at 57 N, summer / winter",
        latitude=57.0, age=62, bmi=27, diet_ug=4.0, mix="EU", outdoor_time="north",
        windows=((6, 8), (12, 2)), seen=(43.0, 28.3), sd=(4, 4),
        source="Macdonald 2011, medians",
    ),
    Cohort(
        "women 62 y at 51 N, summer / winter",
        latitude=51.2, age=62, bmi=26, diet_ug=3.5, mix="EU", outdoor_time="north",
        windows=((6, 8), (12, 2)), seen=(62.5, 40.0), sd=(4, 6),
        source="Macdonald 2011, summer median; winter from memory",
    ),
    Cohort(
        "France, healthy adults, year",
        latitude=47.0, age=45, bmi=23.5, diet_ug=3.0, mix="FR", outdoor_time="FR",
        windows=((1, 12),), seen=(59.3,), sd=(3,),
        source="VARIETE 2016; level only",
    ),
)  # fmt: skip
# UV cabinet, Rhodes 2010 (from memory): 1.3 SED three times a week on 35 % of the skin, six weeks, 44 -> 70 nmol/L.
CABINET = {"sed": 1.3, "visits_per_week": 3.0, "area": 0.35, "days": 42.0, "from": 44.0, "rise": 26.0, "sd": 6.0}
CABINET_AGE, CABINET_BMI = 36.0, 25.0


@cache
def model_constants() -> dict[str, str]:
    """Constants of the human model by name, as written."""
    with (PACKAGE / "model" / "parameters.csv").open(encoding="utf-8", newline="") as handle:
        return {row["id"]: row["value"] for row in csv.DictReader(handle)}


class Kinetics:
    """Vitamin D of the human model for one body size: D3 in blood, lean tissue and fat, and 25(OH)D (nmol/L)."""

    def __init__(self, bmi: float) -> None:
        p = model_constants()
        size = bmi / REFERENCE_BMI

        def scaled(name: str, power: float = 1.0) -> float:
            return float(p[name]) * float(size**power)

        self.vmax, self.km = scaled("Vmax25", float(p["nVsize"])), float(p["Km25"])
        self.klin, self.other = scaled("klin25"), scaled("CLoD")
        self.to_lean, self.to_fat = scaled("QtD"), scaled("QfD")
        self.volumes = np.array([scaled("VbD"), scaled("KtD"), scaled("KfD"), scaled("V25")])
        self.clearance, self.induced = scaled("CL25", float(p["nCLsize"])), float(p["f24"])
        self.reference = float(p["D25ref"])

    def rates(self, supply: Array, blood: Array, lean: Array, fat: Array, level: Array) -> Array:
        """Derivatives of the four states, shape (4, n), at supplies of n moments (nmol/d)."""
        made = self.made(blood)
        lean_in, fat_in = self.to_lean * (blood - lean), self.to_fat * (blood - fat)
        flows = np.array(
            [supply - self.other * blood - made - lean_in - fat_in, lean_in, fat_in, made - self.lost(level)]
        )
        return np.asarray(flows / self.volumes[:, None])

    def made(self, blood: Array) -> Array:
        """25(OH)D made, nmol/d: a linear and a saturable limb."""
        return np.asarray(self.klin * blood + self.vmax * blood / (self.km + blood))

    def lost(self, level: Array) -> Array:
        """25(OH)D cleared, nmol/d; a part of the clearance is induced with the level."""
        induction = (level / self.reference) ** INDUCTION
        return np.asarray(self.clearance * (1 - self.induced + self.induced * induction) * level)

    def slopes(self, blood: Array, level: Array) -> tuple[Array, Array]:
        """d(made)/d(blood) and d(lost)/d(level)."""
        made = self.klin + self.vmax * self.km / (self.km + blood) ** 2
        induction = (1 + INDUCTION) * (level / self.reference) ** INDUCTION
        return made, self.clearance * (1 - self.induced + self.induced * induction)

    def rest(self, level: float) -> tuple[float, float]:
        """Serum D3 and supply that hold a level for good."""
        made = float(self.lost(np.array([level]))[0])
        linear = self.vmax + self.klin * self.km - made
        blood = (-linear + math.sqrt(linear**2 + 4 * self.klin * made * self.km)) / (2 * self.klin)
        return blood, self.other * blood + made


def derivative_matrix() -> Array:
    """d/dt on the collocation points of a year, 1/d (trigonometric interpolation, odd number of points)."""
    gap = np.arange(POINTS)[:, None] - np.arange(POINTS)[None, :]
    with np.errstate(divide="ignore"):
        found = 0.5 * (-1.0) ** gap / np.sin(np.pi * gap / POINTS)
    np.fill_diagonal(found, 0.0)
    return np.asarray(found * 2 * np.pi / sun.DAYS_IN_YEAR)


D_DT = derivative_matrix()


def window(first: int, last: int) -> Array:
    """Weights of the collocation points in months first..last (may wrap), adding to 1."""
    months = [(first - 1 + i) % 12 for i in range((last - first) % 12 + 1)]
    days = np.zeros(sun.DAYS_IN_YEAR)
    for month in months:
        days[MONTH_STARTS[month] : MONTH_STARTS[month + 1]] = 1
    weights = days.reshape(POINTS, PIECE_DAYS).sum(axis=1)
    return np.asarray(weights / weights.sum())


def followed(exchange: float, volume: float) -> Array:
    """Matrix (POINTS, POINTS) that gives the periodic course of a tissue from that of blood: the exchange is linear."""
    rate = exchange / volume
    return np.asarray(np.linalg.solve(D_DT + rate * np.eye(POINTS), rate * np.eye(POINTS)))


def year(kinetics: Kinetics, seasonal: Array, level_weights: Array, mean_level: float) -> tuple[Array, float]:
    """Periodic 25(OH)D through the year (POINTS,) and the constant supply that gives it the weighted mean asked for.

    ``seasonal`` (POINTS,) is the known supply in nmol/d: sun and diet. Newton on D3 in blood, 25(OH)D and the constant.
    """
    n, v = POINTS, kinetics.volumes
    lean, fat = followed(kinetics.to_lean, v[1]), followed(kinetics.to_fat, v[2])
    exchange = kinetics.to_lean * (np.eye(n) - lean) + kinetics.to_fat * (np.eye(n) - fat)
    blood, supply = kinetics.rest(mean_level)
    state = np.concatenate([np.full(n, blood), np.full(n, mean_level), [supply - float(seasonal.mean())]])
    jacobian = np.zeros((2 * n + 1, 2 * n + 1))
    jacobian[:n, -1] = -1.0
    jacobian[-1, n : 2 * n] = level_weights
    for _ in range(60):
        b, c, constant = state[:n], state[n : 2 * n], state[-1]
        made, lost = kinetics.made(b), kinetics.lost(c)
        into_blood = seasonal + constant - kinetics.other * b - made - exchange @ b
        residual = [v[0] * D_DT @ b - into_blood, v[3] * D_DT @ c - (made - lost), [level_weights @ c - mean_level]]
        made_slope, lost_slope = kinetics.slopes(b, c)
        jacobian[:n, :n] = v[0] * D_DT + exchange + np.diag(kinetics.other + made_slope)
        jacobian[n : 2 * n, :n] = -np.diag(made_slope)
        jacobian[n : 2 * n, n : 2 * n] = v[3] * D_DT + np.diag(lost_slope)
        step = np.linalg.solve(jacobian, np.concatenate(residual))
        damping = min(1.0, 0.5 / max(1e-12, float(np.max(step[:-1] / state[:-1]))))  # keep every level positive
        state = state - damping * step
        if damping == 1.0 and float(np.max(np.abs(step))) < 1e-9:
            return state[n : 2 * n], float(state[-1])
    raise RuntimeError("the year did not settle")


def sun_doses(cohort: Cohort) -> Array:
    """Effective dose at the collocation points (POINTS,), per day: the product's default habit."""
    scale = value(f"outdoor_time.{cohort.outdoor_time}")
    habit = sun.habit_of_year(cohort.latitude, SunHabit(), SunHabit(), scale)
    dose = sun.whole_body_dose(cohort.latitude, habit, habits.skin_shares(None, cohort.mix), cohort.age, cohort.bmi)
    return np.asarray(dose.reshape(POINTS, PIECE_DAYS).mean(axis=1))


def nmol(ug: float) -> float:
    """µg of vitamin D3 in nmol."""
    return convert(ug, "µg", "nmol", "D3")


def seasons(cohort: Cohort, skin_yield: float) -> tuple[Array, float]:
    """Modelled level in each window of a cohort, and its residual supply (nmol/d)."""
    weights = [window(*months) for months in cohort.windows]
    known = nmol(skin_yield) * sun_doses(cohort) + value("vitamin_d.absorbed") * nmol(cohort.diet_ug)
    course, residual = year(Kinetics(cohort.bmi), known, np.mean(weights, axis=0), float(np.mean(cohort.seen)))
    return np.array([w @ course for w in weights]), residual


def cabinet_rise(skin_yield: float) -> float:
    """Rise of 25(OH)D in the UV-cabinet trial, nmol/L, from rest at its baseline."""
    kinetics = Kinetics(CABINET_BMI)
    per_visit = np.full(sun.DAYS_IN_YEAR, CABINET["sed"])
    shares = habits.skin_shares(None, "EU")
    med = np.array([value(f"minimal_erythemal_dose.{t}") for t in range(1, 7)])
    x = per_visit[0] / med
    of_type = (med[1] / med) ** value("skin_type.power")
    dose = (
        CABINET["sed"]
        * float(shares @ (of_type * -np.expm1(-x) / x))
        * CABINET["area"]
        * CABINET["visits_per_week"]
        / 7
    )
    added = nmol(skin_yield) * dose * float(sun.age_factor(CABINET_AGE) * sun.bmi_factor(CABINET_BMI))
    blood, supply = kinetics.rest(CABINET["from"])
    end = integrate(
        kinetics, lambda _: supply + added, np.array([blood, blood, blood, CABINET["from"]]), CABINET["days"]
    )
    return float(end[3] - CABINET["from"])


def integrate(kinetics: Kinetics, supply: Callable[[float], float], start: Array, days: float) -> Array:
    """States after ``days`` by LSODA."""

    def rates(t: float, state: Array) -> Array:
        return kinetics.rates(np.array([supply(t)]), *state[:, None])[:, 0]

    found = solve_ivp(rates, (0.0, days), start, method="LSODA", rtol=1e-8, atol=1e-9, max_step=5.0)
    return np.asarray(found.y[:, -1])


def own_yield(model: Callable[[float], float], seen: float, sd: float) -> tuple[float, float]:
    """ln of the yield that reproduces one observation, and its standard error."""
    below, above = 10.0, 20.0
    while model(above) < seen:  # upwards by steps: far above the answer a fixed mean would need less than no supply
        below, above = above, above * 1.5
    found = float(brentq(lambda k: model(math.exp(k)) - seen, math.log(below), math.log(above), xtol=1e-4))
    slope = (model(math.exp(found + 0.02)) - model(math.exp(found - 0.02))) / 0.04
    return found, sd / slope


def pool(estimates: Array, errors: Array) -> tuple[float, float, float]:
    """Random-effects mean, its standard error and the spread between sources (DerSimonian and Laird 1986)."""
    w = errors**-2
    fixed = float(w @ estimates / w.sum())
    excess = float(w @ (estimates - fixed) ** 2) - (len(estimates) - 1)
    between = max(0.0, excess / float(w.sum() - (w @ w) / w.sum()))
    w = 1 / (errors**2 + between)
    return float(w @ estimates / w.sum()), float(w.sum() ** -0.5), math.sqrt(between)


def difference(cohort: Cohort) -> Callable[[float], float]:
    """Summer less winter level of a cohort as a function of the yield."""

    def model(skin_yield: float) -> float:
        levels, _ = seasons(cohort, skin_yield)
        return float(levels[0] - levels[1])

    return model


def fit() -> dict[str, tuple[float, float | None]]:
    """Fit, print every figure, and return table rows: id -> (value, log_sd or None to leave it)."""
    seasonal = [c for c in COHORTS if len(c.windows) > 1]
    names = [c.name for c in seasonal] + ["UV cabinet, rise in 6 weeks"]
    models = [difference(c) for c in seasonal] + [cabinet_rise]
    seen = [c.seen[0] - c.seen[1] for c in seasonal] + [CABINET["rise"]]
    errors = [math.hypot(*c.sd) for c in seasonal] + [CABINET["sd"]]
    own = np.array([own_yield(m, s, e) for m, s, e in zip(models, seen, errors, strict=True)])
    log_yield, log_error, between = pool(own[:, 0], own[:, 1])
    skin_yield = math.exp(log_yield)
    error = skin_yield * log_error
    print(
        f"skin yield {skin_yield:.0f} +- {error:.0f} µg D3 per SED and whole body; log-sd between sources {between:.2f}"
    )
    for name, model, s, e, (k, k_error) in zip(names, models, seen, errors, own, strict=True):
        alone = f"alone {math.exp(k):4.0f} (x/ {math.exp(k_error):.2f})"
        print(f"  {name:38s} seen {s:5.1f} +- {e:3.1f}   model {model(skin_yield):5.1f}   {alone}")
    print("levels, nmol/L, and the supply that diet and sun leave unexplained")
    residuals = []
    for cohort in COHORTS:
        levels, residual = seasons(cohort, skin_yield)
        residuals.append(residual)
        sky, diet = nmol(skin_yield) * sun_doses(cohort).mean(), value("vitamin_d.absorbed") * nmol(cohort.diet_ug)
        shown = " / ".join(f"{x:.1f}" for x in levels), " / ".join(f"{x:.1f}" for x in cohort.seen)
        print(f"  {cohort.name:38s} seen {shown[1]:12s} model {shown[0]:12s}"
              f" sun {sky:5.1f} + diet {diet:4.1f} + residual {residual:5.1f} nmol/d")  # fmt: skip
    residual = float(np.mean(residuals))
    print(f"residual supply {residual:.1f} nmol/d (sd between cohorts {np.std(residuals, ddof=1):.1f})")
    spread = residual_log_sd(skin_yield, residual)
    print(f"its spread between people, log-sd {spread:.2f}")
    return {"skin_yield": (round(skin_yield), None), "skin_yield_error": (round(error), None),
            "residual_supply": (round(residual, 1), round(spread, 2))}  # fmt: skip


def residual_log_sd(skin_yield: float, residual: float) -> float:
    """Log-sd of the residual that completes the spread of total supply (moments of log-normals, French adult)."""
    adult = COHORTS[-1]
    sky = nmol(skin_yield) * float(sun_doses(adult).mean())
    diet = value("vitamin_d.absorbed") * nmol(adult.diet_ug)

    def variance(mean: float, spread: float) -> float:
        return mean**2 * math.expm1(spread**2)

    total = variance(sky + diet + residual, SUPPLY_LOG_SD)
    explained = variance(sky, sun.SUN_LOG_SD) + variance(diet, log_sd("usual_intake.FR.female.vitamin_d"))
    left = total - explained
    print(f"variance of supply (nmol/d)^2: total {total:.0f}, sun and diet {explained:.0f}")
    return max(LEAST_LOG_SD, math.sqrt(math.log1p(max(left, 0.0) / residual**2)))


def checks(skin_yield: float, residual: float) -> None:
    """Print what was not fitted: a dark winter, the dates of peak and trough, and the year against LSODA."""
    adult = COHORTS[0]
    kinetics, weights = Kinetics(adult.bmi), np.full(POINTS, 1 / POINTS)
    diet = value("vitamin_d.absorbed") * nmol(adult.diet_ug)
    seasonal = nmol(skin_yield) * sun_doses(adult) + diet
    course, found = year(kinetics, seasonal, weights, 58.0)

    def staircase(t: float) -> float:
        return float(np.interp(t % 365, np.arange(POINTS) * PIECE_DAYS, seasonal, period=365)) + found

    blood, _ = kinetics.rest(58.0)
    end = integrate(kinetics, staircase, np.array([blood, blood, blood, 58.0]), 365.0 * 15)
    print(f"check: 1 January by collocation {course[0]:.2f}, by LSODA after 15 years {end[3]:.2f} nmol/L")
    south = Cohort("40 N", 40.0, 40, 27, 4.0, "EU", "north", ((1, 12),), (60.0,), (3,), "")
    phase, _ = year(Kinetics(south.bmi), nmol(skin_yield) * sun_doses(south), weights, south.seen[0])
    peak, trough = PIECE_DAYS * int(np.argmax(phase)), PIECE_DAYS * int(np.argmin(phase))
    print(f"check: at 40 N peak day {peak}, trough day {trough} (read: August, February)")
    print(f"check: 39 N, US habit: half-amplitude {us_half_amplitude(skin_yield):.1f} nmol/L (read: 5.2-11.4)")
    dark = Kinetics(26.0)
    blood, _ = dark.rest(60.0)
    supply = residual + value("vitamin_d.absorbed") * nmol(5.0)
    end = integrate(dark, lambda _: supply, np.array([blood, blood, blood, 60.0]), 22 * 7.0)
    print(
        f"check: 22 dark weeks from 60 nmol/L on diet 5 µg and the residual {end[3]:.0f} nmol/L (Antarctic, read: 34)"
    )


def us_half_amplitude(skin_yield: float) -> float:
    """Half of the yearly swing of 25(OH)D around 60 nmol/L for US adults at 39 N, nmol/L (Heaney 2013: 5.2-11.4)."""
    us = Cohort("39 N", 39.0, 45, 29, 5.0, "US", "US", ((1, 12),), (60.0,), (3,), "")
    course, _ = year(Kinetics(us.bmi), nmol(skin_yield) * sun_doses(us), np.full(POINTS, 1 / POINTS), us.seen[0])
    return float(course.max() - course.min()) / 2


def write(rows: dict[str, tuple[float, float | None]]) -> None:
    """Put the fitted rows into the table, leaving every other row as it stands."""
    with TABLE.open(encoding="utf-8", newline="") as handle:
        table = list(csv.reader(handle))
    at = {name: i for i, name in enumerate(table[0])}
    for row in table[1:]:
        if row[at["id"]] in rows:
            number, spread = rows[row[at["id"]]]
            row[at["value"]] = f"{number:g}"
            if spread is not None:
                row[at["log_sd"]] = f"{spread:g}"
    with TABLE.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(table)
    print(f"wrote {', '.join(rows)} to {TABLE.name}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write", action="store_true", help="write the fitted rows into exposure.csv")
    options = parser.parse_args()
    fitted = fit()
    checks(fitted["skin_yield"][0], fitted["residual_supply"][0])
    if options.write:
        write(fitted)
