"""What each choice of a plan changes: the same possible bodies under the plan, and under the plan with one thing other.

Every row is a pair of simulations of the same bodies, so that what differs between people drops out and what is left is
the choice itself. How well a chemical form or a meal's effect is known enters the interval (its factor is taken at
three equally likely places), and so do the weak effects of magnesium on vitamin D, which the model keeps switched off:
an interval that reaches zero says that the choice may not matter at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from cofactor.assess.update import Posterior
from cofactor.engine.generate import human
from cofactor.facts.load import ANALYTE_UNIT, load
from cofactor.facts.types import Source
from cofactor.model.tables import parameters
from cofactor.person.body import Array, Regimen, live, take
from cofactor.person.exposure import Constant, constants
from cofactor.person.inputs import ModelInputs, form_family
from cofactor.person.intake import model_inputs
from cofactor.person.occasions import MEALS
from cofactor.plan.exchange import Exchange, taken
from cofactor.plan.goals import PLANNED
from cofactor.plan.optimise import Planned
from cofactor.plan.outlook import JUDGED_ON
from cofactor.plan.types import PlanItem
from cofactor.units import MOLAR_MASS

FOOD = "food"
STRATA = (-math.sqrt(1.5), 0.0, math.sqrt(1.5))
"""Three equally likely places of a standard normal number, with its mean and its variance."""
WEAK = ("etaMg25", "etaMgCL")
"""Switches of the model, off by default: cell magnesium on the making and on the clearing of 25(OH)D."""
HARDLY = 0.05
"""Share of the plan's own 90 % band below which a difference is none: a choice, the same as in captions of charts."""
TELLS = 1.96 * math.sqrt(2)
"""Standard deviations of one reading by which two readings must differ to show a change (Fraser and Harris 1989)."""
BODIES = 200
"""Bodies that a choice is tried on: pairs of the same body, so that few tell a difference well."""
LEAST_DIVIDED_MG = 100.0
"""Smallest dose that is halved to see what dividing brings: its halves are sold. A choice of this tool."""

Levels = Mapping[str, Array]
_ABSORBED = {"Mg_absorbed": ("absMg", "magnesium"), "Ca_absorbed": ("absCa", "calcium")}
_LEVELS = ("25OHD", "Mg_serum", "PTH")
_FOOD_INPUT = {"magnesium": "in_Mg", "calcium": "in_Ca"}
_SUPPLEMENT_INPUTS = {"vitamin_d": ("in_D3", "in_D2", "in_cal"), "magnesium": ("sup_Mg",), "calcium": ("sup_Ca",)}
_ROUNDING = 1e-3  # nmol or mmol a day: what taking one supplement out of the inputs leaves of it
# The form most often sold in place of another.
_OTHER_FORM = {
    ("magnesium", "citrate"): "oxide",
    ("magnesium", "oxide"): "citrate",
    ("calcium", "carbonate"): "citrate",
}
_ANY_OTHER = {"magnesium": "oxide", "calcium": "carbonate"}
# What carries an effect in the model: the table's interaction, or the constant that was fitted to it.
_DIVIDED = {"magnesium": "TM004", "calcium": "TM003"}
_CARRIES = {"25OHD": "Vmax25", "Mg_serum": "aTM_6", "PTH": "aS_Ca"}


class Otherwise(StrEnum):
    """What is other than in the plan."""

    WITHOUT = "without"  # one item is left out
    AT_ONCE = "at_once"  # all of a day's dose at its first moment
    SPLIT = "split"  # in two intakes, where the plan has one
    FORM = "form"  # another chemical form of the same element
    WITHOUT_MEAL = "without_meal"
    LESS_PHYTATE = "less_phytate"  # meals with no more phytate than a mixed diet


class Size(StrEnum):
    """What can be said of a difference."""

    NONE = "none"  # within the uncertainty: the interval reaches zero, or the difference is next to nothing
    UNSEEN = "unseen"  # there, and smaller than one blood test can show
    SEEN = "seen"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a difference rests on: the grade of an interaction (A to D), empty where none is graded, and the source."""

    grade: str
    source: Source


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """One choice of a plan, and what another would bring on the day that the plan is judged.

    ``plan`` is the median over the possible bodies, in ``unit``; ``difference`` (median, with ``low`` and ``high`` for
    90 %) is that within each body, and ``otherwise`` the plan's median with it.
    """

    kind: Otherwise
    nutrient: str
    form: str  # of the item, or the other form
    outcome: str
    unit: str
    days: float
    plan: float
    otherwise: float
    difference: float
    low: float
    high: float
    size: Size
    grounds: Grounds
    more: bool = False  # the nutrient comes from other products, or from food, all the same: less of it, not none


@dataclass(frozen=True, slots=True)
class _Other:
    """A question to the model: the inputs in the plan's place, at each stratum, and the outcome that answers it."""

    kind: Otherwise
    item: PlanItem
    form: str
    outcome: str
    inputs: tuple[ModelInputs, ...]
    grounds: Grounds
    weak: bool = False  # whether the weak effects bear on it
    more: bool = False  # whether other products hold the nutrient too, or it is food that brings it


def counterfactuals(of: Posterior, planned: Planned) -> tuple[Counterfactual, ...]:
    """Every choice of a plan against its alternative, in the order of its items; none where nothing is proposed."""
    on = Exchange(of.members.subject.intake, planned.regimen.inputs)
    items = tuple(item for item in planned.plan.items if item.nutrient in PLANNED)
    asked = [other for item in items for other in _others(on, item, items)]
    of = _some(of)
    bodies = (of, _with_weak_effects(of)) if any(other.weak for other in asked) else (of,)
    plan = [_run(body, on.inputs) for body in bodies] if asked else []
    return tuple(_beside(_answer(other, bodies, plan), planned) for other in asked)


def _beside(found: Counterfactual, planned: Planned) -> Counterfactual:
    """The plan's level is that of all its bodies, as everywhere else; the difference is that of those tried."""
    if found.outcome not in planned.then.outcomes:
        return found
    usual = float(np.median(planned.then.on(found.outcome, JUDGED_ON)))
    return replace(found, plan=usual, otherwise=usual + found.difference)


# ---------------------------------------------------------------------------------------------------- what is asked


def _others(on: Exchange, item: PlanItem, items: tuple[PlanItem, ...]) -> Iterator[_Other]:
    """What is asked of one item of a plan."""
    beside_d = item.nutrient == "magnesium" and any(i.nutrient == "vitamin_d" for i in items)
    less = _less(on, item)
    more = item.form == FOOD or _comes_elsewhere(on, item.nutrient, less)
    if beside_d:
        grounds = _interaction("NN007")
        yield _Other(Otherwise.WITHOUT, item, item.form, "25OHD", (less,), grounds, weak=True, more=more)
    level = {"vitamin_d": "25OHD", "magnesium": "Mg_serum", "calcium": "PTH"}[item.nutrient]
    yield _Other(Otherwise.WITHOUT, item, item.form, level, (less,), _constant(_CARRIES[level]), more=more)
    if item.nutrient == "magnesium" and on.inputs.values["phyt"] > 0:
        plain = on.with_values(phyt=0.0)
        grounds = Grounds(_interaction("NN013").grade, constants()["phytate_half"].source)
        yield _Other(Otherwise.LESS_PHYTATE, item, item.form, "Mg_absorbed", (plain,), grounds)
    if item.form == FOOD:
        return
    if item.nutrient == "vitamin_d":
        yield from _without_meal(on, item)
    else:
        yield from _divided(on, item)
        yield _of_form(on, item)


def _less(on: Exchange, item: PlanItem) -> ModelInputs:
    """The plan without one item."""
    if item.form != FOOD:
        return on.exchanged(taken(item), None)
    name = _FOOD_INPUT[item.nutrient]
    return on.with_values(**{name: on.inputs.values[name] - item.amount / MOLAR_MASS[item.nutrient]})


def _comes_elsewhere(on: Exchange, nutrient: str, less: ModelInputs) -> bool:
    """Whether supplements bring a nutrient under the plan without one item."""
    there, bare = less.spread(), model_inputs(on.intake, ()).spread()
    return any(there[name] > bare[name] + _ROUNDING for name in _SUPPLEMENT_INPUTS[nutrient])


def _without_meal(on: Exchange, item: PlanItem) -> Iterator[_Other]:
    """Vitamin D with a meal, and what it would bring without: the factor at each of its strata."""
    if not set(item.slots) <= set(MEALS):
        return
    whole, known = taken(item), constants()["vitamin_d.without_meal"]
    inputs = tuple(
        on.exchanged(whole, replace(whole, amount=whole.amount * min(factor, 1.0))) for factor in _factors(known)
    )
    grounds = Grounds(_interaction("TM001").grade, known.source)
    yield _Other(Otherwise.WITHOUT_MEAL, item, item.form, "25OHD", inputs, grounds)


def _divided(on: Exchange, item: PlanItem) -> Iterator[_Other]:
    """All at once where the plan divides a dose, divided where it does not."""
    whole, rule, outcome = taken(item), _interaction(_DIVIDED[item.nutrient]), _absorbed(item.nutrient)
    if len(item.slots) > 1:
        at_once = replace(item, slots=item.slots[:1], per_intake=item.amount)
        inputs = (on.exchanged(whole, taken(at_once)),)
        yield _Other(Otherwise.AT_ONCE, item, item.form, outcome, inputs, rule)
    elif item.amount >= LEAST_DIVIDED_MG:
        second = next(meal for meal in MEALS if meal != item.slots[0])
        halves = replace(item, slots=(*item.slots, second), per_intake=item.amount / 2)
        inputs = (on.exchanged(whole, taken(halves)),)
        yield _Other(Otherwise.SPLIT, item, item.form, outcome, inputs, rule)


def _of_form(on: Exchange, item: PlanItem) -> _Other:
    """Another salt of the same element, its factor at each of its strata."""
    form = _OTHER_FORM.get((item.nutrient, item.form), _ANY_OTHER[item.nutrient])
    meal = "" if item.nutrient == "magnesium" else ".meal" if item.slots[0] in MEALS else ".alone"
    known = constants()[f"form.{item.nutrient}.{form_family(item.nutrient, form)}{meal}"]
    swapped = on.exchanged(taken(item), replace(taken(item), form=form))
    name = "F_Mg" if item.nutrient == "magnesium" else "F_Ca"
    inputs = tuple(
        replace(swapped, values={**swapped.values, name: swapped.values[name] * factor / known.value})
        for factor in _factors(known)
    )
    return _Other(Otherwise.FORM, item, form, _absorbed(item.nutrient), inputs, Grounds("", known.source))


def _absorbed(nutrient: str) -> str:
    return next(name for name, (_, of) in _ABSORBED.items() if of == nutrient)


def _factors(known: Constant) -> tuple[float, ...]:
    """A factor at the three strata of what is known of it."""
    return tuple(known.value * math.exp((known.log_sd or 0.0) * z) for z in STRATA)


def _interaction(name: str) -> Grounds:
    row = load().interaction(name)
    return Grounds(row.evidence_grade, row.source)


def _constant(name: str) -> Grounds:
    return Grounds("", next(p.source for p in parameters() if p.id == name))


# -------------------------------------------------------------------------------------------------- what is answered


def _some(of: Posterior) -> Posterior:
    """Equally likely bodies, evenly out of all."""
    count = len(of.members)
    if count <= BODIES:
        return of
    chosen, state = take(of.members, of.state, np.arange(BODIES) * count // BODIES)
    return replace(of, members=chosen, state=state)


def _with_weak_effects(of: Posterior) -> Posterior:
    """The same bodies today, with the weak effects on from now on, as large as the table of constants takes them."""
    sizes = {p.id: p.prior_sd for p in parameters() if p.id in WEAK}
    values = of.state.constants.copy()
    for name, size in sizes.items():
        values[:, human().constants.index(name)] = size
    return replace(of, state=replace(of.state, constants=values))


def _run(of: Posterior, inputs: ModelInputs) -> Levels:
    """Every outcome on the day the plan is judged; what is absorbed in mg a day."""
    symbols = {name: symbol for name, (symbol, _) in _ABSORBED.items()}
    asked = (*_LEVELS, *symbols.values())
    values, _ = live(of.members, of.state, [Regimen(0.0, inputs)], JUDGED_ON, [JUDGED_ON], asked)
    found = dict(zip((*_LEVELS, *symbols), np.moveaxis(values[:, 0], -1, 0), strict=True))
    return found | {name: found[name] * MOLAR_MASS[nutrient] for name, (_, nutrient) in _ABSORBED.items()}


def _answer(other: _Other, bodies: tuple[Posterior, ...], plan: list[Levels]) -> Counterfactual:
    """Strata, and settings of the weak effects, count alike; the plan's median is that of the model as it is."""
    name, count = other.outcome, len(bodies) if other.weak else 1
    pairs = [
        (with_plan[name], _run(body, inputs)[name])
        for body, with_plan in zip(bodies[:count], plan[:count], strict=True)
        for inputs in other.inputs
    ]
    change = np.concatenate([then - now for now, then in pairs])
    low, difference, high = (float(q) for q in np.percentile(change, (5, 50, 95)))
    usual = float(np.median(plan[0][name]))
    return Counterfactual(
        kind=other.kind,
        nutrient=other.item.nutrient,
        form=other.form,
        outcome=name,
        unit="mg/d" if name in _ABSORBED else ANALYTE_UNIT[name],
        days=JUDGED_ON,
        plan=usual,
        otherwise=usual + difference,
        difference=difference,
        low=low,
        high=high,
        size=_size(difference, low, high, plan[0][name], name, bodies[0]),
        grounds=other.grounds,
        more=other.more,
    )


def _size(difference: float, low: float, high: float, plan: Array, outcome: str, of: Posterior) -> Size:
    p05, p95 = np.percentile(plan, (5, 95))
    if low <= 0 <= high or abs(difference) < HARDLY * (p95 - p05):
        return Size.NONE
    scatter = load().reading_log_sd(outcome, of.members.subject.case.person.sex)
    if scatter is None:
        return Size.SEEN
    one_reading = scatter * float(np.median(plan))
    return Size.UNSEEN if abs(difference) < TELLS * one_reading else Size.SEEN
