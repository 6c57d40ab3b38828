"""A finished trial in figures: distributions, what a dose does, who passes a limit, and the course of every arm."""

from __future__ import annotations

from cofactor.report.figures.trial_arms import distribution
from cofactor.report.figures.trial_counts import counts
from cofactor.report.figures.trial_course import course
from cofactor.report.figures.trial_dose import dose_response
from cofactor.report.figures.trial_shown import Shown
from cofactor.report.figures.types import Figure

__all__ = ["Shown", "figures"]


def figures(shown: Shown) -> tuple[Figure, ...]:
    """All that there is to see of an outcome on a day; distributions first."""
    found = (distribution(shown), dose_response(shown), counts(shown), course(shown))
    return tuple(figure for figure in found if figure is not None)
