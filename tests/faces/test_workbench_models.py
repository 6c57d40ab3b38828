"""Models of users beside the server: compiled once, run like the command, and neither hanging nor ending the server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pytest
from click.testing import CliRunner

from cofactor.engine.run_model import Request, run_given
from cofactor.engine.user_model import LARGEST_FILE, compile_model
from cofactor.errors import InputError, ModelError
from cofactor.faces.cli import main
from cofactor.faces.work import BusyError
from cofactor.faces.workbench import child as children
from cofactor.faces.workbench import models as module
from cofactor.faces.workbench.child import Child, LostError, Role
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

        def end(self):
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


class FakeChild:
    """A process that answers at once, or does what ``work`` does."""

    made: ClassVar[list[FakeChild]] = []
    work: ClassVar[Callable[[FakeChild], None]] = staticmethod(lambda _: None)

    def __init__(self, role):
        self.role, self.ended, self.closed, self.asked = role, threading.Event(), False, {}
        FakeChild.made.append(self)

    @property
    def alive(self):
        return not self.ended.is_set()

    def send(self, message):
        self.asked = message

    def receive(self, _seconds):
        FakeChild.work(self)
        if not self.alive:
            raise LostError
        if "text" in self.asked:
            return {"model": "m", "sbml": "", "states": [], "constants": [], "outcomes": []}
        return {"model": "m", "times": [0.0], "values": {}}

    def end(self):
        self.ended.set()

    def close(self):
        self.end()
        self.closed = True


@pytest.fixture
def fakes(monkeypatch):
    """Models whose processes are fakes; ``FakeChild.made`` lists them."""
    monkeypatch.setattr(FakeChild, "made", [])
    monkeypatch.setattr(FakeChild, "work", staticmethod(lambda _: None))
    monkeypatch.setattr(module, "Child", FakeChild)
    found = Models()
    yield found
    found.close()
    assert all(child.closed for child in FakeChild.made)


class Slow:
    """Runs that wait until they are let go, or ended."""

    def __init__(self):
        self.begun, self.go = threading.Semaphore(0), threading.Event()

    def __call__(self, child):
        if "text" not in child.asked:
            self.begun.release()
            while not self.go.wait(0.005) and child.alive:
                pass


class Asking(threading.Thread):
    """A run on a thread of its own, and what came of it."""

    def __init__(self, models, id_):
        super().__init__()
        self.models, self.id, self.found = models, id_, None
        self.start()

    def run(self):
        try:
            self.found = self.models.run(self.id, Run()).model
        except Exception as error:
            self.found = type(error)

    def result(self):
        self.join(10)
        return self.found


def living():
    return [i for i, child in enumerate(FakeChild.made) if child.alive]


def test_the_process_that_rested_longest_goes_first(fakes):
    first, *_ = [fakes.add("m", "m.ant").id for _ in range(MOST_CHILDREN)]
    fakes.run(first, Run())
    fakes.add("m", "m.ant")
    assert living() == [0, *range(2, MOST_CHILDREN + 1)]


def test_a_process_at_work_is_not_ended_for_another(fakes):
    ids = [fakes.add("m", "m.ant").id for _ in range(MOST_CHILDREN + 2)]
    FakeChild.work = slow = Slow()
    asked = [Asking(fakes, id_) for id_ in ids]
    for _ in asked:
        assert slow.begun.acquire(timeout=10)
    slow.go.set()
    assert [each.result() for each in asked] == ["m"] * len(ids)
    assert len(living()) == MOST_CHILDREN


def test_a_model_that_makes_way_is_run_to_its_end(fakes):
    first = fakes.add("m", "m.ant").id
    FakeChild.work = slow = Slow()
    asked = Asking(fakes, first)
    assert slow.begun.acquire(timeout=10)
    for _ in range(MOST_MODELS):
        fakes.add("m", "m.ant")
    with pytest.raises(NoModelError):
        fakes.find(first)
    slow.go.set()
    assert asked.result() == "m"
    assert not FakeChild.made[0].alive
    assert len(living()) == MOST_CHILDREN


def test_runs_at_the_same_time_share_one_new_process(fakes):
    first, *_ = [fakes.add("m", "m.ant").id for _ in range(MOST_CHILDREN + 1)]
    before = len(FakeChild.made)
    FakeChild.work = lambda _: time.sleep(0.02)
    assert {each.result() for each in [Asking(fakes, first) for _ in range(4)]} == {"m"}
    assert len(FakeChild.made) == before + 1
    assert len(living()) == MOST_CHILDREN


def test_a_process_whose_time_is_used_up_in_a_run_is_started_anew_for_it(fakes):
    model = fakes.add("m", "m.ant")
    FakeChild.work = lambda child: child.end() if child is FakeChild.made[0] else None
    assert fakes.run(model.id, Run()).model == "m"
    assert len(FakeChild.made) == 2


def test_a_run_that_no_process_outlives_is_refused(fakes):
    model = fakes.add("m", "m.ant")
    FakeChild.work = lambda child: None if "text" in child.asked else child.end()
    with pytest.raises(InputError, match="cannot be run within the limits of memory"):
        fakes.run(model.id, Run())
    assert len(FakeChild.made) == 2


def test_a_process_that_could_not_read_the_model_again_is_not_asked_to_run_it(fakes, monkeypatch):
    model = fakes.add("m", "m.ant")
    FakeChild.made[0].end()
    failed = {"failed": {"pattern": "MemoryError", "values": {}}}
    monkeypatch.setattr(FakeChild, "receive", lambda _self, _seconds: failed)
    with pytest.raises(InputError, match="MemoryError"):
        fakes.run(model.id, Run())
    assert not FakeChild.made[1].alive


def test_what_is_asked_while_the_server_stops_is_told_so_and_leaves_no_process(fakes):
    model = fakes.add("m", "m.ant")
    FakeChild.work = slow = Slow()
    asked = Asking(fakes, model.id)
    assert slow.begun.acquire(timeout=10)
    fakes.close()
    assert asked.result() is NoModelError
    with pytest.raises(BusyError):
        fakes.add("m", "m.ant")
    assert living() == []


def test_a_model_whose_reading_ends_as_the_server_stops_leaves_no_process(fakes):
    stopping = threading.Thread(target=fakes.close)

    def stop(child):
        stopping.start()
        child.ended.wait(10)

    FakeChild.work = stop
    with pytest.raises(BusyError):
        fakes.add("m", "m.ant")
    stopping.join(10)
    assert living() == []


@pytest.mark.parametrize("line", ["no JSON", "3"])
def test_a_process_that_says_what_is_no_answer_is_lost(monkeypatch, line):
    popen = children.subprocess.Popen
    code = f"print({line!r}, flush=True); input(); input()"
    monkeypatch.setattr(children.subprocess, "Popen", lambda command, **keys: popen([command[0], "-c", code], **keys))
    child = Child(Role.MODEL)
    child.send({})
    with pytest.raises(LostError):
        child.receive(10)
    assert not child.alive
    child.close()


def test_the_same_request_is_refused_alike_for_the_human():
    from cofactor.engine.generate import human
    from cofactor.engine.user_model import UserModel

    model = UserModel(human())
    found = Run({}, 10.0, 1.0, ("D25",)).of(model)
    assert found.as_dict() == run_given(model, Request(None, (), 10.0, 1.0, "D25")).as_dict()
    with pytest.raises(InputError, match="numbers"):
        Run({}, 1e7, 1.0).of(model)
