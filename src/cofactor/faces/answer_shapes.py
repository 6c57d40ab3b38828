"""The shape of what the REST API answers about a case, for its description. More keys may be added, none is renamed."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Out(BaseModel):
    model_config = ConfigDict(extra="allow")


class GateOut(_Out):
    """A gate that acts on a nutrient: STOP, REFER, CAUTION or INFO."""

    id: str
    level: str
    nutrient: str
    why: str
    do: str
    limits: dict[str, Any]
    missing: list[str]


class BodyOut(_Out):
    """What one body reads from a value."""

    body: str
    year: str
    low: float | None
    high: float | None
    judged: str | None
    status: str


class StatusOut(_Out):
    """Where a person stands on an intake (``nutrient``) or on a level (``analyte``)."""

    nutrient: str | None = Field(None, description="For an intake.")
    analyte: str | None = Field(None, description="For a level.")
    value: float | None
    unit: str
    low: float | None
    high: float | None
    judged: str | None
    by: str
    basis: str
    bodies: list[BodyOut]


class BandOut(_Out):
    """One level on one day, as things are (``now``) or with what is added (``plan``)."""

    outcome: str
    unit: str
    days: float
    p05: float
    p25: float
    p50: float
    p75: float
    p95: float
    under: str


class SourceOut(_Out):
    """A source, and how well it was seen."""

    text: str
    known: str
    detail: str | None


class ItemOut(_Out):
    """A dose of the plan, per day."""

    nutrient: str
    form: str
    amount: float
    unit: str
    elemental_mg: float | None
    product: str | None
    when: list[str]
    why: list[str]
    sources: list[SourceOut]


class ExpectedOut(_Out):
    """What a level is expected to be under the plan."""

    p50: float
    p05: float
    p95: float
    p_in_goal: float | None
    unit: str
    days: float


class PlanPartOut(_Out):
    """The doses, what is withheld and why, and what is expected."""

    items: list[ItemOut]
    withheld: list[dict[str, Any]]
    stopped: list[str]
    expected: dict[str, ExpectedOut]
    risks: dict[str, float]
    cost_per_month: float | None


class MomentOut(_Out):
    """What is taken at one moment of the day, and from what it stands apart."""

    time: str
    slot: str
    items: list[str]
    amounts: list[float | None]
    apart_from: list[str]


class CheckAnswer(_Out):
    """How a case was read."""

    problems: list[dict[str, Any]]
    notes: list[str]
    gates: list[GateOut]


class StatusAnswer(_Out):
    """Every intake and level."""

    status: list[StatusOut]
    gates: list[GateOut]
    unknown: list[str]


class ForecastAnswer(_Out):
    """Bands of every level."""

    forecast: list[BandOut]
    gates: list[GateOut]


class PlanAnswer(_Out):
    """The whole report, as ``result.json``."""

    case: str | None
    version: str
    model: str
    reference: str
    today: str
    title: str
    status: list[StatusOut]
    gates: list[GateOut]
    forecast: list[BandOut]
    plan: PlanPartOut
    schedule: list[MomentOut]
    unknown: list[str]
    sources: list[SourceOut]


class FoodOut(_Out):
    """A food with what 100 g of it hold."""

    id: str
    name_en: str
    name_fr: str
    group: str
    per_100g: dict[str, Any]


class FoodsAnswer(_Out):
    """Foods, the likeliest first."""

    foods: list[FoodOut]


class SourcesAnswer(_Out):
    """The sources that a plan used."""

    sources: list[SourceOut]


class ClaimOut(_Out):
    """A statement of the ledger with its verdict, and what the model shows of it."""

    id: str
    claim_en: str
    claim_fr: str
    verdict: str
    answer_en: str
    answer_fr: str
    sources: list[dict[str, Any]]
    experiment: dict[str, Any] | None


class ClaimsAnswer(_Out):
    """Statements of the ledger."""

    claims: list[ClaimOut]


class AskAnswer(_Out):
    """The statement that a question is about."""

    claim: ClaimOut
