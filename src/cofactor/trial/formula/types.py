"""A specification of a product as the search sees it, and the formulas that could meet it.

Units: a day, in the nutrient's unit; analytes in their SI unit; masses in mg; shares as fractions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cofactor.facts.types import Form, Part
from cofactor.trial.types import Arm, Give, Population


class Against(StrEnum):
    """What the share of people in range is weighed against."""

    LIMITS = "limits"  # the share of people who pass a limit
    UNITS = "units"  # units a day
    MASS = "mass"  # mass of the compounds a day
    COST = "cost"  # cost a day, at the prices of generic products


@dataclass(frozen=True, slots=True)
class LevelGoal:
    """A level in blood at the end: within ``low`` and ``high`` (None: no upper end)."""

    analyte: str
    low: float
    high: float | None


@dataclass(frozen=True, slots=True)
class IntakeGoal:
    """An intake of food and product together: at least ``amount`` a day, or each person's reference value (None)."""

    nutrient: str
    amount: float | None


Goal = LevelGoal | IntakeGoal


@dataclass(frozen=True, slots=True)
class Held:
    """What the product may hold of one nutrient: amounts a day, rising, in one of some forms."""

    nutrient: str
    forms: tuple[Form, ...]
    amounts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Making:
    """What can be made and sold: the unit, how many of it a day, at which moments, and the claims it has to bear."""

    kind: str
    unit_mass: float  # at most, mg, excipients included
    excipients: float  # share of a unit that is not the compounds
    most_units: int  # a day
    moments: tuple[tuple[str, ...], ...]  # the ways in which a day may be divided
    claims: tuple[str, ...]  # nutrients of which a claim of the EU register has to be allowed


@dataclass(frozen=True, slots=True)
class Spec:
    """A whole specification, checked."""

    name: str
    population: Population
    start: date | None
    days: float
    goals: tuple[Goal, ...]
    reference: str  # body whose reference values intake goals name
    region: str  # whose upper levels of intake hold
    levels: Mapping[str, float]  # analyte -> level that nobody should pass
    most_over: float  # fewer than this share may pass any limit
    holds: tuple[Held, ...]
    making: Making
    against: Against
    adherence: float
    written: Mapping[str, object]  # the keys of the population, start and weeks as the file has them


@dataclass(frozen=True, slots=True)
class Formula:
    """One product: what a day of it holds, divided equally over moments, in so many units."""

    parts: tuple[Part, ...]  # without those of nothing
    moments: tuple[str, ...]
    units: int  # a day
    mass: float  # of the compounds, mg a day
    cost: float | None  # euros a day

    @property
    def amounts(self) -> dict[str, float]:
        """Elemental amount a day of each nutrient."""
        return {part.nutrient: part.amount for part in self.parts}

    @classmethod
    def nothing(cls) -> Formula:
        """No product."""
        return cls((), (), 0, 0.0, 0.0)

    def burden(self, against: Against) -> float:
        """What it costs its taker, by one measure. Raises where that is the share over limits, which people tell."""
        if against is Against.UNITS:
            return float(self.units)
        if against is Against.MASS:
            return self.mass
        if against is Against.COST and self.cost is not None:
            return self.cost
        raise ValueError(f"a formula has no {against} of its own")

    def arm(self, adherence: float) -> Arm:
        """The formula as an arm of a trial."""
        count = len(self.moments)
        give = tuple(Give(p.nutrient, p.form, p.amount / count, 1.0, (), self.moments) for p in self.parts)
        return Arm("formula", give, adherence=adherence)
