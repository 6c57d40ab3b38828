"""``cofactor foods``: find foods by what people type."""

from __future__ import annotations

import click

from cofactor.faces.shared import common, print_json


@click.group("foods")
def command() -> None:
    """Find foods in the tables, in French or English."""


@command.command("search")
@click.argument("text")
@click.option("--most", type=click.IntRange(1, 100), default=10, show_default=True, help="How many to list.")
@common
def search(text: str, most: int, lang: str, as_json: bool, quiet: bool) -> None:
    """List the foods whose names hold every word of TEXT, the likeliest first. Accents and ligatures do not matter."""
    from cofactor.facts.foods import foods
    from cofactor.report.foods import food_line, food_row

    found = foods().search(text, most)
    if as_json:
        print_json({"foods": [food_row(food) for food in found]})
    elif not quiet:
        for food in found:
            click.echo(food_line(food, lang))
