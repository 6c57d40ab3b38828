"""People of an arm, and trials that could have been: how bodies differ from the mean arm.

People are drawn so that their levels at the start have the mean and spread that the trial reported. A person's level is
then shared out between clearance, conversion, assay, size and supply by each one's part in the variance (Matheron's
rule), so that high levels carry slow clearance in the right measure; the rest goes to supply, which is solved exactly.
Between trials, clearance, conversion and assay differ for reasons that no table names.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from cofactor.engine.program import Program
from cofactor.evidence.arms import Arm
from cofactor.evidence.bodies import Deviations
from cofactor.evidence.layer import Array, layer
from cofactor.facts.load import load
from cofactor.facts.spread import log_sd_of
from cofactor.model.tables import Kind, parameters, shared_factors

_SUPPLY_SIDE = ("CL25", "klin25", "S_D3", "size")
_FOR_ALL_OUTCOMES = (Kind.CONSTANT, Kind.INPUT)


def spreads() -> dict[str, float]:
    """Log-SD between people of each constant that has one, and of the traits that move several."""
    own = {
        p.id: log_sd_of(p.between_person_cv)
        for p in parameters()
        if p.between_person_cv and p.kind in _FOR_ALL_OUTCOMES
    }
    return own | {f.id: log_sd_of(f.between_person_cv) for f in shared_factors()}


def assay_log_sd() -> float:
    """Log-SD of one reading of 25(OH)D around the true level."""
    lab = load().lab("25OHD", "female")
    return log_sd_of(lab.assay_cv or 0.0) if lab else 0.0


def reading_log_sd() -> float:
    """Log-SD of one reading around a person's own mean: assay and variation within the person."""
    return load().reading_log_sd("25OHD", "female") or 0.0


def elasticity(program: Program, level: Array) -> Array:
    """Relative rise of 25(OH)D at rest per relative rise of supply, in the reference adult's body at a level."""
    k = dict(zip(program.constants, program.parameters()[0], strict=True))
    made = k["CL25"] * level
    b = k["Vmax25"] + k["klin25"] * k["Km25"] - made
    serum = (-b + np.sqrt(b * b + 4 * k["klin25"] * made * k["Km25"])) / (2 * k["klin25"])
    slope = k["klin25"] + k["Vmax25"] * k["Km25"] / (k["Km25"] + serum) ** 2
    return np.asarray((slope * serum / made) * (k["CLoD"] * serum + made) / ((k["CLoD"] + slope) * serum))


def between_people(arms: Sequence[Arm], program: Program, count: int, seed: int = 1) -> Deviations:
    """``count`` people for every arm, whose levels at the start have the arm's mean and spread."""
    rng, sd, shape = np.random.default_rng(seed), spreads(), (count, len(arms))
    mean = np.array([a.baseline for a in arms])
    cv = np.array([layer()["usual_cv"].value if not a.baseline_sd else a.baseline_sd / a.baseline for a in arms])
    width = np.sqrt(np.log1p(cv**2))
    traits = ("CL25", "conversion", "klin25", "assay", "size", "S_D3")
    normal = {name: rng.standard_normal((count, 1)) for name in traits}
    normal["level"] = _even_normals(count, rng)[:, None]
    level = mean * np.exp(width * normal["level"] - width**2 / 2)
    slope = elasticity(program, mean)
    # effect of each trait's log on the log of the level, and its SD
    effects = {
        "CL25": (-slope, sd["CL25"]),
        "conversion": (slope, sd["conversion"]),
        "assay": (np.ones(len(arms)), assay_log_sd()),
        "size": (-slope, sd["size"]),
        "S_D3": (slope, sd["S_D3"]),
    }
    variance = sum((effect * width) ** 2 for effect, width in effects.values())
    expected = sum(effect * width * normal[n] for n, (effect, width) in effects.items())
    off = np.log(level / mean) - expected
    log = {n: width * normal[n] + off * effect * width**2 / variance for n, (effect, width) in effects.items()}
    others = {n: np.exp(s * rng.standard_normal((count, 1))) * np.ones(shape) for n, s in sd.items() if _is_other(n)}
    beta = layer()["adherence_spread"].value
    kept = layer()["adherence"].value
    return Deviations(
        baseline=level,
        clearance=np.exp(log["CL25"]),
        conversion=np.exp(log["conversion"]),
        linear=np.exp(sd["klin25"] * normal["klin25"]) * np.ones(shape),
        assay=np.exp(log["assay"]),
        size=np.exp(log["size"]),
        adherence=rng.beta(kept * beta, (1 - kept) * beta, (count, 1)) * np.ones(shape),
        others=others,
    )


def _even_normals(count: int, rng: np.random.Generator) -> Array:
    """Standard normal numbers in even steps of probability, in random order, so that few people have the spread."""
    ends = np.array([NormalDist().inv_cdf((i + 0.5) / count) for i in range(count)])
    return np.asarray(rng.permutation(ends / ends.std()))


def _is_other(name: str) -> bool:
    return name not in _SUPPLY_SIDE and name not in {f.id for f in shared_factors()}


def between_trials(arms: Sequence[Arm], count: int, seed: int = 1) -> Deviations:
    """``count`` trials that could have been, for every arm; arms of one trial share what differs."""
    rng, trials = np.random.default_rng(seed), sorted({a.trial_id for a in arms})
    column = [trials.index(a.trial_id) for a in arms]

    def factor(name: str) -> Array:
        return np.asarray(np.exp(layer()[name].value * rng.standard_normal((count, len(trials))))[:, column])

    return Deviations(
        baseline=np.tile([a.baseline for a in arms], (count, 1)),
        clearance=factor("trial_clearance"),
        conversion=factor("trial_conversion"),
        linear=factor("trial_linear"),
        assay=factor("trial_assay"),
        size=np.ones((count, len(arms))),
    )
