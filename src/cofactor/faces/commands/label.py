"""``cofactor label``: what a product holds, does in a population, must not meet, and may claim."""

from __future__ import annotations

from pathlib import Path

import click

from cofactor.faces.shared import common, print_json, say


@click.command("label")
@click.argument("label", metavar="FILE", type=click.Path(path_type=Path))
@common
def command(label: Path, lang: str, as_json: bool, quiet: bool) -> None:
    """Judge the product in FILE: its label as printed, and optionally the people who are to take it.

    FILE has the keys of a product in a case (`contents` or `product`, `serving`, `take`, `every`, `when`), and
    `population`, `start` and `weeks` as in a trial. Without them: 1,000 people at 48 degrees north, 26 weeks from
    October. The same people live with the product and without it.
    """
    from cofactor.report.product import product_lines
    from cofactor.report.product_json import product_document
    from cofactor.trial.label_file import load_label
    from cofactor.trial.product import live

    case = load_label(label)
    lived = live(case)
    if as_json:
        print_json(product_document(case, lived, lang))
    elif not quiet:
        say(product_lines(case, lived, lang), nl=False)
