"""``cofactor simulate``: run a model, the user's own or the shipped human, and print what it does."""

from __future__ import annotations

from pathlib import Path

import click

from cofactor.faces.shared import common, print_json, say


@click.command("simulate")
@click.option("--model", type=click.Path(path_type=Path), help="Antimony, or SBML if it ends in .xml or .sbml.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A constant, or a state at the start.")
@click.option("--until", "--days", "until", type=float, default=365.0, show_default=True, help="The last time.")
@click.option("--every", type=float, help="Time between outputs; a hundredth of the whole by default.")
@click.option("--outputs", help="Names with commas between; all states by default.")
@click.option("--tolerance", type=float, default=1e-6, show_default=True, help="Relative error allowed per step.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write CSV here instead of printing it.")
@common
def command(
    model: Path | None,
    settings: tuple[str, ...],
    until: float,
    every: float | None,
    outputs: str | None,
    tolerance: float,
    out: Path | None,
    lang: str,  # noqa: ARG001 - common to all
    as_json: bool,
    quiet: bool,
) -> None:
    """Integrate a model from time 0 and give its outputs as CSV.

    Without --model it is the reference adult of the shipped human, in days.
    """
    from cofactor.engine.run_model import Request, run

    table = run(Request(model, settings, until, every, outputs, tolerance))
    if out:
        from cofactor.files import write_whole

        write_whole(out, table.csv())
    if as_json:
        print_json(table.as_dict())
    elif not out:
        say(table.csv(), nl=False)
    elif not quiet:
        say(str(out))
