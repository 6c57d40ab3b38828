"""``cofactor evidence``: what stands of an article's statements, by publications and by experiment."""

from __future__ import annotations

from pathlib import Path

import click

from cofactor.errors import InputError, Problem
from cofactor.faces.shared import common, print_json, say
from cofactor.said import Said


@click.command("evidence")
@click.argument("claim", metavar="[ID]", required=False)
@click.option(
    "--html",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Run every experiment and write the ledger there as pages, ledger.en.html and ledger.fr.html.",
)
@common
def command(claim: str | None, folder: Path | None, lang: str, as_json: bool, quiet: bool) -> None:
    """Show a statement of the ledger (C01 to C44) with verdict, experiment and sources; without ID, list them all.

    Experiments are run when asked for: with an ID, or with --json or --html for all of them.
    """
    if folder is not None:
        _pages(claim, folder, as_json=as_json, quiet=quiet)
        return
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
        say(claim_lines(found, result, lang), nl=False)
    else:
        say(index_lines(lang), nl=False)


def _pages(claim: str | None, folder: Path, *, as_json: bool, quiet: bool) -> None:
    from cofactor.report.evidence_page import tried
    from cofactor.report.render_evidence import pages

    if claim is not None:
        do = Said("The pages hold every statement; leave the ID out.")
        raise InputError([Problem("--html", claim, (Said("no ID"),), do)])
    written = [str(path) for path in pages(tried(), folder)]
    if as_json:
        print_json({"written": written})
    elif not quiet:
        say("\n".join(written))
