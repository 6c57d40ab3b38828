"""What all people of a trial share: their sky, the season of the start, and where the middle of such people lies."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cofactor.engine.generate import human
from cofactor.engine.solve import Change, Event, solve
from cofactor.person import sun
from cofactor.person.exposure import value
from cofactor.person.inputs import absorbed_nmol
from cofactor.person.traits import covariate, covariate_log_sd
from cofactor.person.types import Place
from cofactor.trial.levers import VITAMIN_D
from cofactor.trial.population import People, draw, place, skin_supply, supply_log_sd
from cofactor.trial.supply import Rest, at_rest, reference, rest, usual_clearance
from cofactor.trial.types import Population, Spread

Array = NDArray[np.float64]

WALK_DAYS = 140
"""Days of season lived before the start: four times the stay of D3 in lean tissue, so how they began hardly counts."""
PANEL = 1024
"""The first people of a design tell where its middle lies, however many are asked for."""
_SHARES = np.array([0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 0.95])  # of the supply that is sun, where seasons are worked out
_LEVELS = np.array([4.0, 8.0, 15.0, 25.0, 40.0, 60.0, 85.0, 120.0, 180.0, 300.0])  # nmol/L, the same


@dataclass(frozen=True, eq=False)
class Study:
    """A population, the day on which it starts (None: all through the year) and whether UVB ends there."""

    design: Population
    start: date | None = None
    dark: bool = False

    @cached_property
    def course(self) -> Array:
        """Vitamin D from skin, nmol/d, by day of the year and skin type at 20 years and BMI 22, shape (365, 6).

        Where UVB ends with the start and the place itself is dark, people came from ordinary latitudes.
        """
        where = place(self.design)
        if self.dark and abs(where.latitude) >= covariate("dark_latitude"):
            where = Place(math.copysign(covariate("trial_latitude"), where.latitude), where.country, where.region)
        return skin_supply(where, self.design.sun)

    @property
    def seasonal(self) -> bool:
        """Whether the start has a season. People who leave for the dark are taken at the mean of their year."""
        return self.start is not None and not self.dark and bool(self.course.any())

    @cached_property
    def panel(self) -> People:
        """The people who tell where the middle lies."""
        return draw(self.design, np.arange(PANEL))

    @cached_property
    def vitamin_d(self) -> Spread | None:
        """The reported readings of 25(OH)D, if any."""
        return next((self.design.baseline[a] for a in VITAMIN_D if a in self.design.baseline), None)

    def supply_parts(self, people: People) -> dict[str, Array]:
        """Vitamin D from food, skin (mean of the year) and elsewhere, nmol/d absorbed, before any matching."""
        whole = self.whole_factor(people)
        return {name: part * whole for name, part in self._known_parts(people).items()}

    def whole_factor(self, people: People) -> Array:
        """Factor on every part of a person's supply, for what is not explained of it."""
        return np.asarray(np.exp(self.unexplained * people.logs["supply"]))

    def _known_parts(self, people: People) -> dict[str, Array]:
        food = people.intake["vitamin_d"] * np.exp(people.logs["food"])
        return {
            "food": absorbed_nmol("D3", 1.0, with_meal=True) * food,
            "sun": people.sunlight * self.course.mean(axis=0)[people.skin - 1],
            "residual": value("residual_supply") * np.exp(people.logs["residual"]),
        }

    @cached_property
    def unexplained(self) -> float:
        """Part of the spread of the whole supply that diet, sun and residual do not explain (of the log-SD, 0 to 1)."""
        explained = float(np.log(sum(self._known_parts(self.panel).values())).var())
        return math.sqrt(max(0.0, 1 - explained / supply_log_sd() ** 2))

    @cached_property
    def size(self) -> float:
        """Mean size factor."""
        return float(self.panel.bmi.mean()) / covariate("bmi_reference")

    @cached_property
    def share_out(self) -> tuple[float, float]:
        """Log factors of such a trial's people on clearance and on assay, given their mean reading.

        The most probable share-out of the distance from a typical trial between supply, clearance and assay, each with
        its spread between trials, so that the mean reading is met. As the level flattens with supply, low baselines
        are read as low supply and high ones partly as slow clearance or a high assay.
        """
        if self.vitamin_d is None or self.vitamin_d.mean is None:
            return 0.0, 0.0
        reading = self.vitamin_d.mean * self.size ** reference()["nCLsize"]
        supply, clearance, assay = (covariate_log_sd(f"study_{k}") for k in ("supply", "clearance", "assay"))
        others = clearance**2 + assay**2
        usual = math.log(float(_reference_rest(covariate("typical_25OHD")).supply))
        log_level = math.log(reading)
        for _ in range(12):  # Newton's method; three digits after four steps
            here = _reference_rest(math.exp(log_level))
            slope = float(here.of_supply)
            miss = (math.log(float(here.supply)) - usual) / (supply**2 * slope) - (
                math.log(reading) - log_level
            ) / others
            log_level -= min(max(miss / (1 / (supply * slope) ** 2 + 1 / others), -0.5), 0.5)
        left = math.log(reading) - log_level
        return -left * clearance**2 / others, left * assay**2 / others

    @cached_property
    def seasons(self) -> Seasons:
        """How far the level on the day of the start lies from that of the whole year."""
        return Seasons.of(self)

    def season(self, first: int, days: float, of_types: Callable[[Array], Array]) -> list[Event]:
        """Vitamin D from skin above the yearly mean, in straight lines from day ``first`` of the trial for ``days``.

        ``of_types`` turns nmol/d by skin type, at 20 years and BMI 22, into amounts per person. Empty without a season.
        """
        if self.start is None or not self.course.any():
            return []
        begin = self.start + timedelta(days=first)
        knots, supply = sun.lines(self.course, begin, max(1, math.ceil(days)))
        slopes = np.diff(supply, axis=0) / np.diff(knots)[:, None]
        level = Event(float(first), "season_D3", Change.SET, of_types(supply[0] - self.course.mean(axis=0)))
        turns = zip(first + knots, slopes, strict=False)  # there is no line after the last knot
        return [level, *(Event(float(day), "season_slope", Change.SET, of_types(slope)) for day, slope in turns)]


def _reference_rest(level: float) -> Rest:
    return rest({}, level, usual_clearance({}, level))


@dataclass(frozen=True, eq=False)
class Seasons:
    """Level on the day of the start over that of the whole year, by share of sun (rows) and level at the start."""

    at_start: Array  # (shares, levels), nmol/L
    ratio: Array  # the same shape

    @classmethod
    def of(cls, study: Study) -> Seasons:
        """Let typical bodies at many levels and shares of sun live the season before the start."""
        share, level = (x.ravel() for x in np.meshgrid(_SHARES, _LEVELS, indexing="ij"))
        size = np.full(len(share), study.size)
        constants: Mapping[str, Array] = {"size": size}
        calm = rest(constants, level, usual_clearance(constants, level))
        program = human()
        parameters = program.parameters(len(share), {**constants, "S_D3": calm.supply})
        states = at_rest(program.initial(parameters), level, calm.serum_d3)
        types = np.bincount(study.panel.skin, minlength=7)[1:] / len(study.panel)
        per_unit = share * calm.supply / (study.course.mean(axis=0) @ types)
        events = study.season(-WALK_DAYS, WALK_DAYS, lambda above: (above @ types) * per_unit)
        lived = solve(
            program, parameters, states, times=[0.0], outcomes=["D25"], events=events, start=float(-WALK_DAYS)
        )["D25"][:, 0]
        shape = (len(_SHARES), len(_LEVELS))
        # Against the share of 0, which has no season: what is left of the minerals' own settling falls out.
        found = lived.reshape(shape)
        ratio = found / found[0]
        return cls(at_start=_LEVELS * ratio, ratio=ratio)

    def of_people(self, share: Array, level: Array) -> Array:
        """Ratio for people with this share of sun in their supply and this level at the start."""
        rows = np.stack([np.interp(level, x, y) for x, y in zip(self.at_start, self.ratio, strict=True)])
        place = np.interp(share, _SHARES, np.arange(len(_SHARES)))
        below = np.minimum(place.astype(int), len(_SHARES) - 2)
        part, who = place - below, np.arange(len(level))
        return np.asarray((1 - part) * rows[below, who] + part * rows[below + 1, who])
