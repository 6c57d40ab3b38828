"""``cofactor status``: where a person stands on every intake and every level."""

from __future__ import annotations

from pathlib import Path

import click

from cofactor.faces.shared import case_argument, common, print_json


@click.command("status")
@case_argument
@common
def command(case: Path, lang: str, as_json: bool, quiet: bool) -> None:
    """Say where the person in CASE stands: intakes, results and estimates, read by every body that names a value."""
    from cofactor.person.case import load_case
    from cofactor.report.build import build
    from cofactor.report.result import gate_rows, status_row
    from cofactor.report.terminal import status_summary
    from cofactor.report.words import Words

    report = build(load_case(case))
    if as_json:
        words = Words(lang, report.gates)
        unknown = [words.reason(reason) for reason in report.unknown]
        rows = [status_row(row) for row in report.status]
        print_json({"status": rows, "gates": gate_rows(report, words), "unknown": unknown})
    elif not quiet:
        click.echo(status_summary(report, lang), nl=False)
