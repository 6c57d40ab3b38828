"""``cofactor check``: whether a case can be read, and which gates it meets. Nothing is simulated."""

from __future__ import annotations

from pathlib import Path

import click

from cofactor.faces.shared import case_argument, common, print_json, say


@click.command("check")
@case_argument
@common
def command(case: Path, lang: str, as_json: bool, quiet: bool) -> None:
    """Read CASE and print every problem of the file at once, or every gate that it meets. Simulates nothing."""
    from cofactor.assess.gates import evaluate
    from cofactor.faces import answers
    from cofactor.person.case import load_case
    from cofactor.report.terminal import check_summary

    found = load_case(case)
    if as_json:
        print_json(answers.check(found, lang))
    elif not quiet:
        say(check_summary(found, evaluate(found), lang), nl=False)
