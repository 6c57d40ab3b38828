"""A laboratory's file on the desk: read and judged as on the command line, and shown before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cofactor.person.case import parse_case
from cofactor.person.lab_file import LabImport, judged
from cofactor.person.lab_import import Judged, Verdict
from cofactor.person.labs import ASSAYS
from cofactor.report import numbers, refusals
from cofactor.report.text import Text

Values = Mapping[str, object]

MAX_CHARACTERS = 1_000_000
"""Of a file that is pasted or sent: below the cap of a request, far above a laboratory's sheet."""


def read(content: bytes, values: Values, units: Mapping[str, str], dates: str, lang: str) -> dict[str, Any]:
    """What a file holds, beside the results that the case has. Raises :class:`InputError` where it cannot be read."""
    found = judged(content, parse_case(values), said=units, order=dates)
    refused = [*found.unreadable, *(j.problem for j in found.of(Verdict.REFUSED) if j.problem)]
    return {
        "taken": [_row(j, lang) for j in found.of(Verdict.TAKEN)],
        "asked": [_asked(j, lang) for j in found.of(Verdict.ASKED)],
        "said": _summary(found, lang),
        "refused": [refusals.told(str(p), lang) for p in refused],
    }


def _row(found: Judged, lang: str) -> dict[str, str]:
    assert found.result is not None
    result = found.result
    text = Text(lang)
    value = numbers.level(result.value, result.analyte, lang, both=True)
    day, what = numbers.day(result.date, lang), text(f"analyte.{result.analyte}")
    return {
        "date": result.date.isoformat(),
        "analyte": result.analyte,
        "value": f"{'' if result.operator == '=' else result.operator}{found.number:g}",
        "unit": found.unit,
        "said": text("labs.added", day=day, what=what, value=value),
    }


def _asked(found: Judged, lang: str) -> dict[str, Any]:
    """A result that waits for a word about its unit, with the units it may have."""
    problem = found.problem
    assert problem is not None
    analyte = problem.got.split()[0]
    return {
        "analyte": analyte,
        "name": Text(lang)(f"analyte.{analyte}"),
        "units": list(ASSAYS[analyte].units),
        "problem": refusals.problem_in(problem, lang).as_dict(),
    }


def _summary(found: LabImport, lang: str) -> list[str]:
    text = Text(lang)
    counts = {"added": Verdict.TAKEN, "known": Verdict.KNOWN}
    shown = {name: str(len(found.of(verdict))) for name, verdict in counts.items()}
    lines = [text("desk.labs.read", **shown, left=str(len(found.open)))]
    lines += [text("labs.not_read", name=name) for name in found.not_read]
    return lines + [text(f"labs.aside.{r.value}", count=str(n)) for r, n in sorted(found.aside.items())]
