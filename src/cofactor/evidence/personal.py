"""A study of the ledger lived by one person: what each of its arms would do to them, in addition to what they take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cofactor.assess.forecast import OUTCOMES, trajectories
from cofactor.assess.update import Posterior
from cofactor.evidence.studies import Statistic, Study, Value, trial
from cofactor.person.body import Regimen
from cofactor.person.intake import model_inputs
from cofactor.person.types import Supplement
from cofactor.trial.types import Arm
from cofactor.units import convert

LONGEST = 365.0
"""Days: what a person does is not forecast for longer."""
_DIET = {"magnesium": "in_Mg", "calcium": "in_Ca"}


@dataclass(frozen=True)
class Personal:
    """The outcome of each arm in one person on one day: median with the 5th to 95th percentile of possible bodies."""

    outcome: str
    day: float
    rows: tuple[Value, ...]


def applies(study: Study) -> bool:
    """Whether a study can be asked of one person: its arms are doses or diets, its outcome a level of the forecast."""
    plain = study.measure.statistic in (Statistic.MEAN, Statistic.CHANGE, Statistic.SHARE_ABOVE)
    return (
        plain
        and not study.vary
        and study.measure.outcome in OUTCOMES
        and study.measure.day <= LONGEST
        and not any("infuse" in arm for arm in study.arms)
    )


def given(study: Study) -> frozenset[str]:
    """Nutrients that a study gives, for which the gates of a person have to be heard first."""
    return frozenset(give.nutrient for arm in trial(study).arms for give in arm.give)


def lived_by(study: Study, of: Posterior) -> Personal:
    """Let the possible bodies of a person live each arm of a study from today on."""
    measure = study.measure
    rows = []
    for arm in trial(study).arms:
        found = trajectories(of, [_regimen(arm, of)], measure.day, (measure.outcome,))
        low, middle, high = np.percentile(found.on(measure.outcome, measure.day), (5, 50, 95))
        rows.append(Value(arm.name, float(middle), float(low), float(high)))
    return Personal(measure.outcome, measure.day, tuple(rows))


def _regimen(arm: Arm, of: Posterior) -> Regimen:
    intake = of.members.subject.intake
    added = [
        Supplement(g.nutrient, g.form, g.amount, g.every, None, None, None, None, "", max(1, len(g.moments)), g.moments)
        for g in arm.give
    ]
    inputs = model_inputs(intake, [*intake.taken, *added])
    return Regimen(0.0, replace(inputs, values={**inputs.values, **_diet(arm.diet)}))


def _diet(diet: Mapping[str, float]) -> dict[str, float]:
    return {_DIET[nutrient]: convert(amount, "mg", "mmol", nutrient) for nutrient, amount in diet.items()}
