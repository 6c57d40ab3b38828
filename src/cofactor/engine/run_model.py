"""What the command line asks of a model, checked all at once, and the table that it gets back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cofactor.engine.generate import human
from cofactor.engine.solve import Tolerance
from cofactor.engine.user_model import UserModel, load_model
from cofactor.errors import EngineError, InputError, Problem
from cofactor.said import Said

MOST_TIMES = 100_000
TIGHTEST, LOOSEST = 1e-12, 1e-2
POINTS = 100  # outputs where nobody says how many


@dataclass(frozen=True)
class Request:
    """A run as typed: ``settings`` are ``name=value``, ``outputs`` names with commas between."""

    model: Path | None
    settings: Sequence[str] = ()
    until: float = 365.0
    every: float | None = None
    outputs: str | None = None
    tolerance: float = 1e-6


@dataclass(frozen=True, eq=False)
class Table:
    """Times and one column per outcome."""

    model: str
    times: NDArray[np.float64]
    columns: dict[str, NDArray[np.float64]]

    def csv(self) -> str:
        """A header and a line per time."""
        lines = [",".join(("time", *self.columns))]
        rows = zip(self.times, *self.columns.values(), strict=True)
        lines += [",".join(f"{float(v):.10g}" for v in row) for row in rows]
        return "\n".join(lines) + "\n"

    def as_dict(self) -> dict[str, object]:
        """The same for JSON."""
        columns = {name: column.tolist() for name, column in self.columns.items()}
        return {"model": self.model, "times": self.times.tolist(), "values": columns}


def run(request: Request) -> Table:
    """Read the model, check the request against it and integrate.

    Raises :class:`InputError` listing everything that cannot be used.
    """
    model = UserModel(human()) if request.model is None else load_model(request.model)
    return run_given(model, request)


def run_given(model: UserModel, request: Request) -> Table:
    """The same for a model that is read already."""
    problems: list[Problem] = []
    changes = _changes(request.settings, model, problems)
    wanted = _outputs(request.outputs, model, problems)
    times = _times(request, problems)
    if not TIGHTEST <= request.tolerance <= LOOSEST:
        expected = Said("a number between {least} and {most}", least=f"{TIGHTEST:g}", most=f"{LOOSEST:g}")
        problems.append(Problem("--tolerance", f"{request.tolerance:g}", (expected,), Said("Choose one in between.")))
    if problems:
        raise InputError(problems)
    try:
        found = model.run(times, wanted, changes=changes, tolerance=Tolerance(request.tolerance))
    except EngineError as error:
        where = str(request.model or model.name)
        raise InputError([Problem(where, str(error), (), Said("Look at the model and at what was set."))]) from error
    return Table(model.name, found.times, {name: found[name][0] for name in wanted})


def _unknown(where: str, name: str, known: Sequence[str]) -> Problem:
    near = tuple(get_close_matches(name, known, n=3))
    got = Said("{name!r}, which the model does not have", name=name)
    return Problem(where, got, near, Said("Use a name of the model."))


def _changes(settings: Sequence[str], model: UserModel, problems: list[Problem]) -> dict[str, float]:
    changes: dict[str, float] = {}
    for text in settings:
        name, _, value = (part.strip() for part in text.partition("="))
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            problems.append(Problem("--set", repr(text), ("NAME=VALUE",), Said("Give a name and a finite number.")))
        elif name not in model.settable:
            problems.append(_unknown("--set", name, model.settable))
        else:
            changes[name] = number
    return changes


def _outputs(outputs: str | None, model: UserModel, problems: list[Problem]) -> tuple[str, ...]:
    if outputs is None:
        return model.states
    names = tuple(dict.fromkeys(name.strip() for name in outputs.split(",") if name.strip()))
    problems += [_unknown("--outputs", name, model.outcomes) for name in names if name not in model.outcomes]
    if not names:
        expected = Said("names with commas between")
        problems.append(Problem("--outputs", repr(outputs), (expected,), Said("Name at least one.")))
    return names


def _times(request: Request, problems: list[Problem]) -> NDArray[np.float64]:
    until, every = request.until, request.every
    if not (math.isfinite(until) and until > 0):
        do = Said("Give the last time of the run.")
        problems.append(Problem("--until", f"{until:g}", (Said("a time after 0"),), do))
        return np.zeros(1)
    every = until / POINTS if every is None else every
    if not (math.isfinite(every) and every > 0) or until / every > MOST_TIMES:
        expected = Said("a time above {least}", least=f"{until / MOST_TIMES:g}")
        do = Said("At most {most:,} outputs are given.", most=MOST_TIMES)
        problems.append(Problem("--every", f"{every:g}", (expected,), do))
        return np.zeros(1)
    count = int(until / every + 1e-9)
    times: NDArray[np.float64] = every * np.arange(count + 1, dtype=float)
    return times if until - times[-1] < 1e-9 * until else np.append(times, until)
