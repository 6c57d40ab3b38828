"""What the official files hold, as frozen values: a food, a name, a label, or a row that could not be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cofactor.facts.types import FoodValue, Portion


class Release(StrEnum):
    """The releases that are known, oldest first within a source: of two, the later one is meant by a bare id.

    ``facts/tables/food_releases.csv`` says how each is cited and under which licence.
    """

    CIQUAL_2020 = "ciqual_2020"
    CIQUAL_2025 = "ciqual_2025"
    USDA_SR28_ABBREVIATED = "usda_sr28_abbreviated"
    USDA_SR28 = "usda_sr28"
    USDA_SR_LEGACY = "usda_sr_legacy"
    FDC_BRANDED = "fdc_branded"
    FDC_SURVEY = "fdc_survey"
    FDC_FOUNDATION = "fdc_foundation"
    DSLD = "dsld"

    @property
    def prefix(self) -> str:
        """The source that an id names: ``ciqual``, ``usda``, ``fdc`` or ``dsld``."""
        return self.value.partition("_")[0]


@dataclass(frozen=True, slots=True)
class FoodRow:
    """A food of a file, per 100 g edible part, gaps left out of ``values``."""

    release: Release
    code: str  # the source's own, with its leading zeros
    name_en: str  # empty where the file has none
    name_fr: str
    group: str  # the source's own code or name of the group
    values: Mapping[str, FoodValue]
    portions: tuple[Portion, ...] = ()

    @property
    def qualified(self) -> bool:
        """Whether any of its values is something other than a plain measured number."""
        return any(value.qualifier for value in self.values.values())


@dataclass(frozen=True, slots=True)
class NameRow:
    """The names of a food whose values stand in another file."""

    release: Release
    code: str
    name_en: str
    name_fr: str


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One line of a label, as printed. ``amount`` is per serving; None where no amount is printed."""

    name: str
    form: str  # the forms that the label names, as text
    amount: float | None
    unit: str
    percent: float | None = None  # of the daily value
    parent: str = ""  # the line that this one is part of


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A supplement label, as printed."""

    code: str
    name: str
    brand: str
    serving: float | None  # how many units the amounts are for
    serving_unit: str
    ingredients: tuple[Ingredient, ...]
    others: str = ""  # other ingredients, as text
    complete: bool = True  # whether the file holds the amounts at all


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not kept, and why; or several, of which this one is an example."""

    row: str  # what identifies it to the owner of the file
    reason: str
    rows: int = 1


Row = FoodRow | NameRow | LabelRow | Refused


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of opening one file, or the files of one set: the rows, as they are read."""

    release: Release
    rows: Iterator[Row]
    files: tuple[str, ...]  # the names of the files that belong together
    remarks: tuple[str, ...] = field(default=())  # keys of sentences
