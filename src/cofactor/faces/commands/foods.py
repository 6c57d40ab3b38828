"""``cofactor foods``: find foods by what people type, and import the official tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cofactor.faces.shared import common, print_json, say
from cofactor.faces.speech import language_option

if TYPE_CHECKING:
    from cofactor.facts.food_import import Imported

_LONGEST = 200  # characters of a search
_REASONS_SHOWN = 5
_STORE = click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file that imported foods are kept in (default: foods.sqlite in your data folder).",
)


@click.group("foods")
@language_option
def command() -> None:
    """Find foods, in French or English, and import the official tables."""


@command.command("search")
@click.argument("text")
@click.option("--labels", is_flag=True, help="Search imported supplement labels instead of foods.")
@click.option("--most", type=click.IntRange(1, 100), default=10, show_default=True, help="How many to list.")
@_STORE
@common
def search(text: str, labels: bool, most: int, store: Path | None, lang: str, as_json: bool, quiet: bool) -> None:
    """List the foods whose names hold every word of TEXT, the likeliest first. Accents and ligatures do not matter."""
    from cofactor.facts.food_lookup import search_foods, search_labels
    from cofactor.report.foods import food_line, food_row, label_row
    from cofactor.report.text import Text

    text = text[:_LONGEST]
    if labels:
        rows = [label_row(label) for label in search_labels(text, most, store)]
        lines = [f"{row['id']:<14}{row['brand']} {row['name']}" for row in rows]
    else:
        found = search_foods(text, most, store)
        rows, lines = [food_row(food) for food in found], [food_line(food, lang) for food in found]
    if as_json:
        print_json({"labels" if labels else "foods": rows})
    elif not quiet:
        say("\n".join(lines or [Text(lang)("food.none", text=text)]))


@command.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@_STORE
@common
def import_(files: tuple[Path, ...], store: Path | None, lang: str, as_json: bool, quiet: bool) -> None:
    """Import FILES: Ciqual (xls, xlsx, csv, XML), USDA SR28, FoodData Central, NIH DSLD labels.

    A file, a folder or an archive. What a file is, its content tells. Importing again changes nothing; a file that
    cannot be used is refused, and then nothing of the call is kept.
    """
    from cofactor.facts.food_import import import_files
    from cofactor.facts.food_store import store_path
    from cofactor.report.text import Text

    done = import_files(files, store)
    if as_json:
        print_json({"store": str(store or store_path()), "imports": [one.as_dict() for one in done]})
    elif not quiet:
        for one in done:
            say("\n".join(_lines(one, lang)))
        say(Text(lang)("food.stored", path=str(store or store_path())))


def _lines(done: Imported, lang: str) -> list[str]:
    from cofactor.facts.food_classes import release_info
    from cofactor.report.numbers import number
    from cofactor.report.refusals import told
    from cofactor.report.text import Text

    text, info = Text(lang), release_info(done.release)
    counts = ("read", "kept", "qualified", "refused", "new", "changed")
    values = {name: number(getattr(done, name), lang) for name in counts}
    name = info.name_fr if lang == "fr" else info.name_en
    found = [text("food.imported", release=name, files=", ".join(done.files), **values)]
    found += [f"  {text(f'food.remark.{remark}')}" for remark in done.remarks]
    found += [f"  {text('food.refused', row=told(reason, lang))}" for reason in done.reasons[:_REASONS_SHOWN]]
    return [*found, f"  {text('food.licence', licence=done.licence, citation=info.citation)}"]
