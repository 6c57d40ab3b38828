"""Directives of the model book: every equation, every constant with prior and posterior, every test with its outcome.

They read the text of the model, its tables, and run the acceptance tests, so that the book cannot disagree with what is
shipped.
"""

from __future__ import annotations

import csv
import re
from importlib import resources
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from cofactor.evidence.acceptance import verdicts
from cofactor.model.source import FILES, human, parse, signals
from cofactor.model.tables import Kind, parameters, states

TITLES = {
    "signals": "What organs hear of each other",
    "vitamin_d": "Vitamin D",
    "calcitriol": "Calcitriol",
    "gut": "Gut",
    "kidney": "Kidney",
    "bone": "Bone",
    "parathyroid": "Parathyroid glands",
    "fgf23": "FGF23",
    "calcium": "Calcium",
    "magnesium": "Magnesium",
    "phosphate": "Phosphate",
    "vitamin_k": "Vitamin K",
    "zinc": "Zinc",
    "readouts": "What is reported",
}
MARK = {"start": "=", "rule": ":=", "rate": "'="}


def table(heads: list[str], rows: list[list[str]]) -> nodes.table:
    """A plain table."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in heads), cols=len(heads))
    group += nodes.thead("", row(heads))
    group += nodes.tbody("", *(row(cells) for cells in rows))
    return nodes.table("", group, classes=["shipped"])


def row(cells: list[str]) -> nodes.row:
    """One row; a cell in back quotes is set as code."""
    found = nodes.row("")
    for cell in cells:
        code = cell.startswith("`")
        text = nodes.literal(text=cell.strip("`")) if code else nodes.Text(cell)
        found += nodes.entry("", nodes.paragraph("", "", text))
    return found


def prose(file: str) -> list[nodes.Node]:
    """The comments of a file as paragraphs: its head, then each section with its first line as a rubric."""
    found: list[nodes.Node] = []
    blocks = re.split(r"\n(?![ \t]*//)", human().text(file))
    for block in blocks:
        lines = [
            line.strip().removeprefix("//").strip() for line in block.splitlines() if line.strip().startswith("//")
        ]
        if lines:
            found.append(nodes.paragraph(text=" ".join(lines).lstrip("- ")))
    return found


class ModelEquations(Directive):
    """``{model-equations}``: for each file what it says of itself, and its equations with unit and meaning."""

    def run(self) -> list[nodes.Node]:
        statements, _, _ = parse(human().files)
        known = {s.id: (s.unit, s.meaning) for s in signals()} | {s.id: (s.unit, s.meaning) for s in states()}
        found: list[nodes.Node] = []
        for file in FILES:
            of = [s for s in statements if s.file == file]
            found += [nodes.rubric(text=TITLES[file]), *prose(file)]
            rows = [
                [
                    f"`{s.symbol}{MARK[s.kind][:-1]} = {s.formula}`",
                    *known.get(s.symbol, ("", "starts from the reference")),
                ]
                for s in of
            ]
            found.append(table(["equation", "unit", "meaning"], rows))
        return found


class Calibrated(Directive):
    """``{calibrated}``: every constant that calibration moved, with prior, value, 90 % interval and what decided."""

    def run(self) -> list[nodes.Node]:
        text = resources.files("cofactor.model").joinpath("calibration.csv").read_text(encoding="utf-8")
        rows = []
        for r in csv.DictReader(text.splitlines()):
            tied = f"{r['tied_to']} ({float(r['correlation']):+.2f})"
            prior = f"{r['prior_value']} (SD {r['prior_sd']})"
            rows.append([f"`{r['id']}`", prior, r["value"], f"{r['low']} to {r['high']}", r["known_by"], tied])
        return [table(["number", "prior", "value", "90 % interval", "decided by", "goes with"], rows)]


class Fixed(Directive):
    """``{fixed-constants}``: constants and switches that calibration does not move, with their priors and sources."""

    def run(self) -> list[nodes.Node]:
        kept = [p for p in parameters() if p.kind in (Kind.CONSTANT, Kind.SWITCH) and p.prior_value is None]
        rows = [
            [
                f"`{p.id}`",
                f"{p.value:g} {p.unit}",
                _width(p.prior_log_sd, p.prior_sd),
                p.meaning,
                str(p.source.trust),
                p.source.text,
            ]
            for p in kept
            if p.value is not None
        ]
        return [table(["constant", "value", "prior width", "meaning", "known as", "source"], rows)]


def _width(log_sd: float | None, sd: float | None) -> str:
    if log_sd is not None:
        return f"log-SD {log_sd:g}"
    return "" if sd is None else f"SD {sd:g}"


class AcceptanceTests(Directive):
    """``{acceptance-tests}``: every test with what was seen, its range, and what the model gives; failures first."""

    def run(self) -> list[nodes.Node]:
        found = sorted(verdicts(), key=lambda v: v.holds)
        rows = [
            [
                v.test.id,
                f"{v.test.experiment}: {v.test.readout or v.test.statistic}, {v.test.compare}",
                v.test.observed,
                f"{v.test.low:g} to {v.test.high:g} {v.test.unit}",
                f"{v.value:.3g}" + ("" if v.holds else f" does not hold: {v.test.failing}"),
                f"{v.test.source.trust}: {v.test.source.text}",
            ]
            for v in found
        ]
        held = sum(v.holds for v in found)
        return [
            nodes.paragraph(text=f"{held} of {len(found)} tests hold."),
            table(["test", "what is read", "seen", "range", "model", "known as"], rows),
        ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("model-equations", ModelEquations)
    app.add_directive("calibrated", Calibrated)
    app.add_directive("fixed-constants", Fixed)
    app.add_directive("acceptance-tests", AcceptanceTests)
    return {"parallel_read_safe": True}
