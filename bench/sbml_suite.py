"""Our reading and solving of SBML against the SBML semantic test suite, which lies beside the project, never in it.

Run `SBML_CASES=/path/to/cases/semantic python bench/sbml_suite.py`. Each case gives a model, what to report and the
right values with the tolerances they are judged by. A case of another kind than ours is refused, and the refusals are
counted by reason; what is not refused must be right in its newest and in its oldest level of SBML. The judge is judged
too: every right answer is changed by 1 % and by 0.1 %, and must then be found wrong.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from cofactor.engine.solve import Tolerance
from cofactor.engine.user_model import UserModel, compile_model
from cofactor.errors import EngineError, ModelError

TOLERANCES = (1e-9, 1e-7)  # the second for models that jump: no step across a jump is as accurate as the first
FAULTS = (0.01, 0.001)  # relative changes that the judge is tried on
WANTED = {0.01: 0.99, 0.001: 0.85}
"""Shares of wrong answers that the judge must find: with tolerances swapped it found 72 % and 38 % (as measured on one
simulator's own harness), so the bars tell a right judge from a careless one."""


@dataclass(frozen=True)
class Case:
    """One case: ``folder`` is named by its number and holds ``NUMBER-settings.txt``, ``-results.csv``, ``-model.m``."""

    folder: Path

    @property
    def name(self) -> str:
        """Its number."""
        return self.folder.name

    def _text(self, ending: str) -> str:
        return (self.folder / f"{self.name}-{ending}").read_text(encoding="utf-8", errors="replace")

    @cached_property
    def settings(self) -> dict[str, str]:
        """What to run and to report."""
        pairs = (line.partition(":") for line in self._text("settings.txt").splitlines())
        return {key.strip(): value.strip() for key, _, value in pairs}

    def names(self, key: str) -> tuple[str, ...]:
        """A list among the settings."""
        return tuple(name.strip() for name in self.settings.get(key, "").split(",") if name.strip())

    @cached_property
    def times(self) -> np.ndarray:
        """Times to report, evenly spaced."""
        start, duration = float(self.settings["start"]), float(self.settings["duration"])
        return start + np.linspace(0.0, duration, int(self.settings["steps"]) + 1)

    @cached_property
    def expected(self) -> np.ndarray:
        """The right values, shape (times, variables)."""
        rows = list(csv.reader(self._text("results.csv").splitlines()))
        columns = {name.strip(): i for i, name in enumerate(rows[0])}
        body = [[float(row[columns[name]]) for name in self.names("variables")] for row in rows[1:] if row]
        return np.array(body)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """What the case is about, in the words of the suite."""
        found = re.findall(r"^(?:componentTags|testTags|packagesPresent):(.*)$", self._text("model.m"), re.MULTILINE)
        return tuple(sorted({tag.strip() for line in found for tag in line.split(",") if tag.strip()}))

    @cached_property
    def kind(self) -> str:
        """``TimeCourse``, or another kind of test."""
        found = re.search(r"^testType:\s*(\w+)", self._text("model.m"), re.MULTILINE)
        return found[1] if found else "TimeCourse"

    @property
    def models(self) -> tuple[Path, ...]:
        """The model in its newest and its oldest level, or in the only one."""
        found = sorted(self.folder.glob(f"{self.name}-sbml-l*v*.xml"))
        return (found[-1], found[0]) if len(found) > 1 else tuple(found)

    def right(self, values: np.ndarray) -> bool:
        """The suite's own rule: within the absolute plus the relative tolerance of every expected value."""
        allowed = float(self.settings["absolute"]) + float(self.settings["relative"]) * np.abs(self.expected)
        with np.errstate(invalid="ignore"):
            near = np.abs(values - self.expected) <= allowed
        return bool((near | (values == self.expected) | (np.isnan(values) & np.isnan(self.expected))).all())


def cases(folder: Path) -> Iterator[Case]:
    """Every case below a folder, by number."""
    for settings in sorted(folder.glob("*/*-settings.txt")):
        yield Case(settings.parent)


# ---------------------------------------------------------------------------------------------------------- running


class RefusedError(Exception):
    """A case that is not for us, and why."""


def run(case: Case, path: Path) -> np.ndarray:
    """What we answer, shape (times, variables). Raises :class:`RefusedError`."""
    if case.kind != "TimeCourse":
        raise RefusedError(f"a test of kind {case.kind}")
    text = path.read_text(encoding="utf-8")
    try:
        model = compile_model(text, is_sbml=True)
    except ModelError as error:
        raise RefusedError("; ".join(error.faults)) from None
    unknown = [n for n in case.names("variables") if n not in model.outcomes and n not in model.program.constants]
    if unknown:
        raise RefusedError("an output that is not a quantity of the model")
    measures = _measures(text, case)
    sizes = {size for size, _ in measures.values()}
    moving = [n for n in {*case.names("variables"), *sizes} if n in model.outcomes]
    columns = dict(zip(moving, solved(model, case.times, moving), strict=True))
    constants = model.program.parameters()[0]
    columns |= {n: np.full(len(case.times), constants[model.program.index[n]]) for n in model.program.constants}
    for name, (size, power) in measures.items():
        columns[name] = columns[name] * columns[size] ** power
    return np.stack([columns[name] for name in case.names("variables")], axis=1)


def solved(model: UserModel, times: np.ndarray, names: list[str]) -> np.ndarray:
    """Values (names, times), at the tightest tolerance the model bears. Raises :class:`RefusedError`."""
    if not names:
        return np.zeros((0, len(times)))
    for relative in TOLERANCES:
        try:
            found = model.run(times, names, tolerance=Tolerance(relative))
        except EngineError as error:
            reason = str(error)
            continue
        return found.values[0].T
    raise RefusedError(re.sub(r"'[^']*'|\d[\d.e+-]*|: .*", "", reason).strip())


def _measures(text: str, case: Case) -> dict[str, tuple[str, int]]:
    """Species reported in another measure than the model keeps: compartment, and the power of its size."""
    import libsbml

    document = libsbml.readSBMLFromString(text)
    found = {}
    for species in document.getModel().getListOfSpecies():
        name, compartment = species.getId(), document.getModel().getCompartment(species.getCompartment())
        if compartment.getSpatialDimensionsAsDouble() == 0 and not compartment.isSetSize():
            continue  # a point: what is there is an amount in every measure
        if name in case.names("amount") and not species.getHasOnlySubstanceUnits():
            found[name] = compartment.getId(), 1
        elif name in case.names("concentration") and species.getHasOnlySubstanceUnits():
            found[name] = compartment.getId(), -1
    return found


# ---------------------------------------------------------------------------------------------------------- judging


@dataclass
class Score:
    """What came of the cases. ``wrong`` must stay empty."""

    right: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    tags: Counter[str] = field(default_factory=Counter)  # of refused cases
    passed_tags: Counter[str] = field(default_factory=Counter)
    caught: Counter[float] = field(default_factory=Counter)
    tried: Counter[float] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def cases(self) -> int:
        """How many there were."""
        return len(self.right) + len(self.refused) + len(self.wrong)

    def share(self, fault: float) -> float:
        """Of wrong answers, the share that the judge found."""
        return self.caught[fault] / max(1, self.tried[fault])


def study(folder: Path, only: Iterable[str] = ()) -> Score:
    """Run every case below a folder, or those named."""
    score, begin, wanted = Score(), time.perf_counter(), set(only)
    for case in cases(folder):
        if wanted and case.name not in wanted:
            continue
        _one(case, score)
    score.seconds = time.perf_counter() - begin
    return score


def _one(case: Case, score: Score) -> None:
    try:
        answers = [run(case, path) for path in case.models]
    except RefusedError as refusal:
        score.refused[case.name] = str(refusal)
        score.tags.update(case.tags)
        return
    if not answers or not all(case.right(values) for values in answers):
        score.wrong.append(case.name)
        return
    score.right.append(case.name)
    score.passed_tags.update(case.tags)
    _try_the_judge(case, score)


def _try_the_judge(case: Case, score: Score) -> None:
    """A result that is wrong by a known part must be found wrong. One that is zero throughout cannot be so changed."""
    if not np.abs(case.expected).max(initial=0.0) > 0:
        return
    for fault in FAULTS:
        score.tried[fault] += 1
        score.caught[fault] += not case.right(case.expected * (1 + fault))


def report(score: Score) -> str:
    """The score in words."""
    lines = [
        f"{len(score.right)} right, {len(score.refused)} refused, {len(score.wrong)} wrong "
        f"of {score.cases} cases in {score.seconds:.0f} s"
    ]
    reasons = Counter(reason for text in score.refused.values() for reason in {_reason(t) for t in text.split("; ")})
    lines += [f"  refused {count:5d}  {reason}" for reason, count in reasons.most_common()]
    never = sorted(tag for tag in score.tags if tag not in score.passed_tags)
    lines.append("tags of which no case is ours: " + (", ".join(never) or "none"))
    lines += [f"wrong: {name}" for name in score.wrong]
    lines += [f"judge: {score.share(f):.1%} of answers wrong by {f:.1%} found wrong" for f in FAULTS]
    return "\n".join(lines)


def _reason(text: str) -> str:
    """A reason without the names and numbers of one model."""
    text = re.sub(r"^\d+ ", "", re.sub(r"'[^']*'", "…", text))
    return re.sub(r"(no value is given for|not supported in a formula: \w+|cannot be read).*", r"\1", text)


def main() -> int:
    """Print the score; 1 where an answer is wrong or the judge is blind, 2 without the suite."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", help="numbers of cases; by default all")
    given = parser.parse_args()
    folder = Path(os.environ.get("SBML_CASES", ""))
    if not os.environ.get("SBML_CASES") or not any(cases(folder)):
        sys.stderr.write("Set SBML_CASES to the folder cases/semantic of the SBML test suite.\n")
        return 2
    score = study(folder, given.only)
    sys.stdout.write(report(score) + "\n")
    blind = any(score.tried[f] and score.share(f) < share for f, share in WANTED.items())
    return 1 if score.wrong or blind else 0


if __name__ == "__main__":
    raise SystemExit(main())
