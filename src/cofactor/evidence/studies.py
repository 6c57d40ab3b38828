"""Experiments of the ledger: small virtual trials, written as files, whose results are computed and never typed.

``studies/<claim>.yaml`` holds a population, arms, what is measured and what is compared. The same people live every
arm, once for each of several equally likely sets of the model's constants (:mod:`cofactor.model.posterior`): the
interval of a result is what calibration left open about the model, for this population; the spread between people is
not in it, since both sides of a comparison have the same people. Where evidence for an effect is weak, the study names
the constants that switch it on, and the comparison is given both ways.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cofactor.engine.generate import human
from cofactor.errors import ModelError
from cofactor.facts.load import ANALYTE_UNIT
from cofactor.model.posterior import ensemble
from cofactor.person.yaml_text import read
from cofactor.trial.design import parse_trial
from cofactor.trial.match import Ready, ready
from cofactor.trial.population import People, draw
from cofactor.trial.simulate import observed
from cofactor.trial.study import Study as Setting
from cofactor.trial.types import Arm, Give, Trial

Array = NDArray[np.float64]

PEOPLE = 96
"""People of a study: the mean of a comparison of the same people is then known to a tenth of its spread."""
SETS = 12
"""Sets of constants, evenly spread over the ensemble."""
INTERVAL = (5.0, 95.0)
_CHANCE = 0.4  # a correlation that 64 unrelated pairs pass once in a thousand times (t distribution)
_STILL = 1e-9  # relative spread below which a comparison does not move at all
_LEANING_PEOPLE, _LEANING_SETS = 24, 64  # fewer people and more sets, to see on which constants a result leans


class Statistic(StrEnum):
    """What is made of the people's readings."""

    MEAN = "mean"
    CHANGE = "change"  # mean change since the start
    SHARE_ABOVE = "share_above"  # percent of people above a level
    SPREAD = "spread_of_rise"  # the rise of one person in twenty at the top over that of one at the bottom
    DOSE = "dose_for_share_above"  # smallest dose that brings a share of people above a level


class Comparison(StrEnum):
    """How two arms are compared."""

    DIFFERENCE = "difference"
    PERCENT = "percent"
    SPREAD = "spread"


@dataclass(frozen=True, slots=True)
class Measure:
    """An outcome on a day; ``level`` and ``share`` where the statistic asks for them."""

    outcome: str
    day: float
    statistic: Statistic
    level: float = 0.0
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Contrast:
    """One arm against another; where the population varies, one value of it against another."""

    of: str
    against: str
    how: Comparison


@dataclass(frozen=True)
class Study:
    """A declared experiment. ``vary`` repeats it over values of one key of the population."""

    claim: str
    about: str
    population: Mapping[str, Any]
    arms: tuple[Mapping[str, Any], ...]
    start: date
    dark: bool
    days: float
    measure: Measure
    compare: Contrast
    also: Contrast | None = None
    vary: Mapping[str, Sequence[float]] = field(default_factory=dict)
    doses: Mapping[str, Any] = field(default_factory=dict)
    switches: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Value:
    """A number with the interval that calibration leaves (5 to 95 %)."""

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Result:
    """What a study found: every row measured, the comparison, and the comparison with weak effects switched on."""

    study: Study
    rows: tuple[Value, ...]
    contrast: Value
    also: Value | None
    switched: Value | None
    unit: str
    contrast_unit: str


@cache
def studies() -> dict[str, Study]:
    """All declared experiments by claim."""
    folder = files("cofactor.evidence").joinpath("studies")
    names = sorted(path.name for path in folder.iterdir() if path.name.endswith(".yaml"))
    found = [_study(name.removesuffix(".yaml"), folder.joinpath(name).read_text(encoding="utf-8")) for name in names]
    return {study.claim: study for study in found}


def _study(claim: str, text: str) -> Study:
    about = text.partition("\n")[0].removeprefix("# ")
    value = read(text).value
    if not isinstance(value, dict):
        raise ModelError(f"study {claim}: got {type(value).__name__}, expected keys and values")
    m = value["measure"]
    measure = Measure(
        m["outcome"], float(m["day"]), Statistic(m["statistic"]), float(m.get("level", 0)), float(m.get("share", 0))
    )
    return Study(
        claim=claim,
        about=about,
        population=value["population"],
        arms=tuple(value["arms"]),
        start=date.fromisoformat(str(value["start"])),
        dark=value.get("sun") == "none",
        days=float(value["days"]),
        measure=measure,
        compare=_contrast(value["compare"]),
        also=_contrast(value["also"]) if "also" in value else None,
        vary=value.get("vary", {}),
        doses=value.get("doses", {}),
        switches={name: float(v) for name, v in value.get("switches", {}).items()},
    )


def _contrast(value: Mapping[str, Any]) -> Contrast:
    return Contrast(str(value["of"]), str(value["with"]), Comparison(value["as"]))


def run(study: Study) -> Result:
    """Run a study, and again with its weak effects switched on. The same study gives the same result."""
    found = _measured(study, {})
    switched = _measured(study, study.switches) if study.switches else None
    unit = _unit(study.measure)
    spread = study.compare.how is Comparison.SPREAD  # a ratio of people, which has no rows of arms
    contrast_unit = "%" if study.compare.how is Comparison.PERCENT else unit
    return Result(
        study=study,
        rows=tuple(_value(label, values) for label, values in found.items() if not spread),
        contrast=_compared(study.compare, found),
        also=_compared(study.also, found) if study.also else None,
        switched=_compared(study.compare, switched) if switched is not None else None,
        unit=unit,
        contrast_unit="ratio" if spread else contrast_unit,
    )


def _unit(measure: Measure) -> str:
    if measure.statistic is Statistic.SHARE_ABOVE:
        return "% of people"
    if measure.statistic is Statistic.DOSE:
        return "µg/d"
    return ANALYTE_UNIT[measure.outcome]


def _value(label: str, values: Array) -> Value:
    low, middle, high = np.percentile(values, (INTERVAL[0], 50, INTERVAL[1]))
    return Value(label, float(middle), float(low), float(high))


def _compared(contrast: Contrast, found: Mapping[str, Array]) -> Value:
    of, against = found[contrast.of], found.get(contrast.against, np.zeros(1))
    if contrast.how is Comparison.PERCENT:
        return _value(f"{contrast.of} / {contrast.against}", 100 * (of / against - 1))
    if contrast.how is Comparison.SPREAD:
        return _value(contrast.of, of)
    return _value(f"{contrast.of} - {contrast.against}", of - against)


@dataclass(frozen=True, slots=True)
class Leaning:
    """How a comparison moves with one calibrated constant over the ensemble: correlation of the two."""

    constant: str
    correlation: float


def leans_on(study: Study, most: int = 3) -> tuple[Leaning, ...]:
    """The calibrated constants of the model on which a comparison hangs most, by correlation over the ensemble."""
    panel = Panel(_LEANING_PEOPLE, _LEANING_SETS)
    found = _measured(study, {}, panel)
    of, against = found[study.compare.of], found.get(study.compare.against, np.zeros(panel.sets))
    logs = np.log(np.asarray(ensemble().factors))[panel.rows]
    moved = of - against
    if not moved.std() > _STILL * max(abs(moved).max(), _STILL):
        return ()
    correlations = [float(np.corrcoef(logs[:, i], moved)[0, 1]) for i in range(logs.shape[1])]
    order = np.argsort([-abs(c) for c in correlations])[:most]
    found_on = (Leaning(ensemble().names[i], correlations[i]) for i in order)
    return tuple(leaning for leaning in found_on if abs(leaning.correlation) > _CHANCE)


# ------------------------------------------------------------------------------------------------------ measuring


@dataclass(frozen=True)
class Panel:
    """So many people, once for each of so many sets of constants."""

    people: int = PEOPLE
    sets: int = SETS

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the ensemble, evenly spread."""
        return np.linspace(0, len(ensemble()), self.sets, endpoint=False).astype(np.int64)

    def draw(self, design: Trial) -> People:
        """The people, set by set."""
        numbers = np.tile(np.arange(self.people), self.sets)
        return draw(design.population, numbers, np.repeat(self.rows, self.people))

    def by_set(self, values: Array, statistic: Callable[..., Any]) -> Array:
        """A statistic over the people of each set, shape (sets,)."""
        return np.asarray(statistic(values.reshape(self.sets, self.people), axis=1))


def _measured(study: Study, switches: Mapping[str, float], panel: Panel | None = None) -> dict[str, Array]:
    """Each row's statistic for each set of constants, shape (sets,)."""
    found: dict[str, Array] = {}
    bench = panel or Panel()
    for value in _variants(study):
        design = trial(study, value)
        people = bench.draw(design)
        body = ready(Setting(people.design, design.start, design.dark), people)
        body = _switched(body, switches)
        found |= _Sitting(study, design, body, bench).rows("" if value is None else f"{value:g}")
    return found


def _variants(study: Study) -> Sequence[float | None]:
    return list(*study.vary.values()) if study.vary else [None]


def trial(study: Study, value: float | None = None) -> Trial:
    """A study as a virtual trial, for one value of what varies."""
    population = dict(study.population)
    if value is not None:
        (key,) = study.vary
        if key == "baseline_25OHD":
            sd = value * 0.3  # about the coefficient of variation of trial baselines (matching table)
            population["baseline"] = {"25OHD": {"mean": value, "sd": sd, "unit": "nmol/L"}}
        else:
            population[key] = value
    arms = [{"adherence": 1.0, **arm} if "give" in arm else dict(arm) for arm in study.arms]
    written = {
        "trial": 1,
        "population": {"people": PEOPLE, "seed": 1, **population},
        "start": study.start.isoformat(),
        "days": study.days,
        "arms": arms,
        "observe": {"outcomes": [study.measure.outcome], "days": [0, study.days]},
        **({"sun": "none"} if study.dark else {}),
    }
    return parse_trial(written, study.claim)


def _switched(body: Ready, switches: Mapping[str, float]) -> Ready:
    if not switches:
        return body
    parameters = body.parameters.copy()
    for name, value in switches.items():
        parameters[:, human().index[name]] = value
    return replace(body, parameters=parameters)


@dataclass(frozen=True)
class _Sitting:
    """One population of a study on the day of its start."""

    study: Study
    design: Trial
    body: Ready
    panel: Panel

    def rows(self, variant: str) -> dict[str, Array]:
        """Its arms, under the value that varies; that value alone where there is one arm."""
        measure, arms = self.study.measure, self.design.arms
        if measure.statistic is Statistic.DOSE:
            return {arm.name: self._dose(arm) for arm in arms}
        found: dict[str, Array] = {}
        for arm in arms:
            name = arm.name if not variant else variant if len(arms) == 1 else f"{variant}: {arm.name}"
            found[name] = self._statistic(self._course(arm))
        if measure.statistic is Statistic.SPREAD:
            found[self.study.compare.of] = self._spread()
        return found

    def _course(self, arm: Arm) -> Array:
        """Readings at the start and on the day measured, shape (people of all sets, 2)."""
        times = np.array([0.0, self.study.measure.day])
        return observed(self.body, arm, self.design.days, times, (self.study.measure.outcome,))[:, :, 0]

    def _statistic(self, course: Array) -> Array:
        measure = self.study.measure
        if measure.statistic is Statistic.SHARE_ABOVE:
            return self.panel.by_set(np.where(course[:, 1] > measure.level, 100.0, 0.0), np.mean)
        if measure.statistic is Statistic.CHANGE:
            return self.panel.by_set(course[:, 1] - course[:, 0], np.mean)
        return self.panel.by_set(course[:, 1], np.mean)

    def _spread(self) -> Array:
        """The 95th over the 5th percentile of the rise that the dose itself brings, by set."""
        compare = self.study.compare
        with_it, without = (
            self._course(next(a for a in self.design.arms if a.name == name))[:, 1]
            for name in (compare.of, compare.against)
        )
        rise = (with_it - without).reshape(self.panel.sets, self.panel.people)
        low, high = np.percentile(rise, (5, 95), axis=1)
        return np.asarray(high / low)

    def _dose(self, arm: Arm) -> Array:
        """Dose at which the asked share of people lies above the level, between the doses tried, by set."""
        doses, measure = self.study.doses, self.study.measure
        amounts = np.asarray(doses["amounts"], float)
        shares = []
        for amount in amounts:
            give = Give(doses["nutrient"], doses["form"], float(amount))
            course = self._course(replace(arm, give=(*arm.give, give), adherence=1.0))
            shares.append(self.panel.by_set(course[:, 1], _share_within(measure)))
        reached = np.maximum.accumulate(np.stack(shares), axis=0)  # (doses, sets); more never brings fewer there
        return np.array([np.interp(measure.share, reached[:, k], amounts) for k in range(self.panel.sets)])


def _share_within(measure: Measure) -> Callable[..., Array]:
    """Share of people above the level, read off their log-normal spread: too few are there to count 97.5 %."""
    normal = NormalDist()

    def share(values: Array, axis: int) -> Array:
        logs = np.log(values)
        distance = (logs.mean(axis=axis) - np.log(measure.level)) / logs.std(axis=axis)
        return np.array([normal.cdf(d) for d in distance])

    return share
