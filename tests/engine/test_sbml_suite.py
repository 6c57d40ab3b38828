"""The harness for the SBML test suite, on cases made here: right or refused, never silently wrong, and able to fail."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import sbml_cases  # noqa: E402
import sbml_suite  # noqa: E402

CASES, SEED = 48, 3


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("semantic")
    return folder, sbml_cases.write_cases(folder, CASES, SEED)


@pytest.fixture(scope="module")
def score(made):
    return sbml_suite.study(made[0])


def test_what_we_understand_is_right_and_everything_else_is_refused(made, score):
    inside = {name for name, is_inside in made[1].items() if is_inside}
    assert score.wrong == []
    assert set(score.right) == inside
    assert set(score.refused) == set(made[1]) - inside
    assert set(score.tags) >= set(sbml_cases.OUTSIDE)


def test_a_refusal_names_what_the_case_is_about(made, score):
    named = {
        "EventNoDelay": "events",
        "NonConstantCompartment": "whose size may jump",
    }
    assert set(named) == set(sbml_cases.OUTSIDE)
    for name, reason in score.refused.items():
        case = sbml_suite.Case(made[0] / name)
        assert any(words in reason for tag, words in named.items() if tag in case.tags)


def test_both_levels_of_a_case_are_run(made):
    both = [case for case in sbml_suite.cases(made[0]) if len(case.models) == 2]
    assert len(both) >= CASES / 5
    assert all("l3" in case.models[0].name and "l2" in case.models[1].name for case in both)


def test_the_judge_finds_answers_that_are_wrong_by_a_percent(score):
    assert score.tried[0.01] >= CASES / 2
    for fault, share in sbml_suite.WANTED.items():
        assert score.share(fault) >= share


def test_the_judge_gives_each_tolerance_its_own_place(made):
    """Absolute plus relative times the expected value, and not the other way round."""
    case = next(iter(sbml_suite.cases(made[0])))
    largest = np.abs(case.expected).max()
    assert case.right(case.expected + 0.9 * sbml_cases.ABSOLUTE)
    assert not case.right(case.expected + 1.1 * (sbml_cases.ABSOLUTE + sbml_cases.RELATIVE * largest))
    assert not case.right(np.full_like(case.expected, np.nan))
    assert not case.right(np.zeros_like(case.expected))


def test_a_wrong_answer_is_reported_and_the_command_fails(tmp_path, made):
    name = next(name for name, is_inside in made[1].items() if is_inside)
    folder = tmp_path / name
    folder.mkdir()
    for file in (made[0] / name).iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    results = folder / f"{name}-results.csv"
    header, *rows = results.read_text(encoding="utf-8").splitlines()
    cells = [row.split(",") for row in rows]
    for row in cells:
        row[1] = str(float(row[1]) * 1.01 + 1e-3)
    results.write_text("\n".join([header, *(",".join(row) for row in cells)]) + "\n", encoding="utf-8")
    env = {"SBML_CASES": str(tmp_path), "PYTHONPATH": str(ROOT / "src"), "PATH": ""}
    command = [sys.executable, str(ROOT / "bench" / "sbml_suite.py")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert f"wrong: {name}" in done.stdout
    without = subprocess.run(command, env={**env, "SBML_CASES": ""}, capture_output=True, text=True, check=False)
    assert (without.returncode, without.stdout) == (2, "")
    assert "SBML_CASES" in without.stderr
