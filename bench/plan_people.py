"""Random people, goals, medicines, diseases, diets and products: no plan passes a limit, a gate or a spacing.

Run `python bench/plan_people.py [PEOPLE] [SEED] [--log FILE] [--write]`: person number SEED and those after it, each
drawn from their own number. With a log, chunks that it holds are not run again and later ones are added, so that a long
study can be broken off and gone on with. The test suite runs a smaller form.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

from cofactor.assess import update
from cofactor.assess.gates import evaluate
from cofactor.assess.limits import Counted, hard_limits
from cofactor.assess.types import GateResult
from cofactor.facts.gates import questions
from cofactor.facts.load import load
from cofactor.person.body import Regimen
from cofactor.person.case import parse_case
from cofactor.person.derived import measured
from cofactor.person.intake import Intake, intake
from cofactor.person.types import Case
from cofactor.plan import draft as drafting
from cofactor.plan.goals import PLANNED
from cofactor.plan.optimise import Planned, plan, search
from cofactor.plan.schedule import TIME, medicine_moments
from cofactor.plan.types import Event, PlanItem
from proof_table import Proof, conclude, read

BODIES = 16  # what a plan may not do does not depend on how many bodies it was judged on
CHUNK = 100
MOLAR = {"magnesium": 24.305, "calcium": 40.078}  # g/mol, IUPAC 2021
AT_ONCE = {"calcium": 500.0, "magnesium": 150.0}  # mg: interactions TM003 and TM004

# ------------------------------------------------------------------------------------------------- who they are

# Medicines with hours to keep, or that a plan meets often; the generator also draws from the whole table.
COMMON = ["levothyroxine", "alendronate", "ciprofloxacin", "doxycycline", "omeprazole", "hydrochlorothiazide"]
COMMON += ["colestyramine", "orlistat", "iron (oral)", "gabapentin", "perindopril", "metformin"]
MOMENTS = ["waking", "breakfast", "lunch", "dinner", "bedtime"]
FORMS = {
    "vitamin_d": ["D3", "D3", "D2", None],
    "magnesium": ["citrate", "oxide", "bisglycinate", None],
    "calcium": ["carbonate", "citrate", None],
}
AMOUNTS = {
    "vitamin_d": ["400 IU", "1000 IU", "2000 IU", "4000 IU", "100 µg"],
    "magnesium": ["60 mg", "100 mg", "150 mg", "300 mg", "400 mg"],
    "calcium": ["250 mg", "500 mg", "1000 mg"],
    "iron": ["14 mg", "80 mg"],
    "zinc": ["10 mg", "25 mg"],
    "vitamin_c": ["500 mg", "2 g"],
    "vitamin_k": ["75 µg"],
    "vitamin_b6": ["2 mg", "25 mg"],
}
COUNTRIES = [("FR", 46.0), ("US", 41.0), ("IE", 53.3), ("SE", 59.0), ("BE", 50.8), ("US", 30.0)]
SHELF = [
    {"name": "D3 1000", "contents": ["Vitamine D3 25 µg (1000 UI)"], "pack": "90 capsules", "price": "7.20 EUR"},
    {"name": "D3 strong", "contents": ["Vitamin D3 100 µg (4000 IU)"]},
    {"name": "Magnesium B6", "contents": ["Magnésium (bisglycinate) 100 mg", "Vitamine B6 1.4 mg"]},
    {"name": "Magnesium B6 forte", "contents": ["Magnésium (citrate) 75 mg", "Vitamine B6 10 mg"]},
    {"name": "Magnésium marin", "contents": ["Magnésium (oxyde) 300 mg"], "pack": "60", "price": "5.40 EUR"},
    {"name": "Cal-Mag", "contents": ["Calcium (carbonate) 500 mg", "Magnesium (citrate) 125 mg"]},
    {"name": "Cal-D-K", "contents": ["Calcium (citrate) 250 mg", "Vitamin D3 10 µg (400 IU)", "Vitamin K2 45 µg"]},
    {"name": "Calcium D", "contents": ["Calcium (carbonate) 500 mg", "Vitamin D3 10 µg (400 IU)"]},
    {"name": "Zinc and magnesium", "contents": ["Zinc (gluconate) 10 mg", "Magnesium (citrate) 60 mg"]},
]


def supplement(dice: random.Random) -> dict[str, Any]:
    """Something that is taken already."""
    nutrient = dice.choice(list(AMOUNTS))
    entry: dict[str, Any] = {"nutrient": nutrient, "amount": dice.choice(AMOUNTS[nutrient])}
    entry["every"] = dice.choice(["day", "day", "day", "week"]) if nutrient == "vitamin_d" else "day"
    form = dice.choice(FORMS.get(nutrient, [None]))
    if form:
        entry["form"] = form
    if dice.random() < 0.7:
        entry["when"] = dice.sample(MOMENTS, dice.choice([1, 1, 2]))
    if dice.random() < 0.3:
        entry["label"] = "multi"
    return entry


def medicine(dice: random.Random) -> dict[str, str]:
    """A medicine, with its moment or without."""
    names = COMMON if dice.random() < 0.85 else [m.name_en for m in load().medicines]
    entry = {"name": dice.choice(names)}
    if dice.random() < 0.6:
        entry["when"] = dice.choice(MOMENTS)
    return entry


def labs(dice: random.Random) -> list[dict[str, Any]]:
    """Results, recent and old, ordinary and not."""
    values = {
        "25OHD": (dice.choice([12, 25, 45, 70, 110, 180]), "nmol/L"),
        "Ca_total": (dice.choice([2.2, 2.35, 2.48, 2.57]), "mmol/L"),
        "Mg_serum": (dice.choice([0.65, 0.8, 0.95, 1.08]), "mmol/L"),
        "eGFR": (dice.choice([25, 45, 75, 90, 100, 110]), "mL/min"),
    }
    found = [n for n in values if dice.random() < 0.3]
    day = dice.choice(["2026-10-02", "2026-06-15", "2025-03-01"])
    return [{"date": day, "analyte": n, "value": values[n][0], "unit": values[n][1]} for n in found]


def person(dice: random.Random) -> dict[str, Any]:
    """Sex, age, size, skin, pregnancy."""
    sex, age = dice.choice(["female", "male"]), dice.randint(18, 94)
    found: dict[str, Any] = {"sex": sex, "age": age, "weight": f"{dice.randint(42, 150)} kg"}
    if dice.random() < 0.8:
        found["height"] = f"{dice.randint(150, 195)} cm"
    if dice.random() < 0.8:
        found["skin"] = dice.randint(1, 6)
    if sex == "female" and age <= 48 and dice.random() < 0.25:
        found["state"] = dice.choice(["pregnant", "lactating"])
    return found


def draw(seed: int) -> dict[str, Any]:
    """A random case file, as plain values. A seed always gives the same one."""
    dice = random.Random(seed)
    country, latitude = dice.choice(COUNTRIES)
    case: dict[str, Any] = {"cofactor": 1, "today": "2026-11-22", "person": person(dice)}
    case["place"] = {"latitude": latitude, "country": country}
    case["diet"] = {"reference": dice.choice(["EFSA", "NASEM", "ANSES", "NNR2023"]), "totals": {}}
    for nutrient, low, high in (("magnesium", 120, 480), ("calcium", 250, 2300), ("vitamin_d", 1, 15)):
        if dice.random() < 0.6:
            unit = "µg" if nutrient == "vitamin_d" else "mg"
            case["diet"]["totals"][nutrient] = f"{dice.randint(low, high)} {unit}"
    case["supplements"] = [supplement(dice) for _ in range(dice.choice([0, 0, 1, 2, 3, 4]))]
    case["medicines"] = [medicine(dice) for _ in range(dice.choice([0, 0, 1, 1, 2, 3]))]
    conditions = [c.id for c in load().conditions]
    case["conditions"] = [dice.choice(conditions)] if dice.random() < 0.08 else []
    case["answers"] = {q: dice.random() < 0.01 for q in questions() if dice.random() < 0.9}
    case["labs"] = labs(dice)
    if dice.random() < 0.4:
        case["goals"] = {
            "25OHD": dice.choice(["[50, 100] nmol/L", ">= 75 nmol/L", "[75, 150] nmol/L", "[30, 50] nmol/L"])
        }
    case["probability"] = dice.choice(["50 %", "80 %", "90 %", "97 %"])
    if dice.random() < 0.3:
        case["products"] = dice.sample(SHELF, dice.randint(1, len(SHELF)))
    return case


# ------------------------------------------------------------------------------------------------- what is looked at


@dataclass(frozen=True)
class Run:
    """A case with everything that was worked out for it."""

    case: Case
    eaten: Intake
    gates: GateResult
    of: update.Posterior
    found: Planned

    def pills(self) -> Iterator[PlanItem]:
        """What the plan gives to swallow; food apart."""
        return (item for item in self.found.plan.items if item.form != "food")

    def dose(self, nutrient: str) -> float:
        """Amount a day that the plan gives of a nutrient."""
        return sum(item.amount for item in self.pills() if item.nutrient == nutrient)

    def doses_again(self) -> drafting.Draft:
        """What the same case, bodies and gates lead to once more."""
        return search(self.case, self.eaten, self.gates, self.of)[1].draft


def run_of(case: Case, bodies: int = BODIES) -> Run:
    """Plan for a case on a few bodies."""
    eaten, gates, of = intake(case), evaluate(case), update.posterior(case, 1, bodies)
    return Run(case, eaten, gates, of, plan(case, eaten, gates, of))


def broken(run: Run) -> Iterator[str]:
    """Everything that no plan may do, of the plan and of each of its alternatives."""
    yield from _unsimulated(run)
    days = [(run.found.plan.items, run.found.plan.schedule)]
    days += [(other.items, other.schedule) for other in run.found.plan.alternatives]
    for items, schedule in days:
        pills = tuple(item for item in items if item.form != "food")
        food = {item.nutrient: item.amount for item in items if item.form == "food"}
        staying = {n: _staying(run, n) for n in dict.fromkeys(i.nutrient for i in pills)}
        yield from _limits(run, pills, food, staying)
        yield from _gates(run, items)
        yield from _at_once(pills)
        yield from _spacings(run, pills, schedule)


def supplemental(regimen: Regimen, nutrient: str) -> float:
    """What is simulated as taken from supplements, µg or mg a day, boluses spread."""
    values = regimen.inputs.spread()
    if nutrient == "vitamin_d":
        return (values["in_D3"] + values["in_D2"]) / 40 + values["in_cal"] * 2.5
    return values[{"magnesium": "sup_Mg", "calcium": "sup_Ca"}[nutrient]] * MOLAR[nutrient]


def _staying(run: Run, nutrient: str) -> float:
    """What goes on beside the plan: simulated as taken, less what the plan gives."""
    if nutrient not in PLANNED:
        desk = drafting.desk(run.case, run.eaten, run.gates, run.of)
        return desk.staying(nutrient)
    return max(0.0, supplemental(run.found.regimen, nutrient) - run.dose(nutrient))


def _limits(run: Run, pills: tuple[PlanItem, ...], food: dict[str, float], staying: dict[str, float]) -> Iterator[str]:
    """The upper levels of the region's table, the caps of this tool, and those of gates."""
    who = run.case.person
    for nutrient, kept in staying.items():
        dose = sum(item.amount for item in pills if item.nutrient == nutrient)
        for row in load().upper_limits(nutrient, run.case.place.region, who.sex, who.age, who.state):
            eaten = run.eaten.food[nutrient].high if nutrient in run.eaten.food else 0.0
            whole = dose + kept + (0.0 if row.applies_to == "supplement" else eaten + food.get(nutrient, 0.0))
            if whole > row.value + 1e-3:
                yield f"limit: {whole:g} of {nutrient} above {row.value:g}"
        allowed = [gate.limits[nutrient] for gate in run.gates.gates if nutrient in gate.limits]
        if nutrient == "vitamin_d":
            result = measured(run.case, "25OHD")
            tested = result is not None and (run.case.today - result.date).days <= 365
            allowed.append(100.0 if tested else 50.0)
        if any(dose > most + 1e-6 for most in allowed):
            yield f"limit: {dose:g} of {nutrient} above what a gate or this tool allows"


def _gates(run: Run, items: tuple[PlanItem, ...]) -> Iterator[str]:
    closed = {n for gate in run.gates.gates if gate.level in ("STOP", "REFER") for n in gate.nutrients}
    for item in items:
        if item.nutrient in closed or "*" in closed:
            yield f"gate: {item.nutrient} through a gate"


def _at_once(pills: tuple[PlanItem, ...]) -> Iterator[str]:
    for nutrient, most in AT_ONCE.items():
        here = Counter[str]()
        for item in pills:
            if item.nutrient == nutrient:
                here.update(dict.fromkeys(item.slots, item.per_intake))
        for slot, amount in here.items():
            if amount > most + 1e-6:
                yield f"at once: {amount:g} mg of {nutrient} at {slot}"


def _spacings(run: Run, pills: tuple[PlanItem, ...], schedule: tuple[Event, ...]) -> Iterator[str]:
    """Hours from medicines and from other supplements, and that every pill has its moment in the day."""
    at = [(m.medicine.as_typed, TIME[m.slot]) for m in medicine_moments(run.case.medicines)]
    for event in schedule:
        nutrients = {i.split(":")[0] for i in event.items if not i.startswith("medicine:")}
        for spacing in run.gates.spacings:
            for other in (hour for name, hour in at if name == spacing.medicine):
                if nutrients & set(spacing.nutrients) and hours(event.time, other) < spacing.hours:
                    yield f"spacing: {sorted(nutrients)} at {event.time}, {spacing.medicine} at {other}"
    day = {(event.slot, item) for event in schedule for item in event.items}
    for item in pills:
        for slot in item.slots:
            if not any(s == slot and named.startswith(f"{item.nutrient}:") for s, named in day):
                yield f"schedule: {item.nutrient} at {slot} is missing"


def hours(a: str, b: str) -> float:
    """Hours between two times of day, the shorter way round."""
    apart = abs(int(a[:2]) + int(a[3:]) / 60 - int(b[:2]) - int(b[3:]) / 60)
    return min(apart, 24 - apart)


def _unsimulated(run: Run) -> Iterator[str]:
    """The regimen that was simulated holds the doses shown; three quarters of vitamin D count without a meal."""
    for nutrient in PLANNED:
        if supplemental(run.found.regimen, nutrient) < run.dose(nutrient) * 0.75 - 1e-6:
            yield f"unsimulated: {nutrient}"


def looser(run: Run, nutrient: str, factor: float) -> Iterator[str]:
    """A stricter limit on a nutrient that gives a higher dose of it."""

    def tighter(case: Case) -> dict[str, Any]:
        limits = hard_limits(case)
        limit = limits[nutrient]
        daily = (c if c.counted == Counted.INTAKE else replace(c, amount=c.amount * factor) for c in limit.caps)
        return {**limits, nutrient: replace(limit, caps=tuple(daily))}

    with mock.patch.object(drafting, "hard_limits", tighter):
        dose = run.doses_again().amount(nutrient)
    if dose > run.dose(nutrient) + 1e-6:
        yield f"monotone: {dose:g} of {nutrient} under a limit of {factor:g}, {run.dose(nutrient):g} before"


# ------------------------------------------------------------------------------------------------------- the study


@dataclass
class Found:
    """What came of many people."""

    people: int = 0
    items: int = 0
    alternatives: int = 0
    clashes: int = 0
    tightened: int = 0
    seconds: float = 0.0  # of processor time
    wrong: dict[int, list[str]] = field(default_factory=dict)


def study(people: int, first: int) -> Found:
    """Plan for that many people, number ``first`` and those after, and look at each plan."""
    found, begin = Found(people=people), time.process_time()
    for seed in range(first, first + people):
        run = run_of(parse_case(draw(seed)))
        wrong = list(broken(run))
        dosed = [n for n in PLANNED if run.dose(n)]
        if dosed:  # one of the doses, under one stricter limit
            dice = random.Random(seed)
            wrong += looser(run, dice.choice(dosed), dice.choice([0.9, 0.7, 0.5, 0.3]))
            found.tightened += 1
        found.items += len(run.found.plan.items)
        found.alternatives += len(run.found.plan.alternatives)
        found.clashes += len(run.found.plan.clashes)
        if wrong:
            found.wrong[seed] = wrong
    found.seconds = time.process_time() - begin
    return found


def chunks(people: int, first: int, log: Path | None) -> Iterator[Found]:
    """The study in chunks; those that the log holds are read from it, the others are run and added to it."""
    lines = log.read_text(encoding="utf-8").splitlines() if log is not None and log.exists() else []
    known = {(entry["first"], entry["people"]): entry for entry in map(json.loads, lines)}
    for start in range(first, first + people, CHUNK):
        size = min(CHUNK, first + people - start)
        entry = known.get((start, size))
        if entry is None:
            entry = {"first": start, **vars(study(size, start))}
            if log is not None:
                with log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(entry) + "\n")
                    file.flush()
                    os.fsync(file.fileno())
        yield Found(**{name: value for name, value in entry.items() if name != "first"})


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("people", type=int, nargs="?", default=2000)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--log", type=Path)
    given = read(parser)
    given.command = f"python bench/plan_people.py {given.people} {given.seed}"  # a log changes no figure
    found = Found()
    for part in chunks(given.people, given.seed, given.log):
        for name in ("people", "items", "alternatives", "clashes", "tightened", "seconds"):
            setattr(found, name, getattr(found, name) + getattr(part, name))
        found.wrong |= part.wrong
    for seed, wrong in found.wrong.items():
        print(f"person {seed}: " + "; ".join(wrong))
    besides = f"{found.items:,} things to take or eat, {found.alternatives:,} alternatives, {found.clashes:,} clashes, "
    besides += f"{found.tightened:,} stricter limits; seconds of processor time"
    shown = "No plan passes a limit of its region, a gate or a spacing, and a stricter limit never gives a higher dose"
    held = found.people - len(found.wrong)
    proof = Proof("plan_people", shown, held, found.people, "people", found.seconds, given.seed, besides)
    conclude(given, proof)


if __name__ == "__main__":
    main()
