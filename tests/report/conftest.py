"""Shared by the tests of reports: every example as a report, built once, other cases, and what no sentence may say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cofactor.person.case import load_case
from cofactor.person.types import Case
from cofactor.report.build import build

Written = Callable[..., Case]

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


@pytest.fixture(scope="session")
def reports():
    """A report of every example case, by the name of its file."""
    return {path.stem: build(load_case(path)) for path in EXAMPLES}


@pytest.fixture(scope="session")
def banned() -> dict[str, str]:
    """Safety rules, section 5: what no text of the product says of a nutrient or of a person, by language."""
    return {
        "en": r"\b(you are deficient|safe|safely|optimal|boosts?|detox|supports?|helps?|prevents?|treats?|corrects)\b",
        "fr": r"\b(vous êtes carencée?|sans danger|sûre?s?|optimale?s?|booste|détox|soutien(?:t|nent)|prévien(?:t|nent)"
        r"|corrige(?:nt)?|traite(?:nt)?|guéri(?:t|ssent)|améliore(?:nt)?)\b",
    }


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A case from its person and the other keys as YAML: ``written("sex: male, age: 12, weight: 40 kg")``."""

    def write(person: str, *more: str, place: str = "{latitude: 48.9, country: FR}") -> Case:
        file = tmp_path / "case.yaml"
        lines = ["cofactor: 1", f"person: {{{person}}}", f"place: {place}", *more, "today: 2026-11-22"]
        file.write_text("\n".join(lines), encoding="utf-8")
        return load_case(file)

    return write
