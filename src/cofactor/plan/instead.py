"""What the plan would propose in place of a product that someone else may end.

A product is asked about because of one thing it holds: vitamin K2 beside a vitamin K antagonist. Until someone has
decided, the forecast reckons with all of it. If they end it, what else it held ends too: its vitamin D, say. So that
nobody is left without that, the search is run once more without the product.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cofactor.plan import explain, needs, schedule
from cofactor.plan.draft import Desk
from cofactor.plan.goals import PLANNED
from cofactor.plan.settle import Settled, settle
from cofactor.plan.types import Reason
from cofactor.plan.weights import PLAN


def instead(on: Desk, found: Settled) -> Iterable[Reason]:
    """A sentence for each planned nutrient that would be proposed in place of the products that are asked about."""
    asked = on.present.asked
    open_ = [n for n in PLANNED if not on.closed(n) and any(s.nutrient == n for s in asked)]
    if not open_:
        return
    after = _without_asked(on)
    then = settle(after, PLAN, needs.asked(after, PLAN)).draft
    for nutrient in open_:
        if then.amount(nutrient) > found.draft.amount(nutrient):
            held = next(s for s in asked if s.nutrient == nutrient)
            yield explain.in_place_of(held, then.amount(nutrient), found.draft.amount(nutrient))


def _without_asked(on: Desk) -> Desk:
    """The desk as it would be if everything that is asked about had ended."""
    kept = on.present.kept
    day = replace(on.day, taken=schedule.moments(on.medicines, kept))
    return replace(on, present=replace(on.present, asked=()), day=day)
