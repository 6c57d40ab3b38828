"""Trials beside the server: the numbers of the command, ended at once, bounded, leaving nothing half-written."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pyarrow.parquet as pq
import pytest

from cofactor.errors import InputError
from cofactor.faces.work import BusyError
from cofactor.faces.workbench import exports
from cofactor.faces.workbench import jobs as module
from cofactor.faces.workbench.jobs import MOST_READINGS, WAITING, Jobs, NoTrialError, State
from cofactor.faces.workbench.results import results
from cofactor.faces.workbench.shapes import TrialExport
from cofactor.person.yaml_text import read
from cofactor.person.yaml_write import yaml_text
from cofactor.report.refusals import told
from cofactor.trial.findings import Findings
from cofactor.trial.run import run_trial

TRIAL = {
    "trial": 1,
    "name": 'two "doses"',
    "population": {"people": 64, "seed": 9, "latitude": 52},
    "arms": [
        {"name": "placebo"},
        {"name": "D3", "give": [{"nutrient": "vitamin_d", "form": "D3", "amount": "1000 IU"}]},
        {"name": "more", "give": [{"nutrient": "vitamin_d", "form": "D3", "amount": "4000 IU"}]},
        {"name": "once", "give": [{"nutrient": "vitamin_d", "form": "D3", "amount": "100000 IU", "at": [0]}]},
    ],
    "weeks": 8,
    "observe": {"outcomes": ["25OHD", "Ca_urine"], "weeks": [0, 4, 8]},
}
LONG = {**TRIAL, "population": {"people": 200_000, "seed": 1}, "observe": {"outcomes": ["25OHD"], "weeks": [0, 8]}}
LONG_TEXT = yaml_text(LONG)
SOON = 2.0  # seconds: it takes one at most, and tests share their machine


def until(jobs, id_, reached, seconds=30):
    """The job, once ``reached`` holds of it."""
    end = time.monotonic() + seconds
    while not reached(job := jobs.find(id_)):
        assert time.monotonic() < end, job
        time.sleep(0.02)
    return job


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Jobs of which one is done."""
    jobs = Jobs(tmp_path_factory.mktemp("trials"))
    job = until(jobs, jobs.submit(yaml_text(TRIAL)).id, lambda job: job.state.over)
    assert job.state is State.DONE, job.why
    yield jobs, job
    jobs.close()


@pytest.fixture(scope="module")
def direct(tmp_path_factory):
    """The same trial, run here."""
    folder = tmp_path_factory.mktemp("direct")
    run_trial(TRIAL, folder)
    return folder


@pytest.fixture
def jobs(tmp_path):
    found = Jobs(tmp_path / "trials")
    yield found
    found.close()


def test_a_trial_beside_the_server_has_the_bytes_of_the_command(finished, direct):
    jobs, job = finished
    for name in ("summary.json", "manifest.json", "part-00000.parquet"):
        assert (jobs.results(job.id) / name).read_bytes() == (direct / name).read_bytes()
    assert job.done == job.asked == 64
    assert (jobs.results(job.id).stat().st_mode & 0o777) == 0o700


def test_finished_trials_are_there_after_the_server(finished):
    jobs, job = finished
    later = Jobs(jobs.folder).find(job.id)
    assert (later.state, later.trial, later.text) == (State.DONE, job.trial, job.text)


def test_the_exported_python_gives_the_same_numbers(finished, tmp_path):
    jobs, job = finished
    script = tmp_path / "trial.py"
    script.write_bytes(exports.trial_file(job, jobs.results(job.id), TrialExport.PYTHON))
    ran = subprocess.run(
        [sys.executable, str(script), "again"], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=True
    )
    again = json.loads((tmp_path / "again" / "summary.json").read_text(encoding="utf-8"))
    assert again == json.loads((jobs.results(job.id) / "summary.json").read_text(encoding="utf-8"))
    assert f"D3 25OHD day 56.0 mean {again['arms'][1]['outcomes'][2]['mean']} nmol/L" in ran.stdout


def test_the_tables_hold_what_the_summary_says_with_units(finished):
    jobs, job = finished
    folder = jobs.results(job.id)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    table = pq.read_table(folder / "readings.parquet")
    assert table.schema.field("25OHD").metadata == {b"unit": b"nmol/L"}
    assert pq.read_schema(folder / "people.parquet").field("magnesium_intake").metadata == {b"unit": b"mg/d"}
    text = b"".join(exports.trial_file(job, folder, TrialExport.CSV)).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == table.num_rows == 4 * 64 * 3
    of_arm = [float(r["25OHD (nmol/L)"]) for r in rows if r["arm"] == "more" and float(r["days"]) == 56]
    assert np.mean(of_arm) == pytest.approx(summary["arms"][2]["outcomes"][2]["mean"], rel=1e-5)


def test_results_are_what_the_readings_say(finished):
    jobs, job = finished
    found = results(Findings(job.trial, jobs.results(job.id)), None, None)
    rows = pq.read_table(jobs.results(job.id) / "readings.parquet").to_pylist()
    for arm in found.arms:
        last = [r["25OHD"] for r in rows if (r["arm"], r["days"]) == (arm.arm, 56)]
        assert arm.p50 == pytest.approx(np.median(last), rel=1e-6)
        assert arm.above.count == sum(v > 50 for v in last)
        assert np.trapezoid(arm.density, found.grid) == pytest.approx(1, abs=0.02)
    assert [(p.arm, p.dose, p.daily) for p in found.response.points] == [
        ("placebo", 0, True),
        ("D3", 25, True),
        ("more", 100, True),
        ("once", pytest.approx(2500 / 56), False),
    ]


def test_cancelling_ends_a_running_trial_within_a_second_and_leaves_nothing(jobs):
    running = until(jobs, jobs.submit(LONG_TEXT).id, lambda job: job.done > 0)
    assert running.state is State.RUNNING
    assert running.left > running.seconds  # 200,000 people take minutes
    process, begun = jobs._child._process, time.monotonic()
    assert jobs.cancel(running.id).state is State.CANCELLED
    assert process.poll() is not None
    assert time.monotonic() - begun < SOON
    until(jobs, running.id, lambda _: not list(jobs.folder.iterdir()))
    with pytest.raises(NoTrialError):
        jobs.results(running.id)


def test_a_waiting_trial_is_cancelled_before_it_begins_and_the_next_one_runs(jobs):
    first, second, third = (jobs.submit(text).id for text in (LONG_TEXT, LONG_TEXT, yaml_text(TRIAL)))
    assert jobs.cancel(second).state is State.CANCELLED
    jobs.cancel(first)
    assert until(jobs, third, lambda job: job.state.over).state is State.DONE
    assert jobs.find(second).began is None
    assert [path.name for path in jobs.folder.iterdir()] == [third]


def test_more_than_can_wait_are_refused_until_there_is_room(jobs):
    taken = [jobs.submit(LONG_TEXT).id for _ in range(1 + WAITING)]
    with pytest.raises(BusyError):
        jobs.submit(LONG_TEXT)
    jobs.cancel(taken[-1])
    assert jobs.submit(LONG_TEXT).state in (State.WAITING, State.RUNNING)


def test_a_process_that_dies_fails_its_trial_and_leaves_nothing(jobs):
    running = until(jobs, jobs.submit(LONG_TEXT).id, lambda job: job.done > 0)
    jobs._child._process.kill()
    failed = until(jobs, running.id, lambda job: job.state.over)
    assert failed.state is State.FAILED
    assert failed.why
    until(jobs, running.id, lambda _: not list(jobs.folder.iterdir()))


@pytest.mark.parametrize(
    ("fault", "said", "french"),
    [
        (
            ValueError("no JSON"),
            "an error of the program, not of the trial (ValueError: no JSON)",
            "erreur du programme",
        ),
        (OSError(errno.ENOSPC, "x", "/a/path"), "No space left on device", "plus de place"),
        (KeyError("problems"), "KeyError", "KeyError"),
    ],
)
def test_whatever_happens_to_a_trial_the_next_one_runs(jobs, monkeypatch, fault, said, french):
    receive, left = module.Child.receive, [fault]

    def fails(child, seconds=None):
        if left:
            raise left.pop()
        return receive(child, seconds)

    monkeypatch.setattr(module.Child, "receive", fails)
    first, second = (jobs.submit(yaml_text(TRIAL)).id for _ in range(2))
    failed = until(jobs, first, lambda job: job.state.over)
    assert failed.state is State.FAILED
    assert said in failed.why
    assert french in told(failed.why, "fr")
    assert until(jobs, second, lambda job: job.state.over).state is State.DONE


def test_a_trial_that_no_thread_can_run_is_not_taken_and_holds_up_none(jobs, monkeypatch):
    def full(_self):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", full)
        with pytest.raises(RuntimeError):
            jobs.submit(yaml_text(TRIAL))
    assert jobs.all() == ()
    done = until(jobs, jobs.submit(yaml_text(TRIAL)).id, lambda job: job.state.over)
    assert done.state is State.DONE


def test_of_two_who_delete_a_trial_the_slower_is_told_that_it_is_gone(jobs, monkeypatch):
    running = jobs.submit(LONG_TEXT)
    cancel, both = jobs.cancel, threading.Barrier(2)

    def together(id_):
        cancel(id_)
        both.wait(10)

    monkeypatch.setattr(jobs, "cancel", together)
    found = []

    def delete():
        try:
            found.append(jobs.delete(running.id))
        except Exception as error:
            found.append(type(error))

    threads = [threading.Thread(target=delete) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(found, key=str) == sorted([None, NoTrialError], key=str)


def test_a_server_that_stops_begins_no_trial(tmp_path):
    jobs = Jobs(tmp_path)
    first, *waiting = [jobs.submit(LONG_TEXT).id for _ in range(1 + WAITING)]
    until(jobs, first, lambda job: job.state is State.RUNNING)
    jobs.close()
    assert all(jobs.find(id_).began is None for id_ in waiting)
    with pytest.raises(BusyError):
        jobs.submit(LONG_TEXT)
    assert list(tmp_path.iterdir()) == []


def test_closing_ends_everything_and_keeps_what_is_finished(tmp_path):
    jobs = Jobs(tmp_path)
    done = until(jobs, jobs.submit(yaml_text(TRIAL)).id, lambda job: job.state.over)
    until(jobs, jobs.submit(LONG_TEXT).id, lambda job: job.state is State.RUNNING)
    begun = time.monotonic()
    jobs.close()
    assert time.monotonic() - begun < 2 * SOON
    assert [path.name for path in tmp_path.iterdir()] == [done.id]
    assert jobs._thread is None or not jobs._thread.is_alive()


def test_a_deleted_trial_is_gone(jobs):
    done = until(jobs, jobs.submit(yaml_text(TRIAL)).id, lambda job: job.state.over)
    jobs.delete(done.id)
    assert jobs.all() == ()
    assert list(jobs.folder.iterdir()) == []


def test_trials_run_on_after_a_running_one_is_deleted(jobs):
    for _ in range(3):
        running = jobs.submit(LONG_TEXT)
        jobs.delete(running.id)
    done = until(jobs, jobs.submit(yaml_text(TRIAL)).id, lambda job: job.state.over)
    assert done.state is State.DONE
    assert [job.id for job in jobs.all()] == [done.id]


def test_cancelled_trials_are_listed_a_while_and_take_no_place(jobs, monkeypatch):
    monkeypatch.setattr(module, "MOST_ENDED", 2)
    monkeypatch.setattr(module, "MOST_KEPT", 1)
    for _ in range(5):
        jobs.cancel(jobs.submit(LONG_TEXT).id)
    done = until(jobs, jobs.submit(yaml_text(TRIAL)).id, lambda job: job.state.over)
    assert done.state is State.DONE
    assert len(jobs.all()) == 3
    with pytest.raises(InputError, match="1 trials kept"):
        jobs.submit(LONG_TEXT)


def test_a_trial_too_large_for_a_server_is_refused(jobs):
    huge = {**LONG, "population": {"people": MOST_READINGS}}
    with pytest.raises(InputError, match="cofactor trial"):
        jobs.submit(yaml_text(huge))


def test_what_is_written_is_read_back():
    odd = {
        "a": "no",
        "b": "12",
        "c": "18,5",
        "d": None,
        "e": "x: y",
        "f": ["- a", "#", "null", "été\n2"],
        "g": {"h": 1e-3},
    }
    for values in (TRIAL, LONG, odd):
        assert read(yaml_text(values)).value == values
