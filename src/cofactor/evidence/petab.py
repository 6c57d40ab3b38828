"""The calibration problem in the PEtab format, so that other tools can fit the same model to the same data.

PEtab (Schmiester 2021, doi 10.1371/journal.pcbi.1008646) knows conditions, not calendars: the problem holds the arms of
D3 and placebo that are taken daily and whose season is not known, each at rest first, and those acceptance tests that
are one change of the reference adult. Bolus doses, seasons and falling adherence stay with ``evidence.calibrate``. The
supply of each arm's people is a number to estimate, held by the level at its start.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cofactor.engine.generate import human
from cofactor.evidence.acceptance import Acceptance, Compare, Statistic, tests
from cofactor.evidence.arms import Arm
from cofactor.evidence.experiments import Experiment, experiments
from cofactor.evidence.layer import draws, layer
from cofactor.evidence.problem import data, moved
from cofactor.evidence.rest import at_rest
from cofactor.files import write_whole
from cofactor.model.compose import sbml
from cofactor.model.tables import outcomes, parameters

Rows = list[dict[str, str]]

_SYMBOL = {o.id: o.symbol for o in outcomes()}
_READING_SD = 3.0  # nmol/L: of a mean at the start of a trial, as in the fit (problem.py)
_WIDE = 3.0  # prior log-SD of an arm's supply: open, the level at the start decides
_BOUND_SDS = 5.0  # bounds of a number, in SDs of its prior


@dataclass(frozen=True)
class _Problem:
    parameters: Rows
    conditions: Rows
    observables: Rows
    measurements: Rows


def export(folder: str | Path) -> Path:
    """Write the problem into a folder and return the path of its ``problem.yaml``."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    made = _build()
    for name, rows in vars(made).items():
        write_whole(place / f"{name}.tsv", _tsv(rows))
    write_whole(place / "human.xml", sbml())
    return write_whole(place / "problem.yaml", _YAML)


_YAML = """\
format_version: 1
parameter_file: parameters.tsv
problems:
  - sbml_files: [human.xml]
    condition_files: [conditions.tsv]
    observable_files: [observables.tsv]
    measurement_files: [measurements.tsv]
"""


def _tsv(rows: Rows) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _build() -> _Problem:
    arms, single = _arms(), _single_tests()
    names = sorted({"in_D3", "S_D3", *(n for e, _ in single for n in e.constants())})
    reference = {p.id: p.value for p in parameters()}
    reference["S_D3"] = float(draws().program.parameters()[0, human().index["S_D3"]])
    usual = {n: f"{reference[n]:.10g}" for n in names}
    conditions: Rows = []
    measurements: Rows = []
    for arm in arms:
        taken = arm.iu_per_day * (1.0 if arm.supervised else layer()["adherence"].value)
        _add(conditions, {"conditionId": f"rest_{_id(arm)}", **usual, "S_D3": f"S_{_id(arm)}", "in_D3": "0"})
        _add(conditions, {"conditionId": _id(arm), **usual, "S_D3": f"S_{_id(arm)}", "in_D3": f"{taken:.6g}"})
        measurements += _of_arm(arm)
    for experiment, test in single:
        changed = {n: f"{v:.10g}" for n, v in experiment.constants().items()}
        _add(conditions, {"conditionId": f"test_{experiment.id}", **usual, **changed})
        measurements.append(_of_test(experiment, test))
    read = sorted({m["observableId"].removeprefix("obs_") for m in measurements})
    return _Problem([*_moved(), *_supplies(arms)], conditions, [_observable(s) for s in read], measurements)


def _add(rows: Rows, row: dict[str, str]) -> None:
    if row not in rows:
        rows.append(row)


def _id(arm: Arm) -> str:
    return "".join(c if c.isalnum() else "_" for c in f"{arm.trial_id}_{arm.name}")


def _arms() -> list[Arm]:
    """Arms that conditions can say: daily D3 or nothing, no season, a level at the start."""
    found = []
    for arm in data().arms:
        daily = all(d.every_days == 1 for d in arm.regimen.doses) and not arm.regimen.lead_days
        plain = set(arm.forms) <= {"D3"} and arm.start_day is None and arm.anchor == 0 and arm.bmi is None
        if daily and plain and any(o.core for o in arm.observations):
            found.append(arm)
    return found


def _of_arm(arm: Arm) -> Iterator[dict[str, str]]:
    yield _measured("D25", _id(arm), arm.baseline, 0.0, _READING_SD, f"rest_{_id(arm)}")
    for (of, o), own, shared in zip(data().observations, data().own, data().shared, strict=True):
        if of is arm and o.core:
            level = o.value + (0.0 if o.measure == "level" else arm.baseline)
            yield _measured("D25", _id(arm), level, o.day, math.hypot(own, shared), f"rest_{_id(arm)}")


def _single_tests() -> list[tuple[Experiment, Acceptance]]:
    """Acceptance tests that are one change of the reference adult, read at its end as a level."""
    found = []
    for test in tests():
        of = experiments()[test.experiment]
        plain = of.after == "reference" and of.days > 1 and not of.doses and of.rest_at is None
        read = test.statistic == Statistic.END and test.compare == Compare.LEVEL and " " not in test.readout
        if plain and read and not test.failing:
            found.append((of, test))
    return found


def _of_test(experiment: Experiment, test: Acceptance) -> dict[str, str]:
    """The middle of a range, its half being two standard deviations."""
    symbol = _SYMBOL.get(test.readout, test.readout)
    middle, sd = (test.low + test.high) / 2, (test.high - test.low) / 4
    return _measured(symbol, f"test_{experiment.id}", middle, experiment.days, sd)


def _measured(symbol: str, condition: str, value: float, day: float, sd: float, before: str = "") -> dict[str, str]:
    return {
        "observableId": f"obs_{symbol}",
        "preequilibrationConditionId": before,
        "simulationConditionId": condition,
        "measurement": f"{value:.6g}",
        "time": f"{day:g}",
        "noiseParameters": f"{sd:.4g}",
    }


def _observable(symbol: str) -> dict[str, str]:
    name = f"obs_{symbol}"
    return {"observableId": name, "observableFormula": symbol, "noiseFormula": f"noiseParameter1_{name}"}


def _moved() -> Rows:
    """The constants that calibration moves, with their priors."""
    value = {p.id: p.value or 0.0 for p in parameters()}
    return [_parameter(m.id, value[m.id], m.prior_value, m.prior_sd) for m in moved() if not m.of_trial_layer]


def _supplies(arms: Sequence[Arm]) -> Rows:
    """The supply of each arm's people, starting where their mean level rests."""
    program = human()
    found: dict[str, float] = {}
    for arm in arms:
        _, p = at_rest(program, program.parameters(), np.array([arm.baseline]))
        found.setdefault(f"S_{_id(arm)}", float(p[0, program.index["S_D3"]]))
    return [_parameter(name, supply, supply, _WIDE) for name, supply in found.items()]


def _parameter(name: str, value: float, prior: float, log_sd: float) -> dict[str, str]:
    sd = log_sd / math.log(10)
    far = 10 ** (_BOUND_SDS * sd)
    return {
        "parameterId": name,
        "parameterScale": "log10",
        "lowerBound": f"{prior / far:.6g}",
        "upperBound": f"{prior * far:.6g}",
        "nominalValue": f"{value:.10g}",
        "estimate": "1",
        "objectivePriorType": "parameterScaleNormal",
        "objectivePriorParameters": f"{math.log10(prior):.8g};{sd:.6g}",
    }
