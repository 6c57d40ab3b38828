"""What an imported food is classed by: its group, what it holds of phytate and oxalate, and how it is served.

The official files say none of this in our words. The classes follow the kind of food (``tables/food_classes.csv``, all
assumed or from memory), as those of the starter table do. A word of the name speaks only within the groups named below,
so that a sauce with spinach is not taken for spinach.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from cofactor.facts.food_files.records import FoodRow, Release
from cofactor.facts.names import fold
from cofactor.facts.read import read_table
from cofactor.facts.types import Portion, Source

OTHER = "other"
_PHYTATE = ("none", "refined", "mixed", "wholegrain", "bran")
_PLANTS = frozenset({"vegetables", "fruit"})
# Within which groups a word moves a food to another group.
_WITHIN = {
    "cheese": {"dairy"},
    "egg": {"dairy"},
    "drinks": {"fruit", "vegetables", OTHER},
    "offal": {"meat"},
    "plant_alternatives": {"pulses", "drinks", "condiments"},
    "grains_bread": {"condiments", "plant_alternatives"},
}


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """A release of an official table: how it is called, cited and licensed."""

    id: str
    name_en: str
    name_fr: str
    citation: str
    licence: str
    released: str  # ISO, to the day, the month or the year; empty where each food has its own date
    country: str
    source: Source


@dataclass(frozen=True, slots=True)
class FoodClass:
    """What a group of an official table (``kind``: its source), or a word of a name (``word``), tells of a food."""

    kind: str
    match: str
    group: str
    phytate: str
    oxalate: str
    portion_en: str
    portion_fr: str
    grams: float | None
    source: Source


@dataclass(frozen=True, slots=True)
class Measure:
    """A word of a household measure in both languages."""

    name_en: str
    name_fr: str
    source: Source


@dataclass(frozen=True, slots=True)
class Classes:
    """What is said of a food beside its contents."""

    group: str
    phytate: str
    oxalate: str
    portions: tuple[Portion, ...]


@cache
def releases() -> dict[str, ReleaseInfo]:
    """Every release by id."""
    return {row.id: row for row in read_table(ReleaseInfo, "food_releases")}


def release_info(release: Release | str) -> ReleaseInfo:
    """What is known of a release."""
    return releases()[str(release)]


def classes(row: FoodRow) -> Classes:
    """Class a food of an official file by its group and its name."""
    by_group = _of_group(row.release.prefix, row.group)
    group = by_group.group if by_group else OTHER
    phytate = by_group.phytate if by_group else "none"
    oxalate = "none"
    for word in _words_in(f"{row.name_en} {row.name_fr}"):
        if word.group and group in _WITHIN[word.group]:
            group, phytate = word.group, word.phytate or phytate
        elif word.phytate and group == "grains_bread":
            phytate = max(phytate, word.phytate, key=_PHYTATE.index)  # oat bran is bran
        if word.oxalate == "high" and group in _PLANTS:
            oxalate = "high"
    own = tuple(Portion(p.name_en, measure_fr(p.name_en), p.grams, p.assumed) for p in row.portions)
    if not own and by_group is not None and by_group.grams is not None:
        own = (Portion(by_group.portion_en, by_group.portion_fr, by_group.grams, assumed=True),)
    return Classes(group, phytate, oxalate, own)


@cache
def measure_fr(name_en: str) -> str:
    """A household measure in French, word by word; what has no word of ours stays as it is."""
    words = {row.name_en: row.name_fr for row in read_table(Measure, "measures")}
    if name_en in words:
        return words[name_en]
    parts = []
    rest = name_en.split(" ")
    while rest:
        two = " ".join(rest[:2]).rstrip(",")
        taken = 2 if len(rest) > 1 and two in words else 1
        typed = " ".join(rest[:taken])
        bare = typed.rstrip(",")
        parts.append(words.get(bare, bare) + typed[len(bare) :])
        rest = rest[taken:]
    return " ".join(parts)


@cache
def _rows() -> tuple[FoodClass, ...]:
    return read_table(FoodClass, "food_classes")


@cache
def _of_group(source: str, group: str) -> FoodClass | None:
    """The row whose code begins the group's code, the longest first; FoodData Central uses the codes of the USDA."""
    kind = "usda" if source == "fdc" else source
    fitting = [row for row in _rows() if row.kind == kind and group.startswith(row.match)]
    return max(fitting, key=lambda row: len(row.match), default=None)


@cache
def _word_rows() -> dict[str, FoodClass]:
    return {fold(row.match): row for row in _rows() if row.kind == "word"}


def _words_in(name: str) -> list[FoodClass]:
    """The rows whose word, or pair of words, stands in a name."""
    known, words = _word_rows(), fold(name).split()
    pairs = (" ".join(pair) for pair in pairwise(words))
    return [known[text] for text in dict.fromkeys((*words, *pairs)) if text in known]
