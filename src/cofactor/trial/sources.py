"""The sources of a virtual trial: what its people were drawn from, what differs between them, what they are given.

The published trials that the model's constants are calibrated on stand in ``evidence`` and are added where both are
shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from cofactor.facts.load import load
from cofactor.facts.read import read_table
from cofactor.facts.types import Covariate, MedicineEffect, Source
from cofactor.model.posterior import ensemble
from cofactor.model.tables import parameters, shared_factors
from cofactor.person import habits
from cofactor.person.exposure import constants
from cofactor.person.inputs import form_family
from cofactor.person.traits import between_people
from cofactor.trial.levers import levers
from cofactor.trial.population import place
from cofactor.trial.types import Give, Trial

SUN = ("declination", "sun_distance", "ozone", "uv", "cloud", "place", "season", "habit", "skin_yield", "skin_type")
"""First words of the constants that carry the sun to the skin (``facts/tables/exposure.csv``)."""
USED = (
    "adherence",
    "adherence_concentration",
    "adherence_fall",
    "baseline_spread_25OHD",
    "bmi_least",
    "bmi_reference",
    "dark_latitude",
    "gfr_per_day",
    "height_spread",
    "menopause_age",
    "menopause_age_spread",
    "oestrogen_after_menopause",
    "person_assay",
    "study_assay",
    "study_clearance",
    "study_supply",
    "trial_age",
    "trial_age_oldest",
    "trial_age_spread",
    "trial_age_youngest",
    "trial_latitude",
    "typical_25OHD",
    "weight_height_correlation",
)
"""Rows of ``facts/tables/covariates.csv`` that a trial reads."""


def sources(trial: Trial) -> tuple[Source, ...]:
    """Everything that a run of this trial leans on, each source once."""
    found = (*_model(), *_people(trial), *_sun(trial), *_given(trial), *_read(trial))
    return tuple(dict.fromkeys(found))


def _model() -> Iterator[Source]:
    """Constants that differ between people, or that calibration left open."""
    varied = {*between_people(), *ensemble().names}
    yield from (p.source for p in parameters() if p.id in varied)
    yield from (factor.source for factor in shared_factors())


def _people(trial: Trial) -> Iterator[Source]:
    yield from (row.source for row in read_table(Covariate, "covariates") if row.id in USED)
    who = trial.population
    if who.bmi is None and who.weight is None:
        country = habits.population(place(who))
        yield from (row.source for row in load().population if (row.quantity, row.country) == ("BMI", country))
    yield from (levers()[analyte].source for analyte in who.baseline if analyte in levers())
    for effect in read_table(MedicineEffect, "medicine_effects"):
        if any(code.startswith(effect.atc) for code in who.medicines):
            yield effect.source


def _sun(trial: Trial) -> Iterator[Source]:
    if not trial.population.sun.indoors:
        yield from (c.source for name, c in constants().items() if name.partition(".")[0] in SUN)


def _given(trial: Trial) -> Iterator[Source]:
    """The chemical forms, and how well each dissolves."""
    for give in (g for arm in trial.arms for g in arm.give):
        form = load().form(give.nutrient, give.form or "")
        if form is not None:
            yield form.source
        yield from (constants()[name].source for name in _names(give) if name in constants())


def _names(give: Give) -> tuple[str, ...]:
    if give.nutrient == "vitamin_d":
        return ("vitamin_d.absorbed", "vitamin_d.without_meal")
    family = f"form.{give.nutrient}.{form_family(give.nutrient, give.form)}"
    return family, f"{family}.meal", f"{family}.alone"


def _read(trial: Trial) -> Iterator[Source]:
    """How far one reading of an outcome can be trusted."""
    for outcome in trial.outcomes:
        lab = load().lab(outcome, "female")
        if lab is not None:
            yield lab.source
