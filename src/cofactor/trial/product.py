"""What a product does in a population: the same people with and without it, under many sets of constants.

Everybody is simulated once for each of some of the calibrated sets. A number is the mean over the sets, and its
interval holds nine sets in ten: what is left open about the model, not the spread between people. The product is taken
as printed, every dose of it: what a label promises is judged by what it says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cofactor.facts.load import REGION_AUTHORITY, load
from cofactor.facts.types import Part
from cofactor.model.posterior import ensemble
from cofactor.person.catalogue import absorbed_factor
from cofactor.person.label import Content
from cofactor.trial.cohort import Cohort, Estimate
from cofactor.trial.label_file import LabelCase, Product, Reading
from cofactor.trial.passing import caps, eaten, references
from cofactor.trial.population import FOOD, People, draw
from cofactor.trial.product_facts import counted
from cofactor.trial.study import Study
from cofactor.trial.types import Arm, Give
from cofactor.trial.written import MODELLED

Array = NDArray[np.float64]

SETS = 20
"""Sets of constants that everybody is simulated with: enough for an interval of nine in ten."""
_EATEN = "vitamin_d", *FOOD  # nutrients whose intake from food is drawn


@dataclass(frozen=True, slots=True)
class Measure:
    """Something told of a population: the mean of an analyte, or the share of people within bounds of it."""

    key: str
    analyte: str
    low: float | None = None
    high: float | None = None

    @property
    def is_share(self) -> bool:
        """Whether it is a share of the people."""
        return self.low is not None or self.high is not None

    def of(self, values: Array) -> Array:
        """Over the last axis, which holds people; who could not be simulated does not count."""
        if not self.is_share:
            return np.asarray(np.nanmean(values, axis=-1))
        inside = np.ones(values.shape, dtype=bool)
        if self.low is not None:
            inside &= values > self.low if self.high is None else values >= self.low
        if self.high is not None:
            inside &= values <= self.high
        counts = np.isfinite(values)
        return np.asarray((inside & counts).sum(axis=-1) / counts.sum(axis=-1))


@dataclass(frozen=True, slots=True)
class Effect:
    """A measure at the start, and at the end without the product and with each reading of it."""

    measure: Measure
    start: Estimate
    without: Estimate
    taken: tuple[Estimate, ...]
    difference: tuple[Estimate, ...]  # with less without, in the same people under the same constants


@dataclass(frozen=True, slots=True)
class Passing:
    """Share of the people who take in more of a nutrient than a limit allows; of any nutrient where it is ``*``."""

    region: str
    nutrient: str
    counts: str  # total | supplement | preformed; empty for any
    food_drawn: bool  # else the product alone is counted
    without: float
    taken: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Reaching:
    """Share of the people whose intake, food and product together, reaches the reference value of a region's body.

    The product counts by the absorption of its form.
    """

    region: str
    authority: str
    nutrient: str
    without: float
    taken: tuple[float, ...]


@dataclass(frozen=True)
class Lived:
    """What a product does in a population."""

    people: int
    sets: int
    lost: int  # bodies that could not be simulated
    effects: tuple[Effect, ...]
    reaching: tuple[Reaching, ...]
    passing: tuple[Passing, ...]


def measures() -> tuple[Measure, ...]:
    """What is told, in order; cuts of serum and urine calcium are those of the table of laboratories."""
    facts = load()
    return (
        Measure("mean", "25OHD"),
        Measure("within", "25OHD", *facts.enough_to_concern("25OHD")),
        Measure("above", "25OHD", facts.highest_goal("25OHD")),
        Measure("mean", "Mg_serum"),
        Measure("above", "Ca_total", _high("Ca_total")),
        Measure("above", "Ca_urine", _high("Ca_urine")),
    )


def _high(analyte: str) -> float:
    lab = load().lab(analyte, "female")
    if lab is None or lab.high_cut is None:
        raise KeyError(f"labs.csv gives no upper cut for {analyte}")
    return lab.high_cut


def live(case: LabelCase) -> Lived:
    """Let the people of a label file live without the product and with it."""
    arms = (Arm("without"), *(regimen(case.product, reading) for reading in case.product.readings))
    told = measures()
    analytes = tuple(dict.fromkeys(measure.analyte for measure in told))
    values = _simulated(case, arms, analytes)
    effects = tuple(_effect(measure, values[..., analytes.index(measure.analyte)]) for measure in told)
    lost = int(np.isnan(values).any(axis=(0, 3, 4)).sum())
    people = draw(case.population, np.arange(case.population.people))
    reaching, passing = tuple(_reaching(case.product, people)), tuple(_passing(case.product, people))
    return Lived(len(people), values.shape[1], lost, effects, reaching, passing)


def regimen(product: Product, reading: Reading) -> Arm:
    """The product as an arm: every nutrient in it that the model follows, taken as printed."""
    give = tuple(
        Give(content.nutrient, form_of(content), content.amount * product.servings, product.every, (), product.moments)
        for content in reading.contents
        if followed(content)
    )
    return Arm(reading.reads, give, adherence=1.0)


def followed(content: Content) -> bool:
    """Whether the model follows it: of vitamin K only MK-7."""
    return content.nutrient in MODELLED and (content.nutrient != "vitamin_k" or form_of(content) == "MK-7")


def form_of(content: Content) -> str | None:
    """The id of the form, where the label names one."""
    return None if content.form is None else content.form.id


def _simulated(case: LabelCase, arms: tuple[Arm, ...], analytes: tuple[str, ...]) -> Array:
    """Readings of shape (arms, sets, people, 2 times, analytes)."""
    people = case.population.people
    sets = np.unique(np.linspace(0, len(ensemble()) - 1, SETS).astype(int))
    cohort = Cohort(Study(case.population, case.start), np.tile(np.arange(people), len(sets)), np.repeat(sets, people))
    values = cohort.under(arms, case.days, np.array([0.0, case.days]), analytes)
    return values.reshape(len(arms), len(sets), people, 2, len(analytes))


def _effect(measure: Measure, values: Array) -> Effect:
    """``values`` of shape (arms, sets, people, 2)."""
    start, end = measure.of(values[0, ..., 0]), measure.of(values[..., 1])
    return Effect(
        measure,
        Estimate.of(start),
        Estimate.of(end[0]),
        tuple(Estimate.of(by_set) for by_set in end[1:]),
        tuple(Estimate.of(by_set - end[0]) for by_set in end[1:]),
    )


def _reaching(product: Product, people: People) -> Iterator[Reaching]:
    """Who reaches which reference value, of the nutrients of the product whose intake from food is drawn."""
    held = [_absorbed(product, reading) for reading in product.readings]
    for region, authority in REGION_AUTHORITY.items():
        for nutrient in (n for n in _EATEN if any(n in amounts for amounts in held)):
            least, food = references(nutrient, authority, people), people.intake[nutrient]
            taken = tuple(float((food + amounts.get(nutrient, 0.0) >= least).mean()) for amounts in held)
            yield Reaching(region, authority, nutrient, float((food >= least).mean()), taken)


def _absorbed(product: Product, reading: Reading) -> dict[str, float]:
    """Amounts a day, each as much of the reference form as is absorbed alike."""
    found: dict[str, float] = {}
    for content in reading.contents:
        amount = content.amount * product.daily * (absorbed_factor(part_of(content)) or 1.0)
        found[content.nutrient] = found.get(content.nutrient, 0.0) + amount
    return found


def part_of(content: Content) -> Part:
    """One line of a label as part of a product."""
    return Part(content.nutrient, form_of(content) or "", content.amount)


def _passing(product: Product, people: People) -> Iterator[Passing]:
    """Who passes which limit; first any of a region, then each that somebody passes."""
    readings = [product.amounts(reading) for reading in product.readings]
    preformed = [product.amounts(counted(reading)) for reading in product.readings]
    for region in ("EU", "US"):
        rows = []
        anyone = [np.zeros(len(people), dtype=bool) for _ in range(len(readings) + 1)]
        for nutrient in dict.fromkeys(name for amounts in readings for name in amounts):
            for counts, most in caps(region, nutrient, people).items():
                food = eaten(nutrient, counts, people)
                of = preformed if counts == "preformed" else readings
                over = [food > most, *(food + amounts.get(nutrient, 0.0) > most for amounts in of)]
                anyone = [one | other for one, other in zip(anyone, over, strict=True)]
                if any(one.any() for one in over):
                    rows.append(_share(region, nutrient, counts, over))
        yield _share(region, "*", "", anyone)
        yield from rows


def _share(region: str, nutrient: str, counts: str, over: list[NDArray[np.bool_]]) -> Passing:
    without, *taken = (float(one.mean()) for one in over)
    return Passing(region, nutrient, counts, nutrient in (*_EATEN, "*"), without, tuple(taken))
