"""The parts of a trial on a cluster: the same bytes, whoever makes them and whoever dies."""

from __future__ import annotations

import gc
import hashlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cofactor.errors import EngineError, InputError
from cofactor.trial import cluster as made_on
from cofactor.trial import parts
from cofactor.trial.run import Shard, run_trial

TRIAL = {
    "trial": 1,
    "name": "spread out",
    "population": {
        "people": 1000,
        "seed": 4,
        "latitude": 52,
        "baseline": {"25OHD": {"mean": 48, "sd": 18, "unit": "nmol/L"}},
    },
    "start": "2026-10-15",
    "arms": [{"name": "placebo"}, {"name": "D3", "give": {"nutrient": "vitamin_d", "amount": "1000 IU"}}],
    "weeks": 8,
    "observe": {"outcomes": ["25OHD"], "weeks": [0, 8]},
}


def hashes(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def two():
    """Two workers, each a process of its own."""
    from distributed import LocalCluster

    with LocalCluster(2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as found:
        yield found


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The trial made by this process alone."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "CHUNK", 32)
        run_trial(TRIAL, folder)
    return folder


@pytest.fixture
def small_parts(monkeypatch):
    """32 parts."""
    monkeypatch.setattr(parts, "CHUNK", 32)


@pytest.mark.usefixtures("small_parts")
def test_a_worker_that_is_killed_loses_nothing(whole, tmp_path, two):
    from distributed import Client

    told = []

    def kills(done, asked):
        told.append((done, asked))
        if len(told) == 4:
            os.kill(next(iter(two.workers.values())).pid, signal.SIGKILL)

    with Client(two) as client:
        before = set(client.run(os.getpid).values())
        run = run_trial(TRIAL, tmp_path, cluster=two.scheduler_address, progress=kills)
        assert len(set(client.run(os.getpid).values()) & before) < 2
        assert client.call_stack() == {}
    assert (run.made, run.missing) == (32, 0)
    assert {arm["n"] for arm in run.summary["arms"]} == {1000}
    assert told[-1] == (1000, 1000)
    assert hashes(tmp_path) == hashes(whole)


@pytest.mark.usefixtures("small_parts")
def test_a_scheduler_that_is_killed_is_told_in_a_sentence_and_finished_parts_are_kept(whole, tmp_path, capfd):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    quiet = {"cwd": tmp_path, "stderr": subprocess.DEVNULL}
    options = ["--host", "127.0.0.1", "--port", address.partition(":")[2], "--no-dashboard"]
    scheduler = subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", *options], **quiet)
    options = [address, "--nthreads", "1", "--no-dashboard"]
    worker = subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_worker", *options], **quiet)
    try:
        with pytest.raises(EngineError, match="is lost; finished parts are kept"):
            run_trial(TRIAL, tmp_path / "out", cluster=address, progress=lambda *_: scheduler.kill())
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait()
    gc.collect()
    assert "Traceback" not in capfd.readouterr().err
    rest = run_trial(TRIAL, tmp_path / "out", resume=True)
    assert rest.kept >= 1
    assert hashes(tmp_path / "out") == hashes(whole)


@pytest.mark.usefixtures("small_parts")
def test_a_cluster_resumes_and_takes_shares_as_one_machine_does(whole, tmp_path, two):
    first = run_trial(TRIAL, tmp_path, shard=Shard(1, 2))
    assert (first.made, first.missing) == (16, 16)
    (tmp_path / "part-00000.json").unlink()
    rest = run_trial(TRIAL, tmp_path, resume=True, cluster=two.scheduler_address)
    assert (rest.made, rest.kept, rest.missing) == (17, 15, 0)
    assert hashes(tmp_path) == hashes(whole)


@pytest.mark.usefixtures("small_parts")
def test_local_is_a_cluster_of_this_machine(whole, tmp_path):
    run_trial(TRIAL, tmp_path, people=320, cluster=made_on.LOCAL)
    for name, seen in hashes(tmp_path).items():
        assert name in ("summary.json", "manifest.json") or seen == hashes(whole)[name]
    assert len(parts.receipts(tmp_path)) == 10


def test_parts_that_others_wrote_elsewhere_or_with_another_version_are_not_taken_for_these(tmp_path, two, monkeypatch):
    monkeypatch.setattr(parts, "__version__", "0.0.0 of this process alone")
    with pytest.raises(InputError, match="this version of cofactor on every worker"):
        run_trial(TRIAL, tmp_path, people=64, cluster=two.scheduler_address)


def test_a_part_that_fails_fails_the_run(tmp_path, two):
    (tmp_path / "part-00000.parquet").mkdir()
    with pytest.raises(OSError, match="part-00000"):
        run_trial(TRIAL, tmp_path, people=64, cluster=two.scheduler_address)


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:1"])
def test_a_cluster_that_is_none_is_refused(tmp_path, monkeypatch, address):
    monkeypatch.setattr(made_on, "_ANSWER_SECONDS", 0.5)
    with pytest.raises(InputError, match="HOST:PORT of a Dask scheduler"):
        run_trial(TRIAL, tmp_path, people=64, cluster=address)


def test_without_dask_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"cofactor\[cluster\]"):
        run_trial(TRIAL, tmp_path, people=64, cluster=made_on.LOCAL)
