"""``cofactor plan``: the main job. Status, forecast, gates, plan and schedule of one case."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cofactor.faces.shared import WITHHELD, case_argument, common, print_json


@click.command("plan")
@case_argument
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for report.html, result.json and schedule.ics, made if need be.  [default: out/NAME of the case]",
)
@common
def command(case: Path, out: Path | None, lang: str, as_json: bool, quiet: bool) -> None:
    """Plan for the person in CASE: what to take, when, why, and what must be left to a doctor.

    Prints a summary; writes report.html, result.json and schedule.ics. Ends with code 3 where a gate withheld a dose.
    """
    from cofactor.person.case import load_case
    from cofactor.plan.optimise import withheld_by_gate
    from cofactor.report.document import plan
    from cofactor.report.result import result

    report = plan(load_case(case))
    folder = out or Path("out") / case.stem
    folder.mkdir(parents=True, exist_ok=True)
    written = (
        report.to_html(folder / "report.html", lang),
        report.to_json(folder / "result.json", lang),
        report.to_ics(folder / "schedule.ics", lang),
    )
    if as_json:
        print_json(result(report, lang))
    elif not quiet:
        click.echo(report.summary(lang))
        click.echo("\n".join(map(str, written)))
    if withheld_by_gate(report.plan):
        sys.exit(WITHHELD)
