"""``cofactor cite``: the sources that a plan or a virtual trial used."""

from __future__ import annotations

from pathlib import Path

import click

from cofactor.faces.shared import case_argument, common, print_json, say


@click.command("cite")
@case_argument
@common
def command(case: Path, lang: str, as_json: bool, quiet: bool) -> None:  # noqa: ARG001 - a bibliography has no language
    """Print the sources of a plan for CASE as BibTeX: of its targets, limits, gates, readings and foods.

    CASE may be a trial file or the folder of a trial's run: then those of its people, doses and model.
    """
    from cofactor.person.case import load_case
    from cofactor.report.bibtex import bibtex
    from cofactor.report.build import build
    from cofactor.report.result import source_row
    from cofactor.report.trial_sources import is_trial, of_trial

    sources = of_trial(case) if is_trial(case) else build(load_case(case)).sources
    if as_json:
        print_json({"sources": [source_row(source) for source in sources]})
    elif not quiet:
        say(bibtex(sources), nl=False)
