"""A specification file becomes a `Spec`, or all of its problems at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from cofactor.errors import InputError, Problem
from cofactor.person import documents
from cofactor.person.problems import describe
from cofactor.said import Said
from cofactor.trial.design import population_of
from cofactor.trial.formula.candidates import Grid, price
from cofactor.trial.formula.schema import SpecFile, json_schema
from cofactor.trial.formula.schema_product import HeldIn
from cofactor.trial.formula.types import Against, Held, Making, Spec
from cofactor.trial.label_file import WEEKS, placed

__all__ = ["json_schema", "load_spec", "parse_spec"]

PEOPLE, MOST_PEOPLE, LEAST_PEOPLE = 10_000, 100_000, 200
"""Fresh people that judge the formulas found: where the file does not say, at most, and at least."""
_HOW_TO_START = Said(
    "Start the file with `formulate: 1`, then population:, goals: and product: (see examples/formulas)."
)
_MOST_PLACES = 200_000  # of the whole grid


def load_spec(path: str | Path) -> Spec:
    """Read a specification. Raises :class:`InputError` with every problem."""
    path = Path(path)
    return parse_spec(documents.text_of(path, Said("a product specification")), name=path.stem)


def parse_spec(spec: Mapping[str, object] | str, name: str = "product") -> Spec:
    """Read a specification from its YAML text or from plain values; ``name`` is for one that has none.

    Raises :class:`InputError` with every problem.
    """
    written = documents.of(spec, _HOW_TO_START)
    file = documents.validated(SpecFile, written)
    design = placed(population_of(file.population))
    if "people" not in file.population.model_fields_set:
        design = replace(design, people=PEOPLE)
    made = file.product
    found = Spec(
        name=file.name or name,
        population=design,
        start=file.start,
        days=file.weeks or WEEKS * 7,
        goals=file.goals,
        reference=file.reference,
        region=file.limits.region,
        levels=file.limits.levels,
        most_over=file.limits.share,
        holds=tuple(Held(held.nutrient, held.forms, _amounts(held)) for held in made.holds),
        making=Making(made.kind, made.mass, made.excipients, made.units, made.moments, made.claims),
        against=file.against,
        adherence=file.adherence,
        written={key: written.values[key] for key in ("population", "start", "weeks") if key in written.values},
    )
    problems = list(_problems_of(found))
    if problems:
        raise InputError(problems)
    return found


def _amounts(held: HeldIn) -> tuple[float, ...]:
    low, high = held.amount
    step = held.step or (high - low) / 10
    count = math.floor((high - low) / step + 1e-9) if step else 0
    return tuple(low + i * step for i in range(count + 1))


def _problems_of(spec: Spec) -> Iterator[Problem]:
    people = spec.population.people
    if not LEAST_PEOPLE <= people <= MOST_PEOPLE:
        expected = Said("{least} to {most:,}", least=LEAST_PEOPLE, most=MOST_PEOPLE)
        do = Said("Ask for another number of people.")
        yield Problem("population.people", Said("{n:,}", n=people), (expected,), do)
    size = len(Grid(spec))
    if size > _MOST_PLACES:
        do = Said("Take larger steps, or fewer forms and moments.")
        most = Said("at most {most:,}", most=_MOST_PLACES)
        yield Problem("product.holds", Said("{n:,} formulas", n=size), (most,), do)
    held = {one.nutrient for one in spec.holds}
    for nutrient in spec.making.claims:
        if nutrient not in held:
            yield Problem("product.claims", nutrient, tuple(held), Said("The product does not hold it."))
    unpriced = [f"{one.nutrient} {f.id}" for one in spec.holds for f in one.forms if price(one.nutrient, f.id) is None]
    if spec.against is Against.COST and unpriced:
        got = Said("cost, with {forms}", forms=describe(", ".join(unpriced)))
        do = Said("The generic catalogue has no price for it (`cofactor products`): weigh against mass or units.")
        yield Problem("against", got, ("limits", "units", "mass"), do)
