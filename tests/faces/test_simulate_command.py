"""``cofactor simulate``: a model in, a table out; everything wrong with a request said at once."""

import csv
import io
import json

import numpy as np
import pytest
from click.testing import CliRunner

from cofactor.faces.cli import main

DECAY = "k = 0.5; x = 8; x' = -k*x; half := x/2"


@pytest.fixture
def simulate(tmp_path):
    (tmp_path / "decay.ant").write_text(DECAY, encoding="utf-8")

    def run(*arguments):
        return CliRunner().invoke(main, ["simulate", *[a.replace("@", f"{tmp_path}/") for a in arguments]])

    return run


def table(text):
    header, *rows = csv.reader(io.StringIO(text))
    return header, np.array(rows, float)


def test_a_model_comes_back_as_a_table(simulate):
    done = simulate("--model", "@decay.ant", "--set", "k=1", "--set", "x=4", "--until", "2", "--outputs", "half,x")
    assert done.exit_code == 0, done.stderr
    header, rows = table(done.stdout)
    assert header == ["time", "half", "x"]
    assert len(rows) == 101
    np.testing.assert_allclose(rows[:, 2], 4 * np.exp(-rows[:, 0]), rtol=1e-5)
    np.testing.assert_allclose(rows[:, 1], rows[:, 2] / 2, rtol=1e-9)


def test_json_and_a_file(simulate, tmp_path):
    done = simulate("--model", "@decay.ant", "--until", "1", "--every", "0.4", "--json", "--out", "@x.csv")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["times"] == pytest.approx([0, 0.4, 0.8, 1.0])
    assert found["values"]["x"] == pytest.approx([8 * np.exp(-0.5 * t) for t in found["times"]], rel=1e-5)
    assert table((tmp_path / "x.csv").read_text(encoding="utf-8"))[1][:, 1] == pytest.approx(
        found["values"]["x"], rel=1e-9
    )


def test_without_a_model_it_is_the_reference_adult(simulate):
    done = simulate("--set", "in_D3=2000", "--days", "182", "--outputs", "C25D3")
    assert done.exit_code == 0, done.stderr
    _, rows = table(done.stdout)
    assert rows[0, 1] == 50.0  # nmol/L: the reference adult
    assert 70 < rows[-1, 1] < 130  # 2000 IU a day for half a year: between the leanest and the best published responses


def test_everything_wrong_is_said_at_once_and_nothing_written(simulate, tmp_path):
    settings = ("--set", "kk=1", "--set", "k=much", "--outputs", "y")
    wrong = ("--until", "-1", "--tolerance", "5", "--out", "@x.csv")
    done = simulate("--model", "@decay.ant", *settings, *wrong)
    assert done.exit_code == 2
    lines = done.stderr.strip().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["--set", "--set", "--outputs", "--until", "--tolerance"]
    assert "'kk'" in lines[0]
    assert "expected k" in lines[0]
    assert not (tmp_path / "x.csv").exists()


def test_a_model_that_is_not_understood_exits_with_2(simulate, tmp_path):
    (tmp_path / "event.ant").write_text(DECAY + "; at (x < 1): x = 8", encoding="utf-8")
    done = simulate("--model", "@event.ant", "--json")
    assert done.exit_code == 2
    (problem,) = json.loads(done.stderr)["problems"]
    assert problem["where"].endswith("event.ant")
    assert "events" in problem["got"]


def test_a_missing_file_is_said_plainly(simulate):
    done = simulate("--model", "@none.ant")
    assert done.exit_code == 2
    assert "none.ant" in done.stderr


def test_a_run_that_cannot_be_finished_exits_with_2_and_says_when(simulate, tmp_path):
    (tmp_path / "burst.ant").write_text("x = 1; x' = x^2", encoding="utf-8")
    done = simulate("--model", "@burst.ant", "--until", "2", "--every", "0.4")
    assert done.exit_code == 2
    assert "beyond time 0.8" in done.stderr
