"""The hard limits of a plan: what no dose may pass, whatever the goal. Gates may only tighten them.

Upper levels come from the tables for the region of the case, and regions are never mixed to reach a higher number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cofactor.facts.load import NUTRIENT_UNIT, Facts, load
from cofactor.facts.types import ReferenceIntake, Source, Trust
from cofactor.person.derived import measured
from cofactor.person.types import Case


class Counted(StrEnum):
    """What a limit counts."""

    TOTAL = "total"  # food, drink, supplements and medicines, a day
    SUPPLEMENT = "supplement"  # supplements and medicines, a day
    PREFORMED = "preformed"  # retinol of all sources, a day
    INTAKE = "intake"  # one intake of a supplement


@dataclass(frozen=True, slots=True)
class Cap:
    """One limit. ``key`` names its reason: ``upper_level``, ``no_recent_test``, ``self_service``, ..."""

    amount: float  # in the nutrient's canonical unit
    counted: Counted
    key: str
    source: Source


@dataclass(frozen=True, slots=True)
class Limit:
    """Every cap on one nutrient for one person."""

    nutrient: str
    unit: str
    region: str
    caps: tuple[Cap, ...]

    def binding(self, counted: Counted) -> Cap | None:
        """The tightest cap on what is counted so, or None where there is none."""
        found = [cap for cap in self.caps if cap.counted == counted]
        return min(found, key=lambda cap: cap.amount) if found else None

    @property
    def total(self) -> float | None:
        """Largest amount a day from all sources."""
        return self._amount(Counted.TOTAL)

    @property
    def supplement(self) -> float | None:
        """Largest amount a day from supplements."""
        return self._amount(Counted.SUPPLEMENT)

    @property
    def per_intake(self) -> float | None:
        """Largest amount at once from a supplement."""
        return self._amount(Counted.INTAKE)

    def _amount(self, counted: Counted) -> float | None:
        cap = self.binding(counted)
        return None if cap is None else cap.amount


VITAMIN_D_WITHOUT_TEST = 50.0  # µg/d: a choice of this tool, half of the upper level of EFSA 2023 and IOM 2011
VITAMIN_D_WITH_TEST = 100.0  # µg/d: that upper level, for the supplement alone
CALCIUM_PER_INTAKE = 500.0  # mg: interactions table, TM003
MAGNESIUM_PER_INTAKE = 150.0  # mg: interactions table, TM004 (125-150, a working value); BfR: at least two
_RULE = Source("Rule of this tool for plans without a prescriber", Trust.TARGET)


def hard_limits(case: Case) -> dict[str, Limit]:
    """The caps that hold for the case, by nutrient. A nutrient without any cap has an entry without caps.

    No upper level in a table does not mean that none is needed; the planner proposes only what has one.
    """
    facts = load()
    return {n: Limit(n, unit, case.place.region, tuple(_caps(n, case, facts))) for n, unit in NUTRIENT_UNIT.items()}


def _caps(nutrient: str, case: Case, facts: Facts) -> Iterable[Cap]:
    person = case.person
    for row in facts.upper_limits(nutrient, case.place.region, person.sex, person.age, person.state):
        yield Cap(row.value, _counted(row), "upper_level", row.source)
    if nutrient == "vitamin_d":
        yield _self_service_vitamin_d(case)
    elif nutrient == "calcium":
        yield Cap(CALCIUM_PER_INTAKE, Counted.INTAKE, "per_intake", facts.interaction("TM003").source)
    elif nutrient == "magnesium":
        yield Cap(MAGNESIUM_PER_INTAKE, Counted.INTAKE, "per_intake", facts.interaction("TM004").source)
    elif nutrient == "phosphorus":
        yield Cap(0.0, Counted.SUPPLEMENT, "never_proposed", _RULE)


def _counted(row: ReferenceIntake) -> Counted:
    return Counted(row.applies_to)


def _self_service_vitamin_d(case: Case) -> Cap:
    """Without a recent 25(OH)D nobody can see where a dose leads: half of the cap that holds with one."""
    result = measured(case, "25OHD")
    if result is not None and result.is_recent(case.today):
        return Cap(VITAMIN_D_WITH_TEST, Counted.SUPPLEMENT, "self_service", _RULE)
    return Cap(VITAMIN_D_WITHOUT_TEST, Counted.SUPPLEMENT, "no_recent_test", _RULE)
