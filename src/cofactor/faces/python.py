"""The Python interface: what ``import cofactor`` offers beside reading a case."""

from __future__ import annotations

from collections.abc import Sequence

from cofactor.assess.forecast import forecast as _forecast
from cofactor.assess.types import Band, StatusRow
from cofactor.assess.update import SHOWN, posterior
from cofactor.person.case import parse_dose
from cofactor.person.types import Case
from cofactor.report.bibtex import bibtex
from cofactor.report.build import build
from cofactor.report.document import Document, plan
from cofactor.report.types import Report

__all__ = ["Document", "cite", "forecast", "plan", "status"]


def status(case: Case, *, seed: int = 1) -> tuple[StatusRow, ...]:
    """Where a person stands: a row per intake (per day) and per level, each with every body that names a value."""
    return build(case, seed).status


def forecast(case: Case, days: float = 365, *, add: Sequence[str] = (), seed: int = 1) -> tuple[Band, ...]:
    """Bands of every level for ``days`` from today: ``now`` as things are and, with doses to ``add``, ``plan``.

    A dose is one line: ``"vitamin_d D3 2000 IU daily at dinner"``. Raises :class:`cofactor.InputError` for one that
    cannot be read. A simulation is no plan: gates speak in :func:`plan`.
    """
    return _forecast(posterior(case, seed, SHOWN), days, [parse_dose(text, today=case.today) for text in add])


def cite(of: Report) -> str:
    """The sources of a plan as BibTeX: of its targets, limits, gates, readings and foods."""
    return bibtex(of.sources)
