"""``cofactor ask``: a question in everyday words, answered from the ledger with numbers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cofactor.faces.shared import REFUSED, common, print_json, say

if TYPE_CHECKING:
    from cofactor.evidence.personal import Personal
    from cofactor.evidence.studies import Study


@click.command("ask")
@click.argument("question")
@click.option("--case", type=click.Path(path_type=Path), help="Answer for the person in this case file as well.")
@common
def command(question: str, case: Path | None, lang: str, as_json: bool, quiet: bool) -> None:
    """Answer QUESTION, in French or English, by the statement of the ledger that it is about.

    With --case, the experiment behind the answer is run for that person too. A question outside of the ledger is told
    so, with code 2: nothing is guessed.
    """
    from cofactor.evidence.ask import matching
    from cofactor.evidence.studies import run, studies
    from cofactor.report.ledger import claim_lines, claim_row, personal_lines, personal_row
    from cofactor.report.text import Text

    found = matching(question)
    if found is None:
        outside = Text(lang)("evidence.not_in_ledger")
        if as_json:
            problem = {"where": "question", "got": question[:100], "expected": [], "do": outside}
            print_json({"problems": [problem]})
        else:
            say(outside, err=True)
        sys.exit(REFUSED)
    study = studies().get(found.id)
    result = None if study is None else run(study)
    mine = None if case is None or study is None else _personal(case, study, lang)
    if as_json:
        print_json({"claim": claim_row(found, result), "person": None if mine is None else personal_row(mine[0])})
    elif not quiet:
        say(claim_lines(found, result, lang), nl=False)
        if mine is not None and study is not None:
            say(f"\n{mine[1]}{personal_lines(mine[0], study, lang)}", nl=False)


def _personal(case: Path, study: Study, lang: str) -> tuple[Personal, str] | None:
    """The study lived by the person of a case, and the gates on what it gives; None where it is no matter of one."""
    from cofactor.assess.gates import evaluate
    from cofactor.assess.update import posterior
    from cofactor.evidence.personal import applies, given, lived_by
    from cofactor.person.case import load_case
    from cofactor.report.terminal import gate_lines
    from cofactor.report.words import Words

    found = load_case(case)
    if not applies(study):
        return None
    gates = evaluate(found)
    closed = [g for g in gates.gates if g.withholds and given(study) & {*g.nutrients}]
    lines = "".join(f"{line}\n" for line in gate_lines(closed, Words(lang, gates)))
    return lived_by(study, posterior(found)), lines
