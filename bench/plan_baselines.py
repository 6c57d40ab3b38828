"""The plan against two rules of thumb, on drawn people: who is within the goal after six months, who above a limit.

Run `python bench/plan_baselines.py [PEOPLE] [SEED] [--write]`. Each person is an adult with a true body drawn from what
is left open about people like them; the true body lives up to today, and one 25(OH)D is read off it with the scatter of
assay and day. The plan and the calculator see that result. Then the true body, which nobody saw, takes for half a year
what each says. With `--write` the table goes to docs/plan_figures.md.

(a) everyone 1,000 IU of D3 and 375 mg of magnesium. (b) a calculator of the web, for vitamin D alone: the deficit
(ng/mL) x kg x 1.5 less what the sun brings (IU), at least 600 and at most 10,000 IU a day. Which level the calculator
aims at is not published: both 20 and 30 ng/mL are run, and the better one counts as the baseline.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

import cofactor
from cofactor.assess.gates import evaluate
from cofactor.assess.update import posterior, reading_sd
from cofactor.facts.load import load
from cofactor.files import write_whole
from cofactor.person import sun
from cofactor.person.body import Members, Regimen, State, Subject, live, members, past, settle, subject, take
from cofactor.person.case import parse_case, parse_dose
from cofactor.person.intake import intake, model_inputs
from cofactor.person.types import Case, LabResult, Supplement
from cofactor.plan.goals import goals
from cofactor.plan.optimise import search
from proof_table import machine, read

TODAY = date(2026, 10, 15)
AFTER = 182.0  # days
BODIES = 400
TRUTHS = 64
NMOL_PER_NG = 2.496  # 25(OH)D, 400.64 g/mol
PAGE = Path(__file__).parents[1] / "docs" / "plan_figures.md"
RULES = ("plan", "(a) 1,000 IU + 375 mg", "(b) calculator to 20 ng/mL", "(b) calculator to 30 ng/mL")


@dataclass
class Tally:
    """Of all people, how many are where after half a year, and what they were told to take."""

    within: int = 0
    below: int = 0
    above: int = 0
    over_150: int = 0
    magnesium: int = 0
    over_limit: int = 0
    vitamin_d: float = 0.0


def person(rng: np.random.Generator) -> Case:
    """An adult between 36 and 60 degrees north in autumn who takes nothing yet, some on medicines or pregnant."""
    female = rng.random() < 0.5
    height = rng.normal(164 if female else 177, 7)
    bmi = float(np.clip(14 + rng.lognormal(2.4, 0.35), 18, 42))
    age = int(rng.integers(22, 85))
    medicines = ["levothyroxine", "omeprazole", "hydrochlorothiazide", "perindopril", "alendronate", "prednisone"]
    return parse_case(
        {
            "cofactor": 1,
            "person": {
                "sex": "female" if female else "male",
                "age": age,
                "weight": f"{bmi * (height / 100) ** 2:.1f} kg",
                "height": f"{height:.0f} cm",
                "skin": int(rng.choice(6, p=[0.05, 0.35, 0.3, 0.15, 0.1, 0.05])) + 1,
            },
            "place": {"latitude": float(rng.uniform(36, 60)), "country": "FR"},
            "diet": {
                "reference": "EFSA",
                "totals": {
                    "magnesium": f"{np.clip(rng.normal(290, 70), 120, 500):.0f} mg",
                    "calcium": f"{np.clip(rng.normal(850, 250), 250, 1800):.0f} mg",
                    "vitamin_d": f"{rng.lognormal(1.0, 0.5):.1f} µg",
                },
            },
            "medicines": [m for m in medicines if rng.random() < 0.06],
            "answers": dict.fromkeys(("kidney_stones", "diabetes", "hypertension", "heart_failure"), False),
            "today": TODAY.isoformat(),
        }
    )


@dataclass(frozen=True, eq=False)
class Truth:
    """The body that a person really has, as it stands today."""

    of: Subject
    body: Members
    state: State

    def after(self, taken: Regimen) -> float:
        """25(OH)D after half a year under what is taken."""
        values, _ = live(self.body, self.state, [taken], AFTER, [AFTER], ("25OHD",))
        return float(values[0, 0, 0])


def drawn(seed: int) -> tuple[Case, Truth]:
    """A person with one result of today, and the body that it was read off."""
    rng = np.random.default_rng(seed)
    case = person(rng)
    of = subject(case)
    several = members(of, rng.standard_normal((TRUTHS, len(of.names))))  # with what calibration left open, in turn
    history = past(of, 365)
    body, state = take(several, settle(several, history[0]), rng.integers(0, TRUTHS, 1))
    levels, state = live(body, state, history, 0.0, [0.0], ("25OHD",))
    exact = LabResult(TODAY, "25OHD", float(levels[0, 0, 0]), "nmol/L", "=", "")
    result = replace(exact, value=exact.value * float(np.exp((reading_sd(exact, case) or 0) * rng.standard_normal())))
    return replace(case, labs=(result,)), Truth(of, body, state)


def ways(case: Case, truth: Truth) -> Iterator[tuple[str, Regimen, float, float]]:
    """What each rule has a person take: the regimen, and µg of vitamin D and mg of magnesium from supplements."""
    eaten = intake(case)
    _, found = search(case, eaten, evaluate(case), posterior(case, 1, BODIES))
    yield RULES[0], found.regimen, found.draft.amount("vitamin_d"), found.draft.amount("magnesium")
    everyone = [parse_dose("vitamin_d D3 1000 IU daily at breakfast"), parse_dose("magnesium citrate 375 mg at dinner")]
    yield RULES[1], _of(case, everyone), 25.0, 375.0
    for rule, aim in zip(RULES[2:], (20.0, 30.0), strict=True):
        iu = calculator(case, truth.of, aim)
        yield rule, _of(case, [parse_dose(f"vitamin_d D3 {iu:.0f} IU daily at lunch")]), iu / 40, 0.0


def _of(case: Case, taken: list[Supplement]) -> Regimen:
    return Regimen(0.0, model_inputs(intake(case), taken))


def calculator(case: Case, of: Subject, aim: float) -> float:
    """The dose of the calculator, IU a day."""
    deficit = max(0.0, aim - case.labs[0].value / NMOL_PER_NG)
    from_sun = sun.yearly_mean(of.skin) * 384.64 / 1000 * 40  # nmol/d of D3 at 384.64 g/mol, 40 IU a µg
    return min(10_000.0, max(deficit * case.person.weight_kg * 1.5 - from_sun, 600.0))


def study(people: int, seed: int) -> dict[str, Tally]:
    """Every rule on the same people."""
    found = {rule: Tally() for rule in RULES}
    for k in range(people):
        case, truth = drawn(seed + k)
        low, high = goals(case).levels["25OHD"]
        assert high is not None
        for rule, taken, vitamin_d, magnesium in ways(case, truth):
            level, tally = truth.after(taken), found[rule]
            tally.within += low <= level <= high
            tally.below += level < low
            tally.above += level > high
            tally.over_150 += level > 150
            tally.vitamin_d += vitamin_d / people
            tally.over_limit += over(case, vitamin_d, magnesium)
            tally.magnesium += enough(case, truth, taken)
    return found


def over(case: Case, vitamin_d: float, magnesium: float) -> bool:
    """Whether what is taken stands above an upper level of the region, or above what a gate allows or forbids."""
    gates, who, eaten = evaluate(case), case.person, intake(case).food
    for nutrient, dose in (("vitamin_d", vitamin_d), ("magnesium", magnesium)):
        if dose and (gates.withheld(nutrient) or dose > (gates.limit(nutrient) or dose)):
            return True
        for row in load().upper_limits(nutrient, case.place.region, who.sex, who.age, who.state):
            food = 0.0 if row.applies_to == "supplement" else eaten[nutrient].mid
            if dose + food > row.value:
                return True
    return False


def enough(case: Case, truth: Truth, taken: Regimen) -> bool:
    """Whether the true magnesium intake of food and supplements reaches the reference value."""
    wanted = goals(case).intakes["magnesium"].value
    values = taken.inputs.values
    food = values["in_Mg"] * 24.305 * float(truth.body.diet["magnesium"][0])
    return food + values["sup_Mg"] * values["F_Mg"] * 24.305 >= wanted


def table(found: dict[str, Tally], people: int) -> list[str]:
    """The figures as a table."""
    head = "| rule | 25(OH)D within the goal | below | above | above 150 nmol/L | above a limit or through a gate |"
    lines = [f"{head} magnesium intake reaches its reference | vitamin D, µg/d |", "|---|" + "--:|" * 7]
    for rule, tally in found.items():
        counts = (tally.within, tally.below, tally.above, tally.over_150, tally.over_limit, tally.magnesium)
        lines.append(f"| {rule} | " + " | ".join(f"{n / people:.1%}" for n in counts) + f" | {tally.vitamin_d:.0f} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("people", type=int, nargs="?", default=200)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    given = read(parser)
    begin = time.perf_counter()
    found = study(given.people, given.seed)
    seconds = time.perf_counter() - begin
    lines = table(found, given.people)
    print("\n".join(lines))
    print(f"plan_baselines: {given.people} people, {seconds:.0f} s, seed {given.seed}")
    if given.write:
        made = f"{given.people} people, seed {given.seed}, goal 50 to 125 nmol/L after {AFTER:.0f} days; version "
        made += f"{cofactor.__version__}, {machine()}, {seconds:.0f} s. Made by `{given.command} --write`."
        write_whole(PAGE, "\n".join([*lines, "", made, ""]))


if __name__ == "__main__":
    main()
