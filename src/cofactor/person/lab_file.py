"""A laboratory's file into a case file: read, judged, written whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cofactor.errors import InputError, Problem
from cofactor.files import read_whole, write_whole
from cofactor.person import case_edit, fhir, lab_csv, labs
from cofactor.person.case import load_case, parse_case
from cofactor.person.lab_import import Judged, Verdict, judge_all
from cofactor.person.lab_sheet import Aside, Sheet
from cofactor.person.types import Case
from cofactor.said import Said

MAX_BYTES = 4 * fhir.MAX_CHARACTERS
_CASE = Said("a case file")


@dataclass(frozen=True, slots=True)
class LabImport:
    """What became of a laboratory's file. ``judged`` in order of the sample's day."""

    judged: tuple[Judged, ...]
    unreadable: tuple[Problem, ...]
    aside: Mapping[Aside, int]
    not_read: tuple[str, ...]  # tests that sound like ours under a code that is not

    @property
    def open(self) -> tuple[Problem, ...]:
        """Everything that was not taken and is not known: what could not be read, then what was refused or asked."""
        return (*self.unreadable, *(j.problem for j in self.judged if j.problem is not None))

    def of(self, verdict: Verdict) -> tuple[Judged, ...]:
        """The readings of one verdict."""
        return tuple(j for j in self.judged if j.verdict is verdict)


def import_labs(
    source: Path, into: Path, *, said: Mapping[str, str] | None = None, order: str = "", skip: bool = False
) -> LabImport:
    """Add the results of ``source`` (FHIR R4 JSON or CSV) to the case file ``into``.

    ``said`` are units by analyte as the laboratory's sheet prints them; ``order`` (``dmy``, ``mdy``) tells how dates
    with slashes are written. Where anything is refused or asked about nothing is written and :class:`InputError` lists
    it all, unless ``skip`` leaves those results out.
    """
    before = read_whole(into, MAX_BYTES, _CASE)
    case = load_case(into)
    found = judged(read_whole(source, MAX_BYTES, Said("a file of results")), case, said=said, order=order)
    if found.open and not skip:
        raise InputError(found.open)
    text = before.decode("utf-8-sig")
    new = case_edit.with_labs(text, map(_entry, found.of(Verdict.TAKEN)))
    if new != text:
        parse_case(new, today=case.today, folder=into.parent)
        if read_whole(into, MAX_BYTES, _CASE) != before:
            do = Said("Another program wrote to it meanwhile: import again.")
            expected = (Said("the file as it was read"),)
            raise InputError([Problem(into.name, Said("a file that changed"), expected, do)])
        mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
        write_whole(into, mark + new.encode(), mode=into.stat().st_mode & 0o777)
    return found


def judged(content: bytes, case: Case, *, said: Mapping[str, str] | None = None, order: str = "") -> LabImport:
    """What a laboratory's file holds, judged beside a case; nothing is written. Words as in :func:`import_labs`."""
    sheet = _read(content, order)
    return LabImport(
        judge_all(sheet.readings, case, _settled(said or {})),
        tuple(sheet.problems),
        Counter(sheet.aside),
        tuple(dict.fromkeys(sheet.not_read)),
    )


def _read(content: bytes, order: str) -> Sheet:
    text = lab_csv.decode(content)
    if text.lstrip()[:1] in ("{", "["):
        return fhir.read(text)
    if text.lstrip()[:1] == "<":
        do = Said("FHIR is read as JSON: export it in that format, or as CSV.")
        raise InputError([Problem(Said("file"), "XML", (Said("FHIR JSON"), "CSV"), do)])
    return lab_csv.read(text, lab_csv.Order(order) if order else None)


def _settled(said: Mapping[str, str]) -> dict[str, str]:
    """Units that the user vouches for, by analyte; refused by name where either is unknown."""
    problems, found = [], {}
    for name, unit in said.items():
        analyte = labs.called(name)
        if analyte is None:
            do = Said("Write the id of an analyte, such as 25OHD.")
            problems.append(Problem("--unit", name, tuple(labs.ASSAYS), do))
        elif not labs.accepts(analyte, unit):
            do = Said("Use one of those units.")
            problems.append(Problem("--unit", f"{name}={unit}", labs.ASSAYS[analyte].units, do))
        else:
            found[analyte] = labs.accept_unit(analyte, unit)
    if problems:
        raise InputError(problems)
    return found


def _entry(judged: Judged) -> case_edit.Entry:
    assert judged.result is not None
    result = judged.result
    return case_edit.entry(result.date.isoformat(), result.analyte, judged.number, result.operator, judged.unit)
