"""Help, and what click says, in the language of whoever asks: French throughout, and English as it always was."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import os
import re
import subprocess
import sys
from collections import Counter
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter

import click
import pytest
from click.testing import CliRunner

from cofactor.faces import shared, speech
from cofactor.faces.cli import COMMANDS, main

ROOT = Path(__file__).parents[2]
ANNA = str(ROOT / "examples" / "anna.yaml")
NBSP = "\N{NO-BREAK SPACE}"
FRENCH, ENGLISH = {"LC_ALL": "fr_FR.UTF-8"}, {"LC_ALL": "C.UTF-8"}
KINDS = {"TEXT", "INTEGER", "INTEGER RANGE", "FLOAT", "FLOAT RANGE", "FILE", "DIRECTORY", "PATH"}
"""What click calls the types of values that our options take."""
ONCE = {"file", "directory", "path"}
"""click asks for these when a command is loaded, once for both languages; help translates them as KINDS."""
OF_PROGRAMMERS = {
    "Arguments take exactly one parameter declaration, got {length}: {decls}.",
    "Boolean option {decl!r} cannot use the same flag for true/false.",
    "Choice({choices})",
    "Could not determine name for option with declarations {decls!r}",
    "Invalid start character for option ({option})",
    "Name '{name}' defined twice",
    "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? Did you mean to "
    "pass '--{name}'?",
    "Unknown color {colour!r}",
    "Unknown standard stream '{name}'",
}
"""What click says of a mistake in the code of a program, whose readers read its traceback."""


def tool():
    spec = importlib.util.spec_from_file_location("make_help", ROOT / "tools" / "make_help.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_help = tool()
ENTRIES = make_help.entries(make_help.SOURCE.read_text(encoding="utf-8"))


def run(*words, env=FRENCH, given=None):
    """Call the command line with an environment of its own: what this machine says of languages stays out."""
    silent = dict.fromkeys(("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    return CliRunner().invoke(main, list(words), prog_name="cofactor", env={**silent, **env}, input=given)


def contexts(command=main, parent=None, name="cofactor"):
    """Every command and group with the context that click would give it, below the root."""
    here = click.Context(command, parent=parent, info_name=name, terminal_width=80, **command.context_settings)
    yield here
    if isinstance(command, click.Group):
        for below in command.list_commands(here):
            yield from contexts(command.get_command(here, below), here, below)


ALL = {context.command_path.removeprefix("cofactor").strip(): context for context in contexts()}


def paragraphs(text):
    return [" ".join(part.split("\n")) for part in inspect.cleandoc(text).split("\n\n")] if text else []


def ours():
    """Every English text of ours that help shows."""
    found = {line for _, line in COMMANDS.values()} | {shared.YES_OR_NO, *KINDS}
    for context in ALL.values():
        found |= {*paragraphs(context.command.help)}
        if isinstance(context.command, click.Group):
            found.add(context.command.subcommand_metavar)
        for parameter in context.command.params:
            found |= {*paragraphs(getattr(parameter, "help", None))}
            if isinstance(told := getattr(parameter, "show_default", None), str):
                found.add(told)
            if parameter.param_type_name == "argument" or parameter.metavar:
                found.add(parameter.make_metavar(context).strip("[]."))
    return {text for text in found if not text.startswith("{")}  # a choice of values


def clicks():
    """Every text that click asks gettext for: one, or one and more."""
    found = {"required"}  # asked for under a name
    for path in Path(click.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                texts = tuple(a.value for a in node.args if isinstance(a, ast.Constant))
                found |= {texts} if len(texts) > 1 else {*texts}
    return found


def test_every_text_has_its_french_and_no_french_is_left_over():
    needed = ours() | (clicks() - ONCE - OF_PROGRAMMERS)
    assert needed - ENTRIES.keys() == set()
    assert ENTRIES.keys() - needed == set()


def test_the_lists_of_what_is_left_in_english_are_of_this_click():
    assert clicks() >= ONCE | OF_PROGRAMMERS


def fields(text):
    return Counter((name, turned) for _, name, _, turned in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("english", ENTRIES, ids=str)
def test_the_french_shows_the_same_values(english):
    french = ENTRIES[english]
    if isinstance(english, tuple):  # click gives both forms all values
        assert all(fields(form).keys() <= fields("".join(english)).keys() for form in french)
    elif "%(" in english:
        assert french % {"prog": "p", "version": "v"} == english % {"prog": "p", "version": "v"}
    else:
        assert fields(french) == fields(english)


def test_the_french_is_set_as_french():
    texts = [part for text in ENTRIES.values() for part in ([text] if isinstance(text, str) else text)]
    assert [text for text in texts if any(f" {mark}" in text for mark in ":;!?")] == []
    assert [text for text in texts if any(f"{letter}'" in text for letter in "lLdDnNcCsSjJ")] == []
    assert make_help.composed('Ceci : "2000 IU" ; et `a : b`') == f'Ceci{NBSP}: "2000 IU"{NBSP}; et `a : b`'


def test_what_gettext_reads_is_made_of_the_source():
    source = make_help.SOURCE.read_text(encoding="utf-8")
    assert make_help.MADE.read_bytes() == make_help.made(source), "run python tools/make_help.py"
    with make_help.MADE.open("rb") as file:
        read = GNUTranslations(file)
    for english, french in ENTRIES.items():
        if isinstance(english, str):
            assert read.gettext(english) == french
        else:
            assert [read.ngettext(*english, n) for n in (0, 1, 2)] == [french[0], french[0], french[1]]


def test_a_text_in_two_sections_is_refused():
    with pytest.raises(SystemExit, match="in two sections: Same"):
        make_help.entries('counted = []\n[a]\n"Same" = "Pareil"\n[b]\n"Same" = "Idem"\n')


@pytest.mark.parametrize("path", ALL)
def test_help_is_french_throughout(path):
    french, english = (run(*path.split(), "--help", env=env) for env in (FRENCH, ENGLISH))
    assert (french.exit_code, french.stderr) == (0, "")
    shown = " ".join(french.output.split())
    sentences = [text for entry in ENTRIES for text in ([entry] if isinstance(entry, str) else entry) if " " in text]
    assert [text for text in sentences if text in shown] == []
    same = {line.strip() for line in french.output.splitlines()} & {
        line.strip() for line in english.output.splitlines()
    }
    assert {line for line in same if re.search(r"(?<![-\w])[A-Za-z]?[a-z]{2,}", line)} == set()  # words, no options


@pytest.mark.parametrize("path", ALL)
def test_english_help_is_what_click_makes_of_the_command_itself(path):
    for env in (ENGLISH, {"LANG": "de_DE.UTF-8", "LANGUAGE": "de:fr"}, {}):
        shown = run(*path.split(), "--help", env=env)
        assert shown.output == ALL[path].get_help() + "\n"


def test_the_first_lines_of_help_in_both_languages():
    assert run("--help", env=ENGLISH).output.startswith("Usage: cofactor [OPTIONS] COMMAND [ARGS]...\n")
    assert run("--help").output.startswith(f"Usage{NBSP}: cofactor [OPTIONS] COMMANDE [ARGUMENTS]...\n")
    assert run("plan", "--help", env=ENGLISH).output.startswith("Usage: cofactor plan [OPTIONS] CASE\n")
    assert run("products", "--help").output.startswith(f"Usage{NBSP}: cofactor products [OPTIONS] [CATALOGUE]\n")
    assert run("foods", "import", "-h").output.startswith(f"Usage{NBSP}: cofactor foods import [OPTIONS] FICHIERS...\n")
    assert "--days ENTIER   Jusqu’où regarder." in run("forecast", "--help").output
    assert f"[par défaut{NBSP}: 365; 1<=x<=3650]" in run("forecast", "--help").output
    assert '"vitamin_d D3 2000 IU"' in run("forecast", "--help").output  # to be copied as it stands


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", ANNA, "--jsno"], "L’option '--jsno' n’existe pas. Vouliez-vous dire '--json' ?"),
        (["check"], "Il manque l’argument 'CAS'."),
        (["trial", "t.yaml"], "Il manque l’option '--out'."),
        (["statsu"], "La commande 'statsu' n’existe pas. Vouliez-vous dire 'status' ?"),
        (["case", "lst"], "La commande 'lst' n’existe pas. Vouliez-vous dire 'list' ?"),
        (["check", ANNA, "b", "c"], "Arguments de trop (b c)"),
        (["check", ANNA, "b"], "Argument de trop (b)"),
        (["export", "pdf", "x"], "'pdf' n’est pas l’une de ces valeurs : 'sbml', 'antimony', 'petab'."),
        (["forecast", ANNA, "--days", "ten"], "Valeur refusée pour '--days' : 'ten' n’est pas un entier."),
        (["forecast", ANNA, "--days", "0"], "0 n’est pas dans l’intervalle 1<=x<=3650."),
        (["validate", "--trials", "no.csv"], "Valeur refusée pour '--trials' : Fichier 'no.csv' introuvable."),
        (["check", ANNA, "--json=1"], "L’option '--json' ne prend pas de valeur."),
        (["check", ANNA, "--lang"], "L’option '--lang' demande une valeur."),
        (["check", ANNA, "--lang", "de"], "'de' n’est pas l’une de ces valeurs : 'en', 'fr'."),
    ],
)
def test_a_slip_on_the_command_line_is_told_in_french(words, said):
    shown = run(*words)
    assert (shown.exit_code, shown.stdout) == (2, "")
    told = shown.stderr.replace(NBSP, " ")
    assert "Erreur : " in told
    assert said in told
    assert not {"Error:", "Usage:", "Try"} & set(shown.stderr.split())


def test_without_a_command_help_is_shown_in_french():
    assert run().exit_code == 2
    assert "Commandes" in run().stderr


@pytest.mark.parametrize("words", [["plan", "--lang", "fr"], ["--lang", "fr", "plan"], ["--lang=fr", "plan"]])
def test_the_language_that_is_asked_for_goes_before_the_environment(words):
    shown = run(*words, env=ENGLISH)
    assert shown.exit_code == 2
    assert "Il manque l’argument 'CAS'." in shown.stderr
    english = [word.replace("fr", "en") for word in words]
    assert "Missing argument 'CASE'." in run(*english, env=FRENCH).stderr


@pytest.mark.parametrize("words", [["--help", "--lang", "fr"], ["--lang", "fr", "-h"], ["case", "--lang=fr", "--help"]])
def test_groups_take_the_language_too(words):
    assert "Afficher cette aide et quitter." in run(*words, env=ENGLISH).output
    english = [word.replace("fr", "en") for word in words]
    assert "Show this message and exit." in run(*english, env=FRENCH).output


def test_the_language_before_a_command_is_that_of_its_answer():
    assert "Aucun aliment" in run("--lang", "fr", "foods", "search", "zzzz", env=ENGLISH).output
    assert "Aucun aliment" in run("foods", "--lang", "fr", "search", "zzzz", env=ENGLISH).output
    assert "Aucun aliment" in run("--lang", "en", "foods", "search", "zzzz", "--lang", "fr", env=ENGLISH).output
    assert "Aucun aliment" not in run("--lang", "en", "foods", "search", "zzzz", env=FRENCH).output


@pytest.mark.parametrize(
    ("words", "lang"),
    [
        ([], "en"),
        (["plan", "--lang", "fr"], "fr"),
        (["plan", "--lang=fr", "x"], "fr"),
        (["--lang", "en", "plan", "--lang", "fr"], "fr"),
        (["plan", "--lang", "de"], "en"),
        (["plan", "--lang"], "en"),
        (["plan", "--", "--lang", "fr"], "en"),
    ],
)
def test_the_language_is_found_before_anything_is_parsed(words, lang, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    assert speech.of_arguments(words) == lang


def test_a_locale_that_python_does_not_know_is_english(monkeypatch):
    def unknown():
        raise ValueError("unknown locale: xx")

    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(speech.locale, "getlocale", unknown)
    assert speech.of_environment() == "en"
    monkeypatch.setattr(speech.locale, "getlocale", lambda: ("French_France", "1252"))  # as Windows says it
    assert speech.of_environment() == "fr"


@pytest.mark.parametrize(
    ("encoding", "said"), [("latin-1", "Usage:"), ("cp1252", "Usage\xa0:"), ("utf-8", "Usage\xa0:")]
)
def test_help_is_shown_whatever_it_is_written_to(encoding, said):
    env = {**os.environ, **FRENCH, "PYTHONIOENCODING": encoding}
    command = [sys.executable, "-m", "cofactor", "--help"]
    shown = subprocess.run(command, env=env, capture_output=True, check=True).stdout.decode(encoding)
    assert shown.startswith(said)


def test_french_help_loads_no_command_and_nothing_that_is_slow():
    code = (
        "import sys; from cofactor.faces.cli import main; main(['--help', '--lang', 'fr'], standalone_mode=False); "
        "print([m for m in ('babel', 'numpy', 'pydantic', 'pathlib', 'cofactor.faces.shared') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert "Afficher cette aide et quitter." in shown.stdout
    assert shown.stdout.splitlines()[-1] == "[]"


def test_what_a_command_starts_sees_the_environment_of_the_user(monkeypatch):
    seen = []

    @click.command("seen")
    @shared.common
    def seeing(lang, as_json, quiet):  # noqa: ARG001 - as every command
        seen.append(os.environ.get("LANGUAGE"))

    monkeypatch.setattr(main, "get_command", lambda context, name: seeing)  # noqa: ARG005
    for words in (["seen"], ["seen", "--lang", "fr"], ["seen", "--lang", "en"]):
        for language in ("de", None):
            assert run(*words, env={"LANGUAGE": language}).exit_code == 0
    assert seen == ["de", None] * 3


def test_nothing_is_left_of_a_language_after_a_call(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "de")
    folder = speech.gettext.bindtextdomain(speech.DOMAIN)
    for words in (["--help"], ["plan"], ["check", "no.yaml"]):
        CliRunner().invoke(main, [*words, "--lang", "fr"])
        assert os.environ["LANGUAGE"] == "de"
        assert speech.gettext.bindtextdomain(speech.DOMAIN) == folder


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("COFACTOR_DATA", str(tmp_path))
    assert run("case", "save", ANNA).exit_code == 0


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(("answer", "deleted"), [("oui", True), ("O", True), ("y", True), ("non", False), ("", False)])
def test_a_question_is_answered_in_french(answer, deleted):
    shown = run("case", "delete", "anna", given=f"{answer}\n")
    assert shown.exit_code == 0
    assert f"C’est sans retour. [o/N]{NBSP}: " in shown.stderr
    assert ("Supprimé" in shown.stdout) == deleted


@pytest.mark.usefixtures("kept")
def test_what_is_no_answer_is_asked_again():
    shown = run("case", "delete", "anna", given="peut-être\nn\n")
    assert f"Erreur{NBSP}: répondez par oui ou par non." in shown.stderr
    assert shown.stderr.count("[o/N]") == 2
    english = run("case", "delete", "anna", "--lang", "en", given="oui\nn\n")
    assert "Error: invalid input" in english.stderr
    assert english.stderr.count("There is no way back. [y/N]: ") == 2


@pytest.mark.usefixtures("kept")
def test_breaking_off_is_told_in_the_language():
    assert "Abandon." in run("case", "delete", "anna", given="").stderr
    assert "Aborted!" in run("case", "delete", "anna", given="", env=ENGLISH).stderr


def test_a_passphrase_is_asked_for_in_the_language(monkeypatch):
    typed = iter(["one", "two", "one", "one"] * 2)
    asked = []

    def type_in(prompt):
        asked.append(prompt)
        return next(typed)

    monkeypatch.setattr(click.termui, "hidden_prompt_func", type_in)
    assert shared.ask("Phrase secrète", "fr", twice=True) == "one"
    assert asked[:2] == [f"Phrase secrète{NBSP}: ", f"Répétez pour confirmer{NBSP}: "]
    assert shared.ask("Passphrase", "en", twice=True) == "one"
    assert asked[4:6] == ["Passphrase: ", "Repeat for confirmation: "]
