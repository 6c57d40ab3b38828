"""What a person's labs say about their body: importance sampling over possible bodies.

Each possible body lives the person's recorded days (diet, supplements with their dates, the seasons at their latitude)
up to today, and is weighted by how well it meets the labs: a reading is log-normal around the person's own level, with
assay and within-person variation. The first draw is from the prior. A regression of the logarithms of its levels on its
open traits gives the Gaussian posterior of the linearised model, and the next draw is from that, widened a little; the
regression is repeated there until enough independent bodies have been found (:mod:`cofactor.assess.sampling`). What
comes out is a set of equally likely bodies and how many independent ones they are worth.

Where labs and model disagree
    Labs that hardly anyone like this person would have (a unit mixed up, another person's sheet, a supplement that the
    case does not name) are not fitted at any price: their scatter is taken as so much larger that they become just
    believable, and the same is done where too few bodies meet them. The analytes at fault are named, and what they are
    the measure of must not be planned (:data:`WITHHOLDS`) until they are repeated or explained.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from cofactor.assess.sampling import Array, Line, Pool, Proposal, effective, fit_line, resample
from cofactor.facts.load import load
from cofactor.model.tables import outcomes as outcome_table
from cofactor.person.body import Members, State, Subject, join, live, members, past, settle, subject, take
from cofactor.person.types import Case, LabResult

HISTORY_DAYS = 365  # at least a year, so that today's season is that of this person
OLDEST_LAB_DAYS = 730  # older results say little about the habits of today
DRAWN = 300  # possible bodies of the first round
KEPT = 200  # equally likely bodies handed on
SHOWN = 1000
"""Bodies that everything shown to a person rests on: a share of 90 % is told to one point, its standard error."""
SOUGHT = 150.0  # effective bodies at which no further round is run
MOST_ROUNDS = 6
SEEDS = 10_007  # apart, so that no two draws of a run share their numbers
ENOUGH = 30.0  # effective bodies below which the labs are made to count for less
# How much later draws widen the readings' variance, and how many of a round do: their tails must be wider than the
# target's, which bends where the line does not. Set so that 400 drawn people all come out (bench/lab_update.py).
WIDENINGS = ((1.5, 200), (4.0, 100))
SLIP = 1e-5  # prior probability of labs as far off as these, below which model and labs are said to disagree
SURPRISE = 1e-3  # to which such labs are toned down: that of a rare person, whom a slip of a unit then cannot outdo
WITHHOLDS = {
    "25OHD": ("vitamin_d",),
    "25OHD3": ("vitamin_d",),
    "25OHD2": ("vitamin_d",),
    "calcitriol": ("vitamin_d", "calcium"),
    "PTH": ("vitamin_d", "calcium"),
    "Ca_total": ("vitamin_d", "calcium"),
    "Ca_ionised": ("vitamin_d", "calcium"),
    "Ca_urine": ("vitamin_d", "calcium"),
    "phosphate": ("vitamin_d", "calcium"),
    "Mg_serum": ("magnesium",),
    "Mg_urine": ("magnesium",),
    "Zn_plasma": ("zinc",),
}
"""Nutrients of which no dose may be computed from an analyte that labs and model disagree about."""


class Unused(StrEnum):
    """Why a result did not enter the update."""

    ZERO = "zero"  # no level at all is below what the method can see, which was not given
    OLD = "old"  # more than two years
    NOT_MODELLED = "not_modelled"  # the model does not report the analyte
    NO_VARIATION = "no_variation"  # nothing is known of how far one reading may be off


@dataclass(frozen=True, eq=False)
class Posterior:
    """Equally likely bodies of one person, today.

    ``effective`` is the number of independent bodies that the weighted draws are worth (Kish 1965); ``used`` the labs
    that entered and ``unused`` those that did not, with the reason; ``surprise`` the prior probability of labs at least
    as far from expectation (1 where there are none); ``counted`` the power to which the likelihood of the labs was
    raised (1 unless they were not believable or too few bodies met them); ``doubtful`` the analytes at fault then.
    """

    members: Members
    state: State
    effective: float
    used: tuple[LabResult, ...]
    surprise: float
    counted: float
    unused: tuple[tuple[LabResult, Unused], ...] = ()
    doubtful: tuple[str, ...] = ()

    @property
    def disagrees(self) -> bool:
        """Whether the labs lie where no body of this person was expected: a wrong entry, or something unknown."""
        return self.counted < 1

    @property
    def withholds(self) -> tuple[str, ...]:
        """Nutrients that must not be planned from these labs."""
        return tuple(dict.fromkeys(n for analyte in self.doubtful for n in WITHHOLDS.get(analyte, ())))

    def doubt(self, nutrient: str) -> str:
        """The first analyte whose disagreement withholds a nutrient."""
        return next(analyte for analyte in self.doubtful if nutrient in WITHHOLDS.get(analyte, ()))


def posterior(case: Case, seed: int = 1, bodies: int | None = None) -> Posterior:
    """Update from all labs of the last two years that the model reports. A case and a seed give the same bodies.

    ``bodies`` asks for more or fewer than :data:`KEPT`; as many more are drawn, so that they are worth as much more.
    """
    of, used = subject(case), informative(case)
    kept = KEPT if bodies is None else bodies
    times = kept / KEPT
    unused = tuple((r, reason) for r in case.labs if (reason := why_unused(r, case)))
    first = _round(of, [(Proposal.prior(len(of.names)), round(DRAWN * times) if used else kept)], used, 1.0, seed)
    if not used:
        return Posterior(first.members, first.state, float(kept), (), 1.0, 1.0, unused)
    expected = first.line()
    believed = 1.0 if expected.surprise() >= SLIP else expected.believable(SURPRISE)
    rounds = [replace(first, counted=believed)]
    pool = _pool(rounds)
    # The prior alone may be worth enough bodies and still be a coarse picture: one round near the labs always follows.
    while len(rounds) < MOST_ROUNDS and (len(rounds) < 2 or effective(pool.weights()) < SOUGHT * times):
        line = rounds[-1].line()
        near = [(line.proposal(widening), round(count * times)) for widening, count in WIDENINGS]
        rounds.append(_round(of, near, used, believed, seed + len(rounds)))
        pool = _pool(rounds)
    power, weights = pool.tempered(ENOUGH * min(times, 1.0))
    chosen, state = _take(rounds, weights, kept, seed)
    doubtful = () if believed * power == 1 else _at_fault(used, expected)
    return Posterior(chosen, state, effective(weights), used, expected.surprise(), believed * power, unused, doubtful)


def _at_fault(used: tuple[LabResult, ...], line: Line) -> tuple[str, ...]:
    """The analytes whose readings are unbelievable by themselves; where none is, that of the least believable one."""
    alone = line.surprises()
    found = [r.analyte for r, s in zip(used, alone, strict=True) if s < SURPRISE]
    return tuple(dict.fromkeys(found or [used[int(np.argmin(alone))].analyte]))


def informative(case: Case) -> tuple[LabResult, ...]:
    """Labs that enter the update, in order of date."""
    return tuple(sorted((r for r in case.labs if why_unused(r, case) is None), key=lambda r: (r.date, r.analyte)))


def why_unused(result: LabResult, case: Case) -> Unused | None:
    """Why a result says nothing in the update, or None where it enters."""
    if result.analyte not in {o.id for o in outcome_table()}:
        return Unused.NOT_MODELLED
    if reading_sd(result, case) is None:
        return Unused.NO_VARIATION
    if result.value <= 0:
        return Unused.ZERO
    return Unused.OLD if (case.today - result.date).days > OLDEST_LAB_DAYS else None


def reading_sd(result: LabResult, case: Case) -> float | None:
    """Log-SD of one reading around the person's own level, or None where nothing is known of it."""
    return load().reading_log_sd(result.analyte, case.person.sex)


@dataclass(frozen=True, eq=False)
class _Round:
    """Bodies drawn from some proposals, where they stand today, and the logarithms of their levels at each lab."""

    proposals: Sequence[tuple[Proposal, int]]
    members: Members
    state: State
    used: tuple[LabResult, ...]
    predicted: Array  # (bodies, labs)
    counted: float  # power of the likelihood

    @property
    def noise(self) -> Array:
        known = [reading_sd(r, self.members.subject.case) or math.nan for r in self.used]
        return np.asarray(np.array(known) / math.sqrt(self.counted))

    @property
    def read(self) -> Array:
        return np.log([r.value for r in self.used])

    def log_likelihood(self) -> Array:
        """Of all labs, for each body."""
        distance = (self.read - self.predicted) / self.noise
        parts = [_log_probability(distance[:, i], r.operator) for i, r in enumerate(self.used)]
        return np.asarray(np.sum(parts, axis=0))

    def line(self) -> Line:
        """The levels as a linear function of the traits near these bodies.

        A reading known only as below or above a limit says nothing here where its bodies are expected to meet it.
        """
        ahead = self.read - self.predicted.mean(axis=0)
        met = [
            (r.operator == "<" and a > 0) or (r.operator == ">" and a < 0)
            for r, a in zip(self.used, ahead, strict=True)
        ]
        return fit_line(self.members.vectors, self.predicted, self.read, np.where(met, np.inf, self.noise))


def _round(
    of: Subject, proposals: Sequence[tuple[Proposal, int]], used: tuple[LabResult, ...], counted: float, seed: int
) -> _Round:
    vectors = np.concatenate([p.draw(count, seed + SEEDS * i) for i, (p, count) in enumerate(proposals)])
    drawn = members(of, vectors)
    oldest = max(((of.case.today - r.date).days for r in used), default=0)
    history = past(of, max(HISTORY_DAYS, oldest + HISTORY_DAYS // 2))
    analytes = tuple(dict.fromkeys(r.analyte for r in used)) or ("25OHD",)
    when = sorted({float((r.date - of.case.today).days) for r in used})
    values, state = live(drawn, settle(drawn, history[0]), history, 0.0, when, analytes)
    days, columns = [when.index((r.date - of.case.today).days) for r in used], [analytes.index(r.analyte) for r in used]
    predicted = np.log(np.maximum(values[:, days, columns], 1e-9)) if used else np.zeros((len(drawn), 0))
    return _Round(proposals, drawn, state, used, predicted, counted)


def _log_probability(distance: Array, operator: str) -> Array:
    """Of a reading at that distance; of one that is only known to lie below (``<``) or above (``>``)."""
    if operator == "=":
        return np.asarray(-0.5 * distance**2)
    sign = 1.0 if operator == "<" else -1.0
    tail = np.array([0.5 * math.erfc(-sign * d / math.sqrt(2)) for d in distance])
    return np.asarray(np.log(np.maximum(tail, 1e-300)))


def _pool(rounds: list[_Round]) -> Pool:
    return Pool(
        [part for r in rounds for part in r.proposals],
        np.concatenate([r.members.vectors for r in rounds]),
        np.concatenate([r.log_likelihood() for r in rounds]),
    )


def _take(rounds: list[_Round], weights: Array, kept: int, seed: int) -> tuple[Members, State]:
    """Equally likely bodies out of the weighted ones of all rounds."""
    return take(*join([(r.members, r.state) for r in rounds]), resample(weights, kept, seed))
