"""Run a trial: parts of people one after the other, written as they are done; then the summary and the manifest.

    cofactor.run_trial("trial.yaml", out="out/")

The same seed gives the same files whatever the order, the number of threads or of machines, and however often the run
was interrupted. Memory stays flat: only one part is held at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cofactor.errors import InputError, Problem
from cofactor.files import write_whole
from cofactor.said import Said
from cofactor.trial import parts
from cofactor.trial.cluster import make_on
from cofactor.trial.design import load_trial, parse_trial
from cofactor.trial.make import Progress, Tally, make_here
from cofactor.trial.parts import MANIFEST, SUMMARY, Plan
from cofactor.trial.summary import summary
from cofactor.trial.types import Trial


@dataclass(frozen=True)
class Shard:
    """The ``index``-th of ``count`` shares of the parts (1 is the first)."""

    index: int = 1
    count: int = 1

    @classmethod
    def of(cls, text: str) -> Shard:
        """Read ``3/40``. Raises :class:`InputError`."""
        index, slash, count = text.partition("/")
        if slash and index.strip().isdigit() and count.strip().isdigit() and 1 <= int(index) <= int(count):
            return cls(int(index), int(count))
        raise InputError([Problem("shard", text, (Said("I/N, from 1/N to N/N"),), Said("Write such as 3/40."))])


@dataclass(frozen=True)
class TrialRun:
    """What a run did. ``summary`` is None while parts of other shards are missing."""

    folder: Path
    summary: Mapping[str, Any] | None
    made: int  # parts made by this run
    kept: int  # parts found finished
    missing: int  # parts of other shards not there yet


def run_trial(
    trial: str | Path | Mapping[str, object] | Trial,
    out: str | Path,
    *,
    people: int | None = None,
    seed: int | None = None,
    shard: Shard | None = None,
    resume: bool = False,
    progress: Progress | None = None,
    cluster: str | None = None,
) -> TrialRun:
    """Run a trial into a folder.

    Args:
        trial: a trial file, its values, or a :class:`Trial`.
        out: the folder; made where it does not exist.
        people: how many people, in place of the file's number.
        seed: in place of the file's seed.
        shard: make only this share of the parts; whoever finishes the last one writes the summary.
        resume: keep finished parts that are as their receipts say; make the others.
        progress: told after every arm of a part.
        cluster: address of a Dask scheduler whose workers make the parts, or ``local`` for processes of this machine.

    Raises :class:`InputError` where the trial is refused, the folder holds parts of another trial, or the cluster is
    not to be used.

    """
    plan = Plan(_with(_read(trial), people, seed))
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    found = parts.receipts(folder)
    _refuse_strangers(folder, plan, found, resume=resume)
    share = shard or Shard()
    mine = range(share.index - 1, plan.count, share.count)
    finished = {i for i in mine if resume and i in found and parts.holds(folder, plan, found[i])}
    todo = [i for i in mine if i not in finished]
    _make(plan, folder, todo, progress, cluster)
    if cluster is not None:
        _refuse_lost(folder, plan, todo)
    return _finish(plan, folder, frozenset(mine), kept=len(finished))


def _read(trial: str | Path | Mapping[str, object] | Trial) -> Trial:
    if isinstance(trial, Trial):
        return trial
    return load_trial(trial) if isinstance(trial, str | Path) else parse_trial(trial)


def _with(trial: Trial, people: int | None, seed: int | None) -> Trial:
    if people is not None and people < 1:
        raise InputError([Problem("people", str(people), (Said("1 or more"),), Said("Give a number of people."))])
    if seed is not None and seed < 0:
        raise InputError([Problem("seed", str(seed), (Said("0 or more"),), Said("Give a seed that is not negative."))])
    who = trial.population
    return replace(
        trial,
        population=replace(
            who, people=who.people if people is None else people, seed=who.seed if seed is None else seed
        ),
    )


def _refuse_strangers(folder: Path, plan: Plan, found: Mapping[int, parts.Receipt], *, resume: bool) -> None:
    """Refuse a folder with parts of another trial, which would be taken for this one's by whoever reads them all."""
    other = any(r.design != plan.design for r in found.values())
    if any(part >= plan.count for part in found) or (other and not resume):
        do = Said("Choose an empty folder; --resume makes anew what differs.")
        if resume:
            do = Said("Choose an empty folder.")
        got = Said("{folder} with parts of another trial", folder=str(folder))
        raise InputError([Problem("out", got, (Said("a folder of its own"),), do)])


def _make(plan: Plan, folder: Path, todo: list[int], progress: Progress | None, cluster: str | None) -> None:
    tally = Tally(progress, sum(len(plan.people(i)) for i in todo), len(plan.trial.arms))
    if cluster is None:
        make_here(plan, folder, todo, tally)
    else:
        make_on(cluster, plan, folder, todo, tally)


def _refuse_lost(folder: Path, plan: Plan, made: Iterable[int]) -> None:
    """Refuse what a cluster has made where it is not here as we would have made it."""
    found = parts.receipts(folder)
    if any(i not in found or not parts.holds(folder, plan, found[i]) for i in made):
        expected = (
            Said("a folder that every worker sees under this path"),
            Said("this version of cofactor on every worker"),
        )
        got = Said("parts that are not in {folder}", folder=str(folder))
        raise InputError([Problem("--cluster", got, expected, Said("Make both so, then resume."))])


def _finish(plan: Plan, folder: Path, mine: frozenset[int], kept: int) -> TrialRun:
    """Write summary and manifest where every part is there; ``mine`` were made or checked by this run."""
    found = parts.receipts(folder)
    own = [r for r in found.values() if r.part in mine or parts.holds(folder, plan, r)]
    made, missing = len(mine) - kept, plan.count - len(own)
    if missing:
        return TrialRun(folder, None, made, kept, missing)
    result = summary(folder, plan)
    write_whole(folder / SUMMARY, _json(result))
    write_whole(folder / MANIFEST, _json(parts.manifest(plan, own)))
    return TrialRun(folder, result, made, kept, 0)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
