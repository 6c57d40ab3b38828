"""Kill -9 during a save, two writers at once, a full disk: what was acknowledged is there afterwards."""

from __future__ import annotations

import subprocess
import sys

import kill_save
from cofactor.person.store import open_store


def test_no_acknowledged_save_is_lost_to_a_kill():
    """The smaller form of bench/kill_save.py."""
    found = kill_save.study(kills=40, seed=2)
    assert found.acknowledged >= 40
    assert (found.lost, found.damaged) == (0, 0)


def test_two_writers_at_once_lose_nothing(tmp_path):
    code = (
        "import sys; from pathlib import Path; from cofactor.person.store import open_store\n"
        "for n in range(15):\n"
        "    with open_store(Path(sys.argv[1]), create=True) as store: store.save('Anna', f'{sys.argv[2]} {n}')\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "s"), who]) for who in "ab"]
    assert [w.wait(60) for w in writers] == [0, 0]
    with open_store(tmp_path / "s") as store:
        texts = {store.text("Anna", v.number) for v in store.history("Anna")}
        assert texts == {f"{who} {n}" for who in "ab" for n in range(15)}
        assert store.damage() == ()


def test_a_file_size_limit_is_answered_clearly_and_keeps_the_store(tmp_path):
    """``ulimit -f`` as a disk that fills up: a refusal in words, exit code not 0, everything acknowledged readable."""
    code = (
        "import resource, signal, sys; from pathlib import Path; from cofactor.person.store import open_store\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))\n"
        "from cofactor.errors import StoreError\n"
        "try:\n"
        "    for n in range(40):\n"
        "        with open_store(Path(sys.argv[1]), create=True) as store:\n"
        "            print(store.save('Anna', f'{n} ' + 'x' * 4000)[0].number, flush=True)\n"
        "except StoreError as error:\n"
        "    sys.exit(str(error))\n"
    )
    for limit in (40_000, 90_000):
        folder = tmp_path / str(limit)
        command = [sys.executable, "-c", code, str(folder), str(limit)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 1
        assert "Traceback" not in ran.stderr
        said = {int(line) for line in ran.stdout.split()}
        with open_store(folder) as store:
            assert said <= ({v.number for v in store.history("Anna")} if said else said)
            assert store.damage() == ()
