"""``cofactor forecast``: where a person is heading, as things are or with something more."""

from __future__ import annotations

from pathlib import Path

import click

from cofactor.faces.shared import case_argument, common, print_json, say

LONGEST = 3650
"""Days: ten years. Nobody's habits hold longer."""


@click.command("forecast")
@case_argument
@click.option("--days", type=click.IntRange(1, LONGEST), default=365, show_default=True, help="How far to look.")
@click.option("--with", "added", multiple=True, metavar="DOSE", help='Add a daily dose: "vitamin_d D3 2000 IU".')
@common
def command(case: Path, days: int, added: tuple[str, ...], lang: str, as_json: bool, quiet: bool) -> None:
    """Forecast the levels of the person in CASE with bands, as things are and with what --with adds.

    A gate that withholds a nutrient is printed above the forecast: a simulation is no plan.
    """
    from cofactor.assess.forecast import forecast
    from cofactor.assess.gates import evaluate
    from cofactor.assess.update import SHOWN, posterior
    from cofactor.faces import answers
    from cofactor.person.case import load_case, parse_dose
    from cofactor.report.terminal import forecast_summary

    found = load_case(case)
    if as_json:
        print_json(answers.forecast(found, lang, days, added))
        return
    bands = forecast(posterior(found, bodies=SHOWN), days, [parse_dose(text, today=found.today) for text in added])
    if not quiet:
        say(forecast_summary(bands, evaluate(found), lang), nl=False)
