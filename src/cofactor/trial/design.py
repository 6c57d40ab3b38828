"""A trial file becomes a `Trial`, or all of its problems at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cofactor.errors import InputError, Problem
from cofactor.person import documents
from cofactor.person.case import sun_habits
from cofactor.said import Said
from cofactor.trial.schema import ObserveIn, TrialFile, json_schema
from cofactor.trial.schema_given import ArmIn, GiveIn, InfuseIn
from cofactor.trial.schema_people import PopulationIn
from cofactor.trial.types import Arm, Give, Infusion, Population, Trial

__all__ = ["arm_of", "json_schema", "load_trial", "parse_population", "parse_trial", "population_of"]

_HOW_TO_START = Said("Start the file with `trial: 1`, then population: and arms: (see the examples).")


def load_trial(path: str | Path) -> Trial:
    """Read a trial file. Raises :class:`InputError` with every problem."""
    path = Path(path)
    return parse_trial(documents.text_of(path, Said("a trial file")), name=path.stem)


def parse_trial(trial: Mapping[str, object] | str, name: str = "trial") -> Trial:
    """Read a trial from its YAML text or from plain values; ``name`` is for one that has none.

    Raises :class:`InputError` with every problem.
    """
    written = documents.of(trial, _HOW_TO_START)
    file = documents.validated(TrialFile, written)
    length = _length(file)
    late = list(_too_late(file, length))
    if late:
        raise InputError(late)
    return Trial(
        name=file.name or name,
        population=population_of(file.population, file),
        arms=tuple(arm_of(arm) for arm in file.arms),
        days=length,
        outcomes=file.observe.outcomes,
        observed=_observed(file.observe) or tuple(dict.fromkeys((0.0, length))),
        start=file.start,
        dark=file.sun == "none",
    )


def parse_population(values: Mapping[str, object]) -> Population:
    """Read the keys of ``population`` of a trial file from plain values. Raises :class:`InputError`."""
    return population_of(documents.validated(PopulationIn, documents.of(values, _HOW_TO_START)))


def _observed(observe: ObserveIn) -> tuple[float, ...]:
    return tuple(sorted({*observe.weeks, *observe.days}))


def _length(file: TrialFile) -> float:
    """Days of the trial: as said, else up to the last reading."""
    said = file.weeks if file.weeks is not None else file.days
    if said is not None:
        return said
    observed = _observed(file.observe)
    if not observed or observed[-1] == 0:
        do = Said("Add `weeks: 22` (with the true value).")
        expected = (Said("length in weeks"), Said("or in days"))
        raise InputError([Problem("weeks", Said("nothing"), expected, do)])
    return observed[-1]


def _too_late(file: TrialFile, length: float) -> Iterator[Problem]:
    """What lies after the end of the trial, and so would be ignored."""
    last = Said("at most {days:g} days ({weeks:.4g} weeks), the length of the trial", days=length, weeks=length / 7)
    places: list[tuple[str, Sequence[float]]] = []
    for i, arm in enumerate(file.arms):
        for j, give in enumerate(arm.give):
            places += [(f"arms[{i}].give[{j}].at", give.at), (f"arms[{i}].give[{j}].from", (give.begin,))]
            places.append((f"arms[{i}].give[{j}].until", () if give.end is None else (give.end,)))
        places += [(f"arms[{i}].infuse[{j}].at", infusion.at) for j, infusion in enumerate(arm.infuse)]
    places += [("observe.weeks", file.observe.weeks), ("observe.days", file.observe.days)]
    for where, days in places:
        if days and max(days) > length + 1e-9:
            do = Said("Correct the day, or make the trial longer.")
            yield Problem(where, Said("day {day:g}", day=max(days)), (last,), do)


def population_of(given: PopulationIn, file: TrialFile | None = None) -> Population:
    """Make a population of what was written; the sun of the trial file is that of its people."""
    habits = given.sun
    if file is not None and habits is None and file.sun != "none":
        habits = file.sun
    return Population(
        people=given.people,
        seed=given.seed,
        female=given.female,
        age=given.age,
        bmi=given.bmi,
        weight=given.weight,
        latitude=given.latitude,
        country=given.country,
        skin=given.skin,
        postmenopausal=given.postmenopausal,
        gfr=given.gfr,
        baseline=given.baseline,
        intake=given.intake,
        medicines=tuple(given.medicines),
        sun=sun_habits(habits),
    )


def arm_of(arm: ArmIn) -> Arm:
    """Make an arm of what was written; what is given in no amount is nothing."""
    return Arm(
        name=arm.name,
        give=tuple(_give(entry) for entry in arm.give if entry.amount),
        diet=arm.diet,
        infuse=tuple(_infusion(entry) for entry in arm.infuse if entry.amount),
        adherence=arm.adherence,
    )


def _give(entry: GiveIn) -> Give:
    return Give(
        nutrient=entry.nutrient,
        form=None if entry.form is None else entry.form.id,
        amount=entry.amount,
        every=entry.every or 1.0,
        at=entry.at,
        moments=entry.when,
        begin=entry.begin,
        end=entry.end,
    )


def _infusion(entry: InfuseIn) -> Infusion:
    return Infusion(entry.nutrient, entry.amount, entry.at, entry.hours)
