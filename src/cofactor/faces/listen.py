"""The port that the studio answers on, and the server behind it."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable

import uvicorn

from cofactor.errors import InputError, Problem
from cofactor.files import of_system
from cofactor.said import Said

HIGHEST_PORT = 65_535
"""Ports have 16 bits."""
USUAL = 8000
"""The port that is used where none is asked for."""


def listen(address: str, port: int) -> socket.socket:
    """The socket to answer on. Raises :class:`InputError` where it cannot be had, with what the system says."""
    # Named as TCP, so that asyncio sends what is written at once: an answer in two writes waited 40 ms for its second.
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:  # this machine has no IPv6
        raise InputError([_refused(address, port, error)]) from None
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((address, port))
        found.listen()  # of two who are bound, only the one who listens first has the port
    except OSError as error:
        found.close()
        raise InputError([_refused(address, port, error)]) from None
    return found


def _refused(address: str, port: int, error: OSError) -> Problem:
    if error.errno == errno.EADDRINUSE:
        got, free = Said("{port}, which another program uses", port=port), Said("a free port")
        another = port + 1 if port < HIGHEST_PORT else port - 1
        do = Said("Stop the other program, or say `--port {next}`.", next=another)
        return Problem("--port", got, (free,), do)
    why = of_system(error)
    if error.errno in (errno.EACCES, errno.EPERM):
        got, may = Said("{port} ({why})", port=port, why=why), Said("a port that you may use")
        return Problem("--port", got, (may,), Said("Say `--port {next}`.", next=USUAL))
    got, here = Said("{address} ({why})", address=address, why=why), Said("an address of this machine")
    return Problem("--host", got, (here,), Said("Say `--host {address}`.", address="127.0.0.1"))


def server(config: uvicorn.Config, ready: Callable[[], object], stopping: Callable[[], object]) -> uvicorn.Server:
    """A server that says when it can be reached and when it begins to stop, which ends with exit code 0."""

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await asyncio.to_thread(stopping)
            await super().shutdown(sockets)
            self._captured_signals.clear()  # being asked to stop, and stopping, is no failure

    return Server(config)
