"""Bounded work: so many requests are computed at once, so many wait, and the next is told to come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

AT_ONCE = 2
"""Computations at once. The engine itself uses every processor, so more would only slow each other down."""
WAITING = 16
"""Requests that may wait. At a few tenths of a second each, the last of them waits for some seconds."""


class BusyError(Exception):
    """Too much is being computed already; the request was not begun."""


class Work:
    """Runs functions on threads, a bounded number at once, in the order in which they came."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._inside = 0

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401 - the function's own
        """Compute on a thread. Raises :class:`BusyError` at once where too many are inside already."""
        if self._inside >= self._most:
            raise BusyError
        self._inside += 1
        try:
            await self._free.acquire()
        except BaseException:
            self._inside -= 1
            raise
        # A thread goes on when nobody waits for it any more, and keeps its place until it is done.
        computed = asyncio.ensure_future(asyncio.to_thread(function, *arguments))
        computed.add_done_callback(self._left)
        return await asyncio.shield(computed)

    def _left(self, computed: asyncio.Future[Any]) -> None:
        self._free.release()
        self._inside -= 1
        if not computed.cancelled():
            computed.exception()  # whoever waits for it is told; where nobody does, asyncio need not complain
