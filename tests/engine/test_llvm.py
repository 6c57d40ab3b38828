"""The cache of compiled kernels: keyed by all that matters, never trusted blindly, never in the way."""

import os
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

from cofactor.engine import llvm
from cofactor.engine.compile import compile_antimony
from cofactor.engine.lanes import SINGLE, Lanes
from cofactor.engine.solve import solve

TEXT = "k = 0.5; x = 8; x' = -k*x"
RUN = """
from cofactor.engine.program import Program
from cofactor.engine.solve import solve
program = Program.loads(open({path!r}).read())
print(repr(float(solve(program, program.parameters(), times=[2.0], outcomes=["x"])["x"][0, 0])))
"""


@pytest.fixture(scope="module")
def program():
    return compile_antimony(TEXT)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("COFACTOR_CACHE", str(folder))
    return folder


def decays(program):
    """Whether a kernel that this process does not hold yet solves what it was made for."""
    llvm.kernel.cache_clear()
    found = solve(program, program.parameters(), times=[2.0], outcomes=["x"])["x"][0, 0]
    return found == pytest.approx(8 * np.exp(-1), rel=1e-3)


def compilations(monkeypatch):
    """Counts how often something is compiled."""
    counted, compile_ = [], llvm._compile

    def count(*arguments):
        counted.append(arguments)
        return compile_(*arguments)

    monkeypatch.setattr(llvm, "_compile", count)
    return counted


def test_a_kernel_is_compiled_once_and_kept_for_its_owner_alone(program, cache, monkeypatch):
    counted = compilations(monkeypatch)
    llvm.Kernel(program)
    llvm.Kernel(program)
    assert len(counted) == 1
    (kept,) = cache.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert cache.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:100],
        lambda _: b"",
        lambda data: data[:2000] + bytes([data[2000] ^ 1]) + data[2001:],
        lambda data: bytes([data[0] ^ 1]) + data[1:],
    ],
    ids=["cut short", "empty", "one bit of the code", "one bit of the check sum"],
)
def test_a_spoilt_file_is_not_run_but_made_again(program, cache, monkeypatch, spoil):
    llvm.Kernel(program)
    (kept,) = cache.iterdir()
    good = kept.read_bytes()
    kept.write_bytes(spoil(good))
    counted = compilations(monkeypatch)
    assert decays(program)
    assert len(counted) == 1
    assert kept.read_bytes() == good


def test_a_file_or_folder_that_others_may_write_is_not_trusted(program, cache, monkeypatch):
    llvm.Kernel(program)
    (kept,) = cache.iterdir()
    counted = compilations(monkeypatch)
    kept.chmod(0o666)
    llvm.Kernel(program)
    assert len(counted) == 1
    cache.chmod(0o777)
    llvm.Kernel(program)
    assert len(counted) == 2


def test_the_key_holds_model_lanes_processor_and_versions(program, cache, monkeypatch):
    other = compile_antimony(TEXT.replace("0.5", "0.6"))
    path = partial(llvm._cache_path, program)
    keys = {path(Lanes(8)), path(Lanes(8, SINGLE)), path(Lanes(4)), llvm._cache_path(other, Lanes(8))}
    for name in ("llvmlite", "llvm"):
        with monkeypatch.context() as patch:
            if name == "llvmlite":
                patch.setattr(llvm.llvmlite, "__version__", "0")
            else:
                patch.setattr(llvm.llvm, "get_host_cpu_name", lambda: "another")
            keys.add(path(Lanes(8)))
    with monkeypatch.context() as patch:
        patch.setattr(llvm, "__version__", "0")
        keys.add(path(Lanes(8)))
    with monkeypatch.context() as patch:
        patch.setattr(llvm, "_generator", lambda: "another text of the integrator")
        keys.add(path(Lanes(8)))
    assert len(keys) == 8
    assert all(path.parent == cache for path in keys)


def test_where_nothing_can_be_kept_it_works_all_the_same(program, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("COFACTOR_CACHE", str(tmp_path / "file" / "cache"))
    assert decays(program)
    monkeypatch.setenv("COFACTOR_CACHE", "off")
    assert decays(program)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_processes_that_start_at_once_do_not_get_in_each_others_way(program, cache, tmp_path):
    (tmp_path / "program.json").write_text(program.dumps(), encoding="utf-8")
    code = RUN.format(path=str(tmp_path / "program.json"))
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        for _ in range(6)
    ]
    answers = {process.communicate()[0] for process in running}
    assert all(process.returncode == 0 for process in running)
    assert len(answers) == 1
    assert [path.suffix for path in cache.iterdir()] == [".kernel"]
