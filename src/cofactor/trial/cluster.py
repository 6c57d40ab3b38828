"""The parts of a trial as tasks of a Dask cluster: each writes its own files, and only its number comes back.

A part is the same bytes whoever makes it, so a worker that dies loses nothing but time: its parts are made again by
others. What a task returns is let go as soon as the part is on the disk, since Dask would make again what it thinks was
lost with a worker. Every worker must run this version of cofactor and see the folder under the same path.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from logging import CRITICAL
from pathlib import Path
from typing import TYPE_CHECKING

from cofactor.engine import batch
from cofactor.errors import EngineError, InputError, Problem
from cofactor.said import Said
from cofactor.trial.make import Lived, make_part, study_of
from cofactor.trial.parts import Plan
from cofactor.trial.study import Study

if TYPE_CHECKING:
    from distributed import Client, Future

LOCAL = "local"
"""In place of an address: one process on each processor of this machine."""
_HERE = "127.0.0.1"  # nobody else may reach the processes of this machine
_ANSWER_SECONDS = 30  # until a scheduler that does not answer is taken for none
_DEATHS = 20  # of workers over one part, until the part is held to be the reason


def make_on(address: str, plan: Plan, folder: Path, todo: Sequence[int], lived: Lived) -> None:
    """Make parts on a cluster. ``lived`` is told of the people of every part, once for each arm, when it is there.

    Raises :class:`InputError` where there is no such cluster or Dask is not installed, :class:`EngineError` where its
    scheduler goes away, and whatever a part fails with.
    """
    folder = folder.resolve()
    with _connected(address) as client:
        for part in _done(client, plan, folder, todo):
            for _ in plan.trial.arms:
                lived(len(plan.people(part)))


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A client, and one sentence in place of all that Dask tells and raises where its scheduler is lost."""
    opened = _client(address)
    from distributed import CancelledError
    from distributed.comm import CommClosedError
    from distributed.utils import silence_logging_cmgr

    try:
        with silence_logging_cmgr(CRITICAL), opened as client:  # what fails is raised
            yield client
    except (CancelledError, CommClosedError):
        lost = Said(
            "The scheduler {address} is lost; finished parts are kept. Start it again and add --resume.",
            address=address,
        )
        raise EngineError(lost) from None


def _done(client: Client, plan: Plan, folder: Path, todo: Sequence[int]) -> Iterator[int]:
    from distributed import KilledWorker, as_completed

    deaths: Counter[int] = Counter()

    def submit(part: int) -> Future:
        future = client.submit(_part, plan, str(folder), part, key=f"{plan.design[:12]}-{part}-{deaths[part]}")
        parts[future.key] = part
        return future

    parts: dict[str, int] = {}
    waiting = as_completed([submit(part) for part in todo])
    for future in waiting:
        part = parts.pop(future.key)
        try:
            future.result()
        except KilledWorker:  # the scheduler blames a part that was only waiting on the workers that died, too
            deaths[part] += 1
            if deaths[part] == _DEATHS:
                died = Said("{n} workers died over part {part}; their logs tell why", n=_DEATHS, part=part)
                raise EngineError(died) from None
            waiting.add(submit(part))
        else:
            yield part
        future.release()


def _part(plan: Plan, folder: str, part: int) -> int:
    """On a worker: make a part, on one processor, as Dask runs as many tasks at once as it was given."""
    if plan.design not in _STUDIES:
        _STUDIES.clear()  # a worker that is kept for long meets many trials
        _STUDIES[plan.design] = study_of(plan)
    with batch.on_one_processor():
        make_part(plan, Path(folder), _STUDIES[plan.design], lambda _: None, part)
    return part


_STUDIES: dict[str, Study] = {}
"""On a worker: what the people of the trial share, from part to part."""


def _client(address: str) -> AbstractContextManager[Client]:
    try:
        import distributed  # noqa: F401 - whether it is there
    except ImportError:
        do = Said(
            "Install it, in a clone: .venv/bin/pip install '.[cluster]'. Without --cluster this machine makes parts."
        )
        got, expected = Said("no Dask, which spreads the parts"), Said("the extra cofactor[cluster]")
        raise InputError([Problem("--cluster", got, (expected,), do)]) from None
    return _here() if address == LOCAL else _there(address)


@contextmanager
def _here() -> Iterator[Client]:
    import dask
    from distributed import Client, LocalCluster

    with dask.config.set({"distributed.scheduler.allowed-failures": _DEATHS}):
        cluster = LocalCluster(
            batch.processors(),
            threads_per_worker=1,
            host=_HERE,
            dashboard_address=f"{_HERE}:0",
            silence_logs=CRITICAL,  # what fails is raised; the rest is talk of processes that are closing
        )
        with cluster, Client(cluster) as client:
            yield client


def _there(address: str) -> Client:
    from distributed import Client

    try:
        return Client(address, timeout=_ANSWER_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        told = str(error)
    # Dask closes a client that never connected when it is collected; in the midst of starting the next one, both would
    # wait for each other without end.
    gc.collect()
    expected = (Said("HOST:PORT of a Dask scheduler"), LOCAL)
    do = Said("Start one (dask scheduler), or write local.")
    raise InputError([Problem("--cluster", f"{address}: {told}", expected, do)])
