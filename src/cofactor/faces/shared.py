"""What every command shares: language, JSON and quiet switches, and one way for errors to leave the program.

Exit codes: 0 done, 2 input refused, 3 done but a gate withheld a dose, 1 anything else.
"""

from __future__ import annotations

import functools
import json
import locale
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from cofactor.errors import CofactorError, InputError
from cofactor.files import told
from cofactor.report import refusals
from cofactor.report.plain import harmless, harmless_json
from cofactor.said import Said

REFUSED = 2
WITHHELD = 3
LANGUAGES = ("en", "fr")
_NO_MEMORY = Said("The memory that this program may take is used up. Ask for fewer people at once, or allow it more.")

F = TypeVar("F", bound=Callable[..., Any])

case_argument = click.argument("case", type=click.Path(path_type=Path))
"""The case file. Whether it can be opened is said by the reader, in the form of every other problem."""


def default_language() -> str:
    """French where the user's environment is French, else English."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    named = named or locale.getlocale()[0] or ""
    return "fr" if named.lower().startswith("fr") else "en"


def common(function: F) -> F:
    """Add ``--lang``, ``--json`` and ``-q`` to a command, and turn the package's errors into messages and exit codes.

    The command receives ``lang``, ``as_json`` and ``quiet``.
    """

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - a command's own signature
        try:
            return function(*args, **kwargs)
        except CofactorError as error:
            left = error
        except BrokenPipeError:
            raise  # whoever read the output has seen enough (`| head`): click ends quietly
        except OSError as error:
            left = told(error)
        except MemoryError:
            left = CofactorError(_NO_MEMORY)
        leave(left, kwargs.get("lang", "en"), as_json=bool(kwargs.get("as_json")))

    options = (
        click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option(
            "--lang",
            type=click.Choice(LANGUAGES),
            default=default_language,
            show_default="by your environment",
            help="Language of what is printed and written.",
        ),
    )
    wrapped: Any = guarded
    for option in options:
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]


def leave(error: CofactorError, lang: str, *, as_json: bool) -> NoReturn:
    """Print an error to standard error and end the program with its exit code."""
    if as_json:
        found = refusals.rows(refusals.problems_of(error), lang)
        found = found or [{"where": "", "got": refusals.error_in(error, lang), "expected": [], "do": ""}]
        click.echo(harmless_json(json.dumps({"problems": found}, ensure_ascii=False)), err=True)
    else:
        say(refusals.error_in(error, lang), err=True)
    sys.exit(REFUSED if isinstance(error, InputError) else 1)


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print text: the one door to the terminal, through which nothing goes that could steer it."""
    click.echo(harmless(text), err=err, nl=nl)


def print_json(value: object) -> None:
    """Print a value as JSON to standard output."""
    click.echo(harmless_json(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)))
