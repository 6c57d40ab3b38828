"""Make the parts of a trial: draw people, match them, let every arm live through them, write what they read.

On one machine every processor makes parts of its own, written as they end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from threading import Lock

import numpy as np

from cofactor.engine import batch
from cofactor.trial import parts
from cofactor.trial.match import ready
from cofactor.trial.parts import Plan
from cofactor.trial.population import draw
from cofactor.trial.simulate import LANES, observed
from cofactor.trial.study import Study

Progress = Callable[[int, int], None]
"""Told after every arm of a part: people done (by arms, in a part that is not whole yet), people asked of this run."""
Lived = Callable[[int], None]
"""Told of people who have lived through an arm."""


class Tally:
    """Counts people through their arms, whichever thread brings them along."""

    def __init__(self, progress: Progress | None, asked: int, arms: int) -> None:
        self.progress, self.asked, self.arms = progress, asked, arms
        self.through = 0  # people times arms
        self.lock = Lock()

    def __call__(self, people: int) -> None:
        """So many people have lived through an arm."""
        with self.lock:
            self.through += people
            if self.progress is not None:
                self.progress(self.through // self.arms, self.asked)


def study_of(plan: Plan) -> Study:
    """What the people of a trial share. To be made once: it is costly, and holds what it has found."""
    return Study(plan.trial.population, plan.trial.start, plan.trial.dark)


def make_here(plan: Plan, folder: Path, todo: Sequence[int], lived: Lived) -> None:
    """Make parts on this machine. The first warms what all share."""
    make = partial(make_part, plan, folder, study_of(plan), lived)
    for part in todo[:1]:
        make(part)
    _side_by_side(make, todo[1:])


def _side_by_side(make: Callable[[int], None], todo: Sequence[int]) -> None:
    """Make parts on all processors. Where one fails the rest is left, and the failure told."""
    if len(todo) < 2 or batch.processors() == 1:
        for part in todo:
            make(part)
        return

    def alone(part: int) -> None:
        with batch.on_one_processor():
            make(part)

    # One more than there are processors, so that none rests while a part is forced to the disk.
    with ThreadPoolExecutor(batch.processors() + 1, thread_name_prefix="part") as pool:
        waiting = [pool.submit(alone, part) for part in todo]
        try:
            for future in as_completed(waiting):
                future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def make_part(plan: Plan, folder: Path, study: Study, lived: Lived, part: int) -> None:
    """Draw the people of a part, let every arm live through them, and write what they read."""
    trial, who = plan.trial, plan.people(part)
    # A full register of people, so that the last person's neighbours do not depend on how many were asked for.
    numbers = np.arange(who.start, who.start + -(-len(who) // LANES) * LANES)
    of = ready(study, draw(trial.population, numbers))
    times, readings = np.asarray(trial.observed), []
    for arm in trial.arms:
        readings.append(observed(of, arm, trial.days, times, trial.outcomes))
        lived(len(who))
    parts.write(folder, plan, part, of, readings)
