"""A scenario as it stands in an address, ``d25~mg200-citrate-2~sun30``, and the sliders that set it.

Parts stand between ``~``: what is set, how much of it a day, and where it has them a form and a number of intakes. An
address holds doses and habits that are tried, and nothing of a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cofactor.errors import InputError, Problem
from cofactor.facts.load import load
from cofactor.person.habits import outdoor_time
from cofactor.person.inputs import form_family
from cofactor.person.sun import default_habit
from cofactor.plan.whatif import Dose, Ground, Scenario
from cofactor.said import Said

MOST_KEPT = 4
"""Scenarios kept beside one another: more lines could not be told apart."""
LONGEST = 200
"""Characters of one scenario: every slider at its longest needs fewer."""
_PART = re.compile(r"([a-z]+)(\d{1,4}(?:\.\d{1,2})?)(?:-([A-Za-z0-9_]{1,40}))?(?:-([1-3]))?")


@dataclass(frozen=True, slots=True)
class Slider:
    """One slider. ``top`` is where it ends on the page, ``most`` what an address may ask for."""

    key: str
    css: str
    nutrient: str  # empty for the sun
    unit: str
    top: float
    step: float
    most: float
    forms: tuple[str, ...] = ()
    intakes: int = 1
    food: bool = False


# Where sliders end: somewhat above every upper level of the tables, so that gates are seen to speak; a choice of ours.
SLIDERS: tuple[Slider, ...] = (
    Slider("d", "d", "vitamin_d", "µg", 125, 2.5, 375, ("D3",)),
    Slider("mg", "mg", "magnesium", "mg", 400, 25, 2000, ("citrate", "bisglycinate", "chloride", "malate", "oxide"), 3),
    Slider("ca", "ca", "calcium", "mg", 1200, 50, 5000, ("carbonate", "citrate"), 3),
    Slider("k", "k", "vitamin_k", "µg", 200, 10, 2000, ("MK7",)),
    Slider("sun", "d", "", "min", 180, 5, 720),
    Slider("fca", "ca", "calcium", "mg", 600, 25, 3000, food=True),
    Slider("fmg", "mg", "magnesium", "mg", 200, 10, 1000, food=True),
)
_IN_FACTS = {"MK7": "MK-7"}
"""Forms whose name holds a sign of the address."""
_BY_KEY = {slider.key: slider for slider in SLIDERS}


def scenario_of(text: str) -> Scenario:
    """Read a scenario. Raises :class:`InputError` with every part that is not understood."""
    problems: list[Problem] = []
    doses: list[Dose] = []
    food: dict[str, float] = {}
    outdoors: float | None = None
    for part in text[:LONGEST].split("~") if text else ():
        try:
            slider, amount, form, intakes = _part(part)
        except InputError as error:
            problems += error.problems
            continue
        if slider.food:
            food[slider.nutrient] = amount
        elif not slider.nutrient:
            outdoors = amount
        else:
            doses.append(Dose(slider.nutrient, amount, form, intakes))
    if problems:
        raise InputError(problems)
    return Scenario(tuple({d.nutrient: d for d in doses}.values()), outdoors, tuple(food.items()))


def _part(part: str) -> tuple[Slider, float, str | None, int]:
    match = _PART.fullmatch(part)
    slider = _BY_KEY.get(match[1]) if match else None
    if match is None or slider is None:
        raise _refused(part, tuple(_BY_KEY), Said("Write what is set and how much of it: d25~mg200-citrate-2."))
    amount = float(match[2])
    if amount > slider.most:
        most = Said("at most {most}", most=f"{slider.most:g} {slider.unit}")
        raise _refused(part, (most,), Said("Check the number."))
    written = match[3] or (slider.forms[0] if slider.forms else None)
    form = _IN_FACTS.get(written or "", written)
    if form is not None and load().form(slider.nutrient, form) is None:
        raise _refused(part, slider.forms, Said("Use the id of a form."))
    return slider, amount, form, int(match[4] or 1)


def _refused(got: str, expected: tuple[str, ...], do: Said) -> InputError:
    return InputError([Problem("scenario", got[:60], expected, do)])


def text_of(scenario: Scenario) -> str:
    """Write a scenario as it stands in an address."""
    parts = []
    food = dict(scenario.food)
    for slider in SLIDERS:
        dose = scenario.dose(slider.nutrient)
        if slider.food and slider.nutrient in food:
            parts.append(f"{slider.key}{_plain(food[slider.nutrient])}")
        elif not slider.nutrient and scenario.outdoors is not None:
            parts.append(f"{slider.key}{_plain(scenario.outdoors)}")
        elif dose is not None and not slider.food:
            form = (dose.form or "unknown").replace("-", "")
            parts.append(f"{slider.key}{_plain(dose.amount)}-{form}-{dose.intakes}")
    return "~".join(parts)


def _plain(value: float) -> str:
    return f"{round(value, 2):g}"


# ------------------------------------------------------------------------------------------------ where they stand


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a slider stands as things are: the amount, the form and intakes, and what else of it is taken."""

    amount: float
    form: str = ""
    intakes: int = 1


def stands(of: Ground) -> Mapping[str, Stand]:
    """Where every slider stands as things are now: daily means of what is taken, nothing more from food."""
    found = {}
    for slider in SLIDERS:
        if slider.food:
            found[slider.key] = Stand(0.0)
        elif not slider.nutrient:
            found[slider.key] = Stand(_minutes(of))
        else:
            found[slider.key] = _taken(of, slider)
    return found


def _taken(of: Ground, slider: Slider) -> Stand:
    mine = [s for s in of.intake.taken if s.nutrient == slider.nutrient]
    if not mine:
        return Stand(0.0, slider.forms[0])
    largest = max(mine, key=lambda s: s.per_day)
    family = form_family(slider.nutrient, largest.form) if slider.nutrient in ("magnesium", "calcium") else ""
    form = family if family in slider.forms else largest.form or slider.forms[0]
    return Stand(sum(s.per_day for s in mine), form.replace("-", ""), min(largest.times_per_day, slider.intakes))


def _minutes(of: Ground) -> float:
    """Minutes outdoors, the mean of summer and winter, as usual there where the case does not say."""
    if of.case.sun.indoors:
        return 0.0
    place = of.case.place
    usual = default_habit(place.latitude, outdoor_time(place))
    said = zip((of.case.sun.summer, of.case.sun.winter), usual, strict=True)
    return (
        sum(
            own.minutes_per_day or 0.0 if own.minutes_per_day is not None else (other.minutes_per_day or 0.0)
            for own, other in said
        )
        / 2
    )
