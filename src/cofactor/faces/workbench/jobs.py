"""Trials that run beside the server: one at a time, a bounded number waiting, each in a process that can be ended.

A trial runs in a folder of its own that is no result yet (its name begins with a dot), and is moved to its place when
it is whole. What was cancelled or broken off leaves nothing. Finished trials stay in the user's data folder until they
are deleted.
"""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from cofactor.errors import InputError, Problem
from cofactor.faces.work import BusyError
from cofactor.faces.workbench.child import Child, LostError, Message, Role
from cofactor.files import data_folder, of_system, write_whole
from cofactor.said import Said, unpacked
from cofactor.trial.design import load_trial, parse_trial
from cofactor.trial.parts import MANIFEST
from cofactor.trial.types import Trial
from cofactor.trial.whole import READINGS

WAITING = 4
"""Trials that may wait for the one that runs."""
MOST_KEPT = 50
"""Finished trials that are kept. The next one is refused, so that nothing is deleted that nobody asked to delete."""
MOST_ENDED = 20
"""Trials that were cancelled or failed and are still listed."""
MOST_READINGS = 20_000_000
"""People times arms, days and outcomes of one trial: some 100 MB. Larger ones are for the command line."""
TRIAL_FILE = "trial.yaml"
_UNFINISHED = ".running-"
_ABANDONED = 24 * 3600.0  # seconds after which a folder of a server that was killed is swept away
_ID_BYTES = 8
_SOON = 1.0  # seconds within which a trial that was ended has left nothing


class State(StrEnum):
    """How far a trial is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def over(self) -> bool:
        """Whether it changes no more."""
        return self not in (State.WAITING, State.RUNNING)


class NoTrialError(Exception):
    """There is no trial with this id, or none that is finished."""


@dataclass(frozen=True)
class Job:
    """A trial that was asked for, and the text of its file. Times are in seconds since the epoch."""

    id: str
    trial: Trial
    text: str = field(repr=False)
    asked_at: float
    state: State = State.WAITING
    done: int = 0  # people simulated
    began: float | None = None
    ended: float | None = None
    why: str = ""  # it failed

    @property
    def asked(self) -> int:
        """People of every arm."""
        return self.trial.population.people

    @property
    def seconds(self) -> float | None:
        """How long it ran, or has been running."""
        return None if self.began is None else (self.ended or time.time()) - self.began

    @property
    def left(self) -> float | None:
        """Seconds that are left, at the pace so far."""
        if self.state is not State.RUNNING or not self.done or self.seconds is None:
            return None
        return self.seconds * (self.asked - self.done) / self.done


class Jobs:
    """All trials of this server, and those that earlier ones finished."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._changed = threading.Condition()  # guards all that follows
        self._jobs: dict[str, Job] | None = None  # read from the disk when first asked for
        self._child: Child | None = None
        self._at: str | None = None  # the trial that the thread is at, until nothing of it is left to clear away
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def folder(self) -> Path:
        """Where finished trials are."""
        return self._folder or data_folder() / "trials"

    def submit(self, text: str) -> Job:
        """Take a trial from the text of its file.

        Raises :class:`InputError`, and :class:`BusyError` where too many wait or the server stops.
        """
        trial = parse_trial(text)
        _refuse_large(trial)
        with self._changed:
            jobs = self._known()
            if self._closed or sum(not job.state.over for job in jobs.values()) > WAITING:
                raise BusyError
            kept = sum(job.state is State.DONE for job in jobs.values())
            if kept >= MOST_KEPT:
                got, most = Said("{kept} trials kept", kept=kept), Said("fewer than {most}", most=MOST_KEPT)
                raise InputError([Problem("trial", got, (most,), Said("Delete trials that you do not need any more."))])
            _forget_old(jobs)
            if self._thread is None:
                thread = threading.Thread(target=self._work, name="trials", daemon=True)
                thread.start()  # it finds the trial once this lock is free; where it cannot start, there is none
                self._thread = thread
            job = Job(secrets.token_hex(_ID_BYTES), trial, text, time.time())
            jobs[job.id] = job
        return job

    def all(self) -> tuple[Job, ...]:
        """All trials, the newest first."""
        with self._changed:
            return tuple(reversed(self._known().values()))

    def find(self, id_: str) -> Job:
        """A trial by its id. Raises :class:`NoTrialError`."""
        with self._changed:
            try:
                return self._known()[id_]
            except KeyError:
                raise NoTrialError from None

    def results(self, id_: str) -> Path:
        """The folder of a finished trial. Raises :class:`NoTrialError` where it is not finished."""
        if self.find(id_).state is not State.DONE:
            raise NoTrialError
        return self.folder / id_

    def cancel(self, id_: str) -> Job:
        """End a trial that waits or runs, at once, and leave nothing of it. One that is over stays as it is."""
        with self._changed:
            job = self.find(id_)
            if not job.state.over:
                self._set(id_, state=State.CANCELLED, ended=time.time())
                if job.state is State.RUNNING and self._child is not None:
                    self._child.end()
                self._changed.wait_for(lambda: self._at != id_, timeout=_SOON)
            return self.find(id_)

    def delete(self, id_: str) -> None:
        """Forget a trial and delete its results. Raises :class:`NoTrialError`, also where another was faster."""
        self.cancel(id_)
        with self._changed:
            self.find(id_)
            del self._known()[id_]
            if (self.folder / id_).exists():
                (self.folder / id_).replace(self._aside(id_))  # gone at once, then deleted file by file
        shutil.rmtree(self._aside(id_), ignore_errors=True)

    def close(self) -> None:
        """End what runs and waits; leave finished trials."""
        with self._changed:
            self._closed = True
            for job in list((self._jobs or {}).values()):
                if not job.state.over:
                    self._set(job.id, state=State.CANCELLED, ended=time.time())
            if self._child is not None:
                self._child.end()
            thread = self._thread
        if thread is not None:
            thread.join(_SOON)

    def _aside(self, id_: str) -> Path:
        """Where a trial is while it is no result."""
        return self.folder / f"{_UNFINISHED}{id_}"

    def _known(self) -> dict[str, Job]:
        if self._jobs is None:
            _sweep(self.folder)
            self._jobs = {job.id: job for job in sorted(_finished(self.folder), key=lambda job: job.asked_at)}
        return self._jobs

    def _runs(self, id_: str) -> bool:
        """Whether a trial is still to be run: neither cancelled nor deleted meanwhile."""
        job = self._known().get(id_)
        return job is not None and job.state is State.RUNNING

    def _set(self, id_: str, **changes: object) -> None:
        self._known()[id_] = replace(self._known()[id_], **changes)  # type: ignore[arg-type]

    def _work(self) -> None:
        while (job := self._take()) is not None:
            try:
                self._run(job)
            finally:
                shutil.rmtree(self._aside(job.id), ignore_errors=True)
                with self._changed:
                    self._child = self._at = None
                    self._changed.notify_all()

    def _take(self) -> Job | None:
        """The next trial, now running; None where none waits, and the thread is then no more."""
        with self._changed:
            job = next((job for job in self._known().values() if job.state is State.WAITING), None)
            if job is None:
                self._thread = None
            else:
                self._set(job.id, state=State.RUNNING, began=time.time())
                self._at = job.id
            return job

    def _run(self, job: Job) -> None:
        folder = self._aside(job.id)
        child = None
        try:
            folder.mkdir(parents=True, mode=0o700)
            write_whole(folder / TRIAL_FILE, job.text)
            child = Child(Role.TRIAL)
            with self._changed:
                self._child = child
                if not self._runs(job.id):  # cancelled before there was a child to end
                    return
            child.send({"trial": str(folder / TRIAL_FILE), "folder": str(folder)})
            while "done" in (said := child.receive()):
                with self._changed:
                    if self._runs(job.id):
                        self._set(job.id, done=said["done"])
            self._settle(job.id, said, folder)
        except LostError:
            self._fail(job.id, Said("the process that ran it ended, perhaps for want of memory"))
        except OSError as error:
            self._fail(job.id, of_system(error))
        except Exception as error:  # whatever it is: the next trial is to be run
            fault = f"{type(error).__name__}: {error}"
            self._fail(job.id, Said("an error of the program, not of the trial ({fault})", fault=fault))
        finally:
            if child is not None:
                child.close()

    def _settle(self, id_: str, said: Message, folder: Path) -> None:
        """Take what the child said last. A trial that was cancelled meanwhile stays cancelled."""
        with self._changed:
            if not self._runs(id_):
                return
            if "finished" in said:
                folder.replace(self.folder / id_)
                self._set(id_, state=State.DONE, done=self.find(id_).asked, ended=time.time())
            else:
                why = unpacked(said.get("failed") or said.get("missing"))
                why = why or Said("{faults}", faults=tuple(got for _, got, _, _ in unpacked(said["problems"])))
                self._fail(id_, why)

    def _fail(self, id_: str, why: str) -> None:
        """Say why a trial came to nothing, unless it was cancelled meanwhile."""
        with self._changed:
            if self._runs(id_):
                self._set(id_, state=State.FAILED, ended=time.time(), why=why)


def _forget_old(jobs: dict[str, Job]) -> None:
    """Let the oldest go of those that were cancelled or failed, of which nothing is on the disk."""
    ended = [id_ for id_, job in jobs.items() if job.state in (State.CANCELLED, State.FAILED)]
    for id_ in ended[:-MOST_ENDED]:
        del jobs[id_]


def _refuse_large(trial: Trial) -> None:
    readings = trial.population.people * len(trial.arms) * len(trial.observed) * len(trial.outcomes)
    if readings > MOST_READINGS:
        got = Said("{n:,} readings (people x arms x days x outcomes)", n=readings)
        most = Said("at most {most:,}", most=MOST_READINGS)
        do = Said("Ask for fewer people or readings, or run the file with `cofactor trial`.")
        raise InputError([Problem("population.people", got, (most,), do)])


def _finished(folder: Path) -> Iterator[Job]:
    """The trials that are whole in a folder. What another version wrote and this one refuses is left alone."""
    for place in folder.glob("[!.]*"):
        try:
            trial = load_trial(place / TRIAL_FILE)
            text = (place / TRIAL_FILE).read_text(encoding="utf-8")
            began, ended = (place / TRIAL_FILE).stat().st_mtime, (place / READINGS).stat().st_mtime
        except (InputError, OSError):
            continue
        if (place / MANIFEST).exists():
            yield Job(place.name, trial, text, began, State.DONE, trial.population.people, began, ended)


def _sweep(folder: Path) -> None:
    """Delete what servers that were killed left behind; what is younger may be that of another one."""
    for place in folder.glob(f"{_UNFINISHED}*"):
        try:
            old = time.time() - place.stat().st_mtime > _ABANDONED
        except OSError:
            continue
        if old:
            shutil.rmtree(place, ignore_errors=True)
