"""Models of users beside the server: compiled once, run like the command, and neither hanging nor ending the server."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from click.testing import CliRunner

from cofactor.engine.run_model import Request, run_given
from cofactor.engine.user_model import LARGEST_FILE, compile_model
from cofactor.errors import InputError, ModelError
from cofactor.faces.cli import main
from cofactor.faces.workbench import models as module
from cofactor.faces.workbench.models import MOST_CHILDREN, MOST_MODELS, Models, NoModelError, Run

ORAL = """model oral
  gut = 100; blood = 0; ka = 1.2; ke = 0.3
  gut' = -ka*gut
  blood' = ka*gut - ke*blood
end
"""


@pytest.fixture(scope="module")
def models():
    found = Models()
    yield found
    found.close()


@pytest.fixture(scope="module")
def oral(models):
    return models.add(ORAL, "oral.ant")


def bateman(t, dose=100.0, ka=1.2, ke=0.3):
    """The closed form of one compartment with absorption (Bateman 1910)."""
    return dose * ka / (ka - ke) * (np.exp(-ke * t) - np.exp(-ka * t))


def test_a_model_is_described_by_its_names_and_values(oral):
    assert (oral.name, oral.outcomes) == ("oral", ("gut", "blood"))
    assert oral.states == {"gut": 100, "blood": 0}
    assert oral.constants == {"ka": 1.2, "ke": 0.3}
    assert compile_model(oral.sbml, is_sbml=True).program.states == ("gut", "blood")


def test_sliders_give_what_the_closed_form_says(models, oral):
    for settings in ({}, {"ka": 2.5}, {"gut": 40.0, "ke": 0.1}):
        found = models.run(oral.id, Run(settings, 24.0, 0.5))
        known = {"dose": settings.get("gut", 100.0), **{k: v for k, v in settings.items() if k != "gut"}}
        assert found.columns["blood"] == pytest.approx(bateman(found.times, **known), rel=1e-4, abs=1e-4)


def test_a_run_is_that_of_the_command(models, oral, tmp_path):
    path = tmp_path / "oral.ant"
    path.write_text(ORAL, encoding="utf-8")
    args = ["--model", str(path), "--set", "ka=2", "--until", "12", "--outputs", "blood", "--json"]
    printed = json.loads(CliRunner().invoke(main, ["simulate", *args]).stdout)
    assert models.run(oral.id, Run({"ka": 2.0}, 12.0, None, ("blood",))).as_dict() == printed


def test_sbml_is_read_by_its_name(models, oral):
    again = models.add(oral.sbml, "oral.XML")
    assert again.constants == oral.constants


def test_a_slider_is_answered_in_the_time_of_a_frame(models, oral):
    models.run(oral.id, Run())
    taken = []
    for step in range(20):
        begun = time.perf_counter()
        models.run(oral.id, Run({"ka": 1 + step / 10}))
        taken.append(time.perf_counter() - begun)
    assert np.median(taken) < 0.03


@pytest.mark.parametrize(
    ("text", "file", "said"),
    [
        ("not a model", "x.ant", "cannot be read"),
        ("model m\n x = 1; x' = -x\n at (time > 2): x = 3\nend", "x.ant", "events"),
        ("model m\n x = 1\nend", "x.ant", "no state"),
        ('import "/etc/passwd"\n', "x.ant", "import"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><sbml/>', "x.xml", "entity"),
        ("x" * (LARGEST_FILE + 1), "x.ant", "bytes"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(models, text, file, said):
    with pytest.raises(InputError, match=said):
        models.add(text, file)


def test_settings_are_refused_by_our_fields_all_at_once(models, oral):
    with pytest.raises(InputError) as refused:
        models.run(oral.id, Run({"kb": 1.0}, -1.0, None, ("bloood",)))
    assert [p.where for p in refused.value.problems] == ["settings", "outputs", "until"]
    with pytest.raises(InputError, match="numbers"):
        models.run(oral.id, Run({}, 1e9, 1.0))
    with pytest.raises(InputError, match="runs away"):
        models.run(models.add("model e\n x = 1; x' = x*x\nend", "e.ant").id, Run({}, 10.0))


def test_a_model_that_takes_too_long_is_ended_and_others_answer(models, oral, monkeypatch):
    monkeypatch.setattr(module, "COMPILE_SECONDS", 1.5)
    names = range(150)
    products = "\n".join(f"x{i} = 1; x{i}' = " + " + ".join(f"x{(i * j) % 150}*x{j}" for j in names) for i in names)
    begun = time.monotonic()
    with pytest.raises(InputError, match="within 1"):
        models.add(f"model big\n{products}\nend", "big.ant")
    assert time.monotonic() - begun < 5
    assert models.run(oral.id, Run()).columns["blood"].max() > 0


def test_a_process_that_dies_is_started_anew(models, oral):
    before = models.run(oral.id, Run()).as_dict()
    models._children[oral.id]._child._process.kill()
    models._children[oral.id]._child._process.wait()
    assert models.run(oral.id, Run()).as_dict() == before


def test_the_child_cannot_take_more_memory_than_its_limit(monkeypatch):
    """A limit that the compilation does not fit into, set as the child sets its own."""
    from cofactor.faces.workbench import child

    popen = child.subprocess.Popen
    code = (
        "import sys; sys.argv = ['inside', 'model']\n"
        "from cofactor.faces.workbench import inside\n"
        "inside.MOST_MEMORY = 300 * 1024**2\n"
        "inside.main()\n"
    )
    monkeypatch.setattr(child.subprocess, "Popen", lambda command, **keys: popen([command[0], "-c", code], **keys))
    found = Models()
    with pytest.raises(InputError, match="memory"):
        found.add(ORAL, "oral.ant")
    found.close()


def test_tools_that_are_missing_are_told_apart_from_a_model_that_cannot_be_used(monkeypatch):
    from cofactor.faces.workbench import child

    popen = child.subprocess.Popen
    code = (
        "import sys; sys.argv = ['inside', 'model']\n"
        "from cofactor.engine import user_model\n"
        "user_model.TOOLS = {'no_such_module': 'a-package'}\n"
        "from cofactor.faces.workbench import inside\n"
        "inside.main()\n"
    )
    monkeypatch.setattr(child.subprocess, "Popen", lambda command, **keys: popen([command[0], "-c", code], **keys))
    found = Models()
    with pytest.raises(ModelError, match="a-package must be installed"):
        found.add(ORAL, "oral.ant")
    found.close()


def test_a_bounded_number_is_kept_and_the_longest_rested_goes(monkeypatch):
    class Fake:
        def __init__(self, *_):
            self.closed = False

        def begin(self):
            return {"model": "m", "sbml": "", "states": [], "constants": [], "outcomes": []}

        def run(self, _message):
            return {"model": "m", "times": [0.0], "values": {}}

        def close(self):
            self.closed = True

    monkeypatch.setattr(module, "_Served", Fake)
    found = Models()
    ids = [found.add("m", "m.ant").id for _ in range(MOST_MODELS)]
    assert list(found._children) == ids[-MOST_CHILDREN:]
    found.find(ids[0])
    found.add("m", "m.ant")
    with pytest.raises(NoModelError):
        found.find(ids[1])
    assert found.run(ids[0], Run()).model == "m"
    assert len(found._children) == MOST_CHILDREN


def test_the_same_request_is_refused_alike_for_the_human():
    from cofactor.engine.generate import human
    from cofactor.engine.user_model import UserModel

    model = UserModel(human())
    found = Run({}, 10.0, 1.0, ("D25",)).of(model)
    assert found.as_dict() == run_given(model, Request(None, (), 10.0, 1.0, "D25")).as_dict()
    with pytest.raises(InputError, match="numbers"):
        Run({}, 1e7, 1.0).of(model)
