"""The language of help and of what click says: chosen before anything is parsed, looked up when it is shown.

click asks Python's gettext for its words. One catalogue holds those and ours (``help/fr.toml``, of which
``tools/make_help.py`` makes the file that gettext reads). English has none: it is what the code says.
"""

from __future__ import annotations

import codecs
import gettext
import inspect
import locale
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

import click

LANGUAGES = ("en", "fr")
DOMAIN = "messages"  # gettext's own, which click leaves as it is
CATALOGUES = os.path.join(os.path.dirname(__file__), "help")  # noqa: PTH118, PTH120 - pathlib would slow help down
_SIGNS = "é ’ œ \N{NO-BREAK SPACE}"
_CHOSEN = "cofactor.lang"

C = TypeVar("C", bound=click.Command)
F = TypeVar("F", bound=Callable[..., Any])

_users: list[str | None] = []
"""``LANGUAGE`` as the user set it, the first entry, while gettext is told another."""


def of_environment() -> str:
    """French where the user's environment is French, else English."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    try:
        named = named or locale.getlocale()[0] or ""
    except ValueError:  # a locale that Python has never heard of
        named = ""
    return "fr" if named.lower().startswith("fr") else "en"


def default_language() -> str:
    """The language that ``--lang`` before a command's name asked for, else that of the environment."""
    context = click.get_current_context(silent=True)
    said: str | None = None if context is None else context.meta.get(_CHOSEN)
    return said or of_environment()


def of_arguments(arguments: Sequence[str]) -> str:
    """The language that ``--lang`` asks for anywhere on a command line, the last one first; else the environment's.

    Nothing is parsed yet: what is wrong with the line is to be said in this language too.
    """
    said, words = "", iter(arguments)
    for word in words:
        if word == "--":
            break
        name, sign, value = word.partition("=")
        if name == "--lang":
            value = value if sign else next(words, "")
            said = value if value in LANGUAGES else said
    return said or of_environment()


def shown(lang: str) -> str:
    """The language that help is shown in: English where what it is written to has no signs for another."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        if codecs.lookup(encoding).name != "ascii":  # where only that was promised, click writes UTF-8
            _SIGNS.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return "en"
    return lang


@lru_cache
def words(lang: str) -> Callable[[str], str]:
    """What gives a sentence in a language, and the sentence itself where the catalogue lacks it."""
    return gettext.translation(DOMAIN, CATALOGUES, [lang], fallback=True).gettext


@contextmanager
def spoken(lang: str) -> Iterator[None]:
    """While it lasts, click speaks a language. Which one, gettext reads from the environment alone."""
    folder = gettext.bindtextdomain(DOMAIN)
    gettext.bindtextdomain(DOMAIN, CATALOGUES)
    _users.append(os.environ.get("LANGUAGE"))
    try:
        with _set(lang):
            yield
    finally:
        _users.pop()
        gettext.bindtextdomain(DOMAIN, folder)


@contextmanager
def as_the_user_set_it() -> Iterator[None]:
    """While it lasts, the environment is again the user's, for what a command starts: a browser, workers."""
    with _set(_users[0] if _users else os.environ.get("LANGUAGE")):
        yield


@contextmanager
def _set(value: str | None) -> Iterator[None]:
    before = os.environ.get("LANGUAGE")
    _put(value)
    try:
        yield
    finally:
        _put(before)


def _put(value: str | None) -> None:
    os.environ.pop("LANGUAGE", None)
    if value is not None:
        os.environ["LANGUAGE"] = value


def language_option(function: F) -> F:
    """Let a group take ``--lang`` for the commands below it. Its help does not list it: that of each command does."""
    return click.option(
        "--lang", type=click.Choice(LANGUAGES), hidden=True, expose_value=False, is_eager=True, callback=_keep
    )(function)


def _keep(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.meta[_CHOSEN] = value


def in_language(command: C, lang: str) -> C:
    """A command whose help and errors are in a language: itself in English, else a copy with other words.

    The command itself is left alone: one process may be asked in both languages.
    """
    if lang == "en":
        return command
    from copy import copy  # slow to load, and of no use in English

    tell, context, told = words(lang), click.Context(command), copy(command)
    told._help_option = None  # click keeps the one it once made, with the words of that day
    told.help = command.help and _paragraphs(command.help, tell)
    told.params = [_parameter(parameter, context, tell) for parameter in command.params]
    if isinstance(command, click.Group) and isinstance(told, click.Group):
        told.subcommand_metavar = tell(command.subcommand_metavar)
        told.commands = {name: in_language(below, lang) for name, below in command.commands.items()}
    return told


def _parameter(parameter: click.Parameter, context: click.Context, tell: Callable[[str], str]) -> click.Parameter:
    from copy import copy

    told = copy(parameter)
    told.metavar = _placeholder(parameter.make_metavar(context), tell)
    told.type = copy(parameter.type)
    kind = parameter.type.name.upper()
    if tell(kind) != kind:  # those of click that errors name
        told.type.name = tell(kind).lower()
    if text := getattr(parameter, "help", None):  # gettext has its own head under the empty text
        vars(told)["help"] = _paragraphs(text, tell)
    if isinstance(told, click.Option) and isinstance(told.show_default, str):
        told.show_default = tell(told.show_default)
    return told


def _placeholder(metavar: str, tell: Callable[[str], str]) -> str:
    """What stands for a value, without the marks that say how often it may be given: ``[CATALOGUE]``, ``FILES...``."""
    word = metavar.strip("[].")
    return metavar.replace(word, tell(word)) if word else metavar


def _paragraphs(text: str, tell: Callable[[str], str]) -> str:
    """A text, paragraph by paragraph: click wraps the lines of each anew."""
    return "\n\n".join(tell(" ".join(paragraph.split("\n"))) for paragraph in inspect.cleandoc(text).split("\n\n"))
