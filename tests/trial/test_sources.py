"""The sources of a trial: complete by the code that reads them, narrowed by the design, in the manifest."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest
from click.testing import CliRunner

from cofactor.faces.cli import main
from cofactor.facts.read import read_table
from cofactor.facts.types import Covariate
from cofactor.trial.design import parse_trial
from cofactor.trial.run import run_trial
from cofactor.trial.sources import USED, sources

TRIAL = """trial: 1
name: small
population: {people: 16, seed: 3, latitude: 52}
start: 2026-10-15
arms:
  - {name: none}
  - {name: oxide, give: [{nutrient: magnesium, form: oxide, amount: 300 mg, every: day}]}
weeks: 2
observe: {outcomes: [25OHD], weeks: [2]}
"""


def texts(trial):
    return {source.text for source in sources(parse_trial(trial))}


def test_every_row_that_the_code_reads_is_named():
    read = set()
    for path in files("cofactor.trial").iterdir():
        if path.name.endswith(".py"):
            said = re.findall(r'covariate(?:_log_sd)?\((f?)"([^"]+)"\)', path.read_text(encoding="utf-8"))
            read |= {name for formatted, name in said if not formatted}
    table = {row.id for row in read_table(Covariate, "covariates")}
    assert read <= set(USED) <= table
    assert set(USED) - read == {"study_supply", "study_clearance"}  # read by f"study_{...}"


def test_what_is_given_and_where_decides_what_is_cited():
    found = texts(TRIAL)
    assert any("Firoz 2001" in text for text in found)  # the form: oxide
    assert any("TEMIS" in text for text in found)  # the sun
    dark = texts(TRIAL.replace("latitude: 52", "latitude: 52, sun: none"))
    assert not any("TEMIS" in text for text in dark)
    plain = texts(TRIAL.replace("oxide", "citrate"))
    assert not any("Firoz 2001" in text for text in plain)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    run_trial(parse_trial(TRIAL), folder)
    return folder


def test_a_run_names_its_sources(run):
    rows = json.loads((run / "manifest.json").read_text(encoding="utf-8"))["sources"]
    assert {row["text"] for row in rows} == texts(TRIAL)


def test_cite_takes_a_case_a_trial_file_or_a_run(run, tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(TRIAL, encoding="utf-8")
    of_file, of_run = (CliRunner().invoke(main, ["cite", str(path)]) for path in (file, run))
    assert of_file.exit_code == of_run.exit_code == 0
    assert of_file.output == of_run.output
    assert "10.1093/ajcn/73.2.288" in of_file.output  # Vieth 2001, one of the trials behind the constants
    listed = json.loads(CliRunner().invoke(main, ["cite", str(run), "--json"]).output)["sources"]
    assert {"text", "known", "detail"} == listed[0].keys()


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    shown = CliRunner().invoke(main, ["cite", str(tmp_path)])
    assert shown.exit_code == 2
    assert "manifest.json" in shown.stderr
