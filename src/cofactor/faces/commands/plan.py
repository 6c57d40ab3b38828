"""``cofactor plan``: the main job, from a case to a plan with its reasons."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cofactor.faces.shared import WITHHELD, case_argument, common, print_json, say


@click.command("plan")
@case_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for report.html, result.json and schedule.ics (default: out/NAME of the case; none with --json).",
)
@click.option("--pdf", is_flag=True, help="Write report.pdf too, two or three A4 pages. Needs the extra `pdf` (Typst).")
@common
def command(case: Path, out: Path | None, pdf: bool, lang: str, as_json: bool, quiet: bool) -> None:
    """Plan for the person in CASE: the smallest daily doses that reach the goals inside every limit.

    Prints a summary and writes the report for reading, for programs and for a calendar. Exit code 3 says that a gate
    withheld a dose: the report tells which one and why.
    """
    from cofactor.person.case import load_case
    from cofactor.plan.optimise import withheld_by_gate
    from cofactor.report.document import plan
    from cofactor.report.pdf import require
    from cofactor.report.result import result

    if pdf:
        require()
    report = plan(load_case(case))
    folder = out if out is not None or (as_json and not pdf) else Path("out") / case.stem
    written = () if folder is None else report.to_folder(folder, lang, pdf=pdf)
    if as_json:
        print_json(result(report, lang))
    elif not quiet:
        say(report.summary(lang))
        say("\n".join(map(str, written)))
    sys.exit(WITHHELD if withheld_by_gate(report.plan) else 0)
