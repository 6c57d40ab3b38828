"""Sunlight to vitamin D3 entering the blood, through the year.

The chain is: height of the sun -> ozone -> clear-sky UV weighted for vitamin D -> clouds -> time outdoors, place and
exposed skin -> skin type, age, body size -> vitamin D3. All constants are rows of ``facts/tables/exposure.csv`` with
their sources. One number, ``skin_yield``, carries what nobody knows about skin; it is fitted to the seasons of
25(OH)D in published cohorts by ``tools/fit_skin.py``, in the kinetics of our own model. Even so one person's supply is
known only within a factor of two (:data:`SUN_LOG_SD`), which one measured 25(OH)D narrows more than any question.

Units: degrees, days of the year (0 = 1 January), solar hours, ozone in DU, dose in SED (100 J/m² erythemal UV),
exposed skin as a fraction of the body surface, vitamin D3 in nmol/d. Arrays over the year have shape (365,).
Not represented: tanning, differences between body sites, reflection from snow or sea, the site's altitude.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cofactor.person import habits
from cofactor.person.exposure import family, log_sd, value
from cofactor.person.types import Case, SunHabit
from cofactor.units import convert

Array = NDArray[np.float64]

DAYS_IN_YEAR = 365
_NOON: Array = np.arange(0.5, DAYS_IN_YEAR, dtype=np.float64)  # day of the year at noon
_AFTERNOON: Array = 12.125 + np.arange(48, dtype=np.float64) / 4  # solar time in quarter hours; the morning mirrors it

SUN_LOG_SD = math.sqrt(
    sum(
        log_sd(row) ** 2
        for row in ("skin_yield", "habit.summer_minutes", "habit.summer_exposed", "place.everyday", "weather")
    )
)
"""Spread (log-sd) of one person's skin supply about :func:`skin_supply`: skin, time, area, place and weather."""


@dataclass(frozen=True, slots=True)
class Habit:
    """A year outdoors; each field has shape (365,)."""

    minutes: Array  # outdoors in daylight, per day
    exposed: Array  # fraction of the body surface
    sunscreen: Array  # yield left by sunscreen, fraction


@dataclass(frozen=True, slots=True)
class Ambient:
    """Mean UV of the hours in which people are outdoors, on a horizontal surface under mean clouds."""

    erythemal: Array  # SED/h, shape (365,)
    vitamin_d: Array  # the same weighted for vitamin D, SED/h, shape (365,)
    yearly: float  # SED per year over all hours


# ---------------------------------------------------------------------------------------------------- the sky


def declination(day: Array) -> Array:
    """Solar declination in radians on a day of the year (1 January noon = 0.5).

    Fourier series of Spencer 1971 (from memory; with :func:`cos_zenith` within 0.46 degree of NREL SPA).
    """
    angle = 2 * np.pi * (day - 0.5) / DAYS_IN_YEAR
    series = family("declination")
    found = np.full_like(angle, series["mean"])
    for harmonic in (1, 2, 3):
        found += series[f"cos{harmonic}"] * np.cos(harmonic * angle) + series[f"sin{harmonic}"] * np.sin(
            harmonic * angle
        )
    return found


def cos_zenith(latitude: float, day: Array, hour: Array) -> Array:
    """Cosine of the solar zenith angle at solar time ``hour``, 0 below the horizon. Spherical astronomy."""
    phi, delta = np.radians(latitude), declination(day)
    hour_angle = np.radians(360 / 24 * (hour - 12.0))
    mu = np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.cos(hour_angle)
    return np.asarray(np.clip(mu, 0.0, 1.0))


def ozone(latitude: float, day: Array) -> Array:
    """Zonal mean ozone column in DU: van Heuklon 1979 without longitude (from memory), scaled to present levels."""
    row = family("ozone.north" if latitude >= 0 else "ozone.south")
    season = np.sin(np.radians(value("ozone.day_rate") * (day + row["season_shift"])))
    rise = (row["amplitude"] + row["season"] * season) * np.sin(np.radians(row["latitude_factor"] * latitude)) ** 2
    return np.asarray(value("ozone.present") * (value("ozone.base") + rise))


def clear_sky_uv(mu: Array, ozone_column: Array, weighting: str) -> Array:
    """Clear-sky UV irradiance in W/m² at sea level, weighted for ``erythemal`` or ``vitamin_d`` action.

    ``S m exp(-tau/m) (F X^G + H/O3 + J)`` with ``m = mu (1-e) + e`` and ``X = 1000 mu / O3``: coefficients read at
    temis.nl, form of Allaart et al. 2004 (from memory). The UV index is 40 times the erythemal value.
    """
    row = family(f"uv.{weighting}")
    horizon = value("uv.horizon")
    m = mu * (1 - horizon) + horizon
    path = value("uv.ozone_unit") * mu / ozone_column
    spectrum = row["F"] * path ** row["G"] + row["H"] / ozone_column + row["J"]
    return np.where(mu > 0, value("uv.scale") * m * np.exp(-value("uv.extinction") / m) * spectrum, 0.0)


def vitamin_d_weighting(mu: Array, ozone_column: Array) -> Array:
    """Vitamin-D-weighted over erythemal UV, scaled to 1 at zenith 30 degrees and 300 DU; 0 near the horizon."""
    reference = (np.cos(np.radians([value("uv.reference_zenith")])), np.array([value("uv.reference_ozone")]))
    scale = clear_sky_uv(*reference, "vitamin_d") / clear_sky_uv(*reference, "erythemal")
    high = np.maximum(mu, value("uv.lowest_cosine"))
    ratio = clear_sky_uv(high, ozone_column, "vitamin_d") / clear_sky_uv(high, ozone_column, "erythemal")
    return np.where(mu > value("uv.lowest_cosine"), ratio / scale, 0.0)


def cloud_transmission(latitude: float, day: Array) -> Array:
    """Mean transmission of clouds and haze (fraction), by latitude with a small season; level at 56 degrees fitted."""
    levels = family("cloud")
    level = np.interp(abs(latitude), [float(at) for at in levels], list(levels.values()))
    peak = value("cloud_season_peak") - _half_year(latitude)
    season = np.cos(2 * np.pi * (day - peak) / DAYS_IN_YEAR) * (abs(latitude) > value("cloud_season_from"))
    return np.asarray(level * (1 + value("cloud_season") * season))


@lru_cache(maxsize=1024)
def ambient(latitude: float) -> Ambient:
    """UV that reaches the ground through the year at a latitude, averaged over the hours outdoors (solar 8-18 h).

    1 UV index = 0.9 SED/h. The distance of the Earth from the Sun is included; the altitude of the site is not.
    """
    day, hour = _NOON[:, None], _AFTERNOON[None, :]
    mu, column = cos_zenith(latitude, day, hour), ozone(latitude, day)
    nearness = 1 + value("sun_distance") * np.cos(2 * np.pi * day / DAYS_IN_YEAR)
    index = value("uv.index_per_irradiance") * clear_sky_uv(mu, column, "erythemal")
    sed = value("uv.sed_per_index_hour") * index * nearness * cloud_transmission(latitude, day)
    # A quarter hour counts twice where its mirror in the morning lies in the window outdoors as well.
    weight = 1.0 * (value("window.end") > _AFTERNOON) + 1.0 * (value("window.start") <= 24 - _AFTERNOON)
    weight /= weight.sum()
    out = weight > 0
    return Ambient(
        erythemal=sed @ weight,
        vitamin_d=(sed[:, out] * vitamin_d_weighting(mu[:, out], column)) @ weight[out],
        yearly=float(sed.mean() * 24 * DAYS_IN_YEAR),
    )


# ------------------------------------------------------------------------------------------------- the person


def season(latitude: float) -> Array:
    """0 in midwinter to 1 at the height of summer, shape (365,); half a year later in the south. Assumed cosine.

    How far habits follow it is :func:`seasonality`.
    """
    shifted = _NOON - value("season.coldest_day") + _half_year(latitude)
    return np.asarray(0.5 * (1 - np.cos(2 * np.pi * shifted / DAYS_IN_YEAR)))


def seasonality(latitude: float) -> float:
    """How far clothing and time outdoors follow the season: 1 beyond the tropics, 0 at the equator, which has none.

    Between them as the sine of the latitude, with which day length and the sun's height change (assumed).
    """
    return min(1.0, math.sin(math.radians(abs(latitude))) / math.sin(math.radians(value("season.full_latitude"))))


def default_habit(latitude: float, outdoor_time: float = 1.0) -> tuple[SunHabit, SunHabit]:
    """Summer and winter habit of an ordinary indoor worker at a latitude.

    Assumed, and set to the dosimetry of Danish indoor workers (Thieden 2006); winters between 55 and 35 degrees are
    milder step by step. ``outdoor_time`` scales the minutes (:func:`cofactor.person.habits.outdoor_time`).
    """
    cold, mild = value("habit.cold_latitude"), value("habit.mild_latitude")
    share = float(np.clip((cold - abs(latitude)) / (cold - mild), 0.0, 1.0))
    winter_minutes = value("habit.winter_minutes") + value("habit.winter_minutes_mild") * share
    winter_exposed = value("habit.winter_exposed") + value("habit.winter_exposed_mild") * share
    return (
        SunHabit(value("habit.summer_minutes") * outdoor_time, value("habit.summer_exposed")),
        SunHabit(winter_minutes * outdoor_time, winter_exposed),
    )


def habit_of_year(latitude: float, summer: SunHabit, winter: SunHabit, outdoor_time: float = 1.0) -> Habit:
    """Draw the year between a summer and a winter habit; what either leaves open is filled from :func:`default_habit`.

    Minutes follow the season to the power 1.8, exposed skin and sunscreen follow it linearly (assumed). Within the
    tropics each comes nearer to its mean of the year by :func:`seasonality`, so the year keeps its minutes.
    """
    usual_summer, usual_winter = default_habit(latitude, outdoor_time)
    summer_minutes, summer_exposed = _filled(summer, usual_summer)
    winter_minutes, winter_exposed = _filled(winter, usual_winter)
    of_minutes, s = _seasons(latitude)
    screen = family("sunscreen")
    return Habit(
        minutes=winter_minutes + (summer_minutes - winter_minutes) * of_minutes,
        exposed=winter_exposed + (summer_exposed - winter_exposed) * s,
        sunscreen=screen[winter.sunscreen] + (screen[summer.sunscreen] - screen[winter.sunscreen]) * s,
    )


def _seasons(latitude: float) -> tuple[Array, Array]:
    """How near minutes outdoors, and exposed skin and sunscreen, are to those of summer (1) by day of the year."""
    s, full = season(latitude), seasonality(latitude)
    both = s ** value("habit.minutes_power"), s
    return both if full == 1 else tuple(course.mean() + full * (course - course.mean()) for course in both)


def everyday_place(latitude: float) -> float:
    """Dose at exposed skin over the horizontal dose while outdoors (fraction).

    Fitted to worn dosimeters at 56 N; falls with the square root of the ambient dose, since people seek shade where
    the sun is strong (assumed).
    """
    relative = value("place.ambient_reference") / ambient(latitude).yearly
    return float(value("place.everyday") * relative ** value("place.shade_seeking"))


def skin_dose(latitude: float, habit: Habit, place: float | None = None) -> tuple[Array, Array]:
    """Dose at exposed skin, SED/d: erythemal, and weighted for vitamin D after sunscreen. Each has shape (365,).

    ``place`` is the dose at the skin over the horizontal dose; by default that of everyday life there.
    """
    sky, place = ambient(latitude), everyday_place(latitude) if place is None else place
    hours = np.minimum(habit.minutes / 60, value("window.end") - value("window.start"))
    return place * sky.erythemal * hours, place * sky.vitamin_d * hours * habit.sunscreen


def age_factor(age: ArrayLike) -> Array:
    """Yield of skin by age: -11 % per decade from 20 years, not below 0.4 (between two published slopes)."""
    decades = (np.asarray(age, float) - value("skin_age.from")) / 10
    return np.asarray(np.clip(value("skin_age.per_decade") ** decades, value("skin_age.floor"), 1.0))


def bmi_factor(bmi: ArrayLike) -> Array:
    """D3 reaching the blood by BMI, 1 at 22 kg/m²; half of the effect of obesity, the fat compartment does the rest."""
    factor = (np.asarray(bmi, float) / value("skin_bmi.reference")) ** value("skin_bmi.power")
    return np.asarray(np.clip(factor, value("skin_bmi.floor"), value("skin_bmi.ceiling")))


def dose_by_skin_type(latitude: float, habit: Habit, place: float | None = None) -> Array:
    """Effective dose per day of each skin type, shape (365, 6): vitamin-D-weighted SED on whole-body skin of type II.

    It holds at 20 years and BMI 22. Saturation within a day is ``(1 - exp(-x))/x`` with x the dose over the minimal
    erythemal dose; yield falls with that dose to the power 0.75.
    """
    _, dose = skin_dose(latitude, habit, place)
    med = np.array(list(family("minimal_erythemal_dose").values()))
    x = dose[:, None] / med[None, :]
    saturation = np.where(x > 1e-6, -np.expm1(-x) / np.maximum(x, 1e-6), 1.0)
    of_type = (med[1] / med) ** value("skin_type.power")
    return np.asarray(saturation * of_type * (dose * habit.exposed)[:, None])


def whole_body_dose(
    latitude: float, habit: Habit, skin_shares: Array, age: float, bmi: float, place: float | None = None
) -> Array:
    """Effective dose per day of one person, shape (365,), as :func:`dose_by_skin_type` for their age and BMI.

    ``skin_shares`` has shape (6,): a population's mix is averaged, type by type.
    """
    of_types = dose_by_skin_type(latitude, habit, place)
    return np.asarray((of_types @ skin_shares) * age_factor(age) * bmi_factor(bmi))


def skin_supply(case: Case) -> Array:
    """Vitamin D3 from skin entering the blood, nmol/d, by day of the year (index 0 = 1 January), shape (365,).

    ``sun: none`` gives zeros. An unknown skin type gives the mean over the mix of the country; an unknown habit that
    of an ordinary indoor worker at the latitude.
    """
    if case.sun.indoors:
        return np.zeros(DAYS_IN_YEAR)
    place, person = case.place, case.person
    habit = habit_of_year(place.latitude, case.sun.summer, case.sun.winter, habits.outdoor_time(place))
    shares = habits.skin_shares(person.skin, habits.population(place))
    dose = whole_body_dose(place.latitude, habit, shares, person.age, habits.bmi(person, place))
    return nmol_per_dose() * dose


@dataclass(frozen=True, slots=True)
class Away:
    """Days elsewhere with the supply that a whole year there would give, nmol/d, shape (365,)."""

    first: date
    last: date
    supply: Array


def away(case: Case) -> tuple[Away, ...]:
    """The holidays of a case. What their habit leaves open is that of an ordinary person at that latitude."""
    person, found = case.person, []
    shares, bmi = habits.skin_shares(person.skin, habits.population(case.place)), habits.bmi(person, case.place)
    for holiday in case.sun.holidays:
        habit = habit_of_year(holiday.latitude, holiday.habit, holiday.habit)
        place = value("place.open") if holiday.beach else None
        dose = whole_body_dose(holiday.latitude, habit, shares, person.age, bmi, place)
        found.append(Away(holiday.first, holiday.last, nmol_per_dose() * dose))
    return tuple(found)


@cache
def nmol_per_dose() -> float:
    """Nmol of vitamin D3 per unit of :func:`whole_body_dose` (the fitted ``skin_yield``)."""
    return convert(value("skin_yield"), "µg", "nmol", "D3")


# -------------------------------------------------------------------------------------------------- the engine


def yearly_mean(supply: Array) -> float:
    """Mean of a year's supply, nmol/d."""
    return float(supply.mean())


def day_of_year(on: date) -> int:
    """Index into a year's supply; 29 February reads as 28 February."""
    if (on.month, on.day) == (2, 29):
        on = on.replace(day=28)
    return (on.replace(year=2001) - date(2001, 1, 1)).days


def steps(
    supply: Array,
    start: date,
    days: int,
    width: int = 14,
    cuts: Iterable[date] = (),
    elsewhere: Sequence[Away] = (),
) -> tuple[tuple[int, float], ...]:
    """Cut the supply from ``start`` for ``days`` days into constant pieces: (day offset, mean nmol/d) of each piece.

    Pieces are ``width`` days long and end at ``cuts`` and where days ``elsewhere`` begin and end. Each keeps the mean
    of its days, so no vitamin D is lost; two weeks are within about 1 % of the daily course in 25(OH)D.
    """
    if days < 1 or width < 1:
        raise ValueError(f"got days={days}, width={width}; both must be at least 1")
    ends = [day for a in elsewhere for day in (a.first, a.last + timedelta(days=1))]
    edges = set(range(0, days, width)) | {(cut - start).days for cut in (*cuts, *ends)}
    bounds = [*sorted(edge for edge in edges if 0 <= edge < days), days]
    index = np.array([day_of_year(start + timedelta(days=i)) for i in range(days)])
    daily = supply[index]
    for a in elsewhere:
        there = slice(max(0, (a.first - start).days), max(0, (a.last - start).days + 1))
        daily[there] = a.supply[index[there]]
    return tuple((a, float(daily[a:b].mean())) for a, b in itertools.pairwise(bounds))


def journeys(supply: Array, start: date, days: int, elsewhere: Sequence[Away]) -> tuple[tuple[int, float], ...]:
    """What days elsewhere give above the habit at home: (day offset, nmol/d) where it changes, 0 on the way back."""
    if not elsewhere:
        return ()
    there = steps(supply, start, days, elsewhere=elsewhere)
    home = steps(supply, start, days, cuts=[start + timedelta(days=day) for day, _ in there])
    above = [(day, away - usual) for (day, away), (_, usual) in zip(there, home, strict=True)]
    before = [0.0, *(value for _, value in above)]
    return tuple(piece for piece, last in zip(above, before, strict=False) if piece[1] != last)


def lines(supply: Array, start: date, days: int, width: int = 28) -> tuple[Array, Array]:
    """Draw the supply from ``start`` for ``days`` days in straight lines: (knots in days, supply at each knot).

    ``supply`` has a row per day of the year; what comes after keeps its shape. Knots lie ``width`` days apart, the last
    line up to half as long again. They are the least-squares fit to the days, nowhere below zero, with the same sum, so
    no vitamin D is lost. Four weeks are within 0.05 % of the daily course in the mean 25(OH)D of a population, 0.5 % in
    the worst person.
    """
    if days < 1 or width < 1:
        raise ValueError(f"got days={days}, width={width}; both must be at least 1")
    knots = np.append(np.arange(0.0, max(days - width / 2, 1), width), days)
    daily = supply[[day_of_year(start + timedelta(days=i)) for i in range(days)]]
    hats = np.stack([np.interp(np.arange(days) + 0.5, knots, hat) for hat in np.eye(len(knots))], axis=1)
    found = np.maximum(np.linalg.lstsq(hats, daily.reshape(days, -1), rcond=None)[0], 0.0)
    drawn, asked = (hats @ found).sum(axis=0), daily.reshape(days, -1).sum(axis=0)
    found *= np.divide(asked, drawn, out=np.zeros_like(asked), where=drawn > 0)
    return knots, found.reshape(len(knots), *daily.shape[1:])


def _half_year(latitude: float) -> float:
    return DAYS_IN_YEAR / 2 if latitude < 0 else 0.0


def _filled(habit: SunHabit, usual: SunHabit) -> tuple[float, float]:
    """Minutes and exposed fraction, each from the habit where it says so and from the default where not."""
    minutes = usual.minutes_per_day if habit.minutes_per_day is None else habit.minutes_per_day
    exposed = usual.exposed if habit.exposed is None else habit.exposed
    return _complete(minutes), _complete(exposed)


def _complete(number: float | None) -> float:
    """Check a field of a habit filled from :func:`default_habit`, which leaves nothing open."""
    if number is None:
        raise ValueError("a default sun habit must name minutes and exposed skin")
    return number
