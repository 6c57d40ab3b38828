"""The named checks of the shipped tables. All problems are found at once.

``python -m cofactor.facts.checks`` prints them and exits with 1 where one is an error.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cofactor.facts import check_values, check_words
from cofactor.facts.findings import Finding, Severity
from cofactor.facts.load import Facts, load


@dataclass(frozen=True, slots=True)
class Check:
    """A named question to the tables. ``ask`` yields (where, message) for each thing that is wrong."""

    name: str
    severity: Severity
    ask: Callable[[Facts], Iterator[tuple[str, str]]]

    def findings(self, facts: Facts) -> list[Finding]:
        """All that is wrong, in the order of the tables."""
        return [Finding(self.name, self.severity, where, message) for where, message in self.ask(facts)]


def _named(ask: Callable[[Facts], Iterator[tuple[str, str]]], severity: Severity) -> Check:
    return Check(ask.__name__.replace("_", " "), severity, ask)


CHECKS: tuple[Check, ...] = (
    *(_named(ask, Severity.ERROR) for ask in (*check_words.CHECKS, *check_values.CHECKS)),
    *(_named(ask, Severity.WARNING) for ask in check_words.WARNINGS),
)


def check_all(facts: Facts | None = None) -> list[Finding]:
    """Everything that is wrong with ``facts`` (the shipped ones by default), errors first."""
    asked = load() if facts is None else facts
    found = [finding for check in CHECKS for finding in check.findings(asked)]
    return sorted(found, key=lambda finding: finding.severity is Severity.WARNING)


def main() -> int:
    """Print every finding and a count; 1 where there is an error."""
    found = check_all()
    for finding in found:
        print(finding)
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    print(f"{len(CHECKS)} checks: {errors} errors, {len(found) - errors} warnings")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
