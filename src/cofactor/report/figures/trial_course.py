"""Every arm of a finished trial over the days on which it was read."""

from __future__ import annotations

from cofactor.report import numbers
from cofactor.report.charts import course as drawing
from cofactor.report.charts.axes import Axis, Tick
from cofactor.report.charts.band import Curve, Spread
from cofactor.report.charts.course import Course
from cofactor.report.figures.trial_shown import ROOM, Shown, css_of, level_axis
from cofactor.report.figures.types import Figure, Table, likely
from cofactor.trial.findings import usual

_WEEK = 7
_APART = 0.13  # of the scale: labels of days nearer than this would touch


def course(shown: Shown) -> Figure | None:
    """Every arm over the days on which it was read, on one scale; None where it was read once."""
    text, trial, outcome = shown.names.text, shown.findings.trial, shown.levels.outcome
    days, spread = trial.observed, shown.findings.course(outcome)
    lowest = min(s[0] for of_arm in spread for s in of_arm)
    if len(days) < 2 or lowest < 0:  # a change that may be negative has no scale that begins at zero
        return None
    top = ROOM * max(s[4] for of_arm in spread for s in of_arm)
    title = text("workbench.course.title", outcome=shown.name)
    drawings = [
        drawing.draw(
            Course(
                id=f"fig-course-{i}",
                title=f"{title}: {arm.name}",
                desc="; ".join(
                    f"{label}: {_of_spread(shown, s)}" for label, s in zip(_days(shown), of_arm, strict=True)
                ),
                name=arm.name,
                top=top,
                axis=Axis(shown.unit, level_axis(shown, 0.0, top).ticks[::2]),
                days=_day_ticks(shown),
                goal=usual(outcome),
                curve=Curve(css_of(arm), shown.plain(of_arm[-1][2]), days, of_arm, dashed=False),
            )
        )
        for i, (arm, of_arm) in enumerate(zip(trial.arms, spread, strict=True))
    ]
    rows = [(arm.name, *(_of_spread(shown, s) for s in of_arm)) for arm, of_arm in zip(trial.arms, spread, strict=True)]
    return Figure(
        id="fig-course-whole",
        title=title,
        note=shown.unit,
        wide="".join(drawings),
        narrow="",
        point="",
        caption=text("workbench.course.caption", unit=text(f"workbench.course.{_counting(shown)}")),
        table=Table(f"{title}, {shown.unit}", (text("workbench.head.arm"), *_days(shown)), tuple(rows)),
    )


def _of_spread(shown: Shown, spread: Spread) -> str:
    return likely(spread[2], spread[0], spread[4], shown.levels.outcome, shown.lang)


def _counting(shown: Shown) -> str:
    """Weeks where every reading falls on a whole one."""
    return "weeks" if all(day % _WEEK == 0 for day in shown.findings.trial.observed) else "days"


def _days(shown: Shown) -> tuple[str, ...]:
    key, each = ("week", _WEEK) if _counting(shown) == "weeks" else ("day", 1)
    said = [numbers.short(day / each, shown.lang, 2) for day in shown.findings.trial.observed]
    return tuple(shown.names.text(f"workbench.course.{key}", number=number) for number in said)


def _day_ticks(shown: Shown) -> tuple[Tick, ...]:
    """Some of the days of readings, the first and the last among them."""
    observed, each = shown.findings.trial.observed, _WEEK if _counting(shown) == "weeks" else 1
    span = observed[-1] - observed[0]
    kept = [observed[0]]
    for day in observed[1:-1]:
        if min(day - kept[-1], observed[-1] - day) >= _APART * span:
            kept.append(day)
    return tuple(Tick(day, numbers.short(day / each, shown.lang, 1)) for day in (*kept, observed[-1]))
