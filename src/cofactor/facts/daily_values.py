"""The daily values that labels state percentages of: those of the EU, and those of the US before and since 2016."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from cofactor.facts.load import load
from cofactor.facts.read import read_table
from cofactor.facts.types import Source


@dataclass(frozen=True, slots=True)
class DailyValue:
    """What 100 % means on labels of one system, in the nutrient's canonical unit."""

    system: str
    nutrient: str
    value: float
    unit: str
    source: Source


@cache
def daily_values(nutrient: str) -> tuple[DailyValue, ...]:
    """The daily values of a nutrient; a label does not say which system it follows."""
    american = tuple(row for row in read_table(DailyValue, "daily_values") if row.nutrient == nutrient)
    european = tuple(
        DailyValue("EU", nutrient, row.value, row.unit.removesuffix("/d"), row.source)
        for row in load().reference_intakes
        if row.authority == "EU-NRV" and row.nutrient == nutrient
    )
    return american + european
