"""Possible bodies of one person, and what happens in them.

What a case leaves open (how fast this person clears vitamin D, how much sun really reaches the skin, how exact the diet
is) is a vector of standard normal numbers, one per open trait. :func:`members` turns such vectors into constants of the
model, so that a prior draw, an update from labs and a sensitivity study all speak of the same numbers.
:func:`live` runs members through the days before and after today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cofactor.engine.generate import human
from cofactor.engine.solve import Backend, Change, Event, Solution, solve
from cofactor.errors import EngineError
from cofactor.facts.spread import FIVE_TO_NINETYFIVE
from cofactor.model.tables import outcomes as outcome_table
from cofactor.person import sun
from cofactor.person.exposure import constants as exposures
from cofactor.person.inputs import ModelInputs, absorbed_nmol
from cofactor.person.intake import Intake, in_use, intake, model_inputs
from cofactor.person.traits import covariate_log_sd, model_factors, traits
from cofactor.person.types import Case
from cofactor.said import Said

Array = NDArray[np.float64]

SETTLE_DAYS = 4000.0
"""Days at constant habits before the recorded history begins: the slow magnesium pools and the glands come to rest."""
_DIET_INPUTS = {"in_Ca": "calcium", "in_Mg": "magnesium", "in_P": "phosphorus", "in_Zn": "zinc"}
_SUN, _RESIDUAL, _DIET = "sun", "residual_supply", "diet:"


@dataclass(frozen=True, eq=False)
class Subject:
    """A case with all that its simulations share. ``names`` are its open traits, in the order of their vectors."""

    case: Case
    intake: Intake
    centre: Mapping[str, float]
    log_sd: Mapping[str, float]
    shared: Mapping[str, tuple[float, tuple[str, ...]]]
    skin: Array  # nmol/d of D3 by day of the year
    away: tuple[sun.Away, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The open traits of this person."""
        return (*self.log_sd, *self.shared)

    def draw(self, count: int, seed: int) -> Array:
        """Standard normal vectors of ``count`` possible bodies, shape (count, traits)."""
        return np.random.default_rng(seed).standard_normal((count, len(self.names)))


def subject(case: Case) -> Subject:
    """Prepare a case for simulation."""
    known, eaten = traits(case), intake(case)
    open_traits = dict(known.log_sd)
    for nutrient in ("vitamin_d", *_DIET_INPUTS.values()):
        amount = eaten.food.get(nutrient)
        if amount is not None and amount.mid > 0:
            width = np.log(max(amount.high, amount.mid) / max(amount.low, 0.05 * amount.mid)) / FIVE_TO_NINETYFIVE
            open_traits[_DIET + nutrient] = max(float(width), covariate_log_sd("intake_recall"))
    skin, away = sun.skin_supply(case), sun.away(case)
    if skin.any() or away:
        open_traits[_SUN] = sun.SUN_LOG_SD
    open_traits[_RESIDUAL] = exposures()["residual_supply"].log_sd or 0.0
    return Subject(case, eaten, known.centre, open_traits, known.shared, skin, away)


@dataclass(frozen=True, eq=False)
class Members:
    """Possible bodies: constants of the model and factors on sun and diet, one entry per member in every array."""

    subject: Subject
    vectors: Array
    constants: Mapping[str, Array]
    sun: Array
    diet: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.vectors)


def members(of: Subject, vectors: Array) -> Members:
    """The bodies that vectors of open traits describe (shape (members, traits) -> constants)."""
    program = human()
    reference = dict(zip(program.constants, program.parameters()[0], strict=True))
    column = {name: i for i, name in enumerate(of.names)}
    count = len(vectors)

    def factor(name: str) -> Array:
        if name not in column:
            return np.ones(count)
        sd = of.shared[name][0] if name in of.shared else of.log_sd[name]
        return np.asarray(np.exp(sd * vectors[:, column[name]]))

    values: dict[str, Array] = {n: np.full(count, v) for n, v in of.centre.items()}
    for name in of.log_sd:
        if name in reference:
            values[name] = of.centre.get(name, reference[name]) * factor(name)
    for name, (_, moved) in of.shared.items():
        for constant in moved:
            values[constant] = values.get(constant, np.full(count, reference[constant])) * factor(name)
    for constant, left_open in model_factors(np.arange(count)).items():
        values[constant] = values.get(constant, np.full(count, reference[constant])) * left_open
    diet = {n: factor(_DIET + n) for n in ("vitamin_d", *_DIET_INPUTS.values())}
    food = of.intake.food["vitamin_d"].mid if "vitamin_d" in of.intake.food else 0.0
    eaten = absorbed_nmol("D3", food, with_meal=True) * diet["vitamin_d"]
    rest = exposures()["residual_supply"].value * factor(_RESIDUAL)
    exposed = factor(_SUN)
    values["S_D3"] = eaten + sun.yearly_mean(of.skin) * exposed + rest
    return Members(of, np.asarray(vectors), values, exposed, diet)


@dataclass(frozen=True, eq=False)
class Regimen:
    """What is taken from a day on (0 is today), and what skin makes from then on where that is not as in the case."""

    from_day: float
    inputs: ModelInputs
    skin: Array | None = None  # nmol/d of D3 by day of the year


def present(of: Subject) -> Regimen:
    """The supplements in use today, going on."""
    return Regimen(0.0, model_inputs(of.intake))


def past(of: Subject, days: int) -> tuple[Regimen, ...]:
    """What was taken over the last ``days``, by the dates that the case gives for each supplement."""
    today = of.case.today
    begin = today - timedelta(days=days)
    changes = {begin}
    for s in of.case.supplements:
        ends = s.until + timedelta(days=1) if s.until else None
        changes |= {d for d in (s.since, ends) if d is not None and begin < d <= today}

    def on(day: date) -> ModelInputs:
        return model_inputs(of.intake, [s for s in of.case.supplements if in_use(s, day)])

    return tuple(Regimen(float((d - today).days), on(d)) for d in sorted(changes))


@dataclass(frozen=True, eq=False)
class State:
    """Where members stand on a day: the model's states and its constants as they are then."""

    day: float
    states: Array
    constants: Array


def settle(of: Members, regimen: Regimen) -> State:
    """Bring members to rest under a regimen at the yearly mean of their sun."""
    program = human()
    inputs = _inputs(of, regimen.inputs.spread())
    parameters = program.parameters(len(of), {**of.constants, **inputs})
    solution = _finished(solve(program, parameters, times=[SETTLE_DAYS], outcomes=program.states[:1]))
    return State(regimen.from_day, solution.final, solution.parameters)


def live(
    of: Members,
    state: State,
    regimens: Sequence[Regimen],
    until: float,
    times: ArrayLike = (),
    outcomes: Sequence[str] = ("25OHD",),
    backend: Backend = Backend.LLVM,
) -> tuple[Array, State]:
    """Run members from ``state`` to day ``until`` under ``regimens`` (each holds until the next).

    Returns values of the outcomes (contract ids, or names of the model's own readouts) at ``times``, shape (members,
    times, outcomes), and the state at the end. Raises :class:`EngineError` where a body cannot be integrated.
    """
    symbol = {o.id: o.symbol for o in outcome_table()}
    report = np.atleast_1d(np.asarray(times, float))
    stops = np.append(report[report < until], until) if not len(report) or report[-1] < until else report
    events = [*_sun(of, regimens, state.day, until), *_doses(of, regimens, state.day, until)]
    solution = _finished(
        solve(
            human(),
            state.constants,
            state.states,
            times=stops,
            outcomes=[symbol.get(o, o) for o in outcomes],
            events=events,
            start=state.day,
            backend=backend,
        )
    )
    return solution.values[:, : len(report)], State(until, solution.final, solution.parameters)


def _finished(solution: Solution) -> Solution:
    if not solution.ok:
        failed = int((solution.codes != 0).sum())
        raise EngineError(
            Said(
                "{failed} of {n} possible bodies of this person could not be simulated",
                failed=failed,
                n=len(solution.codes),
            )
        )
    return solution


def _inputs(of: Members, values: Mapping[str, float]) -> dict[str, Array]:
    """Inputs of a regimen per member: what comes from food carries the member's diet factor."""
    count = len(of)
    return {n: np.full(count, v) * of.diet.get(_DIET_INPUTS.get(n, ""), 1.0) for n, v in values.items()}


def _sun(of: Members, regimens: Sequence[Regimen], start: float, until: float) -> Iterator[Event]:
    """The sun of the case, and from a regimen on that has another, that one."""
    turns = [(start, of.subject.skin)]
    for regimen in regimens:
        skin = of.subject.skin if regimen.skin is None else regimen.skin
        if skin is not turns[-1][1]:
            turns.append((max(regimen.from_day, start), skin))
    for (begin, skin), (end, _) in pairwise([*turns, (until, of.subject.skin)]):
        yield from _seasons(of, skin, begin, min(end, until))


def _seasons(of: Members, skin: Array, start: float, until: float) -> Iterator[Event]:
    """Sun above or below the yearly mean, times the member's factor: straight lines, and steps for days elsewhere."""
    mean = sun.yearly_mean(of.subject.skin)  # what the supply of every day holds already
    begin, days = of.subject.case.today + timedelta(days=int(start)), int(np.ceil(until - start))
    if days < 1:
        return
    if skin.any() or mean:
        knots, supply = sun.lines(skin, begin, days)
        yield Event(start, "season_D3", Change.SET, (supply[0] - mean) * of.sun)
        for day, slope in zip(knots, np.diff(supply) / np.diff(knots), strict=False):  # none after the last knot
            yield Event(start + float(day), "season_slope", Change.SET, slope * of.sun)
    for offset, above in sun.journeys(skin, begin, days, of.subject.away):
        yield Event(start + offset, "sun_D3", Change.SET, above * of.sun)


def _doses(of: Members, regimens: Sequence[Regimen], start: float, until: float) -> list[Event]:
    """Changes of daily inputs, and every dose that is not daily."""
    events = []
    for i, regimen in enumerate(regimens):
        begin = max(regimen.from_day, start)
        end = min(regimens[i + 1].from_day if i + 1 < len(regimens) else until, until)
        if begin >= end:
            continue
        events += [Event(begin, n, Change.SET, v) for n, v in _inputs(of, regimen.inputs.values).items()]
        for bolus in regimen.inputs.boluses:
            days = np.arange(begin + bolus.first_day, end, bolus.every_days)
            events += [Event(float(d), bolus.state, Change.ADD, bolus.nmol) for d in days]
    return events


def take(of: Members, state: State, rows: NDArray[np.int64]) -> tuple[Members, State]:
    """Some of the members (rows may repeat), with their state."""
    chosen = Members(
        of.subject,
        of.vectors[rows],
        {n: v[rows] for n, v in of.constants.items()},
        of.sun[rows],
        {n: v[rows] for n, v in of.diet.items()},
    )
    return chosen, replace(state, states=state.states[rows], constants=state.constants[rows])


def join(parts: Sequence[tuple[Members, State]]) -> tuple[Members, State]:
    """The members of several draws of one subject as one, with their state on the same day."""
    of, state = parts[0]
    everyone = [m for m, _ in parts]
    joined = Members(
        of.subject,
        np.concatenate([m.vectors for m in everyone]),
        {n: np.concatenate([m.constants[n] for m in everyone]) for n in of.constants},
        np.concatenate([m.sun for m in everyone]),
        {n: np.concatenate([m.diet[n] for m in everyone]) for n in of.diet},
    )
    states = np.concatenate([s.states for _, s in parts])
    return joined, replace(state, states=states, constants=np.concatenate([s.constants for _, s in parts]))
