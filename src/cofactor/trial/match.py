"""People brought to the readings that a trial reports at its start.

Vitamin D. A reading is drawn for each person, log-normal with the trial's mean and SD. How a high or low reading comes
about is shared out twice, each time by the share of the variance (Matheron's rule): the trial's mean between supply,
clearance and assay of such trials; a person's own distance from it between their food, sun and other supply, their
clearance, their conversion and their assay. What is left goes to the whole supply, which is then solved in the model:
the body settles at the level, and the months before are lived through up to the day of the start. So every
person reads exactly what was drawn, and high readings carry slow clearance in the right measure.

Other analytes. A person's own factor (``facts/tables/matching.csv``) is moved until the settled body has the level; the
distance of the trial's mean from that of such people is shared out between body and assay.

Every value that is matched or observed is a **reading**: the level times what the assay makes of this person's sample.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cofactor.engine.generate import human
from cofactor.engine.solve import Backend, Code, Event, Solution, Tolerance, solve
from cofactor.errors import EngineError
from cofactor.model.tables import outcomes as outcome_table
from cofactor.person import sun
from cofactor.person.body import SETTLE_DAYS
from cofactor.person.exposure import log_sd
from cofactor.person.traits import between_people, covariate, covariate_log_sd, shared_traits
from cofactor.said import Said
from cofactor.trial import draws
from cofactor.trial.levers import VITAMIN_D, levers, moved, study_reading
from cofactor.trial.population import People, draw, log_spread, supply_log_sd
from cofactor.trial.study import WALK_DAYS, Study
from cofactor.trial.supply import CLAMP_GAIN, at_rest, reference, rest, serum_d3, usual_clearance
from cofactor.trial.types import Population, Spread

Array = NDArray[np.float64]

_VITAMIN_D_READINGS = ("25OHD", "25OHD3", "25OHD2")  # of one assay
_USUAL = 256  # people whose settled levels are called usual
_SETTLING = Tolerance(relative=3e-3)  # a body at rest forgets the errors of the way there


@dataclass(frozen=True, eq=False)
class Ready:
    """People on the day of the start.

    ``states`` (people, states) and ``parameters`` (people, constants) are the model's; ``reading`` multiplies a level
    into a reading, by analyte; ``sunlight`` scales each person's course of vitamin D from skin (:attr:`Study.course`);
    ``food`` is the part of the supply of vitamin D that food brings, nmol/d. Those who ``failed`` could not be brought
    here: they have no readings.
    """

    study: Study
    people: People
    states: Array
    parameters: Array
    reading: Mapping[str, Array]
    sunlight: Array
    food: Array
    failed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.people)


def ready(study: Study, people: People) -> Ready:
    """Bring people to the start of a trial, matched to the baseline of its design."""
    return _Matching(study, shared_out(study, people)).at_start()


# ------------------------------------------------------------------------------------------------- the share-out


def drawn_readings(people: People, analyte: str, spread: Spread) -> Array:
    """The reading of each person at the start: log-normal with the mean and SD reported."""
    assert spread.mean is not None
    sd = log_spread(spread.mean, spread.sd, levers()[analyte].person_cv)
    z = draws.mirrored_normal(people.design.seed, people.numbers, f"baseline.{analyte}")
    return np.asarray(spread.mean * np.exp(sd * z - sd**2 / 2))


def shared_out(study: Study, people: People) -> People:
    """Move what lies behind each person's reading of 25(OH)D by its share of the distance from what was expected."""
    spread = study.vitamin_d
    if spread is None or spread.mean is None:
        return people
    linear = _Linear.around(study, spread)
    middle = float(linear.expected(study, study.panel).mean())
    sd = log_spread(spread.mean, spread.sd, covariate("baseline_spread_25OHD"))
    drawn = np.log(drawn_readings(people, "25OHD", spread) / spread.mean) + sd**2 / 2
    distance = drawn - (linear.expected(study, people) - middle)
    clearance, assay = study.share_out
    logs = {name: people.logs[name] + distance * share for name, share in linear.shares().items()}
    logs["CL25"] = logs["CL25"] + clearance
    logs["assay"] = logs["assay"] + assay
    return replace(people, logs={**people.logs, **logs})


@dataclass(frozen=True)
class _Linear:
    """How the logarithm of a reading moves with what lies behind it, about the middle of a study.

    ``effect`` and ``sd`` are by name of :attr:`People.logs`; ``of_supply`` is the effect of the logarithm of the whole
    supply and ``of_size`` that of body size.
    """

    effect: Mapping[str, float]
    sd: Mapping[str, float]
    of_supply: float
    of_size: float

    @classmethod
    def around(cls, study: Study, spread: Spread) -> _Linear:
        assert spread.mean is not None
        clearance, assay = study.share_out
        level = spread.mean / math.exp(assay)
        body = {"size": np.asarray(study.size), "CL25": np.asarray(reference()["CL25"] * math.exp(clearance))}
        larger = {**body, "size": body["size"] * 1.01}
        here = rest(body, level, usual_clearance(body, level))
        # Clearance rises with the level itself: what moves the level is damped by so much.
        damped = 1 + float(np.log(usual_clearance(body, 1.01 * level) / usual_clearance(body, level))) / math.log(1.01)
        with_size = rest(larger, level, usual_clearance(larger, level)).supply
        of_supply = float(here.of_supply) / damped
        parts = study.supply_parts(study.panel)
        whole = sum(parts.values())
        share = {name: float((part / whole).mean()) for name, part in parts.items()}
        conversion = float(here.of_conversion) / damped
        effect = {name: of_supply * part for name, part in share.items()}
        effect["supply"] = of_supply * study.unexplained
        effect |= {"CL25": -1 / damped, "conversion": conversion, "assay": 1.0}
        effect["klin25"] = conversion * float(here.linear_share)
        sd = {
            "food": float(np.log(study.panel.intake["vitamin_d"]).std()),
            "sun": sun.SUN_LOG_SD,
            "supply": supply_log_sd(),
            "residual": log_sd("residual_supply"),
            "CL25": between_people()["CL25"],
            "klin25": between_people()["klin25"],
            "conversion": shared_traits()["conversion"][0],
            "assay": covariate_log_sd("person_assay"),
        }
        of_size = -of_supply * math.log(float(with_size / here.supply)) / math.log(1.01)
        return cls(effect, sd, of_supply, of_size)

    def expected(self, study: Study, people: People) -> Array:
        """Logarithm of the reading that a body is expected to have, but for a constant."""
        supply = sum(study.supply_parts(people).values())
        found = self.of_supply * np.log(supply) + self.of_size * np.log(people.bmi)
        for name in ("CL25", "klin25", "conversion", "assay"):
            found = found + self.effect[name] * people.logs[name]
        return np.asarray(found)

    def shares(self) -> dict[str, float]:
        """How far each moves per unit of distance: its share of the variance, over its effect."""
        whole = sum((self.effect[name] * sd) ** 2 for name, sd in self.sd.items())
        return {name: self.effect[name] * sd**2 / whole for name, sd in self.sd.items()}


# ---------------------------------------------------------------------------------------------------- the bodies


@dataclass(frozen=True, eq=False)
class _Bodies:
    """States and constants of the model, and the levels of what is matched beside 25(OH)D."""

    states: Array
    parameters: Array
    levels: Mapping[str, Array]


class _Matching:
    """People on the way to their start."""

    def __init__(self, study: Study, people: People) -> None:
        self.study, self.people = study, people
        self.constants = people.constants()
        self.parts = study.supply_parts(people)
        self.whole = np.asarray(sum(self.parts.values()))
        self.sunlight = people.sunlight * study.whole_factor(people)
        self.assay = np.asarray(np.exp(people.logs["assay"]))
        self.level: Array | None = None  # of 25(OH)D at the start, where readings were reported
        if study.vitamin_d is not None:
            self.level = drawn_readings(people, "25OHD", study.vitamin_d) / self.assay
        self.failed = np.zeros(len(people), np.bool_)
        self.symbols = {o.id: o.symbol for o in outcome_table() if o.id in _others(study.design)}

    def at_start(self) -> Ready:
        """Settle, live the season, and meet the readings exactly."""
        targets = {a: drawn_readings(self.people, a, self.study.design.baseline[a]) for a in self.symbols}
        constants = self.constants
        if targets:
            aims = {a: target / math.exp(_assay_of_study(self.study, a)) for a, target in targets.items()}
            constants = moved(constants, aims, lambda tried: self.settle(tried).levels)
        bodies = self.settle(constants)
        if self.study.seasonal:
            bodies = self._lived(bodies)
        if self.level is not None:
            bodies = self._exact(bodies, self.level)
        scale = bodies.parameters[:, human().index["S_D3"]] / self.whole
        known = np.where(self.failed, np.nan, 1.0)  # nobody knows the level of who could not be brought here
        readings = {analyte: known * target / bodies.levels[analyte] for analyte, target in targets.items()}
        return Ready(
            study=self.study,
            people=self.people,
            states=bodies.states,
            parameters=bodies.parameters,
            reading={**dict.fromkeys(_VITAMIN_D_READINGS, self.assay), **readings},
            sunlight=np.asarray(self.sunlight * scale),
            food=np.asarray(self.parts["food"] * scale),
            failed=self.failed,
        )

    def settle(self, constants: Mapping[str, Array]) -> _Bodies:
        """Everyone at rest at their habits, or at the level of 25(OH)D that leads to the one at the start."""
        program, count = human(), len(self.people)
        level = self._yearly_level()
        inputs: dict[str, ArrayLike] = dict(constants)
        if level is None:
            inputs["S_D3"], d3 = self.whole, serum_d3(constants, self.whole)
        else:
            calm = rest(constants, level, usual_clearance(constants, level))
            inputs |= {"S_D3": calm.supply, "clamp25": CLAMP_GAIN, "clamp25_to": level}
            d3 = calm.serum_d3
        parameters = program.parameters(count, inputs)
        begin = program.initial(parameters)
        begin = at_rest(begin, covariate("typical_25OHD") if level is None else level, d3)
        solution = self._solve(parameters, begin, [], 0.0, SETTLE_DAYS)
        states = solution.final
        if level is not None:
            calm = rest(constants, level, solution["CLeff"][:, 0])
            states = at_rest(states, level, calm.serum_d3)
            parameters[:, program.index["S_D3"]] = calm.supply
            for name in ("clamp25", "clamp25_to"):
                parameters[:, program.index[name]] = reference()[name]
        return _Bodies(states, parameters, self._levels(solution))

    def _yearly_level(self) -> Array | None:
        """Level of the whole year that leads to the one at the start."""
        if self.level is None or not self.study.seasonal:
            return self.level
        return np.asarray(self.level / self.study.seasons.of_people(self.parts["sun"] / self.whole, self.level))

    def _lived(self, bodies: _Bodies) -> _Bodies:
        """Live the season before the start."""
        scale = bodies.parameters[:, human().index["S_D3"]] / self.whole
        own, skin = self.sunlight * scale, self.people.skin - 1
        events = self.study.season(-WALK_DAYS, WALK_DAYS, lambda above: own * above[skin])
        solution = self._solve(bodies.parameters, bodies.states, events, -float(WALK_DAYS), 0.0)
        return _Bodies(solution.final, solution.parameters, self._levels(solution))

    def _exact(self, bodies: _Bodies, level: Array) -> _Bodies:
        """Take up, in place, the last small distance to the level drawn: in 25(OH)D itself, and in its supply."""
        program, states, parameters = human(), bodies.states, bodies.parameters
        off = level / states[:, program.states.index("C25D3")]
        scale = off ** (1 / rest(self.constants, level, usual_clearance(self.constants, level)).of_supply)
        by_supply = ("D3b", "D3t", "D3f", "season_D3")
        for name, factor in (("C25D3", off), ("M2425", off), *((name, scale) for name in by_supply)):
            states[:, program.states.index(name)] *= factor
        parameters[:, program.index["S_D3"]] *= scale
        return _Bodies(states, parameters, bodies.levels)

    def _solve(self, parameters: Array, states: Array, events: list[Event], start: float, end: float) -> Solution:
        """Live until ``end``. Whoever cannot be integrated stays where they were, and is marked."""
        solution = solve(
            human(),
            parameters,
            states,
            times=[end],
            outcomes=["CLeff", *self.symbols.values()],
            events=events,
            start=start,
            tolerance=_SETTLING,
            backend=Backend.SINGLE,
        )
        lost = solution.codes != Code.OK
        if lost.all():
            none = Said("none of {n} virtual people could be brought to the start of the trial", n=len(lost))
            raise EngineError(none)
        if not lost.any():
            return solution
        self.failed |= lost
        return replace(
            solution,
            values=np.where(lost[:, None, None], 1.0, solution.values),
            final=np.where(lost[:, None], states, solution.final),
            parameters=np.where(lost[:, None], parameters, solution.parameters),
        )

    def _levels(self, solution: Solution) -> dict[str, Array]:
        return {analyte: solution[symbol][:, 0] for analyte, symbol in self.symbols.items()}


def _others(design: Population) -> tuple[str, ...]:
    """Analytes with reported readings, beside 25(OH)D."""
    return tuple(analyte for analyte in design.baseline if analyte not in VITAMIN_D)


def _assay_of_study(study: Study, analyte: str) -> float:
    """Logarithm of what the study's assay reads over what is there: its part of the distance from usual levels."""
    mean = study.design.baseline[analyte].mean
    assert mean is not None
    return study_reading(analyte, math.log(mean) - _usual_levels(study)[analyte])


@lru_cache(maxsize=8)
def _usual_levels(study: Study) -> Mapping[str, float]:
    """Logarithm of the mean settled level in such people, of every analyte with a reported reading."""
    matching = _Matching(study, shared_out(study, draw(study.design, np.arange(_USUAL))))
    levels = matching.settle(matching.constants).levels
    return {analyte: math.log(float(level.mean())) for analyte, level in levels.items()}
