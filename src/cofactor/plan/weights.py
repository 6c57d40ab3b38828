"""What makes one plan harder to live with than another: every weight in one place. All are choices of this tool.

The unit is one pill more to swallow every day. No study measures these weights; they order plans that all keep the same
limits and reach the same goals, so that a change of them changes comfort and cost, never what is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cofactor.plan.types import AlternativeKind

# The amount above what is needed that weighs as much as a pill: a reference intake of vitamin D and magnesium (EFSA
# 2016, 2015); a small gap of calcium, of which supplements are not free of risk. Between doses of as many pills the
# smaller wins; a pill less outweighs a somewhat larger dose.
_ONE_PILL_OF_EXCESS = {"vitamin_d": 15.0, "magnesium": 350.0, "calcium": 300.0}

FOOD_STEP = 10.0
"""mg: nobody weighs food more finely."""
# mg a day of the central estimate of a gap that may be left to food. Choices of this tool: two slices of wholemeal
# bread, or half a handful of almonds; a glass of milk and a yogurt, or half a litre of a calcium-rich water.
_FOOD_MOST = {"magnesium": 50.0, "calcium": 300.0}
_FOOD_PER_MG = {"magnesium": 0.01, "calcium": 0.005}  # so that food of those amounts weighs less than a new product


@dataclass(frozen=True)
class Weights:
    """The burden of each thing, in pills a day."""

    pill: float = 1.0
    own_pill: float = 0.3  # a pill that is taken already, at its moment
    moment: float = 0.3  # one more moment of the day at which something is to be remembered
    changed: float = 1.0  # an intake of what is taken already that falls away while others stay
    new_product: float = 1.5  # something to buy that the person does not have
    moved: float = 0.4  # an intake of what is taken already, at another moment than now
    euro: float = 0.1  # a month
    excess: float = 1.0  # an amount of _ONE_PILL_OF_EXCESS
    habit: float = 0.4  # a step of schedule.habit away from a nutrient's best moment
    beside: float = 0.8  # calcium beside magnesium or zinc (interactions NN001, NN003: better apart, not forbidden)
    near: float = 0.4  # two intakes of a nutrient within a few hours (interaction TM004)
    food: float = 1.7  # changing what is eaten at all
    food_amount: float = 1.0  # on _FOOD_PER_MG
    food_most: Mapping[str, float] = field(default_factory=lambda: _FOOD_MOST)

    def of_amount(self, nutrient: str, amount: float) -> float:
        """The burden of an amount, so that no more is taken than is needed."""
        return self.excess * amount / _ONE_PILL_OF_EXCESS.get(nutrient, float("inf"))

    def of_food(self, nutrient: str) -> float:
        """The burden of one step of food."""
        return self.food_amount * _FOOD_PER_MG[nutrient] * FOOD_STEP


PLAN = Weights()
"""What the plan itself is chosen by."""

ALTERNATIVES = {
    # a pill, or a euro, outweighs everything else together
    AlternativeKind.LEAST_PILLS: replace(PLAN, pill=20.0, own_pill=20.0, new_product=0.5),
    AlternativeKind.LEAST_COST: replace(PLAN, euro=20.0, new_product=0.0, pill=0.2, own_pill=0.2, food=0.0),
    # twice as much as the plan asks of the plate, and nothing against it
    AlternativeKind.FOOD_FIRST: replace(
        PLAN,
        food=0.0,
        food_amount=0.1,
        pill=2.0,
        own_pill=2.0,
        food_most={n: 2 * most for n, most in _FOOD_MOST.items()},
    ),
}
"""What each alternative is chosen by. Choices of this tool: large enough that the one thing outweighs the others."""
