"""``cofactor check``: whether a case can be read, and which gates it meets. Nothing is simulated."""

from __future__ import annotations

from pathlib import Path

import click

from cofactor.faces.shared import case_argument, common, print_json


@click.command("check")
@case_argument
@common
def command(case: Path, lang: str, as_json: bool, quiet: bool) -> None:
    """Read CASE and print every problem of the file at once, or every gate that it meets. Simulates nothing."""
    from cofactor.assess.gates import evaluate
    from cofactor.person.case import load_case
    from cofactor.report.result import gate_row
    from cofactor.report.terminal import check_summary
    from cofactor.report.words import Words

    found = load_case(case)
    gates = evaluate(found)
    if as_json:
        words = Words(lang, gates)
        rows = [row for gate in gates.gates for row in gate_row(gate, words)]
        print_json({"problems": [], "notes": [words.note(note) for note in found.notes], "gates": rows})
    elif not quiet:
        click.echo(check_summary(found, gates, lang), nl=False)
