"""Why each thing is proposed, or not: sentences by key with the numbers that decided them."""

from __future__ import annotations

from cofactor.assess.limits import Counted
from cofactor.assess.types import Gate, Level, Spacing
from cofactor.facts.types import ReferenceIntake
from cofactor.person.types import Supplement
from cofactor.plan.milp import EPSILON
from cofactor.plan.products import Dose
from cofactor.plan.room import Excess, Room
from cofactor.plan.types import Reason

Values = dict[str, str | float]

_PRESCRIBERS = ("vitamin_k", "phosphorus")
"""What a STOP keeps from being begun, but what only who prescribes may end: ending vitamin K moves the INR too."""
_HARMFUL = ("vitamin_d", "calcium", "magnesium", "potassium")
"""What a STOP speaks of as harmful today; of others it says how they may not be taken."""

# ------------------------------------------------------------------------------------------------- what is proposed


def vitamin_d(amount: float, goal: float, weeks: float, reached: float, smaller: float | None) -> Reason:
    """The smallest dose that reaches the goal; or, beside a ``smaller`` one that would too, the one easier to take."""
    values: Values = {"amount": amount, "goal": goal, "probability": reached, "weeks": weeks}
    if smaller is None:
        return Reason("why.vitamin_d.smallest_dose", values)
    return Reason("why.vitamin_d.easier", {**values, "smaller": smaller})


def vitamin_d_capped(amount: float, limit: Room, reached: float) -> Reason:
    """The largest dose that a limit allows, where that does not reach the goal: itself, or the next step below it."""
    if amount < limit.amount - EPSILON:
        return Reason("why.vitamin_d.capped_by_steps", {"amount": amount, "limit": limit.amount, "p_reached": reached})
    if limit.gate:
        return Reason("why.vitamin_d.capped_by_gate", {"amount": amount, "gate": limit.by, "p_reached": reached})
    return Reason("why.vitamin_d.capped", {"amount": amount, "limit_source": limit.by, "p_reached": reached})


def kept(nutrient: str, amount: float) -> Reason:
    """A present supplement that is enough, and inside every limit."""
    return Reason("why.present.enough", {"nutrient": nutrient, "amount": amount})


def gap(nutrient: str, intake: float, reference: ReferenceIntake, amount: float) -> Reason:
    """An intake below its reference value, and what is added."""
    return Reason(f"why.{nutrient}.gap", {**against(intake, reference), "amount": amount})


def food_first(nutrient: str, intake: float, reference: ReferenceIntake, amount: float) -> Reason:
    """An intake a little below its reference value, and how much more from food fills that."""
    values = {**against(intake, reference), "gap": reference.value - intake, "amount": amount}
    return Reason(f"why.{nutrient}.food_first", values)


def food_too(nutrient: str, amount: float) -> Reason:
    """More from food, beside a product or beside a limit on it."""
    return Reason("why.food.too", {"nutrient": nutrient, "amount": amount})


def capped(nutrient: str, limit: Room) -> Reason:
    """A dose that a limit keeps below the gap."""
    return Reason(f"why.{nutrient}.capped", {"limit": limit.amount})


def steps() -> Reason:
    """A dose below the gap, which no product fills inside the limits."""
    return Reason("why.product.steps", {})


def passenger() -> Reason:
    """A nutrient that a product holds beside what it is chosen for."""
    return Reason("why.product.holds_too", {})


def together(nutrient: str, amount: float) -> Reason:
    """A nutrient that another product of the plan holds too."""
    return Reason("why.product.together", {"nutrient": nutrient, "amount": amount})


def of_dose(dose: Dose, nutrient: str, per_intake: float | None, *, low_acid: bool) -> tuple[Reason, ...]:
    """Why this form, and why these moments."""
    found = []
    if nutrient == "vitamin_d":
        found.append(Reason("why.timing.with_fat", {}))
    if nutrient == "magnesium":
        if len(dose.slots) > 1:
            found.append(Reason("why.magnesium.split", {"count": float(len(dose.slots))}))
        found.append(Reason("why.magnesium.form", {"form": dose.product.form(nutrient)}))
    if nutrient == "calcium":
        if per_intake is not None:
            found.append(Reason("why.calcium.per_intake", {"limit": per_intake}))
        if low_acid:
            found.append(Reason("why.form.no_acid", {}))
    if dose.units > 1:
        found.append(Reason("why.product.units", {"count": float(dose.units)}))
    return tuple(found)


def apart(spacing: Spacing) -> Reason:
    """Hours to keep from a medicine."""
    return Reason("why.timing.apart", {"medicine": spacing.medicine, "hours": spacing.hours})


def shrunk(nutrient: str, amount: float, risk: str, probability: float) -> Reason:
    """A dose made smaller because too many bodies would pass a level."""
    values: Values = {"nutrient": nutrient, "risk": risk, "probability": probability}
    return Reason("why.shrunk_for_risk", {**values, "amount": amount})


# --------------------------------------------------------------------------------------------- what is not proposed


def none_needed(nutrient: str, intake: float, reference: ReferenceIntake, staying: float) -> Reason:
    """An intake that reaches its reference value, from food alone or with products that go on (``staying``)."""
    values = against(intake, reference)
    if staying == 0:
        return Reason(f"why.{nutrient}.none_needed", values)
    return Reason(f"why.{nutrient}.enough", {**values, "amount": staying})


def vitamin_d_none_needed(goal: float, reached: float) -> Reason:
    """A level that reaches its goal without a supplement."""
    return Reason("why.vitamin_d.none_needed", {"p_now": reached, "goal": goal})


def vitamin_d_enough(goal: float, reached: float, staying: float, without: float) -> Reason:
    """A level that reaches its goal with products that go on, and what it would be without any supplement of it."""
    values: Values = {"p_now": reached, "goal": goal, "amount": staying, "p_without": without}
    return Reason("why.vitamin_d.enough", values)


def in_range(nutrient: str, intake: float, reference: ReferenceIntake) -> Reason:
    """An intake within its reference values, of a nutrient that no plan doses."""
    return Reason(f"withheld.{nutrient}_in_range", against(intake, reference))


def no_reference(nutrient: str, authority: str) -> Reason:
    """A nutrient whose intake cannot be judged for this person."""
    return Reason("withheld.no_reference", {"nutrient": nutrient, "authority": authority})


def no_room(nutrient: str, limit: Room) -> Reason:
    """A nutrient of which no product fits below the limits."""
    if limit.amount > EPSILON:
        return Reason("withheld.no_product_fits", {"nutrient": nutrient, "limit": limit.amount})
    return Reason("withheld.no_room", {"nutrient": nutrient})


def no_moment_of_day(nutrient: str, course: str | None) -> Reason:
    """A nutrient that no moment of the day keeps far enough from everything, or from a ``course`` of some days."""
    if course is not None:
        return Reason("withheld.no_moment_yet", {"nutrient": nutrient, "medicine": course})
    return Reason("withheld.no_moment", {"nutrient": nutrient})


def at_risk(nutrient: str, risk: str, probability: float) -> Reason:
    """A nutrient of which even the smallest dose takes too many bodies above a level."""
    return Reason("withheld.risk", {"nutrient": nutrient, "risk": risk, "probability": probability})


def labs_disagree(analyte: str) -> Reason:
    """A nutrient whose forecast would rest on a result that no possible body meets."""
    return Reason("withheld.labs_disagree", {"analyte": analyte})


def closed(gate: Gate) -> Reason:
    """A nutrient that a gate withholds."""
    return Reason("withheld.gate", {"gate": gate.id})


# ---------------------------------------------------------------------------------- what becomes of what is taken


def ask_first(s: Supplement, gate: Gate) -> Reason:
    """A present supplement that a gate stops, or makes someone else's decision: in no other words than the gate's."""
    key = "stop_now" if gate.level == Level.STOP and s.nutrient in _HARMFUL else "advised"
    return Reason(f"stopped.{'ask_first' if s.nutrient in _PRESCRIBERS else key}", {**_of(s), "gate": gate.id})


def over_limit(nutrient: str, found: Excess, *, some_kept: bool = False) -> Reason:
    """Present supplements above a limit: an upper level (with food, where it counts food) or that of a gate."""
    limit = found.limit
    if some_kept:
        return Reason("stopped.over_kept", {"nutrient": nutrient, "amount": found.amount, "limit": limit.amount})
    values: Values = {"nutrient": nutrient, "amount": found.amount, "limit": limit.amount}
    if limit.gate:
        return Reason("stopped.over_gate", {**values, "gate": limit.by})
    key = "stopped.over_total" if limit.counted == Counted.TOTAL else "stopped.over_limit"
    return Reason(key, {**values, "authority": _authority(found)})


def over_in_mixture(s: Supplement, found: Excess, holds: str) -> Reason:
    """A planned nutrient above a limit, in a product that holds what no plan ends: someone else decides."""
    values = {**_of(s), "amount": found.amount, "limit": found.limit.amount, "holds": holds}
    if found.limit.gate:
        return Reason("stopped.mixture_over_gate", {**values, "gate": found.limit.by})
    total = "_total" if found.limit.counted == Counted.TOTAL else ""
    return Reason(f"stopped.mixture_over_limit{total}", {**values, "authority": _authority(found)})


def over_reference(s: Supplement, found: Excess, holds: str) -> Reason:
    """The same above what may be proposed, which is no ceiling of what is prescribed: it goes on, and one asks."""
    values = {**_of(s), "amount": found.amount, "limit": found.limit.amount, "gate": found.limit.by, "holds": holds}
    return Reason("stopped.mixture_over_reference", values)


def other_over_gate(nutrient: str, found: Excess) -> Reason:
    """A nutrient that is not planned, above the limit that a gate sets it."""
    values: Values = {"nutrient": nutrient, "amount": found.amount, "limit": found.limit.amount}
    return Reason("stopped.other_over_gate", {**values, "gate": found.limit.by})


def other_over_limit(nutrient: str, found: Excess, *, food_known: bool) -> Reason:
    """A nutrient that is not planned, above an upper level: it goes on as prescribed, and one asks."""
    values: Values = {"nutrient": nutrient, "amount": found.amount, "limit": found.limit.amount}
    total = "_total" if found.limit.counted == Counted.TOTAL and food_known else ""
    return Reason(f"stopped.other_over_limit{total}", {**values, "authority": _authority(found)})


def other_over_reference(nutrient: str, found: Excess) -> Reason:
    """A nutrient that is not planned, above its reference intake: that is no ceiling."""
    return Reason(
        "stopped.other_over_reference", {"nutrient": nutrient, "amount": found.amount, "limit": found.limit.amount}
    )


def holds_too(s: Supplement, holds: str) -> Reason:
    """What else a product holds that is asked about."""
    return Reason("stopped.holds_too", {**_of(s), "holds": holds})


def ends_too(s: Supplement, holds: str) -> Reason:
    """What else a product held that the plan ends."""
    return Reason("stopped.ends_too", {**_of(s), "holds": holds})


def in_place_of(s: Supplement, amount: float, before: float) -> Reason:
    """What the plan would propose of a nutrient if a product that is asked about ended; ``before`` is its dose now."""
    if before > 0:
        return Reason("stopped.in_place_of_more", {**_of(s), "amount": amount, "before": before})
    return Reason("stopped.in_place_of", {**_of(s), "amount": amount})


def replaced(s: Supplement) -> Reason:
    """A present supplement in whose place the plan puts another, or food."""
    return Reason("stopped.replaced", _of(s))


def not_needed(s: Supplement) -> Reason:
    """A present supplement of something that food and sun bring."""
    return Reason("stopped.not_needed", _of(s))


def left_out(s: Supplement) -> Reason:
    """A present supplement that falls under the reason for which the plan proposes none."""
    return Reason("stopped.withheld", _of(s))


def changed(s: Supplement, amount: float) -> Reason:
    """A present supplement of which more or less is taken."""
    return Reason("stopped.changed", {**_of(s), "amount": amount, "before": s.per_day})


def moved(s: Supplement, to: tuple[str, ...], avoided: str) -> Reason:
    """A present supplement that goes on at another moment."""
    return Reason("stopped.moved", {**_of(s), "to": " ".join(to), "medicine": avoided})


def no_moment(s: Supplement, avoided: str) -> Reason:
    """A present supplement that no moment keeps far enough from a medicine."""
    return Reason("stopped.no_moment", {**_of(s), "medicine": avoided})


def against(intake: float, reference: ReferenceIntake) -> Values:
    """An intake beside the value that a body names."""
    return {"intake": intake, "reference": reference.value, "authority": f"{reference.authority} {reference.year}"}


def _authority(found: Excess) -> str:
    source = found.limit.source
    return source.text if source else ""


def _of(s: Supplement) -> Values:
    return {"nutrient": s.nutrient, "form": s.form or "unknown", "label": s.label or ""}
