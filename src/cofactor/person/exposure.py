"""The constants of sun and intake, read once from ``facts/tables/exposure.csv``.

Every number that :mod:`~cofactor.person.sun`, :mod:`~cofactor.person.habits` and :mod:`~cofactor.person.intake` use is
a row of that table, with its unit, its source and how well it is known. Identifiers are words joined by dots; a
family (``cloud.*``, ``skin_mix.FR.*``) is read with :func:`family`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cofactor.errors import FactsError
from cofactor.facts.types import Source, Trust

_COLUMNS = ["id", "value", "unit", "meaning", "trust", "source", "log_sd"]


@dataclass(frozen=True, slots=True)
class Constant:
    """One row: a value in ``unit`` with its meaning and source.

    ``log_sd`` is the standard deviation of its natural logarithm between people (of one person's habit for the rows
    that describe habits), or None where the table gives none.
    """

    id: str
    value: float
    unit: str
    meaning: str
    log_sd: float | None
    source: Source


@cache
def constants() -> dict[str, Constant]:
    """All rows by id, in the order of the table. Raises :class:`FactsError` naming every row that cannot be read."""
    with (files("cofactor.facts") / "tables" / "exposure.csv").open(encoding="utf-8") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != _COLUMNS:
            raise FactsError(f"exposure.csv: got columns {reader.fieldnames}; expected {_COLUMNS}")
        rows: dict[str, Constant] = {}
        problems: list[str] = []
        for line, row in enumerate(reader, start=2):
            try:
                constant = _constant(row)
            except ValueError as error:
                problems.append(f"line {line}: {error}")
                continue
            if constant.id in rows:
                problems.append(f"line {line}: {constant.id!r} stands twice")
            rows[constant.id] = constant
    if problems:
        raise FactsError("exposure.csv: " + "; ".join(problems))
    return rows


def _constant(row: dict[str, str]) -> Constant:
    missing = [name for name in ("id", "unit", "meaning", "source") if not row[name]]
    if missing:
        raise ValueError(f"{row['id'] or 'a row'} has no {', '.join(missing)}")
    return Constant(
        id=row["id"],
        value=float(row["value"]),
        unit=row["unit"],
        meaning=row["meaning"],
        log_sd=float(row["log_sd"]) if row["log_sd"] else None,
        source=Source(row["source"], Trust(row["trust"])),
    )


def constant(identifier: str) -> Constant:
    """Find the row of this id. Raises :class:`FactsError` where the table has none."""
    try:
        return constants()[identifier]
    except KeyError:
        raise FactsError(f"exposure.csv has no row {identifier!r}") from None


def value(identifier: str) -> float:
    """Return the value of a row, in the unit that its row names."""
    return constant(identifier).value


def log_sd(identifier: str) -> float:
    """Return the log standard deviation of a row. Raises :class:`FactsError` where the table gives none."""
    found = constant(identifier).log_sd
    if found is None:
        raise FactsError(f"exposure.csv gives no log_sd for {identifier!r}")
    return found


@cache
def family(prefix: str) -> dict[str, float]:
    """Values of all rows ``prefix.NAME`` by NAME (one level deep), in table order."""
    head = prefix + "."
    found = {
        name[len(head) :]: row.value
        for name, row in constants().items()
        if name.startswith(head) and "." not in name[len(head) :]
    }
    if not found:
        raise FactsError(f"exposure.csv has no rows {prefix}.*")
    return found
