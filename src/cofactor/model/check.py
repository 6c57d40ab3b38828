"""Named checks of the human: text, tables, units, rest and conservation.

    python -m cofactor.model.check

asks all of them, prints every finding at once and exits with 1 if one is an error.
"""

from __future__ import annotations

import sys

from cofactor.facts.findings import Finding, Severity
from cofactor.model.findings import Subject
from cofactor.model.numeric_checks import NUMERIC_CHECKS
from cofactor.model.source import Human, human
from cofactor.model.text_checks import TEXT_CHECKS

__all__ = ["CHECKS", "Finding", "Severity", "check", "main"]

CHECKS = TEXT_CHECKS + NUMERIC_CHECKS


def check(source: Human | None = None) -> tuple[Finding, ...]:
    """Everything that all checks find in a human, the shipped one by default; empty if all is well."""
    subject = Subject(source or human())
    return tuple(finding for one in CHECKS for finding in one.findings(subject))


def main() -> int:
    """Print each check with what it found; 1 if anything is an error, else 0."""
    findings = check()
    for one in CHECKS:
        found = [finding for finding in findings if finding.check == one.name]
        sys.stdout.write(f"{'ok  ' if not found else 'FAIL' if _failed(found) else 'note'}  {one.name}\n")
        sys.stdout.writelines(f"      {each.severity}: {each.where}: {each.message}\n" for each in found)
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    sys.stdout.write(f"{len(CHECKS)} checks, {errors} errors, {len(findings) - errors} warnings\n")
    return 1 if errors else 0


def _failed(found: list[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in found)


if __name__ == "__main__":
    sys.exit(main())
