"""The next blood test: when, of what, why, and from which result the plan would change.

A result is a reading of the level that each possible body then has, off by assay and by the day. Given a result, bodies
count by how well they meet it; the dose would go up where, of those, fewer than asked stay at the goal, and down where
as many as asked stay there on the next smaller dose, taken from the day of the test. Nothing is read off a table.

One reading differs from the person's own level by assay and by the day, so that a dose is not changed for every result:
it goes on in a band around the level that is expected, between what one reading can tell from it on either side. The
band never holds what lies outside the goal. Steps are the smallest that products make, and never more than double.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from cofactor.assess.forecast import Trajectories, trajectories
from cofactor.assess.limits import hard_limits
from cofactor.assess.types import Level
from cofactor.facts.load import ANALYTE_UNIT, load
from cofactor.person.body import Array, Members, Regimen
from cofactor.person.types import LabResult
from cofactor.plan import needs, outlook
from cofactor.plan.choice import Shrunk, choose
from cofactor.plan.draft import Desk, Draft
from cofactor.plan.goals import PLANNED
from cofactor.plan.outlook import JUDGED_ON
from cofactor.plan.settle import Settled
from cofactor.plan.types import NextTest, Reason, Turn
from cofactor.plan.weights import PLAN

_WATCHED = {
    "vitamin_d": ("Ca_total", "creatinine"),
    "calcium": ("Ca_total", "creatinine"),
    "magnesium": ("creatinine",),
}
"""What is tested beside a dose that a CAUTION limits (docs/safety.md: calcium and creatinine within three months)."""
_LIKELY = (0.5, 99.5)  # percentiles of the results that are looked at
_LEAST_EFFECTIVE = 20.0  # bodies that must stand behind what is said of a result
_TELLS = 1.96  # standard deviations by which one reading must differ from what is expected to tell anything (95 %)
_JUST = 0.01  # of a dose: a limit of just more than it
_DOUBLE = 2.0  # the largest step of a dose after one result: a choice of this tool


def next_test(on: Desk, found: Settled) -> NextTest | None:
    """The test after which the plan is looked at again; None where it gives nothing to look at."""
    watched = tuple(dict.fromkeys(_watched(on, found.draft)))
    dosed = found.draft.amount("vitamin_d") > 0
    analytes = ("25OHD", *watched) if dosed or _taken_already(on) else watched
    if not analytes:
        return None
    why = [Reason("test.plateau", {"weeks": JUDGED_ON / 7})] if analytes[0] == "25OHD" else []
    why += [Reason("test.caution", {})] if watched else []
    day = on.case.today + timedelta(days=JUDGED_ON)
    of_level = tuple(_of_vitamin_d(on, found)) if dosed else ()
    why += _band(of_level)
    turns = (*of_level, *_stops(found, on.of.members, watched))
    return NextTest(int(JUDGED_ON), day.isoformat(), analytes, tuple(why), turns)


def _taken_already(on: Desk) -> bool:
    return bool(on.ours("vitamin_d")) or (on.staying("vitamin_d") > 0 and not on.closed("vitamin_d"))


def _watched(on: Desk, draft: Draft) -> Iterable[str]:
    for gate in on.gates.gates:
        if gate.level is Level.CAUTION:
            for nutrient in gate.nutrients:
                yield from _WATCHED.get(nutrient, ()) if draft.amount(nutrient) > 0 else ()


# ------------------------------------------------------------------------------------------------------- vitamin D


@dataclass(frozen=True, eq=False)
class _Reading:
    """Results that may come, and how much each body counts under each: shape (results, bodies)."""

    results: Array
    weights: Array
    levels: Array
    noise: float

    def share(self, inside: Array) -> Array:
        """Smallest share over the days of bodies that are ``inside`` (bodies, days), under each result."""
        return np.asarray((self.weights @ inside).min(axis=1))

    def band(self, low: float, high: float) -> tuple[float, float]:
        """Between which results one reading tells nothing new, whole nmol/L, inside a goal from ``low`` to ``high``."""
        expected = float(np.median(self.levels))
        below = max(low, expected * math.exp(-_TELLS * self.noise))
        above = min(high, expected * math.exp(_TELLS * self.noise))
        return float(round(below)), float(round(above))

    def probability(self, side: str, level: float) -> float:
        """That a result lies below or above a level."""
        below = [0.5 * math.erfc(-math.log(level / at) / self.noise / math.sqrt(2)) for at in self.levels]
        return float(np.mean(below)) if side == "below" else 1 - float(np.mean(below))


def _of_vitamin_d(on: Desk, found: Settled) -> Iterator[Turn]:
    goal, enough = on.goals.levels["25OHD"], on.goals.probability - needs.SAMPLE_ERROR
    low, high = goal[0], math.inf if goal[1] is None else goal[1]
    reading = _reading(found.then, on.of.members)
    below, above = reading.band(low, high)
    amount = found.draft.amount("vitamin_d")
    share = reading.share((found.then.of("25OHD")[:, found.then.days >= JUDGED_ON] >= low).astype(float))
    failing = reading.results[share < enough]
    if len(failing):
        yield _up(on, found, amount, min(float(failing.max()) + 1, below), reading)
    smaller = _smaller(on, found, amount)
    future = _changed(on, found, smaller)
    late = future.days >= 2 * JUDGED_ON
    staying = reading.results[reading.share((future.of("25OHD")[:, late] >= low).astype(float)) >= enough]
    if len(staying):
        level, after = min(max(float(staying.min()) - 1, above), high), smaller.amount("vitamin_d")
        key = "down" if after else "none_more" if on.staying("vitamin_d") else "none"
    else:
        level, after, key = high, amount, "high"
    if math.isfinite(level):
        p = reading.probability("above", level)
        yield _turn("25OHD", "above", level, p, "vitamin_d", after, f"test.turn.{key}")


def _band(turns: Sequence[Turn]) -> Iterator[Reason]:
    """Between which results the dose goes on as it is, and how likely that is."""
    ends: dict[str, str | float] = {"low" if turn.side == "below" else "high": turn.level for turn in turns}
    if turns:
        key = "both" if len(ends) > 1 else "from" if "low" in ends else "to"
        probability = max(0.0, 1.0 - sum(turn.p for turn in turns))
        yield Reason(f"test.band.{key}", {**ends, "analyte": turns[0].analyte, "probability": probability})


def _up(on: Desk, found: Settled, amount: float, level: float, reading: _Reading) -> Turn:
    """The next larger dose inside the limits that hold once there is a result; where there is none, who decides."""
    after = next((a for a in _larger(_tested(on, level), found, amount) if a > amount), amount)
    key = "test.turn.up" if after > amount else "test.turn.ask"
    p = reading.probability("below", level)
    return _turn("25OHD", "below", level, p, "vitamin_d", max(after, amount), key)


def _larger(tested: Desk, found: Settled, amount: float) -> Iterator[float]:
    """The dose that another step up would be: less than double, or else double."""
    more = needs.above(needs.amounts(tested), amount)
    if more is None:
        return
    known = found.asked.shrunk.get("vitamin_d", Shrunk(math.inf, "", 0.0))
    for most in (_DOUBLE * amount, _DOUBLE * amount * (1 + _JUST)):
        asked = found.asked if known.dose <= most else found.asked.below("vitamin_d", replace(known, dose=most))
        yield _needing(tested, replace(found, asked=asked), more).amount("vitamin_d")


def _turn(analyte: str, side: str, level: float, p: float, nutrient: str, amount: float, key: str) -> Turn:
    values: dict[str, str | float] = {"analyte": analyte, "level": level, "probability": p, "nutrient": nutrient}
    return Turn(
        analyte, ANALYTE_UNIT[analyte], side, level, p, nutrient, amount, Reason(key, {**values, "amount": amount})
    )


def _tested(on: Desk, level: float) -> Desk:
    """The desk on the day of the test: a result is there, and with it the limits that ask for one."""
    result = LabResult(on.case.today, "25OHD", level, ANALYTE_UNIT["25OHD"], "=", "")
    return replace(on, limits=hard_limits(replace(on.case, labs=(*on.case.labs, result))))


def _smaller(on: Desk, found: Settled, amount: float) -> Draft:
    """The plan as it would be with the largest smaller need of vitamin D that changes it."""
    for step in reversed([step for step in needs.amounts(on) if step < found.asked.needs["vitamin_d"]]):
        draft = _needing(on, found, step)
        if draft.amount("vitamin_d") < amount:
            return draft
    return _needing(on, found, 0.0)


def _needing(on: Desk, found: Settled, need: float) -> Draft:
    """The plan with another need of vitamin D; everything else stays, unless one product holds both."""
    draft = found.draft
    if any(len(set(dose.product.nutrients) & set(PLANNED)) > 1 for dose in draft.of("vitamin_d")):
        return choose(on, found.asked.needing("vitamin_d", need), PLAN)
    alone = choose(on, replace(found.asked, needs={"vitamin_d": need}), PLAN)
    others = (dose for dose in draft.doses if "vitamin_d" not in dose.product.nutrients)
    return replace(draft, doses=(*alone.doses, *others))


def _changed(on: Desk, found: Settled, draft: Draft) -> Trajectories:
    """The plan until the test, and another draft from there."""
    after = Regimen(JUDGED_ON, outlook.regimen(on, draft).inputs)
    return trajectories(on.of, [found.regimen, after], outlook.HORIZON, ("25OHD",))


def _reading(then: Trajectories, of: Members) -> _Reading:
    """Results of 25(OH)D on the day of the test, whole nmol/L, and what each says of the bodies."""
    levels, noise = np.maximum(then.on("25OHD", JUDGED_ON), 1.0), _noise("25OHD", of)
    ends = np.exp(np.log(np.percentile(levels, _LIKELY)) + np.array([-noise, noise]))
    results = np.arange(math.floor(ends[0]), math.ceil(ends[1]) + 1, dtype=float)
    fit = np.exp(-0.5 * (np.log(results[:, None] / levels[None, :]) / noise) ** 2)
    total = fit.sum(axis=1)
    told = total**2 > _LEAST_EFFECTIVE * (fit**2).sum(axis=1)
    return _Reading(results[told], fit[told] / total[told, None], levels, noise)


def _day(then: Trajectories) -> int:
    return int(np.argmin(np.abs(then.days - JUDGED_ON)))


def _noise(analyte: str, of: Members) -> float:
    """Log-SD of one reading around the person's own level."""
    found = load().reading_log_sd(analyte, of.subject.case.person.sex)
    assert found is not None
    return found


# ------------------------------------------------------------------------------------- results that stop a nutrient


def _stops(found: Settled, of: Members, watched: Iterable[str]) -> Iterator[Turn]:
    """Results above which a gate stops what is dosed."""
    for risk in outlook.RISKS:
        if risk.outcome in watched:
            levels, noise = risk.levels(found.then, of)[:, _day(found.then)], _noise(risk.outcome, of)
            above = [0.5 * math.erfc(math.log(risk.level / at) / noise / math.sqrt(2)) for at in levels]
            for nutrient in risk.nutrients:
                if found.draft.amount(nutrient) > 0:
                    p = float(np.mean(above))
                    yield _turn(risk.outcome, "above", risk.level, p, nutrient, 0.0, "test.turn.stop")
