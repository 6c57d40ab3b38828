"""Virtual people living under a regimen: the Python interface, and one arm of a trial.

people = cofactor.population(n=10_000, seed=1, latitude=52)
run = cofactor.simulate(people, cofactor.regimen("vitamin_d D3 2000 IU daily"), days=365)
run["25OHD"]    # readings, shape (people, times)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cofactor.engine.generate import human
from cofactor.engine.solve import Backend, Tolerance, solve
from cofactor.errors import InputError, Problem
from cofactor.model.tables import outcomes as outcome_table
from cofactor.person import documents
from cofactor.said import Said
from cofactor.trial.design import arm_of, parse_population
from cofactor.trial.match import Ready, ready
from cofactor.trial.population import People, draw
from cofactor.trial.regimen import Course, dose_of_text
from cofactor.trial.schema_given import ArmIn
from cofactor.trial.study import Study
from cofactor.trial.types import Arm

Array = NDArray[np.float64]

CHUNK = 4096
"""People simulated at once: enough that Python costs little beside the engine, few enough for some ten megabytes."""
LANES = 16
"""Chunks are filled up to a multiple of this, so that a person's neighbours in a register are always the same."""
ACCURACY = Tolerance(relative=1e-3, first_step=0.1)
"""Against a run at 1e-6 in double precision: means of arms within 0.02 %, the worst reading of 2,048 within 0.3 %."""
PRECISION = Backend.SINGLE
"""Twice the people in a register; at this accuracy the errors are those of double precision to two digits."""
_FROM_START = "bone_mineral"  # the one outcome that is a change since the start
_LEAST_CALCIUM = 0.1  # mmol/L ionised; half of what anyone lived through, and where powers of it still mean something
_LOOKS = 256  # at ionised calcium while it is taken away, in all


@dataclass(frozen=True, eq=False)
class Run:
    """Readings of people over time.

    ``values`` has shape (people, times, outcomes); what the integrator gave up on is not a number. ``run["25OHD"]``
    gives one outcome, shape (people, times). A reading of 25(OH)D is the level times the person's assay factor.
    """

    people: People
    arm: Arm
    days: Array
    outcomes: tuple[str, ...]
    values: Array

    def __getitem__(self, outcome: str) -> Array:
        """Readings of one outcome, shape (people, times)."""
        try:
            return self.values[:, :, self.outcomes.index(outcome)]
        except ValueError:
            raise KeyError(f"{outcome!r} was not observed; there are {', '.join(self.outcomes)}") from None


def population(n: int = 1000, seed: int = 1, **keys: object) -> People:
    """Draw ``n`` virtual people.

    ``keys`` are those of ``population`` in a trial file, such as ``latitude=52``, ``female=0.5``, ``age={"mean": 40,
    "sd": 8}`` or ``baseline={"25OHD": {"mean": 48, "sd": 18, "unit": "nmol/L"}}``. Raises :class:`InputError` with
    every problem. The same seed gives the same people, whatever their number.
    """
    design = parse_population({"people": n, "seed": seed, **keys})
    return draw(design, np.arange(design.people))


def regimen(*doses: str | Mapping[str, object], adherence: float = 1.0, **keys: object) -> Arm:
    """What people take, from texts such as ``"vitamin_d D3 2000 IU daily"`` or entries of ``give`` of a trial file.

    ``keys`` are the others of an arm: ``diet={"magnesium": "12 mg"}``, ``infuse=[...]``. Raises :class:`InputError`.
    """
    give = [dose_of_text(dose) if isinstance(dose, str) else dict(dose) for dose in doses]
    name = "; ".join(dose for dose in doses if isinstance(dose, str))[:100] or "regimen"
    values: dict[str, Any] = {"name": name, "give": give, "adherence": adherence, **keys}
    return arm_of(documents.validated(ArmIn, documents.of(values, Said("Give keys and values."))))


def simulate(
    people: People,
    regimen: Arm,
    days: float = 365.0,
    *,
    outcomes: Sequence[str] = ("25OHD",),
    times: ArrayLike | None = None,
    start: date | None = None,
    dark: bool = False,
) -> Run:
    """Let people live under a regimen for ``days``.

    Args:
        people: from :func:`population`.
        regimen: from :func:`regimen`.
        days: length; readings are weekly unless ``times`` (days from the start) says otherwise.
        outcomes: analytes to read.
        times: days on which to read them.
        start: day of the start, for its season; without, there is no season.
        dark: no UVB from the start on.

    Returns:
        a :class:`Run` with readings of shape (people, times) for each outcome.

    """
    when = (
        np.unique(np.append(np.arange(0.0, days, 7.0), days)) if times is None else np.unique(np.asarray(times, float))
    )
    known = [o.id for o in outcome_table()]
    problems = [Problem("outcomes", o, tuple(known), Said("Use one of those.")) for o in outcomes if o not in known]
    if not len(when) or when[0] < 0 or when[-1] > days:
        expected = Said("0 to {days:g} days", days=days)
        problems.append(Problem("times", str(times), (expected,), Said("Give days within the length.")))
    if problems:
        raise InputError(problems)
    study = Study(people.design, start, dark)
    parts = [
        observed(ready(study, take(people, rows)), regimen, float(days), when, tuple(outcomes))
        for rows in _chunks(len(people))
    ]
    return Run(people, regimen, when, tuple(outcomes), np.concatenate(parts))


def observed(of: Ready, arm: Arm, days: float, times: Array, outcomes: tuple[str, ...]) -> Array:
    """Readings of one arm in some people, shape (people, times, outcomes)."""
    symbol = {o.id: o.symbol for o in outcome_table()}
    when = times if _FROM_START not in outcomes or times[0] == 0 else np.append(0.0, times)
    lowest = _lowest(arm, days)
    looked = np.union1d(when, lowest)
    asked = [*outcomes, *(["Ca_ionised"] if len(lowest) else [])]
    solution = solve(
        human(),
        of.parameters,
        of.states,
        times=looked,
        outcomes=[symbol[o] for o in dict.fromkeys(asked)],
        events=Course(of, arm, days).events(),
        tolerance=ACCURACY,
        backend=PRECISION,
    )
    lost = of.failed
    if len(lowest):
        lost = lost | ~(solution[symbol["Ca_ionised"]].min(axis=1) > _LEAST_CALCIUM)
    values = solution.values[:, np.searchsorted(looked, when), : len(outcomes)]
    for i, outcome in enumerate(outcomes):
        if outcome == _FROM_START:
            whole = 1 + values[:, :, i] / 100
            values[:, :, i] = 100 * (whole / whole[:, :1] - 1)
        elif outcome in of.reading:
            values[:, :, i] *= of.reading[outcome][:, None]
    values[lost] = np.nan
    return values[:, len(when) - len(times) :]


def _lowest(arm: Arm, days: float) -> Array:
    """Moments at which calcium that is taken away may have run out: where it does, what comes after is no life."""
    taking = [(start, i.hours / 24) for i in arm.infuse if i.nutrient == "calcium" and i.mmol < 0 for start in i.at]
    each = max(1, _LOOKS // max(1, len(taking)))
    found = [start + length * np.arange(1, each + 1) / each for start, length in taking]
    return np.unique([day for some in found for day in some if day <= days])


def take(people: People, rows: slice) -> People:
    """Some of the people."""
    return draw(people.design, people.numbers[rows])


def _chunks(count: int) -> Iterable[slice]:
    return (slice(at, min(at + CHUNK, count)) for at in range(0, count, CHUNK))
