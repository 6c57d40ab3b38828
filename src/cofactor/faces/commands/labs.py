"""``cofactor labs``: laboratory results into a case file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cofactor.errors import InputError, Problem
from cofactor.faces.shared import common, print_json, say
from cofactor.faces.speech import language_option
from cofactor.said import Said

if TYPE_CHECKING:
    from cofactor.person.lab_file import LabImport
    from cofactor.person.lab_import import Judged

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("labs")
@language_option
def command() -> None:
    """Bring laboratory results into a case file."""


@command.command("import")
@click.argument("file", type=_FILE)
@click.option("--into", "case", required=True, type=_FILE, help="The case file to add the results to.")
@click.option(
    "--unit",
    "units",
    multiple=True,
    metavar="ANALYTE=UNIT",
    help="The unit that the sheet prints, such as 25OHD=ng/mL: answers a question about it. May be repeated.",
)
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="How 03/04/2026 is meant in a CSV file.")
@click.option("--skip", is_flag=True, help="Add what is clear, and leave out what is refused or asked about.")
@common
def import_(
    file: Path,
    case: Path,
    units: tuple[str, ...],
    dates: str | None,
    skip: bool,
    lang: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Add the results of FILE (FHIR R4 JSON, or CSV with a header) to a case file.

    Comments and order of the case file stay. A unit that does not fit its LOINC code or its printed range is refused; a
    number that would be as ordinary in another unit is asked about. Results that the case has already are recognised.
    """
    from cofactor.person.lab_file import import_labs

    found = import_labs(file, case, said=_said(units), order=dates or "", skip=skip)
    if as_json:
        print_json(_as_dict(found, lang))
    elif not quiet:
        say("\n".join(_lines(found, lang)))


def _said(units: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in units]
    form, do = Said("ANALYTE=UNIT"), Said("Write it like {example}.", example="25OHD=ng/mL")
    wrong = [Problem("--unit", "".join(pair), (form,), do) for pair in pairs if not pair[1]]
    if wrong:
        raise InputError(wrong)
    return {name.strip(): unit.strip() for name, _, unit in pairs}


def _as_dict(found: LabImport, lang: str) -> dict[str, object]:
    from cofactor.person.lab_import import Verdict
    from cofactor.report.refusals import rows

    added = [
        {"date": r.date.isoformat(), "analyte": r.analyte, "value": r.value, "operator": r.operator, "unit": r.unit}
        for j in found.of(Verdict.TAKEN)
        if (r := j.result) is not None
    ]
    return {
        "added": added,
        "known": len(found.of(Verdict.KNOWN)),
        "asked": rows(_problems(found.of(Verdict.ASKED)), lang),
        "refused": rows([*found.unreadable, *_problems(found.of(Verdict.REFUSED))], lang),
        "aside": {reason.value: count for reason, count in found.aside.items()},
        "not_read": list(found.not_read),
    }


def _problems(judged: Iterable[Judged]) -> list[Problem]:
    return [j.problem for j in judged if j.problem is not None]


def _lines(found: LabImport, lang: str) -> list[str]:
    from cofactor.person.lab_import import Verdict
    from cofactor.report import numbers
    from cofactor.report.refusals import told
    from cofactor.report.text import Text

    text = Text(lang)
    added, known = found.of(Verdict.TAKEN), found.of(Verdict.KNOWN)
    lines = [text("labs.imported", added=str(len(added)), known=str(len(known)), left=str(len(found.open)))]
    for j in added:
        if j.result is not None:
            what, day = text(f"analyte.{j.result.analyte}"), numbers.day(j.result.date, lang)
            lines.append("  " + text("labs.added", day=day, what=what, value=j.result.as_typed))
    lines += [f"  {text('labs.open', problem=told(str(problem), lang))}" for problem in found.open]
    lines += [f"  {text('labs.not_read', name=name)}" for name in found.not_read]
    lines += [f"  {text(f'labs.aside.{r.value}', count=str(n))}" for r, n in sorted(found.aside.items())]
    return lines
