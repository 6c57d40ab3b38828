"""No health data in logs: nothing of a case is printed or logged below the faces, and never as a log record."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "cofactor"
# Names and fields that hold what a person said of himself.
PERSONAL = {
    "answers",
    "case",
    "conditions",
    "diet",
    "intake",
    "lab",
    "labs",
    "medicines",
    "name",
    "person",
    "place",
    "plan",
    "problems",
    "report",
    "sun",
    "supplements",
    "text",
}  # fmt: skip
LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}
LOGGERS = {"log", "logger", "logging", "_log", "_logger"}


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def is_log_call(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr in LEVELS
        and ast.unparse(function.value).split(".")[-1].lower() in LOGGERS
    )


def personal_logs(text: str) -> list[str]:
    """Log calls that mention a name or field of a case."""
    found = []
    for call in filter(is_log_call, calls(ast.parse(text))):
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        names = {
            n.id if isinstance(n, ast.Name) else n.attr
            for argument in arguments
            for n in ast.walk(argument)
            if isinstance(n, (ast.Name, ast.Attribute))
        }
        if mentioned := names & PERSONAL:
            found.append(f"line {call.lineno}: {', '.join(sorted(mentioned))}")
    return found


def prints(text: str) -> list[str]:
    """Calls that write to the terminal, but for those of a ``main``: a developer's check of tables, run by hand."""
    written = ("print", "sys.stdout.write", "sys.stdout.writelines", "sys.stderr.write", "sys.stderr.writelines")
    tree = ast.parse(text)
    mains = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main"]
    by_hand = {id(call) for main in mains for call in calls(main)}
    return [f"line {c.lineno}" for c in calls(tree) if ast.unparse(c.func) in written and id(c) not in by_hand]


@pytest.fixture(scope="module")
def shipped() -> dict[str, str]:
    return {p.relative_to(SOURCE).as_posix(): p.read_text(encoding="utf-8") for p in SOURCE.rglob("*.py")}


def test_no_log_call_mentions_a_case(shipped):
    assert {path: rows for path, text in shipped.items() if (rows := personal_logs(text))} == {}


def test_one_door_to_the_terminal(shipped):
    """``say`` of the faces lets nothing through that could steer a terminal: nobody passes by it."""
    by = {path: text.count("click.echo(") + text.count("click.secho(") for path, text in shipped.items()}
    assert {path for path, count in by.items() if count} == {"faces/shared.py"}


def test_only_a_face_writes_to_the_terminal(shipped):
    below = {path: text for path, text in shipped.items() if not path.startswith("faces/")}
    assert {path: rows for path, text in below.items() if (rows := prints(text))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "logging.info('read %s', case)",
        "log.debug(f'{case.person.age}')",
        "self._log.warning('bad lab', extra={'lab': result.labs[0]})",
        "logger.log(10, person.name)",
    ],
)
def test_a_log_of_a_case_is_caught(line):
    assert len(personal_logs(line)) == 1


def test_a_log_of_a_count_is_not_caught():
    assert personal_logs("logging.info('%d people in %.1f s', count, seconds)") == []
    assert personal_logs("math.log(case.person.age)") == []


def test_a_print_is_caught():
    assert len(prints("def f(x):\n    print(x)\n")) == 1
    assert prints("def main():\n    print('3 checks')\n") == []
