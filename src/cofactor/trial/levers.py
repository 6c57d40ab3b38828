"""The table of what is moved in people so that they have a reported reading of an analyte."""

from __future__ import annotations

from functools import cache

from cofactor.facts.read import read_table
from cofactor.facts.types import Lever

VITAMIN_D = ("25OHD", "25OHD3")
"""Analytes that are matched through the supply of vitamin D."""


@cache
def levers() -> dict[str, Lever]:
    """Levers by analyte, in the order of the table."""
    return {row.analyte: row for row in read_table(Lever, "matching")}
