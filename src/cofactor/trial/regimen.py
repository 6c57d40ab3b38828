"""What an arm does to people, as events of the model: doses, diets and infusions, by what each person really takes.

Adherence: each person takes their own part of the doses, drawn from a Beta distribution. Where a trial reports none,
repeated doses are taken as in trials of outpatients and less so by the year (``covariates.csv``), and what is given on
named days is taken. A daily dose is an input of the model; vitamin D a week or more apart comes dose by dose. Doses of
named days that overlap are in the gut as one dose, beside what is taken daily.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cofactor.engine.generate import human
from cofactor.engine.solve import Change, Event
from cofactor.person import habits, inputs
from cofactor.person.doses import entry_of
from cofactor.person.exposure import value
from cofactor.person.inputs import absorbed_nmol, calcium_factor, magnesium_factor, zinc_factor
from cofactor.person.intake import acid_blocked
from cofactor.person.occasions import MEALS, lay_out
from cofactor.person.traits import covariate
from cofactor.person.types import Supplement
from cofactor.trial import draws
from cofactor.trial.loads import Doses, Gut, together
from cofactor.trial.match import Ready
from cofactor.trial.population import FOOD, NOTHING
from cofactor.trial.types import Arm, Give
from cofactor.units import DAYS_PER_YEAR, convert

Array = NDArray[np.float64]
Values = dict[str, float | Array]

_UNTREATED: Mapping[str, float] = {
    **dict.fromkeys(("sup_Ca", "sup_Mg", "in_D3", "in_D2", "in_cal", "in_MK7", "MgIV", "CaIV"), 0.0),
    **dict.fromkeys(("n_sCa", "n_sMg", "meal_Ca", "meal_Mg", "F_Ca", "F_Mg", "ZnCa"), 1.0),
}
"""Inputs of the model that only treatment moves, as they are without."""
_MISSED = ("sup_Ca", "sup_Mg", "in_D3", "in_D2", "in_cal", "in_MK7")
"""Inputs that a missed dose lowers, with the number of doses (``_COUNTS``), so that a dose keeps its size."""
_COUNTS = {"n_sCa": "sup_Ca", "n_sMg": "sup_Mg"}
_FEW = 1e-9  # doses a day of who takes none: nothing has no size
_GUT = {"D3": "gD3", "D2": "gD2", "calcifediol": "gCal"}
_VEIN = {"magnesium": "MgIV", "calcium": "CaIV"}
_ELEMENT = {"calcium": "Ca", "magnesium": "Mg"}
# A single oral dose of a mineral is absorbed evenly over so long (acceptance test "1 g oral Ca" of the mineral block);
# zinc and MK-7, whose equations are of a day, over that day.
_LOAD_DAYS = {"calcium": 4 / 24, "magnesium": 4 / 24, "phosphorus": 4 / 24, "zinc": 1.0, "vitamin_k": 1.0}
_FALL_STEP = 84.0  # days between steps of a falling adherence: three lines of the season


@dataclass(frozen=True, eq=False)
class Course:
    """One arm in some people, for so many days."""

    ready: Ready
    arm: Arm
    days: float

    def events(self) -> list[Event]:
        """All that happens from the start on, the sun included."""
        return [*self._sun(), *self._changes(), *self._boluses()]

    # --------------------------------------------------------------------------------------------------- adherence

    @cached_property
    def _own(self) -> Array:
        """Part of repeated doses that each person takes at first."""
        people, said = self.ready.people, self.arm.adherence
        mean = covariate("adherence") if said is None else said
        concentration = covariate("adherence_concentration")
        return draws.beta(people.design.seed, people.numbers, "adherence", mean, concentration)

    def _taken(self, day: float) -> Array:
        """Part of a repeated dose that each person takes on a day."""
        if self.arm.adherence is not None:
            return self._own
        return np.asarray(self._own * np.exp(-covariate("adherence_fall") * day / DAYS_PER_YEAR))

    def _taken_once(self) -> Array:
        return self._own if self.arm.adherence is not None else np.ones(len(self.ready))

    # --------------------------------------------------------------------------------------------------------- sun

    def _sun(self) -> list[Event]:
        study, skin, scale = self.ready.study, self.ready.people.skin - 1, self.ready.sunlight
        if study.dark:
            return [Event(0.0, "season_D3", Change.SET, -scale * study.course.mean(axis=0)[skin])]
        return study.season(0, self.days, lambda above: scale * above[skin])

    # ------------------------------------------------------------------------------------------ inputs of the model

    def _changes(self) -> Iterator[Event]:
        """Inputs at every moment at which something begins or ends, where they differ from those before."""
        before: Values = {**_UNTREATED, **self._habitual()}
        for day in self._moments():
            now = self._inputs(day)
            for name, amount in now.items():
                if not np.array_equal(amount, before[name]):
                    yield Event(day, name, Change.SET, amount)
            before = now

    def _moments(self) -> list[float]:
        found = {0.0}
        for give in self.arm.give:
            if give.at:
                length = _LOAD_DAYS.get(give.nutrient)
                found |= {d for start in give.at if length for d in (start, start + length)}
            else:
                found |= {give.begin, give.end or self.days}
                if self.arm.adherence is None:
                    found |= set(np.arange(_FALL_STEP, self.days, _FALL_STEP).tolist())
        for infusion in self.arm.infuse:
            found |= {d for start in infusion.at for d in (start, start + infusion.hours / 24)}
        return sorted(day for day in found if day < self.days or day == 0)

    def _inputs(self, day: float) -> Values:
        food = self._food()
        daily = [g for g in self.arm.give if not g.at and not _bolus(g) and g.begin <= day < (g.end or self.days)]
        fixed = self._of_day(daily)
        found: Values = {name: fixed[name] for name in _UNTREATED if name in fixed}
        taken = self._taken(day) if daily else 1.0
        for name in _MISSED:
            found[name] = fixed[name] * taken
        for name, amount in _COUNTS.items():
            found[name] = fixed[name] * np.maximum(taken, _FEW) if fixed[amount] else fixed[name]
        found["ZnCa"] = self._zinc_beside_calcium(fixed, food[FOOD["zinc"]], taken)
        for nutrient in ("phosphorus", "zinc"):
            food[FOOD[nutrient]] = food[FOOD[nutrient]] + fixed[FOOD[nutrient]] * taken
        found |= food
        found |= {"S_D3": self._supply(), **self._into_vein(day)}
        self._add_loads(day, found)
        return found

    def _zinc_beside_calcium(self, fixed: dict[str, float], food: float | Array, taken: float | Array) -> float | Array:
        """Factor of calcium on zinc absorption, which is 1 for the zinc of food on days on which nothing is taken."""
        if fixed["ZnCa"] == _UNTREATED["ZnCa"]:
            return fixed["ZnCa"]
        treated = taken * (food + fixed[FOOD["zinc"]])
        untreated = (1 - taken) * food
        return (treated * fixed["ZnCa"] + untreated) / (treated + untreated)

    def _of_day(self, daily: list[Give]) -> dict[str, float]:
        """Inputs of a day's doses if all were taken; those of phosphorus and zinc without food."""
        people = self.ready.people
        usual = self.ready.study.panel.intake
        food = {n: max(self.arm.diet.get(n, float(usual[n].mean())), NOTHING) for n in FOOD}
        usual_diet, low_acid = habits.population(people.place), acid_blocked(people.design.medicines)

        def given(supplements: list[Supplement]) -> Mapping[str, float]:
            occasions = lay_out(food, supplements, usual_diet, lambda _: 0.0)
            return inputs.of_day(occasions, phytate_per_meal=value("phytate.mixed"), low_acid=low_acid).values

        found, of_food = dict(given([_supplement(give) for give in daily])), given([])
        for nutrient in ("phosphorus", "zinc"):
            found[FOOD[nutrient]] -= of_food[FOOD[nutrient]]
        return found

    def _habitual(self) -> Values:
        index, parameters = human().index, self.ready.parameters
        return {name: parameters[:, index[name]] for name in (*FOOD.values(), "S_D3")}

    def _food(self) -> Values:
        """What is eaten: the arm's diet where it has one, else everyone's habit."""
        found = self._habitual()
        del found["S_D3"]
        for nutrient, amount in self.arm.diet.items():
            if nutrient in FOOD:
                mmol = convert(max(amount, NOTHING), "mg", "mmol", nutrient)
                found[FOOD[nutrient]] = np.full(len(self.ready), mmol)
        return found

    def _supply(self) -> Array:
        """Vitamin D beside the treatment: as habitual, with the food of the arm's diet in place of one's own."""
        supply = np.asarray(self._habitual()["S_D3"])
        if "vitamin_d" not in self.arm.diet:
            return supply
        return supply - self.ready.food + absorbed_nmol("D3", self.arm.diet["vitamin_d"], with_meal=True)

    def _into_vein(self, day: float) -> Values:
        found: Values = dict.fromkeys(_VEIN.values(), 0.0)
        for infusion in self.arm.infuse:
            running = sum(start <= day < start + infusion.hours / 24 for start in infusion.at)
            name = _VEIN[infusion.nutrient]
            found[name] = found[name] + running * infusion.mmol / (infusion.hours / 24)
        return found

    def _add_loads(self, day: float, found: Values) -> None:
        """Single doses while they are absorbed: of a mineral, as doses of that size at the rate of so many a day."""
        running = list(self._running(day))
        for nutrient, element in _ELEMENT.items():
            loads = [(give, count) for give, count in running if give.nutrient == nutrient]
            if loads:
                found |= self._beside_daily(element, found, self._one_dose(loads))
        taken = self._taken_once()
        for give, count in running:
            if give.nutrient == "vitamin_k":
                found["in_MK7"] = found["in_MK7"] + count * give.amount * taken
            elif give.nutrient not in _ELEMENT:
                factor = zinc_factor(give.form) if give.nutrient == "zinc" else 1.0
                amount = count * convert(give.amount, "mg", "mmol", give.nutrient) * factor
                name = FOOD[give.nutrient]
                found[name] = found[name] + amount / _LOAD_DAYS[give.nutrient] * taken

    def _running(self, day: float) -> Iterator[tuple[Give, int]]:
        """What was given on named days and is still being absorbed, and how many times over."""
        for give in self.arm.give:
            length = _LOAD_DAYS.get(give.nutrient, 0.0)
            count = sum(start <= day < start + length for start in give.at)
            if count:
                yield give, count

    def _one_dose(self, loads: list[tuple[Give, int]]) -> Doses:
        """Loads of one mineral that are in the gut at once: one dose of all, and the mean of their forms."""
        nutrient, low_acid = loads[0][0].nutrient, acid_blocked(self.ready.people.design.medicines)
        amounts = [count * convert(give.amount, "mg", "mmol", nutrient) for give, count in loads]
        factors = [
            magnesium_factor(give.form)
            if nutrient == "magnesium"
            else calcium_factor(give.form, with_meal=False, low_acid=low_acid)
            for give, _ in loads
        ]
        per_day, taken = 1 / _LOAD_DAYS[nutrient], self._taken_once()
        dissolved = sum(amount * factor for amount, factor in zip(amounts, factors, strict=True))
        return Doses(sum(amounts) * per_day * taken, per_day * np.maximum(taken, _FEW), 0.0, dissolved / sum(amounts))

    def _beside_daily(self, element: str, found: Values, load: Doses) -> Values:
        """Inputs of the model for a load of a mineral beside what is taken of it daily."""
        names = (f"sup_{element}", f"n_s{element}", f"meal_{element}", f"F_{element}")
        index, parameters = human().index, self.ready.parameters
        meal = np.asarray(found[f"in_{element}"]) / parameters[:, index["n_meal"]]
        gain = parameters[:, index["mealgain"]] if element == "Mg" else 1.0
        gut = Gut(parameters[:, index[f"Km{element}"]], meal, gain)
        both = together(Doses(*(found[name] for name in names)), load, gut)
        return dict(zip(names, (both.amount, both.per_day, both.with_meal, both.factor), strict=True))

    # --------------------------------------------------------------------------------------------------- dose by dose

    def _boluses(self) -> Iterator[Event]:
        """Single and spaced doses of vitamin D."""
        for give in self.arm.give:
            if not _bolus(give):
                continue
            with_meal = all(moment in MEALS for moment in give.moments)
            form = give.form if give.form in _GUT else "D3"
            nmol = absorbed_nmol(form, give.amount * max(1, len(give.moments)), with_meal=with_meal)
            end = min(give.end or self.days, self.days)
            days = give.at or np.arange(give.begin, end, give.every).tolist()
            for day in days:
                taken = self._taken_once() if give.at else self._taken(day)
                yield Event(float(day), _GUT[form], Change.ADD, nmol * taken)


def _bolus(give: Give) -> bool:
    """Whether each dose is an event of its own."""
    return give.nutrient == "vitamin_d" and (bool(give.at) or give.every >= value("bolus.interval"))


def _supplement(give: Give) -> Supplement:
    first = give.moments[0] if give.moments else None
    times = max(1, len(give.moments))
    return Supplement(
        give.nutrient, give.form, give.amount, give.every, first, None, None, None, "", times, give.moments
    )


def dose_of_text(text: str) -> dict[str, object]:
    """Keys of an entry of ``give`` for a line such as ``vitamin_d D3 2000 IU daily``, or ``... 100000 IU once``."""
    found: dict[str, object] = dict(entry_of(text))
    if found.get("every") == "once":
        del found["every"]
        found["at"] = [0]
    return found
