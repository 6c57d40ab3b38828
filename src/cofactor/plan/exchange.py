"""One supplement of a plan in place of another: the inputs of the model with one thing exchanged, the rest as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cofactor.person.inputs import ModelInputs
from cofactor.person.intake import Intake, model_inputs
from cofactor.person.types import Supplement
from cofactor.plan.types import PlanItem


@dataclass(frozen=True, eq=False)
class Exchange:
    """The person's food and the inputs under the plan, in which one thing at a time is exchanged."""

    intake: Intake
    inputs: ModelInputs

    def exchanged(self, before: Supplement, after: Supplement | None) -> ModelInputs:
        """The plan's inputs with one supplement in another's place, or with none.

        Zinc beside calcium stays as it is: none of the outcomes asked for hangs on it.
        """
        old, new = (
            model_inputs(self.intake, supplements).values for supplements in ([before], [after] if after else [])
        )
        values = dict(self.inputs.values)
        for name in ("in_D3", "in_D2", "in_P"):
            values[name] += new[name] - old[name]
        for mineral in ("Mg", "Ca"):
            values |= _pooled(mineral, self.inputs.values, old, new)
        return replace(self.inputs, values=values)

    def with_values(self, **changed: float) -> ModelInputs:
        """The plan's inputs with some of them other."""
        return replace(self.inputs, values={**self.inputs.values, **changed})


def _pooled(
    mineral: str, now: Mapping[str, float], old: Mapping[str, float], new: Mapping[str, float]
) -> dict[str, float]:
    """Amount, doses a day, share with meals and form factor of a mineral's supplements, with one taken out and put in.

    Factors are means weighted by amount, shares by number of doses: each is taken apart and put together again.
    """
    amount, count, meal, factor = f"sup_{mineral}", f"n_s{mineral}", f"meal_{mineral}", f"F_{mineral}"
    if old[amount] == new[amount] == 0:
        return {}
    parts = [(now, 1.0), (old, -1.0), (new, 1.0)]
    total = sum(sign * of[amount] for of, sign in parts)
    if total <= 1e-9:  # nothing is left but rounding
        return {amount: 0.0, count: 1.0, meal: 1.0, factor: 1.0}
    doses = sum(sign * of[count] for of, sign in parts if of[amount] > 0)
    return {
        amount: total,
        count: doses,
        meal: sum(sign * of[meal] * of[count] for of, sign in parts if of[amount] > 0) / doses,
        factor: sum(sign * of[factor] * of[amount] for of, sign in parts) / total,
    }


def taken(item: PlanItem) -> Supplement:
    """An item of a plan as a supplement that is taken."""
    slots = item.slots
    return Supplement(item.nutrient, item.form, item.per_intake, 1.0, slots[0], None, None, None, "", len(slots), slots)
