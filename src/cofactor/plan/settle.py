"""Choose, simulate exactly what was chosen, tighten, and choose again, until what is promised holds."""

from __future__ import annotations

from dataclasses import dataclass

from cofactor.assess.forecast import Trajectories
from cofactor.person.body import Regimen
from cofactor.plan import needs, outlook
from cofactor.plan.choice import Asked, Shrunk, choose
from cofactor.plan.draft import Desk, Draft
from cofactor.plan.weights import Weights


@dataclass(frozen=True, eq=False)
class Settled:
    """A draft that holds what it promises as far as limits allow, what was asked of it in the end, and its future."""

    asked: Asked
    draft: Draft
    regimen: Regimen
    then: Trajectories


def settle(on: Desk, weights: Weights, asked: Asked) -> Settled:
    """The draft of least burden whose own simulation keeps every risk, and the promise where there is room for it.

    Ends because a cap only falls, a need only rises, and there are few doses.
    """
    while True:
        draft = choose(on, asked, weights)
        taken = outlook.regimen(on, draft)
        then = outlook.simulate(on, taken)
        tighter = _smaller(on, asked, draft, then) or _more(on, asked, draft, then)
        if tighter is None:
            return Settled(asked, draft, taken, then)
        asked = tighter


def _smaller(on: Desk, asked: Asked, draft: Draft, then: Trajectories) -> Asked | None:
    """What is asked, with less of what drives a risk above its bound."""
    risk = outlook.above_bound(on, draft, then)
    if risk is None:
        return None
    nutrient = next(n for n in risk.nutrients if draft.amount(n) > 0)
    return asked.below(nutrient, Shrunk(draft.amount(nutrient), risk.name, risk.share(then, on.of.members)))


def _more(on: Desk, asked: Asked, draft: Draft, then: Trajectories) -> Asked | None:
    """What is asked, with more vitamin D where fewer bodies than asked stay at the goal and there is room for more."""
    if "vitamin_d" not in asked.needs or "vitamin_d" in draft.short:
        return None
    reached = outlook.staying_above(then, "25OHD", on.goals.levels["25OHD"][0])
    if reached >= on.goals.probability - needs.SAMPLE_ERROR:
        return None
    more = needs.above(needs.ladder(on), max(asked.needs["vitamin_d"], draft.amount("vitamin_d")))
    return None if more is None else asked.needing("vitamin_d", more)
