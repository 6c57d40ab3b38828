"""``cofactor sensitivity``: which constants and habits move a level."""

from __future__ import annotations

from dataclasses import asdict

import click

from cofactor.faces.shared import common, print_json, say


@click.command("sensitivity")
@click.option("--outcome", "outcomes", multiple=True, metavar="ID", help="A level; repeat for more.  [default: four]")
@click.option("--give", metavar="DOSE", help='A daily dose: "vitamin_d D3 1000 IU".')
@click.option("--days", type=click.FloatRange(1, 3650), default=182, show_default=True, help="When to look.")
@click.option("--samples", type=int, default=256, show_default=True, help="Base sample, a power of two.")
@common
def command(
    outcomes: tuple[str, ...], give: str | None, days: float, samples: int, lang: str, as_json: bool, quiet: bool
) -> None:
    """Say what moves 25(OH)D, serum magnesium, parathyroid hormone and urine calcium: Sobol indices with intervals.

    Habits, differences between people and what calibration left open about the model are varied together around the
    reference adult. Needs the extra `sensitivity` (SALib).
    """
    from cofactor.evidence.sensitivity import OUTCOMES, sobol
    from cofactor.person.case import parse_dose
    from cofactor.report.sensitivity import lines

    dose = parse_dose(give) if give else None
    found = sobol(outcomes or OUTCOMES, dose, days, samples)
    if as_json:
        print_json({"days": days, "outcomes": {name: [asdict(i) for i in rows] for name, rows in found.items()}})
    elif not quiet:
        say(lines(found, days, samples, lang), nl=False)
