"""``cofactor validate``: the published trials, predicted and compared."""

from __future__ import annotations

from pathlib import Path

import click

from cofactor.faces.shared import common, print_json, say


@click.command("validate")
@click.option(
    "--trials",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Run the rows of this CSV (columns of the shipped trial tables) in place of those that ship. May be repeated.",
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Also write the page and every number there."
)
@common
def command(trials: tuple[Path, ...], out: Path | None, lang: str, as_json: bool, quiet: bool) -> None:
    """Predict published trials, and compare with what was observed and with the formulae that others use."""
    from cofactor.evidence.validate import validate
    from cofactor.files import write_whole
    from cofactor.report.result import to_text
    from cofactor.report.validation import result, summary
    from cofactor.report.validation_page import html

    found = validate(trials)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_whole(out / "validation.json", to_text(result(found, lang)))
        write_whole(out / "validation.html", html(found, lang, [path.name for path in trials]))
    if as_json:
        print_json(result(found, lang))
    elif not quiet:
        say(summary(found, lang, [path.name for path in trials]), nl=False)
