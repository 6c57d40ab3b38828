"""The command line: ``cofactor COMMAND``. Each command lives in a file of its own and is loaded when it is called."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click
from click.exceptions import NoSuchCommand

from cofactor import __version__
from cofactor.faces import speech

COMMANDS: dict[str, tuple[str, str]] = {
    "plan": ("plan", "What to take, in which form, when and why; writes the report."),
    "check": ("check", "Every problem of a case file at once, and every gate it meets."),
    "status": ("status", "Where a person stands on every intake and every level."),
    "forecast": ("forecast", "Where a person is heading, as things are or with something more."),
    "trial": ("trial", "A virtual trial: people drawn, matched and treated, to Parquet and a summary."),
    "label": ("label", "What a product holds, does in a population, must not meet, and may claim."),
    "formulate": ("formulate", "The product that brings most of a population into range while few pass a limit."),
    "products": ("products", "The products a plan may choose from, and what an absorbed amount of each costs."),
    "foods": ("foods", "Find a food, or import the official tables of foods and labels."),
    "case": ("case", "Keep cases with their history, plain or sealed with a passphrase."),
    "labs": ("labs", "Bring laboratory results (FHIR, CSV) into a case file."),
    "validate": ("validate", "Published trials, predicted and compared."),
    "cite": ("cite", "The sources that a plan or a trial used, as BibTeX."),
    "evidence": ("evidence", "What stands of an article's statements, by publications and by experiment."),
    "ask": ("ask", "A question in everyday words, answered with numbers and sources."),
    "simulate": ("simulate", "Run a model: your own, or the shipped human."),
    "sensitivity": ("sensitivity", "Which constants and habits move a level."),
    "serve": ("serve", "The same answers over HTTP, for programs on this machine."),
    "export": ("export", "The model for other tools."),
}
"""Command -> (module below ``faces.commands``, one line of help), in the order in which help lists them.

The line stands here so that ``cofactor --help`` loads none of the commands. Its French is in ``help/fr.toml``.
"""


class LazyGroup(click.Group):
    """A group whose commands are imported on call: help and errors answer before any numerics are loaded."""

    lang = "en"

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as in its parent
        """Run the command line in its user's language."""
        given = kwargs.get("args", args[0] if args else None)
        lang = speech.shown(speech.of_arguments(sys.argv[1:] if given is None else list(given)))
        told = speech.in_language(self, lang)
        told.lang = lang
        with speech.spoken(lang):
            return click.Group.main(told, *args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click gives it
        """Names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command: the attribute ``command`` of its module. For an unknown one, the nearest is named."""
        if cmd_name not in COMMANDS:
            if ctx.resilient_parsing or cmd_name.startswith("-"):
                return None
            raise NoSuchCommand(cmd_name, possibilities=COMMANDS, ctx=ctx)
        try:
            found: click.Command = import_module(f"cofactor.faces.commands.{COMMANDS[cmd_name][0]}").command
        except Exception as error:
            _leave(error, self.lang)
            raise
        return speech.in_language(found, self.lang)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click gives it
        """List the commands without loading them."""
        tell = speech.words(self.lang)
        with formatter.section(tell("Commands")):
            formatter.write_dl([(name, tell(line)) for name, (_, line) in COMMANDS.items()])


def _leave(error: Exception, lang: str) -> None:
    """End the program in words where a library that a command needs could not be loaded."""
    from cofactor.faces import shared

    if (left := shared.answer(error)) is not None:
        shared.leave(left, lang, as_json=False)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@speech.language_option
@click.version_option(__version__, prog_name="cofactor")
def main() -> None:
    """Vitamin D and magnesium as one system, computed for a person and for a population."""
