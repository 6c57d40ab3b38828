"""``cofactor ask``: a question in everyday words, answered from the ledger with numbers."""

from __future__ import annotations

import sys

import click

from cofactor.faces.shared import REFUSED, common, print_json


@click.command("ask")
@click.argument("question")
@common
def command(question: str, lang: str, as_json: bool, quiet: bool) -> None:
    """Answer QUESTION, in French or English, by the statement of the ledger that it is about.

    A question outside of the ledger is told so, with code 2: nothing is guessed.
    """
    from cofactor.evidence.ask import matching
    from cofactor.evidence.studies import run, studies
    from cofactor.report.ledger import claim_lines, claim_row
    from cofactor.report.text import Text

    found = matching(question)
    if found is None:
        outside = Text(lang)("evidence.not_in_ledger")
        if as_json:
            problem = {"where": "question", "got": question[:100], "expected": [], "do": outside}
            print_json({"problems": [problem]})
        else:
            click.echo(outside, err=True)
        sys.exit(REFUSED)
    result = run(studies()[found.id]) if found.id in studies() else None
    if as_json:
        print_json({"claim": claim_row(found, result)})
    elif not quiet:
        click.echo(claim_lines(found, result, lang), nl=False)
