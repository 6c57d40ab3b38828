"""The sources of a virtual trial as a whole: those of its run, and the published trials that the model is held to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from cofactor.errors import InputError, Problem
from cofactor.evidence.published import Kind, shipped
from cofactor.facts.types import Source, Trust
from cofactor.said import Said
from cofactor.trial.design import load_trial
from cofactor.trial.parts import MANIFEST
from cofactor.trial.sources import sources

_IS_TRIAL = re.compile(rb"^trial[ \t]*:", re.MULTILINE)


def is_trial(path: Path) -> bool:
    """Whether a path is the folder of a run, or a trial file and no case."""
    return path.is_dir() or (path.is_file() and _IS_TRIAL.search(path.read_bytes()) is not None)


def of_trial(path: Path) -> tuple[Source, ...]:
    """The sources of a trial file, or of a run by its manifest. Raises :class:`InputError`."""
    found = _of_run(path) if path.is_dir() else sources(load_trial(path))
    return tuple(dict.fromkeys((*found, *_calibrated_on())))


def _of_run(folder: Path) -> tuple[Source, ...]:
    manifest = folder / MANIFEST
    try:
        rows = json.loads(manifest.read_text(encoding="utf-8"))["sources"]
        return tuple(Source(row["text"], Trust(row["known"]), row["detail"]) for row in rows)
    except (OSError, ValueError, KeyError, TypeError):
        got = Said("{folder} without a {manifest} that names sources", folder=str(folder), manifest=MANIFEST)
        do = Said("Give a case, a trial file, or the folder of a finished run; older runs are run again.")
        raise InputError([Problem(Said("case"), got, (), do)]) from None


def _calibrated_on() -> Iterator[Source]:
    """Published trials of both tables, each once, with its identifier."""
    for kind in Kind:
        for row in shipped(kind):
            yield Source(row.text("citation"), row.trust, row.text("doi_or_pmid"))
