"""What ``cofactor validate`` says: as lines for a terminal, and as the values of its JSON (contracts, section 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from cofactor.evidence.acceptance import Verdict
from cofactor.evidence.population import PEOPLE
from cofactor.evidence.reasons import Filled, Unread
from cofactor.evidence.score import Score
from cofactor.evidence.validate import Group, Judged, Validation
from cofactor.report import numbers
from cofactor.report.text import Text

SPREAD_FACTOR = 1.4
"""How far the spread between people may lie from the printed one to count as met (the bar that the design sets)."""
_NAME_WIDTH, _CELL_WIDTH = 34, 17


def summary(found: Validation, lang: str, files: Sequence[str] = ()) -> str:
    """Scores first, then every number, then what was not simulated, then the acceptance tests."""
    say = Text(lang)
    parts = [
        [title(found, say), lede(found, say, files)],
        _by_dose(found, say),
        _others(found, say),
        [say("validation.arms"), *(f"  {_line(j, say)}" for j in found.judged)],
        _unread(found, say),
        _ranges(found, say),
        _doses(found, say),
        _acceptance(found, say),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if len(lines) > 1) + "\n"


def title(found: Validation, say: Text) -> str:
    """How many numbers of how many trials."""
    trials = len({j.row.text("trial_id") for j in found.judged})
    return say("validation.title", count=numbers.number(len(found.judged), say.lang), trials=str(trials))


def lede(found: Validation, say: Text, files: Sequence[str]) -> str:
    """What a reader must know before the numbers."""
    if found.shipped:
        return say("validation.lede_shipped")
    return say("validation.lede_given", files=numbers.join(list(files), say.lang))


# ------------------------------------------------------------------------------------------------------------ scores


def vitamin_d(found: Validation) -> Group | None:
    """The scores of 25(OH)D by dose, if there are any."""
    return next((g for g in found.groups if g.by_dose), None)


def score_rows(group: Group, say: Text) -> Iterator[tuple[str, tuple[Score, ...]]]:
    """The model, then every formula, best first, each with its scores by band of dose."""
    if group.left_out:
        yield say("validation.model_left_out"), group.left_out
    yield say("validation.model"), group.by_dose
    for name, scores in sorted(group.formulae_by_dose.items(), key=lambda item: item[1][0].mae):
        yield say(f"validation.formula.{name}"), scores


def score_cell(s: Score, say: Text) -> str:
    """Mean error / root mean square error."""
    if not s.n:
        return "–"
    return f"{numbers.number(s.mae, say.lang, 1)} / {numbers.number(s.rmse, say.lang, 1)}"


def _by_dose(found: Validation, say: Text) -> list[str]:
    group = vitamin_d(found)
    if group is None:
        return []
    bands = [s.band for s in group.by_dose]
    counts = [f"{say(f'validation.band_{s.band}')} ({s.n})" for s in group.by_dose]
    lines = [say("validation.by_dose"), " " * _NAME_WIDTH + "".join(c.rjust(_CELL_WIDTH + 6) for c in counts)]
    for name, scores in score_rows(group, say):
        cells = {s.band: score_cell(s, say) for s in scores}
        lines.append(f"  {name:<{_NAME_WIDTH - 2}}" + "".join(cells.get(b, "–").rjust(_CELL_WIDTH + 6) for b in bands))
    lines.append("  " + covered(group, say))
    if (spread := people_spread(found, say)) is not None:
        lines.append("  " + spread)
    return lines


def covered(group: Group, say: Text) -> str:
    """How often the band of an arm holds what was seen."""
    return say("validation.covered", share=numbers.percent(group.cover90, say.lang), count=str(group.model.n))


def people_spread(found: Validation, say: Text) -> str | None:
    """How often the spread between people is about the printed one."""
    pairs = [(j.predicted_sd, j.observed_sd) for j in found.judged if j.analyte.startswith("25OHD")]
    ratios = [p / o for p, o in pairs if p and o]
    if not ratios:
        return None
    share = float(np.mean([1 / SPREAD_FACTOR < r < SPREAD_FACTOR for r in ratios]))
    return say("validation.people_spread", share=numbers.percent(share, say.lang), count=str(len(ratios)))


def _others(found: Validation, say: Text) -> list[str]:
    groups = [g for g in found.groups if not g.by_dose]
    lines = [say("validation.others")]
    for g in groups:
        error = readable(g.model.mae, say)
        name = analyte(g.analyte, say)
        inside = f"{round(g.cover90 * g.model.n)}/{g.model.n}"
        lines.append(f"  {name:<48}{error:>8} {numbers.unit(g.unit, say.lang):<10} {inside:>7}")
    return lines


# --------------------------------------------------------------------------------------------------------- each number


def readable(value: float, say: Text) -> str:
    """A number with three significant digits, at most three of them behind the decimal mark."""
    size = abs(value)
    return numbers.number(value, say.lang, 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3)


def analyte(name: str, say: Text) -> str:
    """The name of a level, whether it is an analyte of the file formats or a symbol of the model."""
    return say(f"validation.symbol.{name}") if f"validation.symbol.{name}" in say else say(f"analyte.{name}")


def outcome(j: Judged, say: Text) -> str:
    """What was read: a level by its name alone, anything else with what was taken of it."""
    name = analyte(j.analyte, say)
    if j.measure == "level":
        return name
    other = j.row.text("outcome").partition("minus_")[2] or "placebo"
    return f"{name}, {say(f'validation.measure.{j.measure}', other=other)}"


def _line(j: Judged, say: Text) -> str:
    unit = numbers.unit(j.unit, say.lang)
    observed, predicted, low, high = (readable(v, say) for v in (j.observed, j.predicted, j.low, j.high))
    arm = f"{j.row.text('trial_id')}: {j.row.text('arm')}"
    week = "" if j.row.time_days is None else f"{numbers.short(j.row.time_days / 7, say.lang)} "
    what = f"{arm[:46]:<46} {outcome(j, say)[:38]:<38} {week:>7}"
    text = f"{what}{observed:>8} {predicted:>8} ({low}–{high}) {unit}"
    if j.left_out is not None:
        text += f", {say('validation.left_out').lower()} {readable(j.left_out, say)}"
    return f"{text} · {say('validation.from_memory')}" if j.recall else text


def why(u: Unread, say: Text) -> str:
    """Why a row was not simulated."""
    return say(f"validation.why.{u.why}", got=u.got)


def rule(f: Filled, say: Text) -> str:
    """What stood in for something that a table does not say."""
    return say(f"validation.rule.{f.rule}", value=numbers.short(f.value, say.lang))


def _unread(found: Validation, say: Text) -> list[str]:
    lines = [say("validation.not_simulated", count=str(len(found.unread)))]
    for u in found.unread:
        where = f"{u.row.text('trial_id')}: {u.row.text('arm')}, {say('validation.line', line=str(u.row.line))}"
        lines.append(f"  {where}: {why(u, say)}")
    return lines


def _ranges(found: Validation, say: Text) -> list[str]:
    lines = [say("validation.ranges", count=numbers.number(PEOPLE, say.lang))]
    for r in found.ranges:
        drawn = f"{readable(r.low, say)}–{readable(r.high, say)}"
        ends = (r.reference_low, r.reference_high)
        known = "–".join("" if x is None else readable(x, say) for x in ends)
        lines.append(f"  {analyte(r.analyte, say):<34}{drawn:>16}   {known:>14} {numbers.unit(r.unit, say.lang)}")
    return lines


def _doses(found: Validation, say: Text) -> list[str]:
    lines = [say("validation.at_doses")]
    for d in found.doses:
        dose = numbers.with_unit(numbers.number(d.iu_per_day, say.lang), "IU/d", say.lang)
        shares = [numbers.percent(x, say.lang) for x in (d.hypercalcaemia, d.hypercalciuria)]
        level = numbers.level(d.level, "25OHD", say.lang)
        lines.append(
            f"  {dose:>14}  25(OH)D {level:>12}  {say('validation.shares', calcium=shares[0], urine=shares[1])}"
        )
    return lines


def _acceptance(found: Validation, say: Text) -> list[str]:
    held = sum(v.holds for v in found.acceptance)
    lines = [say("validation.acceptance", held=str(held), count=str(len(found.acceptance))), ""]
    return [*lines, *(f"  {_failure(v, say)}" for v in found.acceptance if not v.holds)]


def _failure(v: Verdict, say: Text) -> str:
    low, high, value = (numbers.short(x, say.lang) for x in (v.test.low, v.test.high, v.value))
    shown = {"value": value, "low": low, "high": high, "source": v.test.source.text}
    return say("validation.acceptance_fails", what=v.test.id, **shown)


# -------------------------------------------------------------------------------------------------------------- JSON


def result(found: Validation, lang: str) -> dict[str, Any]:
    """Every number of a validation as JSON values."""
    say = Text(lang)
    return {
        "model": found.model,
        "arms": [_arm(j, say) for j in found.judged],
        "scores": dict(_named_scores(found.groups)),
        "acceptance": [_verdict(v) for v in found.acceptance],
        "population": [asdict(r) for r in found.ranges],
        "doses": [asdict(d) for d in found.doses],
        "not_simulated": [
            {
                "trial_id": u.row.text("trial_id"),
                "arm": u.row.text("arm"),
                "outcome": u.row.text("outcome"),
                "line": u.row.line,
                "why": why(u, say),
            }
            for u in found.unread
        ],
    }


def _named_scores(groups: Sequence[Group]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Scores by analyte; further units of the same analyte carry theirs in the name."""
    seen: set[str] = set()
    for g in groups:
        yield (f"{g.analyte} ({g.unit})" if g.analyte in seen else g.analyte), _scores(g)
        seen.add(g.analyte)


def _scores(g: Group) -> dict[str, Any]:
    found: dict[str, Any] = {**_score(g.model), "unit": g.unit, "cover90": g.cover90}
    found["formulae"] = {name: _score(s) for name, s in g.formulae.items()}
    if g.by_dose:
        found["by_dose"] = {s.band: _score(s) for s in g.by_dose}
    if g.left_out:
        found["left_out"] = {s.band: _score(s) for s in g.left_out}
    return found


def _score(s: Score) -> dict[str, float | int | None]:
    values = {"mae": s.mae, "rmse": s.rmse, "bias": s.bias}
    return {"n": s.n, **{name: (v if np.isfinite(v) else None) for name, v in values.items()}}


def _arm(j: Judged, say: Text) -> dict[str, Any]:
    days = j.row.time_days
    return {
        "trial_id": j.row.text("trial_id"),
        "arm": j.row.text("arm"),
        "outcome": j.row.text("outcome"),
        "analyte": j.analyte,
        "measure": str(j.measure),
        "unit": j.unit,
        "time_weeks": None if days is None else round(days / 7, 3),
        "observed": j.observed,
        "observed_sd": j.observed_sd,
        "predicted": j.predicted,
        "predicted_sd": j.predicted_sd,
        "p05": j.low,
        "p95": j.high,
        "left_out": j.left_out,
        "iu_per_day": j.iu_per_day,
        "core": j.core,
        "known": str(j.row.trust),
        "filled": [rule(f, say) for f in j.filled],
        "formulae": _finite(j.formulae),
    }


def _finite(values: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if np.isfinite(value)}


def _verdict(v: Verdict) -> dict[str, Any]:
    return {
        "id": v.test.id,
        "experiment": v.test.experiment,
        "readout": v.test.readout,
        "unit": v.test.unit,
        "observed": v.test.observed,
        "low": v.test.low,
        "high": v.test.high,
        "value": v.value,
        "holds": v.holds,
        "known": str(v.test.source.trust),
        "source": v.test.source.text,
    }
