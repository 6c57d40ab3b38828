"""The two promises of the test run itself: no skip in CI, no connection that leaves the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CONFTEST = Path(__file__).parents[1] / "conftest.py"
PLANTED = {
    "test_mark.py": "import pytest\n\n@pytest.mark.skip\ndef test_it():\n    assert False\n",
    "test_call.py": "import pytest\n\ndef test_it():\n    pytest.skip('no peer')\n",
    "test_module.py": "import pytest\n\npytest.importorskip('a_peer_that_is_not_here')\n\ndef test_it():\n    pass\n",
}


def run(folder: Path, planted: dict[str, str], ci: str) -> str:
    shutil.copy(CONFTEST, folder)
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    for name, text in planted.items():
        (folder / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    env = os.environ | {"CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False).stdout


def test_a_skip_fails_in_ci(tmp_path):
    output = run(tmp_path, PLANTED, ci="true")
    assert "1 failed, 2 errors" in output
    assert "skipped in CI, where every test has to run" in output


def test_a_skip_is_a_skip_elsewhere(tmp_path):
    assert "3 skipped" in run(tmp_path, PLANTED, ci="")


def test_a_connection_to_elsewhere_is_refused(tmp_path):
    call = "import socket\n\ndef test_it():\n    socket.socket().connect(('192.0.2.1', 80))\n"
    output = run(tmp_path, {"test_call.py": call}, ci="true")
    assert "tried to connect to ('192.0.2.1', 80)" in output
    assert "1 failed" in output
