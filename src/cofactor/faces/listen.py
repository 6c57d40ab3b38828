"""The port that the studio answers on, and the server behind it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import uvicorn

from cofactor.errors import InputError, Problem
from cofactor.said import Said

HIGHEST_PORT = 65_535
"""Ports have 16 bits."""


def listen(address: str, port: int) -> socket.socket:
    """The socket to answer on. Raises :class:`InputError` where another program has the port."""
    # Named as TCP, so that asyncio sends what is written at once: an answer in two writes waited 40 ms for its second.
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((address, port))
    except OSError:
        found.close()
        got = Said("{port}, which another program uses", port=port)
        do = Said("Stop the other program, or say `--port {next}`.", next=port % HIGHEST_PORT + 1)
        raise InputError([Problem("--port", got, (Said("a free port"),), do)]) from None
    return found


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
