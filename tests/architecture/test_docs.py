"""Commands that the documents show exist, with the options they are shown with."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from cofactor.faces.cli import main

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("docs/*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
CALL = re.compile(r"^(?:\.venv/bin/)?cofactor (.*)$")


def shown() -> list[tuple[str, str]]:
    """(page, the words after ``cofactor``) of every line of a shell block."""
    found = []
    for page in PAGES:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            lines = block.replace("\\\n", " ").splitlines()
            found += [(page.name, call[1]) for line in lines if (call := CALL.match(line.strip()))]
    return found


def wrong(words: list[str]) -> str | None:
    """What a call names that does not exist."""
    command = main
    context = click.Context(main)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, *words = words
        try:
            command = command.get_command(context, name)
        except click.NoSuchCommand:
            command = None
        if command is None:
            return f"no command {name!r}"
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in words if word.startswith("-") and word.partition("=")[0] not in {*options, "--help"}]
    return f"no option {', '.join(unknown)}" if unknown else None


@pytest.mark.parametrize(("page", "call"), shown())
def test_a_command_that_is_shown_exists(page, call):
    assert wrong(shlex.split(call, comments=True)) is None, f"{page}: cofactor {call}"


def test_the_check_finds_what_does_not_exist():
    assert wrong(["plans", "case.yaml"]) == "no command 'plans'"
    assert wrong(["plan", "case.yaml", "--frobnicate"]) == "no option --frobnicate"
    assert len(shown()) > 20
