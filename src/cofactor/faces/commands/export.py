"""``cofactor export``: the model for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from cofactor.faces.shared import common, print_json, say


@click.command("export")
@click.argument("kind", type=click.Choice(["sbml", "antimony", "petab"]))
@click.argument("path", type=click.Path(path_type=Path))
@common
def command(kind: str, path: Path, lang: str, as_json: bool, quiet: bool) -> None:  # noqa: ARG001 - common to all
    """Write the model of a human to PATH: SBML level 3 version 2, or the Antimony text it is made of.

    ``petab`` writes a folder instead: the model with the problem that calibration solves, for other tools that fit.
    """
    from cofactor.evidence.petab import export as export_problem
    from cofactor.model.export import export

    if kind == "petab":
        path = export_problem(path)
    else:
        export(kind, path)
    if as_json:
        print_json({"written": str(path)})
    elif not quiet:
        say(str(path))
