"""What a person reads in the terminal after a virtual trial: every arm and day of each outcome, beside one another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cofactor.report import numbers
from cofactor.report.text import Text


def trial_summary(summary: Mapping[str, Any], lang: str) -> str:
    """The summary of a trial (``summary.json``) as plain text that ends in a line break."""
    text = Text(lang)
    people = numbers.number(summary["people"], lang)
    lines = [text("trial.title", name=summary["trial"], people=people, seed=str(summary["seed"]))]
    outcomes = list(dict.fromkeys(row["outcome"] for arm in summary["arms"] for row in arm["outcomes"]))
    for outcome in outcomes:
        lines += ["", *_outcome(summary, outcome, text)]
    missed = [_not_reached(row, text) for row in summary["not_reached"]]
    lines += ["", *missed] if missed else []
    return "\n".join(lines) + "\n"


def _outcome(summary: Mapping[str, Any], outcome: str, text: Text) -> list[str]:
    rows = {arm["arm"]: [r for r in arm["outcomes"] if r["outcome"] == outcome] for arm in summary["arms"]}
    days = [numbers.short(row["days"], text.lang) for row in next(iter(rows.values()))]
    unit = numbers.level_unit(outcome, text.lang)
    head = [text("trial.head", what=text(f"analyte.{outcome}"), unit=unit)]
    table = [[*head, *(text("summary.day_number", day=day) for day in days)]]
    table += [[arm, *(_cell(row, text) for row in found)] for arm, found in rows.items()]
    widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table]


def _not_reached(row: Mapping[str, Any], text: Text) -> str:
    outcome = row["outcome"]
    asked, level = (numbers.plain_level(row[key], outcome, text.lang) for key in ("asked", "level"))
    what, unit = text(f"analyte.{outcome}"), numbers.level_unit(outcome, text.lang)
    return text("trial.not_reached", what=what, asked=asked, level=level, unit=unit)


def _cell(row: Mapping[str, Any], text: Text) -> str:
    """Mean (SD), and where nine in ten people lie."""
    if row["mean"] is None:
        return text("trial.nobody")
    keys = [key for key in ("mean", "sd", "p05", "p95") if row[key] is not None]
    shown = {key: numbers.plain_level(row[key], row["outcome"], text.lang) for key in keys}
    if "sd" not in shown:
        return shown["mean"]  # one person
    return text("trial.cell", mean=shown["mean"], sd=shown["sd"], low=shown["p05"], high=shown["p95"])
