"""Why a row of a trial table is not simulated, and what stood in for what a table leaves out: by key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cofactor.evidence.published import Row


class Why(StrEnum):
    """Why a row is not simulated; the sentences stand in the report's text under these names."""

    NO_VALUE = "no_value"
    NO_TIME = "no_time"
    DIRECTION = "direction"
    OUTCOME = "outcome"
    UNIT = "unit"
    FORM = "form"
    NO_DOSE = "no_dose"
    SEVERAL_DOSES = "several_doses"
    NOT_FOLLOWED = "not_followed"
    INTERVENTION = "intervention"
    NO_AMOUNT = "no_amount"
    CLOTTING = "clotting"
    TEST_DOSE = "test_dose"


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that is not simulated, why, and the words of the row that decided it."""

    row: Row
    why: Why
    got: str = ""


class CannotBeSimulatedError(ValueError):
    """A row says something that the model does not do."""

    def __init__(self, why: Why, got: str = "") -> None:
        self.why, self.got = why, got
        super().__init__(f"{why}: {got}")


class Rule(StrEnum):
    """What stood in for something that a table does not say."""

    LATITUDE = "latitude"  # the usual one
    ELSEWHERE = "elsewhere"  # a level known from elsewhere (arm_details.csv)
    UNTREATED_ARM = "untreated_arm"  # the level of the arm without a dose
    OTHER_ARM = "other_arm"  # the level of another arm at the start
    ADMITTED = "admitted"  # from the limits within which people were let in
    USUAL = "usual"  # the usual level of trial populations


@dataclass(frozen=True, slots=True)
class Filled:
    """One thing that was filled in: by which rule, and with what (degrees, or nmol/L of 25(OH)D)."""

    rule: Rule
    value: float
