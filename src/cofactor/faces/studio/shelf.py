"""The store of cases as the studio uses it: open on a thread of its own, sealed or not, one question after another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cofactor.errors import SealedError
from cofactor.person.case import parse_case
from cofactor.person.store import Store, open_store
from cofactor.person.types import Case

T = TypeVar("T")


class NoClientError(Exception):
    """The store has no case with this id."""


@dataclass(frozen=True, slots=True)
class Client:
    """A case of the store: its id (random, so that it may stand in an address), name, last version and text."""

    id: str
    name: str
    number: int
    text: str

    def case(self) -> Case:
        """The case, read. Raises :class:`InputError` where a newer program wrote what this one refuses."""
        return parse_case(self.text)


class Shelf:
    """The store, opened when first asked for. A connection of SQLite belongs to one thread, so it has its own."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, "store")
        self._held = ExitStack()
        self._store: Store | None = None

    async def run(self, question: Callable[[Store], T]) -> T:
        """Ask the store. Raises :class:`SealedError` until :meth:`unlock` was given the passphrase."""
        return await self._on_thread(lambda: question(self._opened(None)))

    async def unlock(self, passphrase: str) -> None:
        """Open a sealed store. The passphrase is not kept."""
        await self._on_thread(lambda: self._opened(passphrase))

    async def client(self, case: str) -> Client:
        """The last version of a case. Raises :class:`NoClientError` where there is none."""
        return await self.run(lambda store: _client(store, case))

    def close(self) -> None:
        """Close the store on the thread that opened it."""
        self._thread.submit(self._held.close).result()
        self._thread.shutdown()

    async def _on_thread(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    def _opened(self, passphrase: str | None) -> Store:
        if self._store is not None and not self._store.current:  # another program has sealed it meanwhile
            self._store = None
            self._held.close()
        if self._store is None:
            key = None if passphrase is None else lambda: passphrase
            self._store = self._held.enter_context(open_store(self._folder, key, create=True))
        return self._store


def _client(store: Store, case: str) -> Client:
    saved = store.saved(case)
    if saved is None:
        raise NoClientError
    return Client(case, saved.name, saved.last.number, store.text(saved.name))


__all__ = ["Client", "NoClientError", "SealedError", "Shelf"]
