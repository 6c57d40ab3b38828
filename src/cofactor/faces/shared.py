"""What every command shares: language, JSON and quiet switches, and one way for errors to leave the program.

Exit codes: 0 done, 2 input refused, 3 done but a gate withheld a dose, 1 anything else.
"""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from cofactor.errors import CofactorError, InputError
from cofactor.faces.speech import LANGUAGES, as_the_user_set_it, default_language, spoken, words
from cofactor.files import no_library, no_memory, told
from cofactor.report import refusals
from cofactor.report.plain import harmless, harmless_json
from cofactor.report.text import typeset

REFUSED = 2
WITHHELD = 3
_LIBRARY = re.compile(r"[^\n]*(?:map segment|cannot allocate|shared object|DLL|dlopen)[^\n]*", re.IGNORECASE)
"""What loaders of several systems say, in one line of what Python makes of it."""
_NO_THREAD = "can't start new thread"

YES_OR_NO = "y/N"  # as click writes it
_YES, _NO = {"o", "oui", "y", "yes"}, {"", "n", "non", "no"}

F = TypeVar("F", bound=Callable[..., Any])

case_argument = click.argument("case", type=click.Path(path_type=Path))
"""The case file. Whether it can be opened is said by the reader, in the form of every other problem."""


def common(function: F) -> F:
    """Add ``--lang``, ``--json`` and ``-q`` to a command, and turn the package's errors into messages and exit codes.

    The command receives ``lang``, ``as_json`` and ``quiet``.
    """

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - a command's own signature
        try:
            with as_the_user_set_it():
                return function(*args, **kwargs)
        except BrokenPipeError:
            raise  # whoever read the output has seen enough (`| head`): click ends quietly
        except Exception as error:
            left = answer(error)
            if left is None:
                raise
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


def answer(error: BaseException) -> CofactorError | None:
    """What is said of an error: its own words, or that the system, memory or a library is the matter; else nothing.

    Where memory is short, a library that cannot be loaded is what is seen first, often behind other errors.
    """
    if isinstance(error, CofactorError):
        return error
    chain: list[BaseException] = [error]
    while (before := chain[-1].__cause__ or chain[-1].__context__) is not None and before not in chain:
        chain.append(before)
    if any(isinstance(e, MemoryError) or str(e) == _NO_THREAD for e in chain):
        return no_memory()
    for e in reversed(chain):
        if isinstance(e, ImportError | OSError) and (said := _LIBRARY.search(str(e))):
            return no_library(said[0])
    return told(error) if isinstance(error, OSError) else None


def leave(error: CofactorError, lang: str, *, as_json: bool) -> NoReturn:
    """Print an error to standard error and end the program with its exit code."""
    try:
        _print(error, lang, as_json=as_json)
    except MemoryError:  # not even for the words of a language: English is there already
        say(str(error), err=True)
    sys.exit(REFUSED if isinstance(error, InputError) else 1)


def _print(error: CofactorError, lang: str, *, as_json: bool) -> None:
    if as_json:
        found = refusals.rows(refusals.problems_of(error), lang)
        found = found or [{"where": "", "got": refusals.error_in(error, lang), "expected": [], "do": ""}]
        click.echo(harmless_json(json.dumps({"problems": found}, ensure_ascii=False)), err=True)
    else:
        say(refusals.error_in(error, lang), err=True)


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print text: the one door to the terminal, through which nothing goes that could steer it."""
    click.echo(harmless(text), err=err, nl=nl)


def ask(question: str, lang: str, *, twice: bool = False) -> str:
    """Ask for what nobody is to see typed."""
    suffix = typeset(" : ", lang) if lang == "fr" else ": "
    with spoken(lang):
        return str(click.prompt(question, hide_input=True, confirmation_prompt=twice, prompt_suffix=suffix, err=True))


def sure(question: str, lang: str) -> bool:
    """Ask for a yes; Enter means no. click knows English answers only."""
    if lang == "en":
        with spoken(lang):
            return click.confirm(question, err=True)
    tell = words(lang)
    prompt, suffix = f"{question} [{tell(YES_OR_NO)}]", typeset(" : ", lang)
    while True:
        with spoken(lang):
            answer = str(click.prompt(prompt, default="", show_default=False, prompt_suffix=suffix, err=True))
        if (given := answer.strip().lower()) in _YES | _NO:
            return given in _YES
        say(tell("Error: invalid input"), err=True)


def print_json(value: object) -> None:
    """Print a value as JSON to standard output."""
    click.echo(harmless_json(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)))
