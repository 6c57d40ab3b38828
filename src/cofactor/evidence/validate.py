"""The published trials, predicted and compared: what ``cofactor validate`` shows.

Every row of a trial table that can be simulated is predicted with its band (what calibration left open, and what
differs between trials that no table names), beside what formulae give; rows that cannot be simulated are listed with
the reason. The shipped trials were in sight when the model was fitted: for those, what a fit without the trial expects
stands beside.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from cofactor.engine.generate import human
from cofactor.evidence import acceptance, formulae, minerals
from cofactor.evidence.acceptance import Verdict
from cofactor.evidence.arms import Arm, arms
from cofactor.evidence.layer import Array, draws, layer
from cofactor.evidence.observed import UNITS, Measure, Observation
from cofactor.evidence.people import between_people, between_trials, reading_log_sd
from cofactor.evidence.population import AtDose, Range, at_doses, draw, ranges
from cofactor.evidence.predict import predict
from cofactor.evidence.published import Kind, Row, read, shipped
from cofactor.evidence.reasons import Filled, Unread
from cofactor.evidence.score import BANDS, Score, score
from cofactor.facts.types import Trust
from cofactor.model.posterior import Ensemble, ensemble, read_ensemble
from cofactor.model.tables import parameters

OLD_PEOPLE = 2000  # women past the menopause on doses of vitamin D: shares are known to about one per cent
PEOPLE = 96  # people of each arm, for the spread between them: its SD is known to 7 %
_COVER = (5.0, 95.0)  # the band of an arm mean, percentiles


@dataclass(frozen=True)
class Judged:
    """One published number beside what the model and the formulae expect of it.

    ``predicted_sd`` is the spread between people, ``low`` and ``high`` the 90 % band of the mean of an arm;
    ``left_out`` is what a fit that did not see the trial expects, where it is one that the model is fitted to.
    """

    row: Row
    analyte: str
    measure: str
    unit: str
    observed: float
    observed_sd: float | None
    predicted: float
    predicted_sd: float | None
    low: float
    high: float
    iu_per_day: float | None = None
    core: bool = False
    left_out: float | None = None
    formulae: Mapping[str, float] = field(default_factory=dict)
    filled: tuple[Filled, ...] = ()

    @property
    def covered(self) -> bool:
        """Whether what was observed lies in the band."""
        return self.low <= self.observed <= self.high

    @property
    def recall(self) -> bool:
        """Whether the published number is from memory."""
        return self.row.trust is Trust.RECALL


@dataclass(frozen=True)
class Group:
    """Scores of the numbers of one analyte: the model's, those of formulae on the same numbers, and by band of dose."""

    analyte: str
    unit: str
    model: Score
    cover90: float
    formulae: Mapping[str, Score]
    by_dose: tuple[Score, ...] = ()
    left_out: tuple[Score, ...] = ()
    formulae_by_dose: Mapping[str, tuple[Score, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Validation:
    """Everything that was compared."""

    model: str
    judged: tuple[Judged, ...]
    groups: tuple[Group, ...]
    unread: tuple[Unread, ...]
    acceptance: tuple[Verdict, ...]
    ranges: tuple[Range, ...]
    doses: tuple[AtDose, ...]
    shipped: bool


def validate(trials: Sequence[str | Path] = ()) -> Validation:
    """Run the shipped trials, or those of ``trials`` in their place (columns of either shipped table).

    Raises :class:`cofactor.errors.InputError` for a file that is no trial table.
    """
    rows = [row for path in trials for row in read(path)]
    if not trials:
        rows = [*shipped(Kind.VITAMIN_D), *shipped(Kind.MINERAL)]
    vitamin_d, unread_d = _vitamin_d(rows, known=not trials)
    mineral, unread_m = _minerals(rows)
    judged = (*vitamin_d, *mineral)
    return Validation(
        model=f"human {human().source[:12]}",
        judged=judged,
        groups=tuple(_groups(judged)),
        unread=(*unread_d, *unread_m),
        acceptance=acceptance.verdicts(),
        ranges=ranges(draw()),
        doses=at_doses(draw(OLD_PEOPLE, old=True)),
        shipped=not trials,
    )


def posterior_sets() -> dict[str, Array]:
    """The shipped ensemble as values by name, of the model and of the trial layer."""
    value = {p.id: p.value for p in parameters()} | {r.id: r.value for r in layer().values()}
    text = files("cofactor.evidence").joinpath("tables", "trial_posterior.csv").read_text(encoding="utf-8")
    found: dict[str, Array] = {}
    for sets in (ensemble(), read_ensemble(text)):
        found |= _values(sets, value)
    return found


def _values(sets: Ensemble, value: Mapping[str, float | None]) -> dict[str, Array]:
    factors = np.array(sets.factors)
    return {name: (value[name] or 0.0) * factors[:, i] for i, name in enumerate(sets.names)}


# --------------------------------------------------------------------------------------------------------- vitamin D


def _vitamin_d(rows: Iterable[Row], *, known: bool) -> tuple[list[Judged], tuple[Unread, ...]]:
    chosen, unread = arms(rows)
    if not chosen:
        return [], unread
    sets = posterior_sets()
    given, one = draws(sets), draws()
    mean = predict(chosen, one)
    other = predict(chosen, given, between_trials(chosen, given.count))
    many = draws({"F_D": np.full(PEOPLE, one.program.parameters()[0, one.program.index["F_D"]])})
    people = predict(chosen, many, between_people(chosen, one.program, PEOPLE))
    pairs = [(a, o) for a in chosen for o in a.observations]
    rng = np.random.default_rng(2)
    return [
        _judge(a, o, float(m[0]), _noisy(o, t, rng), p, left_out().get(_key(a, o)) if known else None)
        for (a, o), m, t, p in zip(pairs, mean, other, people, strict=True)
    ], unread


def _noisy(o: Observation, means: Array, rng: np.random.Generator) -> Array:
    """Arm means as a trial would read them: with the error of sampling and of the table for 25(OH)D and the like."""
    if o.unit == UNITS["25OHD"] and o.analyte != "D3":
        return np.asarray(means + layer()["trial_reading"].value * rng.standard_normal(len(means)))
    start = o.start if o.start is not None else float(np.abs(means).mean())
    return _between_trials(o.analyte, o.measure, means, np.full(len(means), start), rng)


def _between_trials(analyte: str, measure: str, means: Array, start: Array, rng: np.random.Generator) -> Array:
    """Levels other than 25(OH)D as trials read them: assays and people differ, less so for changes."""
    normal = rng.standard_normal(len(means))
    if measure in (Measure.LEVEL, Measure.HIGHEST, Measure.RATIO, Measure.AREA):
        usual = layer()["other_level"]
        return np.asarray(means * np.exp(layer().get(f"other_level.{analyte}", usual).value * normal))
    width = np.hypot(layer()["other_change"].value * means, layer()["other_floor"].value * start)
    return np.asarray(means + width * normal)


def _judge(arm: Arm, o: Observation, mean: float, means: Array, people: Array, left_out: float | None) -> Judged:
    low, high = np.percentile(means, _COVER)
    return Judged(
        row=o.row,
        analyte=o.analyte,
        measure=o.measure,
        unit=o.unit,
        observed=o.value,
        observed_sd=o.sd,
        predicted=mean,
        predicted_sd=_spread(arm, o, people),
        low=float(low),
        high=float(high),
        iu_per_day=arm.iu_per_day,
        core=o.core,
        left_out=left_out,
        formulae=formulae.answers(arm, o),
        filled=arm.filled,
    )


def _spread(arm: Arm, o: Observation, people: Array) -> float | None:
    """SD between people. Of a change, that of two readings of each person comes on top."""
    if o.comparator is not None or o.measure is Measure.AREA:
        return None
    sd = float(people.std())
    if o.measure is Measure.CHANGE and o.analyte.startswith("25OHD"):
        sd = float(np.hypot(sd, reading_log_sd() * np.hypot(arm.baseline, arm.baseline + people.mean())))
    return sd


Key = tuple[str, str, str, float]


def _key(arm: Arm, o: Observation) -> Key:
    return arm.trial_id, arm.name, o.row.text("outcome"), round(o.day, 1)


@cache
def left_out() -> dict[Key, float]:
    """What a fit without its trial expects of each observation of the shipped trials, as calibration wrote it."""
    text = files("cofactor.evidence").joinpath("tables", "left_out.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text))
    return {(r["trial_id"], r["arm"], r["outcome"], round(float(r["day"]), 1)): float(r["predicted"]) for r in rows}


# ---------------------------------------------------------------------------------------------------------- minerals


def _minerals(rows: Iterable[Row]) -> tuple[list[Judged], tuple[Unread, ...]]:
    chosen, unread = minerals.read(rows)
    if not chosen:
        return [], unread
    sets = {n: v for n, v in posterior_sets().items() if n not in layer()}
    mean, other = minerals.predict(chosen, draws()), minerals.predict(chosen, draws(sets))
    rng = np.random.default_rng(3)
    found = []
    for row, m, many in zip(chosen, mean, other, strict=True):
        what, sd, count = row.reading, row.row.number("value_sd"), row.row.number("n")
        error = sd / np.sqrt(count) if sd and count else 0.0
        means = _between_trials(row.analyte, what.measure, many.value, many.start, rng)
        means = means + error * rng.standard_normal(len(means))
        low, high = (float(end) for end in np.percentile(means, _COVER))
        of_row = (row.row, row.analyte, what.measure, what.unit, row.value, sd)
        found.append(Judged(*of_row, float(m.value[0]), None, low, high))
    return found, unread


# ------------------------------------------------------------------------------------------------------------ scores


def _groups(judged: Sequence[Judged]) -> list[Group]:
    """Scores of every analyte and unit, levels, changes and differences together; 25(OH)D on its core, by dose."""
    kinds: dict[tuple[str, str], list[Judged]] = {}
    for j in judged:
        if j.measure in (Measure.LEVEL, Measure.CHANGE, Measure.DIFFERENCE):
            name = "25OHD" if j.analyte == "25OHD3" and j.core else j.analyte
            kinds.setdefault((name, j.unit), []).append(j)
    core = [j for j in judged if j.core]
    if core:
        kinds["25OHD", UNITS["25OHD"]] = core
    return [_group(name, unit, rows) for (name, unit), rows in kinds.items()]


def _group(name: str, unit: str, rows: Sequence[Judged]) -> Group:
    seen = np.array([j.observed for j in rows])
    predicted = np.array([j.predicted for j in rows])
    ids = list(dict.fromkeys(f for j in rows for f in j.formulae))
    of_rule = {f: np.array([j.formulae.get(f, np.nan) for j in rows]) for f in ids}
    held = np.array([np.nan if j.left_out is None else j.left_out for j in rows])
    return Group(
        analyte=name,
        unit=unit,
        model=score("all", predicted, seen),
        cover90=float(np.mean([j.covered for j in rows])),
        formulae={f: _score("all", v, seen) for f, v in of_rule.items()},
        by_dose=_bands(predicted, seen, rows) if ids else (),
        left_out=_bands(held, seen, rows) if ids and np.isfinite(held).any() else (),
        formulae_by_dose={f: _bands(v, seen, rows) for f, v in of_rule.items()},
    )


def _score(band: str, predicted: Array, seen: Array) -> Score:
    known = np.isfinite(predicted)
    return score(band, predicted[known], seen[known])


def _bands(predicted: Array, seen: Array, rows: Sequence[Judged]) -> tuple[Score, ...]:
    dose = np.array([j.iu_per_day or 0.0 for j in rows])
    found = []
    for band, low, high in BANDS:
        keep = (dose >= low) & (dose <= high)
        if keep.any():
            found.append(_score(band, predicted[keep], seen[keep]))
    return tuple(found)
