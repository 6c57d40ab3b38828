"""How likely an intake is to lie below what this person needs, or above an upper level: more than a cut says.

Nobody's own requirement is known; a body gives the average requirement (EAR, AR) of people alike and an intake that
covers nearly all of them (RDA, PRI: 97.5 %). Requirement and usual intake are taken as log-normal, which suits skewed
ones such as iron too, so that the probability has a closed form. Source: IOM, Dietary Reference Intakes: Applications
in Dietary Assessment, 2000 (requirement as average + 2 SD, coefficient of variation 10 % where nothing else is known).
Where a body names only an adequate intake no such probability exists, and none is given.
"""

from __future__ import annotations

import math

from cofactor.facts.spread import FIVE_TO_NINETYFIVE
from cofactor.person.diet import Range

NORMAL_P975 = 1.96  # quantile of the standard normal distribution
USUAL_CV = 0.10  # of requirements, where no body gives an intake that covers nearly all (IOM 2000)


def probability_inadequate(intake: Range, average: float, covering: float | None) -> float:
    """Probability that a requirement drawn from people alike exceeds the intake.

    Args:
        intake: the usual intake a day, from its 5th to its 95th percentile.
        average: the average requirement, in the same unit.
        covering: the intake that covers 97.5 % of people, where the body names one.

    """
    if intake.mid <= 0:
        return 1.0
    requirement = math.log(covering / average) / NORMAL_P975 if covering and covering > average else USUAL_CV
    return _below(math.log(intake.mid / average), math.hypot(requirement, log_sd(intake)))


def probability_over(intake: Range, limit: float) -> float:
    """Probability that the usual intake lies above a limit, which is a fixed number and no distribution."""
    if intake.mid <= 0 or limit <= 0:
        return 0.0 if intake.mid <= 0 else 1.0
    distance, spread = math.log(limit / intake.mid), log_sd(intake)
    if spread == 0:
        return 1.0 if distance < 0 else 0.0
    return _below(distance, spread)


def log_sd(intake: Range) -> float:
    """Log-SD of a usual intake known as a range."""
    low = max(intake.low, 0.01 * intake.mid)  # a range from zero: its log has no end
    return math.log(max(intake.high, low) / low) / FIVE_TO_NINETYFIVE if low > 0 else 0.0


def _below(distance: float, spread: float) -> float:
    """Probability that a normal variable of that spread exceeds ``distance``."""
    return 0.5 * math.erfc(distance / (spread * math.sqrt(2)))
