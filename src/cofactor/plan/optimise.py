"""The search: the smallest daily doses that bring a person to the goals inside every limit.

Magnesium and calcium are judged by intake, so their doses follow from what is eaten; vitamin D is judged by 25(OH)D, so
its doses are tried on the engine, smallest first. The plan as a whole is then simulated on the person's possible bodies
and shrunk until no risk stands above its bound. What a gate withholds is never proposed, and no dose passes a limit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cofactor.assess.forecast import Trajectories, trajectories
from cofactor.assess.limits import Cap, Counted, Limit, hard_limits
from cofactor.assess.types import GateResult
from cofactor.assess.update import Posterior
from cofactor.facts.load import ANALYTE_UNIT, NUTRIENT_UNIT, load
from cofactor.facts.types import ReferenceIntake, Source
from cofactor.person.body import Regimen
from cofactor.person.intake import Intake, model_inputs
from cofactor.person.types import Case, Supplement
from cofactor.plan import explain, schedule
from cofactor.plan.goals import PLANNED, Goals, goals
from cofactor.plan.products import Dose, doses
from cofactor.plan.types import Expected, Plan, PlanItem, Reason, Withheld
from cofactor.units import MOLAR_MASS

JUDGED_ON = 84.0
"""Days after which a goal is judged first: 25(OH)D needs about three months (interaction TM008)."""
HORIZON = 365.0
RISKS: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("25OHD", 150.0, ("vitamin_d",)),
    ("Ca_total", 2.60, ("vitamin_d", "calcium")),
    ("Mg_serum", 1.10, ("magnesium",)),
)
"""A level that the band may hardly pass, and the nutrients that shrink when it does (nmol/L, mmol/L)."""
MOST_RISK = 0.025
"""Largest probability of passing a level of RISKS on any day."""
FOOD_FIRST_MG = 300.0
"""A calcium gap up to this is left to food: a glass of milk and a yogurt, or half a litre of a calcium-rich water."""
_LOW_ACID_FORM = {"calcium": "citrate"}
_FORM = {"vitamin_d": "D3", "magnesium": "citrate", "calcium": "carbonate"}
_FOOD = "food"


@dataclass(frozen=True, eq=False)
class Planned:
    """A plan with the two futures it was judged on, and what is taken under it."""

    plan: Plan
    now: Trajectories
    then: Trajectories
    regimen: Regimen


@dataclass(frozen=True, eq=False)
class _Desk:
    """Everything the search looks at."""

    case: Case
    intake: Intake
    gates: GateResult
    of: Posterior
    goals: Goals
    limits: Mapping[str, Limit]
    medicines: tuple[schedule.MedicineMoment, ...]

    def room(self, nutrient: str) -> tuple[float, Cap | None]:
        """The largest supplement a day, and the cap that sets it (None where a gate does or nothing was closer)."""
        limit = self.limits[nutrient]
        eaten = self.intake.food[nutrient].high if nutrient in self.intake.food else 0.0
        rooms: list[tuple[float, Cap | None]] = []
        for counted, used in ((Counted.SUPPLEMENT, 0.0), (Counted.TOTAL, eaten)):
            cap = limit.binding(counted)
            if cap is not None:
                rooms.append((max(0.0, cap.amount - used), cap))
        gate = self.gates.limit(nutrient)
        if gate is not None:
            rooms.append((gate, None))
        return min(rooms, key=lambda r: r[0]) if rooms else (0.0, None)

    def options(self, nutrient: str) -> tuple[Dose, ...]:
        """Doses inside every limit, smallest first."""
        form = _LOW_ACID_FORM.get(nutrient, "") if self.intake.low_acid else ""
        room, _ = self.room(nutrient)
        intakes = 1 if nutrient == "vitamin_d" else 3
        found = doses(nutrient, form or _FORM[nutrient], self.limits[nutrient].per_intake, intakes)
        return tuple(d for d in found if d.per_day <= room)


@dataclass(frozen=True)
class _Draft:
    """Doses and moments chosen so far, with the reasons for them and for what is left out."""

    doses: Mapping[str, Dose] = field(default_factory=dict)
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    food: Mapping[str, float] = field(default_factory=dict)
    why: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
    withheld: tuple[Withheld, ...] = ()

    def with_dose(self, nutrient: str, dose: Dose | None, *why: Reason) -> _Draft:
        kept = {n: d for n, d in self.doses.items() if n != nutrient}
        return replace(
            self,
            doses={**kept, nutrient: dose} if dose else kept,
            why={**self.why, nutrient: why} if dose else self.why,
        )

    def without(self, nutrient: str, reason: Reason, gates: tuple[str, ...] = ()) -> _Draft:
        entry = Withheld(nutrient, gates, reason)
        return replace(self.with_dose(nutrient, None), withheld=(*self.withheld, entry))


def plan(case: Case, intake: Intake, gates: GateResult, of: Posterior) -> Planned:
    """Plan for a case from what it eats, what its gates say and its possible bodies.

    The same input gives the same plan. The plan is never returned without a simulation of exactly itself.
    """
    desk = _Desk(case, intake, gates, of, goals(case), hard_limits(case), schedule.medicine_moments(case.medicines))
    now = trajectories(of, [_regimen(desk, _Draft())], HORIZON)
    draft = _intakes(desk, _gated(desk))
    draft = _moments(desk, draft)
    if "vitamin_d" not in {w.nutrient for w in draft.withheld}:
        draft = _vitamin_d(desk, draft)
    draft, then = _shrink(desk, draft)
    return Planned(_finish(desk, draft, now, then), now, then, _regimen(desk, draft))


def _gated(desk: _Desk) -> _Draft:
    """What gates withhold, and what this planner never proposes."""
    draft = _Draft()
    for nutrient in PLANNED:
        closed = desk.gates.withheld(nutrient)
        if closed:
            draft = draft.without(
                nutrient, Reason("withheld.gate", {"gate": closed[0].id}), tuple(g.id for g in closed)
            )
        elif nutrient in desk.of.withholds:
            draft = draft.without(nutrient, Reason("withheld.labs_disagree", {"analyte": desk.of.doubt(nutrient)}))
    closed = desk.gates.withheld("vitamin_k")
    if closed:
        reason = Reason("withheld.gate", {"gate": closed[0].id})
        draft = draft.without("vitamin_k", reason, tuple(g.id for g in closed))
    else:
        draft = draft.without("vitamin_k", Reason("withheld.vitamin_k_not_established", {}))
    zinc, target = desk.intake.total.get("zinc"), _target(desk, "zinc")
    if zinc is not None and target is not None and zinc.mid >= target.value:
        draft = draft.without("zinc", Reason("withheld.zinc_in_range", explain.against(zinc.mid, target)))
    return draft.without("phosphorus", Reason("withheld.phosphorus", {})).without(
        "vitamin_d:bolus", Reason("withheld.bolus", {})
    )


def _target(desk: _Desk, nutrient: str) -> ReferenceIntake | None:
    person = desk.case.person
    return load().target(nutrient, desk.case.diet.reference, person.sex, person.age, person.state)


def _intakes(desk: _Desk, draft: _Draft) -> _Draft:
    """Magnesium and calcium: the smallest dose that lifts the intake to its reference value."""
    closed = {w.nutrient for w in draft.withheld}
    for nutrient in ("magnesium", "calcium"):
        reference, eaten = desk.goals.intakes.get(nutrient), desk.intake.food.get(nutrient)
        if nutrient in closed or reference is None or eaten is None:
            continue
        if nutrient == "magnesium":
            # with the asked probability, over the uncertainty of the diet
            likely = eaten.mid * desk.of.members.diet[nutrient]
            short = reference.value - float(np.quantile(likely, 1 - desk.goals.probability))
        else:
            # a calcium supplement is not free of risk: the central estimate decides
            short = reference.value - eaten.mid
        draft = _fill(desk, draft, nutrient, eaten.mid, reference, short)
    return draft


def _fill(desk: _Desk, draft: _Draft, nutrient: str, eaten: float, reference: ReferenceIntake, short: float) -> _Draft:
    if short <= 0:
        return draft.without(nutrient, explain.none_needed(nutrient, eaten, reference))
    if nutrient == "calcium" and short <= FOOD_FIRST_MG:
        food_first = Reason("why.calcium.food_first", {**explain.against(eaten, reference), "gap": short})
        return replace(draft, food={**draft.food, nutrient: short}, why={**draft.why, nutrient: (food_first,)})
    options = desk.options(nutrient)
    if not options:
        return draft.without(nutrient, _no_room(desk, nutrient))
    enough = next((d for d in options if d.per_day >= short), options[-1])
    why = [explain.gap(nutrient, eaten, reference, enough)]
    if enough.per_day < short:
        why.append(Reason(f"why.{nutrient}.capped", {"limit": desk.room(nutrient)[0]}))
    if nutrient == "magnesium" and enough.intakes > 1:
        why.append(Reason("why.magnesium.split", {"count": float(enough.intakes)}))
    if nutrient == "magnesium":
        why.append(Reason("why.magnesium.form", {"form": enough.product.form}))
    per_intake = desk.limits[nutrient].per_intake
    if nutrient == "calcium" and per_intake is not None:
        why.append(Reason("why.calcium.per_intake", {"limit": per_intake}))
    if nutrient == "calcium" and desk.intake.low_acid:
        why.append(Reason("why.form.no_acid", {}))
    return draft.with_dose(nutrient, enough, *why)


def _no_room(desk: _Desk, nutrient: str) -> Reason:
    room, _ = desk.room(nutrient)
    return Reason("withheld.no_room", {"nutrient": nutrient, "limit": room})


def _moments(desk: _Desk, draft: _Draft) -> _Draft:
    """Place every intake; what cannot keep its spacing is left out, calcium before magnesium before vitamin D."""
    for nutrient in ("", "calcium", "magnesium"):
        if nutrient in draft.doses:
            draft = draft.without(nutrient, Reason("withheld.no_moment", {"nutrient": nutrient}))
        slots = schedule.place(draft.doses, desk.gates.spacings, desk.medicines, _kept(desk, draft))
        if slots is not None:
            return replace(draft, slots=slots)
    return draft


def _vitamin_d(desk: _Desk, draft: _Draft) -> _Draft:
    """Try doses on the engine, none first, and keep the smallest that reaches the goal with the asked probability."""
    low = desk.goals.levels["25OHD"][0]
    nothing = _chance(desk, draft, low)
    if nothing >= desk.goals.probability:
        return draft.without("vitamin_d", Reason("why.vitamin_d.none_needed", {"p_now": nothing, "goal": low}))
    options = desk.options("vitamin_d")
    if not options:
        return draft.without("vitamin_d", _no_room(desk, "vitamin_d"))
    reached = nothing
    for dose in options:
        tried = _moments(desk, draft.with_dose("vitamin_d", dose))
        if "vitamin_d" not in tried.slots:
            return draft.without("vitamin_d", Reason("withheld.no_moment", {"nutrient": "vitamin_d"}))
        reached = _chance(desk, tried, low)
        draft = tried
        if reached >= desk.goals.probability:
            break
    _, cap = desk.room("vitamin_d")
    why = explain.vitamin_d(dose, low, reached, JUDGED_ON / 7, cap, desk.goals.probability)
    draft = draft.with_dose("vitamin_d", dose, why, Reason("why.timing.with_fat", {}))
    return _moments(desk, draft)


def _chance(desk: _Desk, draft: _Draft, low: float) -> float:
    """The smallest probability, over the weeks from JUDGED_ON to a year, of 25(OH)D at or above ``low``."""
    found = trajectories(desk.of, [_regimen(desk, draft)], HORIZON, ("25OHD",))
    later = found.of("25OHD")[:, found.days >= JUDGED_ON]
    return float((later >= low).mean(axis=0).min())


def _shrink(desk: _Desk, draft: _Draft) -> tuple[_Draft, Trajectories]:
    """Simulate the plan; while a risk stands above its bound, take the next smaller dose of what drives it."""
    while True:
        then = trajectories(desk.of, [_regimen(desk, draft)], HORIZON)
        risky = [r for r in RISKS if _risk(then, r[0], r[1]) > MOST_RISK and set(r[2]) & set(draft.doses)]
        if not risky:
            return draft, then
        outcome, level, nutrients = risky[0]
        nutrient = next(n for n in nutrients if n in draft.doses)
        smaller = [d for d in desk.options(nutrient) if d.per_day < draft.doses[nutrient].per_day]
        risk: dict[str, str | float] = {
            "nutrient": nutrient,
            "risk": f"{outcome}>{level:g}",
            "probability": _risk(then, outcome, level),
        }
        if smaller:
            shrunk = Reason("why.shrunk_for_risk", {**risk, "amount": smaller[-1].per_day})
            draft = _moments(desk, draft.with_dose(nutrient, smaller[-1], shrunk))
        else:
            draft = _moments(desk, draft.without(nutrient, Reason("withheld.risk", risk)))


def _risk(found: Trajectories, outcome: str, level: float) -> float:
    """The largest probability over the year of a level above ``level``."""
    return float((found.of(outcome) > level).mean(axis=0).max())


def _kept(desk: _Desk, draft: _Draft) -> tuple[Supplement, ...]:
    """Present supplements that go on: those of nutrients that the plan does not take over."""
    taken_over = _taken_over(draft)
    return tuple(s for s in desk.intake.taken if s.nutrient not in taken_over)


def _taken_over(draft: _Draft) -> set[str]:
    """Nutrients whose present supplements the plan replaces: planned, left to food, or found not to be needed."""
    unneeded = {w.nutrient for w in draft.withheld if w.why.key.endswith(".none_needed")}
    return {*draft.doses, *draft.food, *unneeded}


def _regimen(desk: _Desk, draft: _Draft) -> Regimen:
    """What is taken under a draft: present supplements that go on, and the planned doses."""
    planned = [
        Supplement(n, d.product.form, d.per_intake, 1.0, slots[0], None, None, None, "", len(slots), slots)
        for n, d in draft.doses.items()
        if (slots := draft.slots.get(n))
    ]
    if not planned and not draft.food and not draft.withheld:
        return Regimen(0.0, model_inputs(desk.intake))
    inputs = model_inputs(desk.intake, [*_kept(desk, draft), *planned])
    if "calcium" in draft.food:
        more = draft.food["calcium"] / MOLAR_MASS["calcium"]
        inputs = replace(inputs, values={**inputs.values, "in_Ca": inputs.values["in_Ca"] + more})
    return Regimen(0.0, inputs)


def _finish(desk: _Desk, draft: _Draft, now: Trajectories, then: Trajectories) -> Plan:
    placed = {n: (d, draft.slots[n]) for n, d in draft.doses.items()}
    costs = [d.cost_per_month for d in draft.doses.values()]
    known = [c for c in costs if c is not None]
    return Plan(
        items=(*(_item(desk, draft, n) for n in PLANNED if n in placed), *_food_items(desk, draft)),
        withheld=draft.withheld,
        stopped=_stopped(desk, draft),
        expected=_expected(desk, now, then),
        risks={f"{o}>{level:g}": _risk(then, o, level) for o, level, _ in RISKS},
        schedule=schedule.day(placed, _kept(desk, draft), desk.gates.spacings, desk.medicines),
        cost_per_month=math.fsum(known) if len(known) == len(costs) else None,
        probability_asked=desk.goals.probability,
        retest_days=int(JUDGED_ON),
    )


def _item(desk: _Desk, draft: _Draft, nutrient: str) -> PlanItem:
    dose, slots = draft.doses[nutrient], draft.slots[nutrient]
    unit = NUTRIENT_UNIT[nutrient]
    elemental_mg = dose.per_day / 1000 if unit == "µg" else dose.per_day
    form = load().form(nutrient, dose.product.form)
    fraction = form.elemental_fraction if form is not None else None
    apart = [
        Reason("why.timing.apart", {"medicine": s.medicine, "hours": s.hours})
        for s in desk.gates.spacings
        if nutrient in s.nutrients
    ]
    return PlanItem(
        nutrient=nutrient,
        form=dose.product.form,
        amount=dose.per_day,
        unit=unit,
        elemental_mg=elemental_mg,
        product=dose.product.id,
        slots=slots,
        per_intake=dose.per_intake,
        compound_mg=elemental_mg / fraction if fraction and nutrient != "vitamin_d" else None,
        why=(*draft.why.get(nutrient, ()), *apart),
        sources=_sources(desk, nutrient),
    )


def _sources(desk: _Desk, nutrient: str) -> tuple[Source, ...]:
    """Where the target and every limit of a nutrient come from."""
    target = desk.goals.intakes.get(nutrient)
    caps = [cap.source for cap in desk.limits[nutrient].caps]
    gates = [g.source for g in desk.gates.gates if nutrient in g.limits and g.source is not None]
    return tuple(dict.fromkeys([*([target.source] if target else []), *caps, *gates]))


def _food_items(desk: _Desk, draft: _Draft) -> tuple[PlanItem, ...]:
    return tuple(
        PlanItem(n, _FOOD, amount, NUTRIENT_UNIT[n], amount, _FOOD, (), amount, None, draft.why[n], _sources(desk, n))
        for n, amount in draft.food.items()
    )


def _stopped(desk: _Desk, draft: _Draft) -> tuple[Reason, ...]:
    """What happens to present supplements: over a limit, replaced, or a matter for whoever follows the person."""
    found = []
    taken_over = _taken_over(draft)
    for s in desk.intake.taken:
        limit = desk.limits[s.nutrient].binding(Counted.SUPPLEMENT)
        gates = desk.gates.withheld(s.nutrient)
        if gates:
            found.append(Reason("stopped.ask_first", {"nutrient": s.nutrient, "gate": gates[0].id}))
        elif limit is not None and s.per_day > limit.amount and limit.key == "upper_level":
            values: dict[str, str | float] = {
                "amount": s.per_day,
                "limit": limit.amount,
                "authority": limit.source.text,
            }
            found.append(Reason("stopped.over_limit", {"nutrient": s.nutrient, **values}))
        elif s.nutrient in taken_over:
            found.append(Reason("stopped.replaced", {"nutrient": s.nutrient, "form": s.form or "unknown"}))
    return tuple(found)


def _expected(desk: _Desk, now: Trajectories, then: Trajectories) -> tuple[Expected, ...]:
    """What the plan does to each level that has a goal or a laboratory range, on the day it is judged."""
    found = []
    for outcome in ("25OHD", "Mg_serum", "Ca_total", "PTH"):
        goal = desk.goals.levels.get(outcome) or _laboratory_range(outcome, desk.case.person.sex)
        if goal is None:
            continue
        values = then.on(outcome, JUDGED_ON)
        p05, p50, p95 = (float(q) for q in np.percentile(values, (5, 50, 95)))
        unit = ANALYTE_UNIT[outcome]
        chance, before = _share_within(values, goal), _share_within(now.on(outcome, JUDGED_ON), goal)
        found.append(Expected(outcome, unit, JUDGED_ON, p05, p50, p95, chance, before, goal))
    return tuple(found)


def _laboratory_range(outcome: str, sex: str) -> tuple[float, float | None] | None:
    lab = load().lab(outcome, sex)
    return None if lab is None or lab.reference_low is None else (lab.reference_low, lab.reference_high)


def _share_within(values: np.ndarray, goal: tuple[float, float | None]) -> float:
    low, high = goal
    return float(((values >= low) & (values <= (math.inf if high is None else high))).mean())


def withheld_by_gate(found: Plan, planned: Sequence[str] = PLANNED) -> bool:
    """Whether a gate kept the plan from proposing one of the nutrients it plans (exit code 3)."""
    return any(w.gates and w.nutrient in planned for w in found.withheld)
