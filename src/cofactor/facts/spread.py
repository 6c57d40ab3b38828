"""Spread of what is log-normal or normal: a coefficient of variation as a log-SD, and where the percentiles lie."""

from __future__ import annotations

import math

NORMAL_P95 = 1.6449
"""95th percentile of the standard normal distribution: likely ranges run from the 5th to the 95th percentile."""
FIVE_TO_NINETYFIVE = 2 * NORMAL_P95


def log_sd_of(cv: float) -> float:
    """Standard deviation of the natural logarithm of what is log-normal with this coefficient of variation."""
    return math.sqrt(math.log1p(cv**2))
