"""Simulation-based calibration of the update from labs: do its 90 % bands hold the truth nine times in ten?

People are drawn at random, and for each a true body from the prior (Talts et al. 2018). That body lives the person's
recorded days; labs are read off it on random days with the scatter of assay and person; the update sees only the labs.
Run `python bench/lab_update.py [PEOPLE] [SEED]`; the test suite runs a smaller form.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from cofactor.assess.forecast import trajectories
from cofactor.assess.update import OLDEST_LAB_DAYS, Posterior, posterior, reading_sd
from cofactor.facts.load import ANALYTE_UNIT
from cofactor.person.body import live, members, past, present, settle, subject, take
from cofactor.person.case import parse_case
from cofactor.person.types import Case, LabResult

TODAY = date(2026, 11, 22)
READ = ("25OHD", "Mg_serum", "PTH", "Ca_total", "phosphate")
JUDGED = ("25OHD", "Mg_serum", "PTH")
DAYS = (0.0, 90.0, 180.0)
TRUTHS = 64


@dataclass(frozen=True)
class Study:
    """``ranks``: share of bodies below the truth, shape (people, days, outcomes); ``effective``: bodies, per person."""

    ranks: np.ndarray
    effective: np.ndarray
    counted: np.ndarray
    seconds: float

    def coverage(self) -> dict[str, float]:
        """Share of truths inside the 90 % band, by outcome, over all people and days."""
        inside = (self.ranks > 0.05) & (self.ranks < 0.95)
        return dict(zip(JUDGED, inside.mean(axis=(0, 1)), strict=True))


def study(people: int, seed: int) -> Study:
    """Draw people, let each have labs, update, and rank the truth among the bodies that come out."""
    rng = np.random.default_rng(seed)
    ranks, effective, counted = [], [], []
    start = time.perf_counter()
    for k in range(people):
        case, truth = with_labs(person(rng), rng)
        found = posterior(case, seed=k)
        ranks.append((_future(found) < truth).mean(axis=0))
        effective.append(found.effective)
        counted.append(found.counted)
    return Study(np.array(ranks), np.array(effective), np.array(counted), time.perf_counter() - start)


def _future(of: Posterior) -> np.ndarray:
    run = trajectories(of, [present(of.members.subject)], DAYS[-1], JUDGED)
    return np.stack([[run.on(outcome, day) for outcome in JUDGED] for day in DAYS]).transpose(2, 0, 1)


def person(rng: np.random.Generator) -> Case:
    """An adult anywhere between 36 and 60 degrees north, half of them on supplements begun at some time."""
    female = rng.random() < 0.5
    height = rng.normal(164 if female else 177, 7)
    bmi = float(np.clip(14 + rng.lognormal(2.4, 0.35), 18, 42))
    supplements = []
    if rng.random() < 0.6:
        often = str(rng.choice(["day", "week", "30 days"], p=[0.7, 0.15, 0.15]))
        since = (TODAY - timedelta(days=int(rng.integers(30, 600)))).isoformat()
        amount = f"{rng.choice([400, 800, 1000, 2000])} IU"
        supplements.append({"nutrient": "vitamin_d", "form": "D3", "amount": amount, "every": often, "since": since})
    if rng.random() < 0.4:
        since = (TODAY - timedelta(days=int(rng.integers(30, 600)))).isoformat()
        supplements.append({"nutrient": "magnesium", "form": "citrate", "amount": "150 mg", "since": since})
    return parse_case(
        {
            "cofactor": 1,
            "person": {
                "sex": "female" if female else "male",
                "age": int(rng.integers(22, 85)),
                "weight": f"{bmi * (height / 100) ** 2:.1f} kg",
                "height": f"{height:.0f} cm",
                "skin": int(rng.choice(6, p=[0.05, 0.35, 0.3, 0.15, 0.1, 0.05])) + 1,
            },
            "place": {"latitude": float(rng.uniform(36, 60)), "country": "FR"},
            "supplements": supplements,
            "today": TODAY.isoformat(),
        }
    )


def with_labs(case: Case, rng: np.random.Generator) -> tuple[Case, np.ndarray]:
    """Labs of one to four days read off a true body of this person, and that body's future, (days, outcomes)."""
    of = subject(case)
    several = members(of, rng.standard_normal((TRUTHS, len(of.names))))  # with what calibration left open, in turn
    days = np.sort(rng.choice(np.arange(-OLDEST_LAB_DAYS, 0), int(rng.integers(1, 5)), replace=False)).astype(float)
    history = past(of, int(-days[0]) + 200)
    truth, state = take(several, settle(several, history[0]), rng.integers(0, TRUTHS, 1))
    levels, state = live(truth, state, history, 0.0, days, READ)
    labs = [
        _read(levels[0, i, j], analyte, TODAY + timedelta(days=day), case, rng)
        for i, day in enumerate(days)
        for j, analyte in enumerate(READ)
        if analyte == "25OHD" or rng.random() < 0.5
    ]
    future, _ = live(truth, state, [present(of)], DAYS[-1], DAYS, JUDGED)
    return replace(case, labs=tuple(labs)), future[0]


def _read(level: float, analyte: str, day: date, case: Case, rng: np.random.Generator) -> LabResult:
    exact = LabResult(day, analyte, float(level), ANALYTE_UNIT[analyte], "=", "")
    scatter = np.exp((reading_sd(exact, case) or 0.0) * rng.standard_normal())
    return replace(exact, value=float(level * scatter))


def main() -> None:
    people, seed = (int(a) for a in [*sys.argv[1:], "200", "1"][:2])
    found = study(people, seed)
    print(f"{people} people, seed {seed}, {found.seconds:.0f} s")
    print("truth inside the 90 % band:", {k: f"{v:.1%}" for k, v in found.coverage().items()})
    means = found.ranks.mean(axis=(0, 1)).round(3).tolist()
    print("mean rank (0.5 is unbiased):", dict(zip(JUDGED, means, strict=True)))
    low, middle = np.percentile(found.effective, [0, 50])
    print(f"effective bodies: least {low:.0f}, median {middle:.0f}")
    print(f"people whose labs were not believed in full: {(found.counted < 1).sum()}")


if __name__ == "__main__":
    main()
