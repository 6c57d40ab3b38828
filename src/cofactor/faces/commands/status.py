"""``cofactor status``: where a person stands on every intake and every level."""

from __future__ import annotations

from pathlib import Path

import click

from cofactor.faces.shared import case_argument, common, print_json, say


@click.command("status")
@case_argument
@common
def command(case: Path, lang: str, as_json: bool, quiet: bool) -> None:
    """Say where the person in CASE stands: intakes, results and estimates, read by every body that names a value."""
    from cofactor.faces import answers
    from cofactor.person.case import load_case
    from cofactor.report.build import build
    from cofactor.report.terminal import status_summary

    found = load_case(case)
    if as_json:
        print_json(answers.status(found, lang))
    elif not quiet:
        say(status_summary(build(found), lang), nl=False)
