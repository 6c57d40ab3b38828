"""Random people, and plans for them on few bodies: what a plan may not do does not depend on how many there are."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from cofactor.assess import update
from cofactor.assess.gates import evaluate
from cofactor.assess.types import GateResult
from cofactor.facts.gates import questions
from cofactor.facts.load import load
from cofactor.person.case import parse_case
from cofactor.person.intake import Intake, intake
from cofactor.person.types import Case
from cofactor.plan.optimise import Planned, plan
from cofactor.plan.types import PlanItem

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


def supplement(dice: random.Random) -> dict[str, Any]:
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
    names = COMMON if dice.random() < 0.85 else [m.name_en for m in load().medicines]
    entry = {"name": dice.choice(names)}
    if dice.random() < 0.6:
        entry["when"] = dice.choice(MOMENTS)
    return entry


def labs(dice: random.Random) -> list[dict[str, Any]]:
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
    return case


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

    def again(self) -> Run:
        """The same case, bodies and gates planned once more."""
        return replace(self, found=plan(self.case, self.eaten, self.gates, self.of))


def run_of(case: Case, seed: int = 1) -> Run:
    """Plan for a case."""
    eaten, gates, of = intake(case), evaluate(case), update.posterior(case, seed)
    return Run(case, eaten, gates, of, plan(case, eaten, gates, of))


@pytest.fixture(scope="session")
def drawn() -> Callable[[int], dict[str, Any]]:
    """Random case files by seed."""
    return draw


@pytest.fixture(scope="session")
def planned() -> Callable[[Mapping[str, Any] | str], Run]:
    """Plans on sixteen possible bodies instead of hundreds."""

    def of(value: Mapping[str, Any] | str) -> Run:
        with pytest.MonkeyPatch.context() as few:
            for name, number in {"DRAWN": 24, "KEPT": 16, "ENOUGH": 3.0, "SOUGHT": 3.0}.items():
                few.setattr(update, name, number, raising=name != "SOUGHT")
            return run_of(parse_case(value))

    return of
