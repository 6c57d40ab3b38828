"""Why each thing is proposed, or not: sentences by key with the numbers that decided them."""

from __future__ import annotations

from cofactor.assess.limits import Cap
from cofactor.facts.types import ReferenceIntake
from cofactor.plan.products import Dose
from cofactor.plan.types import Reason


def vitamin_d(dose: Dose, goal: float, probability: float, weeks: float, cap: Cap | None, asked: float) -> Reason:
    """The smallest dose that reaches the goal, or the largest that a limit allows."""
    if probability >= asked or cap is None:
        values: dict[str, str | float] = {
            "amount": dose.per_day,
            "goal": goal,
            "probability": probability,
            "weeks": weeks,
        }
        return Reason("why.vitamin_d.smallest_dose", values)
    return Reason("why.vitamin_d.capped", {"amount": dose.per_day, "limit_source": cap.key, "p_reached": probability})


def gap(nutrient: str, intake: float, reference: ReferenceIntake, dose: Dose) -> Reason:
    """An intake below its reference value, and what is added."""
    return Reason(f"why.{nutrient}.gap", {**against(intake, reference), "amount": dose.per_day})


def none_needed(nutrient: str, intake: float, reference: ReferenceIntake) -> Reason:
    """An intake that reaches its reference value without a supplement."""
    return Reason(f"why.{nutrient}.none_needed", against(intake, reference))


def against(intake: float, reference: ReferenceIntake) -> dict[str, str | float]:
    """An intake beside the value that a body names."""
    return {"intake": intake, "reference": reference.value, "authority": f"{reference.authority} {reference.year}"}
