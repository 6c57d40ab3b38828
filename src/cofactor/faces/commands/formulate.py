"""``cofactor formulate``: the product that brings most of a population into range while few pass a limit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cofactor.faces.shared import common, print_json, say

if TYPE_CHECKING:
    from cofactor.trial.formula.search import Found

JSON, CANDIDATES, LABEL = "formula.json", "candidates.csv", "label.yaml"


@click.command("formulate")
@click.argument("spec", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Also write pages and files there.")
@common
def command(spec: Path, out: Path | None, lang: str, as_json: bool, quiet: bool) -> None:
    """Find doses, forms and division of the day for the product that SPEC describes.

    SPEC names a population, what it is to reach, the limits that fewer than a share may pass, and what the product may
    hold. What is told comes from fresh people. With --out: the page in both languages, every number as JSON, all
    formulas as CSV, and the proposal as a label file for `cofactor label`.
    """
    from cofactor.faces.progress import progress
    from cofactor.report.formula import formula_lines
    from cofactor.report.formula_files import formula_document
    from cofactor.report.text import Text
    from cofactor.trial.formula.search import search
    from cofactor.trial.formula.spec import load_spec

    asked = load_spec(spec)
    with progress(lang, quiet=quiet or as_json) as told:
        found = search(asked, told)
    files = [] if out is None else _written(found, out, lang)
    if as_json:
        print_json(formula_document(found, lang))
    elif not quiet:
        say(formula_lines(found, lang), nl=False)
        if files:
            say(f"\n{Text(lang)('formula.written', folder=str(out), files=', '.join(files))}")


def _written(found: Found, out: Path, lang: str) -> list[str]:
    """Write everything, each file whole or not at all; their names."""
    from cofactor.files import write_whole
    from cofactor.report.formula_files import candidates_csv, formula_document, label_file
    from cofactor.report.formula_page import html
    from cofactor.report.numbers import LANGUAGES
    from cofactor.report.result import to_text

    texts = {f"formula.{of}.html": html(found, of) for of in LANGUAGES}
    texts |= {JSON: to_text(formula_document(found, lang)), CANDIDATES: candidates_csv(found)}
    if found.proposed is not None:
        texts[LABEL] = label_file(found, found.proposed)
    out.mkdir(parents=True, exist_ok=True)
    if found.proposed is None:
        (out / LABEL).unlink(missing_ok=True)
    for name, text in texts.items():
        write_whole(out / name, text)
    return list(texts)
