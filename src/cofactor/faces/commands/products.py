"""``cofactor products``: the products that a plan may choose from, and what an absorbed amount of each costs."""

from __future__ import annotations

from pathlib import Path

import click

from cofactor.faces.shared import common, print_json, say


@click.command("products")
@click.argument("catalogue", required=False, type=click.Path(path_type=Path))
@common
def command(catalogue: Path | None, lang: str, as_json: bool, quiet: bool) -> None:
    """List the generic products, or those of CATALOGUE, a file of your own that a case may name under `products`.

    The least costly first of each nutrient: by price over what is absorbed of the form.
    """
    from cofactor.person.catalogue import generic, load_catalogue
    from cofactor.report.products import products_document, products_lines

    found = generic() if catalogue is None else load_catalogue(catalogue)
    if as_json:
        print_json(products_document(found))
    elif not quiet:
        say(products_lines(found, lang), nl=False)
