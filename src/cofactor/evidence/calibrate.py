"""Calibration: ``python -m cofactor.evidence.calibrate [--write]``.

Finds the most probable set of the numbers that may move (:mod:`cofactor.evidence.problem`), what is left open about
them, and how well arms are predicted by a fit that did not see their trial. With ``--write`` the values, the ensemble
and the report of what the data say about each number go into the shipped tables, and the model is generated again.

The ensemble comes from the posterior itself by sequential Monte Carlo, so that its members pass the acceptance tests as
the most probable set does.
"""

from __future__ import annotations

import argparse
import csv
import io
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cofactor.evidence.acceptance import tests
from cofactor.evidence.problem import Array, Problem, data, problem
from cofactor.evidence.sampler import sample
from cofactor.evidence.score import Score, by_dose
from cofactor.files import write_whole

STEPS_FIT, STEPS_LEFT_OUT = 15, 3  # from the whole fit, a fit without one trial needs two or three steps
_DRAWN, _TOGETHER, _WIDER = (
    4096,
    64,
    1.15,
)  # sets drawn for the ensemble, at a time, and how much wider than the Gaussian
MEMBERS = 128
"""Sets in the shipped ensemble."""
_MOVED_BY_DATA, _MOVED_BY_BOTH = 0.5, 0.8  # posterior over prior SD below which data, or data and prior, decide
_PROFILE = 1.35  # half the square of 1.645: rise of cost at the ends of a 90 % interval


@dataclass(frozen=True, eq=False)
class Fit:
    """The most probable set (on the prior's scales), its cost and the slopes of all residuals there."""

    problem: Problem
    at: Array
    cost: float
    slopes: Array

    @property
    def covariance(self) -> Array:
        """Of the Gaussian approximation of the posterior, which leaves out the walls of the acceptance tests."""
        soft = self.slopes[: len(self.slopes) - self.problem.walls]
        return np.asarray(np.linalg.inv(soft.T @ soft))


def fit(of: Problem, mask: NDArray[np.bool_] | None = None, start: Array | None = None, steps: int = STEPS_FIT) -> Fit:
    """Least squares from ``start`` (the prior by default) on the observations that ``mask`` keeps."""
    from scipy.optimize import least_squares

    seen = data().used if mask is None else mask & data().used

    def residuals(at: Array) -> Array:
        return np.asarray(of.residuals(at[None], seen)[0])

    def slopes(at: Array) -> Array:
        step = 1e-2 * np.clip(of.sd, 0.02, 0.5)  # of the prior's scale: large against the solver's tolerance
        found = of.residuals(np.vstack([at, at + np.diag(step)]), seen)
        return np.asarray(((found[1:] - found[0]) / step[:, None]).T)

    begin = of.mean if start is None else start
    found = least_squares(residuals, begin, slopes, max_nfev=steps, xtol=1e-3, ftol=1e-3, x_scale=of.sd)
    return Fit(of, np.asarray(found.x), float(found.cost), np.asarray(found.jac))


def leave_one_out(of: Problem, whole: Fit) -> Array:
    """What is expected of every observation by fits that did not see its trial."""
    found = np.full(len(data().seen), np.nan)
    for trial in np.unique(data().trial[data().used]):
        own = data().trial == trial
        without = fit(of, ~own, whole.at, STEPS_LEFT_OUT)
        found[own] = of.predictions(without.at[None])[0, own]
    return found


def ensemble(found: Fit, members: int = MEMBERS, seed: int = 1) -> tuple[Array, float]:
    """Equally likely sets from the posterior, shape (members, numbers), and the share of last moves accepted."""

    def log_density(sets: Array) -> Array:
        parts = [sets[i : i + _TOGETHER] for i in range(0, len(sets), _TOGETHER)]
        return np.concatenate([-0.5 * (found.problem.residuals(p, data().used) ** 2).sum(axis=1) for p in parts])

    return sample(log_density, found.at, found.covariance, members, seed)


# ------------------------------------------------------------------------------------------- what the data say


@dataclass(frozen=True, slots=True)
class Identified:
    """What the data say about one number. SDs are on the prior's scale; ``low`` and ``high`` are a 90 % interval.

    ``shift`` is how far the value lies from the prior's, in prior SDs; ``known_by`` tells what decides: data, both, or
    the prior; ``tied_to`` is the number it goes with most, with their correlation in the posterior.
    """

    id: str
    prior_value: float
    prior_sd: float
    value: float
    posterior_sd: float
    shift: float
    known_by: str
    low: float
    high: float
    tied_to: str
    correlation: float


def identifiability(found: Fit, sets: Array) -> tuple[Identified, ...]:
    """The report of every number that moved, from the fit and the ensemble."""
    correlation = np.corrcoef(sets.T) - np.eye(len(found.at))
    rows = []
    for i, m in enumerate(found.problem.moved):
        sd = float(sets[:, i].std())
        ratio, other = sd / m.prior_sd, int(np.argmax(np.abs(correlation[i])))
        low, high = m.outward(np.percentile(sets[:, i], [5, 95]))
        rows.append(
            Identified(
                m.id,
                m.prior_value,
                m.prior_sd,
                float(m.outward(found.at[i])),
                sd,
                float((found.at[i] - m.inward(m.prior_value)) / m.prior_sd),
                "data" if ratio < _MOVED_BY_DATA else "both" if ratio < _MOVED_BY_BOTH else "prior",
                float(low),
                float(high),
                found.problem.moved[other].id,
                float(correlation[i, other]),
            )
        )
    return tuple(rows)


def profile(found: Fit, name: str) -> tuple[float, float]:
    """Ends of the 90 % profile of one number: where, the others fitted again, the cost has risen by 1.35."""
    of, i = found.problem, [m.id for m in found.problem.moved].index(name)
    ends = []
    for sign in (-1.0, 1.0):
        far = sign * 2 * float(np.sqrt(found.covariance[i, i]))
        fixed = Problem((*of.moved[:i], *of.moved[i + 1 :]), of.program, of.with_tests, {name: found.at[i] + far})
        risen = fit(fixed, start=np.delete(found.at, i), steps=STEPS_LEFT_OUT).cost - found.cost
        prior = 0.5 * ((found.at[i] + far - of.mean[i]) ** 2 - (found.at[i] - of.mean[i]) ** 2) / of.sd[i] ** 2
        rise = max(risen + prior, 1e-3)
        ends.append(found.at[i] + far * np.sqrt(_PROFILE / rise))
    low, high = of.moved[i].outward(np.array(ends))
    return float(low), float(high)


# --------------------------------------------------------------------------------------------------------- files


def _tables() -> Path:
    return Path(__file__).resolve().parent.parent


def write(found: Fit, sets: Array, said: Sequence[Identified]) -> None:
    """Put values, ensemble and report into the tables that ship."""
    at = {m.id: float(f"{m.outward(x):.4g}") for m, x in zip(found.problem.moved, found.at, strict=True)}
    _replace(_tables() / "model" / "parameters.csv", at)
    _replace(_tables() / "evidence" / "tables" / "trial_layer.csv", at)
    model, evidence = _tables() / "model", _tables() / "evidence" / "tables"
    for of_trial_layer, path in ((False, model / "posterior.csv"), (True, evidence / "trial_posterior.csv")):
        chosen = [i for i, m in enumerate(found.problem.moved) if m.of_trial_layer is of_trial_layer]
        moved = [found.problem.moved[i] for i in chosen]
        factors = np.stack([m.outward(sets[:, i]) / at[m.id] for i, m in zip(chosen, moved, strict=True)], axis=1)
        rows = [
            ["member", *(m.id for m in moved)],
            *([str(k), *(f"{x:.5g}" for x in r)] for k, r in enumerate(factors)),
        ]
        write_whole(path, _csv(rows))
    head = list(Identified.__dataclass_fields__)
    body = [[_cell(getattr(s, name)) for name in head] for s in said]
    source = ["this calibration", "fitted"]
    write_whole(model / "calibration.csv", _csv([[*head, "source", "trust"], *([*r, *source] for r in body)]))


def _left_out(held_out: Array) -> list[list[str]]:
    """What a fit without the trial expects of each observation, by the place of its row in the shipped table."""
    rows = [["trial_id", "arm", "outcome", "day", "predicted"]]
    for (arm, o), value in zip(data().observations, held_out, strict=True):
        if np.isfinite(value):
            rows.append([arm.trial_id, arm.name, o.row.text("outcome"), f"{o.day:g}", f"{value:.4g}"])
    return rows


def _cell(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _replace(path: Path, values: dict[str, float]) -> None:
    """Set the column ``value`` of the rows named."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    for row in rows:
        if row["id"] in values:
            row["value"] = repr(values[row["id"]])
    write_whole(path, _csv([list(rows[0]), *(list(r.values()) for r in rows)]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Calibrate, print what came out, and write it if asked to."""
    parser = argparse.ArgumentParser(prog="python -m cofactor.evidence.calibrate", description="Calibrate the model.")
    parser.add_argument(
        "--write", action="store_true", help="write values, ensemble and report into the shipped tables"
    )
    parser.add_argument("--no-loto", action="store_true", help="do not leave trials out (the longest part)")
    options = parser.parse_args(arguments)
    begin, of = time.perf_counter(), problem()
    found = fit(of)
    inside = of.predictions(found.at[None])[0]
    missed = [t.id for t, v in zip(tests(), of.tests(found.at[None])[0], strict=True) if not t.low <= v <= t.high]
    print(f"most probable set: cost {found.cost:.1f}; {len(tests()) - len(missed)} of {len(tests())} tests", *missed)
    print(_line("in sample", by_dose(inside)))
    held_out = None if options.no_loto else leave_one_out(of, found)
    if held_out is not None:
        print(_line("leaving one trial out", by_dose(held_out)))
    sets, accepted = ensemble(found)
    said = identifiability(found, sets)
    passing = [sum(t.low <= v <= t.high for t, v in zip(tests(), row, strict=True)) for row in of.tests(sets)]
    print(
        f"ensemble: {len(sets)} members, {accepted:.0%} of the last moves accepted; tests passed {min(passing)} to",
        end=" ",
    )
    print(f"{max(passing)}, median {np.median(passing):.0f}")
    for s in said:
        print(
            f"  {s.id:<9} {s.value:9.4g} ({s.low:.4g} to {s.high:.4g}) shift {s.shift:+.1f}, "
            f"posterior/prior SD {s.posterior_sd / s.prior_sd:.2f} {s.known_by:<5} r {s.correlation:+.2f} {s.tied_to}"
        )
    for name in ("Vmax25", "Km25", "klin25", "r2"):
        low, high = profile(found, name)
        print(f"  profile of {name}: {low:.3g} to {high:.3g}")
    if options.write:
        write(found, sets, said)
        if held_out is not None:
            write_whole(_tables() / "evidence" / "tables" / "left_out.csv", _csv(_left_out(held_out)))
        subprocess.run([sys.executable, "-m", "cofactor.engine.generate"], check=True)
    print(f"{time.perf_counter() - begin:.0f} s")
    return 0


def _line(what: str, scores: Sequence[Score]) -> str:
    parts = [f"{s.band} {s.n}: {s.mae:.1f} / {s.rmse:.1f} ({s.bias:+.1f})" for s in scores]
    return "  ".join([f"{what:<24}", *parts])


if __name__ == "__main__":
    raise SystemExit(main())
