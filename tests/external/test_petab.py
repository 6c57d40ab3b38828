"""The exported calibration problem: the linter of PEtab finds nothing, and another simulator meets the measurements."""

import warnings

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from cofactor.evidence.petab import export
from cofactor.faces.cli import main


@pytest.fixture(scope="module")
def problem(tmp_path_factory):
    """The problem as PEtab reads it. This release predates pandas 3: its text columns, and switches that will go."""
    import petab

    path = export(tmp_path_factory.mktemp("petab"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pd.options.future.infer_string = False
        found = petab.Problem.from_yaml(str(path))
        pd.options.future.infer_string = True
    return found


def test_the_linter_finds_no_error(problem):
    import petab

    assert petab.lint_problem(problem) is False


def test_libroadrunner_gives_what_was_measured_at_the_nominal_values(problem):
    """The arms as the format says them: at rest first, then the dose. Scored like any simulator of PEtab would."""
    import roadrunner

    from cofactor.model.compose import sbml

    nominal = problem.parameter_df["nominalValue"]
    model = roadrunner.RoadRunner(sbml())
    model.integrator.relative_tolerance, model.integrator.absolute_tolerance = 1e-9, 1e-11
    rows = problem.measurement_df[problem.measurement_df["observableId"] == "obs_D25"]
    off = []
    for _, row in rows.iterrows():
        model.resetAll()
        for condition, days in (
            (row["preequilibrationConditionId"], 4000.0),
            (row["simulationConditionId"], row["time"]),
        ):
            for name, value in problem.condition_df.loc[condition].items():
                model[name] = float(nominal[value] if isinstance(value, str) and value in nominal else value)
            if days:
                model.simulate(0, days, 2)
        off.append((model["D25"] - row["measurement"]) / float(row["noiseParameters"]))
    off = np.array(off)
    assert len(off) > 20
    assert np.abs(off[rows["time"] == 0]).max() < 0.2  # every arm starts at the level that was reported
    assert np.sqrt((off**2).mean()) < 1.6  # errors of the size that the noise says


def test_the_command_writes_the_folder(tmp_path):
    ran = CliRunner().invoke(main, ["export", "petab", str(tmp_path / "p"), "-q"])
    assert ran.exit_code == 0, ran.output
    assert sorted(p.name for p in (tmp_path / "p").iterdir()) == [
        "conditions.tsv", "human.xml", "measurements.tsv", "observables.tsv", "parameters.tsv", "problem.yaml",
    ]  # fmt: skip
