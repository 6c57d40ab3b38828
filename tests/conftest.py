"""What holds for every test: nothing leaves this machine, and in CI a test that cannot run fails."""

from __future__ import annotations

import ipaddress
import os
import socket

import pytest


def _stays_here(address: object) -> bool:
    """Whether a socket address is local: a path, or a loopback host."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True, scope="session")
def no_network() -> object:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: object) -> None:
        assert _stays_here(address), f"a test tried to connect to {address}"
        connect(self, address)  # type: ignore[arg-type]

    socket.socket.connect = local_only  # type: ignore[method-assign,assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Keep tests away from what the user of this machine has imported or saved."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COFACTOR_DATA", str(tmp_path_factory.mktemp("data")))
        patch.delenv("COFACTOR_FOODS", raising=False)
        yield


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where every test has to run: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    report = yield
    _refuse_skip(report)
    return report
