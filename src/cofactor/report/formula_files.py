"""What `cofactor formulate --out` writes: every number as JSON, all formulas as CSV, the proposal as a label file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ruamel.yaml import YAML

from cofactor import __version__
from cofactor.engine.generate import human
from cofactor.facts.load import NUTRIENT_UNIT
from cofactor.facts.types import Part
from cofactor.person.catalogue import compound_mass
from cofactor.report.names import Names
from cofactor.trial.formula.jury import Judged
from cofactor.trial.formula.search import SCREEN, Found
from cofactor.trial.formula.types import Formula, Goal, LevelGoal
from cofactor.trial.product_facts import allowed_claims

_LABEL_PEOPLE = 1000  # each lives under twenty sets of constants in `cofactor label`
_DIGITS = 6  # of every number: more than any of them is known to


def formula_document(found: Found, lang: str) -> dict[str, Any]:
    """Everything that was found; the texts of claims are those of the language."""
    spec = found.spec
    return {
        "formulate": 1,
        "name": spec.name,
        "version": __version__,
        "model": human().hash,
        "seed": spec.population.seed,
        "start": None if spec.start is None else spec.start.isoformat(),
        "days": spec.days,
        "region": spec.region,
        "reference": spec.reference,
        "goals": [_goal(goal) for goal in spec.goals],
        "levels": dict(spec.levels),
        "most_over": spec.most_over,
        "against": spec.against.value,
        "people": found.people,
        "sets": found.sets,
        "search": {
            "possible": found.possible,
            "refused": found.refused,
            "screened": len(found.screened),
            "people": SCREEN,
        },
        "without": _judged(found.without, found),
        "proposed": None if found.best is None else {**_judged(found.best, found), "claims": _claims(found.best, lang)},
        "front": [_judged(one, found) for one in found.front],
    }


def _goal(goal: Goal) -> dict[str, Any]:
    if isinstance(goal, LevelGoal):
        return {"analyte": goal.analyte, "low": goal.low, "high": goal.high}
    return {"nutrient": goal.nutrient, "at_least": "reference" if goal.amount is None else goal.amount}


def _judged(one: Judged, found: Found) -> dict[str, Any]:
    return {
        **_formula(one.formula),
        "share": asdict(one.share),
        "over": asdict(one.over),
        "holds": one.over.high < found.spec.most_over,
        "goals": [asdict(share) for share in one.goals],
        "passing": [
            {"limit": name if kind == "level" else kind, "counts": kind if kind == "level" else name, **asdict(share)}
            for (kind, name), share in one.passing.items()
        ],
    }


def _formula(formula: Formula) -> dict[str, Any]:
    return {
        "parts": [
            {
                "nutrient": part.nutrient,
                "form": part.form,
                "amount": part.amount,
                "unit": NUTRIENT_UNIT[part.nutrient],
                "compound_mg": compound_mass(part),
            }
            for part in formula.parts
        ],
        "moments": list(formula.moments),
        "units": formula.units,
        "compounds_mg": formula.mass,
        "cost_eur": formula.cost,
    }


def _claims(best: Judged, lang: str) -> list[dict[str, Any]]:
    return [
        {
            "text": allowed.claim.text_fr if lang == "fr" else allowed.claim.text_en,
            "least": dict(allowed.least),
            "condition": allowed.claim.condition,
            "source": allowed.claim.source.text,
            "trust": allowed.claim.source.trust.value,
        }
        for allowed in allowed_claims(best.formula.amounts)
    ]


def candidates_csv(found: Found) -> str:
    """Every formula that was simulated: those told, as judged in fresh people, then all of the screening."""
    nutrients = [held.nutrient for held in found.spec.holds]
    amounts = [f"{nutrient}_{NUTRIENT_UNIT[nutrient].replace('µg', 'ug')}" for nutrient in nutrients]
    head = [
        "stage",
        "people",
        "proposed",
        *(c for n, a in zip(nutrients, amounts, strict=True) for c in (a, f"{n}_form")),
    ]
    head += [
        "moments",
        "units",
        "compounds_mg",
        "cost_eur",
        "share",
        "share_low",
        "share_high",
        "over",
        "over_low",
        "over_high",
    ]
    told = io.StringIO()
    writer = csv.writer(told, lineterminator="\n")
    writer.writerow(head)
    for stage, people, rows in (("judged", found.people, found.front), ("screened", SCREEN, found.screened)):
        for one in rows:
            mine = one.formula == found.proposed
            writer.writerow([stage, people, int(mine), *_cells(one, nutrients, interval=stage == "judged")])
    return told.getvalue()


def _cells(one: Judged, nutrients: Sequence[str], *, interval: bool) -> list[object]:
    formula = one.formula
    by_nutrient = {part.nutrient: part for part in formula.parts}
    cells: list[object] = []
    for nutrient in nutrients:
        part = by_nutrient.get(nutrient)
        cells += [0, ""] if part is None else [_digits(part.amount), part.form]
    cells += ["+".join(formula.moments), formula.units, _digits(formula.mass)]
    cells.append("" if formula.cost is None else _digits(formula.cost))
    for estimate in (one.share, one.over):
        ends = (estimate.low, estimate.high) if interval else ("", "")
        cells += [_digits(estimate.value), *(end if end == "" else _digits(end) for end in ends)]
    return cells


def _digits(value: float | str) -> str:
    return f"{float(value):.{_DIGITS}g}"


def label_file(found: Found, formula: Formula) -> str:
    """The formula as a label file with the population of the specification, for `cofactor label`."""
    count = len(formula.moments)
    units = formula.units // count
    values: dict[str, Any] = {
        "label": found.spec.name,
        "contents": [_line(part, count) for part in formula.parts],
        "serving": f"{units} {found.spec.making.kind}{'s' if units > 1 else ''}",
        "when": list(formula.moments),
        **_plain(found.spec.written),
    }
    values["population"] = {**(values.get("population") or {}), "people": _LABEL_PEOPLE}
    text = io.StringIO()
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False
    yaml.allow_unicode = True
    yaml.width = 120
    yaml.dump(values, text)
    return f"# Proposed by `cofactor formulate`, version {__version__}; amounts for one intake.\n{text.getvalue()}"


def _line(part: Part, count: int) -> str:
    """One line of the label: ``Magnesium (magnesium citrate) 100 mg`` is of the element, by the law of labels."""
    amount = f"{part.amount / count:.6g} {NUTRIENT_UNIT[part.nutrient]}"
    if part.nutrient == "vitamin_d":
        return f"Vitamin {part.form} {amount}" if part.form in ("D2", "D3") else f"Vitamin D (calcifediol) {amount}"
    if part.nutrient == "vitamin_k":
        return f"Vitamin K2 ({part.form}) {amount}"
    return f"{part.nutrient.capitalize()} (as {Names('en').form(part.nutrient, part.form)}) {amount}"


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    """Values of a file as YAML can write them back: dates as their text."""
    return {
        key: value if isinstance(value, int | float | Mapping | list) else str(value) for key, value in values.items()
    }
