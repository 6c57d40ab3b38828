"""What is needed of each nutrient a day, so that the goal is reached as surely as is asked.

Magnesium and calcium are judged by intake: the need is what the reference value leaves over what is eaten, for
magnesium over the uncertainty of the diet. Vitamin D is judged by 25(OH)D: its need is the smallest daily
amount under which the asked share of the person's possible bodies stays at or above the goal. Needs
know nothing of limits, so that a stricter limit can never raise one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from cofactor.assess.limits import VITAMIN_D_WITH_TEST
from cofactor.facts.types import Part, ReferenceIntake
from cofactor.plan import outlook, products
from cofactor.plan.choice import Asked, choose
from cofactor.plan.draft import Desk, Draft
from cofactor.plan.milp import EPSILON
from cofactor.plan.products import Dose, Product
from cofactor.plan.weights import Weights

SAMPLE_ERROR = 0.01
"""A thousand bodies tell a share near 90 % to about one point (its standard error): a dose that misses the asked share
by less is enough."""
FEW = 200  # bodies on which the search looks first; the answer is then found on all
_STEP = 5.0  # µg


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing of a nutrient a day: the central estimate, and what fills it as surely as is asked."""

    intake: float
    reference: ReferenceIntake
    central: float
    asked: float


def asked(on: Desk, weights: Weights) -> Asked:
    """What is needed of every nutrient that may be dosed."""
    gaps = {n: gap for n in ("magnesium", "calcium") if not on.closed(n) and (gap := gap_of(on, n)) and gap.central > 0}
    found = Asked({n: g.asked for n, g in gaps.items()}, {n: g.asked - g.central for n, g in gaps.items()})
    if on.closed("vitamin_d"):
        return found
    return found.needing("vitamin_d", vitamin_d(on, choose(on, found, weights)))


def gap_of(on: Desk, nutrient: str) -> Gap | None:
    """What the intake of a mineral lacks, or None where it cannot be judged."""
    reference, eaten = on.goals.intakes.get(nutrient), on.intake.food.get(nutrient)
    if reference is None or eaten is None:
        return None
    staying = on.staying_counts(nutrient)
    central = reference.value - eaten.mid - staying
    if nutrient == "calcium":
        # a calcium supplement is not free of risk: the central estimate decides
        return Gap(eaten.mid + staying, reference, central, central)
    # with the asked probability, over the uncertainty of the diet
    likely = eaten.mid * on.of.members.diet[nutrient]
    sure = reference.value - staying - float(np.quantile(likely, 1 - on.goals.probability))
    return Gap(eaten.mid + staying, reference, central, max(sure, central))


# ------------------------------------------------------------------------------------------------------- vitamin D


def vitamin_d(on: Desk, beside: Draft) -> float:
    """The smallest amount of :func:`ladder` that is enough, µg a day with a meal; 0 where none is needed.

    Where the largest amount that any plan may hold is not enough, a little more than that: the choice then takes what
    the limits leave.
    """
    low, enough = on.goals.levels["25OHD"][0], on.goals.probability - SAMPLE_ERROR
    steps = ladder(on)

    @cache
    def reach(step: int) -> bool:
        return outlook.chance(on, _with(on, beside, steps[step]), "25OHD", low) >= enough

    few = outlook.few(on, FEW)
    step = _first(len(steps), lambda i: outlook.chance(few, _with(on, beside, steps[i]), "25OHD", low) >= enough)
    while step > 0 and reach(step - 1):
        step -= 1
    while step < len(steps) and not reach(step):
        step += 1
    return steps[step] if step < len(steps) else steps[-1] + _STEP


def ladder(on: Desk) -> Sequence[float]:
    """The daily amounts that are tried: steps of which every strength is a multiple, and what one's own products make.

    Up to the largest that any plan may hold, whatever the limits of this one.
    """
    steps = np.arange(0.0, VITAMIN_D_WITH_TEST + _STEP, _STEP)
    return tuple(sorted({*map(float, steps), *amounts(on)}))


def amounts(on: Desk) -> Sequence[float]:
    """The daily amounts of vitamin D that one product makes, smallest first."""
    held = [(p, p.contents["vitamin_d"]) for p in on.products if "vitamin_d" in p.nutrients]
    often = {id(p): p.present.times_per_day if p.present is not None else 1 for p, _ in held}
    found = {a * units * often[id(p)] for p, a in held for units in range(1, products.MOST_AT_ONCE + 1)}
    return sorted(a for a in found if a <= VITAMIN_D_WITH_TEST)


def above(steps: Sequence[float], amount: float) -> float | None:
    """The next larger step, or None where there is none."""
    return next((step for step in steps if step > amount + EPSILON), None)


def _first(count: int, holds: Callable[[int], bool]) -> int:
    """The first place at which something holds that holds from there on; ``count`` where it holds nowhere."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _with(on: Desk, beside: Draft, amount: float) -> Draft:
    """A draft with an amount of vitamin D3 at the meal with most fat."""
    if amount <= 0:
        return beside
    habit = on.day.habit("vitamin_d")
    product = Product("", (Part("vitamin_d", "D3", amount),), None)
    return beside.beside(Dose(product, 1, (min(habit, key=lambda slot: habit[slot]),)))
