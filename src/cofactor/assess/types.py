"""The values that assessment hands on: what is known of a person now, where it is heading, and what is off limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cofactor.facts.types import Source


class Level(StrEnum):
    """How a gate acts. Later members are weaker."""

    STOP = "STOP"  # no plan is computed for the nutrient
    REFER = "REFER"  # status and education only, no dose
    CAUTION = "CAUTION"  # a plan inside tighter limits, with the reason beside the dose
    INFO = "INFO"  # printed, no change to the plan


@dataclass(frozen=True, slots=True)
class Gate:
    """A rule that a case has met.

    ``id`` names the rule; its sentence exists once per language under the same key. ``values`` are what the sentence
    shows. ``limits`` are the tighter limits of a CAUTION, by nutrient, in the nutrient's canonical unit per day and
    counted as ``applies_to`` says.
    """

    id: str
    level: Level
    nutrients: tuple[str, ...]  # the nutrients it acts on; ("*",) for all
    values: dict[str, str | float] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)  # largest supplement dose a day
    of_reference: bool = False  # the limits are reference intakes: of what may be proposed, and no ceiling of treatment
    missing: tuple[str, ...] = ()  # gate questions or labs whose absence closed it
    source: Source | None = None

    @property
    def withholds(self) -> bool:
        """Whether no dose may be proposed for its nutrients."""
        return self.level in (Level.STOP, Level.REFER)


@dataclass(frozen=True, slots=True)
class Spacing:
    """Hours that must lie between a medicine and a nutrient, whichever comes first."""

    interaction: str  # id in the interactions table
    medicine: str  # as the user wrote it
    nutrients: tuple[str, ...]
    hours: float


@dataclass(frozen=True, slots=True)
class GateResult:
    """Everything the gates say of a case. ``searched`` is the number of interaction pairs looked through."""

    gates: tuple[Gate, ...]
    spacings: tuple[Spacing, ...]
    searched: int

    def withheld(self, nutrient: str) -> tuple[Gate, ...]:
        """The gates that forbid a dose of this nutrient, strongest first."""
        found = [g for g in self.gates if g.withholds and (nutrient in g.nutrients or "*" in g.nutrients)]
        return tuple(sorted(found, key=lambda g: list(Level).index(g.level)))

    def limit(self, nutrient: str) -> float | None:
        """The tightest supplement dose a day that any CAUTION allows, or None where none speaks."""
        found = [g.limits[nutrient] for g in self.gates if nutrient in g.limits]
        return min(found) if found else None


@dataclass(frozen=True, slots=True)
class Judgement:
    """One body's reading of one value."""

    body: str
    year: str
    low: float | None
    high: float | None
    verdict: str  # below | within | above | none (the body names no value)
    status: str  # current | withdrawn | proposed
    source: Source
    p_inadequate: float | None = None  # that an intake is less than this person needs; None without a requirement
    p_over: float | None = None  # that an intake lies above the upper level


@dataclass(frozen=True, slots=True)
class StatusRow:
    """Where a person stands on one nutrient (intake a day) or one analyte (a measured or estimated level)."""

    kind: str  # nutrient | analyte
    id: str
    value: float
    low: float  # likely range (5-95 %), or the interval that the food tables allow
    high: float
    unit: str
    basis: str  # diet | diet+supplements | supplements | lab | estimate
    date: str | None  # of the measurement, ISO
    judged: str  # below | within | above | none: against the reference set of the case
    by: str  # that body, with its year
    judgements: tuple[Judgement, ...]  # every body that names a value
    unmeasured_share: float = 0.0  # share of the diet by weight without data (nutrients)
    p_inadequate: float | None = None  # by the body that judges, see Judgement
    p_over: float | None = None
    operator: str = "="  # < or > where the assay only told that the level lies below or above ``value``


@dataclass(frozen=True, slots=True)
class Band:
    """The spread of one outcome on one day, weighted by what the labs say. ``under`` is ``now`` or ``plan``."""

    outcome: str
    unit: str
    days: float
    p05: float
    p25: float
    p50: float
    p75: float
    p95: float
    under: str
