"""How far a long run is: a bar with the time left in a terminal, plain lines in a log, nothing when asked for quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cofactor.report import numbers
from cofactor.report.text import Text

Progress = Callable[[int, int], None]

_EVERY_SECONDS = 10.0  # between lines of a log


@contextmanager
def progress(lang: str, *, quiet: bool) -> Iterator[Progress | None]:
    """Give what a run tells after every part: people done and people asked. It writes to standard error."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(lang) as told:
            yield told
    else:
        yield _lines(lang)


@contextmanager
def _bar(lang: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(Text(lang)("trial.progress"), total=None)
        yield lambda done, asked: bar.update(task, completed=done, total=asked)


def _lines(lang: str) -> Progress:
    begin = said = time.monotonic()
    text = Text(lang)

    def told(done: int, asked: int) -> None:
        nonlocal said
        now = time.monotonic()
        if 0 < done < asked and now - said >= _EVERY_SECONDS:
            said = now
            left = duration((asked - done) * (now - begin) / done)
            shown = (numbers.number(n, lang) for n in (done, asked))
            print(text("trial.line", done=next(shown), asked=next(shown), left=left), file=sys.stderr, flush=True)

    return told


def duration(seconds: float) -> str:
    """Write a time as hours:minutes:seconds."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
