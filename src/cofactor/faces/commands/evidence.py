"""``cofactor evidence``: what stands of an article's statements, by publications and by experiment."""

from __future__ import annotations

import click

from cofactor.faces.shared import common, print_json


@click.command("evidence")
@click.argument("claim", metavar="[ID]", required=False)
@common
def command(claim: str | None, lang: str, as_json: bool, quiet: bool) -> None:
    """Show a statement of the ledger (C01 to C44) with verdict, experiment and sources; without ID, list them all.

    Experiments are run when asked for: with an ID, or with --json for all of them.
    """
    from cofactor.evidence.ledger import claim as one
    from cofactor.evidence.ledger import claims
    from cofactor.evidence.studies import run, studies
    from cofactor.report.ledger import claim_lines, index_lines, rows

    chosen = [one(claim)] if claim else list(claims().values())
    if as_json:
        print_json(rows((c, run(studies()[c.id]) if c.id in studies() else None) for c in chosen))
    elif quiet:
        return
    elif claim:
        found = chosen[0]
        result = run(studies()[found.id]) if found.id in studies() else None
        click.echo(claim_lines(found, result, lang), nl=False)
    else:
        click.echo(index_lines(lang), nl=False)
