"""The next blood test: when, of what, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from cofactor.assess.types import Level
from cofactor.plan import outlook
from cofactor.plan.draft import Desk, Draft
from cofactor.plan.types import NextTest, Reason

_WATCHED = {
    "vitamin_d": ("Ca_total", "creatinine"),
    "calcium": ("Ca_total", "creatinine"),
    "magnesium": ("creatinine",),
}
"""What is tested beside a dose that a CAUTION limits (docs/safety.md: calcium and creatinine within three months)."""


def next_test(on: Desk, draft: Draft) -> NextTest | None:
    """The test after which the plan is looked at again; None where it gives nothing to look at."""
    watched = tuple(dict.fromkeys(_watched(on, draft)))
    analytes = ("25OHD", *watched) if "vitamin_d" in draft.doses or on.ours("vitamin_d") else watched
    if not analytes:
        return None
    why = [Reason("test.plateau", {"weeks": outlook.JUDGED_ON / 7})] if analytes[0] == "25OHD" else []
    why += [Reason("test.caution", {})] if watched else []
    day = on.case.today + timedelta(days=outlook.JUDGED_ON)
    return NextTest(int(outlook.JUDGED_ON), day.isoformat(), analytes, tuple(why))


def _watched(on: Desk, draft: Draft) -> Iterable[str]:
    for gate in on.gates.gates:
        if gate.level is Level.CAUTION:
            for nutrient in gate.nutrients:
                yield from _WATCHED.get(nutrient, ()) if nutrient in draft.doses else ()
