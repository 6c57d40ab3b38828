"""``cofactor case``: the store of cases, with history and an optional passphrase."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cofactor.errors import InputError, Problem, StoreError
from cofactor.faces.shared import ask, common, print_json, say, sure
from cofactor.faces.speech import language_option
from cofactor.said import Said

if TYPE_CHECKING:
    from cofactor.person.store import Store
    from cofactor.person.store_chain import Damage, Version

PASSPHRASE = "COFACTOR_PASSPHRASE"
_FILE = click.Path(dir_okay=False, path_type=Path)
_VERSION = click.option("--version", "number", type=click.IntRange(1), help="An earlier version (default: the last).")


@click.group("case")
@language_option
def command() -> None:
    """Keep cases with their history in a store of your own, plain or sealed with a passphrase.

    The passphrase of a sealed store is asked for, or taken from COFACTOR_PASSPHRASE.
    """


@command.command("save")
@click.argument("file", type=_FILE)
@click.option("--as", "name", help="Name in the store (default: the name of the file).")
@click.option("--seal", is_flag=True, help="Seal the store with a passphrase, if it is not sealed yet.")
@common
def save(file: Path, name: str | None, seal: bool, lang: str, as_json: bool, quiet: bool) -> None:
    """Save FILE as a new version of a case. A file that is no case is refused; an unchanged one adds nothing."""
    from cofactor.person.case import load_case
    from cofactor.person.documents import text_of
    from cofactor.person.store import open_store
    from cofactor.report.text import Text

    load_case(file)
    with open_store(passphrase=_passphrase(lang), create=True) as store:
        if seal and not store.sealed:
            store.protect(_new_passphrase(lang))
        version, new = store.save(name or file.stem, text_of(file, Said("a case file")))
        _warn(store, lang)
    if as_json:
        print_json({"name": name or file.stem, **_row(version), "new": new})
    elif not quiet:
        key = "saved" if new else "unchanged"
        say(Text(lang)(f"store.{key}", name=name or file.stem, number=str(version.number)))


@command.command("list")
@common
def list_(lang: str, as_json: bool, quiet: bool) -> None:
    """List the cases of the store."""
    from cofactor.person.store import open_store
    from cofactor.report.text import Text

    with open_store(passphrase=_passphrase(lang)) as store:
        found = store.cases()
        _warn(store, lang)
    if as_json:
        print_json({"cases": [{"name": s.name, **_row(s.last)} for s in found]})
    elif not quiet:
        text = Text(lang)
        lines = [text("store.row", name=s.name, number=str(s.last.number), saved=_when(s.last.saved)) for s in found]
        say("\n".join(lines or [text("store.empty")]))


@command.command("show")
@click.argument("name")
@_VERSION
@common
def show(name: str, number: int | None, lang: str, as_json: bool, quiet: bool) -> None:
    """Print the case file that is saved under NAME."""
    from cofactor.person.store import open_store

    with open_store(passphrase=_passphrase(lang)) as store:
        text = store.text(name, number)
        _warn(store, lang)
    if as_json:
        print_json({"name": name, "text": text})
    elif not quiet:
        say(text, nl=not text.endswith("\n"))


@command.command("history")
@click.argument("name")
@common
def history(name: str, lang: str, as_json: bool, quiet: bool) -> None:
    """List the versions of a case, with the keys that each changed."""
    from cofactor.person.store import changed_keys, open_store
    from cofactor.report.text import Text

    with open_store(passphrase=_passphrase(lang)) as store:
        versions = store.history(name)
        changes = changed_keys(store, name, versions)
        _warn(store, lang)
    if as_json:
        print_json({"name": name, "versions": [{**_row(v), "changed": list(changes[v.number])} for v in versions]})
    elif not quiet:
        text = Text(lang)
        for v in versions:
            changed = ", ".join(changes[v.number]) or text("store.nothing_changed")
            say(text("store.version", number=str(v.number), saved=_when(v.saved), changed=changed))


@command.command("export")
@click.argument("name")
@click.argument("file", type=_FILE)
@_VERSION
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@common
def export(name: str, file: Path, number: int | None, force: bool, lang: str, as_json: bool, quiet: bool) -> None:
    """Write a saved case to FILE, as it was saved."""
    from cofactor.files import write_whole
    from cofactor.person.store import open_store

    if file.exists() and not force:
        got, do = Said("a file that is there"), Said("Say `--force` to write over it.")
        raise InputError([Problem(str(file), got, (Said("a new file"),), do)])
    with open_store(passphrase=_passphrase(lang)) as store:
        write_whole(file, store.text(name, number), mode=0o600)
        _warn(store, lang)
    if as_json:
        print_json({"written": str(file)})
    elif not quiet:
        say(str(file))


@command.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@common
def delete(name: str, yes: bool, lang: str, as_json: bool, quiet: bool) -> None:
    """Delete a case with all its versions. Its bytes are overwritten; there is no way back."""
    from cofactor.person.store import open_store
    from cofactor.report.text import Text

    text = Text(lang)
    with open_store(passphrase=_passphrase(lang)) as store:
        store.history(name)  # a name that is not there is told before anything is asked
        if not yes and not sure(text("store.sure", name=name), lang):
            return
        count = store.delete(name)
    if as_json:
        print_json({"name": name, "deleted": count})
    elif not quiet:
        say(text("store.deleted", name=name, count=str(count)))


@command.command("protect")
@common
def protect(lang: str, as_json: bool, quiet: bool) -> None:
    """Seal the store with a passphrase, or change the one it has. Without it nobody can read the store again."""
    from cofactor.person.store import open_store
    from cofactor.report.text import Text

    with open_store(passphrase=_passphrase(lang)) as store:
        store.protect(_new_passphrase(lang))
    if as_json:
        print_json({"sealed": True})
    elif not quiet:
        say(Text(lang)("store.sealed"))


def _passphrase(lang: str) -> Callable[[], str]:
    """What gives the passphrase of the store, from the environment or typed."""

    def passphrase() -> str:
        from cofactor.report.text import Text

        known = os.environ.get(PASSPHRASE)
        if known is not None:
            return known
        if not sys.stdin.isatty():
            raise StoreError(
                Said("The store is sealed: set {name}, or run this in a terminal that can ask.", name=PASSPHRASE)
            )
        return ask(Text(lang)("store.passphrase"), lang)

    return passphrase


def _new_passphrase(lang: str) -> str:
    from cofactor.report.text import Text

    known = os.environ.get(f"{PASSPHRASE}_NEW", os.environ.get(PASSPHRASE))
    if known is not None:
        return known
    if not sys.stdin.isatty():
        name = f"{PASSPHRASE}_NEW"
        raise StoreError(Said("Set {name} to the new passphrase, or run this in a terminal that can ask.", name=name))
    return ask(Text(lang)("store.new_passphrase"), lang, twice=True)


def _row(version: Version) -> dict[str, object]:
    return {"version": version.number, "saved": version.saved, "sha256": version.hash}


def _when(saved: str) -> str:
    return saved.replace("T", " ").replace("+00:00", " UTC")


def _warn(store: Store, lang: str) -> None:
    """Name what was saved and is not there as it was."""
    from cofactor.report.text import Text

    text = Text(lang)
    for damage in store.damage():
        say(_sentence(text, damage, store.name_of(damage.case)), err=True)


def _sentence(text: object, damage: Damage, name: str) -> str:
    assert callable(text)
    what = f"{damage.first}" if damage.first == damage.last else f"{damage.first}-{damage.last}"
    when = _when(damage.saved) if damage.saved else "?"
    return str(text(f"store.damage.{damage.loss.value}", name=name or damage.case or "?", versions=what, saved=when))
