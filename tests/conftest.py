"""What holds for every test: nothing leaves this machine, and in CI a test that cannot run fails."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable
from typing import Any

import pytest


def _stays_here(address: object) -> bool:
    """Whether a socket address is local: a path, or a loopback host."""
    if not isinstance(address, tuple):
        return True
    host = address[0].decode() if isinstance(address[0], bytes) else str(address[0])
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "")


@pytest.fixture(autouse=True, scope="session")
def no_network() -> object:
    """Refuse everything that would leave this machine: connections, single packets, questions for an address."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _local_only(getattr(socket.socket, name)))
        patch.setattr(socket.socket, "sendmsg", _local_message(socket.socket.sendmsg))
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
            patch.setattr(socket, name, _local_name(getattr(socket, name)))
        yield


def _local_only(real: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: socket.socket, *given: Any) -> Any:
        assert _stays_here(given[-1]), f"a test tried to connect to {given[-1]}"
        return real(self, *given)

    return call


def _local_message(real: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: socket.socket, buffers: Any, ancillary: Any = (), flags: int = 0, address: Any = None) -> Any:
        assert address is None or _stays_here(address), f"a test tried to connect to {address}"
        return real(self, buffers, ancillary, flags, *(() if address is None else (address,)))

    return call


def _local_name(real: Callable[..., Any]) -> Callable[..., Any]:
    def call(host: Any, *given: Any, **named: Any) -> Any:
        assert host is None or _stays_here((host,)), f"a test tried to connect to {host}"
        return real(host, *given, **named)

    return call


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
