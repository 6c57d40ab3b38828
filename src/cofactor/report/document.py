"""A report that can be written to files: what the Python interface and the commands hand out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from cofactor.files import write_whole
from cofactor.person.types import Case
from cofactor.report import calendar, terminal
from cofactor.report.build import build
from cofactor.report.result import result, to_text
from cofactor.report.types import Report

FILES = ("report.html", "result.json", "schedule.ics")
PDF = "report.pdf"
OWNER_ONLY, OWNER_ONLY_FOLDER = 0o600, 0o700
"""Modes of what is written: it holds health data, and nobody else on the machine may read it."""


@dataclass(frozen=True, eq=False)
class Document(Report):
    """A plan with its reasons, readable as text (``str``) and writable as files; ``lang`` is ``en`` or ``fr``."""

    def __str__(self) -> str:
        return self.summary()

    def summary(self, lang: str = "en") -> str:
        """What a person reads in the terminal."""
        return terminal.summary(self, lang)

    def to_html(self, path: str | Path, lang: str = "en") -> Path:
        """Write the page and return the path: one file that needs nothing else."""
        return write_whole(path, self.content("report.html", lang), OWNER_ONLY)

    def to_pdf(self, path: str | Path, lang: str = "en") -> Path:
        """Write the report on A4 and return the path. Raises :class:`InputError` without the extra ``pdf``."""
        return write_whole(path, self.content(PDF, lang), OWNER_ONLY)

    def to_json(self, path: str | Path, lang: str = "en") -> Path:
        """Write every number of the report and return the path."""
        return write_whole(path, self.content("result.json", lang), OWNER_ONLY)

    def to_ics(self, path: str | Path, lang: str = "en") -> Path:
        """Write the schedule for a calendar and return the path."""
        return write_whole(path, self.content("schedule.ics", lang), OWNER_ONLY)

    def to_folder(self, folder: str | Path, lang: str = "en", *, pdf: bool = False) -> tuple[Path, ...]:
        """Write ``report.html``, ``result.json`` and ``schedule.ics``, once all are made; return their paths.

        With ``pdf`` also ``report.pdf``.
        """
        contents = {name: self.content(name, lang) for name in ((*FILES, PDF) if pdf else FILES)}
        folder = Path(folder)
        folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        return tuple(write_whole(folder / name, content, OWNER_ONLY) for name, content in contents.items())

    def content(self, name: str, lang: str) -> str | bytes:
        """What one of :data:`FILES`, or the PDF, holds."""
        if name == "report.html":
            from cofactor.report.render import html

            return html(self, lang)
        if name == PDF:
            from cofactor.report.pdf import pdf

            return pdf(self, lang)
        return calendar.schedule(self, lang) if name == "schedule.ics" else to_text(result(self, lang))


def plan(case: Case, *, seed: int = 1) -> Document:
    """Plan for a case: status, forecast, gates, doses and schedule. The same case and seed give the same plan."""
    report = build(case, seed)
    return Document(**{field.name: getattr(report, field.name) for field in fields(Report)})
